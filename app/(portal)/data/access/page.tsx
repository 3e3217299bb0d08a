// Who read sources of data: by identity, source and time.
import type { Metadata } from 'next';
import { AccessTable } from '#components/inventory/access-table.tsx';
import { DataTabs } from '#components/inventory/tabs.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { currentContext } from '#lib/http.ts';
import { listDataAccess } from '#lib/inventory/index.ts';

export const metadata: Metadata = { title: 'Access to data' };

const one = (value: string | string[] | undefined): string | null => (typeof value === 'string' && value !== '' ? value : null);

export default async function AccessPage({ searchParams }: { readonly searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { account, person } = await searchParams;
  const context = await currentContext();
  const byAccount = one(account) === null ? null : await listDataAccess.execute(context, { account: one(account) ?? '', limit: 1 });
  const byPerson = one(person) === null ? null : await listDataAccess.execute(context, { person: one(person) ?? '', limit: 1 });
  const asked = { account: (byAccount?.ok && byAccount.value.items[0]?.serviceAccount) || null, person: (byPerson?.ok && byPerson.value.items[0]?.responsible) || null };
  return (
    <>
      <PageHeader title="Data" meta="Which identity read which version of a source: the service account of the run, who answered for it then, and whom the run itself names. Of your teams’ runs, and of your teams’ sources whoever read them." />
      <DataTabs />
      <AccessTable asked={asked} />
    </>
  );
}
