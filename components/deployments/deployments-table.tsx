// Deployments over time: what ran where, from when until when.
'use client';

import { useListQuery } from '#components/data/use-list-query.ts';
import { EnvironmentBadge, useEnvironmentFacet } from '#components/policy/environments.tsx';
import { versionHref } from '#components/registry/href.ts';
import type { Column } from '#components/table/columns.ts';
import { DataTable } from '#components/table/data-table.tsx';
import type { ListDefinition } from '#components/table/list-state.ts';
import { useList } from '#components/table/use-list.ts';
import { Badge } from '#components/ui/badge.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Duration, Time } from '#components/ui/time.tsx';
import { deploymentPage, type DeploymentItem } from '#lib/deployments/schema.ts';

const parse = (body: unknown) => {
  const { items, newer, older } = deploymentPage.parse(body);
  return { rows: items, newer, older };
};

const definition: ListDefinition = {
  id: 'deployments', sorts: ['deployedAt'], defaultSort: '-deployedAt', search: 'Search by model, endpoint or digest', time: 'Deployed',
  facets: [
    { key: 'environment', label: 'Environment', options: [] },
    { key: 'current', label: 'Now', options: [{ value: 'true', label: 'still runs' }] },
    { key: 'day', label: 'Ran on', options: [], open: true },
  ],
};

const columns: Column<DeploymentItem>[] = [
  { id: 'endpoint', header: 'Endpoint', primary: true, width: 190, cell: (row) => row.endpoint },
  { id: 'environment', header: 'Environment', width: 110, cell: (row) => <EnvironmentBadge name={row.environment} /> },
  { id: 'model', header: 'Model', cell: (row) => <TextLink quiet href={versionHref(row.modelName, row.version)}>{row.modelName} {row.version}</TextLink> },
  { id: 'digest', header: 'Artifact', width: 150, priority: 2, cell: (row) => <Digest value={row.digest} /> },
  { id: 'deployedAt', header: 'From', width: 120, sort: 'deployedAt', cell: (row) => <Time at={row.deployedAt} /> },
  { id: 'endedAt', header: 'Until', width: 120, cell: (row) => (row.endedAt === null ? <Badge tone="pass">running</Badge> : <Time at={row.endedAt} />) },
  { id: 'duration', header: 'For', width: 90, priority: 3, cell: (row) => <Duration from={row.deployedAt} to={row.endedAt} /> },
  { id: 'deployedBy', header: 'By', width: 170, priority: 3, cell: (row) => row.deployedBy.name },
  { id: 'promotion', header: 'Request', width: 90, priority: 2, cell: (row) => (row.promotionId === null ? <span className="text-ink-3">none</span> : <TextLink quiet href={`/approvals/${row.promotionId}`}>request</TextLink>) },
];

const rowId = (row: DeploymentItem) => row.id;

export function DeploymentsTable() {
  const list = useList(useEnvironmentFacet(definition));
  const data = useListQuery({ list, endpoint: '/api/v1/deployments', topic: 'deployments', parse });
  return (
    <DataTable
      {...data}
      label="Deployments"
      list={list}
      columns={columns}
      rowId={rowId}
      empty={<EmptyState kind="nothing-yet" title="Nothing was deployed yet" description="A deployer asks first, and records what it did." command="gatehouse may-deploy --digest DIGEST --environment production && gatehouse deploy --digest DIGEST --environment production --endpoint NAME" />}
    />
  );
}
