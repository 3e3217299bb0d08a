// Lineage at scale: neighbourhoods, blast radii, the run list, comparison, search and steady ingestion on a database of a million runs and more, each beside the bare SQL that reads or writes the same.
// Options: --only=neighbourhood,blastRadius,runList,comparison,searching,pathSearch,singly,batches  --runs=1000000  --assets=1000000  --minutes=10  --data=FOLDER (kept, and used again)  --force (also where the disk seems too small)  --address=http://… (reports go to this running portal; else to the handlers in a process of their own).
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { migrate } from '#lib/db/migrate.ts';
import type { RequestContext } from '#lib/kernel/context.ts';
import type { AppError } from '#lib/kernel/errors.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import type { Result } from '#lib/kernel/result.ts';
import { runChild } from '#scripts/child.ts';
import { prepareDatabase } from '#scripts/database.ts';
import { freeBytes } from '#scripts/disk.ts';
import { withCleanup } from '#scripts/main.ts';
import { startPostgres } from '#scripts/postgres.ts';
import { say, step } from '#scripts/progress.ts';
import { projectRoot } from '#scripts/project.ts';
import { roomFor } from '#scripts/scale/room.ts';
import { silence } from '#scripts/scale/triggers.ts';
import { seedScale } from '#scripts/seed-scale.ts';
import { ensureSecrets } from '#scripts/secrets.ts';
import { throwawayFolder } from '#scripts/throwaway-database.ts';
import { trouble } from '#scripts/trouble.ts';
import { pipelineEvents } from './events.ts';
import type { Benchmark, Row } from './index.ts';

const pageSize = 50;
const smallRuns = 10_000;
const batchSize = 250;

function must<T>(result: Result<T, AppError>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

const quantile = (values: readonly number[], share: number): number => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(values.length * share) - 1)] ?? 0;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The 95th percentile of several doings, in milliseconds, after one of each that does not count. */
async function p95(works: readonly (() => Promise<unknown>)[], rounds: number): Promise<number> {
  for (const work of works) await work();
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) for (const work of works) times.push(await timed(work));
  return quantile(times, 0.95);
}

type Bench = { readonly report: (row: Row) => void; readonly owner: pg.Client; readonly context: () => RequestContext; readonly rounds: number; readonly signal: AbortSignal };

const rows = async <T extends object>(client: pg.Client, text: string, values: unknown[] = []): Promise<T[]> => (await client.query(text, values)).rows as T[];

/** Reports a time with its aim, and how many times the bare SQL's it is. */
function compare(report: (row: Row) => void, name: string, milliseconds: number, aim: number, bare: number): void {
  report({ name, value: milliseconds, unit: 'ms', aim: `below ${aim.toLocaleString('en-US')}`, holds: milliseconds < aim });
  report({ name: `${name}, in relation to bare SQL`, value: milliseconds / Math.max(bare, 0.01), unit: `times ${bare.toPrecision(3)} ms`, aim: 'for comparison', holds: true });
}

/** Breadth first from a node over the edges alone: the least that a walk can read. */
const bareWalk = (direction: 'downstream' | 'upstream', limit: string) => {
  const [into, outOf] = direction === 'downstream' ? ['input', 'output'] : ['output', 'input'];
  return `WITH RECURSIVE reached (is_run, id) AS (
    SELECT false, $1::uuid UNION
    SELECT n.is_run, n.id FROM reached f CROSS JOIN LATERAL (
      SELECT true, e.run_id FROM run_asset e WHERE NOT f.is_run AND e.asset_version_id = f.id AND e.direction = '${into ?? ''}'
      UNION ALL SELECT false, e.asset_version_id FROM run_asset e WHERE f.is_run AND e.run_id = f.id AND e.direction = '${outOf ?? ''}') AS n (is_run, id)
  ) SELECT count(*)::int AS count FROM (SELECT 1 FROM reached ${limit}) AS r`;
};

/** What a version came from, nearest first, `$1`: what a search for a path from one end reads. */
const bareReached = `WITH RECURSIVE reached (is_run, id) AS (
    SELECT false, $1::uuid UNION
    SELECT n.is_run, n.id FROM reached f CROSS JOIN LATERAL (
      SELECT true, e.run_id FROM run_asset e WHERE NOT f.is_run AND e.asset_version_id = f.id AND e.direction = 'output'
      UNION ALL SELECT false, e.asset_version_id FROM run_asset e WHERE f.is_run AND e.run_id = f.id AND e.direction <> 'output') AS n (is_run, id))`;

