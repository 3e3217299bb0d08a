// Which keys a team trusts: proposed by one security person, confirmed by another, revoked by any.
import { teamById } from '#lib/identity/index.ts';
import { announce } from '#lib/kernel/announce.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { command, refusal } from '#lib/kernel/command.ts';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import type { CommandContext } from '#lib/kernel/context.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { newId } from '#lib/kernel/ids.ts';
import { ok } from '#lib/kernel/result.ts';
import { evidenceFailure } from './errors.ts';
import { applyTrustChange } from './reverify.ts';
import { decideTrustKeyInput, proposeTrustKeyInput, trustKeyOutcome, withdrawTrustKeyInput } from './schema.ts';
import { lockTrust } from './store/evidence.ts';
import * as store from './store/trust.ts';
import type { TrustKeyRow } from './store/trust.ts';
import { readPublicKey } from './trust.ts';

const byId = async (tx: ReadTx, { id }: { id: string }) => {
  const row = await store.trustKeyForUpdate(tx, id);
  return row ? ok(row) : notFound('trust key');
};
const ofTeam = ({ teamId }: { teamId: string }) => ({ kind: 'team', teamId }) as const;
const shared = { output: trustKeyOutcome, permission: 'trust_key.manage', subjectTable: 'trust_key' } as const;

const wrongState = (row: TrustKeyRow, wanted: string) => evidenceFailure('conflict', 'evidence.wrong_state', `This key is ${row.state}; only a key that is ${wanted} can be treated so. Reload the page to see its present state.`);

/** Proposes a key. It decides nothing until somebody else confirms it. Errors: 422 `evidence.unsuitable_key`, 409 `evidence.key_known`, 409 `evidence.key_was_revoked`. */
export const proposeTrustKey = command({
  ...shared,
  name: 'evidence.proposeTrustKey',
  summary: 'Propose a public key whose signatures a team shall trust',
  input: proposeTrustKeyInput,
  resource: async (tx, { teamId }) => {
    const team = await teamById(tx, teamId);
    return team ? ok({ id: null, teamId: team.id }) : notFound('team');
  },
  scope: ofTeam,
  run: async (tx, input, { teamId }, context) => {
    const key = readPublicKey(input.publicKeyPem);
    if (!key.ok) return evidenceFailure('invalid', 'evidence.unsuitable_key', `publicKeyPem: ${key.error}`, { errors: [{ path: 'publicKeyPem', message: key.error }] });
    await lockTrust(tx, teamId, 'change');
    const same = await store.sameKeys(tx, teamId, key.value.keyId);
    const known = same.find((row) => row.state === 'proposed' || row.state === 'active');
    if (known) return evidenceFailure('conflict', 'evidence.key_known', `The key ${known.keyId} is ${known.state} for this team already, as “${known.name}”.`);
    if (same.some((row) => row.state === 'revoked')) return evidenceFailure('conflict', 'evidence.key_was_revoked', `The key ${key.value.keyId} was revoked for this team. A revoked key does not come back: make a new pair.`);
    if (context.actor.kind !== 'person') return notFound('team');
    const { name, validFrom, validUntil } = input;
    const builderIds = [...new Set(input.builderIds)];
    const id = newId();
    await store.insertTrustKey(tx, { id, teamId, name, ...key.value, builderIds, validFrom, validUntil, state: 'proposed', proposedBy: context.actor.id });
    announce('evidence', teamId);
    const after = { state: 'proposed', keyId: key.value.keyId, algorithm: key.value.algorithm, builderIds, validFrom, validUntil };
    return ok(audited({ id, state: 'proposed' as const, verifiedAgain: 0, pending: 0, sweepId: null }, { subjectTable: 'trust_key', subjectId: id, teamId, after }));
  },
  http: { method: 'POST', path: '/api/v1/trust-keys', tag: 'Trust keys', body: 'json', status: 201 },
});

/** Settles a change of state: verifies what it affects, and accounts for both in one audit event. */
async function settle(tx: WriteTx, row: TrustKeyRow, change: { state: TrustKeyRow['state']; reason: string | null; after: Record<string, string> }, affectsTrust: boolean, context: CommandContext) {
  const effect = affectsTrust ? await applyTrustChange(tx, row.teamId, { kind: 'trust_key', id: row.id }) : { verifiedAgain: 0, nowPassed: 0, nowFailed: 0, pending: 0, sweepId: null };
  announce('evidence', row.teamId);
  const { sweepId: _, ...figures } = effect;
  const after = { state: change.state, keyId: row.keyId, ...change.after, ...(affectsTrust ? { ...figures, at: context.now } : {}) };
  return ok(audited(
    { id: row.id, state: change.state, verifiedAgain: effect.verifiedAgain, pending: effect.pending, sweepId: effect.sweepId },
    { subjectTable: 'trust_key', subjectId: row.id, teamId: row.teamId, reason: change.reason, before: { state: row.state, validUntil: row.validUntil }, after },
  ));
}

