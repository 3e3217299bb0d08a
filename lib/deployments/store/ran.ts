// SQL of what ran in a stretch of time, with who approved and who deployed it.
import { sql } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';
import { visibleToSql } from '#lib/db/conditions.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';

export type RanRow = {
  id: string; environment: string; endpoint: string; team: string; model: string; version: number; digest: string; promotion_id: string | null; deployed_by: string; deployed_at: string; ended_at: string | null;
  requested_by: string | null; emergency: boolean; approvals: { name: string; role: string; at: string }[];
};

/** Deployments that ran at any time from `from` until before `to`, by environment and endpoint, earliest first; at most `limit`. */
export async function ranBetween(tx: ReadTx, teams: TeamFilter, environments: readonly string[] | undefined, from: string, to: string, limit: number): Promise<RanRow[]> {
  const { rows } = await tx.execute<RanRow>(sql`
    select d.id, d.environment, d.endpoint, t.name as team, m.name as model, v.version, d.digest, d.promotion_id, s.name as deployed_by, d.deployed_at, d.ended_at, r.display_name as requested_by,
           exists (select 1 from emergency e where e.promotion_id = d.promotion_id) as emergency,
           coalesce((select json_agg(json_build_object('name', q.display_name, 'role', a.role, 'at', a.at) order by a.at, a.id)
                       from approval a join person q on q.id = a.person_id where a.promotion_id = d.promotion_id and a.verdict = 'approve' and not exists (select 1 from approval_revocation x where x.approval_id = a.id and x.at <= d.deployed_at)), '[]'::json) as approvals
      from deployment d join model_version v on v.id = d.model_version_id join model m on m.id = v.model_id join team t on t.id = d.team_id join service_account s on s.id = d.deployed_by
      left join promotion p on p.id = d.promotion_id left join person r on r.id = p.requested_by
     where ${visibleToSql(teams, sql`d.team_id`)} and d.deployed_at < ${to}::timestamptz and (d.ended_at is null or d.ended_at > ${from}::timestamptz)
       and ${environments === undefined ? sql`true` : sql`d.environment = any(${sql.param([...environments])}::text[])`}
     order by d.environment, d.endpoint, d.deployed_at, d.id limit ${limit}`);
  return rows;
}
