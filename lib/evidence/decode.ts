// Decodes what was received, as far as it can be read, without judging who signed it. Pure.
import { readChecksums } from '#lib/evidence/format/checksums.ts';
import { fromCosignBundle } from '#lib/evidence/format/cosign-bundle.ts';
import { detectFormat } from '#lib/evidence/format/detect.ts';
import type { JsonRecord } from '#lib/evidence/format/json-reader.ts';
import { folderDigest, isModelStatement, readModelManifest, type ModelManifest } from '#lib/evidence/format/model-signing.ts';
import { readBundle } from '#lib/evidence/format/sigstore-bundle.ts';
import { parseEnvelope, type Envelope, type EnvelopeError } from '#lib/evidence/format/dsse.ts';
import {
  CYCLONEDX_TYPES, cyclonedxPredicate, ENVIRONMENT_TYPE, environmentPredicate, EVALUATION_TYPE, evaluationPredicate, PROVENANCE_TYPE, PROVENANCE_TYPE_V02, provenancePredicate, provenanceV02Predicate, SCAI_TYPES, scaiPredicate, SPDX_TYPES, spdxPredicate,
  STAGE_BUILD_TYPE, stageParameters, statement as statementSchema, SUMMARY_TYPES, summaryPredicate, TEST_RESULT_TYPE, testResultPredicate, VULNERABILITIES_TYPES, vulnerabilitiesPredicate,
  type EnvironmentPredicate, type EvaluationPredicate, type ProvenancePredicate, type ProvenanceV02Predicate, type Statement, type SummaryPredicate, type TestResultPredicate,
} from '#lib/evidence/format/statement.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';
import { parseStrictJson } from '#lib/kernel/strict-json.ts';
import { few } from '#lib/evidence/text.ts';
import type { z } from 'zod';

/** A predicate by what it says; `unknown` keeps a type that Gatehouse has no schema for. */
export type Predicate =
  | { readonly kind: 'provenance'; readonly value: ProvenancePredicate }
  | { readonly kind: 'evaluation'; readonly value: EvaluationPredicate }
  | { readonly kind: 'environment'; readonly value: EnvironmentPredicate }
  | { readonly kind: 'test_result'; readonly value: TestResultPredicate }
  | { readonly kind: 'provenance_v02'; readonly value: ProvenanceV02Predicate }
  | { readonly kind: 'verification_summary'; readonly value: SummaryPredicate }
  | { readonly kind: 'vulnerabilities' | 'cyclonedx' | 'spdx' | 'scai'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly kind: 'unknown'; readonly type: string };

export type Subject = { readonly digest: string; readonly name: string };

/** What kind of document it is. Everything but an envelope is judged by the checks that `gatehouse verify` has for it. */
export type Form =
  | { readonly kind: 'dsse' }
  | { readonly kind: 'bundle'; readonly json: JsonRecord; readonly model: boolean }
  | { readonly kind: 'checksums' | 'detached_signature' };

export type Decoded = {
  readonly form: Form;
  /** Size of the signed payload in bytes; null where there is none. */
  readonly payloadSize: number | null;
  readonly sizeBytes: number;
  /** SHA-256 of the bytes. */
  readonly digest: string;
  readonly envelope: Result<Envelope, EnvelopeError>;
  /** As written, also where the rest of the envelope cannot be used. */
  readonly payloadType: string | null;
  /** Null where there is no payload to read. */
  readonly payloadJson: Result<unknown, string> | null;
  readonly statement: Result<Statement, string> | null;
  readonly predicate: Result<Predicate, string> | null;
  /** Subjects with a SHA-256. */
  readonly subjects: readonly Subject[];
  /** Names of subjects without one. */
  readonly subjectsWithoutSha256: readonly string[];
  readonly predicateType: string | null;
  /** The run that the statement names, where it names one by UUID. */
  readonly runId: string | null;
  readonly builderId: string | null;
};

const nothing = { form: { kind: 'dsse' as const }, payloadSize: null, payloadJson: null, statement: null, predicate: null, subjects: [], subjectsWithoutSha256: [], predicateType: null, runId: null, builderId: null };

/** Reads evidence of any accepted format: its statement and its predicate. Never throws on input; every part says why it could not be read. */
export function decodeEvidence(bytes: Uint8Array): Decoded {
  return mayBeOther(bytes) ? decodeDetected(bytes) : decodeEnvelope(bytes);
}

/** Keys that bundles have and envelopes have not. Telling by them spares parsing every envelope twice. */
const OTHER_KEYS = ['"mediaType"', '"base64Signature"', '\\u'];

function mayBeOther(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes[0] !== 0x7b || OTHER_KEYS.some((key) => view.includes(key));
}

