// Every page for every role: opens, has its heading, complains of nothing, and fits a wide window and a telephone's.
import { expectStatus, type Api } from '../support/api.ts';
import { versionOf } from '../support/demo.ts';
import { overflow, settled } from '../support/pages.ts';
import { expect, test, type Visit } from '../support/test.ts';

const wide = { width: 1440, height: 900 };
const narrow = { width: 390, height: 844 };

const everybody = ['Overview', 'Runs', 'Lineage', 'Data', 'Models', 'Approvals', 'Deployments', 'Drift', 'Findings', 'Incidents', 'Policies', 'Settings'];
const withAudit = [...everybody.slice(0, -1), 'Audit', 'Settings'];

/** Opens an address, and returns everything about it that is not as it should be. */
async function inspect({ page, watch }: Visit, address: string): Promise<string[]> {
  await page.setViewportSize(wide);
  await page.goto(address);
  await settled(page);
  const troubles: string[] = [];
  for (const size of [wide, narrow]) {
    await page.setViewportSize(size);
    await settled(page);
    const wider = await overflow(page);
    if (wider > 0) troubles.push(`${address}: ${String(wider)} px wider than ${String(size.width)} px`);
  }
  return [...troubles, ...watch.take()];
}

// Twelve pages or more in each test.
test.describe.configure({ timeout: 180_000 });

for (const { account, pages } of [
  { account: 'engineer', pages: everybody },
  { account: 'reviewer', pages: everybody },
  { account: 'security', pages: withAudit },
  { account: 'auditor', pages: withAudit },
  { account: 'admin', pages: everybody },
] as const) {
  test(`every page of the navigation opens for ${account}`, async ({ people }) => {
    const visit = await people.watched(account);
    await visit.page.goto('/');
    const links = visit.page.getByRole('navigation', { name: 'Portal' }).getByRole('link');
    const shown = await links.evaluateAll((all) => all.map((link) => ({ label: link.querySelector('span')?.textContent ?? '', href: link.getAttribute('href') ?? '' })));
    expect(shown.map(({ label }) => label)).toEqual(pages);
    const troubles: string[] = [];
    for (const { label, href } of shown) {
      troubles.push(...(await inspect(visit, href)));
      await expect(visit.page.getByRole('heading', { level: 1 })).toHaveText(label);
    }
    expect(troubles).toEqual([]);
  });
}

type Items = { readonly items: readonly { readonly id: string }[] };
async function firstOf(api: Api, list: string): Promise<string> {
  const id = expectStatus(await api.get<Items>(`/api/v1/${list}`), 200).items[0]?.id;
  if (id === undefined) throw new Error(`${list} is empty`);
  return id;
}

test('every page of one thing opens, too', async ({ people }) => {
  const api = await people.api('security');
  const { assetVersionId, version } = await versionOf(api, 2);
  const [newer, older] = expectStatus(await api.get<Items>('/api/v1/runs?level=stages&stage=train'), 200).items.map(({ id }) => id);
  const [event] = expectStatus(await api.get<{ items: { number: number }[] }>('/api/v1/audit'), 200).items;
  const addresses = [
    `/runs/${await firstOf(api, 'runs?level=executions')}`, `/runs/${await firstOf(api, 'runs?state=failed')}`, `/runs/${newer ?? ''}`, `/runs/compare?a=${older ?? ''}&b=${newer ?? ''}`, `/runs/compare?b=${newer ?? ''}`, '/runs/pipelines', '/runs/pipelines/flight-delays?metric=auc',
    `/lineage?node=version:${assetVersionId}&direction=upstream`, `/data/${assetVersionId}`,
    '/models/flight-delay', '/models/flight-delay/1', `/models/flight-delay/${String(version)}`, '/models/flight-delay/compare?a=1&b=2',
    `/approvals/${await firstOf(api, 'promotions?state=rejected')}`, '/deployments/history', '/deployments/decisions', '/deployments/endpoints', '/models/flight-delay/2/card', '/data/sources', `/data/sources/${await firstOf(api, 'data-sources')}`, '/data/access',
    '/drift/flight-delay/2', '/findings?state=open', `/findings/${await firstOf(api, 'findings')}`, '/evidence', `/evidence/${await firstOf(api, 'evidence')}`,
    '/policies?environment=staging', `/policies/${await firstOf(api, 'policies')}`, `/audit/${String(event?.number ?? '')}`,
    '/settings/account', '/settings/people', '/settings/service-accounts', '/settings/trust', '/settings/trust-keys', '/settings/environments', '/settings/change-windows', '/policies/edit?environment=production', '/policies/exceptions',
  ];
  const visit = await people.watched('security');
  const troubles: string[] = [];
  for (const address of addresses) troubles.push(...(await inspect(visit, address)));
  expect(troubles).toEqual([]);
});

test('what does not exist says so, with a way back', async ({ people }) => {
  const page = await people.as('engineer');
  for (const address of ['/no-such-page', '/runs/no-such-run', '/findings/00000000-0000-7000-8000-000000000000', '/models/no-such-model', '/approvals/%00']) {
    const answer = await page.goto(address);
    expect(answer?.status(), address).toBeLessThan(500);
    await expect(page.getByText('There is no such page, or you may not see it')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Overview' }).last()).toBeVisible();
  }
});
