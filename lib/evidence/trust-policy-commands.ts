// Trust policies of a team: proposed by one security person, confirmed by another, revoked by any; and signers that are revoked under every policy.
import { teamById } from '#lib/identity/index.ts';
import { announce } from '#lib/kernel/announce.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { command, refusal } from '#lib/kernel/command.ts';
import type { ReadTx } from '#lib/db/client.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Json } from '#lib/kernel/canonical-json.ts';
import { ok, type Result } from '#lib/kernel/result.ts';
import type { AppError } from '#lib/kernel/errors.ts';
import { evidenceFailure } from './errors.ts';
import { trustOf } from './judge.ts';
import { applyTrustChange } from './reverify.ts';
import { lockTrust } from './store/evidence.ts';
import * as store from './store/trust-policy.ts';
import type { TrustPolicyRow } from './store/trust-policy.ts';
import { trustKeyById } from './store/trust.ts';
import { collide, describePolicy, describeScope, identityId, policyDigest, readPolicy, readSigners, revokedFor, scopeKeyOf, type ReadSigner, type TrustPolicy } from './trust-policy.ts';
import { confirmTrustPolicyInput, endTrustPolicyInput, proposeTrustPolicyInput, revocationOutcome, revokeSignerInput, trustPolicyContent, trustPolicyOutcome, type TrustPolicyContent } from './trust-policy-schema.ts';

const ofTeam = ({ teamId }: { teamId: string }) => ({ kind: 'team', teamId }) as const;
const shared = { output: trustPolicyOutcome, permission: 'trust_key.manage', subjectTable: 'trust_policy' } as const;
const NO_EFFECT = { verifiedAgain: 0, pending: 0, sweepId: null };

const byTeam = async (tx: ReadTx, { teamId }: { teamId: string }) => {
  const team = await teamById(tx, teamId);
  return team ? ok({ id: null, teamId: team.id }) : notFound('team');
};
const byId = async (tx: ReadTx, { id }: { id: string }) => {
  const row = await store.policyForUpdate(tx, id);
  return row ? ok(row) : notFound('trust policy');
};
const wrongState = (row: TrustPolicyRow, wanted: string) => evidenceFailure('conflict', 'evidence.wrong_state', `This trust policy is ${row.state}; only one that is ${wanted} can be treated so. Reload the page to see its present state.`);

const readable = (row: TrustPolicyRow): Result<TrustPolicy, string> => readPolicy({ ...row, state: 'active' });

/** Why signers of a policy cannot be trusted by this team: they were revoked, whoever names them again. */
async function revokedSigner(tx: ReadTx, teamId: string, signers: readonly ReadSigner[]): Promise<string | null> {
  const { revocations } = await trustOf(tx, teamId);
  // Revoked from some moment on: later evidence would not count, so naming it anew is a mistake, too.
  const far = new Date(8.64e15).toISOString();
  for (const signer of signers) {
    const kind = signer.kind === 'authority' ? 'certificate' : signer.kind;
    const found = revokedFor(revocations, kind, signer.id, far);
    if (found !== null) return `${signer.name} was ${found}`;
  }
  return null;
}

/** Whether a policy can come into force beside those that are: two that are equally narrow and meet would decide nothing. */
async function colliding(tx: ReadTx, teamId: string, content: TrustPolicyContent, scopeKey: string): Promise<string | null> {
  if (content.standsAside) return null;
  for (const row of await store.inForceOf(tx, teamId)) {
    const other = trustPolicyContent.safeParse(row.content);
    if (row.scopeKey !== scopeKey && other.success && !(other.data.standsAside && row.state === 'active') && collide(content, other.data)) return describePolicy(row);
  }
  return null;
}

