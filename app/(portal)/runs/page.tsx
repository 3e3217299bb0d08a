// Runs: executions of pipelines and their stages.
import type { Metadata } from 'next';
import { Problem } from '#components/kernel-problem.tsx';
import { RunsTable } from '#components/runs/runs-table.tsx';
import { RunsTabs } from '#components/runs/tabs.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { currentContext } from '#lib/http.ts';
import { listTeams } from '#lib/identity/index.ts';
import { listPipelines } from '#lib/runs/index.ts';

export const metadata: Metadata = { title: 'Runs' };

export default async function RunsPage() {
  const context = await currentContext();
  const names = await listPipelines.execute(context, {});
  if (!names.ok) return <Problem error={names.error} />;
  const teams = await listTeams.execute(context, {});
  return (
    <>
      <PageHeader title="Runs" meta="Executions of pipelines and their stages, as their events report them." />
      <RunsTabs />
      <RunsTable pipelines={names.value.pipelines} stages={names.value.stages} teams={teams.ok ? teams.value.items.map(({ id, name }) => ({ id, name })) : []} />
    </>
  );
}