async function neighbourhood({ report, owner, context, rounds }: Bench): Promise<void> {
  const { getGraph } = await import('#lib/lineage/index.ts');
  const candidates = await rows<{ id: string }>(owner, `SELECT asset_version_id AS id FROM run_asset WHERE direction = 'input' GROUP BY 1 HAVING count(*) BETWEEN 50 AND 2000 ORDER BY md5(asset_version_id::text) LIMIT 60`);
  const starts: string[] = [];
  let nodes = 0;
  for (const { id } of candidates) {
    const view = must(await getGraph.execute(context(), { node: `version:${id}`, depth: 12 }));
    if (view.nodes.length < 280) continue;
    nodes = Math.max(nodes, view.nodes.length);
    starts.push(id);
    if (starts.length === 20) break;
  }
  if (starts.length === 0) throw new Error('no neighbourhood is large enough: seed more runs');
  const milliseconds = await p95(starts.map((id) => () => getGraph.execute(context(), { node: `version:${id}`, depth: 12 })), rounds);
  const bare = await p95(starts.map((id) => () => owner.query(bareWalk('upstream', 'LIMIT 300'), [id])), rounds);
  compare(report, `neighbourhood of ${nodes} nodes, 95th percentile`, milliseconds, 50, bare);
}

type Radius = { id: string; direction: 'downstream' | 'upstream'; nodes: number };

/** Looks for a version whose radius is at least so large, the smallest of a few that are. */
async function radiusOf(bench: Bench, atLeast: number, candidates: readonly { id: string; direction: 'downstream' | 'upstream' }[], enough: number): Promise<Radius | null> {
  let best: Radius | null = null;
  for (const candidate of candidates) {
    await bench.owner.query('BEGIN; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off');
    const [row] = await rows<{ count: number }>(bench.owner, bareWalk(candidate.direction, `LIMIT ${Math.round(enough * 1.5)}`), [candidate.id]);
    await bench.owner.query('COMMIT');
    const nodes = row?.count ?? 0;
    if (nodes >= atLeast && (best === null || nodes < best.nodes)) best = { ...candidate, nodes };
    if (best !== null && best.nodes <= enough) break;
  }
  return best;
}

