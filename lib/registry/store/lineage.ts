// SQL of what lies upstream of an artifact: edges, versions, runs and what runs reported about themselves.
import { sql } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';
import { uuidList as uuids } from '#lib/db/conditions.ts';
import { contentsOf, labelsOf, someLabels } from '#lib/db/labels.ts';
import { lessExactThanAnother } from '#lib/runs/index.ts';

const inUtc = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

/** A timestamp as the driver hands it out. Nearly all are in UTC, where taking the text apart spares parsing thousands of dates. */
function iso(value: unknown): string {
  const parts = typeof value === 'string' ? inUtc.exec(value) : null;
  return parts ? `${parts[1] ?? ''}T${parts[2] ?? ''}.${(parts[3] ?? '').slice(0, 3).padEnd(3, '0')}Z` : new Date(value as string).toISOString();
}

export type RunRow = { id: string; teamId: string; job: string; state: string; startedAt: string; endedAt: string | null; reportedBy: string };
export type ProducerRow = RunRow & { versionId: string };

/** Runs that produced any of these versions, under whichever of their names, earliest start first; at most `most`. */
export async function producersOf(tx: ReadTx, versionIds: readonly string[], most: number): Promise<ProducerRow[]> {
  if (versionIds.length === 0) return [];
  const { rows } = await tx.execute<Omit<ProducerRow, 'startedAt' | 'endedAt'> & { startedAt: unknown; endedAt: unknown }>(sql`
    with asked (id, member) as (
      select v.id, v.id from unnest(${uuids(versionIds)}) as v (id)
      union
      select l.id, same.id from asset_version l cross join lateral same_asset_versions(l.id) as same where l.id = any(${uuids(versionIds)}) and l.digest is null and exists (select 1 from asset_symlink)
    )
    select distinct asked.id as "versionId", r.id, r.team_id as "teamId", j.namespace || '/' || j.name as job, r.state, r.started_at as "startedAt", r.ended_at as "endedAt", r.reported_by as "reportedBy"
    from asked join run_asset e on e.asset_version_id = asked.member and e.direction = 'output' join run r on r.id = e.run_id join job j on j.id = r.job_id
    order by r.started_at, r.id limit ${most}`);
  return rows.map((row) => ({ ...row, startedAt: iso(row.startedAt), endedAt: row.endedAt === null ? null : iso(row.endedAt) }));
}

export async function runById(tx: ReadTx, runId: string): Promise<RunRow | null> {
  const { rows } = await tx.execute<Omit<RunRow, 'startedAt' | 'endedAt'> & { startedAt: unknown; endedAt: unknown }>(sql`
    select r.id, r.team_id as "teamId", j.namespace || '/' || j.name as job, r.state, r.started_at as "startedAt", r.ended_at as "endedAt", r.reported_by as "reportedBy"
    from run r join job j on j.id = r.job_id where r.id = ${runId}::uuid`);
  const [row] = rows;
  return row ? { ...row, startedAt: iso(row.startedAt), endedAt: row.endedAt === null ? null : iso(row.endedAt) } : null;
}

/** `content` has a digest and was seen under the label by which alone `label` is known; `quarantined` of the latter. */
export type LabelRow = { readonly content: string; readonly label: string; readonly quarantined: boolean };

/** Which of these versions are known by a label alone and which contents were seen under it, and the other way round. Nothing is asked where nothing is known by a label alone. */
export async function labelledOf(tx: ReadTx, versionIds: readonly string[]): Promise<LabelRow[]> {
  if (versionIds.length === 0) return [];
  const { rows } = await tx.execute<LabelRow>(sql`
    select distinct v.id as content, l.id as label, lv.state = 'quarantined' as quarantined from unnest(${uuids(versionIds)}) as v (id) cross join lateral ${sql.raw(labelsOf('v.id'))} l
    join asset_version c on c.id = v.id and c.digest is not null join asset_version lv on lv.id = l.id where ${sql.raw(someLabels)}
    union
    select c.id, v.id, v.state = 'quarantined' from asset_version v cross join lateral ${sql.raw(contentsOf('v.id'))} c where v.id = any(${uuids(versionIds)}) and v.digest is null and v.label <> ''`);
  return rows;
}

export type RunInputs = { readonly runId: string; readonly versionIds: readonly string[] };

