// Wire types of evidence, its verifications and the trusted keys. Safe for the browser.
import { z } from 'zod';
import { digest, id } from '#lib/kernel/wire.ts';
import { comparable, several, timeRange } from '#lib/kernel/list-input.ts';
import { pageInput, pageOf } from '#lib/kernel/page.ts';

export { requirementView } from './environment/schema.ts';

export const checkVerdicts = ['passed', 'failed', 'not_evaluated'] as const;

/** One named check, in words that can be read without the code: full digests, full key ids. */
export const check = z.object({
  name: z.string().describe('Stable name, see docs/verification.md.'),
  verdict: z.enum(checkVerdicts),
  expected: z.string(),
  actual: z.string(),
  command: z.string().optional().describe('A shell command that repeats this check with an independent tool.'),
});
export type Check = z.infer<typeof check>;

/** Kinds of keys that may sign; see lib/evidence/format/public-key.ts. */
export const keyAlgorithms = ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'ed25519', 'rsa', 'rsa-pss', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const;
export type KeyAlgorithmName = (typeof keyAlgorithms)[number];
/** The kinds in words. */
export const KEY_WORDS: Readonly<Record<KeyAlgorithmName, string>> = {
  'ecdsa-p256': 'ECDSA P-256', 'ecdsa-p384': 'ECDSA P-384', 'ecdsa-p521': 'ECDSA P-521', ed25519: 'Ed25519', rsa: 'RSA', 'rsa-pss': 'RSA-PSS', 'ml-dsa-44': 'ML-DSA-44', 'ml-dsa-65': 'ML-DSA-65', 'ml-dsa-87': 'ML-DSA-87',
};

export const verdict = z.enum(['passed', 'failed']);
export type Verdict = z.infer<typeof verdict>;

/** Text that PostgreSQL can compare with: bounded, without NUL. */
const plainText = (maximum: number) => z.string().min(1).max(maximum).refine(comparable, 'holds characters that are not text');
const singleLine = (maximum: number) => plainText(maximum).refine((text) => !/\p{Cc}/u.test(text), 'must be one line').transform((text) => text.trim()).refine((text) => text !== '', 'must not be empty');

export const submitted = z.object({ evidenceId: z.string(), digest: z.string(), verdict, checks: z.array(check), known: z.boolean().describe('These bytes were known before.') });
export type Submitted = z.infer<typeof submitted>;

export const subjectReference = z.object({
  digest: z.string(),
  name: z.string(),
  assetVersionId: z.string().nullable().describe('The version with this digest, where a run that the reader may see reported it.'),
});

export const evidenceItem = z.object({
  id: z.string(),
  digest: z.string(),
  teamId: z.string(),
  mediaType: z.string(),
  sizeBytes: z.number().int(),
  receivedAt: z.string(),
  predicateType: z.string().nullable(),
  runId: z.string().nullable().describe('The run that the statement names.'),
  verdict,
  verifiedAt: z.string(),
  trustDigest: z.string(),
  failedChecks: z.array(z.string()),
  subjects: z.array(z.object({ digest: z.string(), name: z.string() })).describe('The first three.'),
  subjectCount: z.number().int(),
});
export type EvidenceItem = z.infer<typeof evidenceItem>;

export const listEvidenceInput = z.strictObject({
  ...pageInput,
  ...timeRange,
  verdict: several(verdict),
  predicateType: several(plainText(4_000)),
  runId: id.optional(),
  subject: digest.optional().describe('Digest of a subject.'),
  sort: z.literal('-receivedAt').default('-receivedAt'),
});
export const evidencePage = pageOf(evidenceItem);

export const verificationItem = z.object({ id: z.string(), at: z.string(), verdict, trustDigest: z.string(), trustPolicyId: z.string().nullable().describe('The version of the trust policy that decided; null: the team’s keys, or nothing could.'), checks: z.array(check) });
export type VerificationItem = z.infer<typeof verificationItem>;

/** Whether one who signed counts under the policy that decides, and why. */
export const signatory = z.object({ kind: z.enum(['key', 'certificate', 'identity']), signer: z.string().nullable().describe('Its name in the policy.'), description: z.string(), keyId: z.string(), counts: z.boolean(), why: z.string() });

export const signer = z.object({ trustKeyId: z.string().nullable().describe('Null for a signer of a trust policy.'), keyId: z.string(), name: z.string(), algorithm: z.enum(keyAlgorithms), state: z.enum(['active', 'revoked']), publicKeyPem: z.string() });
export type Signer = z.infer<typeof signer>;

