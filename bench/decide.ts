// Deploy decisions over HTTP, with and without reports going on, first answers, and what decides: gates and separation of duties over a lineage of 10,000 nodes; each beside the bare SQL of the same reads.
// Options: --seconds=10 (for each load)  --nodes=10000  --only=gates,separation,first,served,portal (`portal` asks the portal's own route, and builds it if need be).
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { lifeline } from '#scripts/child.ts';
import { buildIfNeeded } from '#scripts/build.ts';
import { prepareDatabase } from '#scripts/database.ts';
import { withCleanup } from '#scripts/main.ts';
import { freePort } from '#scripts/ports.ts';
import { startDecisions, startPortal } from '#scripts/portal.ts';
import { startPostgres } from '#scripts/postgres.ts';
import { say, step } from '#scripts/progress.ts';
import { projectRoot } from '#scripts/project.ts';
import { ensureSecrets } from '#scripts/secrets.ts';
import { throwawayFolder } from '#scripts/throwaway-database.ts';
import { seedDeepLineage } from './deep-lineage.ts';
import type { Benchmark, Row } from './index.ts';

type Report = (row: Row) => void;

const quantile = (values: readonly number[], share: number): number => values.toSorted((a, b) => a - b)[Math.max(0, Math.min(values.length - 1, Math.ceil(values.length * share) - 1))] ?? 0;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Times of several doings one after the other, after two that do not count, in milliseconds. */
async function times(rounds: number, work: (round: number) => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let round = -2; round < rounds; round += 1) {
    const milliseconds = await timed(() => work(round));
    if (round >= 0) taken.push(milliseconds);
  }
  return taken;
}

function compare(report: Report, name: string, milliseconds: number, aim: number | null, bare: number): void {
  report({ name, value: milliseconds, unit: 'ms', aim: aim === null ? 'for comparison' : `below ${aim}`, holds: aim === null || milliseconds < aim });
  report({ name: `${name}, in relation to bare SQL`, value: milliseconds / Math.max(bare, 0.01), unit: `times ${bare.toPrecision(3)} ms`, aim: 'for comparison', holds: true });
}

/** Runs and versions upstream over the edges alone, with each run's and version's row: the least that gates over a lineage can read. */
const bareGates = `
  WITH RECURSIVE reached (is_run, id) AS (
    SELECT false, id FROM asset_version WHERE digest = $1 UNION
    SELECT n.is_run, n.id FROM reached f CROSS JOIN LATERAL (
      SELECT true, e.run_id FROM run_asset e WHERE NOT f.is_run AND e.asset_version_id = f.id AND e.direction = 'output'
      UNION ALL SELECT false, e.asset_version_id FROM run_asset e WHERE f.is_run AND e.run_id = f.id AND e.direction = 'input') AS n (is_run, id)
  ) SELECT count(*)::int AS nodes, count(r.state) AS runs, count(v.state) AS versions, count(x.id) AS findings
    FROM reached n LEFT JOIN run r ON n.is_run AND r.id = n.id LEFT JOIN asset_version v ON NOT n.is_run AND v.id = n.id
    LEFT JOIN finding x ON (n.is_run AND x.run_id = n.id) OR (NOT n.is_run AND x.asset_version_id = n.id)`;

const stepByStep = `SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off`;

/** One question's reads: the token, what was noted, and what says that the promotion stands. */
const bareToken = `SELECT a.id, a.team_id, a.role FROM service_token t JOIN service_account a ON a.id = t.service_account_id JOIN person p ON p.id = a.responsible_person_id WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > now() AND a.state = 'active' AND p.state = 'active'`;
const barePromotion = `SELECT p.id, p.state, p.expires_at, v.state AS artifact, pv.digest, (SELECT count(*) FROM approval a WHERE a.promotion_id = p.id AND a.verdict = 'approve' AND NOT EXISTS (SELECT 1 FROM approval_revocation r WHERE r.approval_id = a.id)) AS approvals
  FROM promotion p JOIN asset_version v ON v.digest = p.artifact_digest JOIN policy_version pv ON pv.id = p.policy_version_id WHERE p.artifact_digest = $1 AND p.environment = 'production' AND p.state IN ('approved', 'deployed')`;

