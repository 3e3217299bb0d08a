// The SQL of findings.
import { and, desc, eq, gte, ilike, inArray, lt, or, sql, type SQL } from 'drizzle-orm';
import { uuidList, visibleTo } from '#lib/db/conditions.ts';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { finding, findingOccurrence } from '#lib/db/schema/findings.ts';
import { team } from '#lib/db/schema/identity.ts';
import { asset, assetSighting, assetVersion, type contradiction } from '#lib/db/schema/lineage.ts';
import { modelVersion } from '#lib/db/schema/registry.ts';
import { facet, job, run } from '#lib/db/schema/runs.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { FindingSort, FindingState, FindingSource, Severity } from './schema.ts';

export type FindingRow = typeof finding.$inferSelect;

const first = <Row>(rows: Row[]): Row | null => rows[0] ?? null;

/** Adds a finding; null where the team has one with this fingerprint. */
export const insertFinding = async (tx: WriteTx, row: typeof finding.$inferInsert): Promise<FindingRow | null> =>
  first(await tx.insert(finding).values(row).onConflictDoNothing({ target: [finding.teamId, finding.fingerprint] }).returning());

export const findingForUpdate = async (tx: ReadTx, teamId: string, fingerprint: string): Promise<FindingRow | null> =>
  first(await tx.select().from(finding).where(and(eq(finding.teamId, teamId), eq(finding.fingerprint, fingerprint))).for('update'));

/** Open findings of one rule. */
export const openOfRule = (tx: ReadTx, rule: string, most: number): Promise<Pick<FindingRow, 'teamId' | 'facts'>[]> =>
  tx.select({ teamId: finding.teamId, facts: finding.facts }).from(finding).where(and(eq(finding.rule, rule), inArray(finding.state, ['open', 'acknowledged']))).limit(most);

export const findingByIdForUpdate = async (tx: ReadTx, id: string): Promise<FindingRow | null> => first(await tx.select().from(finding).where(eq(finding.id, id)).for('update'));

/** Counts one occurrence; false where this report was counted before. */
export async function insertOccurrence(tx: WriteTx, row: typeof findingOccurrence.$inferInsert): Promise<boolean> {
  return (await tx.insert(findingOccurrence).values(row).onConflictDoNothing().returning({ key: findingOccurrence.key })).length > 0;
}

export const noteRecurrence = (tx: WriteTx, id: string, change: Pick<FindingRow, 'severity' | 'severityRank' | 'detail' | 'facts'>) =>
  tx.update(finding).set({ ...change, occurrences: sql`${finding.occurrences} + 1`, lastSeenAt: sql`greatest(${finding.lastSeenAt}, now())` }).where(eq(finding.id, id));

export const setState = (tx: WriteTx, id: string, change: { state: FindingState; decidedBy: string | null; decisionReason: string | null }) =>
  tx.update(finding).set({ ...change, decidedAt: sql`now()` }).where(eq(finding.id, id));

export type ListedFinding = FindingRow & { teamName: string; assetName: string | null; assetDigest: string | null };

export type FindingFilters = {
  readonly severity?: readonly Severity[] | undefined;
  readonly state?: readonly FindingState[] | undefined;
  readonly source?: readonly FindingSource[] | undefined;
  readonly q?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly runId?: string | undefined;
  readonly assetVersionId?: string | undefined;
  readonly assetId?: string | undefined;
  readonly digest?: string | undefined;
  readonly modelId?: string | undefined;
  readonly evidenceId?: string | undefined;
};

