// The SQL that compares evidence, verifications and keys with the audit log.
import { sql } from 'drizzle-orm';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { auditEvent } from '#lib/db/schema/audit.ts';
import { writeAuditEvents, type AuditEntry } from '#lib/kernel/audit-event.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import type { EvidenceColumns, KeyEvent, Logged, VerificationColumns } from '../records.ts';

const uuids = (ids: readonly string[]) => sql`${sql.param([...ids])}::uuid[]`;
const iso = (value: unknown): string => new Date(value as string).toISOString();

/** What the canonical text of an audit event says; it is what the log will be proven by. */
function logged({ number, canonical }: { number: string | number; canonical: string }): Logged {
  let after: Record<string, unknown> = {};
  try {
    const event = JSON.parse(canonical) as { after?: Record<string, unknown> | null };
    after = event.after ?? {};
  } catch {
    // Not JSON: an event that was changed says nothing.
  }
  const text = (key: string): string | null => { const value = after[key]; return typeof value === 'string' ? value : null; };
  return { number: Number(number), digest: text('digest'), record: text('record'), subjects: text('subjects') };
}

/** The first audit event of each piece of evidence: its submission. */
export async function submissionsOf(tx: ReadTx, evidenceIds: readonly string[]): Promise<ReadonlyMap<string, Logged>> {
  if (evidenceIds.length === 0) return new Map();
  const { rows } = await tx.execute<{ subject: string; number: string; canonical: string }>(sql`
    select wanted.id as subject, event.number, event.canonical from unnest(${uuids(evidenceIds)}) as wanted (id)
    cross join lateral (select number, canonical from audit_event where subject_table = 'evidence' and subject_id = wanted.id and outcome = 'done' order by number limit 1) as event`);
  return new Map(rows.map((row) => [row.subject, logged(row)]));
}

export type RecordedVerification = { readonly row: VerificationColumns; readonly logged: Logged | null };

/** The newest verifications of each piece of evidence, at most `each`, newest first, with the audit event of each. */
export async function verificationsWithEvents(tx: ReadTx, evidenceIds: readonly string[], each: number): Promise<ReadonlyMap<string, RecordedVerification[]>> {
  if (evidenceIds.length === 0) return new Map();
  const { rows } = await tx.execute<{ id: string; evidenceId: string; at: unknown; verdict: string; trustDigest: string; checks: unknown[]; trustPolicyId: string | null; number: string | null; canonical: string | null }>(sql`
    select v.id, v.evidence_id as "evidenceId", v.at, v.verdict, v.trust_digest as "trustDigest", v.checks, v.trust_policy_id as "trustPolicyId", event.number, event.canonical
    from unnest(${uuids(evidenceIds)}) as wanted (id)
    cross join lateral (select * from verification where evidence_id = wanted.id order by at desc, id desc limit ${each}) as v
    left join lateral (select number, canonical from audit_event where subject_table = 'verification' and subject_id = v.id order by number limit 1) as event on true
    order by v.at desc, v.id desc`);
  const all = rows.map(({ number, canonical, ...row }): RecordedVerification => ({ row: { ...row, at: iso(row.at) }, logged: number === null || canonical === null ? null : logged({ number, canonical }) }));
  return Map.groupBy(all, ({ row }) => row.evidenceId);
}

/** Which of these have stored bytes of another digest than the row says; bytes beyond `most` are not read. */
export async function otherBytes(tx: ReadTx, evidenceIds: readonly string[], most: number): Promise<ReadonlySet<string>> {
  if (evidenceIds.length === 0) return new Set();
  const { rows } = await tx.execute<{ id: string }>(sql`
    select id from evidence where id = any(${uuids(evidenceIds)}) and case when octet_length(bytes) <= ${most}::bigint then digest <> 'sha256:' || encode(sha256(bytes), 'hex') else false end`);
  return new Set(rows.map(({ id }) => id));
}

/** Who acts in this transaction, as it was begun: so that what is recorded deep inside a change is recorded as theirs. */
async function acting(tx: WriteTx): Promise<{ actor: Actor; requestId: string; now: string }> {
  const { rows } = await tx.execute<{ kind: string; id: string; requestId: string; now: unknown; responsible: string | null; teamId: string | null }>(sql`
    select s.kind, s.id, s."requestId", s.now, a.responsible_person_id as responsible, a.team_id as "teamId"
    from (select current_setting('gatehouse.actor_kind', true) as kind, current_setting('gatehouse.actor_id', true) as id, current_setting('gatehouse.request_id', true) as "requestId", now() as now) as s
    left join service_account a on s.kind = 'service' and a.id::text = s.id`);
  const [row] = rows;
  if (!row) throw new Error('a transaction without an actor');
  const base = { requestId: row.requestId, now: iso(row.now) };
  switch (row.kind) {
    case 'service':
      return { ...base, actor: { kind: 'service', id: row.id, tokenId: '', responsiblePersonId: row.responsible ?? '', teamId: row.teamId ?? '', grants: [] } };
    case 'person':
      return { ...base, actor: { kind: 'person', id: row.id, sessionId: '', grants: [], authenticatedAt: base.now } };
    default:
      return { ...base, actor: { kind: 'system', id: null, name: 'worker' } };
  }
}

const actors = new WeakMap<WriteTx, ReturnType<typeof acting>>();