/** How often a second the bare statements of one question are answered, over so many connections. */
async function bareRate(url: string, token: string, digests: readonly string[], connections: number, seconds: number): Promise<number> {
  const clients = await Promise.all(Array.from({ length: connections }, async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return client;
  }));
  const hash = createHash('sha256').update(token).digest('hex');
  const began = performance.now();
  let done = 0;
  await Promise.all(clients.map(async (client, n) => {
    for (let asked = n; performance.now() - began < seconds * 1000; asked += 1) {
      await client.query({ name: 'token', text: bareToken, values: [hash] });
      await client.query({ name: 'promotion', text: barePromotion, values: [digests[asked % digests.length]] });
      done += 1;
    }
  }));
  const rate = done / ((performance.now() - began) / 1000);
  await Promise.all(clients.map((client) => client.end()));
  return rate;
}

type LoadResult = { readonly rate: number; readonly p50: number; readonly p95: number; readonly p99: number; readonly wrong: number };

/** Runs one of the load programs beside this one and reads its last line. */
function load<T>(script: string, args: string[], environment: Record<string, string>, signal: AbortSignal): { readonly result: Promise<T>; readonly stop: () => void } {
  const child = spawn(process.execPath, [...lifeline.args, join(projectRoot, 'bench', script), ...args], { cwd: projectRoot, stdio: ['ignore', 'pipe', 'inherit', 'ipc'], env: { ...process.env, ...lifeline.environment, ...environment } });
  const stop = (): void => { child.kill('SIGKILL'); };
  signal.addEventListener('abort', stop, { once: true });
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
  const result = new Promise<T>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', stop);
      if (code === 0) resolve(JSON.parse(text.trim().split('\n').at(-1) ?? '') as T);
      else reject(new Error(`${script} ended with ${String(code)}`));
    });
  });
  result.catch(() => undefined);
  return { result, stop };
}

