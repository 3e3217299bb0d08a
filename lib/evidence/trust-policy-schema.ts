// Wire types of trust policies, revocations and sweeps. Safe for the browser.
import { z } from 'zod';
import { comparable, several } from '#lib/kernel/list-input.ts';
import { pageInput, pageOf } from '#lib/kernel/page.ts';
import { digest, id } from '#lib/kernel/wire.ts';

const oneLine = (maximum: number) => z.string().min(1, 'must not be empty').max(maximum, `has more than ${String(maximum)} characters`).refine((text) => comparable(text) && !/\p{Cc}/u.test(text) && text.trim() === text, 'must be one line of text, without spaces at its ends');
const moment = z.iso.datetime({ offset: true }).refine((text) => Date.parse(text) >= 0 && Date.parse(text) < Date.UTC(9_999, 0, 1), 'must lie between 1970 and 9998').transform((text) => (Number.isNaN(Date.parse(text)) ? text : new Date(text).toISOString()));
const why = z.string().max(2_000).refine(comparable, 'holds characters that are not text').transform((text) => text.trim()).refine((text) => text.length >= 3, 'say why, in at least three characters');

/** A pipeline by its OpenLineage job: one, or all of a namespace whose name begins so. There are no wildcards: every character stands for itself. */
export const pipelineScope = z.union([
  z.strictObject({ namespace: oneLine(500), name: oneLine(500) }),
  z.strictObject({ namespace: oneLine(500), namePrefix: z.string().max(500).refine((text) => comparable(text) && !/\p{Cc}/u.test(text), 'must be one line of text').describe('Empty: every job of the namespace.') }),
]);
export type PipelineScope = z.output<typeof pipelineScope>;

/**
 * Whether a beginning of subjects is safe to trust: an https address with at least owner and repository behind the host, ending where a part
 * ends (`/` or `@`), so that neither `acme-evil` nor `release.yml.evil` begins like `acme` or `release.yml`.
 */
export function safeSubjectPrefix(prefix: string): boolean {
  const path = /^https:\/\/[a-z0-9.-]+(?::\d{1,5})?\/([A-Za-z0-9._~@/-]+[/@])$/.exec(prefix)?.[1];
  if (path === undefined) return false;
  const parts = path.replace(/\/$/, '').replaceAll('@', '/').replace(/\/$/, '').split('/');
  const [repository = ''] = path.split('@');
  return repository.split('/').length >= 3 && path.split('@').length <= 2 && parts.every((part) => part !== '' && part !== '.' && part !== '..');
}

const MOST_AUTHORITIES = 10;
const LARGEST_CONTENT = 256 * 1024;
const LARGEST_ROOT = 200 * 1024;
/** A trusted root as JSON that PostgreSQL can hold. */
const rootJson = z.record(z.string(), z.unknown()).refine((root) => {
  const text = JSON.stringify(root);
  return text.length <= LARGEST_ROOT && !text.includes('\\u0000') && !/\\ud[89a-f]/i.test(text) && text.isWellFormed();
}, 'is larger than 200 KiB, or holds characters that are not text');

const signerName = oneLine(120);
export const policySigner = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('key'), name: signerName, publicKeyPem: z.string().min(1, 'must not be empty').max(10_000).describe('One PEM block, BEGIN PUBLIC KEY.') }),
  z.strictObject({
    kind: z.literal('authority'), name: signerName,
    certificatesPem: z.string().min(1, 'must not be empty').max(200_000).describe('One to ten certificates in PEM; each is trusted as it is given.'),
    subjects: z.array(oneLine(1_000)).max(100).describe('Names that a certificate of this authority may bear: alternative names, or, where it has none, its subject as OpenSSL writes it. A certificate with several names needs all of them here. Empty: any.'),
  }),
  z.strictObject({ kind: z.literal('identity'), name: signerName, issuer: oneLine(1_000).describe('The OpenID Connect issuer, compared whole.'), subject: oneLine(1_000), match: z.enum(['exact', 'prefix']).default('exact').describe('prefix: the subject begins so; it must be an https address with owner and repository, ending in / or @.') }),
]);
export type PolicySigner = z.output<typeof policySigner>;

