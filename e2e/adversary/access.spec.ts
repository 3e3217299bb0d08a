// Reaching what one may not reach: without credentials, with the wrong role, from another team, from another site.
import { apiAs, expectStatus, type ProblemBody } from '../support/api.ts';
import { fresh, newPerson, promotionOf, tokenFor, versionOf } from '../support/demo.ts';
import { portal } from '../support/portal.ts';
import { cookieOf, expect, newSession, test } from '../support/test.ts';

type Items = { readonly items: readonly { readonly id: string }[] };
const lists = ['runs', 'pipelines', 'evidence', 'findings', 'models', 'promotions', 'deployments', 'policies', 'trust-keys', 'audit', 'people', 'service-accounts', 'assets', 'drift', 'overview', 'me', 'search?q=flight'];

test('without credentials every address of the API answers 401', async () => {
  const nobody = apiAs(null);
  for (const list of lists) {
    const { status, body } = await nobody.get<ProblemBody>(`/api/v1/${list}`);
    expect(status, list).toBe(401);
    expect(body.requestId, list).toBeTruthy();
    expect(body).not.toHaveProperty('items');
  }
  for (const path of ['promotions', 'deployments', 'trust-keys', 'people', 'role-grants']) {
    expect((await nobody.post(`/api/v1/${path}`, {})).status, path).toBeGreaterThanOrEqual(401);
  }
});

