// A process of its own that asks for deploy decisions over kept-alive connections as fast as they are answered, and prints how many a second there were and how long they took. Started by bench/decide.ts.
import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { address: { type: 'string', default: '' }, seconds: { type: 'string', default: '10' }, connections: { type: 'string', default: '16' }, digests: { type: 'string', default: '' } } });
const connections = Number(values.connections);
const digests = values.digests.split(',');
const agent = new Agent({ keepAlive: true, maxSockets: connections });
const { hostname, port } = new URL(values.address);
const token = process.env.BENCH_TOKEN ?? '';

function ask(digest: string): Promise<boolean> {
  const body = JSON.stringify({ digest, environment: 'production' });
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path: '/api/v1/decisions/deploy', method: 'POST', agent, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': body.length } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
      answer.on('end', () => {
        // A no would be a quick answer to another question than the one that is measured.
        resolve(answer.statusCode === 200 && text.includes('"allowed":true') && text.includes(digest));
      });
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const times: number[] = [];
let wrong = 0;
const began = performance.now();
const ends = began + Number(values.seconds) * 1000;
await Promise.all(Array.from({ length: connections }, async (_, n) => {
  for (let asked = n; performance.now() < ends; asked += 1) {
    const start = performance.now();
    if (!(await ask(digests[asked % digests.length] ?? ''))) wrong += 1;
    times.push(performance.now() - start);
  }
}));
const seconds = (performance.now() - began) / 1000;
const sorted = Float64Array.from(times).sort();
const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
console.log(JSON.stringify({ rate: times.length / seconds, p50: at(0.5), p95: at(0.95), p99: at(0.99), wrong }));
process.exit(0);