export const evidenceDetail = z.object({
  ...evidenceItem.omit({ subjects: true }).shape,
  teamName: z.string(),
  receivedFrom: z.object({ id: z.string(), name: z.string() }),
  report: z.array(check).describe('The verification report: envelope, payload type, each signature, key or chain, identity, log inclusion, checkpoint, time, revocation, subjects, builder, parameters; each with the command that repeats it.'),
  checks: z.array(check).describe('All checks, evaluated now on the stored bytes.'),
  computedDigest: z.string().describe('SHA-256 of the stored bytes, computed now.'),
  recordedDigest: z.string().nullable().describe('The digest in the audit event of the submission.'),
  recordedAs: z.number().int().nullable().describe('Number of that audit event.'),
  payloadType: z.string().nullable(),
  statement: z.unknown().describe('The payload as JSON, decoded now from the stored bytes; null where it cannot be read or is larger than a page shows.'),
  statementBytes: z.number().int().nullable().describe('Size of the payload in bytes.'),
  signers: z.array(signer),
  trustPolicy: z.object({ id: z.string(), name: z.string(), version: z.number().int(), digest: z.string() }).nullable().describe('The trust policy that decides; null: the team’s keys do, or nothing can.'),
  signatories: z.array(signatory).describe('Under a trust policy: who signed, whether each counts, and why.'),
  subjects: z.array(subjectReference).describe('The first two hundred.'),
  history: z.array(verificationItem).describe('The newest hundred verifications, newest first.'),
  commands: z.array(z.object({ title: z.string(), text: z.string() })).describe('Shell commands that repeat the check with openssl and jq.'),
});
export type EvidenceDetail = z.infer<typeof evidenceDetail>;

/** The report as a file of its own. */
export const verificationReport = z.object({
  format: z.literal('https://gatehouse.dev/verification-report/v1'),
  evidence: evidenceDetail.pick({ id: true, digest: true, mediaType: true, sizeBytes: true, receivedAt: true, receivedFrom: true, teamName: true, predicateType: true, payloadType: true, runId: true, recordedDigest: true, recordedAs: true }),
  verifiedNowAt: z.string(),
  verdict,
  trustDigest: z.string(),
  report: z.array(check),
  checks: z.array(check),
  signers: z.array(signer),
  subjects: z.array(subjectReference),
  subjectCount: z.number().int().describe('Subjects beyond those listed stand in the statement.'),
  commands: z.array(z.object({ title: z.string(), text: z.string() })),
});

export const trustKeyStates = ['proposed', 'active', 'revoked', 'rejected'] as const;

const personReference = z.object({ id: z.string(), name: z.string() });

export const trustKeyItem = z.object({
  id: z.string(),
  name: z.string(),
  teamId: z.string(),
  teamName: z.string(),
  keyId: z.string().describe('Hex SHA-256 of the SubjectPublicKeyInfo.'),
  algorithm: z.enum(keyAlgorithms),
  publicKeyPem: z.string(),
  builderIds: z.array(z.string()),
  state: z.enum(trustKeyStates),
  validFrom: z.string().nullable(),
  validUntil: z.string().nullable(),
  proposedBy: personReference,
  proposedAt: z.string(),
  confirmedBy: personReference.nullable(),
  confirmedAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  reason: z.string().nullable(),
});
export type TrustKeyItem = z.infer<typeof trustKeyItem>;

export const listTrustKeysInput = z.strictObject({ ...pageInput, state: several(z.enum(trustKeyStates)), teamId: id.optional(), sort: z.literal('-proposedAt').default('-proposedAt') });
export const trustKeyPage = pageOf(trustKeyItem);

/** A moment that PostgreSQL can hold and that is written with four digits for the year; normalised to UTC. */
const moment = z.iso
  .datetime({ offset: true })
  .refine((text) => Date.parse(text) >= 0 && Date.parse(text) < Date.UTC(9_999, 0, 1), 'must lie between 1970 and 9998')
  .transform((text) => (Number.isNaN(Date.parse(text)) ? text : new Date(text).toISOString()));
export const reason = plainText(2_000).transform((text) => text.trim()).refine((text) => text.length >= 3, 'say why, in at least three characters');

export const proposeTrustKeyInput = z
  .object({
    teamId: id,
    name: singleLine(120),
    publicKeyPem: z.string().min(1).max(10_000).describe('One PEM block, BEGIN PUBLIC KEY: ECDSA P-256, P-384 or P-521, Ed25519, RSA of 2048 bits or more, ML-DSA.'),
    builderIds: z.array(singleLine(500)).max(50).describe('The SLSA builder.id values this key may speak for.'),
    validFrom: moment.nullable().default(null).describe('Evidence received earlier does not count; null: no bound.'),
    validUntil: moment.nullable().default(null).describe('Evidence received at or after it does not count; null: no bound.'),
  })
  .refine(({ validFrom, validUntil }) => validFrom === null || validUntil === null || validFrom < validUntil, { path: ['validUntil'], message: 'must be after validFrom' });
export type ProposeTrustKey = z.input<typeof proposeTrustKeyInput>;

export const decideTrustKeyInput = z.object({ id });
export const withdrawTrustKeyInput = z.object({ id, reason });

export const trustKeyOutcome = z.object({
  id: z.string(),
  state: z.enum(trustKeyStates),
  verifiedAgain: z.number().int().describe('Pieces of evidence verified again in this change.'),
  pending: z.number().int().describe('Pieces of evidence that a background job verifies again.'),
  sweepId: z.string().nullable().describe('That work, to follow its progress.'),
});
export type TrustKeyOutcome = z.infer<typeof trustKeyOutcome>;

export const runEvidenceItem = z.object({ ...evidenceItem.shape, relation: z.enum(['names', 'about']), checks: z.array(check) });
export type RunEvidenceItem = z.infer<typeof runEvidenceItem>;
export const runEvidence = z.object({ items: z.array(runEvidenceItem), more: z.boolean().describe('There is more than is shown.') });
