// Verifies evidence of any accepted format without a portal: what `gatehouse verify` and the portal's own judgement of bundles share. No network, no database.
import { context, NOT_YET, required, shownChecks, verdictOf, type Judged } from '#lib/evidence/checks.ts';
import { decodeEvidence } from '#lib/evidence/decode.ts';
import { readChecksums } from '#lib/evidence/format/checksums.ts';
import { fromCosignBundle } from '#lib/evidence/format/cosign-bundle.ts';
import { detectFormat } from '#lib/evidence/format/detect.ts';
import { isBundle } from '#lib/evidence/format/sigstore-bundle.ts';
import type { JsonRecord } from '#lib/evidence/format/json-reader.ts';
import { describeKey, hashesOf, signatureCovers, signatureCoversDigest } from '#lib/evidence/format/public-key.ts';
import { repeatWith } from '#lib/evidence/independent-bundle.ts';
import { compareModel, modelStatementOf, verifyModelSignature, type ModelOnDisk, type ModelOptions } from '#lib/evidence/model-signature.ts';
import type { Check } from '#lib/evidence/schema.ts';
import type { Artifact, SignerTrust } from '#lib/evidence/sigstore/trust.ts';
import { verifyBundle } from '#lib/evidence/sigstore/verify-bundle.ts';
import { counted, few } from '#lib/evidence/text.ts';
import type { Trust, TrustedKey } from '#lib/evidence/trust.ts';
import { envelopeChecks } from '#lib/evidence/verify.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { parseStrictJson } from '#lib/kernel/strict-json.ts';

export type EvidenceFormat = 'dsse' | 'sigstore_bundle' | 'model_signature' | 'cosign_bundle' | 'detached_signature' | 'checksums' | 'unknown';

export type EvidenceTrust = SignerTrust & {
  /** The `builder.id`s that provenance may name; null: any, since only the signer is asked about. */
  readonly builderIds: readonly string[] | null;
  /** How many different keys must have signed an envelope. */
  readonly threshold: number;
  /** Digests (`sha256:…`) of evidence that is trusted as such: an unsigned list of checksums, got from elsewhere. */
  readonly pinned: readonly string[];
};

/** What the evidence should be about. A model is read when its signature has said whether links in it are followed. */
export type About = { readonly artifact: Artifact | null; readonly model: ((followLinks: boolean) => Promise<ModelOnDisk>) | null; readonly modelOptions: ModelOptions };

export type EvidenceReport = { readonly format: EvidenceFormat; readonly verdict: 'passed' | 'failed'; readonly digest: string; readonly checks: readonly Check[] };

/** Evidence larger than this is refused before it is read. */
export const LARGEST_EVIDENCE = 50 * 1024 * 1024;

/** All checks of one piece of evidence. Never throws on input. */
export async function verifyEvidence(bytes: Uint8Array, trust: EvidenceTrust, about: About): Promise<EvidenceReport> {
  const digest = sha256(bytes);
  if (bytes.length > LARGEST_EVIDENCE) return report('unknown', digest, [required('format', 'failed', `evidence of at most ${String(LARGEST_EVIDENCE)} bytes`, counted(bytes.length, 'byte'))]);
  const { format, judged } = await judgeFormat(bytes, digest, trust, about);
  return report(format, digest, judged);
}

const report = (format: EvidenceFormat, digest: string, judged: readonly Judged[]): EvidenceReport => ({ format, digest, verdict: verdictOf(judged), checks: shownChecks(repeatWith(format, judged)) });

/** The same for a Sigstore bundle and nothing else: other formats are refused by name. */
export function verifyOnlyBundle(bytes: Uint8Array, trust: SignerTrust, artifact: Artifact): EvidenceReport {
  const digest = sha256(bytes);
  const json = parseStrictJson(bytes);
  const expected = 'one JSON document in UTF-8, without duplicate keys, nested at most 64 levels deep';
  if (!json.ok) return report('sigstore_bundle', digest, [required('json', 'failed', expected, json.error.message)]);
  if (!isBundle(json.value)) return report('sigstore_bundle', digest, [required('media_type', 'failed', 'a Sigstore bundle of version 0.1, 0.2 or 0.3', 'the document is none')]);
  return report('sigstore_bundle', digest, verifyBundle(json.value, trust, artifact).checks);
}

/** Is the evidence a model's signature, so that the files of the model are needed to judge it? */
export function isModelSignature(bytes: Uint8Array): boolean {
  const detected = detectFormat(bytes);
  return detected.kind === 'sigstore_bundle' && modelStatementOf(detected.json) !== null;
}

type JudgedFormat = { readonly format: EvidenceFormat; readonly judged: readonly Judged[] };

async function judgeFormat(bytes: Uint8Array, digest: string, trust: EvidenceTrust, about: About): Promise<JudgedFormat> {
  const detected = detectFormat(bytes);
  switch (detected.kind) {
    case 'dsse':
      return { format: 'dsse', judged: envelope(bytes, trust, about) };
    case 'sigstore_bundle':
      return bundle(detected.json, trust, about);
    case 'cosign_bundle': {
      const converted = fromCosignBundle(detected.json);
      return { format: 'cosign_bundle', judged: converted.ok ? (await bundle(converted.value, trust, about)).judged : [required('bundle', 'failed', 'a bundle as cosign wrote it', converted.error)] };
    }
    case 'checksums':
      return { format: 'checksums', judged: checksums(detected.text, digest, trust, about.artifact) };
    case 'detached_signature':
      return { format: 'detached_signature', judged: detachedSignature(detected.signature, trust, about.artifact) };
    case 'unknown':
      return { format: 'unknown', judged: [required('format', 'failed', 'an accepted format of evidence', detected.reason)] };
  }
}

