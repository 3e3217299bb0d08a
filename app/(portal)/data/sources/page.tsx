// Sources of data: classification, owner, approval and its end.
import type { Metadata } from 'next';
import { SourceForm } from '#components/inventory/source-form.tsx';
import { SourcesTable } from '#components/inventory/sources-table.tsx';
import { DataTabs } from '#components/inventory/tabs.tsx';
import { Problem } from '#components/kernel-problem.tsx';
import { Button } from '#components/ui/button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { currentContext } from '#lib/http.ts';
import { listTeams } from '#lib/identity/index.ts';
import { may } from '#lib/kernel/permissions.ts';
import { propose } from './actions.ts';

export const metadata: Metadata = { title: 'Data sources' };

export default async function SourcesPage() {
  const context = await currentContext();
  const teams = await listTeams.execute(context, {});
  if (!teams.ok) return <Problem error={teams.error} />;
  const own = teams.value.items.filter(({ id }) => may(context.actor, 'source.propose', { kind: 'team', teamId: id })).map(({ id, name }) => ({ id, name }));
  return (
    <>
      <PageHeader
        title="Data" meta="Sources: which data may be used for what, who answers for it, and who approved it until when. Runs that read anything else are findings."
        actions={own.length === 0 ? undefined : <SourceForm source={null} teams={own} owners={[]} submit={propose} trigger={<Button variant="primary">Propose a source…</Button>} />}
      />
      <DataTabs />
      <SourcesTable teams={teams.value.items.map(({ id, name }) => ({ id, name }))} />
    </>
  );
}