async function suitable(tx: ReadTx, teamId: string, content: TrustPolicyContent): Promise<Result<null, AppError>> {
  const signers = readSigners(content);
  if (!signers.ok) return evidenceFailure('invalid', 'evidence.unsuitable_policy', `${signers.error.path}: ${signers.error.message}`, { errors: [signers.error] });
  const revoked = await revokedSigner(tx, teamId, signers.value.signers);
  if (revoked !== null) return evidenceFailure('conflict', 'evidence.signer_revoked', `${revoked}. A revoked signer does not come back.`);
  const other = await colliding(tx, teamId, content, scopeKeyOf(content));
  return other === null ? ok(null) : evidenceFailure('conflict', 'evidence.policy_collides', `The policy ${other} is equally narrow and covers some of the same predicate types: nothing would decide about those. Name other types, or change that policy.`);
}

/** Proposes a trust policy, or its next version where one with the same pipeline and predicate types is there. It decides nothing until somebody else confirms it. Errors: 422 `evidence.unsuitable_policy`, 409 `evidence.policy_proposed`, `evidence.policy_unchanged`, `evidence.policy_collides`, `evidence.signer_revoked`. */
export const proposeTrustPolicy = command({
  ...shared,
  name: 'evidence.proposeTrustPolicy',
  summary: 'Propose who may sign for a team, or for some of its pipelines and predicate types',
  input: proposeTrustPolicyInput,
  resource: byTeam,
  scope: ofTeam,
  run: async (tx, { name, content, reason }, { teamId }, { actor }) => {
    if (actor.kind !== 'person') return notFound('team');
    await lockTrust(tx, teamId, 'change');
    const fits = await suitable(tx, teamId, content);
    if (!fits.ok) return fits;
    const [scopeKey, digest] = [scopeKeyOf(content), policyDigest(content)];
    const versions = await store.versionsOf(tx, teamId, scopeKey);
    if (versions.some(({ state }) => state === 'proposed')) return evidenceFailure('conflict', 'evidence.policy_proposed', `A version of the policy for ${describeScope(content)} is proposed already and waits for a second person.`);
    const standing = versions.find(({ state, supersededAt }) => (state === 'active' || state === 'revoked') && supersededAt === null);
    if (standing?.state === 'active' && standing.digest === digest) return evidenceFailure('conflict', 'evidence.policy_unchanged', 'This very policy is active already.');
    if (content.standsAside && standing === undefined) return evidenceFailure('conflict', 'evidence.policy_unchanged', `There is no policy for ${describeScope(content)} that could be ended.`);
    const row = { id: newId(), teamId, name, scopeKey, version: (versions.at(-1)?.version ?? 0) + 1, content, digest, state: 'proposed' as const, proposedBy: actor.id, proposalReason: reason };
    await store.insertPolicy(tx, row);
    announce('evidence', teamId);
    const after = { state: 'proposed', digest, version: row.version, scope: describeScope(content), ...(standing === undefined ? {} : { replaces: standing.id }) };
    return ok(audited({ id: row.id, state: 'proposed' as const, digest, ...NO_EFFECT }, { subjectTable: 'trust_policy', subjectId: row.id, teamId, reason, after }));
  },
  http: { method: 'POST', path: '/api/v1/trust-policies', tag: 'Trust policies', body: 'json', status: 201 },
});