/** A bundle, and whether it is a model's. */
async function bundle(json: JsonRecord, trust: EvidenceTrust, about: About): Promise<JudgedFormat> {
  // Where a file is given and no model, the statement is held against the file like any other.
  if (modelStatementOf(json) === null || (about.model === null && about.artifact !== null)) return { format: 'sigstore_bundle', judged: verifyBundle(json, trust, about.artifact).checks };
  const signature = verifyModelSignature(json, trust);
  return { format: 'model_signature', judged: [...signature.checks, ...(await compareModel(signature.manifest, about.model === null ? null : await about.model(signature.manifest.ok && signature.manifest.value.allowSymlinks), about.modelOptions))] };
}

// --- plain envelopes ---------------------------------------------------------------------------------------------------

/** The command's keys as the keys of one team. */
function asTrust({ keys, builderIds, threshold }: EvidenceTrust): Trust {
  const trusted = keys.map(({ key, kind, keyId }): TrustedKey => ({ id: keyId, name: 'as given', keyId, publicKeyPem: key.export({ type: 'spki', format: 'pem' }).toString(), algorithm: kind, builderIds: builderIds ?? [], state: 'active', validFrom: null, validUntil: null, revokedAt: null }));
  return { teamId: '', threshold, keys: trusted };
}

function envelope(bytes: Uint8Array, trust: EvidenceTrust, { artifact }: About): Judged[] {
  const decoded = decodeEvidence(bytes);
  const { judged } = envelopeChecks(decoded, asTrust(trust), { receivedAt: trust.at.toISOString(), proposedKeyIds: new Set(), anyBuilder: trust.builderIds === null });
  const expected = artifact === null ? 'the digest of a known artifact' : `${artifact.name}, sha256:${artifact.digest('sha256')?.toString('hex') ?? 'unknown'}`;
  if (decoded.statement === null || !decoded.statement.ok) return [...judged, required('artifact', 'not_evaluated', expected, `${NOT_YET}the statement could not be read`)];
  const subjects = decoded.statement.value.subject.flatMap(({ digest }) => Object.entries(digest));
  const shown = few(subjects.slice(0, 20).map(([algorithm, value]) => `${algorithm}:${value.slice(0, 200)}`));
  if (artifact === null) return [...judged, context('artifact', 'not_evaluated', expected, `the statement is about ${shown}`)];
  const matches = subjects.some(([algorithm, value]) => ['sha256', 'sha384', 'sha512'].includes(algorithm) && artifact.digest(algorithm)?.toString('hex') === value);
  return [...judged, required('artifact', matches ? 'passed' : 'failed', expected, `the statement is about ${shown}`)];
}

// --- detached signatures -----------------------------------------------------------------------------------------------

function detachedSignature(signature: Buffer, { keys }: EvidenceTrust, artifact: Artifact | null): Judged[] {
  const expected = 'a signature over the artifact by a trusted key';
  const form = required('format', 'passed', 'a detached signature, raw or in base64', counted(signature.length, 'byte'));
  if (artifact === null) return [form, required('signature', 'not_evaluated', expected, `${NOT_YET}a detached signature names nothing; the artifact is needed`)];
  if (keys.length === 0) return [form, required('signature', 'failed', expected, 'no key is trusted')];
  let reason = `it verifies under none of ${counted(keys.length, 'trusted key')}`;
  for (const key of keys) {
    if (artifact.bytes !== null) {
      const way = signatureCovers(key, artifact.bytes, signature);
      if (way !== null) return [form, required('signature', 'passed', expected, `${way}: ${describeKey(key)}`)];
      continue;
    }
    for (const hash of hashesOf(key.kind)) {
      const digest = artifact.digest(hash);
      const outcome = digest === null ? null : signatureCoversDigest(key, hash, digest, signature);
      if (outcome?.ok === true && outcome.value) return [form, required('signature', 'passed', expected, `over the ${hash.toUpperCase()} of the artifact: ${describeKey(key)}`)];
      if (outcome !== null && !outcome.ok) reason = outcome.error;
    }
  }
  return [form, required('signature', 'failed', expected, reason)];
}

// --- checksums ---------------------------------------------------------------------------------------------------------

function checksums(text: string, digest: string, { pinned }: EvidenceTrust, artifact: Artifact | null): Judged[] {
  const read = readChecksums(text);
  const expected = 'lines of a SHA-256, SHA-384 or SHA-512 and a name, one digest for each name';
  const signer = required('trusted_signer', pinned.includes(digest) ? 'passed' : 'failed', 'a list whose own digest is trusted: it carries no signature', `${digest}${pinned.includes(digest) ? ', as trusted' : ': nobody answers for this list'}`);
  const named = artifact === null ? 'the digest of a known artifact' : artifact.name;
  if (!read.ok) return [required('checksums', 'failed', expected, read.error), signer, required('artifact', 'not_evaluated', named, `${NOT_YET}the list could not be read`)];
  const form = required('checksums', 'passed', expected, counted(read.value.length, 'checksum'));
  if (artifact === null) return [form, signer, context('artifact', 'not_evaluated', named, few(read.value.slice(0, 20).map(({ algorithm, digest: value, name }) => `${name} ${algorithm}:${value}`)))];
  const found = read.value.find(({ algorithm, digest: value }) => artifact.digest(algorithm)?.toString('hex') === value);
  const actual = `sha256:${artifact.digest('sha256')?.toString('hex') ?? 'unknown'}`;
  return [form, signer, required('artifact', found === undefined ? 'failed' : 'passed', `a line with the digest of ${artifact.name}`, found === undefined ? `none is ${actual}` : `${found.name} ${found.algorithm}:${found.digest}`)];
}
