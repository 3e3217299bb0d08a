// The audit events that a command must return, and how they are written: in the command's own transaction.
import { prepared, type WriteTx } from '#lib/db/client.ts';
import { canonicalJson, type Json } from './canonical-json.ts';
import type { RequestContext } from './context.ts';
import { newId } from './ids.ts';

/** One event. Ids only: names and mail addresses change, and do not belong into a log that is kept for ever. */
export type AuditEntry = {
  readonly subjectTable: string;
  readonly subjectId: string | null;
  readonly teamId: string | null;
  readonly reason?: string | null;
  readonly before?: Record<string, Json | undefined> | null;
  readonly after?: Record<string, Json | undefined> | null;
  /** Defaults to the command's name. */
  readonly action?: string;
};

declare const auditedBrand: unique symbol;
/** A value together with the events that account for it. Made by `audited` alone. */
export type Audited<T> = { readonly value: T; readonly entries: readonly [AuditEntry, ...AuditEntry[]]; readonly [auditedBrand]: true };

export const audited = <T>(value: T, first: AuditEntry, ...more: AuditEntry[]): Audited<T> => ({ value, entries: [first, ...more] }) as unknown as Audited<T>;

export type AuditOutcome = 'done' | 'denied' | 'refused';

/** One event with the request that it accounts for. */
export type AuditRow = { readonly context: RequestContext; readonly action: string; readonly outcome: AuditOutcome; readonly entry: AuditEntry };

const insertText = `
  insert into audit_event (id, at, actor_kind, actor_id, responsible_person_id, action, outcome, subject_table, subject_id, team_id, request_id, reason, before, after, canonical)
  select id, at, actor_kind, actor_id, responsible_person_id, action, outcome, subject_table, subject_id, team_id, request_id, reason, before, after, canonical
  from rows from (json_to_recordset($1::json) as (id uuid, at timestamptz, actor_kind text, actor_id uuid, responsible_person_id uuid, action text, outcome text, subject_table text, subject_id uuid, team_id uuid, request_id text, reason text, before jsonb, after jsonb, canonical text)) with ordinality as r (id, at, actor_kind, actor_id, responsible_person_id, action, outcome, subject_table, subject_id, team_id, request_id, reason, before, after, canonical, n)
  order by n returning number`;

/** Writes events of several requests of one actor into the transaction. Returns their numbers, in order. */
export async function writeAuditRows(tx: WriteTx, now: string, rows: readonly AuditRow[]): Promise<number[]> {
  const values = rows.map(({ context: { actor, requestId }, action, outcome, entry }) => {
    const event = {
      id: newId(),
      at: now,
      actorKind: actor.kind,
      actorId: actor.id,
      responsiblePersonId: actor.kind === 'service' ? actor.responsiblePersonId : null,
      action: entry.action ?? action,
      outcome,
      subjectTable: entry.subjectTable,
      subjectId: entry.subjectId,
      teamId: entry.teamId,
      requestId,
      reason: entry.reason ?? null,
      before: entry.before ?? null,
      after: entry.after ?? null,
    };
    const { actorKind, actorId, responsiblePersonId, subjectTable, subjectId, teamId, ...same } = event;
    return { ...same, actor_kind: actorKind, actor_id: actorId, responsible_person_id: responsiblePersonId, subject_table: subjectTable, subject_id: subjectId, team_id: teamId, request_id: requestId, canonical: canonicalJson(event) };
  });
  const written = await prepared<{ number: string }>(tx, 'kernel_write_audit', insertText, [JSON.stringify(values)]);
  return written.map((row) => Number(row.number)).sort((a, b) => a - b);
}

/** Writes the events of one request into the transaction. Returns their numbers, in order. */
export const writeAuditEvents = (tx: WriteTx, context: RequestContext, now: string, action: string, outcome: AuditOutcome, entries: readonly AuditEntry[]): Promise<number[]> =>
  writeAuditRows(tx, now, entries.map((entry) => ({ context, action, outcome, entry })));
