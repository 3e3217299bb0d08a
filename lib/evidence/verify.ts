// Verification of one piece of evidence: a list of named checks, all of them, and the verdict that follows. Pure.
//
// docs/verification.md explains each check to people. No check is skipped: what cannot be evaluated because an
// earlier one failed says so and is not passed.
import { context, NOT_YET, required, shownChecks, verdictOf, type Judged } from '#lib/evidence/checks.ts';
import { IN_TOTO_PAYLOAD_TYPE, MAXIMUM_SIGNATURES } from '#lib/evidence/format/dsse.ts';
import { SPECIFIC_PAYLOAD_TYPE, STAGE_BUILD_TYPE, STATEMENT_TYPES } from '#lib/evidence/format/statement.ts';
import { decodeEvidence, type Decoded } from '#lib/evidence/decode.ts';
import { KEY_WORDS, type Check } from '#lib/evidence/schema.ts';
import { signersOf, trySignatures, type SignatureOutcome } from '#lib/evidence/signatures.ts';
import { counted, few } from '#lib/evidence/text.ts';
import { trustDigest, type Trust, type TrustedKey } from '#lib/evidence/trust.ts';

/** What the portal knows besides the bytes, at the time of asking. */
export type Facts = {
  /** The digest under which the evidence is stored. */
  readonly storedDigest: string;
  /** When the evidence was received; ISO 8601. Keys are judged by this time. */
  readonly receivedAt: string;
  /** Which of the subjects' digests runs of this team have reported. */
  readonly knownDigests: ReadonlySet<string>;
  /** Whose run the statement names; `unknown` for one that nobody has reported yet. */
  readonly namedRun: 'own' | 'foreign' | 'unknown';
  /** Key ids that somebody proposed for this team and nobody confirmed. They decide nothing, and explain a refusal. */
  readonly proposedKeyIds: ReadonlySet<string>;
};

export type Report = {
  readonly verdict: 'passed' | 'failed';
  readonly trustDigest: string;
  readonly checks: readonly Check[];
  /** The trusted keys that signed; empty where the signatures could not be tried. */
  readonly signers: readonly TrustedKey[];
  /** What became of each signature; empty where they could not be tried. */
  readonly signatures: readonly SignatureOutcome[];
};

/** Verifies bytes against a team's trust and what the portal knows. Never throws on input. */
export const verifyEnvelope = (bytes: Uint8Array, trust: Trust, facts: Facts): Report => verifyDecoded(decodeEvidence(bytes), trust, facts);

/** The checks of an envelope that stand alone, and who signed: what the portal and the command share. */
export function envelopeChecks(decoded: Decoded, trust: Trust, { receivedAt, proposedKeyIds, anyBuilder = false }: { readonly receivedAt: string; readonly proposedKeyIds: ReadonlySet<string>; readonly anyBuilder?: boolean }): { readonly judged: readonly Judged[]; readonly signers: readonly TrustedKey[]; readonly outcomes: readonly SignatureOutcome[] | null } {
  const outcomes = decoded.envelope.ok ? trySignatures(decoded.envelope.value, trust, receivedAt) : null;
  const signers = outcomes === null ? [] : signersOf(outcomes);
  const judged = [
    ...formChecks(decoded),
    ...(outcomes === null ? [required('signatures', 'not_evaluated', 'every signature verifies under the key it names', `${NOT_YET}the envelope could not be read`)] : outcomes.map(signatureCheck)),
    signerCheck(outcomes, signers, trust, { receivedAt, proposedKeyIds }),
    ...(anyBuilder ? [] : builderCheck(decoded, signers)),
    ...parametersCheck(decoded),
  ];
  return { judged, signers, outcomes };
}

/** The same for what was decoded before. */
export function verifyDecoded(decoded: Decoded, trust: Trust, facts: Facts): Report {
  const { judged: own, signers, outcomes } = envelopeChecks(decoded, trust, facts);
  const judged: Judged[] = [
    bytesCheck(decoded, facts),
    ...own,
    subjectsKnown(decoded, facts),
    runKnown(decoded, facts),
  ];
  return { verdict: verdictOf(judged), trustDigest: trustDigest(trust), checks: shownChecks(judged), signers, signatures: outcomes ?? [] };
}

