// Pipelines: each with its latest executions.
import type { Metadata } from 'next';
import { PipelinesTable } from '#components/runs/pipelines-table.tsx';
import { RunsTabs } from '#components/runs/tabs.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { currentContext } from '#lib/http.ts';
import { listTeams } from '#lib/identity/index.ts';

export const metadata: Metadata = { title: 'Pipelines' };

export default async function PipelinesPage() {
  const teams = await listTeams.execute(await currentContext(), {});
  return (
    <>
      <PageHeader title="Pipelines" meta="Success and durations are of the latest 20 executions of each." />
      <RunsTabs />
      <PipelinesTable teams={teams.ok ? teams.value.items.map(({ id, name }) => ({ id, name })) : []} />
    </>
  );
}
