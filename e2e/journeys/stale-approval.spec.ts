// Approvals hold for what was seen: after a change of one character of the policy or one row of evidence they are stale, and the page says so before the next decision.
import { apiAs, expectStatus } from '../support/api.ts';
import { gatehouse } from '../support/command.ts';
import { activePolicy, askForPromotion, changePolicy, decide, forgedProvenance, promotionOf, publishAnew, tokenFor } from '../support/demo.ts';
import { section, settled } from '../support/pages.ts';
import { expect, test, type People } from '../support/test.ts';

/** A request with the first of its two approvals. */
async function halfApproved(people: People, word: string) {
  const engineer = await people.api('engineer');
  const reviewer = await people.api('reviewer');
  const version = await publishAnew(people, 2, word);
  const request = await askForPromotion(engineer, version.modelVersionId, 'To be approved by two');
  expect(request.verdict, JSON.stringify(request.results.filter(({ verdict }) => verdict !== 'passed'))).toBe('passed');
  expect((await decide(reviewer, request, 'approve')).status).toBe(201);
  return { version, request };
}

async function refusedAsStale(people: People, promotionId: string, reason: RegExp) {
  const page = await people.as('security');
  await page.goto(`/approvals/${promotionId}`);
  await settled(page);
  await expect(page.getByRole('main')).toContainText(/This request is stale|would be found stale/);
  await expect(page.getByRole('main')).toContainText(reason);
  const security = await people.api('security');
  const before = await promotionOf(security, promotionId);
  const late = await decide(security, before, 'approve');
  expect(late.status).toBe(409);
  const after = await promotionOf(security, promotionId);
  expect(after.state).toBe('stale');
  expect(after.approvals.map(({ person }) => person.name)).toEqual(['Reviewer']);
  await page.reload();
  await settled(page);
  await expect(page.locator('header', { has: page.getByRole('heading', { level: 1 }) })).toContainText('stale');
  await expect(section(page, 'Decide').getByRole('button', { name: 'Approve…', disabled: false })).toHaveCount(0);
}

test('one character of the policy makes an approval stale, visibly, before the second is given', async ({ people }) => {
  test.setTimeout(240_000);
  const { version, request } = await halfApproved(people, 'policy-changed');
  const before = await activePolicy(people);
  await changePolicy(people, { ...before, title: `${before.title}.` }, 'One character');
  await refusedAsStale(people, request.id, /polic/i);
  expect((await gatehouse(['may-deploy', '--digest', version.digest, '--environment', 'production'], await tokenFor(await people.api('admin'), 'deployer'))).output).not.toContain(request.id);
  await changePolicy(people, before, 'As it was');
});

test('one row of evidence more makes an approval stale, visibly, before the second is given', async ({ people }) => {
  test.setTimeout(240_000);
  const { version, request } = await halfApproved(people, 'evidence-changed');
  const pipeline = apiAs({ token: await tokenFor(await people.api('admin'), 'pipeline') });
  expectStatus(await pipeline.post('/api/v1/attestations', await forgedProvenance(people, version.digest), { 'Content-Type': 'application/vnd.dsse.envelope.v1+json' }), 201);
  await refusedAsStale(people, request.id, /evidence|finding/i);
});
