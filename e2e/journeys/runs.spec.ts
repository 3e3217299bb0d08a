// Runs in depth: the tree, attempts, comparison with its verdict, the history of a metric, and the page of a pipeline.
import { randomBytes, randomUUID } from 'node:crypto';
import { apiAs, expectStatus } from '../support/api.ts';
import { fresh, tokenFor } from '../support/demo.ts';
import { section, settled } from '../support/pages.ts';
import { expect, test } from '../support/test.ts';

type Dataset = { readonly name: string; readonly digest: string };
type Told = { readonly job: string; readonly stage?: string; readonly parent?: string; readonly from: number; readonly to: number; readonly end?: 'COMPLETE' | 'FAIL'; readonly auc?: number; readonly rate?: string; readonly inputs?: readonly Dataset[]; readonly outputs?: readonly Dataset[] };

const bytes = () => randomBytes(32).toString('hex');

/** Reports one pipeline with two executions: in the first `train` fails and is tried again; the second repeats it on the same inputs. */
async function reported(token: string, pipeline: string) {
  const begin = Date.now() - 3_600_000;
  const at = (second: number) => new Date(begin + second * 1000).toISOString();
  const dataset = ({ name, digest }: Dataset) => ({ namespace: pipeline, name, facets: { gatehouse_digest: { algorithm: 'sha256', digest } } });
  const events = (runId: string, { job, stage, parent, from, to, end = 'COMPLETE', auc, rate = '0.1', inputs = [], outputs = [] }: Told) => {
    const facets = {
      ...(parent === undefined ? {} : { parent: { run: { runId: parent }, job: { namespace: pipeline, name: pipeline } } }),
      ...(stage === undefined ? {} : { executionParameters: { parameters: [{ key: 'rate', name: 'rate', value: rate }] }, gatehouse_execution: { command: ['python', 'train.py'], git: { commit: 'c0ffee'.padEnd(40, '0'), branch: 'main', dirty: false, remote: null, author: 'Grace Hopper', reviewedBy: ['Alan Turing'] } } }),
      ...(auc === undefined ? {} : { gatehouse_metrics: { metrics: [{ name: 'auc', slice: null, value: auc, higherIsBetter: true }] }, gatehouse_tolerance: { metrics: [{ name: 'auc', slice: null, absolute: 0.01, relative: null }] } }),
      ...(end === 'FAIL' ? { errorMessage: { message: 'out of memory', programmingLanguage: 'python' } } : {}),
    };
    const event = (eventType: string, second: number) => ({ eventType, eventTime: at(second), producer: 'https://example.test/journeys', schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent', run: { runId, facets }, job: { namespace: pipeline, name: job, facets: stage === undefined ? {} : { gatehouse_stage: { pipeline, stage } } }, inputs: inputs.map(dataset), outputs: outputs.map(dataset) });
    return [event('START', from), event(end, to)];
  };
  const ids = { first: randomUUID(), failed: randomUUID(), retried: randomUUID(), second: randomUUID(), repeated: randomUUID(), changed: randomUUID() };
  const train = { job: `${pipeline}.train`, stage: 'train', inputs: [{ name: 'flights', digest: bytes() }] };
  const model = () => [{ name: 'model', digest: bytes() }];
  const all = [
    events(ids.first, { job: pipeline, from: 0, to: 100 }),
    events(ids.failed, { ...train, parent: ids.first, from: 5, to: 20, end: 'FAIL' }),
    events(ids.retried, { ...train, parent: ids.first, from: 30, to: 90, auc: 0.7, outputs: model() }),
    events(ids.second, { job: pipeline, from: 200, to: 300 }),
    events(ids.repeated, { ...train, parent: ids.second, from: 210, to: 260, auc: 0.705, outputs: model() }),
    events(ids.changed, { ...train, parent: ids.second, from: 270, to: 290, auc: 0.9, rate: '0.5', outputs: model() }),
  ].flat();
  expectStatus(await apiAs({ token }).post('/api/v1/lineage/batch', all), 204);
  return ids;
}

test('a tree of runs shows attempts, folds, is walked by keyboard, and stands as a table too', async ({ people }) => {
  const ids = await reported(await tokenFor(await people.api('admin'), 'pipeline'), fresh('tree'));
  const page = await people.as('engineer');
  await page.goto(`/runs/${ids.first}`);
  await settled(page);
  const tree = page.getByRole('tree', { name: 'Runs over time' });
  const items = tree.getByRole('treeitem');
  await expect(items).toHaveCount(3);
  await expect(items.nth(1)).toHaveAccessibleName(/train, failed, attempt 1 of 2/);
  await expect(items.nth(2)).toHaveAccessibleName(/train, complete, attempt 2 of 2, the one that counts/);

  await items.first().focus();
  await page.keyboard.press('ArrowLeft');
  await expect(items).toHaveCount(1);
  await expect(items.first()).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('ArrowRight');
  await expect(items).toHaveCount(3);
  await page.keyboard.press('End');
  await expect(items.nth(2)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/runs/${ids.retried}$`));
  await settled(page);

  const attempts = section(page, 'Attempts').getByRole('table', { name: 'Attempts' });
  await expect(attempts.getByRole('row').filter({ hasText: 'counts' })).toContainText('2, this run');
  const figure = page.getByRole('figure').filter({ has: page.getByText('Runs over time') });
  await figure.getByRole('radio', { name: 'Show as table' }).click();
  await expect(figure.getByRole('table').getByRole('row')).toHaveCount(4);
});

test('two runs are compared: the verdict first, then what differs, then all of it, and as a file', async ({ people }) => {
  const ids = await reported(await tokenFor(await people.api('admin'), 'pipeline'), fresh('compare'));
  const page = await people.as('engineer');
  await page.goto(`/runs/${ids.repeated}`);
  await settled(page);
  const reproduces = section(page, 'Reproduces').getByRole('row').filter({ hasText: 'within declared tolerance' });
  await reproduces.getByRole('link', { name: 'compare' }).click();
  await expect(page).toHaveURL(new RegExp(`/runs/compare\\?a=${ids.retried}&b=${ids.repeated}`));
  const verdict = section(page, 'Does B reproduce A?');
  await expect(verdict).toContainText('Within declared tolerance');
  await expect(verdict.getByRole('table', { name: 'Declared tolerances' })).toContainText('± 0.01');
  await expect(section(page, 'Outputs')).toContainText('model');
  await expect(section(page, 'Inputs')).toHaveCount(0);
  await page.getByRole('link', { name: 'Show all fields' }).click();
  await expect(page).toHaveURL(/show=all/);
  await expect(section(page, 'Inputs')).toContainText('flights');

  await page.goto(`/runs/compare?a=${ids.retried}&b=${ids.changed}`);
  await expect(verdict).toContainText('Not comparable');
  await expect(verdict).toContainText('parameters › rate');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'CSV' }).click();
  expect((await download).suggestedFilename()).toBe('run-comparison.csv');

  await page.getByRole('link', { name: 'choose another' }).first().click();
  await expect(page.getByRole('heading', { name: /^Choose A, to compare with/ })).toBeVisible();
  await page.getByRole('table', { name: 'Runs to compare with' }).getByRole('link').first().click();
  await expect(page).toHaveURL(new RegExp(`a=[0-9a-f-]{36}&b=${ids.changed}`));
});

test('an address of a comparison that cannot be says what is wrong with it', async ({ people }) => {
  const page = await people.as('engineer');
  await page.goto('/runs/compare?a=bad&b=worse');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Compare two runs');
  await expect(page.getByRole('alert').filter({ hasText: '“bad” is not the id of a run' })).toBeVisible();
  await page.getByRole('link', { name: 'Choose two runs' }).click();
  await expect(page.getByRole('heading', { name: 'Choose A, the run to compare with' })).toBeVisible();
  await page.goto('/runs/no-such-run');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no such page, or you may not see it');
});

test('a pipeline’s page tells rates, durations, definitions and metrics; a point of the chart leads to its run', async ({ people }) => {
  const pipeline = fresh('pipeline');
  const ids = await reported(await tokenFor(await people.api('admin'), 'pipeline'), pipeline);
  const page = await people.as('engineer');
  await page.goto(`/runs/pipelines?q=${pipeline}`);
  await settled(page);
  await page.getByRole('table', { name: 'Pipelines' }).getByRole('link', { name: pipeline }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(pipeline);
  await expect(section(page, 'Executions')).toContainText('2 of 2 complete');
  await expect(section(page, 'Stages').getByRole('row').filter({ hasText: 'train' })).toContainText('3 of 4');
  const definitions = section(page, 'Definitions');
  await expect(definitions).toContainText('Grace Hopper');
  await expect(definitions).toContainText('Alan Turing');
  await expect(section(page, 'Recent failures')).toContainText('out of memory');

  const chart = section(page, 'Metrics').getByRole('figure');
  await chart.getByRole('radio', { name: 'Show as table' }).click();
  await expect(chart.getByRole('table').getByRole('row')).toHaveCount(4);
  await chart.getByRole('radio', { name: 'Show as chart' }).click();
  await chart.getByRole('link', { name: /^all 0\.7 by the run of/ }).click();
  await expect(page).toHaveURL(new RegExp(`/runs/${ids.retried}$`));
});

test('a pipeline that is not there, or not to be seen, says so under a heading', async ({ people }) => {
  const page = await people.as('engineer');
  await page.goto('/runs/pipelines/no-such-pipeline');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no such page, or you may not see it');
});