function decodeDetected(bytes: Uint8Array): Decoded {
  const detected = detectFormat(bytes);
  switch (detected.kind) {
    case 'sigstore_bundle':
      return decodeBundle(bytes, detected.json);
    case 'cosign_bundle': {
      const converted = fromCosignBundle(detected.json);
      return converted.ok ? decodeBundle(bytes, converted.value) : decodeEnvelope(bytes);
    }
    case 'checksums': {
      const read = readChecksums(detected.text);
      const subjects = read.ok ? read.value.slice(0, MOST_SUBJECTS).flatMap(({ algorithm, digest, name }) => (algorithm === 'sha256' ? [{ digest: `sha256:${digest}`, name }] : [])) : [];
      return { ...nothing, ...notAnEnvelope(bytes, 'a list of checksums'), form: { kind: 'checksums' }, subjects };
    }
    case 'detached_signature':
      return { ...nothing, ...notAnEnvelope(bytes, 'a detached signature'), form: { kind: 'detached_signature' } };
    default:
      return decodeEnvelope(bytes);
  }
}

const notAnEnvelope = (bytes: Uint8Array, what: string) => ({ sizeBytes: bytes.length, digest: sha256(bytes), envelope: err<EnvelopeError>({ code: 'bad_shape', path: '', message: `the document is ${what}` }), payloadType: null });

/** More subjects of one document are not indexed. */
const MOST_SUBJECTS = 10_000;

function decodeBundle(bytes: Uint8Array, json: JsonRecord): Decoded {
  const { content } = readBundle(json).bundle;
  const base = { ...nothing, ...notAnEnvelope(bytes, 'a Sigstore bundle') };
  if (content?.kind !== 'dsse') {
    const claimed = content?.digest?.algorithm === 'SHA2_256' && content.digest.digest.length === 32 ? content.digest.digest.toString('hex') : null;
    return { ...base, form: { kind: 'bundle', json, model: false }, subjects: claimed === null ? [] : [{ digest: `sha256:${claimed}`, name: '' }] };
  }
  const inner = decodePayload({ ...base, payloadType: content.payloadType }, content.payload);
  const model = inner.payloadJson?.ok === true && isModelStatement(inner.payloadJson.value) ? readModelManifest(inner.payloadJson.value) : null;
  return { ...inner, form: { kind: 'bundle', json, model: model !== null }, subjects: model?.ok === true ? modelSubjects(model.value, inner.subjects) : inner.subjects };
}

/** A model by its signature's own digest, by the digest that Gatehouse gives the same folder, and by each of its files. */
function modelSubjects({ name, hash, shardSize, resources }: ModelManifest, own: readonly Subject[]): readonly Subject[] {
  if (hash !== 'sha256' || shardSize !== null) return own;
  const files = resources.map(({ path, digest }) => ({ digest: `sha256:${digest}`, name: path === '.' ? name : path }));
  return [...own, { digest: folderDigest(resources), name: `${name} (folder)` }, ...files].slice(0, MOST_SUBJECTS);
}

/** Reads an envelope, its statement and its predicate. */
function decodeEnvelope(bytes: Uint8Array): Decoded {
  const envelope = parseEnvelope(bytes);
  const received = { ...nothing, sizeBytes: bytes.length, digest: sha256(bytes), envelope };
  if (!envelope.ok) return { ...received, payloadType: envelope.error.code === 'not_json' ? null : payloadTypeOf(bytes) };
  return decodePayload({ ...received, payloadType: envelope.value.payloadType }, envelope.value.payload);
}

function decodePayload(received: Decoded, payload: Uint8Array): Decoded {
  const base = { ...received, payloadSize: payload.length };
  const json = parseStrictJson(payload);
  if (!json.ok) return { ...base, payloadJson: err(json.error.message) };
  const statement = statementSchema.safeParse(json.value);
  if (!statement.success) return { ...base, payloadJson: ok(json.value), statement: err(issues(statement.error)), predicateType: textAt(json.value, 'predicateType') };
  const predicate = readPredicate(statement.data);
  return { ...base, payloadJson: ok(json.value), statement: ok(statement.data), predicate, ...subjectsOf(statement.data), predicateType: statement.data.predicateType, ...namedIn(predicate) };
}

/** What stands for bytes that Gatehouse itself failed on: nothing of them counts. */
export const unreadable = (bytes: Uint8Array, message: string): Decoded => ({ ...nothing, sizeBytes: bytes.length, digest: sha256(bytes), envelope: err({ code: 'not_json', path: '', message }), payloadType: null });

/** A broken envelope larger than this is not read a second time for the sake of a fuller report. */
const LARGEST_READ_TWICE = 1024 * 1024;

function payloadTypeOf(bytes: Uint8Array): string | null {
  if (bytes.length > LARGEST_READ_TWICE) return null;
  const json = parseStrictJson(bytes);
  return json.ok ? textAt(json.value, 'payloadType') : null;
}

