// How many events a second the portal takes, one by one and in batches, beside what plain inserts of the same bytes reach in the same run.
import { createHash, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import pg from 'pg';
import { pipelineEvents } from './events.ts';
import type { Benchmark } from './index.ts';
import { withPortal } from './portal.ts';

const connections = 16;
const batchConnections = 4;
const batchSize = 250;
const singly = 8000;
/** Until the portal's code is compiled: what is measured is a portal that has run for more than a few seconds. */
const warmUp = 2400;
const inBatches = 24_000;

/** Sends with keep-alive; resolves with the status. */
function sender(address: string, token: string, agent: Agent) {
  const { hostname, port } = new URL(address);
  return (path: string, body: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const sent = request({ hostname, port, path, method: 'POST', agent, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (answer) => {
        answer.resume();
        answer.on('end', () => { resolve(answer.statusCode ?? 0); });
        answer.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
}

/** Works through a list with so many at a time, and tells how many a second were done. */
async function rate<Item>(items: readonly Item[], atATime: number, counted: number, work: (item: Item) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  let next = 0;
  await Promise.all(Array.from({ length: atATime }, async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  }));
  return counted / ((performance.now() - began) / 1000);
}

const pieces = <Item>(items: readonly Item[], size: number): Item[][] => Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));

/** Multi-row inserts into a table with a key and a unique digest: about the least that keeping an event can cost. */
async function plainInserts(ownerUrl: string, events: readonly string[]): Promise<number> {
  const clients = await Promise.all(Array.from({ length: batchConnections }, async () => {
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    return client;
  }));
  try {
    await clients[0]?.query('CREATE TABLE bench_plain (id uuid PRIMARY KEY, digest text NOT NULL UNIQUE, bytes bytea NOT NULL)');
    const idle = [...clients];
    return await rate(pieces(events, batchSize), batchConnections, events.length, async (piece) => {
      const client = idle.pop();
      if (!client) throw new Error('more at a time than there are connections');
      const rows = piece.map((_, n) => `($${n * 3 + 1}, $${n * 3 + 2}, $${n * 3 + 3})`).join(', ');
      await client.query(`INSERT INTO bench_plain VALUES ${rows}`, piece.flatMap((event) => [randomUUID(), createHash('sha256').update(event).digest('hex'), Buffer.from(event)]));
      idle.push(client);
    });
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

const expect = (status: number, wanted: number) => {
  if (status !== wanted) throw new Error(`answered with ${status} instead of ${wanted}`);
};

const measure: Benchmark = (report, life) =>
  withPortal(life, { demoData: false }, async (portal) => {
    const ownerUrl = portal.environment.DATABASE_OWNER_URL ?? '';
    process.env.DATABASE_URL = portal.environment.DATABASE_URL;
    const { createOrganisation } = await import('#lib/testing/fixtures.ts');
    const { closePool } = await import('#lib/db/client.ts');
    const { pipeline } = await createOrganisation();
    await closePool();
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    const send = sender(portal.address, pipeline.token, agent);
    try {
      await rate(pipelineEvents(warmUp / 8), connections, warmUp, async (event) => { expect(await send('/api/v1/lineage', event), 201); });
      const single = await rate(pipelineEvents(singly / 8), connections, singly, async (event) => { expect(await send('/api/v1/lineage', event), 201); });
      report({ name: `events one by one over ${connections} connections`, value: single, unit: 'events/s', aim: 'at least 300', holds: single >= 300 });

      const events = pipelineEvents(inBatches / 8);
      const batches = pieces(events, batchSize).map((piece) => `[${piece.join(',')}]`);
      const batched = await rate(batches, batchConnections, inBatches, async (batch) => { expect(await send('/api/v1/lineage/batch', batch), 204); });
      report({ name: `events in batches of ${batchSize} over ${batchConnections} connections`, value: batched, unit: 'events/s', aim: 'at least 1,500', holds: batched >= 1500 });

      const plain = await plainInserts(ownerUrl, events);
      report({ name: 'plain multi-row inserts of the same bytes', value: plain, unit: 'events/s', aim: 'for comparison', holds: true });
      report({ name: 'batches in relation to plain inserts', value: batched / plain, unit: 'of the rate', aim: 'for comparison', holds: true });
    } finally {
      agent.destroy();
    }
  });

export default measure;
