// The SQL of the global search: names by any part, tags, digests and ids by prefix, over what the reader may see. Each statement is a look-up by index with a limit, so that ten million names cost what ten thousand do.
import { sql, type SQL } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';
import { visibleToSql } from '#lib/db/conditions.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { digestRange, hasTrigram, idRange, meant, patternOf, prefixOf, wordsOf } from './domain.ts';
import type { SearchHit } from './schema.ts';

const eachKind = 6;
/** Names that are looked at to find the best six among. */
const candidates = 60;

/** A hit with its place: 0 an exact name, 1 a name that begins with the text or an id, 2 one that holds it; then the order of kinds. */
type Ranked = SearchHit & { readonly rank: number; readonly place: number };

const rank = (column: SQL, text: string) => sql`(case when lower(${column}) = lower(${text}) then 0 when lower(${column}) like ${prefixOf(text)} then 1 else 2 end)`;
const hits = async (tx: ReadTx, statement: SQL): Promise<Ranked[]> => (await tx.execute<Ranked>(statement)).rows;

/** Assets that are looked through one by one: a text that many names hold is found among the newest sooner than by an index. */
const newest = 10_000;
/** Of very many names, this many from all over the table are looked through where the index took too long: what is in one name of a thousand is among them. */
const sampled = 20_000;
/** With more names than this, a search has a time; with fewer, no statement needs one. */
const manyNames = 200_000;
const [milliseconds, amply] = [80, 5_000];
/** What a part may take when the time is over: enough for a look-up by index. */
const atLeast = 5;

/** The time that a search has, shared by its parts, and whether any was ended by it. */
type Budget = { readonly until: number; readonly names: number; cut: boolean };

async function budgetOf(tx: ReadTx): Promise<Budget> {
  const { rows } = await tx.execute<{ names: number }>(sql`select greatest(reltuples, 0)::float8 as names from pg_class where oid = 'public.asset'::regclass`);
  const names = rows[0]?.names ?? 0;
  return { until: performance.now() + (names > manyNames ? milliseconds : amply), names, cut: false };
}

/** The names of these teams by how they begin: an index for each team, so that nobody reads past a crowd of others' names. */
const beginning = (teams: TeamFilter, text: string) =>
  teams === 'all' ? sql`(select * from asset a where lower(a.name) like ${prefixOf(text)} limit ${candidates})`
    : sql`(select a.* from unnest(${sql.param([...teams])}::uuid[]) as t (id) cross join lateral (select * from asset a where a.team_id = t.id and left(lower(a.name), 100) like ${prefixOf(text.slice(0, 100))} and lower(a.name) like ${prefixOf(text)} limit ${candidates}) a limit ${candidates})`;

/** Names of assets: those that begin with the text in order of names, then those among the newest that hold it, and where that is not enough all that hold it, by their trigrams; where that takes too long, those among a sample. */
async function assets(tx: ReadTx, teams: TeamFilter, text: string, words: readonly string[], budget: Budget): Promise<readonly Ranked[]> {
  const visible = visibleToSql(teams, sql`a.team_id`);
  const found = (from: SQL, condition: SQL) => hits(tx, sql`
    select 'asset' as kind, a.id::text, a.name as label, a.kind || ' · ' || a.namespace as detail, '/data/' || a.id as href, ${rank(sql`a.name`, text)} as rank, 3 as place
    from (select a.* from ${from} a where ${visible} and ${condition} limit ${candidates}) a order by rank, length(a.name), a.name limit ${eachKind}`);
  const holding = sql`a.name ilike ${patternOf(words)}`;
  const all: Ranked[] = [];
  const add = (more: readonly Ranked[]) => {
    all.push(...more.filter((hit) => !all.some((known) => known.id === hit.id)));
    return all.length >= eachKind;
  };
  if (add((await inTime(tx, budget, 40, () => found(beginning(teams, text), sql`true`))) ?? []) || !hasTrigram(words)) return all.slice(0, eachKind);
  if (add((await inTime(tx, budget, 40, () => found(sql`(select * from asset order by id desc limit ${newest})`, holding))) ?? []) || all.some((hit) => hit.rank === 0)) return all.slice(0, eachKind);
  const rest = await inTime(tx, budget, 45, () => found(sql`asset`, holding));
  const share = Math.min(100, (100 * sampled) / Math.max(1, budget.names));
  add(rest ?? (await inTime(tx, { ...budget, until: performance.now() + 15 }, 15, () => found(sql`(select * from asset tablesample system (${sql.raw(share.toFixed(6))}) repeatable (1))`, holding))) ?? []);
  return all.slice(0, eachKind);
}

