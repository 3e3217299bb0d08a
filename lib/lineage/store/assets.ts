// The SQL of assets and their versions: lists, sightings, contradictions, and who may see them.
import { sql, type SQL } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';
import { keyset, visibleToSql } from '#lib/db/conditions.ts';
import type { PageRequest } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { AssetKind, AssetSort, AssetView, ContradictionView, SightingView, VersionDetail } from '../schema.ts';
import { countedAtMost } from './walk.ts';

const iso = (value: unknown): string => new Date(value as string).toISOString();
const uuids = (ids: readonly string[]) => sql`${sql.param([...ids])}::uuid[]`;
const texts = (values: readonly string[]) => sql`${sql.param([...values])}::text[]`;
const likeText = (value: string) => `%${value.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
const bytes = (value: string | null) => (value === null ? null : Number(value));

/** A name may be seen by the team that it belongs to, and by teams whose runs used it. */
const nameVisible = (teams: TeamFilter, asset: SQL) =>
  teams === 'all' ? sql`true` : sql`(${visibleToSql(teams, sql`${asset}.team_id`)} or exists (select 1 from run_asset ne where ne.asset_id = ${asset}.id and ${visibleToSql(teams, sql`ne.team_id`)}))`;

/** A version may be seen by teams whose runs used it, and by the owner of a name that it was seen under. */
const versionVisible = (teams: TeamFilter, version: SQL) =>
  teams === 'all' ? sql`true` : sql`(exists (select 1 from run_asset ve where ve.asset_version_id = ${version}.id and ${visibleToSql(teams, sql`ve.team_id`)})
    or exists (select 1 from asset_sighting vs join asset va on va.id = vs.asset_id where vs.asset_version_id = ${version}.id and ${visibleToSql(teams, sql`va.team_id`)}))`;

type AssetRow = {
  id: string; namespace: string; name: string; kind: AssetKind; team_id: string; team_name: string; created_at: string; versions: number; contradictions: number;
  version_id: string | null; digest: string | null; label: string | null; seen_at: string; size_bytes: string | null; quarantined: boolean;
};

/** Of a name that several teams use, a reader sees the versions that the name's own team or the reader's teams reported. */
const sightingVisible = (teams: TeamFilter, sighting: SQL, asset: SQL) =>
  teams === 'all' ? sql`true` : sql`(${visibleToSql(teams, sql`${asset}.team_id`)} or exists (select 1 from run_asset se where se.asset_version_id = ${sighting}.asset_version_id and se.asset_id = ${sighting}.asset_id and ${visibleToSql(teams, sql`se.team_id`)}))`;

/** A version is listed once under each name, however many labels it had there. */
const firstSighting = sql`not exists (select 1 from asset_sighting o where o.asset_id = s.asset_id and o.asset_version_id = s.asset_version_id and (o.first_seen_at, o.label) < (s.first_seen_at, s.label))`;

const assetColumns = (teams: TeamFilter) => sql`
  a.id, a.namespace, a.name, a.kind, a.team_id, t.name as team_name, a.created_at,
  (select count(*)::int from (select distinct s.asset_version_id from asset_sighting s join asset_version sv on sv.id = s.asset_version_id where s.asset_id = a.id and (sv.digest is not null or sv.label is not null) and ${sightingVisible(teams, sql`s`, sql`a`)} limit ${countedAtMost}) as n) as versions,
  (select count(*)::int from contradiction c where c.asset_id = a.id and ${visibleToSql(teams, sql`c.team_id`)}) as contradictions,
  l.version_id, l.digest, l.label, l.seen_at, l.size_bytes, l.quarantined`;

const assetJoins = (teams: TeamFilter) => sql`
  join team t on t.id = a.team_id
  left join lateral (
    select v.id as version_id, v.digest, coalesce(v.label, nullif(s.label, '')) as label, s.first_seen_at as seen_at, v.size_bytes, v.state = 'quarantined' as quarantined
    from asset_sighting s join asset_version v on v.id = s.asset_version_id where s.asset_id = a.id and ${firstSighting} and ${sightingVisible(teams, sql`s`, sql`a`)} order by s.first_seen_at desc, s.asset_version_id desc limit 1
  ) l on true`;

const assetOf = (row: AssetRow): AssetView => ({
  id: row.id, namespace: row.namespace, name: row.name, kind: row.kind, team: { id: row.team_id, name: row.team_name }, createdAt: iso(row.created_at), versions: row.versions, contradictions: row.contradictions,
  latest: row.version_id === null ? null : { versionId: row.version_id, digest: row.digest, label: row.label, seenAt: iso(row.seen_at), sizeBytes: bytes(row.size_bytes), quarantined: row.quarantined },
});

export type AssetFilters = { readonly kinds?: readonly AssetKind[] | undefined; readonly namespaces?: readonly string[] | undefined; readonly teamIds?: readonly string[] | undefined; readonly text?: string | undefined; readonly contradicted?: boolean | undefined };

export async function assetPage(tx: ReadTx, teams: TeamFilter, filters: AssetFilters, sort: AssetSort, request: PageRequest): Promise<AssetView[]> {
  const byName = sort.endsWith('name');
  // Ids are in order of creation. A cursor names its row by id alone: names may be longer than a cursor.
  const byId = request.cursor === null ? request : { ...request, cursor: { id: request.cursor.id, value: request.cursor.id } };
  const { where: beyondId, orderBy } = keyset(byName ? sql`a.name` : sql`a.id`, sql`a.id`, sort.startsWith('-'), byId);
  const ascending = sort.startsWith('-') === (request.towards === 'newer');
  const cursorName = sql`((select c.name from asset c where c.id = ${request.cursor?.id ?? null}::uuid), ${request.cursor?.id ?? null}::uuid)`;
  const where = request.cursor === null || !byName ? beyondId : ascending ? sql`(a.name, a.id) > ${cursorName}` : sql`(a.name, a.id) < ${cursorName}`;
  const conditions = [
    nameVisible(teams, sql`a`), where,
    ...(filters.kinds?.length ? [sql`a.kind = any(${texts(filters.kinds)})`] : []),
    ...(filters.namespaces?.length ? [sql`a.namespace = any(${texts(filters.namespaces)})`] : []),
    ...(filters.teamIds?.length ? [sql`a.team_id = any(${uuids(filters.teamIds)})`] : []),
    ...(filters.text === undefined ? [] : [sql`(a.name ilike ${likeText(filters.text)} or a.namespace ilike ${likeText(filters.text)})`]),
    ...(filters.contradicted === undefined ? [] : [sql`exists (select 1 from contradiction c where c.asset_id = a.id and ${visibleToSql(teams, sql`c.team_id`)}) = ${filters.contradicted}`]),
  ];
  const { rows } = await tx.execute<AssetRow>(sql`
    with page as (select a.* from asset a where ${sql.join(conditions, sql` and `)} order by ${orderBy} limit ${request.limit + 1})
    select ${assetColumns(teams)} from page a ${assetJoins(teams)} order by ${orderBy}`);
  return rows.map(assetOf);
}

export async function assetById(tx: ReadTx, teams: TeamFilter, id: string): Promise<AssetView | null> {
  const { rows } = await tx.execute<AssetRow>(sql`select ${assetColumns(teams)} from asset a ${assetJoins(teams)} where a.id = ${id}::uuid and ${nameVisible(teams, sql`a`)}`);
  return rows[0] ? assetOf(rows[0]) : null;
}

type SightingRow = { asset_id: string; namespace: string; name: string; kind: AssetKind; version_id: string; digest: string | null; labels: string[] | null; size_bytes: string | null; quarantined: boolean; contradicted: boolean; first_seen_at: string; first_run_id: string | null };

const sightingColumns = (teams: TeamFilter) => sql`
  s.asset_id, a.namespace, a.name, a.kind, v.id as version_id, v.digest, v.size_bytes, v.state = 'quarantined' as quarantined, s.first_seen_at,
  (select json_agg(distinct l.label) from asset_sighting l where l.asset_id = s.asset_id and l.asset_version_id = s.asset_version_id and l.label <> '') as labels,
  (select r.id from run r where r.id = s.first_run_id and ${visibleToSql(teams, sql`r.team_id`)}) as first_run_id,
  exists (select 1 from contradiction c where c.kind = 'label_changed_digest' and (c.first_version_id = v.id or c.second_version_id = v.id)
    and (c.asset_id = s.asset_id or c.asset_id in (select n.same_id from asset_names(array[s.asset_id]) n))) as contradicted`;

const sightingOf = (row: SightingRow): SightingView => ({
  assetId: row.asset_id, namespace: row.namespace, name: row.name, kind: row.kind, versionId: row.version_id, digest: row.digest, labels: row.labels ?? [], sizeBytes: bytes(row.size_bytes), quarantined: row.quarantined, contradicted: row.contradicted,
  firstSeenAt: iso(row.first_seen_at), firstRunId: row.first_run_id,
});

/** One page of the versions of a thing under its names, by when they were first seen. Under several names each content, or each label without one, is listed once. */
export async function sightingPage(tx: ReadTx, teams: TeamFilter, assetIds: readonly string[], request: PageRequest): Promise<SightingView[]> {
  const valid = request.cursor !== null && typeof request.cursor.value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(request.cursor.value) && Date.parse(request.cursor.value) >= 0;
  const { where, orderBy } = keyset(sql`s.first_seen_at`, sql`s.asset_version_id`, true, valid ? request : { ...request, cursor: null });
  const { rows } = await tx.execute<SightingRow>(sql`
    ${assetIds.length === 1 ? sql`` : sql`with first_of as (
      select distinct on (coalesce(v.digest, ':' || coalesce(v.label, ''))) s.asset_id, s.asset_version_id, s.label from asset_sighting s join asset a on a.id = s.asset_id join asset_version v on v.id = s.asset_version_id
      where s.asset_id = any(${uuids(assetIds)}) and ${sightingVisible(teams, sql`s`, sql`a`)} order by coalesce(v.digest, ':' || coalesce(v.label, '')), s.first_seen_at, s.asset_id, s.label)`}
    select ${sightingColumns(teams)} from asset_sighting s join asset a on a.id = s.asset_id join asset_version v on v.id = s.asset_version_id
    where s.asset_id = any(${uuids(assetIds)}) and ${assetIds.length === 1 ? firstSighting : sql`exists (select 1 from first_of f where f.asset_id = s.asset_id and f.asset_version_id = s.asset_version_id and f.label = s.label)`}
      and ${sightingVisible(teams, sql`s`, sql`a`)} and ${where} order by ${orderBy} limit ${request.limit + 1}`);
  return rows.map(sightingOf);
}

/** The names under which a version was seen, as far as the reader may see them. */
export async function sightingsOfVersion(tx: ReadTx, teams: TeamFilter, versionId: string): Promise<SightingView[]> {
  const { rows } = await tx.execute<SightingRow>(sql`
    select ${sightingColumns(teams)} from asset_sighting s join asset a on a.id = s.asset_id join asset_version v on v.id = s.asset_version_id
    where s.asset_version_id = ${versionId}::uuid and ${firstSighting} and ${sightingVisible(teams, sql`s`, sql`a`)} order by s.first_seen_at, a.name limit 200`);
  return rows.map(sightingOf);
}

export type VersionRecord = { readonly id: string; readonly digest: string | null; readonly label: string | null; readonly sizeBytes: number | null; readonly quarantined: boolean };
type VersionRow = { id: string; digest: string | null; label: string | null; size_bytes: string | null; quarantined: boolean };
const versionOf = (row: VersionRow): VersionRecord => ({ id: row.id, digest: row.digest, label: row.label, sizeBytes: bytes(row.size_bytes), quarantined: row.quarantined });
const versionColumns = sql`v.id, v.digest, v.label, v.size_bytes, v.state = 'quarantined' as quarantined`;

/** A version by its id; null where it is not there or not for these teams to see. */
export async function assetVersionById(tx: ReadTx, teams: TeamFilter, id: string): Promise<VersionRecord | null> {
  const { rows } = await tx.execute<VersionRow>(sql`select ${versionColumns} from asset_version v where v.id = ${id}::uuid and ${versionVisible(teams, sql`v`)}`);
  return rows[0] ? versionOf(rows[0]) : null;
}

/** A version by its digest (`sha256:…`). */
export async function assetVersionByDigest(tx: ReadTx, teams: TeamFilter, digest: string): Promise<VersionRecord | null> {
  const { rows } = await tx.execute<VersionRow>(sql`select ${versionColumns} from asset_version v where v.digest = ${digest} and ${versionVisible(teams, sql`v`)}`);
  return rows[0] ? versionOf(rows[0]) : null;
}

/** The versions of an asset that were seen last. */
export async function latestVersions(tx: ReadTx, teams: TeamFilter, assetIds: readonly string[], most: number): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select s.asset_version_id as id from asset_sighting s join asset a on a.id = s.asset_id where s.asset_id = any(${uuids(assetIds)}) and ${firstSighting} and ${sightingVisible(teams, sql`s`, sql`a`)}
    order by s.first_seen_at desc, s.asset_version_id desc limit ${most}`);
  return rows.map((row) => row.id);
}