async function blastRadius(bench: Bench): Promise<void> {
  const { report, owner, context } = bench;
  const { getImpact } = await import('#lib/impact/index.ts');
  const measure = async (radius: Radius, aim: (nodes: number) => number, times: number) => {
    let complete = true;
    const page = async () => {
      const answer = must(await getImpact.execute(context(), { id: radius.id, direction: radius.direction, seconds: '50' }));
      if (!('view' in answer)) throw new Error('the blast radius has no answer');
      complete &&= answer.view.complete;
      return answer.view.counts.runs + answer.view.counts.versions;
    };
    const nodes = await page();
    const memory = process.memoryUsage().heapUsed;
    const milliseconds = quantile(await sequentially(times, () => timed(page)), 0.95);
    const grown = process.memoryUsage().heapUsed - memory;
    await owner.query('SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off');
    const bare = quantile(await sequentially(Math.min(times, 3), () => timed(() => owner.query(bareWalk(radius.direction, ''), [radius.id]))), 0.5);
    await owner.query('RESET enable_hashjoin; RESET enable_mergejoin; RESET enable_seqscan');
    if (!complete) report({ name: `blast radius ${radius.direction}, cut off by its time limit at ${nodes.toLocaleString('en-US')} nodes`, value: milliseconds, unit: 'ms', aim: 'complete', holds: false });
    compare(report, `blast radius ${radius.direction} over ${nodes.toLocaleString('en-US')} nodes, with all that is affected`, milliseconds, Math.round(aim(nodes)), bare);
    return grown;
  };
  const models = await rows<{ id: string }>(owner, `SELECT asset_version_id AS id FROM model_version ORDER BY md5(id::text) LIMIT 60`);
  const clean = await rows<{ id: string }>(owner, `SELECT s.asset_version_id AS id FROM asset a JOIN asset_sighting s ON s.asset_id = a.id WHERE a.name LIKE '%/clean' ORDER BY md5(s.asset_version_id::text) LIMIT 150`);
  const tenThousand = await radiusOf(bench, 10_000, [...clean.map(({ id }) => ({ id, direction: 'downstream' as const })), ...models.map(({ id }) => ({ id, direction: 'upstream' as const }))], 13_000);
  if (tenThousand) await measure(tenThousand, () => 1_000, 5);
  const hubs = await rows<{ id: string }>(owner, `SELECT s.asset_version_id AS id FROM asset a JOIN asset_sighting s ON s.asset_id = a.id WHERE a.name IN ('platform/base-image', 'organisation.calendar') ORDER BY a.name`);
  const million = await radiusOf(bench, 1_000_000, hubs.map(({ id }) => ({ id, direction: 'downstream' as const })), 1_200_000);
  if (million) {
    // The hub that the graph happens to have may reach more than a million; its time is allowed in proportion.
    const grown = await measure(million, (nodes) => 15_000 * Math.max(1, nodes / 1_000_000), 2);
    report({ name: 'memory of the portal that the largest one leaves in use', value: grown / 1_048_576, unit: 'MiB', aim: 'below 64', holds: grown < 64 * 1_048_576 });
    const { makeRoute } = await import('#lib/kernel/route.ts');
    const route = makeRoute(() => Promise.resolve({ ok: true, value: { actor: context().actor, by: 'token' } }));
    let [bytes, most] = [0, 0];
    const milliseconds = await timed(async () => {
      const answer = await route(getImpact)(new Request(`http://portal.bench/?direction=${million.direction}&format=csv`), { params: Promise.resolve({ id: million.id }) });
      for await (const piece of answer.body ?? []) {
        bytes += piece.length;
        most = Math.max(most, process.memoryUsage().heapUsed);
      }
    });
    report({ name: `its export as CSV, ${(bytes / 1_048_576).toFixed(0)} MiB`, value: milliseconds / 1000, unit: 's', aim: 'for comparison', holds: bytes > 0 });
    report({ name: 'most memory in use during the export', value: most / 1_048_576, unit: 'MiB', aim: 'below 512', holds: most < 512 * 1_048_576 });
  }
  const { upstreamClosure } = await import('#lib/lineage/index.ts');
  const { readTransaction } = await import('#lib/db/client.ts');
  const deep = await radiusOf(bench, 10_000, models.map(({ id }) => ({ id, direction: 'upstream' as const })), 13_000);
  if (deep) {
    const closure = () => readTransaction({ actorKind: 'system', actorId: null, requestId: randomUUID() }, (tx) => upstreamClosure(tx, deep.id));
    const { versions, runs } = await closure();
    const milliseconds = await p95([closure], 9);
    await owner.query('SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off');
    const bare = await p95([() => owner.query(bareWalk('upstream', ''), [deep.id])], 5);
    await owner.query('RESET enable_hashjoin; RESET enable_mergejoin; RESET enable_seqscan');
    compare(report, `everything upstream for a gate, ${(versions.length + runs.length).toLocaleString('en-US')} nodes`, milliseconds * 10_000 / (versions.length + runs.length), 300, bare * 10_000 / (versions.length + runs.length));
  }
}

async function sequentially<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let n = 0; n < times; n += 1) results.push(await work());
  return results;
}