export function bytesCheck({ digest }: Decoded, { storedDigest }: Facts): Judged {
  return required('bytes', digest === storedDigest ? 'passed' : 'failed', `bytes with the digest under which they were received, ${storedDigest}`, digest);
}

export function formChecks(decoded: Decoded): Judged[] {
  return [jsonCheck(decoded), envelopeCheck(decoded), payloadTypeCheck(decoded), base64Check(decoded), payloadJsonCheck(decoded), statementCheck(decoded), subjectDigestCheck(decoded), predicateCheck(decoded)];
}

function jsonCheck({ envelope, sizeBytes }: Decoded): Judged {
  const expected = 'one JSON document in UTF-8, without duplicate keys, nested at most 64 levels deep';
  return !envelope.ok && envelope.error.code === 'not_json' ? required('json', 'failed', expected, envelope.error.message) : required('json', 'passed', expected, `${counted(sizeBytes, 'byte')} of such JSON`);
}

function envelopeCheck({ envelope }: Decoded): Judged {
  const expected = `a DSSE envelope: payloadType, payload, and 1 to ${MAXIMUM_SIGNATURES} signatures`;
  if (envelope.ok) return required('envelope', 'passed', expected, `an envelope with ${counted(envelope.value.signatures.length, 'signature')}`);
  const { code, path, message } = envelope.error;
  switch (code) {
    case 'not_json':
      return required('envelope', 'not_evaluated', expected, `${NOT_YET}the body is not such JSON`);
    case 'bad_base64':
      return required('envelope', 'passed', expected, 'an envelope of this shape');
    case 'bad_shape':
    case 'no_signature':
    case 'too_many_signatures':
      return required('envelope', 'failed', expected, path === '' ? message : `${path}: ${message}`);
  }
}

function payloadTypeCheck({ payloadType }: Decoded): Judged {
  const expected = `${IN_TOTO_PAYLOAD_TYPE}, or application/vnd.in-toto.<predicate>+json`;
  if (payloadType === null) return required('payload_type', 'not_evaluated', expected, `${NOT_YET}no payloadType could be read`);
  return required('payload_type', payloadType === IN_TOTO_PAYLOAD_TYPE || SPECIFIC_PAYLOAD_TYPE.test(payloadType) ? 'passed' : 'failed', expected, payloadType.slice(0, 300));
}

function base64Check({ envelope }: Decoded): Judged {
  const expected = 'payload and signatures in canonical base64: one alphabet, padded, no stray bits';
  if (envelope.ok) return required('base64', 'passed', expected, `a payload of ${counted(envelope.value.payload.length, 'byte')}`);
  if (envelope.error.code === 'bad_base64') return required('base64', 'failed', expected, `${envelope.error.path}: ${envelope.error.message}`);
  return required('base64', 'not_evaluated', expected, `${NOT_YET}the envelope could not be read`);
}

function payloadJsonCheck({ payloadJson }: Decoded): Judged {
  const expected = 'a payload of one JSON document in UTF-8, without duplicate keys, nested at most 64 levels deep';
  if (payloadJson === null) return required('payload_json', 'not_evaluated', expected, `${NOT_YET}the envelope could not be read`);
  return payloadJson.ok ? required('payload_json', 'passed', expected, 'such JSON') : required('payload_json', 'failed', expected, payloadJson.error);
}

function statementCheck({ statement }: Decoded): Judged {
  const expected = `an in-toto statement of type ${STATEMENT_TYPES.join(' or ')}`;
  if (statement === null) return required('statement', 'not_evaluated', expected, `${NOT_YET}the payload could not be read`);
  if (!statement.ok) return required('statement', 'failed', expected, statement.error);
  return required('statement', 'passed', expected, `a statement about ${counted(statement.value.subject.length, 'subject')}`);
}

