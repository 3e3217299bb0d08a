// Reports about endpoints: who said what about which, the newest marked.
'use client';

import { useListQuery } from '#components/data/use-list-query.ts';
import { Verdict } from '#components/evidence/verdict.tsx';
import { EnvironmentBadge, useEnvironmentFacet } from '#components/policy/environments.tsx';
import type { Column } from '#components/table/columns.ts';
import { DataTable } from '#components/table/data-table.tsx';
import type { ListDefinition } from '#components/table/list-state.ts';
import { useList } from '#components/table/use-list.ts';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import { endpointReportPage, type EndpointReportItem } from '#lib/deployments/schema.ts';

const parse = (body: unknown) => {
  const { items, newer, older } = endpointReportPage.parse(body);
  return { rows: items, newer, older };
};

const definition: ListDefinition = {
  id: 'endpoint-reports', sorts: ['reportedAt'], defaultSort: '-reportedAt', search: 'Search by endpoint, rule or model',
  facets: [{ key: 'newest', label: 'Counts', options: [{ value: 'true', label: 'the newest' }, { value: 'false', label: 'earlier ones' }] }, { key: 'environment', label: 'Environment', options: [] }],
};

const guarded = ({ public: exposed, wafRule }: EndpointReportItem) => !exposed || wafRule !== null;

const columns: Column<EndpointReportItem>[] = [
  { id: 'endpoint', header: 'Endpoint', primary: true, width: 220, cell: (row) => <span className={row.newest ? 'font-medium' : 'text-ink-2'}>{row.endpoint}</span> },
  { id: 'environment', header: 'Environment', width: 110, cell: (row) => <EnvironmentBadge name={row.environment} /> },
  { id: 'exposure', header: 'Reached', width: 220, cell: (row) => <Verdict state={row.newest ? (guarded(row) ? 'passed' : 'failed') : 'stale'}>{row.public ? (row.wafRule === null ? 'public without a rule' : 'public, behind a rule') : 'private'}</Verdict> },
  { id: 'wafRule', header: 'Firewall rule', wrap: true, cell: (row) => (row.wafRule === null ? <span className="text-ink-3">none</span> : <code className="text-xs wrap-anywhere">{row.wafRule}</code>) },
  { id: 'model', header: 'Meant for', width: 170, priority: 2, cell: (row) => (row.model === null ? <span className="text-ink-3">what runs there</span> : <TextLink quiet href={`/models/${encodeURIComponent(row.model)}`}>{row.model}</TextLink>) },
  { id: 'reportedAt', header: 'Reported', width: 120, sort: 'reportedAt', cell: (row) => <Time at={row.reportedAt} /> },
  { id: 'reportedBy', header: 'By', width: 160, priority: 3, cell: (row) => row.reportedBy.name },
  { id: 'team', header: 'Team', width: 120, priority: 3, cell: (row) => row.teamName },
];

const rowId = (row: EndpointReportItem) => row.id;

export function EndpointsTable() {
  const list = useList(useEnvironmentFacet(definition));
  const data = useListQuery({ list, endpoint: '/api/v1/endpoint-reports', topic: 'deployments', parse });
  return (
    <DataTable
      {...data}
      label="Reports about endpoints"
      list={list}
      columns={columns}
      rowId={rowId}
      empty={<EmptyState kind="nothing-yet" title="Nobody has reported about an endpoint" description="The deployer’s account says whether an endpoint is public and which firewall rule stands before it. A gate that asks for it reads not evaluated until then." command={'curl -H "Authorization: Bearer $GATEHOUSE_TOKEN" -H "Content-Type: application/json" $GATEHOUSE_URL/api/v1/endpoint-reports -d \'{"environment":"production","endpoint":"NAME","public":true,"wafRule":"RULE","model":"MODEL"}\''} />}
    />
  );
}
