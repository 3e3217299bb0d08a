// Promotion requests as a list: the inbox, and all others by filter.
'use client';

import { VerdictSummary } from '#components/evidence/verdict.tsx';
import type { VerdictState } from '#components/evidence/states.ts';
import { useListQuery } from '#components/data/use-list-query.ts';
import { useEnvironmentFacet } from '#components/policy/environments.tsx';
import type { Column } from '#components/table/columns.ts';
import { DataTable } from '#components/table/data-table.tsx';
import type { ListDefinition } from '#components/table/list-state.ts';
import { useList } from '#components/table/use-list.ts';
import { Badge } from '#components/ui/badge.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import { promotionPage, promotionStates, type PromotionSummary } from '#lib/approvals/schema.ts';
import { PromotionState } from './promotion-state.tsx';
import { needsText } from './words.ts';

const parse = (body: unknown) => {
  const { items, newer, older } = promotionPage.parse(body);
  return { rows: items, newer, older };
};

const definition: ListDefinition = {
  id: 'approvals', sorts: ['requestedAt'], defaultSort: '-requestedAt', search: 'Search by model', time: 'Requested',
  facets: [
    { key: 'needsMe', label: 'Inbox', options: [{ value: 'true', label: 'waits for me' }] },
    { key: 'state', label: 'State', options: promotionStates.map((value) => ({ value })) },
    { key: 'environment', label: 'Into', options: [] },
    { key: 'verdict', label: 'Policy', options: [{ value: 'passed' }, { value: 'blocked' }] },
  ],
};

const statesOf = ({ counts }: PromotionSummary): VerdictState[] => (['failed', 'not_evaluated', 'passed'] as const).flatMap((state) => Array.from({ length: counts[state] }, () => state));

const columns: Column<PromotionSummary>[] = [
  { id: 'model', header: 'Request', primary: true, width: 240, cell: (row) => <TextLink quiet href={`/approvals/${row.id}`}>{row.modelName} {row.version} → {row.environment}</TextLink> },
  { id: 'state', header: 'State', width: 150, cell: (row) => <span className="inline-flex items-center gap-1.5"><PromotionState state={row.state} />{row.inEmergency && <Badge tone="fail">emergency</Badge>}{row.needsMe && <Badge tone="accent">waits for you</Badge>}</span> },
  { id: 'verdict', header: 'Rules', wrap: true, cell: (row) => <span className="inline-flex flex-wrap items-baseline gap-x-3"><VerdictSummary states={statesOf(row)} />{row.verdict === 'blocked' && <span className="font-medium text-fail">blocked</span>}</span> },
  { id: 'needs', header: 'Approvals', width: 200, cell: (row) => <span className="text-ink-2">{needsText(row.needs)}</span> },
  { id: 'requestedBy', header: 'Asked by', width: 150, priority: 2, cell: (row) => row.requestedBy.name },
  { id: 'requestedAt', header: 'Requested', width: 120, sort: 'requestedAt', cell: (row) => <Time at={row.requestedAt} /> },
  { id: 'team', header: 'Team', width: 130, priority: 3, cell: (row) => row.teamName },
];

const rowId = (row: PromotionSummary) => row.id;
const rowHref = (row: PromotionSummary) => `/approvals/${row.id}`;

/** Searchable and live. */
export function PromotionsTable() {
  const list = useList(useEnvironmentFacet(definition));
  const data = useListQuery({ list, endpoint: '/api/v1/promotions', topic: 'approvals', parse });
  return (
    <DataTable
      {...data}
      label="Promotion requests"
      list={list}
      columns={columns}
      rowId={rowId}
      rowHref={rowHref}
      empty={<EmptyState kind="nothing-yet" title="Nobody has asked for a promotion yet" description="An engineer asks on the page of a model version. The evidence of that moment is frozen, and the policy evaluated on it." />}
    />
  );
}