export function subjectDigestCheck({ statement, subjects, subjectsWithoutSha256 }: Decoded): Judged {
  const expected = 'a SHA-256 for every subject';
  if (statement === null || !statement.ok) return required('subject_digests', 'not_evaluated', expected, `${NOT_YET}the statement could not be read`);
  if (subjectsWithoutSha256.length > 0) return required('subject_digests', 'failed', expected, `${counted(subjectsWithoutSha256.length, 'subject')} without one: ${few(subjectsWithoutSha256)}`);
  return required('subject_digests', 'passed', expected, few(subjects.map(({ digest, name }) => (name === '' ? digest : `${name} ${digest}`)), 10));
}

export function predicateCheck({ predicate, predicateType }: Decoded): Judged {
  const expected = predicateType === null ? 'a predicate that fits its type' : `a predicate that fits ${predicateType.slice(0, 300)}`;
  if (predicate === null) return required('predicate', 'not_evaluated', expected, `${NOT_YET}the statement could not be read`);
  if (!predicate.ok) return required('predicate', 'failed', expected, predicate.error);
  if (predicate.value.kind === 'unknown') return context('predicate', 'not_evaluated', expected, 'Gatehouse does not know this type: the content is kept and shown, and decides nothing');
  return required('predicate', 'passed', expected, 'a predicate of this type');
}

export const describeKey = (key: TrustedKey): string => `the ${KEY_WORDS[key.algorithm]} key ${key.keyId} (${key.name})`;
const describeHint = (hint: string | null): string => (hint === null ? 'no key id' : `the key id ${hint.slice(0, 200)}`);

export function signatureCheck(outcome: SignatureOutcome, index: number): Judged {
  const name = `signature_${index + 1}`;
  switch (outcome.kind) {
    case 'matches':
      return required(name, 'passed', `the signature verifies under ${describeKey(outcome.key)}`, `it verifies (${outcome.encoding}); the envelope gives ${describeHint(outcome.hint)}`);
    case 'mismatch':
      return required(name, 'failed', `the signature verifies under ${describeKey(outcome.key)}, which it names`, 'it does not: the payload, its type or the signature was changed, or another key signed');
    case 'no_key':
      return context(name, 'not_evaluated', 'the signature verifies under a key of this team', `${NOT_YET}it gives ${describeHint(outcome.hint)}, and verifies under none of the ${counted(outcome.tried, 'key')} of this team`);
    case 'too_many_trials':
      return required(name, 'failed', 'the signatures can be tried with a bounded number of operations', `too many signatures without a known key id; this one gives ${describeHint(outcome.hint)}`);
  }
}

function signerCheck(outcomes: readonly SignatureOutcome[] | null, signers: readonly TrustedKey[], trust: Trust, facts: Pick<Facts, 'receivedAt' | 'proposedKeyIds'>): Judged {
  const expected = `signed by at least ${counted(trust.threshold, 'key')} that this team trusts, valid when the evidence was received at ${facts.receivedAt} and not revoked`;
  if (outcomes === null) return required('trusted_signer', 'not_evaluated', expected, `${NOT_YET}the envelope could not be read`);
  if (trust.threshold >= 1 && signers.length >= trust.threshold) return required('trusted_signer', 'passed', expected, `signed by ${few(signers.map(describeKey))}`);
  const reasons = [...new Set(outcomes.map((outcome) => refused(outcome, facts)).filter((reason) => reason !== null))];
  if (signers.length > 0) reasons.unshift(`signed by ${signers.length} of them: ${few(signers.map(describeKey))}`);
  return required('trusted_signer', 'failed', expected, few(reasons, 4));
}

function refused(outcome: SignatureOutcome, facts: Pick<Facts, 'proposedKeyIds'>): string | null {
  switch (outcome.kind) {
    case 'matches':
      return outcome.unusable === null ? null : `${describeKey(outcome.key)} signed, and is ${outcome.unusable}`;
    case 'mismatch':
      return `${describeKey(outcome.key)} is named and did not make the signature`;
    case 'no_key':
      if (outcome.hint === null) return 'a signature without a key id, by none of the keys of this team';
      return facts.proposedKeyIds.has(outcome.hint) ? `the key ${outcome.hint.slice(0, 200)} is proposed and waits for a second person to confirm it` : `the key ${outcome.hint.slice(0, 200)} is not trusted for this team`;
    case 'too_many_trials':
      return 'some signatures were not tried';
  }
}