const likeText = (text: string) => `%${text.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
/** `column in (…)`; a list with the value in a query parameter of its own would not use the index. */
const oneOf = (column: typeof finding.severity | typeof finding.state | typeof finding.source, values: readonly string[] | undefined): SQL | undefined =>
  values && values.length > 0 ? sql`${column} = any(${sql.param([...values])}::text[])` : undefined;

function conditions(teams: TeamFilter, filters: FindingFilters): SQL | undefined {
  const seen = (condition: SQL) => sql`${finding.assetVersionId} in (select ${assetSighting.assetVersionId} from ${assetSighting} where ${condition})`;
  return and(
    visibleTo(teams, finding.teamId),
    oneOf(finding.severity, filters.severity),
    oneOf(finding.state, filters.state),
    oneOf(finding.source, filters.source),
    filters.q ? or(ilike(finding.title, likeText(filters.q)), ilike(finding.detail, likeText(filters.q)), ilike(finding.rule, likeText(filters.q))) : undefined,
    filters.from ? gte(finding.lastSeenAt, filters.from) : undefined,
    filters.to ? lt(finding.lastSeenAt, filters.to) : undefined,
    filters.runId ? eq(finding.runId, filters.runId) : undefined,
    filters.assetVersionId ? eq(finding.assetVersionId, filters.assetVersionId) : undefined,
    filters.evidenceId ? sql`${finding.id} in (select ${findingOccurrence.findingId} from ${findingOccurrence} where ${findingOccurrence.evidenceId} = ${filters.evidenceId})` : undefined,
    filters.assetId ? seen(sql`${assetSighting.assetId} = ${filters.assetId}`) : undefined,
    filters.digest ? sql`${finding.assetVersionId} = (select ${assetVersion.id} from ${assetVersion} where ${assetVersion.digest} = ${filters.digest})` : undefined,
    filters.modelId ? sql`${finding.assetVersionId} in (select ${modelVersion.assetVersionId} from ${modelVersion} where ${modelVersion.modelId} = ${filters.modelId})` : undefined,
  );
}

/** Rows beyond the cursor, and the order to read them in. `-severity` is rank ascending, then the latest first: one index, read either way. */
function pageOf(sort: FindingSort, { cursor, towards }: PageRequest): { where: SQL | undefined; orderBy: SQL } {
  const natural = sort.startsWith('-') === (towards === 'older');
  const bySeverity = sort === '-severity' || sort === 'severity';
  const time = natural ? sql`${finding.lastSeenAt} desc, ${finding.id} desc` : sql`${finding.lastSeenAt} asc, ${finding.id} asc`;
  const orderBy = bySeverity ? sql`${finding.severityRank} ${natural ? sql`asc` : sql`desc`}, ${time}` : time;
  if (cursor === null) return { where: undefined, orderBy };
  const [rank, lastSeenAt] = String(cursor.value).split(' ');
  const beyond = sql`(${finding.lastSeenAt}, ${finding.id}) ${natural ? sql`<` : sql`>`} (${lastSeenAt}, ${cursor.id})`;
  if (!bySeverity) return { where: beyond, orderBy };
  const further = natural ? sql`>` : sql`<`;
  return { where: sql`${finding.severityRank} ${further}= ${rank}::int and (${finding.severityRank} ${further} ${rank}::int or ${beyond})`, orderBy };
}

const assetName = sql<string | null>`(select ${asset.name} from ${assetSighting} join ${asset} on ${asset.id} = ${assetSighting.assetId} where ${assetSighting.assetVersionId} = ${finding.assetVersionId} and ${asset.teamId} = ${finding.teamId} order by ${assetSighting.firstSeenAt} limit 1)`;

const listed = (tx: ReadTx) =>
  tx.select({ row: finding, teamName: team.name, assetName, assetDigest: assetVersion.digest }).from(finding)
    .innerJoin(team, eq(team.id, finding.teamId))
    .leftJoin(assetVersion, eq(assetVersion.id, finding.assetVersionId));

export async function findingPage(tx: ReadTx, teams: TeamFilter, filters: FindingFilters, sort: FindingSort, request: PageRequest): Promise<ListedFinding[]> {
  const { where, orderBy } = pageOf(sort, request);
  const rows = await listed(tx).where(and(conditions(teams, filters), where)).orderBy(orderBy).limit(request.limit + 1);
  return rows.map(({ row, ...names }) => ({ ...row, ...names }));
}

export async function findingById(tx: ReadTx, teams: TeamFilter, id: string): Promise<ListedFinding | null> {
  const found = first(await listed(tx).where(and(eq(finding.id, id), visibleTo(teams, finding.teamId))));
  if (found === null) return null;
  const { row, ...names } = found;
  return { ...row, ...names };
}

export const occurrencesOf = (tx: ReadTx, findingId: string, limit: number) =>
  tx.select({ at: findingOccurrence.at, runId: findingOccurrence.runId, evidenceId: findingOccurrence.evidenceId }).from(findingOccurrence)
    .where(eq(findingOccurrence.findingId, findingId)).orderBy(desc(findingOccurrence.at)).limit(limit);

export async function counts(tx: ReadTx, teams: TeamFilter): Promise<{ severity: Severity; state: FindingState; source: string; count: number }[]> {
  return tx.select({ severity: finding.severity, state: finding.state, source: finding.source, count: sql<number>`count(*)::int` }).from(finding)
    .where(visibleTo(teams, finding.teamId)).groupBy(finding.severity, finding.state, finding.source);
}

/** Findings that are open or acknowledged, of any of these versions, runs or pieces of evidence; the most severe first. */
export const openFindings = (tx: ReadTx, teamId: string | null, about: { assetVersionIds: readonly string[]; runIds: readonly string[]; evidenceIds: readonly string[] }, limit: number): Promise<FindingRow[]> =>
  tx.select().from(finding)
    .where(and(
      inArray(finding.state, ['open', 'acknowledged']),
      teamId === null ? undefined : eq(finding.teamId, teamId),
      // Each by its own index, and each list in one parameter: there may be thousands.
      sql`${finding.id} in (select id from finding where asset_version_id = any(${uuidList(about.assetVersionIds)}) union all select id from finding where run_id = any(${uuidList(about.runIds)}) union all select id from finding where evidence_id = any(${uuidList(about.evidenceIds)}))`,
    ))
    .orderBy(finding.severityRank, desc(finding.lastSeenAt), desc(finding.id))
    .limit(limit);

// --- What handlers read of lower domains ------------------------------------------------------------------------------

export async function versionIdOf(tx: ReadTx, digest: string): Promise<string | null> {
  return first(await tx.select({ id: assetVersion.id }).from(assetVersion).where(eq(assetVersion.digest, digest)))?.id ?? null;
}

export type ContradictionFacts = { id: string; teamId: string; kind: (typeof contradiction.$inferSelect)['kind']; label: string | null; assetName: string | null; firstDigest: string | null; secondDigest: string | null; secondVersionId: string | null; runId: string | null };

export async function contradictionFacts(tx: ReadTx, id: string): Promise<ContradictionFacts | null> {
  const { rows } = await tx.execute<ContradictionFacts>(sql`
    select c.id, c.team_id as "teamId", c.kind, c.label, a.name as "assetName", one.digest as "firstDigest", two.digest as "secondDigest", c.second_version_id as "secondVersionId", c.run_id as "runId"
    from contradiction as c left join asset as a on a.id = c.asset_id left join asset_version as one on one.id = c.first_version_id left join asset_version as two on two.id = c.second_version_id
    where c.id = ${id}`);
  return first(rows);
}

export type RunFacts = { id: string; teamId: string; state: string; jobId: string; jobName: string; durationMilliseconds: number | null; exitCode: number | null; signal: string | null; message: string | null; failuresInARow: number };

export async function runFacts(tx: ReadTx, id: string): Promise<RunFacts | null> {
  const rows = await tx.select({ id: run.id, teamId: run.teamId, state: run.state, jobId: run.jobId, jobName: job.name, durationMilliseconds: run.durationMilliseconds, startedAt: run.startedAt }).from(run).innerJoin(job, eq(job.id, run.jobId)).where(eq(run.id, id));
  const row = first(rows);
  if (row === null) return null;
  const facets = await tx.select({ name: facet.name, body: facet.body }).from(facet).where(and(eq(facet.subjectKind, 'run'), eq(facet.subjectId, id), inArray(facet.name, ['gatehouse_execution', 'errorMessage'])));
  const body = (name: string) => facets.find((one) => one.name === name)?.body ?? {};
  const { exitCode, signal } = body('gatehouse_execution');
  const { message } = body('errorMessage');
  const recent = await tx.select({ state: run.state }).from(run).where(and(eq(run.jobId, row.jobId), sql`${run.startedAt} <= ${row.startedAt}`)).orderBy(desc(run.startedAt), desc(run.id)).limit(20);
  const ended = recent.filter((one) => one.state === 'complete' || one.state === 'failed' || one.state === 'aborted');
  const firstGood = ended.findIndex((one) => one.state === 'complete');
  const { startedAt: _, ...facts } = row;
  return {
    ...facts,
    exitCode: typeof exitCode === 'number' ? exitCode : null,
    signal: typeof signal === 'string' ? signal : null,
    message: typeof message === 'string' ? message : null,
    failuresInARow: firstGood === -1 ? ended.length : firstGood,
  };
}

/** Which of these fingerprints of a team stand for a finding that is open or acknowledged. */
export async function openAmong(tx: ReadTx, teamId: string, fingerprints: readonly string[]): Promise<ReadonlySet<string>> {
  if (fingerprints.length === 0) return new Set();
  const rows = await tx.select({ fingerprint: finding.fingerprint }).from(finding).where(and(eq(finding.teamId, teamId), inArray(finding.fingerprint, [...fingerprints]), inArray(finding.state, ['open', 'acknowledged'])));
  return new Set(rows.map(({ fingerprint }) => fingerprint));
}

export type VersionOfRun = { id: string; modelName: string; number: number; digest: string; assetVersionId: string };

/** Model versions of a team that were published as the output of a run, or whose artifact the run reported as its output. */
export async function versionsOfRun(tx: ReadTx, teamId: string, runId: string): Promise<VersionOfRun[]> {
  const { rows } = await tx.execute<VersionOfRun>(sql`
    select v.id, m.name as "modelName", v.version as number, v.digest, v.asset_version_id as "assetVersionId"
    from model_version v join model m on m.id = v.model_id
    where v.team_id = ${teamId}::uuid and (v.run_id = ${runId}::uuid or v.asset_version_id in (select asset_version_id from run_asset where run_id = ${runId}::uuid and direction = 'output'))
    order by v.id limit 50`);
  return rows;
}

/** Provenance of a team that names a run, whichever version of the format. */
export async function provenanceOfRun(tx: ReadTx, teamId: string, runId: string): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select id from evidence where run_id = ${runId}::uuid and team_id = ${teamId}::uuid and predicate_type in ('https://slsa.dev/provenance/v1', 'https://slsa.dev/provenance/v0.2') order by received_at, id limit 200`);
  return rows.map(({ id }) => id);
}

/** The run that a model version was published as the output of, and the runs of its team that reported its artifact. */
export async function runsOfVersion(tx: ReadTx, modelVersionId: string): Promise<{ teamId: string; runId: string }[]> {
  const { rows } = await tx.execute<{ teamId: string; runId: string }>(sql`
    select v.team_id as "teamId", r.run_id as "runId" from model_version v
    cross join lateral (select v.run_id union select run_id from run_asset e where e.asset_version_id = v.asset_version_id and e.direction = 'output' and e.team_id = v.team_id) as r (run_id)
    where v.id = ${modelVersionId}::uuid and r.run_id is not null limit 50`);
  return rows;
}