async function runList({ report, owner, context, rounds }: Bench): Promise<void> {
  const { listRuns } = await import('#lib/runs/index.ts');
  const [team] = await rows<{ id: string }>(owner, `SELECT team_id AS id FROM run GROUP BY team_id ORDER BY count(*) LIMIT 1`);
  const [busy] = await rows<{ name: string; id: string }>(owner, `SELECT pipeline AS name FROM job ORDER BY (SELECT count(*) FROM run WHERE job_id = job.id) DESC LIMIT 1`);
  const [idle] = await rows<{ name: string }>(owner, `SELECT pipeline AS name FROM job WHERE stage IS NULL ORDER BY (SELECT count(*) FROM run WHERE job_id = job.id) LIMIT 1`);
  const [range] = await rows<{ from: Date; to: Date; id: string }>(owner, `SELECT max(started_at) - interval '90 days' AS from, max(started_at) - interval '60 days' AS to, (SELECT id FROM run ORDER BY id OFFSET 1000 LIMIT 1) AS id FROM run`);
  const filters: Record<string, Record<string, string>> = {
    'no filter': {}, 'state failed': { state: 'failed' }, 'state aborted or running': { state: 'aborted,running' }, 'state unknown': { state: 'unknown' }, team: { team: team?.id ?? '' }, 'team and failed': { team: team?.id ?? '', state: 'failed' },
    'pipeline, busy': { pipeline: busy?.name ?? '' }, 'pipeline, idle': { pipeline: idle?.name ?? '' }, 'pipeline and aborted': { pipeline: busy?.name ?? '', state: 'aborted' }, 'stage train': { stage: 'train' }, 'stage train and failed': { stage: 'train', state: 'failed' },
    executions: { level: 'executions' }, 'stages, running': { level: 'stages', state: 'running' }, text: { q: 'churn' }, 'text, rare': { q: idle?.name ?? '' }, 'text, none': { q: 'nothing-is-called-so' }, 'run id': { q: range?.id.slice(0, 13) ?? '' },
    'one month': { from: range?.from.toISOString() ?? '', to: range?.to.toISOString() ?? '' }, 'one month, team, failed, train': { from: range?.from.toISOString() ?? '', to: range?.to.toISOString() ?? '', team: team?.id ?? '', state: 'failed', stage: 'train' },
  };
  const sorts = ['-startedAt', 'startedAt', '-duration', 'duration'] as const;
  const all: { name: string; first: number; thousandth: number }[] = [];
  for (const [name, filter] of Object.entries(filters)) {
    for (const sort of sorts) {
      const first = { ...filter, sort, limit: String(pageSize) };
      // The thousandth page begins after row 49,950 of the whole list: a place that no filter makes cheaper.
      const cursor = await cursorAt(owner, sort, 999 * pageSize);
      const thousandth = { ...first, after: cursor };
      all.push({ name: `${name}, ${sort}`, first: await p95([async () => must(await listRuns.execute(context(), first as never))], rounds), thousandth: await p95([async () => must(await listRuns.execute(context(), thousandth as never))], rounds) });
    }
  }
  for (const one of all) if (Math.max(one.first, one.thousandth) > 30) say(`  ${one.name}: first page ${one.first.toFixed(1)} ms, thousandth ${one.thousandth.toFixed(1)} ms`);
  const bareFirst = await p95([() => owner.query(`SELECT r.*, j.name FROM (SELECT * FROM run ORDER BY started_at DESC, id DESC LIMIT 51) r JOIN job j ON j.id = r.job_id`)], rounds * 3);
  for (const which of ['first', 'thousandth'] as const) {
    const slowest = all.toSorted((a, b) => b[which] - a[which])[0];
    const worst = slowest?.[which] ?? 0;
    compare(report, `run list, ${which} page, slowest of ${all.length} filters and sorts (${slowest?.name ?? ''}), 95th percentile`, worst, 50, bareFirst);
    report({ name: `run list, ${which} page, over all filters and sorts, 95th percentile`, value: quantile(all.map((one) => one[which]), 0.95), unit: 'ms', aim: 'below 50', holds: quantile(all.map((one) => one[which]), 0.95) < 50 });
  }
}

async function cursorAt(owner: pg.Client, sort: string, offset: number): Promise<string> {
  const column = sort.endsWith('duration') ? 'duration_milliseconds' : 'started_at';
  const order = sort.startsWith('-') ? 'DESC' : 'ASC';
  const [row] = await rows<{ value: Date | number; id: string }>(owner, `SELECT ${column} AS value, id FROM run WHERE ${column} IS NOT NULL ORDER BY ${column} ${order}, id ${order} OFFSET ${offset} LIMIT 1`);
  const value = row?.value instanceof Date ? row.value.toISOString() : (row?.value ?? null);
  return Buffer.from(JSON.stringify([sort, value, row?.id])).toString('base64url');
}

/** Paths from a model's bytes to the farthest of what they came from, and between models of different pipelines, which mostly have none. */
async function pathSearch({ report, owner, context, rounds }: Bench): Promise<void> {
  const { getGraph } = await import('#lib/lineage/index.ts');
  const models = await rows<{ id: string }>(owner, `SELECT asset_version_id AS id FROM model_version ORDER BY md5(id::text) LIMIT 24`);
  const pairs: { from: string; to: string }[] = [];
  for (const { id } of models.slice(0, 12)) {
    const [farthest] = await rows<{ id: string }>(owner, `${bareReached} SELECT id FROM (SELECT is_run, id, row_number() OVER () AS n FROM reached LIMIT 20000) AS r WHERE NOT is_run ORDER BY n DESC LIMIT 1`, [id]);
    if (farthest) pairs.push({ from: id, to: farthest.id });
  }
  models.slice(12).forEach(({ id }, n) => { pairs.push({ from: id, to: models[n]?.id ?? '' }); });
  let [found, unsure, steps] = [0, 0, 0];
  for (const { from, to } of pairs) {
    const { path } = must(await getGraph.execute(context(), { node: `version:${from}`, to: `version:${to}` }));
    if (path?.found === true) found += 1;
    if (path?.complete !== true) unsure += 1;
    steps = Math.max(steps, path?.steps ?? 0);
  }
  const milliseconds = await p95(pairs.map(({ from, to }) => () => getGraph.execute(context(), { node: `version:${from}`, to: `version:${to}` })), rounds);
  const bare = await p95(pairs.map(({ from, to }) => () => owner.query(`${bareReached} SELECT 1 FROM (SELECT id FROM reached LIMIT 60000) AS r WHERE id = $2::uuid LIMIT 1`, [from, to])), rounds);
  compare(report, `path between two versions (${found} of ${pairs.length} have one, the longest of ${steps} steps), 95th percentile`, milliseconds, 500, bare);
  report({ name: 'paths of which the search could not be sure', value: unsure, unit: `of ${pairs.length}`, aim: 'for comparison', holds: true });
}

