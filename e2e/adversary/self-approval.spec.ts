// Letting one's own model through: the requester, whoever answers for the pipeline, one person twice, other bytes under the same name.
import { apiAs, expectStatus, type ProblemBody } from '../support/api.ts';
import { askForPromotion, decide, fresh, issueToken, newPerson, promotionOf, serviceAccount, versionOf, withdrawOpen, type Promotion } from '../support/demo.ts';
import { section, settled } from '../support/pages.ts';
import { portal } from '../support/portal.ts';
import { catchAction, replay } from '../support/replay.ts';
import { cookieOf, expect, newSession, test, type People } from '../support/test.ts';

const otherDigest = `sha256:${'0'.repeat(64)}`;

async function teamOf(people: People): Promise<string> {
  return (await serviceAccount(await people.api('admin'), 'flight-delays-pipeline')).teamId;
}

test('nobody is engineer and reviewer of one team, in whichever order the roles are asked for', async ({ people }) => {
  const admin = await people.api('admin');
  const teamId = await teamOf(people);
  for (const [first, second] of [['engineer', 'reviewer'], ['reviewer', 'engineer'], ['security', 'engineer']] as const) {
    const person = await newPerson(admin, 'two-hats', teamId, [first]);
    const { status, body } = await admin.post<ProblemBody>('/api/v1/role-grants', { personId: person.id, role: second, teamId });
    expect([status, body.code], `${first}, then ${second}`).toEqual([409, 'identity.standing_conflict']);
  }
});

test('who was lent the role of a reviewer cannot approve their own request: not by the page, not by the API', async ({ browser, people }) => {
  const admin = await people.api('admin');
  const person = await newPerson(admin, 'lent-hat', await teamOf(people), ['engineer']);
  const state = await newSession(browser, person.email, person.password);
  const lentHat = apiAs({ cookie: cookieOf(state) });
  const reviewer = await people.api('reviewer');
  const { id: reviewerId } = expectStatus(await reviewer.get<{ id: string }>('/api/v1/me'), 200);
  const { delegationId } = expectStatus(await reviewer.post<{ delegationId: string }>('/api/v1/delegations', { delegateId: person.id, role: 'reviewer', teamId: await teamOf(people), endsAt: new Date(Date.now() + 3_600_000).toISOString(), reason: 'Away for an hour' }), 201);
  const version = await versionOf(lentHat, 3);
  await withdrawOpen(lentHat, version.id);
  const promotion = await askForPromotion(lentHat, version.id, 'Asked for by somebody to whom a reviewer lent the role');

  for (const verdict of ['approve', 'reject'] as const) {
    const { artifactDigest, snapshotDigest, policyDigest } = promotion;
    const { status, body } = await lentHat.post<ProblemBody>(`/api/v1/promotions/${promotion.id}/delegated-decisions`, { verdict, comment: 'By the lent role', artifactDigest, snapshotDigest, policyDigest, onBehalfOf: reviewerId });
    expect(status).toBe(403);
    expect(body.code).toBe('approvals.not_entitled');
    expect(body.reasons).toContain('You asked for this promotion, and nobody decides on their own request.');
  }

  const context = await browser.newContext({ baseURL: portal, storageState: state });
  const page = await context.newPage();
  await page.goto(`/approvals/${promotion.id}`);
  const decision = section(page, 'Decide');
  await expect(decision).toContainText('You asked for this promotion, and nobody decides on their own request.');
  const approve = decision.getByRole('button', { name: 'Approve…' }).first();
  await expect(approve).toBeDisabled();
  await approve.click({ force: true });
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  await context.close();

  expect((await promotionOf(admin, promotion.id)).approvals).toEqual([]);
  const attempts = expectStatus(await (await people.api('auditor')).get<{ items: { outcome: string; subjectId: string | null }[] }>('/api/v1/audit?action=approvals.decideOnBehalf&outcome=refused'), 200).items;
  expect(attempts.filter(({ subjectId }) => subjectId === promotion.id)).toHaveLength(2);
  await withdrawOpen(lentHat, version.id);
  expectStatus(await reviewer.post(`/api/v1/delegations/${delegationId}/end`, { reason: 'Back' }), 200);
});

test('an engineer without another role is not even asked', async ({ people }) => {
  const engineer = await people.api('engineer');
  const version = await versionOf(engineer, 3);
  await withdrawOpen(engineer, version.id);
  const promotion = await askForPromotion(engineer, version.id, 'Asked for by the engineer');
  const { status, body } = await decide<ProblemBody>(engineer, promotion, 'approve');
  expect(status).toBe(403);
  expect(body.code).toBe('kernel.forbidden');
  await withdrawOpen(engineer, version.id);
});

