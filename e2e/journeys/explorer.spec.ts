// The lineage explorer: both ways apart, views, filters, keys, groups, look-alikes folded and unfolded, a path, a moment before anything was known, and files to save.
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { apiAs, expectStatus } from '../support/api.ts';
import { fresh, tokenFor, versionOf } from '../support/demo.ts';
import { overflow, settled } from '../support/pages.ts';
import { expect, test } from '../support/test.ts';

const nodes = (page: Page) => page.locator('.react-flow__node');
const node = (page: Page, name: RegExp) => page.locator('.react-flow__node').getByRole('button', { name }).first();

async function drawn(page: Page): Promise<number> {
  await settled(page);
  await expect(nodes(page).first()).toBeVisible();
  return nodes(page).count();
}

/** How many nodes the graph holds, folded ones too. */
const held = async (page: Page) => Number(/^\d+/.exec(await page.getByText(/^\d+ nodes?, \d+ edges?/).innerText())?.[0]);

test('lineage is followed each way as far as asked, in runs, in data, and folded into pipelines', async ({ people }) => {
  const { assetVersionId } = await versionOf(await people.api('engineer'), 2);
  const page = await people.as('engineer');
  await page.goto(`/lineage?node=version:${assetVersionId}&up=1&down=0`);
  const few = await drawn(page);
  await page.getByRole('navigation', { name: 'Steps upstream' }).getByRole('link', { name: '6', exact: true }).click();
  await expect(page).toHaveURL(/[?&]up=6&down=0/);
  await expect.poll(() => nodes(page).count()).toBeGreaterThan(few);
  const all = await drawn(page);

  await page.getByRole('navigation', { name: 'Draw' }).getByRole('link', { name: 'Data', exact: true }).click();
  await expect(page).toHaveURL(/shape=versions/);
  await expect(page.locator('.react-flow__node').getByRole('button', { name: /^run, / })).toHaveCount(0);
  expect(await drawn(page)).toBeGreaterThan(1);

  await page.getByRole('navigation', { name: 'Draw' }).getByRole('link', { name: 'Runs and data' }).click();
  await page.getByRole('navigation', { name: 'Group by' }).getByRole('link', { name: 'pipeline' }).click();
  const group = node(page, /^pipeline, /);
  await expect(group).toBeVisible();
  expect(await drawn(page)).toBeLessThan(all);
  await group.focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/[?&]open=[0-9a-f]{12}/);
  await expect.poll(() => nodes(page).count()).toBeGreaterThan(1);
  expect(await overflow(page)).toBe(0);
});

test('the graph is walked by keys, filtered, and the address holds it all', async ({ people }) => {
  const { assetVersionId } = await versionOf(await people.api('engineer'), 2);
  const page = await people.as('engineer');
  await page.goto(`/lineage?node=version:${assetVersionId}&up=4&down=0`);
  await drawn(page);
  const all = await held(page);
  const model = page.locator(`[id="node-version:${assetVersionId}"]`);
  await model.focus();
  await page.keyboard.press('ArrowLeft');
  const run = page.locator('[id^="node-run:"]:focus');
  await expect(run).toHaveAccessibleName(/^run, /);
  await expect(page).toHaveURL(/selected=run/);
  await page.keyboard.press('ArrowRight');
  await expect(model).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/selected=/);

  await page.getByRole('combobox', { name: 'Kind' }).selectOption('run');
  await expect(page).toHaveURL(/kind=run/);
  await expect(page.getByRole('status').filter({ hasText: / found$/ })).toBeVisible();
  await expect(page.locator('[data-dimmed]').first()).toBeAttached();
  await page.reload();
  await drawn(page);
  await expect(page.getByRole('combobox', { name: 'Kind' })).toHaveValue('run');
  await page.getByRole('radio', { name: 'Table', exact: true }).click();
  const rows = page.getByRole('region', { name: /, as a table$/ }).getByRole('row').filter({ has: page.getByRole('cell') });
  const runs = await rows.count();
  expect(runs).toBeGreaterThan(0);
  expect(runs).toBeLessThan(all);
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(rows).toHaveCount(all);
});

/** Reports data that many runs of one job read, and one of another that failed. */
async function hubReadBy(token: string, namespace: string, readers: number): Promise<string> {
  const digest = randomBytes(32).toString('hex');
  const table = { namespace, name: 'calendar', facets: { gatehouse_digest: { algorithm: 'sha256', digest } } };
  const run = (job: string, index: number, eventType = 'COMPLETE') => ({
    eventType, eventTime: new Date(Date.now() - 3_600_000 + index * 1000).toISOString(), producer: 'https://example.test/journeys', schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: { runId: randomUUID() }, job: { namespace, name: job }, inputs: [table], outputs: [],
  });
  expectStatus(await apiAs({ token }).post('/api/v1/lineage/batch', [...Array.from({ length: readers }, (_, index) => run('score', index)), run('audit', readers, 'FAIL')]), 204);
  return digest;
}

