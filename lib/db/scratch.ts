// Scratch: what a walk over the whole graph has reached, and the walk itself. Temporary, one set for each connection, emptied when the transaction
// ends; PostgreSQL lets a READ ONLY transaction write into temporary tables and into nothing else.
import { contentsOf, labelsOf, soleContent } from './labels.ts';

/** Nodes that one statement goes on from: few enough that a time limit is kept, many enough that the statement itself does not count. */
const batch = 10_000;

/** True for an edge `o` that no other one of its run outdoes (`exactEdge` of lib/lineage says the same). */
const exact = `not exists (
        select 1 from asset_version xv where xv.id = o.asset_version_id and xv.digest is null and exists (
          select 1 from run_asset e
          cross join lateral (select x.asset_id, x.asset_version_id from run_asset x where x.run_id = e.run_id and x.direction = e.direction offset 0) as xo
          join asset_version xw on xw.id = xo.asset_version_id
          where e.run_id = o.run_id and e.direction = o.direction and e.asset_version_id = o.asset_version_id and xo.asset_id = e.asset_id and xo.asset_version_id <> e.asset_version_id
            and (case when xw.digest is not null then 2 when xw.label is not null then 1 else 0 end) > (case when xv.label is not null then 1 else 0 end)
            and (xv.label is null
              or exists (select 1 from asset_sighting ls where ls.asset_id = xo.asset_id and ls.asset_version_id = xo.asset_version_id and ls.label = xv.label)
              or not exists (select 1 from asset_sighting ls where ls.asset_id = xo.asset_id and ls.asset_version_id = xo.asset_version_id and ls.label <> ''))))`;

/** The nodes after number `done` lead to those beside them, by the exact edges of one direction. Reads two indexes and no table. */
const further = (from: string, into: string, added: string, beside: string, match: string, direction: string, done: string) => `
      insert into ${into} (${added}, how)
      select ${beside}, how from ${from} f cross join lateral (
        select ${beside} from run_asset o where o.${match} = f.id and o.direction = any(${direction}) and ${exact}
      ) as o where f.n > ${done} and f.n <= ${done} + ${batch}
      on conflict do nothing;
      get diagnostics added = row_count;
      reached := reached + added;
      ${done} := ${done} + ${batch};`;

/** Whether a run of the way used what is known by this label. */
const onTheWay = (label: string) => `exists (select 1 from run_asset o where o.asset_version_id = ${label} and o.direction = any(beyond_version) and ${exact})`;

/** From what was reached: its versions (and the start) and its runs. `offset 0` keeps the planner from beginning at the labels, each of which it expects to have been used seldom. */
const labelsOfReached = `
        select l.id as id, l.asset_id as asset_id, l.id as label from reached_version f cross join lateral ${labelsOf('f.id')} l
        where f.n > labels_version and f.n <= last_version and ${onTheWay('l.id')}
        union
        select c.id, c.asset_id, o.asset_version_id from reached_run f cross join lateral (select * from run_asset e where e.run_id = f.id and e.direction = any(beyond_run) offset 0) o
        join asset_version v on v.id = o.asset_version_id and v.digest is null and v.label <> ''
        cross join lateral ${contentsOf('v.id')} c where f.n > labels_run and f.n <= last_run and ${exact}`;

/** The same from what is known by a label alone. */
const reachedOfLabels = `
        select v.id as id, v.asset_id as asset_id, v.id as label from asset_version v cross join lateral ${contentsOf('v.id')} c join reached_version f on f.id = c.id and f.n > labels_version and f.n <= last_version
        where v.digest is null and v.label <> '' and ${onTheWay('v.id')}
        union
        select c.id, c.asset_id, v.id from asset_version v cross join lateral ${contentsOf('v.id')} c where v.digest is null and v.label <> ''
          and exists (select 1 from run_asset o join reached_run f on f.id = o.run_id where o.asset_version_id = v.id and o.direction = any(beyond_run) and f.n > labels_run and f.n <= last_run and ${exact})`;

/** How much there is to look at from all labels that something is known by alone: themselves, who used them, what was seen under them. Counts a little beyond `most`. */
const bareLabels = (most: string) => `select count(*) from (
              select 1 from asset_version v cross join lateral (
                select 1 union all select 1 from run_asset o where o.asset_version_id = v.id union all select 1 from asset_sighting s where s.asset_id = v.asset_id and s.label = v.label) as u
              where v.digest is null and v.label <> '' limit ${most} + 1) few`;

/**
 * A step by label: from what was reached since the last one, to what it is called by a label alone and was used by that by a run of the way; and from what a run of the way knows by a
 * label alone to what was seen under that label. No label leads from one content to another. A label that stood for one content alone leads on at once;
 * any other is kept (`reached_later`) until all else is reached.
 */
const stepByLabel = (pairs: string) => `
              insert into reached_later (id, asset_id, sole)
              with pairs as materialized (select q.* from (${pairs}) q where not exists (select 1 from reached_version r where r.id = q.id)),
              judged as materialized (select d.label, ${soleContent('d.label')} as sole from (select distinct label from pairs) d)
              select distinct on (p.id) p.id, p.asset_id, j.sole from pairs p join judged j on j.label = p.label order by p.id, j.sole desc
              on conflict (id) do update set sole = reached_later.sole or excluded.sole;`;