/** Confirms a proposed policy: it decides from now on, also about evidence received before, and takes the place of the version before it. Errors: 403 `evidence.second_person`, 409 `evidence.policy_changed`, `evidence.policy_collides`, `evidence.signer_revoked`. */
export const confirmTrustPolicy = command({
  ...shared,
  name: 'evidence.confirmTrustPolicy',
  summary: 'Confirm a proposed trust policy as a second person; the evidence that it touches is verified again',
  input: confirmTrustPolicyInput,
  resource: byId,
  scope: ofTeam,
  run: async (tx, { digest }, row, { actor, now }) => {
    if (row.state !== 'proposed') return wrongState(row, 'proposed');
    if (actor.kind !== 'person') return notFound('trust policy');
    if (row.proposedBy === actor.id) {
      const { error } = evidenceFailure('forbidden', 'evidence.second_person', 'You proposed this trust policy; another person of security has to confirm it.');
      return refusal(error, { subjectTable: 'trust_policy', subjectId: row.id, teamId: row.teamId, reason: 'proposer and confirmer are one person' });
    }
    const read = readable(row);
    if (row.digest !== digest || !read.ok) return evidenceFailure('conflict', 'evidence.policy_changed', `The trust policy is not the one that you looked at${read.ok ? '' : `: ${read.error}`}. Reload the page and read it again.`);
    await lockTrust(tx, row.teamId, 'change');
    // Others may have been confirmed, and signers revoked, since it was proposed.
    const fits = await suitable(tx, row.teamId, read.value.content);
    if (!fits.ok) return fits;
    const before = (await store.versionsOf(tx, row.teamId, row.scopeKey)).find(({ state, supersededAt }) => (state === 'active' || state === 'revoked') && supersededAt === null);
    if (before !== undefined) await store.supersedePolicy(tx, before);
    await store.activatePolicy(tx, row.id, actor.id);
    const { sweepId, verifiedAgain, nowPassed, nowFailed, pending } = await applyTrustChange(tx, row.teamId, { kind: 'trust_policy', id: row.id });
    announce('evidence', row.teamId);
    const entry = { subjectTable: 'trust_policy', subjectId: row.id, teamId: row.teamId, before: { state: 'proposed' }, after: { state: 'active', digest: row.digest, version: row.version, confirmedBy: actor.id, verifiedAgain, nowPassed, nowFailed, pending, at: now } };
    const value = { id: row.id, state: 'active' as const, digest: row.digest, verifiedAgain, pending, sweepId };
    return ok(before === undefined ? audited(value, entry) : audited(value, entry, { subjectTable: 'trust_policy', subjectId: before.id, teamId: row.teamId, action: 'evidence.supersedeTrustPolicy', before: { state: before.state }, after: { replacedBy: row.id } }));
  },
  http: { method: 'POST', path: '/api/v1/trust-policies/{id}/confirm', tag: 'Trust policies', body: 'json' },
});

/** Rejects a proposed policy; its proposer may withdraw it in the same way. */
export const rejectTrustPolicy = command({
  ...shared,
  name: 'evidence.rejectTrustPolicy',
  summary: 'Reject or withdraw a proposed trust policy',
  input: endTrustPolicyInput,
  resource: byId,
  scope: ofTeam,
  run: async (tx, { reason }, row, { actor }) => {
    if (row.state !== 'proposed') return wrongState(row, 'proposed');
    if (actor.kind !== 'person') return notFound('trust policy');
    await store.endPolicy(tx, row.id, 'rejected', actor.id, reason);
    announce('evidence', row.teamId);
    return ok(audited({ id: row.id, state: 'rejected' as const, digest: row.digest, ...NO_EFFECT }, { subjectTable: 'trust_policy', subjectId: row.id, teamId: row.teamId, reason, before: { state: 'proposed' }, after: { state: 'rejected' } }));
  },
  http: { method: 'POST', path: '/api/v1/trust-policies/{id}/reject', tag: 'Trust policies', body: 'json' },
});

/**
 * Revokes an active policy at once. What it covers passes no more, whoever signed: the wider policy does not step in, since that would let one person
 * loosen what two made strict. Two people replace it, or end it by a version that stands aside.
 */
