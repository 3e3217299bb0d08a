// All data by name: datasets, features, models and whatever else runs consumed or produced.
import type { Metadata } from 'next';
import { DataTabs } from '#components/inventory/tabs.tsx';
import { Problem } from '#components/kernel-problem.tsx';
import { AssetsTable } from '#components/lineage/assets-table.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { currentContext } from '#lib/http.ts';
import { listTeams } from '#lib/identity/index.ts';

export const metadata: Metadata = { title: 'Data' };

export default async function DataPage() {
  const teams = await listTeams.execute(await currentContext(), {});
  if (!teams.ok) return <Problem error={teams.error} />;
  return (
    <>
      <PageHeader title="Data" meta="Whatever runs consumed or produced, by name. A version is its digest: the same bytes are one version under every name." />
      <DataTabs />
      <AssetsTable teams={teams.value.items} />
    </>
  );
}