/** Confirms a proposed key; from then on its signatures count, also on evidence received before. Errors: 403 `evidence.second_person` for the proposer. */
export const confirmTrustKey = command({
  ...shared,
  name: 'evidence.confirmTrustKey',
  summary: 'Confirm a proposed key as a second person; the team’s evidence is verified again',
  input: decideTrustKeyInput,
  resource: byId,
  scope: ofTeam,
  run: async (tx, _input, row, context) => {
    if (row.state !== 'proposed') return wrongState(row, 'proposed');
    if (context.actor.kind !== 'person') return notFound('trust key');
    if (row.proposedBy === context.actor.id) {
      const { error } = evidenceFailure('forbidden', 'evidence.second_person', 'You proposed this key; another person of security has to confirm it.');
      return refusal(error, { subjectTable: 'trust_key', subjectId: row.id, teamId: row.teamId, reason: 'proposer and confirmer are one person' });
    }
    await lockTrust(tx, row.teamId, 'change');
    await store.confirmTrustKey(tx, row.id, context.actor.id);
    return settle(tx, row, { state: 'active', reason: null, after: { confirmedBy: context.actor.id } }, true, context);
  },
  http: { method: 'POST', path: '/api/v1/trust-keys/{id}/confirm', tag: 'Trust keys', body: 'json' },
});

/** Rejects a proposed key; its proposer may withdraw it in the same way. */
export const rejectTrustKey = command({
  ...shared,
  name: 'evidence.rejectTrustKey',
  summary: 'Reject or withdraw a proposed key',
  input: withdrawTrustKeyInput,
  resource: byId,
  scope: ofTeam,
  run: async (tx, { reason }, row, context) => {
    if (row.state !== 'proposed') return wrongState(row, 'proposed');
    await store.rejectTrustKey(tx, row.id, reason);
    return settle(tx, row, { state: 'rejected', reason, after: {} }, false, context);
  },
  http: { method: 'POST', path: '/api/v1/trust-keys/{id}/reject', tag: 'Trust keys', body: 'json' },
});

/** Revokes a key at once and for all it ever signed: who holds a stolen key can date a signature as they like. */
export const revokeTrustKey = command({
  ...shared,
  name: 'evidence.revokeTrustKey',
  summary: 'Revoke a key: nothing it ever signed counts any more',
  input: withdrawTrustKeyInput,
  resource: byId,
  scope: ofTeam,
  run: async (tx, { reason }, row, context) => {
    if (row.state !== 'active') return wrongState(row, 'active');
    await lockTrust(tx, row.teamId, 'change');
    await store.revokeTrustKey(tx, row.id, reason);
    return settle(tx, row, { state: 'revoked', reason, after: {} }, true, context);
  },
  http: { method: 'POST', path: '/api/v1/trust-keys/{id}/revoke', tag: 'Trust keys', body: 'json' },
});

/** Retires a key that was replaced: what was received until now keeps its verdict, what comes later does not count. */
export const retireTrustKey = command({
  ...shared,
  name: 'evidence.retireTrustKey',
  summary: 'Retire a key that was replaced: evidence received until now stays verified, later evidence does not count',
  input: withdrawTrustKeyInput,
  resource: byId,
  scope: ofTeam,
  run: async (tx, { reason }, row, context) => {
    if (row.state !== 'active') return wrongState(row, 'active');
    if (row.validUntil !== null && Date.parse(row.validUntil) <= Date.parse(context.now)) return evidenceFailure('conflict', 'evidence.wrong_state', `This key is not valid since ${row.validUntil} already.`);
    await lockTrust(tx, row.teamId, 'change');
    await store.retireTrustKey(tx, row.id, reason);
    return settle(tx, row, { state: 'active', reason, after: { validUntil: context.now } }, true, context);
  },
  http: { method: 'POST', path: '/api/v1/trust-keys/{id}/retire', tag: 'Trust keys', body: 'json' },
});
