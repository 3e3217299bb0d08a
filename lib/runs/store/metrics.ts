// The SQL of metrics: facets and signed evaluations of a few runs at once.
import { sql } from 'drizzle-orm';
import type { ReadTx } from '#lib/db/client.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { visibleToSql } from '#lib/db/conditions.ts';
import { metricsOf, type RunMetric } from '../metrics.ts';
import { uuids } from '../store.ts';

/** Of the evaluation predicate; the evidence domain lies above this one. */
const evaluationType = 'https://gatehouse.dev/predicates/evaluation/v1';
/** A statement larger than this is no list of metrics. */
const mostBytes = 262_144;
const mostStatements = 2_000;

/**
 * Metrics by run. An evaluation counts where its latest verification passed, and where the team that sent it is the run's own:
 * another team cannot put words into a run's mouth. Runs without any have no entry.
 */
export async function metricsOfRuns(tx: ReadTx, teams: TeamFilter, runIds: readonly string[]): Promise<ReadonlyMap<string, RunMetric[]>> {
  if (runIds.length === 0) return new Map();
  const reported = await tx.execute<{ id: string; body: unknown }>(sql`select subject_id as id, body from facet where subject_kind = 'run' and name = 'gatehouse_metrics' and subject_id = any(${uuids(runIds)}) and octet_length(body::text) <= ${mostBytes}`);
  const signed = await tx.execute<{ id: string; bytes: Buffer }>(sql`
    select e.run_id as id, e.bytes from evidence e join run r on r.id = e.run_id and r.team_id = e.team_id
    where e.run_id = any(${uuids(runIds)}) and e.predicate_type = ${evaluationType} and e.size_bytes <= ${mostBytes} and ${visibleToSql(teams, sql`e.team_id`)}
      and (select v.verdict from verification v where v.evidence_id = e.id order by v.at desc, v.id desc limit 1) = 'passed'
    order by e.received_at, e.id limit ${mostStatements}`);
  const facets = new Map(reported.rows.map(({ id, body }) => [id, body]));
  const statements = new Map<string, Buffer[]>();
  for (const { id, bytes } of signed.rows) statements.set(id, [...(statements.get(id) ?? []), bytes]);
  return new Map(runIds.flatMap((id) => {
    const metrics = metricsOf({ gatehouse_metrics: facets.get(id) }, statements.get(id) ?? []);
    return metrics.length === 0 ? [] : [[id, metrics] as const];
  }));
}