/** What was found, or null where it took longer than the part may, or than the search has left. */
async function inTime<T>(tx: ReadTx, budget: Budget, most: number, work: () => Promise<T>): Promise<T | null> {
  const left = budget.until - performance.now();
  const time = Math.max(atLeast, Math.floor(budget.names > manyNames ? Math.min(most, left) : left));
  await tx.execute(sql`savepoint timed`);
  await tx.execute(sql`select set_config('statement_timeout', ${String(time)}, true)`);
  try {
    const value = await work();
    await tx.execute(sql`select set_config('statement_timeout', '60000', true)`);
    return value;
  } catch (error) {
    if (!timedOut(error)) throw error;
    await tx.execute(sql`rollback to savepoint timed`);
    budget.cut = true;
    return null;
  }
}

function timedOut(error: unknown): boolean {
  return error instanceof Error && (('code' in error && error.code === '57014') || timedOut(error.cause));
}

/** The newest runs of the jobs whose name holds the text. */
const runs = (tx: ReadTx, teams: TeamFilter, text: string, words: readonly string[]): Promise<Ranked[]> => hits(tx, sql`
  select 'run' as kind, r.id::text, j.name as label, r.state || ' · ' || to_char(r.started_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as detail, '/runs/' || r.id as href, greatest(${rank(sql`j.name`, text)}, 1) as rank, 2 as place
  from (select j.id, j.name from job j where ${visibleToSql(teams, sql`j.team_id`)} and j.name ilike ${patternOf(words)} order by j.name limit 50) j
  cross join lateral (select r.id, r.state, r.started_at from run r where r.job_id = j.id and ${visibleToSql(teams, sql`r.team_id`)} order by r.started_at desc, r.id desc limit ${eachKind}) r
  order by rank, r.started_at desc limit ${eachKind}`);

/** What is few beside assets and runs: models, data sources, findings, environments, people. Models, environments and people are found in spite of typing errors, where none is spelled so. */
async function few(tx: ReadTx, teams: TeamFilter, text: string, words: readonly string[], withPeople: boolean): Promise<Ranked[]> {
  const pattern = patternOf(words);
  return hits(tx, sql`
    (select 'model' as kind, m.id::text, m.name as label, 'model' as detail, '/models/' || m.name as href, ${rank(sql`m.name`, text)} as rank, 0 as place
       from model m where ${visibleToSql(teams, sql`m.team_id`)} and (m.name ilike ${pattern} or (m.name % ${text} and not exists (select 1 from model where name ilike ${pattern}))) order by rank, similarity(m.name, ${text}) desc, m.name limit ${eachKind})
    union all
    (select 'source', s.id::text, s.name, s.classification || ' · data source', '/data/sources/' || s.id, ${rank(sql`s.name`, text)}, 3
       from data_source s where ${visibleToSql(teams, sql`s.team_id`)} and s.name ilike ${pattern} order by 6, s.name limit ${eachKind})
    union all
    (select 'finding', f.id::text, f.title, f.severity || ' · ' || f.state, '/findings/' || f.id, ${rank(sql`f.title`, text)}, 6
       from finding f where ${visibleToSql(teams, sql`f.team_id`)} and f.title ilike ${pattern} order by f.severity_rank, f.last_seen_at desc limit ${eachKind})
    union all
    (select 'environment', v.name, v.name, v.tier || ' · environment' || case when v.archived_at is null then '' else ' · archived' end, '/settings/environments#' || v.name, ${rank(sql`v.name`, text)}, 1
       from environment v where v.name ilike ${pattern} or (v.name % ${text} and not exists (select 1 from environment where name ilike ${pattern})) order by 6, v.position, v.name limit ${eachKind})
    union all
    (select 'person', p.id::text, p.display_name, p.email, '/settings/people#' || p.id, ${rank(sql`p.display_name`, text)}, 7
       from person p where ${withPeople} and (p.display_name ilike ${pattern} or p.email ilike ${prefixOf(text)} or (word_similarity(${text}, p.display_name) > 0.45 and not exists (select 1 from person where display_name ilike ${pattern} or email ilike ${prefixOf(text)}))) order by 6, word_similarity(${text}, p.display_name) desc, p.display_name limit ${eachKind})`);
}