test('a reviewer who answers for the account that published the model cannot approve it', async ({ browser, people }) => {
  const admin = await people.api('admin');
  const teamId = await teamOf(people);
  const keeper = await newPerson(admin, 'keeper', teamId, ['reviewer']);
  const { id: accountId } = expectStatus(await admin.post<{ id: string }>('/api/v1/service-accounts', { name: fresh('keepers-pipeline'), teamId, role: 'pipeline', responsiblePersonId: keeper.id }), 201);
  const pipeline = apiAs({ token: await issueToken(admin, accountId) });
  const engineer = await people.api('engineer');
  const { digest } = await versionOf(engineer, 1);
  const published = expectStatus(await pipeline.post<{ modelVersionId: string }>(`/api/v1/models/${fresh('keepers-model')}/versions`, { digest, runId: null, description: null }), 201);
  const promotion = await askForPromotion(engineer, published.modelVersionId, 'Published by an account of the reviewer');

  const asKeeper = apiAs({ cookie: cookieOf(await newSession(browser, keeper.email, keeper.password)) });
  const { status, body } = await decide<ProblemBody>(asKeeper, promotion, 'approve');
  expect(status).toBe(403);
  expect(body.code).toBe('approvals.not_entitled');
  expect(body.reasons?.join(' ')).toMatch(/You answered for the service account keepers-pipeline-\w+, which published keepers-model-\w+ 1 on /);
  await withdrawOpen(engineer, published.modelVersionId);
});

test('an approval counts for what was seen, once, and from the portal’s own pages alone', async ({ people }) => {
  const engineer = await people.api('engineer');
  const reviewer = await people.api('reviewer');
  const version = await versionOf(engineer, 3);
  await withdrawOpen(engineer, version.id);
  const promotion = await askForPromotion(engineer, version.id, 'To be approved once');
  const approvals = async () => (await promotionOf(reviewer, promotion.id)).approvals.map(({ person }) => person.name);

  for (const change of [{ artifactDigest: otherDigest }, { snapshotDigest: otherDigest }, { policyDigest: otherDigest }] satisfies Partial<Promotion>[]) {
    const { status, body } = await decide<ProblemBody>(reviewer, promotion, 'approve', change);
    expect(status, JSON.stringify(change)).toBe(409);
    expect(body.code).toBe('approvals.digest_mismatch');
  }
  expect(await approvals()).toEqual([]);

  // The very request that the page sends, sent from elsewhere.
  const page = await people.as('reviewer');
  await page.goto(`/approvals/${promotion.id}`);
  await settled(page);
  await page.getByRole('button', { name: 'Approve…' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByLabel('Comment').fill('Sent from where?');
  const request = await catchAction(page, () => dialog.getByRole('button', { name: 'Approve' }).click());
  for (const origin of ['https://evil.example', null]) {
    const { status, text } = await replay(request, origin);
    expect(status >= 400 || text.includes('kernel.cross_site'), `origin ${String(origin)} was answered with ${String(status)}: ${text.slice(0, 200)}`).toBe(true);
    expect(status, `origin ${String(origin)}`).toBeLessThan(500);
    expect(await approvals()).toEqual([]);
  }
  // From the portal's own origin the same bytes are taken: the refusals above were about the origin and nothing else.
  expect((await replay(request, portal)).status).toBe(200);
  expect(await approvals()).toEqual(['Reviewer']);

  const again = await decide<ProblemBody>(reviewer, promotion, 'approve');
  expect(again.status).toBe(403);
  expect(again.body.reasons).toContain('You have approved it already, and nobody decides twice.');
  await replay(request, portal);
  expect(await approvals()).toEqual(['Reviewer']);
  await withdrawOpen(engineer, version.id);
});

test('what the policy blocks nobody can approve', async ({ people }) => {
  const engineer = await people.api('engineer');
  const version = await versionOf(engineer, 1);
  await withdrawOpen(engineer, version.id);
  const promotion = await askForPromotion(engineer, version.id, 'Blocked by its bias');
  expect(promotion.verdict).toBe('blocked');
  for (const account of ['reviewer', 'security'] as const) {
    const { status, body } = await decide<ProblemBody>(await people.api(account), promotion, 'approve');
    expect(status).toBe(409);
    expect(body.code).toBe('approvals.blocked');
  }
  await withdrawOpen(engineer, version.id);
});