export const revokeTrustPolicy = command({
  ...shared,
  name: 'evidence.revokeTrustPolicy',
  summary: 'Revoke a trust policy: nothing that it covers passes until two people replace it',
  input: endTrustPolicyInput,
  resource: byId,
  scope: ofTeam,
  run: async (tx, { reason }, row, { actor, now }) => {
    const content = trustPolicyContent.safeParse(row.content);
    if (row.state !== 'active' || (content.success && content.data.standsAside)) return wrongState(row, 'active and decides');
    if (actor.kind !== 'person') return notFound('trust policy');
    await lockTrust(tx, row.teamId, 'change');
    await store.endPolicy(tx, row.id, 'revoked', actor.id, reason);
    const { sweepId, verifiedAgain, nowPassed, nowFailed, pending } = await applyTrustChange(tx, row.teamId, { kind: 'trust_policy', id: row.id });
    announce('evidence', row.teamId);
    return ok(audited({ id: row.id, state: 'revoked' as const, digest: row.digest, verifiedAgain, pending, sweepId }, { subjectTable: 'trust_policy', subjectId: row.id, teamId: row.teamId, reason, before: { state: 'active' }, after: { state: 'revoked', digest: row.digest, verifiedAgain, nowPassed, nowFailed, pending, at: now } }));
  },
  http: { method: 'POST', path: '/api/v1/trust-policies/{id}/revoke', tag: 'Trust policies', body: 'json' },
});

/** Revokes a signer for a team, under every policy and as a key of the team: from a moment on, or for all it ever signed. */
export const revokeSigner = command({
  name: 'evidence.revokeSigner',
  summary: 'Revoke a key, a certificate or an identity for a team, under every trust policy',
  input: revokeSignerInput,
  output: revocationOutcome,
  permission: 'trust_key.manage',
  subjectTable: 'trust_revocation',
  resource: byTeam,
  scope: ofTeam,
  run: async (tx, { kind, signerId: given, issuer = '', subject = '', since, reason }, { teamId }, { actor, now }) => {
    if (actor.kind !== 'person') return notFound('team');
    await lockTrust(tx, teamId, 'change');
    const signerId = given ?? identityId(issuer, subject);
    const known = (await store.revocationsOf(tx, teamId)).find((one) => one.kind === kind && one.signerId === signerId && (one.since === null || (since !== null && one.since <= since)));
    if (known !== undefined) return evidenceFailure('conflict', 'evidence.signer_revoked', `This signer was revoked at ${known.revokedAt} already: ${known.reason}`);
    const id = newId();
    const name = kind === 'identity' ? `${subject} as ${issuer} knows it` : `the ${kind} ${signerId}`;
    await store.insertRevocation(tx, { id, teamId, kind, signerId, name, since, reason, revokedBy: actor.id });
    const { sweepId, verifiedAgain, nowPassed, nowFailed, pending } = await applyTrustChange(tx, teamId, { kind: 'trust_revocation', id });
    announce('evidence', teamId);
    const after: Record<string, Json> = { kind, signerId, since, verifiedAgain, nowPassed, nowFailed, pending, at: now };
    return ok(audited({ id, signerId, verifiedAgain, pending, sweepId }, { subjectTable: 'trust_revocation', subjectId: id, teamId, reason, after }));
  },
  http: { method: 'POST', path: '/api/v1/trust-revocations', tag: 'Trust policies', body: 'json', status: 201 },
});

/** The keys that a change of trust made trusted for all of the team's evidence, by their ids; one that counts for some pipelines or types alone may go on failing elsewhere. */
export async function keysTrustedBy(tx: ReadTx, cause: 'trust_key' | 'trust_policy' | 'trust_revocation', causeId: string): Promise<string[]> {
  switch (cause) {
    case 'trust_key': {
      const key = await trustKeyById(tx, causeId);
      return key?.state === 'active' ? [key.keyId] : [];
    }
    case 'trust_policy': {
      const row = await store.policyById(tx, causeId);
      const read = row?.state === 'active' ? readable(row) : null;
      return read?.ok === true && read.value.content.pipeline === null && read.value.content.predicateTypes.length === 0 ? read.value.signers.flatMap((signer) => (signer.kind === 'key' ? [signer.id] : [])) : [];
    }
    case 'trust_revocation':
      return [];
  }
}