function textAt(value: unknown, key: string): string | null {
  const found = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : null;
  return typeof found === 'string' ? found : null;
}

function subjectsOf(statement: Statement): Pick<Decoded, 'subjects' | 'subjectsWithoutSha256'> {
  const subjects: Subject[] = [];
  const subjectsWithoutSha256: string[] = [];
  for (const { digest, name } of statement.subject) {
    const hex = Object.hasOwn(digest, 'sha256') ? digest['sha256'] : undefined;
    if (hex === undefined) subjectsWithoutSha256.push(name ?? '(without a name)');
    else subjects.push({ digest: `sha256:${hex}`, name: name ?? '' });
  }
  return { subjects, subjectsWithoutSha256 };
}

function readPredicate(statement: Statement): Result<Predicate, string> {
  const body = statement.predicate ?? {};
  switch (statement.predicateType) {
    case PROVENANCE_TYPE: {
      const parsed = provenancePredicate.safeParse(body);
      if (!parsed.success) return err(issues(parsed.error));
      const { buildType, externalParameters } = parsed.data.buildDefinition;
      if (buildType === STAGE_BUILD_TYPE) {
        const parameters = stageParameters.safeParse(externalParameters);
        if (!parameters.success) return err(issues(parameters.error, 'buildDefinition.externalParameters'));
      }
      return ok({ kind: 'provenance', value: parsed.data });
    }
    case EVALUATION_TYPE: {
      const parsed = evaluationPredicate.safeParse(body);
      return parsed.success ? ok({ kind: 'evaluation', value: parsed.data }) : err(issues(parsed.error));
    }
    case ENVIRONMENT_TYPE:
      return as(environmentPredicate.safeParse(body), (value) => ({ kind: 'environment', value }));
    case TEST_RESULT_TYPE: {
      const parsed = testResultPredicate.safeParse(body);
      return parsed.success ? ok({ kind: 'test_result', value: parsed.data }) : err(issues(parsed.error));
    }
    default:
      return readOther(statement.predicateType, body);
  }
}

const includes = (types: readonly string[], type: string): boolean => types.includes(type);

/** Predicates of others that are read as far as their form; what Gatehouse has no schema for is kept and shown as such. */
function readOther(type: string, body: Readonly<Record<string, unknown>>): Result<Predicate, string> {
  if (type === PROVENANCE_TYPE_V02) return as(provenanceV02Predicate.safeParse(body), (value) => ({ kind: 'provenance_v02', value }));
  if (includes(SUMMARY_TYPES, type)) return as(summaryPredicate.safeParse(body), (value) => ({ kind: 'verification_summary', value }));
  if (includes(VULNERABILITIES_TYPES, type)) return as(vulnerabilitiesPredicate.safeParse(body), (value) => ({ kind: 'vulnerabilities', value }));
  if (CYCLONEDX_TYPES.test(type)) return as(cyclonedxPredicate.safeParse(body), (value) => ({ kind: 'cyclonedx', value }));
  if (SPDX_TYPES.test(type)) return as(spdxPredicate.safeParse(body), (value) => ({ kind: 'spdx', value }));
  if (includes(SCAI_TYPES, type)) return as(scaiPredicate.safeParse(body), (value) => ({ kind: 'scai', value }));
  return ok({ kind: 'unknown', type });
}

const as = <T>(parsed: z.ZodSafeParseResult<T>, kind: (value: T) => Predicate): Result<Predicate, string> => (parsed.success ? ok(kind(parsed.data)) : err(issues(parsed.error)));

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function namedIn(predicate: Result<Predicate, string>): Pick<Decoded, 'runId' | 'builderId'> {
  if (!predicate.ok) return { runId: null, builderId: null };
  switch (predicate.value.kind) {
    case 'provenance': {
      const { builder, metadata } = predicate.value.value.runDetails;
      const run = metadata?.invocationId ?? '';
      return { runId: UUID.test(run) ? run.toLowerCase() : null, builderId: builder.id };
    }
    case 'environment':
    case 'evaluation':
      return { runId: predicate.value.value.runId.toLowerCase(), builderId: null };
    case 'provenance_v02': {
      const { builder, metadata } = predicate.value.value;
      const run = metadata?.buildInvocationId ?? '';
      return { runId: UUID.test(run) ? run.toLowerCase() : null, builderId: builder.id };
    }
    default:
      return { runId: null, builderId: null };
  }
}

function issues(error: z.ZodError, prefix = ''): string {
  const told = error.issues.map((issue) => `${[prefix, ...issue.path.map(String)].filter((part) => part !== '').join('.') || 'the document'}: ${issue.message}`);
  return few(told, 3);
}