/** Whether what carries a facet may be seen: asked before tags are counted out, so that another team's many do not hide the reader's few. */
const carrierVisible = (teams: TeamFilter): SQL => {
  if (teams === 'all') return sql`true`;
  const among = (table: SQL, alias: SQL) => sql`exists (select 1 from ${table} ${alias} where ${alias}.id = f.subject_id and ${visibleToSql(teams, sql`${alias}.team_id`)})`;
  return sql`case f.subject_kind when 'job' then ${among(sql`job`, sql`vj`)} when 'asset' then ${among(sql`asset`, sql`va`)} when 'run_asset' then ${among(sql`run_asset`, sql`ve`)} else ${among(sql`run`, sql`vr`)} end`;
};

/** Jobs, data and runs that carry a tag which holds the text. */
async function tagged(tx: ReadTx, teams: TeamFilter, words: readonly string[]): Promise<Ranked[]> {
  const found = await hits(tx, sql`
  with found as materialized (
    select f.subject_kind, f.subject_id, (select tag from regexp_split_to_table(facet_tags(f.body), E'\n') as tag where tag ilike ${patternOf(words)} limit 1) as tag
    from facet f where f.name = 'tags' and facet_tags(f.body) ilike ${patternOf(words)} and ${carrierVisible(teams)} limit 200
  ), subject as (
    select 'run' as kind, j.id, j.name, null as href, tag, j.team_id from found join job j on j.id = found.subject_id where found.subject_kind = 'job'
    union all select 'run', r.id, j.name, '/runs/' || r.id, tag, r.team_id from found join run r on r.id = found.subject_id join job j on j.id = r.job_id where found.subject_kind in ('run', 'run_job')
    union all select 'asset', a.id, a.name, '/data/' || a.id, tag, a.team_id from found join asset a on a.id = found.subject_id where found.subject_kind = 'asset'
    union all select 'asset', a.id, a.name, '/data/' || a.id, tag, e.team_id from found join run_asset e on e.id = found.subject_id join asset a on a.id = e.asset_id where found.subject_kind = 'run_asset'
  )
  select * from (select distinct on (s.kind, s.id) s.kind, s.id::text, s.name as label, 'tag ' || s.tag as detail, s.href, 2 as rank, 4 as place from subject s where s.tag is not null and ${visibleToSql(teams, sql`s.team_id`)} order by s.kind, s.id, s.tag) d
  order by label, id limit ${eachKind}`);
  // A job has no page of its own: its runs are listed by its name, which may hold any character.
  return found.map((hit) => ((hit.href as string | null) === null ? { ...hit, href: `/runs?q=${encodeURIComponent(hit.label)}` } : hit));
}

/** Versions, model versions and evidence whose digest begins with the text. */
const byDigest = (tx: ReadTx, teams: TeamFilter, { from, to }: { from: string; to: string }): Promise<Ranked[]> => hits(tx, sql`
  (select 'model' as kind, v.id::text, m.name || ' ' || v.version as label, v.digest as detail, '/models/' || m.name || '/' || v.version as href, 1 as rank, 1 as place
     from (select * from model_version v where v.digest >= ${from} and v.digest < ${to} and ${visibleToSql(teams, sql`v.team_id`)} order by v.digest limit ${eachKind}) v join model m on m.id = v.model_id)
  union all
  (select 'asset', v.id::text, coalesce((select a.name from asset_sighting s join asset a on a.id = s.asset_id where s.asset_version_id = v.id
        and (${visibleToSql(teams, sql`a.team_id`)} or exists (select 1 from run_asset e where e.asset_version_id = v.id and e.asset_id = a.id and ${visibleToSql(teams, sql`e.team_id`)})) limit 1), 'asset version'), v.digest, '/data/' || v.id, 1, 4
     from asset_version v where v.digest >= ${from} and v.digest < ${to} and exists (select 1 from run_asset e where e.asset_version_id = v.id and ${visibleToSql(teams, sql`e.team_id`)}) order by v.digest limit ${eachKind})
  union all
  (select 'evidence', e.id::text, coalesce(e.predicate_type, 'evidence'), e.digest, '/evidence/' || e.id, 1, 5
     from evidence e where e.digest >= ${from} and e.digest < ${to} and ${visibleToSql(teams, sql`e.team_id`)} order by e.digest limit ${eachKind})`);

