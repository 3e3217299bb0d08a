// Whether rows of evidence, verifications and keys still are what the audit log recorded. Asked whenever they are used.
import type { ReadTx } from '#lib/db/client.ts';
import { queueClient } from '#lib/jobs/outbox.ts';
import { logDefect } from '#lib/kernel/log.ts';
import { keyAgrees, keyAsDecided, recordCheck, type EvidenceColumns } from './records.ts';
import type { Check } from './schema.ts';
import * as store from './store/records.ts';
import type { TrustedKey } from './trust.ts';

/** The check of the record of each row: with `each` verifications, and the index of subjects where it is asked for. */
export async function recordChecks(tx: ReadTx, rows: readonly EvidenceColumns[], { each = 1, subjects = false }: { readonly each?: number; readonly subjects?: boolean } = {}): Promise<ReadonlyMap<string, Check>> {
  const ids = rows.map(({ id }) => id);
  const submissions = await store.submissionsOf(tx, ids);
  const verifications = await store.verificationsWithEvents(tx, ids, each);
  const indexed = subjects ? await store.indexedSubjects(tx, ids) : null;
  return new Map(rows.map((evidence) => [evidence.id, recordCheck({
    evidence,
    submission: submissions.get(evidence.id) ?? null,
    verifications: verifications.get(evidence.id) ?? [],
    subjects: indexed === null ? null : { indexed: indexed.get(evidence.id) ?? [] },
  })]));
}

const SECONDS_BETWEEN = 300;

/** Asks for a closer look at evidence that was found changed: reading must not write, and a finding must be raised. Told once in five minutes. */
export function doubt(evidenceIds: readonly string[]): void {
  for (const evidenceId of evidenceIds.slice(0, 100)) {
    void queueClient().then((queue) => queue.send('evidence.record_doubted', { evidenceId }, { singletonKey: evidenceId, singletonSeconds: SECONDS_BETWEEN })).catch((error: unknown) => { logDefect(error, { operation: 'evidence.doubt' }); });
  }
}

/**
 * The keys that people decided upon, as they decided: what a row says beyond that does not count. A key that was revoked stays revoked, whatever
 * its row says; one that nobody proposed and confirmed, or whose builders or validity were changed, is none.
 */
export async function keysAsDecided(tx: ReadTx, keys: readonly TrustedKey[]): Promise<TrustedKey[]> {
  const events = await store.keyEvents(tx, keys.map(({ id }) => id));
  const disagreeing = keys.filter((key) => !keyAgrees(key, keyAsDecided(events.get(key.id) ?? [])));
  const deciding = await store.writtenHere(tx, disagreeing.map(({ id }) => id));
  return keys.flatMap((key) => {
    const decided = keyAsDecided(events.get(key.id) ?? []);
    if (keyAgrees(key, decided) || deciding.has(key.id)) return [key];
    return decided?.state === 'revoked' && decided.keyId === key.keyId ? [{ ...key, state: 'revoked' as const }] : [];
  });
}

/** What is wrong with the record of one piece of evidence; `exists` is false where its row is gone. */
export type RecordFault = { readonly evidenceId: string; readonly teamId: string | null; readonly exists: boolean; readonly what: string };

const MOST_VERIFICATIONS = 200;

/** Looks at all of some evidence: its columns, bytes, subjects and verifications against the audit log. */
export async function examineRecords(tx: ReadTx, evidenceIds: readonly string[], teamOf: (evidenceId: string) => string | null = () => null): Promise<RecordFault[]> {
  const rows = await store.columnsOf(tx, evidenceIds);
  const known = new Map(rows.map((row) => [row.id, row]));
  const checks = await recordChecks(tx, rows, { each: MOST_VERIFICATIONS, subjects: true });
  const other = await store.otherBytes(tx, evidenceIds, Number.MAX_SAFE_INTEGER);
  return [...new Set(evidenceIds)].flatMap((evidenceId): RecordFault[] => {
    const row = known.get(evidenceId);
    if (row === undefined) return [{ evidenceId, teamId: teamOf(evidenceId), exists: false, what: 'its row is gone' }];
    const check = checks.get(evidenceId);
    if (other.has(evidenceId)) return [{ evidenceId, teamId: row.teamId, exists: true, what: 'its bytes do not have the digest under which they were received' }];
    return check?.verdict === 'failed' ? [{ evidenceId, teamId: row.teamId, exists: true, what: check.actual }] : [];
  });
}

export type RecordSweep = { readonly faults: readonly RecordFault[]; readonly examined: number; readonly last: number; readonly end: boolean };

/** Compares the next stretch of the audit log with the evidence and verifications that it speaks of. */
export async function sweepStretch(tx: ReadTx, after: number, stretch: number): Promise<RecordSweep> {
  const { events, last, end } = await store.recordedAfter(tx, after, stretch);
  const verificationIds = events.filter(({ table }) => table === 'verification').map(({ subjectId }) => subjectId);
  const gone = await store.missingVerifications(tx, verificationIds);
  const belongs = await store.evidenceOfVerifications(tx, verificationIds);
  const teams = new Map(events.flatMap(({ table, subjectId, teamId }) => { const id = table === 'evidence' ? subjectId : belongs.get(subjectId); return id === undefined ? [] : [[id, teamId] as const]; }));
  const faults = new Map((await examineRecords(tx, [...teams.keys()], (id) => teams.get(id) ?? null)).map((fault) => [fault.evidenceId, fault]));
  for (const id of gone) {
    const evidenceId = belongs.get(id);
    if (evidenceId !== undefined && !faults.has(evidenceId)) faults.set(evidenceId, { evidenceId, teamId: teams.get(evidenceId) ?? null, exists: true, what: 'a verification that the audit log recorded is gone' });
  }
  return { faults: [...faults.values()], examined: teams.size, last, end };
}