/** Writes audit events on behalf of whoever acts in this transaction. */
export async function record(tx: WriteTx, action: string, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const known = actors.get(tx) ?? acting(tx);
  actors.set(tx, known);
  const { actor, requestId, now } = await known;
  await writeAuditEvents(tx, { actor, requestId, channel: 'job' }, now, action, 'done', entries);
}

/** Keys whose rows this very transaction wrote: what the portal is deciding now is in the log when it commits. */
export async function writtenHere(tx: ReadTx, trustKeyIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (trustKeyIds.length === 0) return new Set();
  const { rows } = await tx.execute<{ id: string }>(sql`select id from trust_key where id = any(${uuids(trustKeyIds)}) and xmin::text = pg_current_xact_id_if_assigned()::xid::text`);
  return new Set(rows.map(({ id }) => id));
}

/** The audit events of keys, in their order, by key. */
export async function keyEvents(tx: ReadTx, trustKeyIds: readonly string[]): Promise<ReadonlyMap<string, KeyEvent[]>> {
  if (trustKeyIds.length === 0) return new Map();
  const rows = await tx.select({ subject: auditEvent.subjectId, action: auditEvent.action, canonical: auditEvent.canonical }).from(auditEvent)
    .where(sql`${auditEvent.subjectTable} = 'trust_key' and ${auditEvent.subjectId} = any(${uuids(trustKeyIds)}) and ${auditEvent.outcome} = 'done'`).orderBy(auditEvent.number);
  const all = rows.flatMap(({ subject, action, canonical }) => {
    try {
      return subject === null ? [] : [{ subject, action, after: (JSON.parse(canonical) as { after?: Record<string, unknown> | null }).after ?? {} }];
    } catch {
      return [];
    }
  });
  return Map.groupBy(all, ({ subject }) => subject);
}

export type SweptEvent = { readonly number: number; readonly table: 'evidence' | 'verification'; readonly subjectId: string; readonly teamId: string | null };

/** Audit events of evidence and verifications after a number, and how far was read: a bounded stretch of the log. */
export async function recordedAfter(tx: ReadTx, after: number, stretch: number): Promise<{ events: SweptEvent[]; last: number; end: boolean }> {
  const { rows: bounds } = await tx.execute<{ last: string | null; count: number }>(sql`select max(number) as last, count(*)::int as count from (select number from audit_event where number > ${after} order by number limit ${stretch}) as s`);
  const last = Number(bounds[0]?.last ?? after);
  const { rows } = await tx.execute<{ number: string; table: 'evidence' | 'verification'; subjectId: string; teamId: string | null }>(sql`
    select number, subject_table as table, subject_id as "subjectId", team_id as "teamId" from audit_event
    where number > ${after} and number <= ${last} and subject_table in ('evidence', 'verification') and subject_id is not null and outcome = 'done' order by number`);
  return { events: rows.map((row) => ({ ...row, number: Number(row.number) })), last, end: (bounds[0]?.count ?? 0) < stretch };
}

/** Where the comparison stands; the row is locked, so that one process does it at a time. Null while another has it. */
export async function sweepPosition(tx: WriteTx): Promise<number | null> {
  const { rows } = await tx.execute<{ position: string }>(sql`select audit_number as position from record_sweep where id = 1 for update skip locked`);
  return rows[0] ? Number(rows[0].position) : null;
}

export const moveSweep = (tx: WriteTx, position: number) => tx.execute(sql`update record_sweep set audit_number = ${position}, at = now() where id = 1`);

/** Verifications whose row is gone. */
export async function missingVerifications(tx: ReadTx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await tx.execute<{ id: string }>(sql`select wanted.id from unnest(${uuids(ids)}) as wanted (id) where not exists (select 1 from verification v where v.id = wanted.id)`);
  return new Set(rows.map(({ id }) => id));
}

/** The evidence that verifications belong to, as the audit log says. */
export async function evidenceOfVerifications(tx: ReadTx, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.execute<{ id: string; canonical: string }>(sql`select subject_id as id, canonical from audit_event where subject_table = 'verification' and subject_id = any(${uuids(ids)})`);
  return new Map(rows.flatMap(({ id, canonical }) => { try { const value = (JSON.parse(canonical) as { after?: Record<string, unknown> | null }).after?.['evidenceId']; return typeof value === 'string' ? [[id, value] as const] : []; } catch { return []; } }));
}

export async function columnsOf(tx: ReadTx, ids: readonly string[]): Promise<EvidenceColumns[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.execute<EvidenceColumns & { receivedAt: unknown }>(sql`
    select id, team_id as "teamId", digest, media_type as "mediaType", size_bytes as "sizeBytes", received_at as "receivedAt", received_from as "receivedFrom", predicate_type as "predicateType", run_id as "runId"
    from evidence where id = any(${uuids(ids)})`);
  return rows.map((row) => ({ ...row, receivedAt: iso(row.receivedAt) }));
}

export async function indexedSubjects(tx: ReadTx, ids: readonly string[]): Promise<ReadonlyMap<string, { digest: string; name: string }[]>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.execute<{ id: string; digest: string; name: string }>(sql`select evidence_id as id, digest, name from evidence_subject where evidence_id = any(${uuids(ids)})`);
  return Map.groupBy(rows, ({ id }) => id);
}