/** What a trust policy says. Its digest is that of its canonical JSON. */
export const trustPolicyContent = z
  .strictObject({
    pipeline: pipelineScope.nullable().default(null).describe('Null: every pipeline, and evidence that names none.'),
    predicateTypes: z.array(oneLine(1_000)).max(50).default([]).describe('Empty: every type.'),
    standsAside: z.boolean().default(false).describe('This version ends the policy: the next wider one decides again.'),
    signers: z.array(policySigner).max(100).default([]),
    root: z.union([z.literal('public-good'), rootJson]).nullable().default(null).describe('Under which Sigstore root identities are believed: the public-good one that ships with Gatehouse, or a trusted root of your own as JSON.'),
    builders: z.array(z.strictObject({ signer: signerName, builderId: oneLine(500) })).max(500).default([]).describe('Which signer may speak for which SLSA builder.id. Provenance by any other pair does not count.'),
    threshold: z.int().min(1).max(64).default(1).describe('How many different signers must have signed.'),
    validFrom: moment.nullable().default(null).describe('Evidence received earlier does not count.'),
    validUntil: moment.nullable().default(null).describe('Evidence received at or after it does not count.'),
  })
  .superRefine((content, context) => {
    const wrong = (path: (string | number)[], message: string) => { context.addIssue({ code: 'custom', path, message }); };
    if (content.standsAside) {
      if (content.signers.length > 0 || content.builders.length > 0 || content.root !== null) wrong(['standsAside'], 'a version that ends the policy names no signers');
      return;
    }
    if (content.signers.length === 0) wrong(['signers'], 'name at least one signer');
    if (content.signers.filter(({ kind }) => kind === 'authority').length > MOST_AUTHORITIES) wrong(['signers'], `at most ${String(MOST_AUTHORITIES)} authorities: chains to each of them are looked for`);
    if (JSON.stringify(content).length > LARGEST_CONTENT) wrong([], `is larger than ${String(LARGEST_CONTENT)} characters`);
    const names = content.signers.map(({ name }) => name);
    names.forEach((name, index) => { if (names.indexOf(name) !== index) wrong(['signers', index, 'name'], 'two signers have this name'); });
    content.signers.forEach((signer, index) => {
      if (signer.kind === 'identity' && signer.match === 'prefix' && !safeSubjectPrefix(signer.subject)) wrong(['signers', index, 'subject'], 'a beginning must be an https address with owner and repository, ending in / or @, e.g. https://github.com/acme/models/.github/workflows/train.yml@refs/tags/');
    });
    if (content.signers.some(({ kind }) => kind === 'identity') && content.root === null) wrong(['root'], 'identities are believed under a Sigstore root: name one');
    content.builders.forEach(({ signer }, index) => { if (!names.includes(signer)) wrong(['builders', index, 'signer'], 'is the name of no signer'); });
    if (content.validFrom !== null && content.validUntil !== null && content.validFrom >= content.validUntil) wrong(['validUntil'], 'must be after validFrom');
    if (content.signers.every(({ kind }) => kind === 'key') && content.threshold > content.signers.length) wrong(['threshold'], 'is more than there are keys');
  });
export type TrustPolicyContent = z.output<typeof trustPolicyContent>;

export const trustPolicyStates = ['proposed', 'active', 'superseded', 'revoked', 'rejected'] as const;

export const proposeTrustPolicyInput = z.object({ teamId: id, name: oneLine(120), content: trustPolicyContent, reason: why });
export type ProposeTrustPolicy = z.input<typeof proposeTrustPolicyInput>;
export const confirmTrustPolicyInput = z.object({ id, digest: digest.describe('Of the content that you looked at.') });
export const endTrustPolicyInput = z.object({ id, reason: why });

export const trustPolicyOutcome = z.object({
  id: z.string(),
  state: z.enum(trustPolicyStates),
  digest: z.string(),
  verifiedAgain: z.number().int().describe('Pieces of evidence verified again in this change.'),
  pending: z.number().int().describe('Pieces of evidence that a background job looks at again.'),
  sweepId: z.string().nullable().describe('That job, to follow its progress.'),
});
export type TrustPolicyOutcome = z.infer<typeof trustPolicyOutcome>;

const personReference = z.object({ id: z.string(), name: z.string() });