async function comparison({ report, owner, context, rounds }: Bench): Promise<void> {
  const { compareTwoRuns } = await import('#lib/runs/index.ts');
  const runs = await rows<{ id: string }>(owner, `SELECT r.id FROM run r JOIN job j ON j.id = r.job_id WHERE j.stage = 'train' ORDER BY md5(r.id::text) LIMIT 40`);
  const pairs = Array.from({ length: 20 }, (_, n) => ({ a: runs[n * 2]?.id ?? '', b: runs[n * 2 + 1]?.id ?? '' }));
  const milliseconds = await p95(pairs.map((pair) => async () => must(await compareTwoRuns.execute(context(), pair))), rounds);
  const bare = await p95(pairs.map(({ a, b }) => async () => {
    const ids = [[a, b]];
    await owner.query('SELECT * FROM run WHERE id = ANY($1::uuid[])', ids);
    await owner.query(`SELECT e.*, v.digest, s.name FROM run_asset e JOIN asset_version v ON v.id = e.asset_version_id JOIN asset s ON s.id = e.asset_id WHERE e.run_id = ANY($1::uuid[])`, ids);
    await owner.query(`SELECT name, body FROM facet WHERE subject_kind = 'run' AND subject_id = ANY($1::uuid[])`, ids);
    await owner.query('SELECT digest, event_time, octet_length(bytes) FROM run_event WHERE run_id = ANY($1::uuid[])', ids);
  }), rounds);
  compare(report, 'two runs compared, 95th percentile', milliseconds, 50, bare);
}

async function searching({ report, owner, context, rounds }: Bench): Promise<void> {
  const { searchEverything } = await import('#lib/search/index.ts');
  const [known] = await rows<{ assets: number; digest: string; run: string; name: string }>(owner, `SELECT (SELECT count(*)::int FROM asset) AS assets, (SELECT digest FROM asset_version WHERE digest IS NOT NULL ORDER BY id DESC LIMIT 1) AS digest, (SELECT id FROM run ORDER BY id DESC OFFSET 77 LIMIT 1) AS run, (SELECT name FROM asset WHERE namespace = 'lake' OFFSET 500 LIMIT 1) AS name`);
  const texts: Record<string, string> = {
    'an exact name': known?.name ?? 'payments', 'the beginning of a name': 'payments.customer', 'a common word': 'customer', 'two words': 'booking events', 'a part of a name': '_2023_07_1', 'a rare part': 'part_0', 'a mistyped word': 'custmoer', 'two mistyped words': 'invetory snapsot',
    'nothing like it': 'qqzzxxvv', 'two letters': 'pa', 'a tag': 'pii', 'a digest': (known?.digest ?? '').slice(7, 17), 'a short digest': (known?.digest ?? '').slice(7, 11), 'a run id': known?.run ?? '', 'the beginning of a run id': (known?.run ?? '').slice(0, 13), 'a person': 'Ada Brandt', 'a mistyped person': 'Ada Brant',
  };
  const found: { name: string; milliseconds: number }[] = [];
  for (const [name, q] of Object.entries(texts)) found.push({ name, milliseconds: await p95([async () => must(await searchEverything.execute(context(), { q }))], rounds) });
  const slowest = found.toSorted((a, b) => b.milliseconds - a.milliseconds)[0];
  const bare = await p95([() => owner.query('SELECT id, name FROM asset WHERE lower(name) = $1 LIMIT 6', [(known?.name ?? '').toLowerCase()])], rounds * 3);
  compare(report, `search among ${(known?.assets ?? 0).toLocaleString('en-US')} assets, slowest of ${found.length} (${slowest?.name ?? ''}), 95th percentile`, slowest?.milliseconds ?? 0, 100, bare);
  report({ name: 'search, the usual one (median of them)', value: quantile(found.map(({ milliseconds }) => milliseconds), 0.5), unit: 'ms', aim: 'below 100', holds: quantile(found.map(({ milliseconds }) => milliseconds), 0.5) < 100 });
}

