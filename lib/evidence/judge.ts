// Judges stored evidence: gathers the trust and what the portal knows, and verifies the bytes as they lie in the database.
import type { ReadTx } from '#lib/db/client.ts';
import { logDefect } from '#lib/kernel/log.ts';
import { decodeEvidence, unreadable, type Decoded } from './decode.ts';
import type { EvidenceRow } from './store/evidence.ts';
import * as store from './store/evidence.ts';
import { keysAsDecided } from './sealed.ts';
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
  return { trust: { teamId, threshold: THRESHOLD, keys: await keysAsDecided(tx, deciding) }, proposedKeyIds: proposed };
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

type Judged = { readonly row: Judgeable; readonly decoded: Decoded };

/** Verifies decoded evidence of one team with its trust and what is known of the subjects and runs now: two look-ups, however much it is. */
async function judgeAll(tx: ReadTx, teamId: string, items: readonly Judged[], { trust, proposedKeyIds }: TeamTrust): Promise<Report[]> {
  const known = await store.digestsKnownTo(tx, teamId, [...new Set(items.flatMap(({ decoded }) => decoded.subjects.map((subject) => subject.digest)))]);
  const teams = await store.teamsOfRuns(tx, [...new Set(items.flatMap(({ decoded }) => decoded.runId ?? []))]);
  return items.map(({ row, decoded }) => {
    const runTeam = decoded.runId === null ? undefined : teams.get(decoded.runId);
    const namedRun = runTeam === undefined ? 'unknown' : runTeam === teamId ? 'own' : 'foreign';
    const facts = { storedDigest: row.digest, receivedAt: row.receivedAt, knownDigests: known, namedRun, proposedKeyIds } as const;
    return decoded.form.kind === 'dsse' ? verifyDecoded(decoded, trust, facts) : verifyOther(decoded, decoded.form, trust, facts);
  });
}

/** Verifies one piece of decoded evidence, with the trust of its team. */
export async function judge(tx: ReadTx, row: Judgeable, decoded: Decoded, trust: TeamTrust): Promise<Report> {
  const [report] = await judgeAll(tx, row.teamId, [{ row, decoded }], trust);
  if (!report) throw new Error('one piece of evidence gave no report');
  return report;
}

/** So many stored bytes are in memory at once; a larger piece stands alone. */
const MOST_BYTES_AT_ONCE = 32 * 1024 * 1024;

function portions(rows: readonly EvidenceRow[]): EvidenceRow[][] {
  const result: EvidenceRow[][] = [];
  let size = Infinity;
  for (const row of rows) {
    if (size + row.sizeBytes > MOST_BYTES_AT_ONCE) {
      result.push([]);
      size = 0;
    }
    result.at(-1)?.push(row);
    size += row.sizeBytes;
  }
  return result;
}

export type JudgedEvidence<Row> = { readonly row: Row; readonly decoded: Decoded; readonly report: Report };

/** Stored evidence of one team, decoded from its bytes and judged now, in the order given. */
export async function judgeStored<Row extends EvidenceRow>(tx: ReadTx, rows: readonly Row[], trust: TeamTrust): Promise<JudgedEvidence<Row>[]> {
  const judged: JudgedEvidence<Row>[] = [];
  for (const portion of portions(rows) as Row[][]) {
    const bytes = await store.bytesOfAll(tx, portion.map(({ id }) => id));
    const items = portion.map((row) => ({ row, decoded: decodeOrFail(bytes.get(row.id) ?? Buffer.alloc(0)) }));
    const reports = await judgeAll(tx, trust.trust.teamId, items, trust);
    judged.push(...items.flatMap((item, n) => { const report = reports[n]; return report ? [{ ...item, report }] : []; }));
  }
  return judged;
}
