// Judges stored evidence: gathers the trust and what the portal knows, and verifies the bytes as they lie in the database.
import type { ReadTx } from '#lib/db/client.ts';
import { logDefect } from '#lib/kernel/log.ts';
import { decodeEvidence, unreadable, type Decoded } from './decode.ts';
import type { EvidenceRow } from './store/evidence.ts';
import * as store from './store/evidence.ts';
import { keysOf } from './store/trust.ts';
import type { Trust } from './trust.ts';
import { verifyDecoded, type Report } from './verify.ts';
import { verifyOther } from './verify-other.ts';

/** One trusted key is enough: a team's pipeline signs with one. */
const THRESHOLD = 1;

export type TeamTrust = { readonly trust: Trust; readonly proposedKeyIds: ReadonlySet<string> };

/** What a team trusts now. */
export async function trustOf(tx: ReadTx, teamId: string): Promise<TeamTrust> {
  const { deciding, proposed } = await keysOf(tx, teamId);
  return { trust: { teamId, threshold: THRESHOLD, keys: deciding }, proposedKeyIds: proposed };
}

/** Decodes; a defect of Gatehouse itself makes the evidence unreadable, never verified, and is logged. */
export function decodeOrFail(bytes: Uint8Array): Decoded {
  try {
    return decodeEvidence(bytes);
  } catch (error) {
    logDefect(error, { operation: 'evidence.decode' });
    return unreadable(bytes, 'Gatehouse itself failed to read this document; the operator finds the reason in the log');
  }
}

type Judgeable = Pick<EvidenceRow, 'teamId' | 'digest' | 'receivedAt'>;

/** Verifies decoded evidence with a team's trust and what is known of its subjects and its run now. */
export async function judge(tx: ReadTx, row: Judgeable, decoded: Decoded, { trust, proposedKeyIds }: TeamTrust): Promise<Report> {
  const knownDigests = await store.digestsKnownTo(tx, row.teamId, [...new Set(decoded.subjects.map((subject) => subject.digest))]);
  const runTeam = decoded.runId === null ? null : await store.teamOfRun(tx, decoded.runId);
  const namedRun = runTeam === null ? 'unknown' : runTeam === row.teamId ? 'own' : 'foreign';
  const facts = { storedDigest: row.digest, receivedAt: row.receivedAt, knownDigests, namedRun, proposedKeyIds } as const;
  return decoded.form.kind === 'dsse' ? verifyDecoded(decoded, trust, facts) : verifyOther(decoded, decoded.form, trust, facts);
}

/** The stored bytes of a piece of evidence, decoded and judged now. */
export async function judgeStored(tx: ReadTx, row: EvidenceRow, trust: TeamTrust): Promise<{ decoded: Decoded; report: Report }> {
  const decoded = decodeOrFail((await store.bytesOf(tx, row.id)) ?? Buffer.alloc(0));
  return { decoded, report: await judge(tx, row, decoded, trust) };
}
