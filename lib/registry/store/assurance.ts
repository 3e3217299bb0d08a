// SQL of what other sources say: reports about endpoints. A model's endpoints are those where it runs, and those that were reported to be meant for it.
import { sql } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';

export type EndpointRow = { readonly environment: string; readonly endpoint: string; readonly isPublic: boolean | null; readonly wafRule: string | null; readonly reportedAt: string | null };

const iso = (value: unknown): string | null => (value === null ? null : new Date(value as string).toISOString());

/** Every endpoint of a model with the newest report of its team about it; nulls where nobody has reported. At most 500. */
export async function endpointsOfModel(tx: ReadTx, teamId: string, modelId: string): Promise<EndpointRow[]> {
  const { rows } = await tx.execute<Omit<EndpointRow, 'reportedAt'> & { reportedAt: unknown }>(sql`
    with meant as (
      select d.environment, d.endpoint from deployment d join model_version v on v.id = d.model_version_id where v.model_id = ${modelId}::uuid and d.ended_at is null
      union
      select n.environment, n.endpoint from (
        select distinct on (r.environment, r.endpoint) r.environment, r.endpoint, r.model_id from endpoint_report r where r.team_id = ${teamId}::uuid
        order by r.environment, r.endpoint, r.reported_at desc, r.id desc) as n
      where n.model_id = ${modelId}::uuid)
    select m.environment, m.endpoint, r.is_public as "isPublic", r.waf_rule as "wafRule", r.reported_at as "reportedAt"
    from meant m left join lateral (
      select e.is_public, e.waf_rule, e.reported_at from endpoint_report e where e.team_id = ${teamId}::uuid and e.environment = m.environment and e.endpoint = m.endpoint
      order by e.reported_at desc, e.id desc limit 1) r on true
    order by m.environment, m.endpoint limit 500`);
  return rows.map((row) => ({ ...row, reportedAt: iso(row.reportedAt) }));
}

/** The newest report of a team about one endpoint. */
export async function endpointNow(tx: ReadTx, teamId: string, environment: string, endpoint: string): Promise<EndpointRow> {
  const { rows } = await tx.execute<{ isPublic: boolean; wafRule: string | null; reportedAt: unknown }>(sql`
    select is_public as "isPublic", waf_rule as "wafRule", reported_at as "reportedAt" from endpoint_report
    where team_id = ${teamId}::uuid and environment = ${environment} and endpoint = ${endpoint} order by reported_at desc, id desc limit 1`);
  const [row] = rows;
  return { environment, endpoint, isPublic: row?.isPublic ?? null, wafRule: row?.wafRule ?? null, reportedAt: row ? iso(row.reportedAt) : null };
}

/** The moment of this transaction, by the database's clock. */
export async function momentOf(tx: ReadTx): Promise<string> {
  const { rows } = await tx.execute<{ now: unknown }>(sql`select now() as now`);
  return iso(rows[0]?.now ?? null) ?? '';
}

/** Environments with an active change window. */
export async function environmentsWithWindow(tx: ReadTx): Promise<string[]> {
  const { rows } = await tx.execute<{ environment: string }>(sql`select environment from change_window where state = 'active' order by environment`);
  return rows.map(({ environment }) => environment);
}