test('runs that look alike are one node that says how many, unfolded by keys and by links, and never missing from the table', async ({ people }) => {
  test.setTimeout(120_000);
  const digest = await hubReadBy(await tokenFor(await people.api('admin'), 'pipeline'), fresh('hub'), 40);
  const page = await people.as('engineer');
  await page.goto(`/lineage?node=sha256:${digest}&up=0&down=1`);
  expect(await drawn(page)).toBe(3);
  const fold = node(page, /^folded, 40 runs of score, /);
  await expect(fold).toHaveAttribute('aria-expanded', 'false');
  await expect(page.getByText('42 nodes, 41 edges · 40 folded into 1')).toBeVisible();
  // What failed stands by itself.
  await expect(node(page, /^run, audit, .*failed/)).toBeVisible();

  await page.locator('[id^="node-version:"]').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  if (!(await fold.evaluate((element) => element === document.activeElement))) await page.keyboard.press('ArrowUp');
  await expect(fold).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/[?&]unfold=[0-9a-f]{12}/);
  const head = page.getByRole('button', { name: '40 runs of score, unfolded: fold' });
  await expect(head).toBeFocused();
  await expect(page.locator('.react-flow__node-lineage')).toHaveCount(42);
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('[id^="node-run:"]:focus')).toHaveAccessibleName(/^run, score, /);
  const unfolded = page.url();

  // The same in a fresh tab; back folds.
  const other = await page.context().newPage();
  await other.goto(unfolded);
  await expect(other.locator('.react-flow__node-lineage')).toHaveCount(42);
  await other.close();
  await head.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.react-flow__node-lineage')).toHaveCount(3);
  await expect(page).not.toHaveURL(/unfold=/);
  await page.goBack();
  await expect(page.locator('.react-flow__node-lineage')).toHaveCount(42);
  await page.goBack();
  await expect(page.locator('.react-flow__node-lineage')).toHaveCount(3);

  // One that is selected is drawn itself, and the fold counts the others.
  await page.locator('.react-flow__node').getByRole('button', { name: /^folded, 40 runs/ }).click();
  const panel = page.getByRole('region', { name: 'Selected: 40 runs of score' });
  await panel.getByRole('list').first().getByRole('button').first().click();
  await expect(node(page, /^folded, 39 runs of score, /)).toBeVisible();
  await expect(page).toHaveURL(/selected=run/);

  await page.getByRole('radio', { name: 'Table', exact: true }).click();
  const rows = page.getByRole('region', { name: /, as a table$/ }).getByRole('row').filter({ has: page.getByRole('cell') });
  await expect(rows).toHaveCount(42);
  await expect(rows.filter({ hasText: 'in the picture one of 39 runs of score' })).toHaveCount(39);
  expect(await overflow(page)).toBe(0);
});

test('the path between two is drawn alone, and one that is not there is said', async ({ people }) => {
  const api = await people.api('engineer');
  const { assetVersionId } = await versionOf(api, 2);
  const page = await people.as('engineer');
  await page.goto(`/lineage?node=version:${assetVersionId}&up=6&down=0`);
  const all = await drawn(page);
  await node(page, /^dataset, /).click();
  await page.getByRole('link', { name: 'Path to it' }).click();
  await expect(page).toHaveURL(/[?&]to=version/);
  await expect(page.getByText(/^The shortest path to /)).toBeVisible();
  expect(await drawn(page)).toBeLessThanOrEqual(all);
  await page.goto(`/lineage?node=version:${assetVersionId}&to=sha256:${'0'.repeat(64)}`);
  await expect(page.getByText('The other end of the path is not there')).toBeVisible();
});

test('before anything was known there is nothing, and the page says so', async ({ people }) => {
  const { assetVersionId } = await versionOf(await people.api('engineer'), 2);
  const page = await people.as('engineer');
  await page.goto(`/lineage?node=version:${assetVersionId}&asOf=2001-01-01T00:00:00Z`);
  await expect(page.getByText(/as it was known 2001-01-01 00:00:00 UTC/)).toBeVisible();
  await page.getByRole('link', { name: 'As it is known now' }).click();
  expect(await drawn(page)).toBeGreaterThan(1);
});

test('the graph is saved as CSV, JSON, DOT, SVG and PNG', async ({ people }) => {
  const { assetVersionId } = await versionOf(await people.api('engineer'), 2);
  const page = await people.as('engineer');
  await page.goto(`/lineage?node=version:${assetVersionId}&up=2&down=1`);
  await drawn(page);
  const count = await held(page);
  const save = async (item: RegExp) => {
    await page.getByRole('button', { name: 'Export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: item }).click();
    const file = await download;
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
  };
  const csv = await save(/^CSV, the nodes/);
  expect(csv.bytes.toString().trim().split('\r\n')).toHaveLength(count + 1);
  const json = await save(/^JSON/);
  expect((JSON.parse(json.bytes.toString()) as { nodes: unknown[] }).nodes).toHaveLength(count);
  expect((await save(/^DOT/)).bytes.toString()).toMatch(/^digraph lineage \{/);
  const picture = (await save(/^SVG, the picture/)).bytes.toString();
  expect(picture).toMatch(/^<svg /);
  const whole = (await save(/^SVG, every node unfolded/)).bytes.toString();
  expect(whole).toMatch(/^<svg /);
  expect(whole.length).toBeGreaterThan(picture.length);
  const png = await save(/^PNG/);
  expect([png.name, [...png.bytes.subarray(0, 4)]]).toEqual(['lineage.png', [0x89, 0x50, 0x4e, 0x47]]);
});
