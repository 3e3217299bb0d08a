// Decodes what was received, as far as it can be read, without judging who signed it. Pure.
import { parseEnvelope, type Envelope, type EnvelopeError } from '#lib/evidence/format/dsse.ts';
import {
  CYCLONEDX_TYPES, cyclonedxPredicate, EVALUATION_TYPE, evaluationPredicate, PROVENANCE_TYPE, PROVENANCE_TYPE_V02, provenancePredicate, provenanceV02Predicate, SCAI_TYPES, scaiPredicate, SPDX_TYPES, spdxPredicate,
  STAGE_BUILD_TYPE, stageParameters, statement as statementSchema, SUMMARY_TYPES, summaryPredicate, TEST_RESULT_TYPE, testResultPredicate, VULNERABILITIES_TYPES, vulnerabilitiesPredicate,
  type EvaluationPredicate, type ProvenancePredicate, type ProvenanceV02Predicate, type Statement, type SummaryPredicate, type TestResultPredicate,
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
  | { readonly kind: 'test_result'; readonly value: TestResultPredicate }
  | { readonly kind: 'provenance_v02'; readonly value: ProvenanceV02Predicate }
  | { readonly kind: 'verification_summary'; readonly value: SummaryPredicate }
  | { readonly kind: 'vulnerabilities' | 'cyclonedx' | 'spdx' | 'scai'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly kind: 'unknown'; readonly type: string };

export type Subject = { readonly digest: string; readonly name: string };

export type Decoded = {
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

const nothing = { payloadJson: null, statement: null, predicate: null, subjects: [], subjectsWithoutSha256: [], predicateType: null, runId: null, builderId: null };

/** Reads an envelope, its statement and its predicate. Never throws on input; every part says why it could not be read. */
export function decodeEvidence(bytes: Uint8Array): Decoded {
  const envelope = parseEnvelope(bytes);
  const received = { sizeBytes: bytes.length, digest: sha256(bytes), envelope };
  if (!envelope.ok) return { ...nothing, ...received, payloadType: envelope.error.code === 'not_json' ? null : payloadTypeOf(bytes) };
  const { payload, payloadType } = envelope.value;
  const base = { ...received, payloadType };
  const json = parseStrictJson(payload);
  if (!json.ok) return { ...nothing, ...base, payloadJson: err(json.error.message) };
  const statement = statementSchema.safeParse(json.value);
  if (!statement.success) return { ...nothing, ...base, payloadJson: ok(json.value), statement: err(issues(statement.error)), predicateType: textAt(json.value, 'predicateType') };
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
