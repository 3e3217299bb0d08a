// OPA as a second engine: a stub for what can go wrong on the wire, and a real server where OPA_BINARY names one.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { policyProblems } from './check.ts';
import { evaluatePolicy } from './domain.ts';
import { exampleInput } from './example.ts';
import type { ReadTx } from '#lib/db/client.ts';
import { askOpa, type OpaServer } from './opa.ts';
import { withOpa } from './with-opa.ts';
import type { PolicyContent } from './schema.ts';
import { shippedPolicies } from './shipped.ts';

/** A server is asked without the database. */
const noDatabase = undefined as unknown as ReadTx;
const servers: Server[] = [];
async function stub(handle: (request: IncomingMessage, response: ServerResponse, body: string) => void): Promise<OpaServer> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => { handle(request, response, Buffer.concat(parts).toString()); });
  });
  servers.push(server);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, token: 'secret', timeoutMilliseconds: 400 };
}
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const content: PolicyContent = { ...shippedPolicies.production, opa: [{ id: 'opa-allows', title: 'OPA allows it', level: 'block', path: 'gatehouse/decision', remedy: 'Ask who writes the Rego.' }] };
const judged = async (server: OpaServer | null) => {
  const evaluation = evaluatePolicy(content, await withOpa(noDatabase, content, exampleInput(), server));
  return { whole: evaluation.verdict, ...evaluation.results.find(({ ruleId }) => ruleId === 'opa-allows') };
};
const answers = (body: string, status = 200) => stub((_request, response) => { response.writeHead(status, { 'content-type': 'application/json' }).end(body); });

describe('a rule that OPA decides', () => {
  it('asks the Data API with the same input document, without earlier answers', async () => {
    const seen: { url?: string | undefined; authorization?: string | undefined; body?: { input?: Record<string, unknown> } } = {};
    const server = await stub((request, response, body) => {
      Object.assign(seen, { url: request.url, authorization: request.headers.authorization, body: JSON.parse(body) as unknown });
      response.end('{"result": true}');
    });
    expect(await judged(server)).toMatchObject({ whole: 'passed', verdict: 'passed', actual: 'allowed' });
    const { opa: _opa, ...document } = exampleInput();
    expect(seen).toEqual({ url: '/v1/data/gatehouse/decision', authorization: 'Bearer secret', body: { input: document } });
  });

  it('fails with OPA’s reasons', async () => expect(await judged(await answers('{"result": {"allow": false, "reasons": ["too old", "no card", 7]}}'))).toMatchObject({ whole: 'blocked', verdict: 'failed', actual: 'not allowed: no card: too old' }));

  it.each([
    ['there is no decision at the path', '{}', 200, /no decision at this path/],
    ['the decision is a text', '{"result": "true"}', 200, /neither true or false/],
    ['the decision says nothing of allow', '{"result": {"deny": []}}', 200, /neither true or false/],
    ['it is not JSON', '<html>', 200, /not JSON/],
    ['it is an error', '{"result": true}', 500, /status 500/],
    ['it asks for a sign-in', '', 401, /status 401/],
    ['it is a redirect', '', 302, /status 302|could not be reached/],
    ['it is too large', JSON.stringify({ result: true, more: 'x'.repeat(300_000) }), 200, /too large/],
  ])('is not evaluated and blocks when %s', async (_what, body, status, reason) => {
    const server = await stub((_request, response) => { response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:9/' } : {}).end(body); });
    expect(await judged(server)).toMatchObject({ whole: 'blocked', verdict: 'not_evaluated', actual: 'no answer', reason: expect.stringMatching(reason) as string });
  });

  it('is not evaluated and blocks when OPA is silent, away, or not configured', async () => {
    expect((await judged(await stub(() => undefined))).reason).toBe('OPA did not answer in time');
    expect((await judged(await stub((_request, response) => { response.writeHead(200).write('{"res'); }))).reason).toBe('OPA did not answer in time');
    expect(await judged({ url: 'http://127.0.0.1:9', token: null, timeoutMilliseconds: 400 })).toMatchObject({ whole: 'blocked', reason: 'OPA could not be reached' });
    expect(await judged(null)).toMatchObject({ whole: 'blocked', reason: expect.stringMatching(/no OPA server is configured/) as string });
    expect(evaluatePolicy(content, exampleInput()).results.at(-1)).toMatchObject({ verdict: 'not_evaluated', reason: 'OPA was not asked' });
  });

  it('has an id of its own', () => expect(policyProblems({ ...content, opa: [{ ...(content.opa?.[0] ?? never()), id: content.rules[0]?.id ?? '' }] }, 'production').map(({ path }) => path)).toEqual(['content.opa.0.id']));

  it('is not asked by a policy without such rules', async () => expect((await withOpa(noDatabase, shippedPolicies.production, exampleInput(), null)).opa).toEqual([]));
});

const binary = process.env.OPA_BINARY;
// Needs a real OPA: set OPA_BINARY to one (`go install github.com/open-policy-agent/opa@v1.4.2`). Without it these are skipped, and say so.
describe.skipIf(binary === undefined)('a real OPA (OPA_BINARY)', () => {
  let opa: ChildProcess;
  let folder: string;
  let server: OpaServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-opa-'));
    writeFileSync(join(folder, 'policy.rego'), `package gatehouse\n\ndecision := {"allow": count(reasons) == 0, "reasons": reasons}\n\nreasons contains "the model is too weak" if input.evaluation.overall.auc < 0.7\nreasons contains "no commit" if input.code.commit == null\n\nplain := input.environment == "production"\n`);
    const port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => { const { port: free } = probe.address() as AddressInfo; probe.close(() => { resolve(free); }); });
    });
    opa = spawn(binary ?? '', ['run', '--server', '--addr', `127.0.0.1:${port}`, '--log-level', 'error', folder], { stdio: 'ignore' });
    server = { url: `http://127.0.0.1:${port}`, token: null, timeoutMilliseconds: 5_000 };
    await vi.waitFor(async () => { expect((await askOpa(server, 'gatehouse/plain', { environment: 'production' })).allow).toBe(true); }, { timeout: 20_000, interval: 100 });
  });
  afterAll(() => {
    opa.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it('allows a good version, and gives its reasons for a weak one', async () => {
    expect(await judged(server)).toMatchObject({ whole: 'passed', verdict: 'passed' });
    const weak = { ...exampleInput(), code: { commit: null, strength: null, dirty: null, remote: null } };
    weak.evaluation = { ...(weak.evaluation ?? never()), overall: { auc: 0.5 } };
    expect((await withOpa(noDatabase, content, weak, server)).opa).toEqual([{ path: 'gatehouse/decision', allow: false, reasons: ['no commit', 'the model is too weak'], problem: null }]);
  });

  it('has no decision at a path that its policy does not define', async () => expect(await askOpa(server, 'gatehouse/nothing', {})).toMatchObject({ allow: null, problem: 'OPA has no decision at this path' }));
});

function never(): never {
  throw new Error('not there');
}
