// An exception from one rule: asked for beside the rule, confirmed by a second person, shown wherever it applies, and taken back.
import type { Page } from '@playwright/test';
import { askForPromotion, exceptedByTwo, promotionOf, publishAnew, withdrawOpen, type Promotion } from '../support/demo.ts';
import { confirmWith, section, settled } from '../support/pages.ts';
import { expect, test } from '../support/test.ts';

const why = 'The slice with the low ratio holds eleven flights; it is measured again next week.';

/** The lines of the rules' table that speak of this rule. */
const ruleOf = (page: Page, title: string) => section(page, 'Rules').getByRole('listitem').filter({ hasText: title }).first();

/** The rules that stand in the way of a request. */
const blockedBy = ({ results }: Promotion) => results.filter(({ level, verdict }) => level === 'block' && verdict !== 'passed');

test('an exception lets one rule stand for one version: its verdict stays failed, and taking it back blocks again', async ({ people }) => {
  test.setTimeout(240_000);
  const engineerApi = await people.api('engineer');
  const version = await publishAnew(people, 1, 'excepted');
  const title = `${version.modelName} 1 → production`;
  const first = await askForPromotion(engineerApi, version.modelVersionId, 'Blocked by what its evaluation shows');
  expect(blockedBy(first).length).toBeGreaterThan(0);
  // All but one of the rules are excepted already: what is left is this one.
  for (const { ruleId } of blockedBy(first).slice(1)) await exceptedByTwo(people, version.modelVersionId, ruleId);
  await withdrawOpen(engineerApi, version.modelVersionId);
  const blocked = await askForPromotion(engineerApi, version.modelVersionId, 'Blocked by one rule');
  const failing = blocked.results.filter(({ ruleId }) => ruleId === blockedBy(first)[0]?.ruleId);
  expect(blocked.verdict).toBe('blocked');
  const rule = failing[0]?.title ?? '';

  const engineer = await people.as('engineer');
  await engineer.goto(`/approvals/${blocked.id}`);
  await settled(engineer);
  await expect(engineer.getByRole('main')).toContainText('the policy blocks it');
  await ruleOf(engineer, rule).getByRole('button', { name: 'Ask for an exception…' }).click();
  const form = engineer.getByRole('dialog', { name: `Ask for an exception: ${rule}` });
  await form.getByLabel('Holds for').selectOption('7');
  await form.getByLabel('Why it is right to go on').fill(why);
  await form.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(form).toContainText(/Recorded as audit event \d+/);
  await form.getByRole('button', { name: 'Open the exceptions' }).click();
  await expect(engineer.getByRole('heading', { level: 1 })).toHaveText('Exceptions');
  // Whoever asked sees it, and has no button to confirm it.
  const own = engineer.getByRole('listitem').filter({ hasText: version.modelName }).filter({ hasText: why });
  await expect(own).toContainText('proposed');
  await expect(own.getByRole('button', { name: 'Confirm…' })).toHaveCount(0);

  // Proposed is not in force: a new request is blocked as before.
  const still = await askForPromotion(engineerApi, version.modelVersionId, 'Before anybody confirmed').catch((error: unknown) => String(error));
  expect(typeof still === 'string' ? still : still.verdict).toMatch(/blocked|409/);

  const security = await people.as('security');
  await security.goto('/policies/exceptions?state=proposed');
  await settled(security);
  const row = security.getByRole('listitem').filter({ hasText: version.modelName }).filter({ hasText: why });
  await expect(row).toContainText(why);
  await row.getByRole('button', { name: 'Confirm…' }).click();
  await confirmWith(security, 'Put this exception in force?', 'Confirm', 'Looked at the slice: eleven rows.');

  // The request that was frozen without it is stale, and says so.
  await engineer.goto(`/approvals/${blocked.id}`);
  await settled(engineer);
  await expect(engineer.getByRole('main')).toContainText(/This request is stale|would be found stale/);

  await withdrawOpen(engineerApi, version.modelVersionId);
  const anew = await askForPromotion(engineerApi, version.modelVersionId, 'With the exception in force');
  expect(anew.verdict).toBe('passed');
  await security.goto(`/approvals/${anew.id}`);
  await settled(security);
  await expect(security.getByRole('heading', { level: 1 })).toHaveText(title);
  await expect(security.getByRole('main')).toContainText(/with (one exception|\d+ exceptions)/);
  await expect(ruleOf(security, rule)).toContainText(/excepted/);
  await expect(ruleOf(security, rule)).toContainText(/Failed, excepted until .* by ML engineer and Security analyst because: /s);
  expect(anew.results.find(({ ruleId }) => ruleId === failing[0]?.ruleId)?.verdict).toBe('failed');

  // Taken back, it blocks from this moment: the open request is stale before anybody decides.
  await security.goto('/policies/exceptions?state=active');
  await settled(security);
  await security.getByRole('listitem').filter({ hasText: version.modelName }).filter({ hasText: why }).getByRole('button', { name: 'Revoke…' }).click();
  await confirmWith(security, 'Revoke this exception?', 'Revoke', 'The slice was measured: it is real.');
  const reviewer = await people.as('reviewer');
  await reviewer.goto(`/approvals/${anew.id}`);
  await settled(reviewer);
  await expect(reviewer.getByRole('main')).toContainText(/This request is stale|would be found stale/);
  await expect(reviewer.getByRole('button', { name: 'Approve…', disabled: false })).toHaveCount(0);
  expect((await promotionOf(engineerApi, anew.id)).approvals).toEqual([]);
});
