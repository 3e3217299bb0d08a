// What a policy would have decided, tried in the editor before anybody proposes it.
import { promotionOf } from '../support/demo.ts';
import { section, settled } from '../support/pages.ts';
import { expect, test } from '../support/test.ts';

test('a stricter rule in the editor names the past decisions it would change, and changes nothing', async ({ people }) => {
  test.setTimeout(240_000);
  const api = await people.api('security');
  const { items } = (await api.get<{ items: { id: string; environment: string; verdict: string; modelName: string; version: number }[] }>('/api/v1/promotions?environment=production&limit=100')).body;
  const passed = items.find(({ verdict }) => verdict === 'passed');
  expect(passed, 'the demo has a request that passed').toBeDefined();

  const page = await people.as('security');
  await page.goto('/policies/edit?environment=production');
  await settled(page);
  const dryRun = section(page, 'Dry run');
  await dryRun.getByRole('button', { name: 'Dry run on the last 500 requests' }).click();
  await expect(dryRun.getByRole('status')).toContainText(/\d+ requests?: \d+ passed and \d+ w(as|ere) blocked then/);
  await expect(dryRun.getByRole('status')).toContainText('No decision changes.');

  await page.getByRole('button', { name: 'Add a rule' }).click();
  const added = section(page, 'Rules').getByRole('listitem').last();
  const title = 'What must be so';
  await added.locator('summary').click();
  await added.getByLabel('Level').selectOption('block');
  const expression = added.getByRole('textbox', { name: 'Passes when' });
  // What is wrong is said at its place, and completion offers the members of the document.
  await expression.fill('artifact.diges == ""');
  await expect(added).toContainText(/diges/);
  await expression.fill('artifact.quarantined');
  await expect(section(page, 'Playground')).toContainText('it would be blocked');
  await expect(section(page, 'Playground')).toContainText(title);

  await dryRun.getByRole('button', { name: 'Dry run on the last 500 requests' }).click();
  const changes = dryRun.getByRole('table', { name: 'Decisions that change' });
  const row = changes.getByRole('row').filter({ has: page.locator(`a[href="/approvals/${passed?.id ?? ''}"]`) });
  await expect(row).toContainText(/passed.*blocked/s);
  await expect(row).toContainText(/new-rule-\d+/);

  const active = (await api.get<{ items: { state: string; environment: string; ruleCount: number }[] }>('/api/v1/policies?environment=production')).body.items;
  expect(active.filter(({ state }) => state === 'proposed')).toEqual([]);
  expect((await promotionOf(api, passed?.id ?? '')).verdict).toBe('passed');
});