export const trustPolicyItem = z.object({
  id: z.string(),
  teamId: z.string(),
  teamName: z.string(),
  name: z.string(),
  version: z.number().int(),
  scope: z.string().describe('In words.'),
  digest: z.string(),
  state: z.enum(trustPolicyStates),
  inForce: z.boolean().describe('It decides: active, or revoked and not replaced, in which case nothing passes.'),
  content: z.unknown(),
  usable: z.boolean(),
  problem: z.string().nullable().describe('Why it cannot be used, where it cannot; nothing passes then.'),
  signers: z.array(z.object({ name: z.string(), kind: z.enum(['key', 'authority', 'identity']), id: z.string(), description: z.string(), revoked: z.string().nullable() })),
  proposedBy: personReference,
  proposedAt: z.string(),
  proposalReason: z.string(),
  confirmedBy: personReference.nullable(),
  confirmedAt: z.string().nullable(),
  endedBy: personReference.nullable(),
  endedAt: z.string().nullable(),
  endReason: z.string().nullable(),
  supersededAt: z.string().nullable(),
  changes: z.array(z.object({ path: z.string(), before: z.string().nullable(), after: z.string().nullable() })).describe('What differs from the version in force, for a proposal; from the one before, for others.'),
});
export type TrustPolicyItem = z.infer<typeof trustPolicyItem>;
export const listTrustPoliciesInput = z.strictObject({ ...pageInput, state: several(z.enum(trustPolicyStates)), teamId: id.optional(), sort: z.literal('-proposedAt').default('-proposedAt') });
export const trustPolicyPage = pageOf(trustPolicyItem);

export const revocationKinds = ['key', 'certificate', 'identity'] as const;
export const revokeSignerInput = z
  .object({
    teamId: id,
    kind: z.enum(revocationKinds),
    signerId: z.string().regex(/^[0-9a-f]{64}$/, 'is 64 hexadecimal digits').optional().describe('SHA-256 of the key (SubjectPublicKeyInfo in DER) or of the certificate (DER).'),
    issuer: oneLine(1_000).optional(),
    subject: oneLine(1_000).optional().describe('Of an identity, as the certificate writes it.'),
    since: moment.nullable().default(null).describe('Evidence received from this moment on does not count; null: nothing that it ever signed counts.'),
    reason: why,
  })
  .superRefine(({ kind, signerId, issuer, subject }, context) => {
    if (kind === 'identity' ? issuer === undefined || subject === undefined || signerId !== undefined : signerId === undefined || issuer !== undefined || subject !== undefined) {
      context.addIssue({ code: 'custom', path: [kind === 'identity' ? 'subject' : 'signerId'], message: kind === 'identity' ? 'an identity is an issuer and a subject' : 'a key or a certificate is named by its SHA-256' });
    }
  });
export type RevokeSigner = z.input<typeof revokeSignerInput>;
export const revocationOutcome = z.object({ id: z.string(), signerId: z.string(), verifiedAgain: z.number().int(), pending: z.number().int(), sweepId: z.string().nullable() });
export type RevocationOutcome = z.infer<typeof revocationOutcome>;
export const revocationItem = z.object({ id: z.string(), teamId: z.string(), teamName: z.string(), kind: z.enum(revocationKinds), signerId: z.string(), name: z.string(), since: z.string().nullable(), reason: z.string(), revokedBy: personReference, revokedAt: z.string() });
export type RevocationItem = z.infer<typeof revocationItem>;
export const listRevocationsInput = z.strictObject({ ...pageInput, teamId: id.optional(), sort: z.literal('-revokedAt').default('-revokedAt') });
export const revocationPage = pageOf(revocationItem);

export const sweepItem = z.object({
  id: z.string(),
  teamId: z.string(),
  teamName: z.string(),
  cause: z.enum(['trust_key', 'trust_policy', 'trust_revocation']),
  causeId: z.string(),
  state: z.enum(['running', 'done']),
  total: z.number().int().describe('Pieces of evidence to look at.'),
  done: z.number().int().describe('Pieces looked at.'),
  verifiedAgain: z.number().int().describe('Of these, so many were affected and verified again.'),
  nowPassed: z.number().int(),
  nowFailed: z.number().int(),
  startedAt: z.string(),
  touchedAt: z.string(),
  finishedAt: z.string().nullable(),
});
export type SweepItem = z.infer<typeof sweepItem>;
export const listSweepsInput = z.strictObject({ ...pageInput, teamId: id.optional(), state: several(z.enum(['running', 'done'])), sort: z.literal('-startedAt').default('-startedAt') });
export const sweepPage = pageOf(sweepItem);
