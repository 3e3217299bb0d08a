// Verifies a team's evidence again after its trust changed. Earlier verifications stay; new ones are added.
//
// A sweep is a row: what changed, up to which piece of evidence it goes, how far it has come. Each batch moves the row on in the transaction that
// adds its verifications, so a sweep that was stopped anywhere goes on from there. What is received after the change needs no sweep: it is
// verified with the new trust, since a change and a submission wait for each other (`lockTrust`).
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { publish, publishAll } from '#lib/jobs/outbox.ts';
import { newId } from '#lib/kernel/ids.ts';
import { judgeStored, trustOf, type JudgedEvidence } from './judge.ts';
import { recordVerifications } from './seal.ts';
import type { EvidenceRow, LatestVerification } from './store/evidence.ts';
import * as store from './store/evidence.ts';
import { trustKeyById } from './store/trust.ts';
import { advanceSweep, insertSweep, policyById, versionsOf, type SweepStep, type TrustSweepRow } from './store/trust-policy.ts';
import { revocationById } from './store/trust-policy.ts';

/** Up to this much is verified in the transaction of the change itself; more is left to a job. */
export const MOST_AT_ONCE = { pieces: 1_000, bytes: 64 * 1024 * 1024 };

export type Cause = { readonly kind: 'trust_key' | 'trust_policy' | 'trust_revocation'; readonly id: string };

type Affects = (judged: JudgedEvidence<EvidenceRow>, latest: LatestVerification) => boolean;

/** What a change touches besides the evidence whose verdict it changes: a verification that rests on the key or the policy is made anew, with the trust of now. */
async function affectedBy(tx: ReadTx, { kind, id }: Cause): Promise<Affects> {
  const concerns = (keyId: string): Affects => ({ decoded, report }) =>
    (decoded.envelope.ok && decoded.envelope.value.signatures.some((signature) => signature.keyid === keyId)) || report.signers.some((signer) => signer.keyId === keyId) || report.signatories.some(({ key }) => key.keyId === keyId);
  switch (kind) {
    case 'trust_key': {
      const key = await trustKeyById(tx, id);
      if (key === null) throw new Error('a trust key that changed is not there');
      return concerns(key.keyId);
    }
    case 'trust_policy': {
      const policy = await policyById(tx, id);
      if (policy === null) throw new Error('a trust policy that changed is not there');
      const versions = new Set((await versionsOf(tx, policy.teamId, policy.scopeKey)).map((version) => version.id));
      return ({ report }, latest) => [report.trustPolicyId, latest.trustPolicyId].some((one) => one !== null && versions.has(one)) || report.awaitsRun !== latest.awaitsRun || report.trustPolicyId !== latest.trustPolicyId;
    }
    case 'trust_revocation': {
      const revocation = await revocationById(tx, id);
      if (revocation === null) throw new Error('a revocation is not there');
      const named = revocation.kind === 'key' ? concerns(revocation.signerId) : () => false;
      return (judged, latest) => judged.report.trustPolicyId !== null || named(judged, latest);
    }
  }
}

/** Adds verifications. Those who act on verdicts are told where one changed, and of every one that failed, since its reason may be another now. */
async function record(tx: WriteTx, judged: readonly { readonly item: JudgedEvidence<EvidenceRow>; readonly changed: boolean }[]): Promise<void> {
  if (judged.length === 0) return;
  const rows = judged.map(({ item: { row, report }, changed }) => ({ id: newId(), evidenceId: row.id, report, told: changed || report.verdict === 'failed' }));
  await recordVerifications(tx, rows.map(({ id, evidenceId, report: { verdict, trustDigest, checks, trustPolicyId, awaitsRun } }) => ({ id, evidenceId, verdict, trustDigest, checks: [...checks], trustPolicyId, awaitsRun })));
  await publishAll(tx, 'evidence.verified', rows.filter(({ told }) => told).map(({ id, evidenceId }) => ({ evidenceId, verificationId: id })));
}