type ContradictionRow = { id: string; kind: ContradictionView['kind']; at: string; asset_id: string | null; asset: string | null; label: string | null; first_id: string | null; first_digest: string | null; second_id: string | null; second_digest: string | null; run_id: string | null };

/** Contradictions about an asset or a version, newest first. */
export async function contradictionsAbout(tx: ReadTx, teams: TeamFilter, about: { readonly assetIds: readonly string[] } | { readonly versionId: string }): Promise<ContradictionView[]> {
  const { rows } = await tx.execute<ContradictionRow>(sql`
    select c.id, c.kind, c.at, c.asset_id, a.name as asset, c.label, f.id as first_id, f.digest as first_digest, s.id as second_id, s.digest as second_digest,
      (select r.id from run r where r.id = c.run_id and ${visibleToSql(teams, sql`r.team_id`)}) as run_id
    from contradiction c left join asset a on a.id = c.asset_id left join asset_version f on f.id = c.first_version_id left join asset_version s on s.id = c.second_version_id
    where ${'assetIds' in about ? sql`c.asset_id = any(${uuids(about.assetIds)})` : sql`(c.first_version_id = ${about.versionId}::uuid or c.second_version_id = ${about.versionId}::uuid)`}
      and (${visibleToSql(teams, sql`c.team_id`)} or ${teams === 'all' ? sql`true` : sql`a.team_id is not null and ${visibleToSql(teams, sql`a.team_id`)}`})
    order by c.at desc, c.id desc limit 100`);
  return rows.map((row) => ({
    id: row.id, kind: row.kind, at: iso(row.at), assetId: row.asset_id, asset: row.asset, label: row.label, runId: row.run_id,
    first: row.first_id === null ? null : { versionId: row.first_id, digest: row.first_digest }, second: row.second_id === null ? null : { versionId: row.second_id, digest: row.second_digest },
  }));
}