/** What these runs consumed, at most `most` edges in all. A reference is left out where the same run names the same version more exactly. */
export async function inputsOf(tx: ReadTx, runIds: readonly string[], most: number): Promise<RunInputs[]> {
  if (runIds.length === 0) return [];
  const { rows } = await tx.execute<{ runId: string; versions: string }>(sql`
    select run_id as "runId", string_agg(asset_version_id::text, ' ' order by asset_version_id) as versions from (
      select distinct e.run_id, e.asset_version_id from run_asset e
      where e.run_id = any(${uuids(runIds)}) and e.direction = 'input'
        and not exists (select 1 from asset_version v where v.id = e.asset_version_id and ${lessExactThanAnother(sql`e`, sql`v`)} offset 0)
      order by e.run_id, e.asset_version_id limit ${most}) as edge group by run_id`);
  return rows.map(({ runId, versions }) => ({ runId, versionIds: versions.split(' ') }));
}

/** Names under which a run consumed versions: of several the first. */
export async function inputNamesOf(tx: ReadTx, runId: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await tx.execute<{ id: string; name: string }>(sql`
    select e.asset_version_id as id, min(a.name) as name from run_asset e cross join lateral (select a0.name from asset a0 where a0.id = e.asset_id offset 0) a
    where e.run_id = ${runId}::uuid and e.direction = 'input' and not exists (select 1 from asset_version v where v.id = e.asset_version_id and ${lessExactThanAnother(sql`e`, sql`v`)} offset 0)
    group by e.asset_version_id`);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export type VersionRow = { id: string; digest: string | null; label: string | null; quarantined: boolean; kind: string | null; name: string | null; namespace: string | null };

/** Kinds of asset, the most telling first. */
const tellingKinds = ['model', 'features', 'dataset', 'image', 'configuration', 'code', 'evaluation', 'report', 'deployment'];

type NamedRow = { versionId: string; assetId: string; at: number | null };
type AssetRow = { id: string; kind: string; name: string; namespace: string };

/**
 * Versions with the name and kind under which runs of the team know them; where no run of the team does, the kind that
 * others gave and no name. Of several kinds the most telling counts, so that data cannot pass as configuration.
 */
export async function versionsById(tx: ReadTx, teamId: string, ids: readonly string[]): Promise<VersionRow[]> {
  if (ids.length === 0) return [];
  const { rows: versions } = await tx.execute<Pick<VersionRow, 'id' | 'digest' | 'label' | 'quarantined'>>(sql`select id, digest, label, state = 'quarantined' as quarantined from asset_version where id = any(${uuids(ids)})`);
  const { rows: own } = await tx.execute<NamedRow>(sql`
    select e.asset_version_id as "versionId", e.asset_id as "assetId", extract(epoch from min(e.first_received_at))::float8 as at
    from run_asset e where e.asset_version_id = any(${uuids(ids)}) and e.team_id = ${teamId}::uuid group by 1, 2`);
  const known = new Set(own.map(({ versionId }) => versionId));
  const others = await namedByOthers(tx, ids.filter((id) => !known.has(id)));
  const { rows: assets } = await tx.execute<AssetRow>(sql`select id, kind, name, namespace from asset where id = any(${uuids([...new Set([...own, ...others].map(({ assetId }) => assetId))])}) order by name, namespace`);
  const place = new Map(assets.map((asset, index) => [asset.id, { ...asset, index, telling: tellingKinds.indexOf(asset.kind) }]));
  const called = new Map<string, { kind: string; telling: number; first: AssetRow; index: number; at: number | null }>();
  for (const { versionId, assetId, at } of [...own, ...others]) {
    const asset = place.get(assetId);
    if (!asset) continue;
    const { kind, telling, index } = asset;
    const before = called.get(versionId);
    if (!before) called.set(versionId, { kind, telling, first: asset, index, at });
    else {
      if (telling < before.telling) Object.assign(before, { kind, telling });
      if (at !== null && before.at !== null && (at < before.at || (at === before.at && index < before.index))) Object.assign(before, { first: asset, index, at });
    }
  }
  return versions.map((version) => {
    const by = called.get(version.id);
    const first = known.has(version.id) ? by?.first : undefined;
    return { id: version.id, digest: version.digest, label: version.label, quarantined: version.quarantined, kind: by?.kind ?? null, name: first?.name ?? null, namespace: first?.namespace ?? null };
  });
}

/** The assets under which any run knows versions that no run of the team does. */
async function namedByOthers(tx: ReadTx, ids: readonly string[]): Promise<NamedRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.execute<NamedRow>(sql`select distinct e.asset_version_id as "versionId", e.asset_id as "assetId", null::float8 as at from run_asset e where e.asset_version_id = any(${uuids(ids)})`);
  return rows;
}