test('credentials that are made up are no credentials', async () => {
  expect((await apiAs({ token: 'gh_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }).get('/api/v1/runs')).status).toBe(401);
  expect((await apiAs({ token: 'x' }).get('/api/v1/runs')).status).toBe(401);
  expect((await apiAs({ cookie: 'gatehouse-session=eyJhbGciOiJub25lIn0.eyJzaWQiOiIwIn0.' }).get('/api/v1/runs')).status).toBe(401);
});

test('an engineer may not read the audit log: not by the API, not by the page', async ({ people }) => {
  const { status, body } = await (await people.api('engineer')).get<ProblemBody>('/api/v1/audit');
  expect(status).toBe(403);
  expect(body.code).toBe('kernel.forbidden');
  const page = await people.as('engineer');
  await page.goto('/audit');
  await expect(page.getByText('Your roles do not include this')).toBeVisible();
  await expect(page.getByRole('table')).toHaveCount(0);
  await expect(page.getByRole('navigation', { name: 'Portal' }).getByRole('link', { name: 'Audit' })).toHaveCount(0);
});

test('roles are given by an admin alone, and an admin approves nothing', async ({ people }) => {
  const admin = await people.api('admin');
  const engineer = await people.api('engineer');
  const { id } = expectStatus(await engineer.get<{ id: string }>('/api/v1/me'), 200);
  const denied = await engineer.post<ProblemBody>('/api/v1/role-grants', { personId: id, role: 'admin', teamId: null });
  expect(denied.status).toBe(403);
  const [promotion] = expectStatus(await admin.get<Items>('/api/v1/promotions'), 200).items;
  const { artifactDigest, snapshotDigest, policyDigest } = await promotionOf(admin, promotion?.id ?? '');
  const decision = await admin.post<ProblemBody>(`/api/v1/promotions/${promotion?.id ?? ''}/decisions`, { verdict: 'approve', comment: 'As admin', artifactDigest, snapshotDigest, policyDigest });
  expect(decision.status).toBe(403);
  const attempts = expectStatus(await (await people.api('auditor')).get<{ items: { action: string; outcome: string; reason: string | null }[] }>('/api/v1/audit?outcome=denied'), 200).items;
  expect(attempts).toContainEqual(expect.objectContaining({ action: 'identity.grantRole', outcome: 'denied' }));
  expect(attempts).toContainEqual(expect.objectContaining({ action: 'approvals.decidePromotion', outcome: 'denied', reason: 'needs promotion.decide' }));
});

test('a token of a service account decides nothing, and reads no audit log', async ({ people }) => {
  const admin = await people.api('admin');
  const [promotion] = expectStatus(await admin.get<Items>('/api/v1/promotions'), 200).items;
  const { artifactDigest, snapshotDigest, policyDigest } = await promotionOf(admin, promotion?.id ?? '');
  for (const kind of ['pipeline', 'deployer'] as const) {
    const service = apiAs({ token: await tokenFor(admin, kind) });
    const decision = await service.post<ProblemBody>(`/api/v1/promotions/${promotion?.id ?? ''}/decisions`, { verdict: 'approve', comment: 'As a program', artifactDigest, snapshotDigest, policyDigest });
    expect(decision.status).toBe(403);
    expect(decision.body.code).toBe('kernel.forbidden');
    expect((await service.get('/api/v1/audit')).status).toBe(403);
    expect((await service.post('/api/v1/promotions', { modelVersionId: (await versionOf(admin, 3)).id, environment: 'production', reason: 'As a program' })).status).toBe(403);
  }
});

test('a person with a good cookie, sent by another site, changes nothing', async ({ people }) => {
  const security = await people.api('security');
  const [finding] = expectStatus(await security.get<Items>('/api/v1/findings'), 200).items;
  const path = `/api/v1/findings/${finding?.id ?? ''}/triage`;
  for (const origin of ['https://evil.example', 'null', `${portal}.evil.example`]) {
    const { status, body } = await security.post<ProblemBody>(path, { verb: 'false_positive', reason: 'By another site' }, { Origin: origin });
    expect(status, origin).toBe(403);
    expect(body.code, origin).toBe('kernel.cross_site');
  }
  // No Origin at all is no better.
  const bare = await fetch(`${portal}${path}`, { method: 'POST', headers: { 'Cookie': await people.cookie('security'), 'Content-Type': 'application/json' }, body: JSON.stringify({ verb: 'false_positive', reason: 'By nobody' }) });
  expect(bare.status).toBe(403);
  expect(expectStatus(await security.get<{ state: string }>(`/api/v1/findings/${finding?.id ?? ''}`), 200).state).not.toBe('false_positive');
});

test('another team sees nothing: what exists looks like what does not', async ({ browser, people }) => {
  const admin = await people.api('admin');
  const slug = fresh('other-team');
  const { id: teamId } = expectStatus(await admin.post<{ id: string }>('/api/v1/teams', { slug, name: slug }), 201);
  const stranger = await newPerson(admin, 'stranger', teamId, ['reviewer']);
  const state = await newSession(browser, stranger.email, stranger.password);
  const api = apiAs({ cookie: cookieOf(state) });
  const security = await people.api('security');

  const firstOf = async (list: string) => expectStatus(await security.get<Items>(`/api/v1/${list}`), 200).items[0]?.id ?? '';
  const things = [
    ['runs', await firstOf('runs'), '/runs'],
    ['evidence', await firstOf('evidence'), '/evidence'],
    ['findings', await firstOf('findings'), '/findings'],
    ['promotions', await firstOf('promotions'), '/approvals'],
    ['assets', await firstOf('assets'), null],
  ] as const;
  const context = await browser.newContext({ baseURL: portal, storageState: state });
  const page = await context.newPage();
  for (const [list, id, place] of things) {
    expect(id, list).not.toBe('');
    const real = await api.get<ProblemBody>(`/api/v1/${list}/${id}`);
    const unreal = await api.get<ProblemBody>(`/api/v1/${list}/00000000-0000-7000-8000-000000000000`);
    expect(real.status, list).toBe(404);
    expect({ ...real.body, requestId: '' }, list).toEqual({ ...unreal.body, requestId: '' });
    expect(expectStatus(await api.get<Items>(`/api/v1/${list}`), 200).items, list).toEqual([]);
    if (place !== null) {
      await page.goto(`${place}/${id}`);
      await expect(page.getByText('There is no such page, or you may not see it')).toBeVisible();
    }
  }
  expect((await api.get('/api/v1/models/flight-delay')).status).toBe(404);
  expect(expectStatus(await api.get<{ results?: unknown[]; items?: unknown[] }>('/api/v1/search?q=flight'), 200)).toEqual({ items: [], complete: true });
  const promotion = await promotionOf(security, things[3][1]);
  const decision = await api.post(`/api/v1/promotions/${promotion.id}/decisions`, { verdict: 'approve', comment: 'From elsewhere', artifactDigest: promotion.artifactDigest, snapshotDigest: promotion.snapshotDigest, policyDigest: promotion.policyDigest });
  expect(decision.status).toBe(404);
  await context.close();
});
