// `npm run seed:scale -- --runs 1000000`: fills an empty portal with a realistic graph by bulk loading, for measurements. The same numbers give the same graph.
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { WriteTx } from '#lib/db/client.ts';
import { hashPassword } from '#lib/identity/password.ts';
import { writeAuditEvents } from '#lib/kernel/audit-event.ts';
import { newId } from '#lib/kernel/ids.ts';
import { policyDigest } from '#lib/policy/digest.ts';
import { shippedPolicies } from '#lib/policy/shipped.ts';
import { prepareDatabase } from '#scripts/database.ts';
import { freeBytes } from '#scripts/disk.ts';
import { runMain } from '#scripts/main.ts';
import { startPostgres } from '#scripts/postgres.ts';
import { elapsed, say, step } from '#scripts/progress.ts';
import { dataDirectory } from '#scripts/project.ts';
import { TableWriter } from '#scripts/scale/copy-in.ts';
import { columns, graph, type Policies, type Rows } from '#scripts/scale/graph.ts';
import { strip } from '#scripts/scale/indexes.ts';
import { silence } from '#scripts/scale/triggers.ts';
import { bytesNeeded, roomFor } from '#scripts/scale/room.ts';
import { ensureSecrets } from '#scripts/secrets.ts';
import { readSettingsFile } from '#scripts/settings-file.ts';
import { trouble } from '#scripts/trouble.ts';

export type SeedOptions = { readonly runs: number; readonly assets?: number; readonly seed?: number; readonly until?: number; readonly besideOtherData?: boolean; readonly password?: string; /** Ends the load; nothing of it stays. */ readonly signal?: AbortSignal };
export type Seeded = { readonly runs: number; readonly rows: Readonly<Record<string, number>>; readonly seconds: number };

type Table = keyof typeof columns;
const tables = Object.keys(columns) as Table[];
const large = ['run', 'run_asset', 'run_event', 'event_key', 'asset', 'asset_version', 'asset_sighting', 'facet'];
const guarded = tables.filter((table) => !large.includes(table) && table !== 'job' && table !== 'evidence_snapshot');

/** The active policies, those that the product ships where there are none yet. */
async function policies(client: pg.Client): Promise<Policies> {
  const found: Record<string, { id: string; digest: string }> = {};
  for (const [environment, content] of Object.entries(shippedPolicies)) {
    const active = await client.query<{ id: string; digest: string }>(`SELECT id, digest FROM policy_version WHERE environment = $1 AND state = 'active'`, [environment]);
    const row = active.rows[0] ?? { id: newId(), digest: policyDigest(content) };
    if (active.rows.length === 0) await client.query(`INSERT INTO policy_version (id, environment, digest, content, state) VALUES ($1, $2, $3, $4, 'active')`, [row.id, environment, row.digest, JSON.stringify(content)]);
    found[environment] = row;
  }
  return found as unknown as Policies;
}