/** The facets by which a run describes itself. */
export async function runFacets(tx: ReadTx, runId: string): Promise<Record<string, Record<string, unknown>>> {
  const { rows } = await tx.execute<{ name: string; body: Record<string, unknown> }>(sql`
    select name, body from facet where subject_kind = 'run' and subject_id = ${runId}::uuid and name in ('gatehouse_execution', 'executionParameters')`);
  return Object.fromEntries(rows.map(({ name, body }) => [name, body]));
}

export type AccountRow = { id: string; name: string; responsiblePersonId: string; responsibleName: string; responsibleActive: boolean };

/** Service accounts with the people who answer for them. */
export async function accountsById(tx: ReadTx, ids: readonly string[]): Promise<AccountRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.execute<AccountRow>(sql`
    select s.id, s.name, s.responsible_person_id as "responsiblePersonId", p.display_name as "responsibleName", p.state = 'active' as "responsibleActive"
    from service_account s join person p on p.id = s.responsible_person_id where s.id = any(${uuids(ids)})`);
  return rows;
}

export type ContradictionRow = { kind: 'label_changed_digest' | 'attested_digest_differs' | 'registry_differs'; name: string | null; label: string | null; first: string | null; second: string | null; runId: string | null };

/** Contradictions about any of these versions or runs. */
export async function contradictionsAbout(tx: ReadTx, versionIds: readonly string[], runIds: readonly string[]): Promise<ContradictionRow[]> {
  const { rows } = await tx.execute<ContradictionRow>(sql`
    with about as materialized (
      select * from contradiction where first_version_id = any(${uuids(versionIds)}) or second_version_id = any(${uuids(versionIds)}) or run_id = any(${uuids(runIds)}) order by id limit 200
    )
    select c.kind, a.name, c.label, f.digest as first, s.digest as second, c.run_id as "runId"
    from about c left join asset a on a.id = c.asset_id left join asset_version f on f.id = c.first_version_id left join asset_version s on s.id = c.second_version_id
    order by c.id`);
  return rows;
}

/** The version with this digest, where a run of the team produced it. */
export async function producedArtifact(tx: ReadTx, teamId: string, digest: string): Promise<{ id: string; state: string } | null> {
  const { rows } = await tx.execute<{ id: string; state: string }>(sql`
    select v.id, v.state from asset_version v
    where v.digest = ${digest} and exists (select 1 from run_asset e where e.asset_version_id = v.id and e.direction = 'output' and e.team_id = ${teamId}::uuid)`);
  return rows[0] ?? null;
}

/** Ids of the provenance statements of a team that name a run. */
export async function provenanceNaming(tx: ReadTx, teamId: string, runId: string, predicateTypes: readonly string[]): Promise<string[]> {
  const { rows } = await tx.execute<{ id: string }>(sql`
    select id from evidence where run_id = ${runId}::uuid and team_id = ${teamId}::uuid and predicate_type = any(${sql.param([...predicateTypes])}::text[]) order by received_at, id limit 500`);
  return rows.map(({ id }) => id);
}

/** Which of these digests are subjects of any evidence of this type, from whichever team and whether it holds or not. */
export async function digestsWithEvidence(tx: ReadTx, digests: readonly string[], predicateType: string): Promise<ReadonlySet<string>> {
  if (digests.length === 0) return new Set();
  const { rows } = await tx.execute<{ digest: string }>(sql`
    select distinct s.digest from evidence_subject s cross join lateral (select e0.predicate_type from evidence e0 where e0.id = s.evidence_id offset 0) e
    where s.digest = any(string_to_array(${digests.join(' ')}, ' ')) and e.predicate_type = ${predicateType}`);
  return new Set(rows.map(({ digest }) => digest));
}