/** Runs whose id begins with the text. */
const byRunId = (tx: ReadTx, teams: TeamFilter, { from, to }: { from: string; to: string }): Promise<Ranked[]> => hits(tx, sql`
  select 'run' as kind, r.id::text, j.name as label, r.state || ' · ' || to_char(r.started_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as detail, '/runs/' || r.id as href, 1 as rank, 2 as place
  from (select * from run r where r.id between ${from}::uuid and ${to}::uuid and ${visibleToSql(teams, sql`r.team_id`)} order by r.id desc limit ${eachKind}) r join job j on j.id = r.job_id`);

/** The words with each mistyped one replaced by the known one that it stands for; null where nothing changes. The known words are those of all names; they are looked for, and never shown. */
async function corrected(tx: ReadTx, words: readonly string[]): Promise<string[] | null> {
  await tx.execute(sql`select set_config('pg_trgm.similarity_threshold', '0.2', true)`);
  const better: string[] = [];
  for (const word of words) {
    if (!/^\p{L}{4,40}$/u.test(word)) {
      better.push(word);
      continue;
    }
    const { rows } = await tx.execute<{ word: string }>(sql`select word from search_word where word % ${word} order by similarity(word, ${word}) desc, word limit 30`);
    better.push(meant(word, rows.map((row) => row.word)) ?? word);
  }
  return better.every((word, n) => word === words[n]) ? null : better;
}

/** At most six hits of each kind, best first. Where no name holds the text, names that hold what was probably meant. `complete` is false where there may be more assets, which took too long to look for. */
export async function search(tx: ReadTx, teams: TeamFilter, text: string, withPeople: boolean): Promise<{ items: SearchHit[]; complete: boolean }> {
  const words = wordsOf(text);
  const [digests, ids] = [digestRange(text), idRange(text)];
  const budget = await budgetOf(tx);
  // What is one look-up comes first, so that what takes long cannot take its time.
  const part = async (most: number, work: () => Promise<readonly Ranked[]>) => (await inTime(tx, budget, most, work)) ?? [];
  const found: Ranked[] = [
    ...(digests ? await part(25, () => byDigest(tx, teams, digests)) : []),
    // Run ids begin with their time, so that nearly all share a short beginning.
    ...(ids ? await part(25, () => byRunId(tx, teams, ids)) : []),
    ...(await part(30, () => few(tx, teams, text, words, withPeople))),
    ...(await part(30, () => runs(tx, teams, text, words))),
    ...(await assets(tx, teams, text, words, budget)),
    ...(hasTrigram(words) ? await part(25, () => tagged(tx, teams, words)) : []),
  ];
  const better = found.some(({ kind }) => kind === 'asset' || kind === 'run') || !hasTrigram(words) ? null : await inTime(tx, budget, 25, () => corrected(tx, words));
  if (better) found.push(...(await assets(tx, teams, better.join(' '), better, budget)), ...(await part(30, () => runs(tx, teams, better.join(' '), better))));
  const complete = !budget.cut;
  const seen = new Set<string>();
  const items = found
    .filter(({ kind, id }) => !seen.has(`${kind} ${id}`) && seen.add(`${kind} ${id}`))
    .sort((a, b) => a.rank - b.rank || a.place - b.place)
    .map(({ kind, id, label, detail, href }) => ({ kind, id, label, detail, href }));
  return { items, complete };
}