type Load = { rate: number; slices: number[] };

/** Reports events in a process of its own, into the database of this address. It ends when the benchmark is asked to stop. */
async function load(signal: AbortSignal, applicationUrl: string, token: string, options: { seconds: number; batch: number; address: string | undefined }): Promise<Load> {
  const args = [join(projectRoot, 'bench', 'ingest-load.ts'), `--seconds=${options.seconds}`, `--batch=${options.batch}`, `--connections=${options.batch === 1 ? 16 : 4}`, ...(options.address === undefined ? [] : [`--address=${options.address}`])];
  const { code, output } = await runChild(process.execPath, args, { signal, output: 'capture', environment: { DATABASE_URL: applicationUrl, BENCH_TOKEN: token } });
  const answer = output.trim().split('\n').findLast((line) => line.startsWith('{'));
  if (code !== 0 || answer === undefined) throw new Error(`the load ended with ${code}: ${output.slice(-2000)}`);
  return JSON.parse(answer) as Load;
}

/** Multi-row inserts of the same bytes with a key and a unique digest: about the least that keeping an event costs. `size` events to a transaction. */
async function plainInserts(ownerUrl: string, size: number, connections: number): Promise<number> {
  const events = pipelineEvents(500);
  const clients = await Promise.all(Array.from({ length: connections }, async () => {
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    return client;
  }));
  try {
    await clients[0]?.query('DROP TABLE IF EXISTS bench_plain; CREATE TABLE bench_plain (id uuid PRIMARY KEY, digest text NOT NULL UNIQUE, bytes bytea NOT NULL)');
    const began = performance.now();
    let next = 0;
    await Promise.all(clients.map(async (client) => {
      for (let from = next; from < events.length; from = next) {
        next += size;
        const piece = events.slice(from, from + size);
        await client.query(`INSERT INTO bench_plain VALUES ${piece.map((_, n) => `($${n * 3 + 1}, $${n * 3 + 2}, $${n * 3 + 3})`).join(', ')}`, piece.flatMap((event) => [randomUUID(), createHash('sha256').update(event).digest('hex'), Buffer.from(event)]));
      }
    }));
    return events.length / ((performance.now() - began) / 1000);
  } finally {
    await clients[0]?.query('DROP TABLE bench_plain');
    await Promise.all(clients.map((client) => client.end()));
  }
}

type ReadTimes = Record<string, number[]>;

/** Reads of every kind, one after the other, until told to stop; the times that each kind took, and how many nodes the largest blast radius had. */
function readsGoingOn({ owner, context }: Bench): { stop: () => Promise<{ times: ReadTimes; largest: number }> } {
  const times: ReadTimes = {};
  let largest = 0;
  let going = true;
  const loop = (async () => {
    const { getGraph } = await import('#lib/lineage/index.ts');
    const { listRuns, compareTwoRuns } = await import('#lib/runs/index.ts');
    const { getImpact } = await import('#lib/impact/index.ts');
    const { searchEverything } = await import('#lib/search/index.ts');
    const versions = await rows<{ id: string }>(owner, `SELECT asset_version_id AS id FROM model_version ORDER BY md5(id::text) LIMIT 50`);
    const runs = await rows<{ id: string }>(owner, `SELECT r.id FROM run r ORDER BY r.id LIMIT 50`);
    for (let n = 0; going; n += 1) {
      const version = versions[n % versions.length]?.id ?? '';
      const reads: Record<string, () => Promise<unknown>> = {
        neighbourhood: () => getGraph.execute(context(), { node: `version:${version}`, depth: 12 }),
        'run list': () => listRuns.execute(context(), { sort: n % 2 === 0 ? '-startedAt' : '-duration', state: n % 3 === 0 ? 'failed' : undefined } as never),
        comparison: () => compareTwoRuns.execute(context(), { a: runs[n % 50]?.id ?? '', b: runs[(n + 1) % 50]?.id ?? '' }),
        search: () => searchEverything.execute(context(), { q: 'customer' }),
        ...(n % 20 === 0 ? { 'upstream to the ingestion points': async () => {
          const answer = must(await getImpact.execute(context(), { id: version, direction: 'upstream' }));
          if ('view' in answer) largest = Math.max(largest, answer.view.counts.runs + answer.view.counts.versions);
        } } : {}),
      };
      for (const [kind, read] of Object.entries(reads)) (times[kind] ??= []).push(await timed(read));
      // A handful of people at work, not a second benchmark.
      await new Promise((resolvePause) => { setTimeout(resolvePause, 250); });
    }
  })();
  // Who stops it is told of what failed.
  loop.catch(() => undefined);
  return { stop: async () => { going = false; await loop; return { times, largest }; } };
}