/** Builders speak in provenance alone; while the predicate cannot be read, nobody can tell whether one does. */
export function builderCheck({ predicate, builderId }: Decoded, signers: readonly TrustedKey[]): Judged[] {
  const expected = 'a builder.id that the signing key may speak for';
  if (predicate === null || !predicate.ok) return [required('builder', 'not_evaluated', expected, `${NOT_YET}the predicate could not be read`)];
  if (builderId === null) return [];
  const shown = builderId.slice(0, 500);
  if (signers.length === 0) return [required('builder', 'not_evaluated', expected, `${NOT_YET}no trusted key signed; the statement names ${shown}`)];
  const speaking = signers.filter((key) => key.builderIds.includes(builderId));
  if (speaking.length > 0) return [required('builder', 'passed', expected, `${shown}, allowed for ${few(speaking.map(describeKey))}`)];
  const allowed = [...new Set(signers.flatMap((key) => key.builderIds))];
  return [required('builder', 'failed', expected, `${shown}; allowed for the signing key: ${allowed.length === 0 ? 'none' : few(allowed)}`)];
}

/** Provenance alone: does it say everything that was asked of the builder? Only a known build type, or the builder itself, can tell. */
export function parametersCheck({ predicate }: Decoded): Judged[] {
  const expected = 'all parameters of the build are stated';
  if (predicate === null || !predicate.ok) return [context('parameters_complete', 'not_evaluated', expected, `${NOT_YET}the predicate could not be read`)];
  switch (predicate.value.kind) {
    case 'provenance': {
      const { buildType, externalParameters } = predicate.value.value.buildDefinition;
      const names = Object.keys(externalParameters);
      // The schema of the predicate demands each of them and refuses others.
      if (buildType === STAGE_BUILD_TYPE) return [context('parameters_complete', 'passed', expected, few(names))];
      return [context('parameters_complete', 'not_evaluated', expected, `Gatehouse does not know the build type ${buildType.slice(0, 300)}; stated are ${names.length === 0 ? 'none' : few(names.map((name) => name.slice(0, 100)))}`)];
    }
    case 'provenance_v02': {
      const complete = predicate.value.value.metadata?.completeness?.parameters;
      return [context('parameters_complete', complete === true ? 'passed' : 'not_evaluated', expected, complete === true ? 'the builder says so' : 'the builder does not say so')];
    }
    default:
      return [];
  }
}

export function subjectsKnown({ statement, subjects }: Decoded, { knownDigests }: Facts): Judged {
  const expected = 'every subject is a version that a run of this team reported';
  if (statement === null || !statement.ok) return context('subjects_known', 'not_evaluated', expected, `${NOT_YET}the statement could not be read`);
  const unknown = [...new Set(subjects.map(({ digest }) => digest))].filter((digest) => !knownDigests.has(digest));
  if (unknown.length === 0 && subjects.length > 0) return context('subjects_known', 'passed', expected, 'all are');
  return context('subjects_known', 'not_evaluated', expected, unknown.length === 0 ? 'no subject has a SHA-256' : `not reported so far: ${few(unknown, 10)}`);
}

export function runKnown({ predicate, runId }: Decoded, { namedRun }: Facts): Judged {
  const expected = 'the run that the statement names is a run of this team';
  if (predicate === null || !predicate.ok) return context('run_known', 'not_evaluated', expected, `${NOT_YET}the predicate could not be read`);
  if (runId === null) return context('run_known', 'not_evaluated', expected, 'the statement names no run');
  switch (namedRun) {
    case 'own':
      return context('run_known', 'passed', expected, runId);
    case 'unknown':
      return context('run_known', 'not_evaluated', expected, `run ${runId} was not reported so far`);
    case 'foreign':
      return context('run_known', 'failed', expected, `run ${runId} was reported by another team`);
  }
}
