// Every answer to 'may this digest run here?', with its reasons.
'use client';

import { Verdict } from '#components/evidence/verdict.tsx';
import { useListQuery } from '#components/data/use-list-query.ts';
import { EnvironmentBadge, useEnvironmentFacet } from '#components/policy/environments.tsx';
import { versionHref } from '#components/registry/href.ts';
import type { Column } from '#components/table/columns.ts';
import { DataTable } from '#components/table/data-table.tsx';
import type { ListDefinition } from '#components/table/list-state.ts';
import { useList } from '#components/table/use-list.ts';
import { Digest } from '#components/ui/digest.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import { deployDecisionPage, type DeployDecisionItem } from '#lib/deployments/schema.ts';

const parse = (body: unknown) => {
  const { items, newer, older } = deployDecisionPage.parse(body);
  return { rows: items, newer, older };
};

const definition: ListDefinition = {
  id: 'deploy-decisions', sorts: ['at'], defaultSort: '-at',
  facets: [
    { key: 'allowed', label: 'Answer', options: [{ value: 'true', label: 'yes' }, { value: 'false', label: 'no' }] },
    { key: 'environment', label: 'Environment', options: [] },
    { key: 'digest', label: 'Digest', options: [], open: true },
  ],
};

const columns: Column<DeployDecisionItem>[] = [
  { id: 'number', header: 'No.', width: 80, primary: true, cell: (row) => row.number },
  { id: 'at', header: 'When', width: 120, sort: 'at', cell: (row) => <Time at={row.at} /> },
  { id: 'allowed', header: 'Answer', width: 90, cell: (row) => <Verdict state={row.allowed ? 'passed' : 'failed'}>{row.allowed ? 'yes' : 'no'}</Verdict> },
  { id: 'environment', header: 'Environment', width: 110, cell: (row) => <EnvironmentBadge name={row.environment} /> },
  { id: 'model', header: 'What', width: 230, cell: (row) => <span className="inline-flex flex-wrap items-baseline gap-x-2">{row.model && <TextLink quiet href={versionHref(row.model.name, row.model.version)}>{row.model.name} {row.model.version}</TextLink>}<Digest value={row.digest} /></span> },
  { id: 'reasons', header: 'Reasons', wrap: true, cell: (row) => <ul className="wrap-anywhere">{row.reasons.map(({ code, message }, index) => <li key={`${code} ${index}`} title={code}>{message}</li>)}</ul> },
  { id: 'repeated', header: 'Given again', width: 130, priority: 2, cell: (row) => (row.repeated === 0 ? '' : <span>{row.repeated.toLocaleString('en-GB')}×, last <Time at={row.lastGivenAt} /></span>) },
  { id: 'actor', header: 'Asked by', width: 170, priority: 2, cell: (row) => row.actorName },
  { id: 'promotion', header: 'Request', width: 90, priority: 3, cell: (row) => (row.promotionId === null ? '' : <TextLink quiet href={`/approvals/${row.promotionId}`}>request</TextLink>) },
];

const rowId = (row: DeployDecisionItem) => row.id;

export function DecisionsTable() {
  const list = useList(useEnvironmentFacet(definition));
  const data = useListQuery({ list, endpoint: '/api/v1/decisions', topic: 'deployments', parse });
  return (
    <DataTable
      {...data}
      label="Answers to deployers"
      list={list}
      columns={columns}
      rowId={rowId}
      empty={<EmptyState kind="nothing-yet" title="Nobody has asked yet" description="Every answer is kept, yes or no, with its reasons." command="gatehouse may-deploy --digest DIGEST --environment production" />}
    />
  );
}