/** Loads the graph into a migrated database, as its owner, in one transaction. Throws where there is other data, unless told otherwise. */
export async function seedScale(ownerUrl: string, options: SeedOptions, told: (line: string) => void): Promise<Seeded> {
  const began = performance.now();
  const { signal } = options;
  const client = new pg.Client({ connectionString: ownerUrl });
  // A connection that ends is told by the statement under way.
  client.on('error', () => undefined);
  await client.connect();
  const end = () => { void client.end(); };
  signal?.addEventListener('abort', end, { once: true });
  try {
    const other = await client.query<{ table: string }>(`SELECT 'runs' AS table WHERE EXISTS (SELECT 1 FROM run) UNION ALL SELECT 'people' WHERE EXISTS (SELECT 1 FROM person) UNION ALL SELECT 'assets' WHERE EXISTS (SELECT 1 FROM asset)`);
    if (other.rows.length > 0 && !options.besideOtherData) throw trouble(`This database holds ${other.rows.map((row) => row.table).join(', ')} already. The scale test's data is for an empty one; --beside-other-data adds it all the same, and nothing removes it again.`);
    const until = options.until ?? Math.floor(Date.now() / 86_400_000) * 86_400_000;
    await client.query('BEGIN');
    await client.query(`SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL synchronous_commit = off; SET LOCAL timezone = 'UTC'`);
    await client.query(`SELECT set_config('gatehouse.actor_kind', 'system', true), set_config('gatehouse.actor_id', '', true)`);
    const active = await policies(client);
    await client.query(`SELECT make_event_partition(month) FROM generate_series($1::timestamptz - interval '1 year', $1::timestamptz + interval '1 month', interval '1 month') AS month`, [new Date(until).toISOString()]);
    // What is pending of triggers must be done before tables change.
    await writeAuditEvents(drizzle(client) as unknown as WriteTx, { actor: { kind: 'system', id: null, name: 'seed:scale' }, requestId: newId(), channel: 'job' }, (await client.query<{ now: Date }>('SELECT now()')).rows[0]?.now.toISOString() ?? '', 'scale.seed', 'done',
      (await client.query<{ id: string }>('SELECT id FROM policy_version')).rows.map(({ id }) => ({ subjectTable: 'policy_version', subjectId: id, teamId: null, reason: `a scale test of ${options.runs} runs was loaded` })));
    await client.query('SET CONSTRAINTS ALL IMMEDIATE');
    const speak = await silence(client, guarded);
    const bare = await strip(client, [...large, 'job']);
    const writers = Object.fromEntries(tables.map((table) => [table, new TableWriter(client, table, columns[table])])) as Record<Table, TableWriter>;
    const plan = { runs: options.runs, assets: options.assets ?? 0, until, seed: options.seed ?? 1, passwordHash: await hashPassword(options.password ?? randomBytes(18).toString('base64url')), policies: active };
    let shown = performance.now();
    let runs = 0;
    for (runs of graph(plan, writers as Rows)) {
      signal?.throwIfAborted();
      // All of them, in the order of their references: small tables keep their keys.
      if (tables.some((table) => writers[table].full)) for (const table of tables) await writers[table].flush();
      if (performance.now() - shown < 5_000) continue;
      shown = performance.now();
      told(`${runs.toLocaleString('en-US')} runs after ${elapsed(began)}`);
    }
    for (const table of tables) await writers[table].flush();
    told(`rows written after ${elapsed(began)}`);
    await bare.restore((what) => { told(`building ${what} (${elapsed(began)})`); });
    await speak();
    await client.query('INSERT INTO search_word (word) SELECT word FROM asset CROSS JOIN LATERAL words_of(name) AS word UNION SELECT word FROM job CROSS JOIN LATERAL words_of(name) AS word ON CONFLICT DO NOTHING');
    await client.query('COMMIT');
    told(`vacuuming (${elapsed(began)})`);
    await client.query(`VACUUM (ANALYZE) ${tables.join(', ')}, search_word`);
    return { runs, rows: Object.fromEntries(tables.map((table) => [table, writers[table].rows])), seconds: (performance.now() - began) / 1000 };
  } finally {
    signal?.removeEventListener('abort', end);
    await client.end();
  }
}

const usage = 'npm run seed:scale -- --runs 1000000 [--assets 1000000] [--seed 1] [--until 2026-01-01] [--beside-other-data] [--force]';

if (import.meta.main) {
  await runMain(async (life) => {
    readSettingsFile();
    const { values } = parseArgs({ options: { runs: { type: 'string' }, assets: { type: 'string', default: '0' }, seed: { type: 'string', default: '1' }, until: { type: 'string' }, 'beside-other-data': { type: 'boolean', default: false }, force: { type: 'boolean', default: false } } });
    const [runs, assets, seed] = [Number(values.runs?.replaceAll('_', '')), Number(values.assets.replaceAll('_', '')), Number(values.seed)];
    const until = values.until === undefined ? undefined : Date.parse(values.until);
    if (!Number.isInteger(runs) || runs < 6 || runs > 50_000_000 || !Number.isInteger(assets) || assets < 0 || assets > 50_000_000 || !Number.isInteger(seed) || Number.isNaN(until)) throw trouble(`Say how many runs: ${usage}`);
    if (process.env.DATABASE_OWNER_URL) say(`This database is elsewhere, so whether its disk has room is not known: it needs about ${(bytesNeeded(runs, assets) / 1e9).toFixed(1)} GB.`);
    else {
      const folder = dataDirectory(say);
      mkdirSync(folder, { recursive: true });
      const room = roomFor(runs, assets, freeBytes(folder));
      if (!room.enough && !values.force) throw trouble(`${room.words}.`);
      say(`${room.words}.`);
    }
    const password = randomBytes(12).toString('base64url');
    const seeded = await step(`Loading ${runs.toLocaleString('en-US')} runs`, async () => {
      const options = { runs, assets, seed, besideOtherData: values['beside-other-data'], password, signal: life.signal, ...(until === undefined ? {} : { until }) };
      if (process.env.DATABASE_OWNER_URL) return seedScale(process.env.DATABASE_OWNER_URL, options, say);
      const folder = dataDirectory(say);
      mkdirSync(folder, { recursive: true });
      const server = await startPostgres({ dataDirectory: folder, durable: true, signal: life.signal });
      life.onExit(server.stop);
      const { ownerUrl } = await prepareDatabase(server, ensureSecrets(folder), { dataDirectory: folder, afresh: false, log: say });
      return seedScale(ownerUrl, options, say);
    });
    for (const [table, count] of Object.entries(seeded.rows)) say(`  ${table.padEnd(18)} ${count.toLocaleString('en-US')}`);
    say(`Sign in as admin@scale.example with the password ${password}`);
  });
}
