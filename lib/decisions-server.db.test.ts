// The decisions process over HTTP: the same answers as the portal's, nobody without a living token, and no answer at all where something is wrong.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POST as portalRoute } from '#app/api/v1/decisions/deploy/route.ts';
import { makeChangeFeed } from './db/changes.ts';
import { makeAnswering } from './deployments/index.ts';
import { makeDecisionsServer, type DecisionsServer } from './decisions-server.ts';
import { issueToken, makeTokenMemory, revokeToken, setPersonState, setServiceAccountState } from './identity/index.ts';
import { newId } from './kernel/ids.ts';
import { ensureShippedPolicies } from './policy/index.ts';
import { createTestDatabase, type TestDatabase } from './testing/database.ts';
import { as, createOrganisation, must, type Organisation } from './testing/fixtures.ts';
import { makePipeline } from './testing/pipeline.ts';
import { approved } from './testing/promotion.ts';

let database: TestDatabase;
let organisation: Organisation;
let decisions: DecisionsServer;
let address: string;
let digest: string;
let admin: pg.Client;
beforeAll(async () => {
  process.env.ADMISSION_NAMESPACES = 'payments=production, lab=sandbox';
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  organisation = await createOrganisation();
  await ensureShippedPolicies();
  const pipeline = makePipeline({ organisation });
  await pipeline.trust();
  const version = await pipeline.goodVersion('served');
  await approved(organisation, version.modelVersionId);
  digest = version.digest;
  const feed = makeChangeFeed();
  decisions = makeDecisionsServer(feed, makeAnswering(feed), makeTokenMemory(feed));
  decisions.server.listen(0, '127.0.0.1');
  await once(decisions.server, 'listening');
  address = `http://127.0.0.1:${String((decisions.server.address() as AddressInfo).port)}`;
});
afterAll(async () => {
  decisions.server.closeAllConnections();
  await decisions.close();
  await admin.end();
  await database.drop();
});

const path = '/api/v1/decisions/deploy';
const ask = (token: string | null = organisation.deployer.token, body: unknown = { digest, environment: 'production' }, headers: Record<string, string> = {}) =>
  fetch(`${address}${path}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers } });
const statusAndCode = async (answer: Response) => [answer.status, ((await answer.json()) as { code?: string }).code];
const asAdmin = () => as(organisation.admin);

describe('the admission webhook', () => {
  const serving = (model: string, changes: object = {}) => ({
    apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002', kind: { group: '', version: 'v1', kind: 'Pod' }, namespace: 'payments', operation: 'CREATE', dryRun: false,
      object: {
        metadata: { annotations: { 'gatehouse.dev/model-digest': model } },
        spec: { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }, containers: [{ name: 'serve', image: `serve@sha256:${'b'.repeat(64)}`, securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }, resources: { limits: { cpu: '1', memory: '1Gi' } } }] },
      },
      ...changes,
    },
  });
  const review = async (body: unknown, token = organisation.deployer.token) => fetch(`${address}/api/v1/decisions/admission`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` } });
  const recorded = async () => Number((await admin.query<{ count: string }>('SELECT (SELECT count(*) FROM deploy_decision) + (SELECT count(*) FROM audit_event) AS count')).rows[0]?.count);

  it('lets a model run that is promoted, and refuses what is not, with the reasons', async () => {
    const allowed = await review(serving(digest));
    expect([allowed.status, await allowed.json()]).toEqual([200, { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: '705ab4f5-6393-11e8-b7cc-42010a800002', allowed: true } }]);
    const refused = await review(serving(`sha256:${'0'.repeat(64)}`));
    expect([refused.status, await refused.json()]).toMatchObject([200, { response: { uid: '705ab4f5-6393-11e8-b7cc-42010a800002', allowed: false, status: { code: 403, message: expect.stringContaining('not_registered') as string } } }]);
    expect(await (await review(serving(digest), organisation.otherPipeline.token)).json()).toMatchObject({ response: { allowed: false } });
  });

  it('decides a dry run alike, and records nothing', async () => {
    const before = await recorded();
    expect(await (await review(serving(digest, { dryRun: true }))).json()).toMatchObject({ response: { allowed: true } });
    expect(await (await review(serving(`sha256:${'1'.repeat(64)}`, { dryRun: true }))).json()).toMatchObject({ response: { allowed: false } });
    expect(await recorded()).toBe(before);
  });

  it('answers nothing without a token, or to what is no review', async () => {
    expect((await review(serving(digest), 'gh_wrong')).status).toBe(401);
    expect((await review({ apiVersion: 'admission.k8s.io/v1beta1', kind: 'AdmissionReview', request: { uid: 'u' } })).status).toBe(400);
    expect((await review({})).status).toBe(400);
  });
});

