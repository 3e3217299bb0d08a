// The SQL of what a bare label names: who reads `raw@v3` reads what was seen as `raw@v3` with a digest, under whichever of its names (docs/decisions.md).

/** False in a database where nothing is known by a label alone: then nothing below is asked. Computed once for a statement. */
export const someLabels = `(select exists (select 1 from asset_version where digest is null and label <> ''))`;

/** Symlinks speak of this asset. Nearly always false, and asked before its names are, since those are long to find. */
const hasNames = (asset: string) => `(select exists (select 1 from asset_symlink)) and exists (select 1 from asset la where la.id = ${asset}
  and (exists (select 1 from asset_symlink ls where ls.asset_id = la.id) or exists (select 1 from asset_symlink ls where ls.namespace = la.namespace and ls.name = la.name)))`;

/** A relation of the versions that are known by a label alone under which this version with a digest was seen: `id`, `asset_id`; the sighting: `seen_as`, `seen_at`. A version may come several times. */
export const labelsOf = (version: string) => `(
  select w.id, w.asset_id, s.asset_id as seen_as, s.first_seen_at as seen_at
  from asset_sighting s join asset_version w on w.asset_id = s.asset_id and w.digest is null and coalesce(w.label, '') = s.label
  where s.asset_version_id = ${version} and s.label <> '' and w.id <> ${version}
  union all
  select w.id, w.asset_id, s.asset_id, s.first_seen_at
  from (select s0.* from asset_sighting s0 where s0.asset_version_id = ${version} and s0.label <> '' and ${hasNames('s0.asset_id')} offset 0) s
  cross join lateral asset_names(array[s.asset_id]) n join asset_version w on w.asset_id = n.same_id and w.digest is null and coalesce(w.label, '') = s.label
  where n.same_id <> s.asset_id and w.id <> ${version})`;

/** A relation of the versions with a digest that were seen under the label of this version without one: columns as of `labelsOf`. Empty for a version with a digest. */
export const contentsOf = (version: string) => `(
  select d.id, s.asset_id, s.asset_id as seen_as, s.first_seen_at as seen_at
  from (select l0.id, l0.asset_id, l0.label from asset_version l0 where l0.id = ${version} and l0.digest is null and l0.label <> '' offset 0) l
  cross join lateral (
    select l.asset_id as id
    union all
    select n.same_id from (select 1 where ${hasNames('l.asset_id')} offset 0) as yes cross join lateral asset_names(array[l.asset_id]) n where n.same_id <> l.asset_id
  ) a join asset_sighting s on s.asset_id = a.id and s.label = l.label join asset_version d on d.id = s.asset_version_id and d.digest is not null)`;

/** Whether one content alone was ever seen under the label of this version, which has some; `where`, about `sc`, narrows what counts as seen. Ends at the second one. */
export const soleContent = (version: string, where = 'true') => `not exists (
  select 1 from ${contentsOf(version)} sc where ${where} and sc.id <> (select sc.id from ${contentsOf(version)} sc where ${where} limit 1))`;

/** False where neither `labelsOf` nor `contentsOf` this version can hold anything: a few look-ups, of which one is enough in nearly all cases. */
export const mayHaveLabels = (version: string) => `(${someLabels} and (
  exists (select 1 from asset_version ml where ml.id = ${version} and ml.digest is null and ml.label <> '')
  or exists (select 1 from asset_sighting ms where ms.asset_version_id = ${version} and ms.label <> '' and (
    exists (select 1 from asset_version mw where mw.asset_id = ms.asset_id and mw.digest is null and coalesce(mw.label, '') = ms.label and mw.id <> ${version}) or (select exists (select 1 from asset_symlink))))))`;