/**
 * `reached_version` and `reached_run`: their `n` numbers what was reached in order, so that a walk goes on where it stopped; `how` says by what: 0 recorded edges
 * alone, 1 also labels that stood for one content, 2 also labels that stood for several. What is reached by less comes first.
 * `walk_further` goes on until nothing new is reached or its time is over; every step is a look-up by index for each new node, and the planner, who knows neither how few nor how many those are, is held to that.
 */
export const scratch = `
  set temp_buffers = '64MB';
  create temporary table if not exists reached_version (id uuid primary key, asset_id uuid, how smallint not null default 0, n bigint generated always as identity) on commit delete rows;
  create index if not exists reached_version_n on reached_version (n);
  create temporary table if not exists reached_run (id uuid primary key, how smallint not null default 0, n bigint generated always as identity) on commit delete rows;
  create index if not exists reached_run_n on reached_run (n);
  create temporary table if not exists reached_later (id uuid primary key, asset_id uuid, sole boolean not null) on commit delete rows;
  create or replace function pg_temp.walk_further(beyond_version text[], beyond_run text[], inout versions_done bigint, inout runs_done bigint, inout labels_version bigint, inout labels_run bigint, inout how int, inout reached bigint, milliseconds int, out complete boolean) language plpgsql
    set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set enable_bitmapscan = off set jit = off as $walk$
  #variable_conflict use_variable
  declare
    until timestamptz := clock_timestamp() + make_interval(secs => milliseconds / 1000.0);
    last_version bigint;
    last_run bigint;
    added bigint;
    fresh bigint;
  begin
    complete := false;
    loop
      select coalesce(max(n), 0) into last_version from reached_version;
      select coalesce(max(n), 0) into last_run from reached_run;
      versions_done := least(versions_done, last_version);
      runs_done := least(runs_done, last_run);
      if versions_done = last_version and runs_done = last_run then
        -- The edges are walked to their end. Where nothing is known by a label alone, that is all.
        if labels_version >= last_version and labels_run >= last_run then
          insert into reached_version (id, asset_id, how) select l.id, l.asset_id, 2 from reached_later l on conflict do nothing;
          get diagnostics added = row_count;
          reached := reached + added;
          how := 2;
          complete := added = 0;
        else
          if not exists (select 1 from asset_version v where v.digest is null and v.label <> '') then
            complete := true;
          else
            if how = 0 then how := 1; end if;
            if labels_version < 0 then
              -- The start itself may be known by a label alone.
              insert into reached_later (id, asset_id, sole)
              select distinct on (c.id) c.id, c.asset_id, ${soleContent('f.id')} from (select r.id from reached_version r order by r.n limit 1) f cross join lateral ${contentsOf('f.id')} c
              on conflict do nothing;
            end if;
            -- Numbers go on from walk to walk.
            select greatest(labels_version, min(n) - 1) into labels_version from reached_version;
            select greatest(labels_run, min(n) - 1) into labels_run from reached_run;
            fresh := least(last_version - labels_version + last_run - labels_run, reached + 1);
            if (${bareLabels('4 * fresh')}) <= 4 * fresh then${stepByLabel(reachedOfLabels)}
            else
              last_version := least(last_version, labels_version + ${5 * batch});
              last_run := least(last_run, labels_run + ${5 * batch});${stepByLabel(labelsOfReached)}
            end if;
            labels_version := last_version;
            labels_run := last_run;
            insert into reached_version (id, asset_id, how) select l.id, l.asset_id, how from reached_later l where l.sole or how = 2 on conflict do nothing;
            get diagnostics added = row_count;
            reached := reached + added;
            delete from reached_later l where l.sole or how = 2;
          end if;
        end if;
        if complete or clock_timestamp() >= until then return; end if;
        continue;
      end if;
      if clock_timestamp() >= until then return; end if;
      if versions_done < last_version then
        select greatest(versions_done, min(n) - 1) into versions_done from reached_version where n > versions_done;
        insert into reached_version (id, asset_id, how)
        select same.id, same.asset_id, how from reached_version f join asset_version labelled on labelled.id = f.id and labelled.digest is null cross join lateral same_asset_versions(f.id) as same
        where f.n > versions_done and f.n <= versions_done + ${batch}
        on conflict do nothing;
        get diagnostics added = row_count;
        reached := reached + added;${further('reached_version', 'reached_run', 'id', 'o.run_id', 'asset_version_id', 'beyond_version', 'versions_done')}
        versions_done := least(versions_done, last_version);
      end if;
      if runs_done < last_run then
        select greatest(runs_done, min(n) - 1) into runs_done from reached_run where n > runs_done;${further('reached_run', 'reached_version', 'id, asset_id', 'o.asset_version_id, o.asset_id', 'run_id', 'beyond_run', 'runs_done')}
        runs_done := least(runs_done, last_run);
      end if;
    end loop;
  end $walk$;`;