/** What dataset and job events said of the names of a version, as far as the reader may see the names. */
export async function facetsOfNames(tx: ReadTx, teams: TeamFilter, versionId: string): Promise<VersionDetail['nameFacets']> {
  const { rows } = await tx.execute<{ name: string; body: Record<string, unknown>; asset_id: string; asset: string }>(sql`
    select distinct f.name, f.body, a.id as asset_id, a.name as asset from asset_sighting s join asset a on a.id = s.asset_id join facet f on f.subject_kind = 'asset' and f.subject_id = a.id
    where s.asset_version_id = ${versionId}::uuid and ${sightingVisible(teams, sql`s`, sql`a`)} and (f.body -> '_deleted') is distinct from 'true'::jsonb order by a.name, f.name limit 200`);
  return rows.map((row) => ({ name: row.name, body: row.body, assetId: row.asset_id, asset: row.asset }));
}

/** What dataset and job events said of a name. */
export async function facetsOfAsset(tx: ReadTx, assetId: string): Promise<Record<string, Record<string, unknown>>> {
  const { rows } = await tx.execute<{ name: string; body: Record<string, unknown> }>(sql`select name, body from facet where subject_kind = 'asset' and subject_id = ${assetId}::uuid and (body -> '_deleted') is distinct from 'true'::jsonb order by name`);
  return Object.fromEntries(rows.map((row) => [row.name, row.body]));
}

