// Incidents: what security found to be wrong, open and closed.
import type { Metadata } from 'next';
import { OpenIncident } from '#components/incidents/incident-forms.tsx';
import { IncidentsTable } from '#components/incidents/incidents-table.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { currentContext } from '#lib/http.ts';
import { listTeams } from '#lib/identity/index.ts';
import { teamsWith } from '#lib/kernel/permissions.ts';
import { open } from './actions.ts';

export const metadata: Metadata = { title: 'Incidents' };

export default async function IncidentsPage({ searchParams }: { readonly searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const context = await currentContext();
  const managed = teamsWith(context.actor, 'incident.manage');
  const teams = await listTeams.execute(context, {});
  const mine = teams.ok ? teams.value.items.filter(({ id }) => managed === 'all' || managed.includes(id)).map(({ id, name }) => ({ id, name })) : [];
  const { about } = await searchParams;
  return (
    <>
      <PageHeader
        title="Incidents"
        meta="While one is open it stands against every version that it is about, or that was made from it."
        actions={mine.length > 0 ? <OpenIncident teams={mine} open={open} about={typeof about === 'string' ? about : ''} /> : undefined}
      />
      <IncidentsTable />
    </>
  );
}
