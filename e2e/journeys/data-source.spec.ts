// A source of data: proposed by one, approved by another, read by a run; once it is withdrawn, having read it is a finding.
import { randomBytes, randomUUID } from 'node:crypto';
import { apiAs, expectStatus } from '../support/api.ts';
import { fresh, tokenFor } from '../support/demo.ts';
import { confirmWith, section, settled } from '../support/pages.ts';
import { expect, test } from '../support/test.ts';

/** Reports two completed runs of a namespace of their own: one brings a dataset in, one reads it to make features. */
async function readBy(token: string, namespace: string): Promise<void> {
  const at = Date.now() - 60_000;
  const dataset = { namespace, name: 'orders', facets: { gatehouse_digest: { algorithm: 'sha256', digest: randomBytes(32).toString('hex') } } };
  const run = (stage: string, second: number, { inputs = [], outputs = [] }: { inputs?: readonly object[]; outputs?: readonly object[] }) => {
    const runId = randomUUID();
    return ['START', 'COMPLETE'].map((eventType, index) => ({
      eventType, eventTime: new Date(at + (second + index) * 1000).toISOString(), producer: 'https://example.test/journeys', schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
      run: { runId }, job: { namespace, name: `${namespace}.${stage}`, facets: { gatehouse_stage: { pipeline: namespace, stage } } }, inputs, outputs,
    }));
  };
  expectStatus(await apiAs({ token }).post('/api/v1/lineage/batch', [...run('ingest', 0, { outputs: [dataset] }), ...run('train', 10, { inputs: [dataset] })]), 204);
}

test('a source is approved by a second person, for what it is used for; withdrawn, whatever read it is a finding', async ({ people }) => {
  test.setTimeout(180_000);
  const namespace = fresh('orders');
  const name = `Orders ${namespace}`;
  const engineer = await people.as('engineer');
  await engineer.goto('/data/sources');
  await settled(engineer);
  await engineer.getByRole('button', { name: 'Propose a source…' }).click();
  const form = engineer.getByRole('dialog', { name: 'Propose a source' });
  await form.getByLabel('Name', { exact: false }).first().fill(name);
  await form.getByLabel('Description').fill('Orders of the shop, one row each.');
  await form.getByLabel('Datasets').fill(`${namespace} orders`);
  await form.getByLabel('Ingestion jobs').fill(`${namespace} ${namespace}.ingest`);
  // A source that may be used for nothing is no source: the form says so beside the uses.
  await form.getByRole('button', { name: 'Propose', exact: true }).click();
  await expect(form).toContainText('allow at least one use');
  await form.getByRole('checkbox', { name: 'training' }).check();
  await form.getByRole('button', { name: 'Propose', exact: true }).click();
  await expect(engineer.getByRole('heading', { level: 1 })).toHaveText(name);
  await expect(engineer).toHaveURL(/\/data\/sources\/[0-9a-f-]{36}$/);
  await expect(engineer.getByRole('main')).toContainText('Not approved');
  await expect(engineer.getByRole('button', { name: 'Approve…' })).toHaveCount(0);
  const { pathname } = new URL(engineer.url());

  const security = await people.as('security');
  await security.goto(pathname);
  await settled(security);
  await security.getByRole('button', { name: 'Approve…' }).click();
  const approval = security.getByRole('dialog', { name: `Approve: ${name}` });
  await approval.getByLabel('Holds for').selectOption('30');
  await approval.getByLabel('What you looked at').fill('The contract with the shop, and a sample of rows.');
  await approval.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect(approval).toBeHidden();
  const header = security.locator('header', { has: security.getByRole('heading', { level: 1 }) });
  await expect(header).toContainText('approved');
  await expect(section(security, 'History')).toContainText('The contract with the shop, and a sample of rows.');

  // Read while it is approved: it is known who read it, and nothing is wrong with it.
  const admin = await people.api('admin');
  await readBy(await tokenFor(admin, 'pipeline'), namespace);
  await expect(section(security, 'Versions')).toContainText('brought it in');
  await expect(section(security, 'Used by')).toContainText('training');
  await expect(section(security, 'Who read it').getByRole('row').filter({ hasText: 'flight-delays-pipeline' }).first()).toBeVisible();
  await expect(security.getByRole('main')).not.toContainText('about what was read from it');

  await security.getByRole('button', { name: 'Withdraw…' }).click();
  await confirmWith(security, `Withdraw ${name}?`, 'Withdraw', 'The contract with the shop has ended.');
  await expect(header).toContainText('withdrawn');
  await expect(security.getByRole('main')).toContainText('The contract with the shop has ended.');
  await expect(security.getByRole('main')).toContainText('1 open finding about what was read from it');
  await security.getByRole('link', { name: 'Findings of the inventory' }).click();
  await settled(security);
  const title = `Data is read from the source “${name}”, which nobody approved`;
  await security.getByRole('link', { name: title }).click();
  await expect(security.getByRole('heading', { level: 1 })).toHaveText(title);
  await expect(security.getByRole('main')).toContainText('Its approval was withdrawn; runs read it all the same.');

  // Proposed anew by whoever may, it waits for a second person again.
  await engineer.reload();
  await settled(engineer);
  await expect(engineer.getByRole('button', { name: 'Propose anew…' })).toBeVisible();
});