/** What the latest 50 runs that used a version said of it: of each facet the newest. */
export async function facetsOfVersion(tx: ReadTx, teams: TeamFilter, versionId: string): Promise<VersionDetail['facets']> {
  const { rows } = await tx.execute<{ name: string; body: Record<string, unknown>; run_id: string; direction: 'input' | 'output' | 'material'; event_time: string }>(sql`
    with edges as (select e.id, e.run_id, e.direction from run_asset e where e.asset_version_id = ${versionId}::uuid and ${visibleToSql(teams, sql`e.team_id`)} order by e.first_received_at desc limit 50)
    select distinct on (f.name) f.name, f.body, e.run_id, e.direction, f.event_time from edges e join facet f on f.subject_kind = 'run_asset' and f.subject_id = e.id
    where (f.body -> '_deleted') is distinct from 'true'::jsonb order by f.name, f.event_time desc, f.event_digest desc`);
  return rows.map((row) => ({ name: row.name, body: row.body, runId: row.run_id, direction: row.direction, at: iso(row.event_time) }));
}

export async function modelsOfDigest(tx: ReadTx, teams: TeamFilter, digest: string): Promise<VersionDetail['models']> {
  const { rows } = await tx.execute<{ name: string; version: number }>(sql`
    select m.name, v.version from model_version v join model m on m.id = v.model_id where v.digest = ${digest} and ${visibleToSql(teams, sql`v.team_id`)} order by m.name, v.version limit 50`);
  return rows;
}

export async function deploymentsOfDigest(tx: ReadTx, teams: TeamFilter, digest: string): Promise<VersionDetail['deployments']> {
  const { rows } = await tx.execute<{ id: string; environment: string; endpoint: string; deployed_at: string }>(sql`
    select d.id, d.environment, d.endpoint, d.deployed_at from deployment d where d.digest = ${digest} and d.ended_at is null and ${visibleToSql(teams, sql`d.team_id`)} order by d.deployed_at desc limit 50`);
  return rows.map(({ deployed_at, ...row }) => ({ ...row, deployedAt: iso(deployed_at) }));
}