async function ingestion(bench: Bench, urls: { large: string; small: string; owner: string }, tokens: { large: string; small: string }, minutes: number, address: string | undefined, wanted: (part: string) => boolean): Promise<void> {
  const { report, signal } = bench;
  const short = Math.min(60, minutes * 60);
  const where = address === undefined ? 'handlers in a process of their own' : 'over HTTP';
  for (const [part, what, batch, aim] of [['singly', 'singly', 1, 500], ['batches', 'in batches', batchSize, 2_500]] as const) {
    if (!wanted(part)) continue;
    const small = await step(`Reporting ${what} at ${smallRuns.toLocaleString('en-US')} runs`, () => load(signal, urls.small, tokens.small, { seconds: short, batch, address: undefined }));
    const alone = await step(`Reporting ${what} at the large one`, () => load(signal, urls.large, tokens.large, { seconds: short, batch, address: undefined }));
    const reads = readsGoingOn(bench);
    const steady = await step(`Reporting ${what} for ${minutes} minutes while reads go on`, () => load(signal, urls.large, tokens.large, { seconds: minutes * 60, batch, address })).catch(async (error: unknown) => {
      await reads.stop().catch(() => undefined);
      throw error;
    });
    const { times, largest } = await reads.stop();
    const plain = await plainInserts(urls.owner, batch, batch === 1 ? 16 : 4);
    report({ name: `events ${what} for ${minutes} min while reads go on (${where})`, value: steady.rate, unit: 'events/s', aim: `at least ${aim.toLocaleString('en-US')}`, holds: steady.rate >= aim });
    report({ name: `events ${what}, in relation to plain inserts`, value: steady.rate / plain, unit: `of ${Math.round(plain).toLocaleString('en-US')} a second`, aim: 'for comparison', holds: true });
    const [early, late] = [steady.slices.slice(0, Math.ceil(steady.slices.length / 4)), steady.slices.slice(-Math.ceil(steady.slices.length / 4))];
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    report({ name: `events ${what}, the last quarter in relation to the first`, value: mean(late) / Math.max(1, mean(early)), unit: 'of the rate', aim: 'at least 0.85', holds: mean(late) >= 0.85 * mean(early) });
    report({ name: `events ${what} at ${smallRuns.toLocaleString('en-US')} runs`, value: small.rate, unit: 'events/s', aim: 'for comparison', holds: true });
    report({ name: `events ${what} at the large one`, value: alone.rate, unit: 'events/s', aim: 'at least 0.9 of that', holds: alone.rate >= 0.9 * small.rate });
    report({ name: 'the largest upstream meanwhile', value: largest, unit: 'nodes', aim: 'for comparison', holds: true });
    for (const [kind, taken] of Object.entries(times)) report({ name: `${kind} while events come ${what}, 95th percentile of ${taken.length.toLocaleString('en-US')}`, value: quantile(taken, 0.95), unit: 'ms', aim: 'below 1,000', holds: quantile(taken, 0.95) < 1000 });
  }
}

/** A token of a pipeline's account, issued as an admin would. */
async function tokenIn(owner: pg.Client): Promise<string> {
  const token = `gh_${createHash('sha256').update(randomUUID()).digest('base64url')}`;
  const [account] = await rows<{ id: string }>(owner, `SELECT id FROM service_account WHERE role = 'pipeline' ORDER BY name LIMIT 1`);
  await owner.query('BEGIN');
  const speak = await silence(owner, ['service_token']);
  await owner.query(`INSERT INTO service_token (id, service_account_id, token_hash, prefix, expires_at) VALUES ($1, $2, $3, $4, now() + interval '1 day')`, [randomUUID(), account?.id, createHash('sha256').update(token).digest('hex'), token.slice(0, 9)]);
  await speak();
  await owner.query('COMMIT');
  return token;
}

