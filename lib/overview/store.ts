// The SQL of the overview: what waits for somebody, what happened when, what runs in production.
import { sql, type SQL } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';
import { visibleToSql } from '#lib/db/conditions.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { OverviewView } from './schema.ts';

const iso = (value: unknown) => new Date(String(value)).toISOString();

export async function waitingCounts(tx: ReadTx, decides: TeamFilter, triages: TeamFilter, managesTrust: boolean, personId: string) {
  const result = await tx.execute<{ promotions: number; findings: number; trust_keys: number; policies: number }>(sql`
    select (select count(*)::int from promotion p where p.state = 'open' and p.expires_at > now() and ${visibleToSql(decides, sql`p.team_id`)} and p.requested_by <> ${personId}::uuid
              and not exists (select 1 from approval a where a.promotion_id = p.id and (a.person_id = ${personId}::uuid or a.on_behalf_of = ${personId}::uuid))
              and not exists (select 1 from promotion_conflict c where c.promotion_id = p.id and c.person_id = ${personId}::uuid)) as promotions,
           (select count(*)::int from finding f where f.state = 'open' and f.severity_rank <= 1 and ${visibleToSql(triages, sql`f.team_id`)}) as findings,
           (select count(*)::int from trust_key k where ${managesTrust} and k.state = 'proposed' and k.proposed_by <> ${personId}::uuid) as trust_keys,
           (select count(*)::int from policy_version v where ${managesTrust} and v.state = 'proposed' and v.proposed_by is distinct from ${personId}::uuid) as policies`);
  return result.rows[0] ?? { promotions: 0, findings: 0, trust_keys: 0, policies: 0 };
}

/** Counts by lane and slice of time; a slice is the range divided by 60. */
export async function marks(tx: ReadTx, teams: TeamFilter, from: string, to: string): Promise<OverviewView['marks']> {
  const visible = (column: SQL) => visibleToSql(teams, column);
  const within = (column: SQL) => sql`${column} >= ${from}::timestamptz and ${column} < ${to}::timestamptz`;
  const result = await tx.execute<{ lane: OverviewView['marks'][number]['lane']; at: string; count: number }>(sql`
    with happened as (
      select 'runs' as lane, r.started_at as at from run r where ${within(sql`r.started_at`)} and ${visible(sql`r.team_id`)} and r.state <> 'failed'
      union all select 'failed_runs', r.started_at from run r where ${within(sql`r.started_at`)} and ${visible(sql`r.team_id`)} and r.state = 'failed'
      union all select 'drift', p.received_at from profile p where ${within(sql`p.received_at`)} and ${visible(sql`p.team_id`)} and exists (select 1 from drift_score s where s.profile_id = p.id and s.verdict = 'drifted')
      union all select 'findings', f.first_seen_at from finding f where ${within(sql`f.first_seen_at`)} and ${visible(sql`f.team_id`)}
      union all select 'decisions', a.at from approval a join promotion p on p.id = a.promotion_id where ${within(sql`a.at`)} and ${visible(sql`p.team_id`)}
      union all select 'deployments', d.deployed_at from deployment d where ${within(sql`d.deployed_at`)} and ${visible(sql`d.team_id`)}
    )
    select lane, date_bin((${to}::timestamptz - ${from}::timestamptz) / 60, at, ${from}::timestamptz) as at, count(*)::int as count from happened group by 1, 2 order by 2`);
  const slice = (Date.parse(to) - Date.parse(from)) / 60;
  return result.rows.map((row) => {
    const at = iso(row.at);
    const range = `from=${encodeURIComponent(at)}&to=${encodeURIComponent(new Date(Date.parse(at) + slice).toISOString())}`;
    const href = { runs: `/runs?${range}`, failed_runs: `/runs?state=failed&${range}`, drift: '/drift', findings: '/findings', decisions: '/approvals', deployments: '/deployments' }[row.lane];
    const noun = { runs: 'run', failed_runs: 'failed run', drift: 'drifted window', findings: 'finding', decisions: 'decision', deployments: 'deployment' }[row.lane];
    return { lane: row.lane, at, count: row.count, label: `${row.count} ${noun}${row.count === 1 ? '' : 's'}`, href };
  });
}