/** Verifies the next batch of a team's evidence. The caller holds the team's trust lock. */
async function step(tx: WriteTx, teamId: string, cause: Cause, range: { readonly after: string | null; readonly last: string }, limit: number): Promise<SweepStep> {
  const affects = await affectedBy(tx, cause);
  const trust = await trustOf(tx, teamId);
  const rows = await store.evidenceAfter(tx, teamId, range.after, range.last, limit);
  const latest = await store.latestVerifications(tx, rows.map(({ id }) => id));
  const judged = await judgeStored(tx, rows, trust);
  const touched = judged.flatMap((item) => {
    const before = latest.get(item.row.id);
    const changed = before?.verdict !== item.report.verdict;
    if (before !== undefined && !changed && (before.trustDigest === item.report.trustDigest || !affects(item, before))) return [];
    return [{ item, changed }];
  });
  await record(tx, touched);
  const turned = (verdict: string) => touched.filter(({ item, changed }) => changed && item.report.verdict === verdict).length;
  return { looked: rows.length, reached: rows.at(-1)?.id ?? null, verifiedAgain: touched.length, nowPassed: turned('passed'), nowFailed: turned('failed'), done: rows.length < limit };
}

/** Moves a sweep on by a batch. The caller has taken hold of its row and holds the team's trust lock. */
export async function advance(tx: WriteTx, sweep: TrustSweepRow, limit: number): Promise<SweepStep> {
  const result = await step(tx, sweep.teamId, { kind: sweep.cause, id: sweep.causeId }, { after: sweep.reached, last: sweep.lastEvidenceId }, limit);
  await advanceSweep(tx, sweep.id, result);
  return result;
}

export type Effect = { readonly verifiedAgain: number; readonly nowPassed: number; readonly nowFailed: number; readonly pending: number; readonly sweepId: string | null };

/** After a change of trust: verifies everything affected now, or leaves it to a job. Call under `lockTrust(…, 'change')`. */
export async function applyTrustChange(tx: WriteTx, teamId: string, cause: Cause): Promise<Effect> {
  await publish(tx, 'evidence.trust_changed', { teamId, cause: cause.kind, causeId: cause.id });
  const extent = await store.extentOf(tx, teamId, MOST_AT_ONCE.pieces + 1);
  const { total, last } = await store.extentUntilNow(tx, teamId);
  if (last === null) return { verifiedAgain: 0, nowPassed: 0, nowFailed: 0, pending: 0, sweepId: null };
  const sweepId = newId();
  const row = { id: sweepId, teamId, cause: cause.kind, causeId: cause.id, total, lastEvidenceId: last };
  if (extent.pieces > MOST_AT_ONCE.pieces || extent.bytes > MOST_AT_ONCE.bytes) {
    await insertSweep(tx, { ...row, state: 'running' });
    await publish(tx, 'evidence.sweep_due', { sweepId });
    return { verifiedAgain: 0, nowPassed: 0, nowFailed: 0, pending: total, sweepId };
  }
  const { verifiedAgain, nowPassed, nowFailed, looked, reached } = await step(tx, teamId, cause, { after: null, last }, MOST_AT_ONCE.pieces + 1);
  await insertSweep(tx, { ...row, state: 'done', done: looked, reached, verifiedAgain, nowPassed, nowFailed, finishedAt: new Date().toISOString() });
  return { verifiedAgain, nowPassed, nowFailed, pending: 0, sweepId };
}

/** Evidence that waited for the run it names, which somebody has reported meanwhile: verifies it again. Returns how much there was. */
export async function settleAwaiting(tx: WriteTx, limit: number): Promise<{ readonly teamIds: readonly string[]; readonly verified: number }> {
  const waiting = await store.noLongerAwaiting(tx, limit);
  const teams = [...Map.groupBy(waiting, ({ teamId }) => teamId)].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [teamId, items] of teams) {
    await store.lockTrust(tx, teamId, 'read');
    const ids = items.map(({ id }) => id);
    // Read again under the lock: a sweep may have been faster.
    const latest = await store.latestVerifications(tx, ids);
    const rows = await store.evidenceRows(tx, ids.filter((id) => latest.get(id)?.awaitsRun === true));
    const judged = await judgeStored(tx, rows, await trustOf(tx, teamId));
    await record(tx, judged.map((item) => ({ item, changed: true })));
  }
  return { teamIds: teams.map(([teamId]) => teamId), verified: waiting.length };
}