const measure: Benchmark = (report, life) => withCleanup(life.signal, async (inner) => {
  const { values } = parseArgs({ strict: false, options: { runs: { type: 'string' }, assets: { type: 'string' }, minutes: { type: 'string' }, data: { type: 'string' }, address: { type: 'string' }, only: { type: 'string' }, force: { type: 'boolean' } } });
  const number = (value: unknown, otherwise: number) => (typeof value === 'string' ? Number(value.replaceAll('_', '')) : otherwise);
  const [runs, assets, minutes] = [number(values.runs, 1_000_000), number(values.assets, 1_000_000), number(values.minutes, 10)];
  const wanted = typeof values.only === 'string' ? values.only.split(',') : null;
  const folder = typeof values.data === 'string' ? resolve(values.data) : throwawayFolder();
  if (typeof values.data !== 'string') inner.onExit(() => { rmSync(folder, { recursive: true, force: true }); });
  mkdirSync(folder, { recursive: true });
  const server = await startPostgres({ dataDirectory: folder, durable: true, signal: inner.signal });
  inner.onExit(server.stop);
  // Whatever is being measured waits for the database: when that goes, it ends.
  inner.signal.addEventListener('abort', () => { void server.stop(); }, { once: true });
  const secrets = ensureSecrets(folder);
  const { ownerUrl, applicationUrl } = await prepareDatabase(server, secrets, { dataDirectory: folder, afresh: false, log: say });
  const owner = new pg.Client({ connectionString: ownerUrl });
  owner.on('error', () => undefined);
  await owner.connect();
  inner.onExit(() => owner.end());
  const [held] = await rows<{ any: boolean }>(owner, 'SELECT EXISTS (SELECT 1 FROM run) AS any');
  if (!held?.any) {
    const room = roomFor(runs, assets, freeBytes(folder));
    if (!room.enough && values.force !== true) throw trouble(`${room.words}.`);
  }
  if (!held?.any) await step(`Loading ${runs.toLocaleString('en-US')} runs`, () => seedScale(ownerUrl, { runs, assets, signal: inner.signal }, say));
  const [size] = await rows<{ runs: number; edges: number }>(owner, 'SELECT (SELECT count(*)::int FROM run) AS runs, (SELECT count(*)::int FROM run_asset) AS edges');
  report({ name: 'runs', value: size?.runs ?? 0, unit: 'runs', aim: 'for comparison', holds: true });
  report({ name: 'edges', value: size?.edges ?? 0, unit: 'edges', aim: 'for comparison', holds: true });

  process.env.DATABASE_URL = applicationUrl;
  const token = await tokenIn(owner);
  process.env.BENCH_TOKEN = token;
  const { closePool } = await import('#lib/db/client.ts');
  inner.onExit(closePool);
  const [auditor] = await rows<{ id: string }>(owner, `SELECT person_id AS id FROM role_grant WHERE role = 'auditor' AND team_id IS NULL LIMIT 1`);
  const reader: Actor = { kind: 'person', id: auditor?.id ?? randomUUID(), sessionId: randomUUID(), grants: [{ role: 'auditor', teamId: null }, { role: 'admin', teamId: null }], authenticatedAt: new Date().toISOString() };
  const bench: Bench = { report, owner, context: () => ({ actor: reader, requestId: randomUUID(), channel: 'api' }), rounds: 7, signal: inner.signal };
  for (const [name, part] of Object.entries({ neighbourhood, blastRadius, pathSearch, runList, comparison, searching })) {
    if (wanted === null || wanted.includes(name)) await step(`Measuring: ${name}`, () => part(bench));
  }
  const ingests = (part: string) => wanted === null || wanted.includes('ingestion') || wanted.includes(part);
  if (!['singly', 'batches'].some(ingests)) return;

  const smallName = 'gatehouse_small';
  const admin = new pg.Client({ connectionString: server.url('postgres') });
  await admin.connect();
  await admin.query(`DROP DATABASE IF EXISTS ${smallName} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${smallName} OWNER gatehouse_owner`);
  await admin.end();
  const smallOwnerUrl = server.url(smallName, 'gatehouse_owner', secrets.ownerPassword);
  await migrate({ ownerUrl: smallOwnerUrl, applicationPassword: secrets.applicationPassword, log: say });
  await step(`Loading ${smallRuns.toLocaleString('en-US')} runs`, () => seedScale(smallOwnerUrl, { runs: smallRuns, signal: inner.signal }, () => undefined));
  const smallOwner = new pg.Client({ connectionString: smallOwnerUrl });
  await smallOwner.connect();
  const smallToken = await tokenIn(smallOwner);
  await smallOwner.end();
  await ingestion(bench, { large: applicationUrl, small: server.url(smallName, 'gatehouse_app', secrets.applicationPassword), owner: ownerUrl }, { large: token, small: smallToken }, minutes, typeof values.address === 'string' ? values.address : undefined, ingests);
});

export default measure;