describe('an answer', () => {
  it('is the portal’s own, first and again', async () => {
    const portal = await portalRoute(new Request(`http://portal.test${path}`, { method: 'POST', body: JSON.stringify({ digest, environment: 'production' }), headers: { 'content-type': 'application/json', authorization: `Bearer ${organisation.deployer.token}` } }), { params: Promise.resolve({}) });
    const expected = { ...((await portal.json()) as object), decidedAt: expect.any(String) as string, requestId: expect.any(String) as string };
    for (let n = 0; n < 3; n += 1) {
      const answer = await ask();
      expect([answer.status, await answer.json()]).toEqual([200, expected]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    const byQuery = await fetch(`${address}${path}?digest=${digest}&environment=production`, { headers: { authorization: `Bearer ${organisation.deployer.token}` } });
    expect([byQuery.status, await byQuery.json()]).toEqual([200, expected]);
  });

  it('quotes the request id that was sent', async () => {
    expect((await ask(undefined, undefined, { 'x-request-id': 'deploy-4711' })).headers.get('x-request-id')).toBe('deploy-4711');
  });
});

describe('who asks', () => {
  it('without a token, or with a wrong one, gets none', async () => {
    expect(await statusAndCode(await ask(null))).toEqual([401, 'kernel.unauthenticated']);
    expect(await statusAndCode(await ask('gh_wrong'))).toEqual([401, 'identity.bad_token']);
    expect(await statusAndCode(await ask(null, undefined, { authorization: 'Basic abc' }))).toEqual([401, 'identity.bad_token']);
    expect(await statusAndCode(await ask(null, undefined, { cookie: 'gatehouse-session=anything' }))).toEqual([401, 'kernel.unauthenticated']);
  });

  it.each([
    ['its token is revoked', async ({ id }: { id: string }) => { must(await revokeToken.execute(asAdmin(), { tokenId: id, reason: 'It leaked.' })); }],
    ['its token is over', async ({ id }: { id: string }) => { await admin.query(`UPDATE service_token SET expires_at = now() - interval '1 second' WHERE id = $1`, [id]); }],
    ['its account is disabled', async () => { must(await setServiceAccountState.execute(asAdmin(), { serviceAccountId: organisation.pipeline.id, state: 'disabled', reason: 'Out of use.' })); }],
    ['who answers for it is disabled', async () => {
      must(await setPersonState.execute(asAdmin(), { personId: organisation.engineer.id, state: 'disabled', reason: 'Left.' }));
    }],
  ])('is known no more at the next question once %s', async (_name, end) => {
    const token = must(await issueToken.execute(asAdmin(), { serviceAccountId: organisation.pipeline.id })).value;
    expect([(await ask(token.token)).status, (await ask(token.token)).status]).toEqual([200, 200]);
    await end(token);
    expect(await statusAndCode(await ask(token.token))).toEqual([401, 'identity.bad_token']);
    await admin.query(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE service_account SET state = 'active'; COMMIT`);
  });
});

describe('a question that is none', () => {
  it.each<[string, unknown, Record<string, string>, [number, string]]>([
    ['is not JSON', '{', {}, [400, 'kernel.malformed_json']],
    ['is a list', '[]', {}, [422, 'kernel.invalid_input']],
    ['has no digest', { environment: 'production' }, {}, [422, 'kernel.invalid_input']],
    ['has a wrong digest', { digest: 'sha256:1', environment: 'production' }, {}, [422, 'kernel.invalid_input']],
    ['names no endpoint', { digest: `sha256:${'0'.repeat(64)}`, environment: 'production', endpoint: '../..\u0000' }, {}, [422, 'kernel.invalid_input']],
    ['is too large', { digest: 'x'.repeat(20_000) }, {}, [413, 'kernel.too_large']],
    ['is of another type', 'digest=1', { 'content-type': 'text/plain' }, [415, 'kernel.unsupported_media_type']],
    ['is packed', 'x', { 'content-encoding': 'gzip' }, [415, 'kernel.unsupported_media_type']],
  ])('%s', async (_name, body, headers, expected) => {
    expect(await statusAndCode(await ask(undefined, body, headers))).toEqual(expected);
  });

  it('has another path or method', async () => {
    expect((await fetch(`${address}/api/v1/models`)).status).toBe(404);
    expect((await fetch(`${address}${path}`, { method: 'DELETE' })).status).toBe(405);
    expect((await fetch(`${address}/api/healthz`)).status).toBe(200);
    expect((await fetch(`${address}/api/readyz`)).status).toBe(200);
  });
});

describe('without its database', () => {
  const limited = (most: number) => admin.query(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT ${most}', current_database()); END $$`);
  it('there is no answer, whatever was answered before', async () => {
    expect((await ask()).status).toBe(200);
    await limited(0);
    try {
      await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'gatehouse_app' AND datname = current_database()`);
      const answer = await ask();
      expect(answer.status).toBe(503);
      expect(await answer.json()).not.toHaveProperty('allowed');
    } finally {
      await limited(-1);
    }
    expect((await ask(undefined, { digest, environment: 'production', identity: newId() })).status).toBe(200);
  });
});