const measure: Benchmark = (report, life) => withCleanup(life.signal, async (inner) => {
  const { signal } = inner;
  const { values } = parseArgs({ strict: false, options: { seconds: { type: 'string' }, nodes: { type: 'string' }, only: { type: 'string' } } });
  const seconds = typeof values.seconds === 'string' ? Number(values.seconds) : 10;
  const nodes = typeof values.nodes === 'string' ? Number(values.nodes) : 10_000;
  const wanted = typeof values.only === 'string' ? values.only.split(',') : null;
  const wants = (part: string): boolean => wanted === null || wanted.includes(part);
  const folder = throwawayFolder();
  inner.onExit(() => { rmSync(folder, { recursive: true, force: true }); });
  if (wants('portal')) await buildIfNeeded(signal);
  const server = await startPostgres({ dataDirectory: folder, durable: true, signal });
  inner.onExit(server.stop);
  const secrets = ensureSecrets(folder);
  const { ownerUrl, applicationUrl } = await prepareDatabase(server, secrets, { dataDirectory: folder, afresh: false, log: say });
  process.env.DATABASE_URL = applicationUrl;
  process.env.NEXTAUTH_SECRET = secrets.nextauthSecret;
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  inner.onExit(() => owner.end());

  const { createOrganisation, as, must } = await import('#lib/testing/fixtures.ts');
  const { makePipeline, digestOfText } = await import('#lib/testing/pipeline.ts');
  const { approved } = await import('#lib/testing/promotion.ts');
  const { activePolicy, ensureShippedPolicies, evaluatePolicy } = await import('#lib/policy/index.ts');
  const { closePool, readTransaction } = await import('#lib/db/client.ts');
  const { makeChangeFeed } = await import('#lib/db/changes.ts');
  const { versionById } = await import('#lib/registry/index.ts');
  const { gather } = await import('#lib/approvals/snapshot.ts');
  const { makeAnswering } = await import('#lib/deployments/index.ts');
  const { stopQueueClient } = await import('#lib/jobs/outbox.ts');
  inner.onExit(closePool);
  inner.onExit(stopQueueClient);

  const organisation = await createOrganisation();
  await ensureShippedPolicies();
  const pipeline = makePipeline({ organisation });
  await pipeline.trust();
  const digests: string[] = [];
  await step('Making versions that may run in production', async () => {
    for (let n = 0; n < 20; n += 1) {
      signal.throwIfAborted();
      const version = await pipeline.goodVersion(`v${n}`, { name: `model-${n}` });
      await approved(organisation, version.modelVersionId);
      digests.push(version.digest);
    }
  });
  const reading = { actorKind: 'system', actorId: null, requestId: randomUUID() } as const;
  const rounds = 15;

  if (wants('gates') || wants('separation')) {
    const deepDigest = digestOfText(randomUUID());
    const deep = await step(`Loading a lineage of ${nodes.toLocaleString('en-US')} nodes`, () => seedDeepLineage(owner, { nodes, teamId: organisation.teamId, accountId: organisation.pipeline.id, digest: deepDigest }));
    const { modelVersionId } = await pipeline.publish({ name: 'deep', digest: deepDigest, kind: 'model' }, 'deep', deep.trainingRunId);
    await owner.query('ANALYZE');
    await owner.query(stepByStep);
    if (wants('gates')) {
      let found = 0;
      const gates = await times(rounds, () => readTransaction(reading, async (tx) => {
        const row = await versionById(tx, modelVersionId);
        const policy = await activePolicy(tx, 'production', false, row);
        if (!row || !policy) throw new Error('the deep version or its policy is not there');
        const { facts, input } = await gather(tx, row, 'production', policy, false);
        evaluatePolicy(policy.content, input);
        found = facts.runs.length + facts.versions.length;
      }));
      report({ name: 'nodes that the gates looked at', value: found, unit: 'nodes', aim: `at least ${nodes.toLocaleString('en-US')}`, holds: found >= nodes });
      compare(report, `gates over ${nodes.toLocaleString('en-US')} nodes, 95th percentile`, quantile(gates, 0.95), 300, quantile(await times(rounds, () => owner.query(bareGates, [deepDigest])), 0.95));
      // Of an asker who does not know the answer yet: examined, and recorded with its audit event.
      const answering = makeAnswering(makeChangeFeed());
      const first = await times(rounds, async (round) => must(await answering.execute(as(organisation.deployer), { digest: deepDigest, environment: 'staging', endpoint: `bench-${String(round + 2)}` })));
      report({ name: `first answer about ${nodes.toLocaleString('en-US')} nodes, 95th percentile`, value: quantile(first, 0.95), unit: 'ms', aim: 'for comparison', holds: true });
    }
    if (wants('separation')) {
      const client = new pg.Client({ connectionString: applicationUrl });
      await client.connect();
      let cut = false;
      const separation = await times(rounds, async () => {
        const { rows } = await client.query<{ rule: string }>('SELECT rule FROM model_version_conflicts($1)', [modelVersionId]);
        cut = rows.some(({ rule }) => rule === 'lineage_cut_off');
        if (rows.length === 0) throw new Error('nobody had a hand in it');
      });
      await client.end();
      report({ name: 'the lineage is walked to its end', value: cut ? 0 : 1, unit: '', aim: '1', holds: !cut });
      compare(report, `separation of duties over ${nodes.toLocaleString('en-US')} nodes, 95th percentile`, quantile(separation, 0.95), 300, quantile(await times(rounds, () => owner.query(bareGates, [deepDigest])), 0.95));
    }
  }

  if (wants('first')) {
    const answering = makeAnswering(makeChangeFeed());
    const first = await times(60, async (round) => must(await answering.execute(as(organisation.deployer), { digest: digests[(round + 2) % digests.length] ?? '', environment: 'production', endpoint: `first-${String(round + 2)}` })));
    report({ name: 'first answer, examined and recorded, 95th percentile', value: quantile(first, 0.95), unit: 'ms', aim: 'for comparison', holds: true });
    await answering.flush();
  }
  if (!wants('served') && !wants('portal')) return;

  const environment = { DATABASE_URL: applicationUrl, DATABASE_OWNER_URL: '', NEXTAUTH_SECRET: secrets.nextauthSecret };
  const bare = await step('Asking by bare SQL', () => bareRate(applicationUrl, organisation.deployer.token, digests, 16, seconds));
  report({ name: 'bare SQL of one question’s reads over 16 connections', value: bare, unit: 'questions/s', aim: 'for comparison', holds: true });

  async function served(where: string, address: string, aimed: boolean): Promise<void> {
    const ask = (connections: number, length: number) => load<LoadResult>('decide-load.ts', [`--address=${address}`, `--seconds=${String(length)}`, `--connections=${String(connections)}`, `--digests=${digests.join(',')}`], { BENCH_TOKEN: organisation.deployer.token }, signal).result;
    const tell = (what: string, { rate, p95, p99, wrong }: LoadResult): void => {
      if (wrong > 0) report({ name: `${what}: answers that were no yes`, value: wrong, unit: 'answers', aim: '0', holds: false });
      report({ name: `${what}`, value: rate, unit: 'decisions/s', aim: aimed ? 'at least 1,000' : 'for comparison', holds: !aimed || rate >= 1000 });
      report({ name: `${what}, 95th percentile`, value: p95, unit: 'ms', aim: aimed ? 'below 20' : 'for comparison', holds: !aimed || p95 < 20 });
      report({ name: `${what}, 99th percentile`, value: p99, unit: 'ms', aim: 'for comparison', holds: true });
      report({ name: `${what}, in relation to bare SQL`, value: rate / bare, unit: 'of the rate', aim: 'for comparison', holds: true });
    };
    await step(`Warming up ${where}`, () => ask(16, Math.min(5, seconds)));
    for (const connections of [16, 64]) {
      const name = `deploy decisions by ${where}, ${String(connections)} connections`;
      tell(name, await step(`Asking: ${name}`, () => ask(connections, seconds)));
    }
    const name = `deploy decisions by ${where}, 16 connections, while others report`;
    const reports = load<{ rate: number }>('ingest-load.ts', [`--seconds=${String(seconds + 2)}`, '--connections=4'], { DATABASE_URL: applicationUrl, BENCH_TOKEN: organisation.pipeline.token }, signal);
    tell(name, await step(`Asking: ${name}`, () => ask(16, seconds)));
    report({ name: `events reported meanwhile`, value: (await reports.result).rate, unit: 'events/s', aim: 'for comparison', holds: true });
  }

  if (wants('served')) {
    await withCleanup(signal, async (own) => {
      const port = await freePort();
      const decisions = await startDecisions({ port, host: '127.0.0.1', environment, logFolder: join(folder, 'logs'), signal });
      own.onExit(decisions.stop);
      await served('the decisions process', `http://127.0.0.1:${String(port)}`, true);
    });
  }
  if (wants('portal')) {
    await withCleanup(signal, async (own) => {
      const port = await freePort();
      const portal = await startPortal({ mode: 'start', port, host: '127.0.0.1', environment: { ...environment, NEXTAUTH_URL: `http://localhost:${String(port)}` }, logFolder: join(folder, 'logs'), signal });
      own.onExit(portal.stop);
      await served('the portal itself', `http://127.0.0.1:${String(port)}`, false);
    });
  }
});

export default measure;
