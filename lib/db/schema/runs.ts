// Tables of jobs, runs and the events that reported them.
import { sql, type AnyColumn, type SQL } from 'drizzle-orm';
import { bigint, boolean, index, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid, doublePrecision, integer } from 'drizzle-orm/pg-core';
import { bytea, instant, primaryId } from './columns.ts';
import { serviceAccount, team } from './identity.ts';

export const job = pgTable('job', {
  id: primaryId(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  namespace: text('namespace').notNull(),
  name: text('name').notNull(),
  pipeline: text('pipeline'),
  stage: text('stage'),
  createdAt: instant('created_at').notNull().default(sql`now()`),
}, (table) => [uniqueIndex('job_name').on(table.teamId, table.namespace, table.name), index('job_pipeline').on(table.teamId, table.pipeline), index('job_by_pipeline').on(sql`coalesce(${table.pipeline}, ${table.name})`, table.teamId),
  // Pipelines are paged by this: names may be long, so their beginning sorts them and a hash tells them apart.
  index('job_pipeline_page').on(sql`left(coalesce(${table.pipeline}, ${table.name}), 100)`, sql`(md5(coalesce(${table.pipeline}, ${table.name}) || ${table.teamId}::text)::uuid)`),
]);

/** The Monday of a week, or of what lies before 2000 or after 2099 the first or the last: a client that makes up times cannot make more than some 5,000 weeks. */
export const week = (moment: AnyColumn | SQL) => sql`date_bin('7 days'::interval, greatest(least(${moment}, '2100-01-04 00:00:00Z'::timestamptz), '2000-01-03 00:00:00Z'::timestamptz), '2000-01-03 00:00:00Z'::timestamptz)`;

export const run = pgTable('run', {
  /** The OpenLineage run id, chosen by the client; it belongs to the team that first reported it. */
  id: uuid('id').primaryKey(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  jobId: uuid('job_id').notNull().references(() => job.id),
  parentRunId: uuid('parent_run_id'),
  state: text('state', { enum: ['unknown', 'running', 'complete', 'failed', 'aborted'] }).notNull(),
  /** Which event decided the state: its rank (a terminal event beats any other) and its time; so order of arrival does not matter. */
  stateRank: integer('state_rank').notNull(),
  stateEventTime: instant('state_event_time').notNull(),
  startedAt: instant('started_at').notNull(),
  /** Whether `started_at` comes from a START event or, for want of one, from the earliest event. */
  startReported: boolean('start_reported').notNull().default(false),
  endedAt: instant('ended_at'),
  durationMilliseconds: doublePrecision('duration_milliseconds').generatedAlwaysAs(sql`extract(epoch from (ended_at - started_at)) * 1000`),
  reportedBy: uuid('reported_by').notNull().references(() => serviceAccount.id),
  firstReceivedAt: instant('first_received_at').notNull().default(sql`now()`),
  lastReceivedAt: instant('last_received_at').notNull().default(sql`now()`),
}, (table) => [
  index('run_started').on(table.startedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('run_team_started').on(table.teamId, table.startedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('run_state_started').on(table.state, table.startedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
  index('run_job_started').on(table.jobId, table.startedAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
  // Runs that have not ended have no duration, and are in none of these.
  index('run_duration').on(table.durationMilliseconds.desc().nullsFirst(), table.id.desc().nullsFirst()).where(sql`${table.durationMilliseconds} is not null`),
  // By week (lib/runs/store/by-week.ts) and executions apart from stages: lists within dates and of one of the two must not pass over all of the others.
  index('run_week_duration').on(week(table.startedAt), sql`num_nonnulls(${table.parentRunId})`, table.durationMilliseconds.desc().nullsFirst(), table.id.desc().nullsFirst()).where(sql`${table.durationMilliseconds} is not null`),
  index('run_team_week_duration').on(table.teamId, week(table.startedAt), sql`num_nonnulls(${table.parentRunId})`, table.durationMilliseconds.desc().nullsFirst(), table.id.desc().nullsFirst()).where(sql`${table.durationMilliseconds} is not null`),
  // With job and team included, which drizzle cannot say: drizzle/0004_scale.sql has it.
  index('run_state_duration').on(table.state, table.durationMilliseconds.desc().nullsFirst(), table.id.desc().nullsFirst()).where(sql`${table.durationMilliseconds} is not null`),
  index('run_job_duration').on(table.jobId, table.durationMilliseconds.desc().nullsFirst(), table.id.desc().nullsFirst()).where(sql`${table.durationMilliseconds} is not null`),
  index('run_parent_started').on(table.parentRunId, table.startedAt, table.id),
]);

/**
 * What was received, in partitions by the month of receipt (`run_event_2026_01`, and `run_event_rest` for what no month was made for yet).
 * A partition knows only its own rows, so that an event is kept once for all time is held by `event_key`.
 */
export const runEvent = pgTable('run_event', {
  id: uuid('id').notNull(),
  teamId: uuid('team_id').notNull().references(() => team.id),
  kind: text('kind', { enum: ['run', 'dataset', 'job'] }).notNull(),
  runId: uuid('run_id'),
  jobId: uuid('job_id'),
  eventType: text('event_type').notNull(),
  eventTime: instant('event_time').notNull(),
  receivedAt: instant('received_at').notNull().default(sql`now()`),
  /** SHA-256 of the bytes as received: the same event twice is one event. */
  digest: text('digest').notNull(),
  bytes: bytea('bytes').notNull(),
  reportedBy: uuid('reported_by').notNull().references(() => serviceAccount.id),
  /** When retention emptied `bytes`; the row stays, with digest, time and reporter. */
  bytesRemovedAt: instant('bytes_removed_at'),
}, (table) => [primaryKey({ columns: [table.id, table.receivedAt] }), index('run_event_run').on(table.runId, table.eventTime)]);

/** The same event twice is one event: which digests each team has sent, for all time. Half the size of the digest as text. */
export const eventKey = pgTable('event_key', {
  digest: bytea('digest').notNull(),
  teamId: uuid('team_id').notNull(),
}, (table) => [primaryKey({ columns: [table.digest, table.teamId] })]);

/** Work on what was stored before a feature came, done in pieces: where it stands. `until` is fixed when it begins, so that it ends. */
export const backfill = pgTable('backfill', {
  name: text('name').primaryKey(),
  /** Id of the last event that was looked at. */
  after: uuid('after').notNull(),
  until: uuid('until').notNull(),
  looked: bigint('looked', { mode: 'number' }).notNull().default(0),
  added: bigint('added', { mode: 'number' }).notNull().default(0),
  /** Events that could not be read again: their bytes are no longer kept. */
  withoutBytes: bigint('without_bytes', { mode: 'number' }).notNull().default(0),
  startedAt: instant('started_at').notNull().default(sql`now()`),
  finishedAt: instant('finished_at'),
});

export const facet = pgTable('facet', {
  /** `run_job`: a job's facets as one run reported them (the commit it ran, say); `job` and `asset`: from events without a run. */
  subjectKind: text('subject_kind', { enum: ['run', 'run_job', 'job', 'asset', 'asset_version', 'run_asset'] }).notNull(),
  subjectId: uuid('subject_id').notNull(),
  name: text('name').notNull(),
  body: jsonb('body').$type<Record<string, unknown>>().notNull(),
  /** The newest event that carried the facet decides; equal times are decided by digest, so that order of arrival does not matter. */
  eventTime: instant('event_time').notNull(),
  eventDigest: text('event_digest').notNull(),
}, (table) => [primaryKey({ columns: [table.subjectKind, table.subjectId, table.name] })]);
