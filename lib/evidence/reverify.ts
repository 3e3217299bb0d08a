// Verifies a team's evidence again after its trust changed. Earlier verifications stay; new ones are added.
import type { WriteTx } from '#lib/db/client.ts';
import { publish } from '#lib/jobs/outbox.ts';
import { judgeStored, trustOf, type JudgedEvidence } from './judge.ts';
import type { EvidenceRow } from './store/evidence.ts';
import * as store from './store/evidence.ts';
import { recordVerification } from './submit.ts';

/** Up to this much is verified in the transaction of the change itself; more is left to a job. */
export const MOST_AT_ONCE = { pieces: 1_000, bytes: 64 * 1024 * 1024 };

export type Sweep = { readonly verifiedAgain: number; readonly nowPassed: number; readonly nowFailed: number; readonly last: string | null; readonly done: boolean };

/** A piece of evidence is affected by a key when a signature names it or was made by it, or when the verdict changes; unless it was verified with this very trust already. */
async function verifyAgain(tx: WriteTx, { row, decoded, report }: JudgedEvidence<EvidenceRow>, keyId: string): Promise<'untouched' | 'same' | 'passed' | 'failed'> {
  const latest = await store.latestVerification(tx, row.id);
  const changed = latest?.verdict !== report.verdict;
  if (!changed && latest?.trustDigest === report.trustDigest) return 'untouched';
  const named = decoded.envelope.ok && decoded.envelope.value.signatures.some((signature) => signature.keyid === keyId);
  if (!changed && !named && !report.signers.some((signer) => signer.keyId === keyId)) return 'untouched';
  await recordVerification(tx, row.id, report);
  return changed ? report.verdict : 'same';
}

/** Verifies the next batch after `after` (an evidence id). The caller holds the team's trust lock or repeats on change. */
export async function sweep(tx: WriteTx, teamId: string, keyId: string, after: string | null, limit: number): Promise<Sweep> {
  const trust = await trustOf(tx, teamId);
  const rows = await store.evidenceAfter(tx, teamId, after, limit);
  const outcomes = [];
  for (const judged of await judgeStored(tx, rows, trust)) outcomes.push(await verifyAgain(tx, judged, keyId));
  return {
    verifiedAgain: outcomes.filter((outcome) => outcome !== 'untouched').length,
    nowPassed: outcomes.filter((outcome) => outcome === 'passed').length,
    nowFailed: outcomes.filter((outcome) => outcome === 'failed').length,
    last: rows.at(-1)?.id ?? null,
    done: rows.length < limit,
  };
}

/** After a change of trust: verifies everything affected now, or asks a job to. Call under `lockTrust(…, 'change')`. */
export async function applyTrustChange(tx: WriteTx, teamId: string, trustKeyId: string, keyId: string): Promise<{ verifiedAgain: number; nowPassed: number; nowFailed: number; pending: number }> {
  await publish(tx, 'evidence.trust_changed', { teamId, trustKeyId });
  const extent = await store.extentOf(tx, teamId, MOST_AT_ONCE.pieces + 1);
  if (extent.pieces > MOST_AT_ONCE.pieces || extent.bytes > MOST_AT_ONCE.bytes) {
    await publish(tx, 'evidence.sweep_due', { teamId, trustKeyId });
    return { verifiedAgain: 0, nowPassed: 0, nowFailed: 0, pending: extent.pieces };
  }
  const { verifiedAgain, nowPassed, nowFailed } = await sweep(tx, teamId, keyId, null, MOST_AT_ONCE.pieces);
  return { verifiedAgain, nowPassed, nowFailed, pending: 0 };
}
