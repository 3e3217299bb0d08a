// Adds verifications together with their records in the audit log, so that a row that was changed later is found out.
import type { WriteTx } from '#lib/db/client.ts';
import { verificationRecord } from './records.ts';
import { insertVerifications, type NewVerification } from './store/evidence.ts';
import { record } from './store/records.ts';

/** Adds verifications, each with an audit event that holds the digest over its columns. */
export async function recordVerifications(tx: WriteTx, rows: readonly NewVerification[]): Promise<void> {
  const stored = await insertVerifications(tx, rows);
  await record(tx, 'evidence.recordVerification', stored.map((row) => ({
    subjectTable: 'verification', subjectId: row.id, teamId: row.teamId, after: { evidenceId: row.evidenceId, verdict: row.verdict, trustDigest: row.trustDigest, record: verificationRecord(row) },
  })));
}
