// Incidents, open ones by a filter.
'use client';

import { useListQuery } from '#components/data/use-list-query.ts';
import { Severity } from '#components/evidence/verdict.tsx';
import type { Column } from '#components/table/columns.ts';
import { DataTable } from '#components/table/data-table.tsx';
import type { ListDefinition } from '#components/table/list-state.ts';
import { useList } from '#components/table/use-list.ts';
import { Badge } from '#components/ui/badge.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import { incidentPage, incidentSeverities, incidentStates, type IncidentItem } from '#lib/incidents/schema.ts';

const parse = (body: unknown) => {
  const { items, newer, older } = incidentPage.parse(body);
  return { rows: items, newer, older };
};

const definition: ListDefinition = {
  id: 'incidents', sorts: ['openedAt'], defaultSort: '-openedAt', search: 'Search incidents', time: 'Opened',
  facets: [{ key: 'state', label: 'State', options: incidentStates.map((value) => ({ value })) }, { key: 'severity', label: 'Severity', options: incidentSeverities.map((value) => ({ value })) }],
};

const columns: Column<IncidentItem>[] = [
  { id: 'severity', header: 'Severity', width: 96, cell: (row) => <Severity level={row.severity} /> },
  { id: 'title', header: 'Incident', primary: true, wrap: true, cell: (row) => <TextLink quiet href={`/incidents/${row.id}`}>{row.title}</TextLink> },
  { id: 'state', header: 'State', width: 90, cell: (row) => <Badge tone={row.state === 'open' ? 'fail' : 'neutral'}>{row.state}</Badge> },
  { id: 'about', header: 'About', width: 220, wrap: true, cell: (row) => <span className="wrap-anywhere">{row.subjects.slice(0, 3).map(({ name }) => name).join(', ')}{row.subjects.length > 3 && ` and ${row.subjects.length - 3} more`}</span> },
  { id: 'team', header: 'Team', width: 130, priority: 2, cell: (row) => row.teamName },
  { id: 'openedAt', header: 'Opened', width: 120, sort: 'openedAt', cell: (row) => <Time at={row.openedAt} /> },
  { id: 'openedBy', header: 'By', width: 150, priority: 3, cell: (row) => row.openedBy.name },
  { id: 'closedAt', header: 'Closed', width: 120, priority: 2, cell: (row) => (row.closedAt === null ? '' : <Time at={row.closedAt} />) },
];

const rowId = (row: IncidentItem) => row.id;
const rowHref = (row: IncidentItem) => `/incidents/${row.id}`;

export function IncidentsTable() {
  const list = useList(definition);
  const data = useListQuery({ list, endpoint: '/api/v1/incidents', topic: 'findings', parse });
  return (
    <DataTable
      {...data}
      label="Incidents"
      list={list}
      columns={columns}
      rowId={rowId}
      rowHref={rowHref}
      empty={<EmptyState kind="nothing-yet" title="No incidents" description="Security opens one on versions or models; while it is open, nothing that was made from them is promoted under a policy that asks for none." />}
    />
  );
}
