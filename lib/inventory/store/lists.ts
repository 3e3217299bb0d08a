// SQL of what pages show: lists of sources, one with its versions and readers, and who read what.
import { sql, type SQL } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';
import { keyset, visibleToSql } from '#lib/db/conditions.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { AccessItem, Classification, DataUse, SourceDetail, SourceName, SourceState } from '../schema.ts';

const texts = (values: readonly string[]) => sql`${sql.param([...values])}::text[]`;
const uuids = (ids: readonly string[]) => sql`${sql.param([...ids])}::uuid[]`;
const iso = (value: unknown): string => new Date(value as string).toISOString();
const maybeIso = (value: unknown): string | null => (value === null ? null : iso(value));
const likeText = (value: string) => `%${value.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;

const stateSql = sql`case when s.state = 'approved' and coalesce(s.expires_at, now()) <= now() then 'expired' else s.state end`;
const expiry = sql`coalesce(s.expires_at, '9999-12-31 00:00:00+00'::timestamptz)`;

export type ListedSource = { id: string; name: string; teamId: string; teamName: string; ownerId: string | null; ownerName: string | null; classification: Classification; uses: DataUse[]; state: SourceState; expiresAt: string | null; approvedAt: string | null; createdAt: string; names: SourceName[]; openFindings: number; expiryKey: string };

export type SourceFilters = { readonly id?: string; readonly classifications?: readonly Classification[] | undefined; readonly states?: readonly SourceState[] | undefined; readonly teamIds?: readonly string[] | undefined; readonly text?: string | undefined; readonly soonDays?: number | undefined };

/** Sources that teams of the reader own. `expiresAt` sorts those without an end last. */
export async function sourcePage(tx: ReadTx, teams: TeamFilter, filters: SourceFilters, request: PageRequest): Promise<ListedSource[]> {
  const byName = request.sort.endsWith('name');
  const column = byName ? sql`lower(s.name)` : expiry;
  const { where, orderBy } = keyset(column, sql`s.id`, request.sort.startsWith('-'), request);
  const conditions: SQL[] = [
    visibleToSql(teams, sql`s.team_id`), where,
    ...(filters.id === undefined ? [] : [sql`s.id = ${filters.id}::uuid`]),
    ...(filters.classifications?.length ? [sql`s.classification = any(${texts(filters.classifications)})`] : []),
    ...(filters.states?.length ? [sql`${stateSql} = any(${texts(filters.states)})`] : []),
    ...(filters.teamIds?.length ? [sql`s.team_id = any(${uuids(filters.teamIds)})`] : []),
    ...(filters.text ? [sql`(s.name ilike ${likeText(filters.text)} or s.description ilike ${likeText(filters.text)} or s.names::text ilike ${likeText(filters.text)})`] : []),
    ...(filters.soonDays === undefined ? [] : [sql`s.state = 'approved' and s.expires_at > now() and s.expires_at <= now() + make_interval(days => ${filters.soonDays})`]),
  ];
  const { rows } = await tx.execute<Omit<ListedSource, 'expiresAt' | 'approvedAt' | 'createdAt' | 'expiryKey'> & Record<'expiresAt' | 'approvedAt' | 'createdAt' | 'expiryKey', unknown>>(sql`
    with page as materialized (select s.* from data_source s where ${sql.join(conditions, sql` and `)} order by ${orderBy} limit ${request.limit + 1})
    select s.id, s.name, s.team_id as "teamId", t.name as "teamName", s.owner_person_id as "ownerId", o.display_name as "ownerName", s.classification, s.uses, ${stateSql} as state, s.expires_at as "expiresAt", s.approved_at as "approvedAt", s.created_at as "createdAt", s.names, ${expiry} as "expiryKey",
      (select count(*)::int from (select 1 from finding f where f.source = 'inventory' and f.state in ('open', 'acknowledged') and f.asset_version_id in (select d.asset_version_id from data_access d where d.source_id = s.id) and ${visibleToSql(teams, sql`f.team_id`)} limit 100) n) as "openFindings"
    from page s join team t on t.id = s.team_id left join person o on o.id = s.owner_person_id order by ${orderBy}`);
  return rows.map((row) => ({ ...row, expiresAt: maybeIso(row.expiresAt), approvedAt: maybeIso(row.approvedAt), createdAt: iso(row.createdAt), expiryKey: iso(row.expiryKey) }));
}

/** Names of data that belong to a source now, and the newest versions seen under them. */
export async function contentsOf(tx: ReadTx, sourceId: string): Promise<Pick<SourceDetail, 'assets' | 'versions'>> {
  const { rows: assets } = await tx.execute<{ id: string; namespace: string; name: string }>(sql`
    with candidate as materialized (
      select a.id from data_source s cross join lateral jsonb_array_elements(s.names) n join asset a on a.team_id = s.team_id and a.kind in ('dataset', 'features') and a.namespace = n ->> 'namespace' and case when (n ->> 'prefix')::boolean then starts_with(a.name, n ->> 'name') else a.name = n ->> 'name' end
      where s.id = ${sourceId} group by a.id order by a.id desc limit 1000
    )
    select a.id, a.namespace, a.name from data_source_of((select coalesce(array_agg(id), '{}') from candidate)) o join asset a on a.id = o.asset_id where o.source_id = ${sourceId} order by a.name, a.id limit 100`);
  const { rows } = await tx.execute<Omit<SourceDetail['versions'][number], 'firstSeenAt' | 'sizeBytes'> & { firstSeenAt: unknown; sizeBytes: unknown }>(sql`
    with name as materialized (select unnest(${uuids(assets.map(({ id }) => id))}) as id),
    newest as materialized (
      select x.asset_id, x.asset_version_id, max(x.label) as label, min(x.first_seen_at) as first_seen_at
      from name cross join lateral (select s.* from asset_sighting s where s.asset_id = name.id order by s.first_seen_at desc, s.asset_version_id desc limit 100) x group by 1, 2 order by 4 desc, 2 desc limit 50
    )
    select v.id as "versionId", v.digest, a.name, coalesce(v.label, nullif(n.label, '')) as label, v.size_bytes as "sizeBytes", v.state = 'quarantined' as quarantined, n.first_seen_at as "firstSeenAt",
      exists (select 1 from data_source s cross join lateral jsonb_array_elements(s.ingestion) i join job j on j.team_id = s.team_id and j.namespace = i ->> 'namespace' and j.name = i ->> 'name'
        join run r on r.job_id = j.id and r.state = 'complete' join run_asset o on o.run_id = r.id and o.direction = 'output' and o.asset_version_id = v.id where s.id = ${sourceId}) as ingested
    from newest n join asset_version v on v.id = n.asset_version_id join asset a on a.id = n.asset_id order by n.first_seen_at desc, v.id desc`);
  return { assets, versions: rows.map((row) => ({ ...row, sizeBytes: row.sizeBytes === null ? null : Number(row.sizeBytes), firstSeenAt: iso(row.firstSeenAt) })) };
}

/** Who used a source last, by team and use; runs of teams that the reader may not see are named by their team alone. */
export async function consumersOf(tx: ReadTx, teams: TeamFilter, sourceId: string): Promise<SourceDetail['consumers']> {
  const { rows } = await tx.execute<Omit<SourceDetail['consumers'][number], 'lastAt'> & { lastAt: unknown }>(sql`
    select d.team_id as "teamId", t.name as "teamName", d.use, case when ${visibleToSql(teams, sql`d.team_id`)} then j.namespace || '/' || j.name else 'a run of this team' end as job, d.run_id as "runId", d.at as "lastAt"
    from (select distinct on (team_id, use) team_id, use, run_id, at from data_access where source_id = ${sourceId} and not ingestion order by team_id, use, at desc) d
    join team t on t.id = d.team_id join run r on r.id = d.run_id join job j on j.id = r.job_id order by d.at desc limit 200`);
  return rows.map((row) => ({ ...row, lastAt: iso(row.lastAt) }));
}

export type AccessFilters = {
  readonly sourceId?: string | undefined; readonly accountId?: string | undefined; readonly personId?: string | undefined; readonly runId?: string | undefined; readonly versionId?: string | undefined;
  readonly classifications?: readonly Classification[] | undefined; readonly uses?: readonly DataUse[] | undefined; readonly teamIds?: readonly string[] | undefined; readonly ingestion?: boolean | undefined; readonly from?: string | undefined; readonly to?: string | undefined;
};

/** Reads of sources, by runs of the reader’s teams and of sources that the reader’s teams own: whose data it is may know who read it. */
export async function accessRows(tx: ReadTx, teams: TeamFilter, filters: AccessFilters, request: PageRequest): Promise<AccessItem[]> {
  const { where, orderBy } = keyset(sql`d.at`, sql`d.id`, request.sort.startsWith('-'), request);
  const conditions: SQL[] = [
    sql`(${visibleToSql(teams, sql`d.source_team_id`)} or ${visibleToSql(teams, sql`d.team_id`)})`, where,
    ...(filters.sourceId === undefined ? [] : [sql`d.source_id = ${filters.sourceId}::uuid`]),
    ...(filters.accountId === undefined ? [] : [sql`d.service_account_id = ${filters.accountId}::uuid`]),
    ...(filters.personId === undefined ? [] : [sql`d.responsible_person_id = ${filters.personId}::uuid`]),
    ...(filters.runId === undefined ? [] : [sql`d.run_id = ${filters.runId}::uuid`]),
    ...(filters.versionId === undefined ? [] : [sql`d.asset_version_id = ${filters.versionId}::uuid`]),
    ...(filters.classifications?.length ? [sql`d.classification = any(${texts(filters.classifications)})`] : []),
    ...(filters.uses?.length ? [sql`d.use = any(${texts(filters.uses)})`] : []),
    ...(filters.teamIds?.length ? [sql`d.team_id = any(${uuids(filters.teamIds)})`] : []),
    ...(filters.ingestion === undefined ? [] : [sql`d.ingestion = ${filters.ingestion}`]),
    ...(filters.from === undefined ? [] : [sql`d.at >= ${filters.from}`]),
    ...(filters.to === undefined ? [] : [sql`d.at < ${filters.to}`]),
  ];
  const ownRun = visibleToSql(teams, sql`d.team_id`);
  const ownSource = visibleToSql(teams, sql`d.source_team_id`);
  type Row = Omit<AccessItem, 'at' | 'serviceAccount' | 'responsible'> & { at: unknown; accountId: string; accountName: string; personId: string; personName: string };
  const { rows } = await tx.execute<Row>(sql`
    with page as materialized (select d.* from data_access d where ${sql.join(conditions, sql` and `)} order by ${orderBy} limit ${request.limit + 1})
    select d.id, d.at, d.source_id as "sourceId", case when ${ownSource} then s.name else 'a source of another team' end as "sourceName", d.classification, d.run_id as "runId", case when ${ownRun} then j.namespace || '/' || j.name else 'a run of another team' end as job,
      d.team_id as "teamId", t.name as "teamName", d.asset_version_id as "versionId", v.digest, a.name as "assetName", d.service_account_id as "accountId", c.name as "accountName", d.responsible_person_id as "personId", p.display_name as "personName",
      d.triggered_by as "triggeredBy", d.user_name as "userName", d.use, d.ingestion
    from page d join data_source s on s.id = d.source_id join run r on r.id = d.run_id join job j on j.id = r.job_id join team t on t.id = d.team_id join asset_version v on v.id = d.asset_version_id join asset a on a.id = d.asset_id
    join service_account c on c.id = d.service_account_id join person p on p.id = d.responsible_person_id order by ${orderBy}`);
  return rows.map(({ accountId, accountName, personId, personName, at, ...row }) => ({ ...row, at: iso(at), serviceAccount: { id: accountId, name: accountName }, responsible: { id: personId, name: personName } }));
}

/** People who may answer for a source of a team: those who hold a role in it. */
export async function membersOf(tx: ReadTx, teamId: string): Promise<{ id: string; name: string }[]> {
  const { rows } = await tx.execute<{ id: string; name: string }>(sql`
    select distinct p.id, p.display_name as name from person p join role_grant g on g.person_id = p.id and g.revoked_at is null and g.team_id = ${teamId}::uuid where p.state = 'active' order by 2, 1 limit 500`);
  return rows;
}

/** Data quality assertions that the newest runs reported about a version. */
export async function assertionsOf(tx: ReadTx, teams: TeamFilter, versionId: string): Promise<{ runId: string; at: string; name: string; body: unknown; job: string }[]> {
  const { rows } = await tx.execute<{ runId: string; at: unknown; name: string; body: unknown; job: string }>(sql`
    with edge as materialized (select e.id, e.run_id from run_asset e where e.asset_version_id = ${versionId} and ${visibleToSql(teams, sql`e.team_id`)} order by e.run_id desc limit 500)
    select edge.run_id as "runId", f.event_time as at, f.name, f.body, j.namespace || '/' || j.name as job
    from edge join facet f on f.subject_kind = 'run_asset' and f.subject_id = edge.id and f.name in ('dataQualityAssertions', 'inputFacets.dataQualityAssertions', 'outputFacets.dataQualityAssertions') join run r on r.id = edge.run_id join job j on j.id = r.job_id
    order by f.event_time desc, edge.run_id limit 20`);
  return rows.map((row) => ({ ...row, at: iso(row.at) }));
}

/** The sources that a version belongs to, by any name that it has; of the reader’s teams. */
export async function sourcesOfVersion(tx: ReadTx, teams: TeamFilter, versionId: string): Promise<{ id: string; name: string; classification: Classification; state: SourceState }[]> {
  const { rows } = await tx.execute<{ id: string; name: string; classification: Classification; state: SourceState }>(sql`
    select distinct s.id, s.name, s.classification, ${stateSql} as state
    from data_source_of((select coalesce(array_agg(x.asset_id), '{}') from (select distinct asset_id from asset_sighting where asset_version_id = ${versionId} limit 1000) x)) o join data_source s on s.id = o.source_id
    where ${visibleToSql(teams, sql`s.team_id`)} order by s.name limit 20`);
  return rows;
}
