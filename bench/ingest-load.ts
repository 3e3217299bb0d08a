// A process of its own that reports events as fast as they are taken, one by one or in batches, and prints how many a second each ten seconds. Started by bench/lineage.ts.
import { request, Agent } from 'node:http';
import { parseArgs } from 'node:util';
import { pipelineEvents } from './events.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, batch: { type: 'string', default: '1' }, connections: { type: 'string', default: '16' }, address: { type: 'string' } } });
const [seconds, batch, connections] = [Number(values.seconds), Number(values.batch), Number(values.connections)];
const token = process.env.BENCH_TOKEN ?? '';
const path = batch === 1 ? '/api/v1/lineage' : '/api/v1/lineage/batch';
const expected = batch === 1 ? 201 : 204;

type Send = (body: string) => Promise<number>;

/** Over HTTP to a running portal. */
function overHttp(address: string): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(address);
  return (body) => new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method: 'POST', agent, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (answer) => {
      answer.resume();
      answer.on('end', () => { resolve(answer.statusCode ?? 0); });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** By the same handlers in this process: everything but the web server. */
async function inProcess(): Promise<Send> {
  const { authenticate } = await import('#lib/identity/index.ts');
  const { makeRoute } = await import('#lib/kernel/route.ts');
  const route = makeRoute(authenticate);
  const { reportBatch, reportEvent } = await import('#lib/ingest/index.ts');
  const handler = route(batch === 1 ? reportEvent : reportBatch);
  return async (body) => {
    const answer = await handler(new Request(`http://portal.bench${path}`, { method: 'POST', body, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } }), { params: Promise.resolve({}) });
    return answer.status;
  };
}

/** Bodies without end: each execution of four stages has eight events. */
function* bodies(): Generator<string> {
  for (;;) {
    const events = pipelineEvents(250);
    for (let n = 0; n < events.length; n += batch) yield batch === 1 ? (events[n] ?? '') : `[${events.slice(n, n + batch).join(',')}]`;
  }
}

const send = values.address === undefined ? await inProcess() : overHttp(values.address);
const source = bodies();
const ends = performance.now() + seconds * 1000;
const slices: number[] = [];
const began = performance.now();
let taken = 0;
await Promise.all(Array.from({ length: connections }, async () => {
  while (performance.now() < ends) {
    const { value } = source.next();
    const status = await send(String(value));
    if (status !== expected) throw new Error(`answered with ${status} instead of ${expected}`);
    taken += batch;
    const slice = Math.floor((performance.now() - began) / 10_000);
    slices[slice] = (slices[slice] ?? 0) + batch;
  }
}));
const elapsed = (performance.now() - began) / 1000;
// The last slice is cut off; it says nothing of steadiness.
const whole = slices.slice(0, Math.floor(elapsed / 10)).map((count) => count / 10);
console.log(JSON.stringify({ rate: taken / elapsed, slices: whole }));
process.exit(0);