export async function changes(tx: ReadTx, teams: TeamFilter): Promise<OverviewView['changes']> {
  const visible = (column: SQL) => visibleToSql(teams, column);
  const result = await tx.execute<OverviewView['changes'][number]>(sql`
    (select d.deployed_at as at, 'deployment' as kind, m.name || ' ' || v.version || ' → ' || d.environment as label, d.endpoint as detail, '/deployments#' || d.id as href
       from deployment d join model_version v on v.id = d.model_version_id join model m on m.id = v.model_id where ${visible(sql`d.team_id`)} order by d.deployed_at desc limit 8)
    union all
    (select coalesce(p.decided_at, p.requested_at), 'promotion', m.name || ' ' || v.version || ' → ' || p.environment, p.state, '/approvals/' || p.id
       from promotion p join model_version v on v.id = p.model_version_id join model m on m.id = v.model_id where ${visible(sql`p.team_id`)} order by p.requested_at desc limit 8)
    union all
    (select v.published_at, 'model', m.name || ' ' || v.version, v.digest, '/models/' || m.name || '/' || v.version
       from model_version v join model m on m.id = v.model_id where ${visible(sql`v.team_id`)} order by v.published_at desc limit 8)
    union all
    (select c.at, 'contradiction', coalesce(a.name, 'artifact') || coalesce('@' || c.label, ''), replace(c.kind, '_', ' '), '/data/' || coalesce(c.second_version_id, c.first_version_id)
       from contradiction c left join asset a on a.id = c.asset_id where ${visible(sql`c.team_id`)} order by c.at desc limit 8)
    union all
    (select f.first_seen_at, 'finding', f.title, f.severity, '/findings/' || f.id from finding f where ${visible(sql`f.team_id`)} and f.severity_rank <= 1 order by f.first_seen_at desc limit 8)
    union all
    (select r.started_at, 'failed_run', j.name, 'failed', '/runs/' || r.id from run r join job j on j.id = r.job_id where r.state = 'failed' and ${visible(sql`r.team_id`)} order by r.started_at desc, r.id desc limit 8)
    order by at desc limit 14`);
  return result.rows.map((row) => ({ ...row, at: iso(row.at) }));
}

export async function production(tx: ReadTx, teams: TeamFilter): Promise<OverviewView['production']> {
  const result = await tx.execute<{ model: string; version: number; digest: string; endpoint: string; deployed_at: string; open_findings: number; worst_drift: OverviewView['production'][number]['worstDrift'] }>(sql`
    select m.name as model, v.version, d.digest, d.endpoint, d.deployed_at,
           (select count(*)::int from finding f where f.asset_version_id = v.asset_version_id and f.state in ('open', 'acknowledged')) as open_findings,
           (select case when bool_or(s.verdict = 'drifted') then 'drifted' when bool_or(s.verdict = 'stable') then 'stable' when count(*) > 0 then 'insufficient_data' end
              from drift_score s where s.model_digest = d.digest and s.team_id = d.team_id
               and s.window_start = (select max(window_start) from drift_score where model_digest = d.digest and team_id = d.team_id)) as worst_drift
      from deployment d join model_version v on v.id = d.model_version_id join model m on m.id = v.model_id
     where d.ended_at is null and d.environment in (select e.name from environment e where e.tier = 'production') and ${visibleToSql(teams, sql`d.team_id`)}
     order by open_findings desc, m.name limit 50`);
  return result.rows.map((row) => ({ model: row.model, version: row.version, digest: row.digest, endpoint: row.endpoint, deployedAt: iso(row.deployed_at), openFindings: row.open_findings, worstDrift: row.worst_drift, href: `/models/${encodeURIComponent(row.model)}/${row.version}` }));
}
