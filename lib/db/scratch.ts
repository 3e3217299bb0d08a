// Scratch: what a walk over the whole graph has reached, and the walk itself. Temporary, one set for each connection, emptied when the transaction
// ends; PostgreSQL lets a READ ONLY transaction write into temporary tables and into nothing else.

/** Nodes that one statement goes on from: few enough that a time limit is kept, many enough that the statement itself does not count. */
const batch = 10_000;

/** The nodes after number `done` lead to those beside them, by the exact edges of one direction (`exactEdge` of lib/lineage says the same). Reads two indexes and no table. */
const further = (from: string, into: string, added: string, beside: string, match: string, direction: string, done: string) => `
      insert into ${into} (${added})
      select ${beside} from ${from} f cross join lateral (
        select ${beside} from run_asset o where o.${match} = f.id and o.direction = any(${direction}) and not exists (
          select 1 from asset_version xv where xv.id = o.asset_version_id and xv.digest is null and exists (
            select 1 from run_asset e join run_asset xo on xo.run_id = e.run_id and xo.direction = e.direction and xo.asset_id = e.asset_id and xo.asset_version_id <> e.asset_version_id
            join asset_version xw on xw.id = xo.asset_version_id
            where e.run_id = o.run_id and e.direction = o.direction and e.asset_version_id = o.asset_version_id
              and (case when xw.digest is not null then 2 when xw.label is not null then 1 else 0 end) > (case when xv.label is not null then 1 else 0 end)
              and (xv.label is null
                or exists (select 1 from asset_sighting ls where ls.asset_id = xo.asset_id and ls.asset_version_id = xo.asset_version_id and ls.label = xv.label)
                or not exists (select 1 from asset_sighting ls where ls.asset_id = xo.asset_id and ls.asset_version_id = xo.asset_version_id and ls.label <> ''))))
      ) as o where f.n > ${done} and f.n <= ${done} + ${batch}
      on conflict do nothing;
      get diagnostics added = row_count;
      reached := reached + added;
      ${done} := ${done} + ${batch};`;

/**
 * `reached_version` and `reached_run`: their `n` numbers what was reached in order, so that a walk goes on where it stopped.
 * `walk_further` goes on until nothing new is reached or its time is over; every step is a look-up by index for each new node, and the planner, who knows neither how few nor how many those are, is held to that.
 */
export const scratch = `
  set temp_buffers = '64MB';
  create temporary table if not exists reached_version (id uuid primary key, asset_id uuid, n bigint generated always as identity) on commit delete rows;
  create index if not exists reached_version_n on reached_version (n);
  create temporary table if not exists reached_run (id uuid primary key, n bigint generated always as identity) on commit delete rows;
  create index if not exists reached_run_n on reached_run (n);
  create or replace function pg_temp.walk_further(beyond_version text[], beyond_run text[], inout versions_done bigint, inout runs_done bigint, inout reached bigint, milliseconds int, out complete boolean) language plpgsql
    set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off set enable_bitmapscan = off set jit = off as $walk$
  declare
    until timestamptz := clock_timestamp() + make_interval(secs => milliseconds / 1000.0);
    last_version bigint;
    last_run bigint;
    added bigint;
  begin
    loop
      select coalesce(max(n), 0) into last_version from reached_version;
      select coalesce(max(n), 0) into last_run from reached_run;
      versions_done := least(versions_done, last_version);
      runs_done := least(runs_done, last_run);
      complete := versions_done = last_version and runs_done = last_run;
      if complete or clock_timestamp() >= until then return; end if;
      if versions_done < last_version then
        select greatest(versions_done, min(n) - 1) into versions_done from reached_version where n > versions_done;
        insert into reached_version (id, asset_id)
        select same.id, same.asset_id from reached_version f join asset_version labelled on labelled.id = f.id and labelled.digest is null cross join lateral same_asset_versions(f.id) as same
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
