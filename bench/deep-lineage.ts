// A model version at the end of a lineage of so many nodes, as pipelines would have reported it; written by SQL, since it is only there to be read.
import { randomUUID } from 'node:crypto';
import type pg from 'pg';

export type DeepLineage = { readonly digest: string; readonly trainingRunId: string; readonly runs: number; readonly versions: number };

const width = 100;

/**
 * Layers of a hundred runs, each of which reads two outputs of the layer before and makes one; a training run reads the last layer.
 * `nodes` counts runs and versions. The model's artifact is `digest` (`sha256:…`).
 */
export async function seedDeepLineage(owner: pg.Client, { nodes, teamId, accountId, digest }: { nodes: number; teamId: string; accountId: string; digest: string }): Promise<DeepLineage> {
  const layers = Math.ceil(nodes / 2 / width);
  const jobs = 20;
  const tag = randomUUID();
  const trainingRunId = randomUUID();
  await owner.query('BEGIN');
  await owner.query(`SELECT set_config('gatehouse.actor_kind', 'system', true), set_config('gatehouse.actor_id', '', true), set_config('gatehouse.request_id', 'bench', true)`);
  await owner.query(`CREATE TEMP TABLE deep ON COMMIT DROP AS SELECT layer, place, gen_random_uuid() AS run_id, gen_random_uuid() AS version_id, 'sha256:' || encode(sha256((${`'${tag}'`} || layer || ' ' || place)::bytea), 'hex') AS digest, (layer * ${width} + place) % ${jobs} AS job FROM generate_series(0, ${layers - 1}) AS layer, generate_series(0, ${width - 1}) AS place`);
  await owner.query(`CREATE TEMP TABLE deep_job ON COMMIT DROP AS SELECT n, gen_random_uuid() AS job_id, gen_random_uuid() AS asset_id FROM generate_series(0, ${jobs}) AS n`);
  await owner.query(`INSERT INTO job (id, team_id, namespace, name, pipeline, stage) SELECT job_id, $1, $2, 'stage-' || n, 'deep', 'stage-' || n FROM deep_job`, [teamId, tag]);
  await owner.query(`INSERT INTO asset (id, namespace, name, kind, team_id) SELECT asset_id, $2, 'data-' || n, CASE WHEN n = ${jobs} THEN 'model' ELSE 'dataset' END, $1 FROM deep_job`, [teamId, tag]);
  const insertRun = `INSERT INTO run (id, team_id, job_id, state, state_rank, state_event_time, started_at, start_reported, ended_at, reported_by)`;
  await owner.query(`${insertRun} SELECT d.run_id, $1, j.job_id, 'complete', 2, now() - interval '30 days' + layer * interval '1 hour', now() - interval '30 days' + layer * interval '1 hour', true, now() - interval '30 days' + layer * interval '1 hour' + interval '10 minutes', $2 FROM deep d JOIN deep_job j ON j.n = d.job`, [teamId, accountId]);
  await owner.query(`${insertRun} SELECT $3, $1, job_id, 'complete', 2, now() - interval '1 hour', now() - interval '1 hour', true, now() - interval '50 minutes', $2 FROM deep_job WHERE n = ${jobs}`, [teamId, accountId, trainingRunId]);
  await owner.query(`INSERT INTO asset_version (id, digest, size_bytes) SELECT version_id, digest, 1000 FROM deep`);
  await owner.query(`INSERT INTO asset_version (id, digest, size_bytes) VALUES ($1, $2, 1000)`, [randomUUID(), digest]);
  const insertEdge = `INSERT INTO run_asset (id, run_id, asset_version_id, asset_id, direction, team_id)`;
  await owner.query(`${insertEdge} SELECT gen_random_uuid(), d.run_id, d.version_id, j.asset_id, 'output', $1 FROM deep d JOIN deep_job j ON j.n = d.job`, [teamId]);
  await owner.query(`${insertEdge} SELECT gen_random_uuid(), d.run_id, p.version_id, j.asset_id, 'input', $1 FROM deep d JOIN deep p ON p.layer = d.layer - 1 AND p.place IN (d.place, (d.place + 1) % ${width}) JOIN deep_job j ON j.n = p.job`, [teamId]);
  await owner.query(`${insertEdge} SELECT gen_random_uuid(), $2, p.version_id, j.asset_id, 'input', $1 FROM deep p JOIN deep_job j ON j.n = p.job WHERE p.layer = ${layers - 1}`, [teamId, trainingRunId]);
  await owner.query(`${insertEdge} SELECT gen_random_uuid(), $2, (SELECT id FROM asset_version WHERE digest = $3), asset_id, 'output', $1 FROM deep_job WHERE n = ${jobs}`, [teamId, trainingRunId, digest]);
  await owner.query(`INSERT INTO asset_sighting (asset_id, asset_version_id, first_seen_at) SELECT DISTINCT asset_id, asset_version_id, now() FROM run_asset e WHERE e.asset_version_id IN (SELECT version_id FROM deep) ON CONFLICT DO NOTHING`);
  await owner.query(`INSERT INTO facet (subject_kind, subject_id, name, body, event_time, event_digest) SELECT 'run', run_id, 'gatehouse_execution', '{"triggeredBy":"ci","operatingSystem":"linux"}', now(), 'x' FROM deep`);
  await owner.query(`INSERT INTO run_event (id, team_id, kind, run_id, event_type, event_time, digest, bytes, reported_by) SELECT gen_random_uuid(), $1, 'run', run_id, 'COMPLETE', now(), digest, '\\x7b7d', $2 FROM deep`, [teamId, accountId]);
  await owner.query(`INSERT INTO audit_event (id, at, actor_kind, action, outcome, subject_table, request_id, canonical) VALUES (gen_random_uuid(), now(), 'system', 'bench.seedDeepLineage', 'done', 'run', 'bench', '{}')`);
  await owner.query('COMMIT');
  await owner.query('ANALYZE');
  return { digest, trainingRunId, runs: layers * width + 1, versions: layers * width + 1 };
}
