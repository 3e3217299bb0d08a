// The SQL of evidence, its subjects and verifications.
import { and, eq, gte, inArray, lt, sql, type SQL } from 'drizzle-orm';
import { keyset, visibleTo } from '#lib/db/conditions.ts';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { auditEvent } from '#lib/db/schema/audit.ts';
import { evidence, verification } from '#lib/db/schema/evidence.ts';
import { serviceAccount, team } from '#lib/db/schema/identity.ts';
import { runAsset } from '#lib/db/schema/lineage.ts';
import { job, run } from '#lib/db/schema/runs.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { Subject } from '../decode.ts';
import type { Verdict } from '../schema.ts';

export type EvidenceRow = Omit<typeof evidence.$inferSelect, 'bytes'>;
export type VerificationRow = typeof verification.$inferSelect;

const first = <Row>(rows: Row[]): Row | null => rows[0] ?? null;

/** Changes of a team's trust and verdicts reached with it wait for each other, so that no verdict outlives the trust it rests on. */
export const lockTrust = (tx: WriteTx, teamId: string, mode: 'read' | 'change') =>
  mode === 'change' ? tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${teamId}, 4702))`) : tx.execute(sql`select pg_advisory_xact_lock_shared(hashtextextended(${teamId}, 4702))`);

/** Adds evidence; null where the team has these bytes already. */
export const insertEvidence = async (tx: WriteTx, row: typeof evidence.$inferInsert): Promise<{ id: string; receivedAt: string } | null> =>
  first(await tx.insert(evidence).values(row).onConflictDoNothing({ target: [evidence.teamId, evidence.digest] }).returning({ id: evidence.id, receivedAt: evidence.receivedAt }));

export async function insertSubjects(tx: WriteTx, evidenceId: string, subjects: readonly Subject[]): Promise<void> {
  if (subjects.length === 0) return;
  await tx.execute(sql`
    insert into evidence_subject (evidence_id, digest, name)
    select ${evidenceId}::uuid, digest, name from unnest(${sql.param(subjects.map(({ digest }) => digest))}::text[], ${sql.param(subjects.map(({ name }) => name))}::text[]) as given (digest, name)
    on conflict do nothing`);
}

export type NewVerification = typeof verification.$inferInsert;

/** Adds verifications; returns them as they are stored, with the teams of their evidence. */
export async function insertVerifications(tx: WriteTx, rows: readonly NewVerification[]): Promise<(VerificationRow & { teamId: string })[]> {
  if (rows.length === 0) return [];
  const stored = await tx.insert(verification).values([...rows]).returning();
  const owners = await tx.select({ id: evidence.id, teamId: evidence.teamId }).from(evidence).where(inArray(evidence.id, stored.map(({ evidenceId }) => evidenceId)));
  const teamOf = new Map(owners.map(({ id, teamId }) => [id, teamId]));
  return stored.map((row) => ({ ...row, teamId: teamOf.get(row.evidenceId) ?? '' }));
}

const columns = {
  id: evidence.id, teamId: evidence.teamId, digest: evidence.digest, mediaType: evidence.mediaType, sizeBytes: evidence.sizeBytes,
  receivedAt: evidence.receivedAt, receivedFrom: evidence.receivedFrom, predicateType: evidence.predicateType, runId: evidence.runId,
};

export const evidenceByDigest = async (tx: ReadTx, teamId: string, digest: string): Promise<EvidenceRow | null> =>
  first(await tx.select(columns).from(evidence).where(and(eq(evidence.teamId, teamId), eq(evidence.digest, digest))));

export const evidenceById = async (tx: ReadTx, teams: TeamFilter, id: string): Promise<(EvidenceRow & { teamName: string; receivedFromName: string }) | null> =>
  first(await tx.select({ ...columns, teamName: team.name, receivedFromName: serviceAccount.name }).from(evidence)
    .innerJoin(team, eq(team.id, evidence.teamId)).innerJoin(serviceAccount, eq(serviceAccount.id, evidence.receivedFrom))
    .where(and(eq(evidence.id, id), visibleTo(teams, evidence.teamId))));

export const bytesOf = async (tx: ReadTx, id: string): Promise<Buffer | null> => first(await tx.select({ bytes: evidence.bytes }).from(evidence).where(eq(evidence.id, id)))?.bytes ?? null;

export async function bytesOfAll(tx: ReadTx, ids: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.select({ id: evidence.id, bytes: evidence.bytes }).from(evidence).where(inArray(evidence.id, [...ids]));
  return new Map(rows.map((row) => [row.id, row.bytes]));
}

/** The digest that the audit log recorded when the evidence came in. */
export async function recordedDigest(tx: ReadTx, evidenceId: string): Promise<{ digest: string; number: number } | null> {
  const rows = await tx.select({ number: auditEvent.number, after: auditEvent.after }).from(auditEvent)
    .where(and(eq(auditEvent.subjectTable, 'evidence'), eq(auditEvent.subjectId, evidenceId))).orderBy(auditEvent.number).limit(1);
  const digest = rows[0]?.after?.['digest'];
  return rows[0] && typeof digest === 'string' ? { digest, number: rows[0].number } : null;
}

const newestFirst = [sql`${verification.at} desc`, sql`${verification.id} desc`];

export const latestVerification = async (tx: ReadTx, evidenceId: string): Promise<VerificationRow | null> =>
  first(await tx.select().from(verification).where(eq(verification.evidenceId, evidenceId)).orderBy(...newestFirst).limit(1));

export const verificationsOf = (tx: ReadTx, evidenceId: string, limit: number): Promise<VerificationRow[]> =>
  tx.select().from(verification).where(eq(verification.evidenceId, evidenceId)).orderBy(...newestFirst).limit(limit);

export const subjectsOf = (tx: ReadTx, evidenceIds: readonly string[], most: number): Promise<{ evidenceId: string; digest: string; name: string; total: number }[]> =>
  evidenceIds.length === 0 ? Promise.resolve([]) : tx.execute<{ evidenceId: string; digest: string; name: string; total: number }>(sql`
    select wanted.id as "evidenceId", subject.digest, subject.name, counted.total
    from unnest(${sql.param([...evidenceIds])}::uuid[]) as wanted (id)
    cross join lateral (select count(*)::int as total from evidence_subject where evidence_id = wanted.id) as counted
    cross join lateral (select digest, name from evidence_subject where evidence_id = wanted.id order by digest, name limit ${most}) as subject`).then(({ rows }) => rows);

/** Which of these digests a run of the team has reported, as input or output. */
export async function digestsKnownTo(tx: ReadTx, teamId: string, digests: readonly string[]): Promise<ReadonlySet<string>> {
  if (digests.length === 0) return new Set();
  const { rows } = await tx.execute<{ digest: string }>(sql`
    select version.digest from asset_version as version
    where version.digest = any(${sql.param([...digests])}::text[])
      and exists (select 1 from ${runAsset} where ${runAsset.assetVersionId} = version.id and ${runAsset.teamId} = ${teamId})`);
  return new Set(rows.map((row) => row.digest));
}

/** The versions with these digests that runs of the given teams reported. */
export async function visibleVersions(tx: ReadTx, teams: TeamFilter, digests: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (digests.length === 0) return new Map();
  const { rows } = await tx.execute<{ id: string; digest: string }>(sql`
    select version.id, version.digest from asset_version as version
    where version.digest = any(${sql.param([...digests])}::text[])
      and exists (select 1 from ${runAsset} where ${runAsset.assetVersionId} = version.id and ${visibleTo(teams, runAsset.teamId)})`);
  return new Map(rows.map((row) => [row.digest, row.id]));
}

/** The team and the job of runs; a run that nobody reported is not among them. */
export async function whoseRuns(tx: ReadTx, runIds: readonly string[]): Promise<ReadonlyMap<string, { readonly teamId: string; readonly namespace: string; readonly name: string }>> {
  if (runIds.length === 0) return new Map();
  const rows = await tx.select({ id: run.id, teamId: run.teamId, namespace: job.namespace, name: job.name }).from(run).innerJoin(job, eq(job.id, run.jobId)).where(inArray(run.id, [...runIds]));
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}

/** A batch of a team's evidence in order of id, up to and including `last`, for verifying again. */
export const evidenceAfter = (tx: ReadTx, teamId: string, after: string | null, last: string | null, limit: number): Promise<EvidenceRow[]> =>
  tx.select(columns).from(evidence).where(and(eq(evidence.teamId, teamId), after === null ? undefined : sql`${evidence.id} > ${after}::uuid`, last === null ? undefined : sql`${evidence.id} <= ${last}::uuid`)).orderBy(evidence.id).limit(limit);

/** The latest verification of each, by the id of the evidence, without its checks. */
export async function latestVerifications(tx: ReadTx, evidenceIds: readonly string[]): Promise<ReadonlyMap<string, LatestVerification>> {
  if (evidenceIds.length === 0) return new Map();
  const { rows } = await tx.execute<{ id: string } & LatestVerification>(sql`
    select wanted.id, latest.verdict, latest.trust_digest as "trustDigest", latest.trust_policy_id as "trustPolicyId", latest.awaits_run as "awaitsRun"
    from unnest(${sql.param([...evidenceIds])}::uuid[]) as wanted (id)
    cross join lateral (select verdict, trust_digest, trust_policy_id, awaits_run from verification where evidence_id = wanted.id order by at desc, id desc limit 1) as latest`);
  return new Map(rows.map(({ id, ...row }) => [id, row]));
}
export type LatestVerification = { readonly verdict: Verdict; readonly trustDigest: string; readonly trustPolicyId: string | null; readonly awaitsRun: boolean };

/** Evidence whose verdict waits for a run that somebody has reported meanwhile; for thirty days, so that what never comes is not looked for for ever. */
export async function noLongerAwaiting(tx: ReadTx, limit: number): Promise<{ id: string; teamId: string }[]> {
  const { rows } = await tx.execute<{ id: string; teamId: string }>(sql`
    select evidence.id, evidence.team_id as "teamId" from verification
    join evidence on evidence.id = verification.evidence_id
    join run on run.id = evidence.run_id
    where verification.awaits_run and verification.at > now() - interval '30 days'
      and not exists (select 1 from verification as later where later.evidence_id = verification.evidence_id and (later.at, later.id) > (verification.at, verification.id))
    order by evidence.team_id, evidence.id limit ${limit}`);
  return rows;
}

export const evidenceRows = (tx: ReadTx, ids: readonly string[]): Promise<EvidenceRow[]> => (ids.length === 0 ? Promise.resolve([]) : tx.select(columns).from(evidence).where(inArray(evidence.id, [...ids])).orderBy(evidence.id));

/** The last of a team's evidence by id, and how much there is. */
export async function extentUntilNow(tx: ReadTx, teamId: string): Promise<{ total: number; last: string | null }> {
  const { rows } = await tx.execute<{ total: number; last: string | null }>(sql`
    select count(*)::int as total, (select id from evidence where team_id = ${teamId} order by id desc limit 1) as last from evidence where team_id = ${teamId}`);
  return rows[0] ?? { total: 0, last: null };
}

/** How many pieces of evidence a team has, and their bytes; counts no further than `most`. */
export async function extentOf(tx: ReadTx, teamId: string, most: number): Promise<{ pieces: number; bytes: number }> {
  const { rows } = await tx.execute<{ pieces: number; bytes: number }>(sql`
    select count(*)::int as pieces, coalesce(sum(size_bytes), 0)::float8 as bytes from (select size_bytes from evidence where team_id = ${teamId} limit ${most}) as counted`);
  return rows[0] ?? { pieces: 0, bytes: 0 };
}

export type ListedEvidence = EvidenceRow & { verdict: Verdict; verifiedAt: string; trustDigest: string; failedChecks: string[] };

export type EvidenceFilters = {
  readonly verdict?: readonly Verdict[] | undefined;
  readonly predicateType?: readonly string[] | undefined;
  readonly runId?: string | undefined;
  readonly subject?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

const latest = sql`lateral (
  select verdict, at, trust_digest, checks from verification where evidence_id = ${evidence.id} order by at desc, id desc limit 1
) as latest`;
const foreignRun = sql`exists (select 1 from run where run.id = ${evidence.runId} and run.team_id <> ${evidence.teamId})`;
/** The verdict of a list: of the latest verification, and failed where the run it names turned out to be another team's. */
const standing = sql<Verdict>`case when latest.verdict = 'passed' and not ${foreignRun} then 'passed' else 'failed' end`;

const iso = (value: unknown): string => new Date(value as string).toISOString();

async function listed(tx: ReadTx, condition: SQL | undefined, page: { where: SQL; orderBy: SQL }, limit: number): Promise<ListedEvidence[]> {
  const rows = await tx
    .select({ ...columns, verdict: standing, verifiedAt: sql<unknown>`latest.at`, trustDigest: sql<string>`latest.trust_digest`, failedChecks: sql<string[]>`(select coalesce(json_agg(c ->> 'name'), '[]') from jsonb_array_elements(latest.checks) as c where c ->> 'verdict' = 'failed')` })
    .from(evidence)
    .innerJoin(latest, sql`true`)
    .where(and(condition, page.where))
    .orderBy(page.orderBy)
    .limit(limit);
  return rows.map((row) => ({ ...row, verifiedAt: iso(row.verifiedAt) }));
}

const oneOf = (column: SQL, values: readonly string[] | undefined): SQL | undefined => (values === undefined || values.length === 0 ? undefined : sql`${column} in ${[...values]}`);

function matching(filters: EvidenceFilters): (SQL | undefined)[] {
  return [
    oneOf(standing, filters.verdict),
    filters.verdict?.join() === 'failed' ? sql`(${evidence.id} in (select evidence_id from verification where verdict = 'failed') or ${foreignRun})` : undefined,
    filters.predicateType === undefined || filters.predicateType.length === 0 ? undefined : and(
      inArray(sql`left(${evidence.predicateType}, 300)`, filters.predicateType.map((type) => type.slice(0, 300))),
      inArray(evidence.predicateType, [...filters.predicateType]),
    ),
    filters.runId === undefined ? undefined : eq(evidence.runId, filters.runId),
    filters.from === undefined ? undefined : gte(evidence.receivedAt, filters.from),
    filters.to === undefined ? undefined : lt(evidence.receivedAt, filters.to),
    filters.subject === undefined ? undefined : inArray(evidence.id, sql`(select evidence_id from evidence_subject where digest = ${filters.subject})`),
  ];
}

const newest: { where: SQL; orderBy: SQL } = { where: sql`true`, orderBy: sql`${evidence.receivedAt} desc, ${evidence.id} desc` };

export const evidencePage = (tx: ReadTx, teams: TeamFilter, filters: EvidenceFilters, request: PageRequest): Promise<ListedEvidence[]> =>
  listed(tx, and(visibleTo(teams, evidence.teamId), ...matching(filters)), keyset(evidence.receivedAt, evidence.id, true, request), request.limit + 1);

/** Evidence about any of these digests, newest first. */
export const evidenceAbout = (tx: ReadTx, teams: TeamFilter, digests: readonly string[], filters: { predicateType: string | null; verdict: Verdict | null }, limit: number): Promise<ListedEvidence[]> =>
  digests.length === 0 ? Promise.resolve([]) : listed(tx, and(
    visibleTo(teams, evidence.teamId),
    ...matching({ predicateType: filters.predicateType === null ? [] : [filters.predicateType], verdict: filters.verdict === null ? [] : [filters.verdict] }),
    inArray(evidence.id, sql`(select evidence_id from evidence_subject where digest = any(${sql.param([...digests])}::text[]))`),
  ), newest, limit);

/** Pieces of evidence as lists show them. */
export const evidenceListed = (tx: ReadTx, ids: readonly string[]): Promise<ListedEvidence[]> => (ids.length === 0 ? Promise.resolve([]) : listed(tx, inArray(evidence.id, [...ids]), newest, ids.length));

/** Evidence that names a run. */
export const evidenceNaming = (tx: ReadTx, teams: TeamFilter, runId: string, limit: number): Promise<ListedEvidence[]> => listed(tx, and(visibleTo(teams, evidence.teamId), eq(evidence.runId, runId)), newest, limit);

/** Digests of what a run consumed and produced; not of what it was made of. */
export async function digestsOfRun(tx: ReadTx, teams: TeamFilter, runId: string): Promise<{ digest: string; direction: 'input' | 'output' }[]> {
  const { rows } = await tx.execute<{ digest: string; direction: 'input' | 'output' }>(sql`
    select distinct version.digest, ${runAsset.direction} as direction from ${runAsset} join asset_version as version on version.id = ${runAsset.assetVersionId}
    where ${runAsset.runId} = ${runId} and ${runAsset.direction} <> 'material' and version.digest is not null and ${visibleTo(teams, runAsset.teamId)} limit 2000`);
  return rows;
}

/** The database’s clock, ISO 8601 in UTC. */
export const databaseTime = async (tx: ReadTx): Promise<string> => iso((await tx.execute<{ now: unknown }>(sql`select now() as now`)).rows[0]?.now);
