// The emergency path: past the approvals, by few, louder than the normal one, and reviewed afterwards by somebody else.
import { gatehouse } from '../support/command.ts';
import { askForPromotion, publishAnew, tokenFor } from '../support/demo.ts';
import { confirmWith, section, settled } from '../support/pages.ts';
import { expect, test } from '../support/test.ts';

test('an emergency lets blocked bytes through for a day, everybody sees it, and a review that finds it unjustified ends it', async ({ people }) => {
  test.setTimeout(240_000);
  const admin = await people.api('admin');
  const version = await publishAnew(people, 1, 'emergency');
  const title = `${version.modelName} 1 → production`;
  const request = await askForPromotion(await people.api('engineer'), version.modelVersionId, 'The version that runs answers nothing');
  expect(request.verdict).toBe('blocked');
  const deployer = await tokenFor(admin, 'deployer');
  const mayDeploy = async () => (await gatehouse(['may-deploy', '--digest', version.digest, '--environment', 'production'], deployer)).code;
  expect(await mayDeploy()).toBe(3);

  // Neither who asked nor a reviewer is offered the way past the gates.
  for (const account of ['engineer', 'reviewer'] as const) {
    const page = await people.as(account);
    await page.goto(`/approvals/${request.id}`);
    await settled(page);
    await expect(page.getByRole('button', { name: 'Declare an emergency…' })).toHaveCount(0);
  }

  const lead = await people.as('security-lead');
  await lead.goto(`/approvals/${request.id}`);
  await settled(lead);
  await lead.getByRole('button', { name: 'Declare an emergency…' }).click();
  const dialog = lead.getByRole('alertdialog', { name: `Let ${title} through without its approvals?` });
  await dialog.getByLabel('Comment').fill('The serving version crashes on every flight of today.');
  // A comment alone is not enough: the word has to be typed.
  await expect(dialog.getByRole('button', { name: 'Declare the emergency' })).toBeDisabled();
  await dialog.getByLabel('Type emergency to confirm').fill('emergency');
  await dialog.getByRole('button', { name: 'Declare the emergency' }).click();
  await expect(dialog).toContainText(/Audit event \d+/);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(lead.getByRole('main')).toContainText('Let through in an emergency, without its approvals, by Security lead');
  expect(await mayDeploy()).toBe(0);

  // Who declared it does not review it.
  await expect(lead.getByRole('button', { name: /^It was justified/ })).toHaveCount(0);

  // It is said on the first page and on the model's own, to everybody of the team.
  const engineer = await people.as('engineer');
  for (const path of ['/', `/models/${version.modelName}`]) {
    await engineer.goto(path);
    await settled(engineer);
    await expect(engineer.getByRole('main')).toContainText('in an emergency');
    await expect(engineer.getByRole('link', { name: title }).first()).toBeVisible();
  }

  const security = await people.as('security');
  await security.goto(`/approvals/${request.id}`);
  await settled(security);
  await security.getByRole('button', { name: 'It was not justified…' }).click();
  await confirmWith(security, 'This emergency was not justified?', 'Not justified', 'The crash was a network fault; nothing called for other weights.');
  await expect(security.getByRole('main')).toContainText(/not justified/);
  expect(await mayDeploy()).toBe(3);

  const { items } = (await (await people.api('security')).get<{ items: { title: string }[] }>('/api/v1/findings?q=emergency')).body;
  expect(items.map(({ title: found }) => found).join('\n')).toMatch(/emergency/i);
  await engineer.goto('/');
  await settled(engineer);
  await expect(engineer.getByRole('main')).not.toContainText('went past the normal approvals');
  await expect(section(security, 'History')).toContainText('declared an emergency');
});
