// Runs in the order of their durations, read week by week: what lies within dates, of one level and of a few teams is found however durations went up or down over the years.
import { sql, type SQL } from 'drizzle-orm';
import { week } from '#lib/db/schema/runs.ts';

/** 0 of an execution, 1 of a stage: a number, since of a truth value the planner makes another condition than the index has. */
const levelOf = sql`num_nonnulls(r.parent_run_id)`;

export type Weekly = {
  /** On `r`; also what the indexes do not hold is asked of each run that is passed over. */
  readonly conditions: readonly SQL[];
  readonly level: 'executions' | 'stages' | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Whose runs, each team by itself; null: not told apart. */
  readonly teamIds: readonly string[] | null;
  /** `order by` over `r.duration_milliseconds` and `r.id`, and the same over `r.place` and `r.id`. */
  readonly orderBy: SQL;
  readonly orderByPlace: SQL;
  readonly most: number;
};

/**
 * Selects `id` and `place` (the duration) of the first runs. The first run of each week (and level, and team) is looked up; a week whose first one is not
 * among the first `most` of these holds none of the answer, so only `most` weeks are read on.
 */
export function firstByDuration({ conditions, level, from, to, teamIds, orderBy, orderByPlace, most }: Weekly): SQL {
  const within = [...(from === undefined ? [] : [sql`${week(sql`r.started_at`)} >= ${week(sql`${from}::timestamptz`)}`]), ...(to === undefined ? [] : [sql`${week(sql`r.started_at`)} <= ${week(sql`${to}::timestamptz`)}`])];
  const newestWeek = (more: readonly SQL[]) => sql`select ${week(sql`r.started_at`)} as week from run r where ${sql.join([sql`r.duration_milliseconds is not null`, ...within, ...more], sql` and `)} order by 1 desc limit 1`;
  const levels = level === undefined ? sql`(values (0), (1))` : level === 'stages' ? sql`(values (1))` : sql`(values (0))`;
  const first = (limit: number) => sql`
    select r.id, r.duration_milliseconds as place from run r
    where ${week(sql`r.started_at`)} = b.week and ${levelOf} = b.level and r.duration_milliseconds is not null ${teamIds === null ? sql`` : sql`and r.team_id = b.team_id`} ${sql.join(conditions.map((condition) => sql`and ${condition}`), sql` `)}
    order by ${orderBy} limit ${limit}`;
  return sql`
    select r.id, r.place from (
      with recursive weeks (week) as (
        (${newestWeek([])})
        union all
        select (${newestWeek([sql`${week(sql`r.started_at`)} < w.week`])}) from weeks w where w.week is not null
      )
      select b.* from weeks cross join ${levels} as l (level) ${teamIds === null ? sql`` : sql`cross join unnest(${sql.param([...teamIds])}::uuid[]) as t (team_id)`}
      cross join lateral (select weeks.week, l.level ${teamIds === null ? sql`` : sql`, t.team_id`}) as b
      cross join lateral (${first(1)}) as r where weeks.week is not null order by ${orderByPlace} limit ${most}
    ) as b cross join lateral (${first(most)}) as r order by ${orderByPlace} limit ${most}`;
}
