// Sources of data: what is approved for what until when, and whose it is.
'use client';

import { useMemo } from 'react';
import { useListQuery } from '#components/data/use-list-query.ts';
import type { Column } from '#components/table/columns.ts';
import { DataTable } from '#components/table/data-table.tsx';
import { apiQuery, type ListDefinition } from '#components/table/list-state.ts';
import { useList } from '#components/table/use-list.ts';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import { classifications, sourceItem, sourceStates, type SourceItem } from '#lib/inventory/schema.ts';
import { pageOf } from '#lib/kernel/page.ts';
import { ClassificationMark, SourceStateMark } from './marks.tsx';
import { sourceHref } from './words.ts';

const answer = pageOf(sourceItem);
const parse = (body: unknown) => {
  const { items, newer, older } = answer.parse(body);
  return { rows: items, newer, older };
};

type Team = { readonly id: string; readonly name: string };

const definitionFor = (teams: readonly Team[]): ListDefinition => ({
  id: 'data-sources', sorts: ['name', 'expiresAt'], defaultSort: 'name', search: 'Search sources and their datasets',
  facets: [
    { key: 'state', label: 'Approval', options: sourceStates.map((value) => ({ value })) },
    { key: 'classification', label: 'Classification', options: classifications.map((value) => ({ value })) },
    { key: 'soon', label: 'Ends', options: [{ value: 'true', label: 'in 30 days' }] },
    { key: 'team', label: 'Team', options: teams.map(({ id, name }) => ({ value: id, label: name })) },
  ],
});

const columns: Column<SourceItem>[] = [
  { id: 'name', header: 'Source', primary: true, sort: 'name', cell: (source) => <TextLink quiet href={sourceHref(source.id)}>{source.name}</TextLink> },
  { id: 'state', header: 'Approval', width: 170, cell: (source) => <SourceStateMark state={source.state} soon={source.expiresSoon} /> },
  { id: 'classification', header: 'Classification', width: 120, cell: (source) => <ClassificationMark level={source.classification} /> },
  { id: 'uses', header: 'Allowed uses', priority: 3, cell: (source) => <span className="text-ink-2">{source.uses.join(', ')}</span> },
  { id: 'datasets', header: 'Datasets', width: 200, priority: 3, cell: ({ names: [first, ...more] }) => (first === undefined ? null : <span className="font-mono text-xs break-all text-ink-2">{first.name}{first.prefix ? '*' : ''}{more.length > 0 ? ` +${more.length}` : ''}</span>) },
  { id: 'owner', header: 'Owner', width: 140, priority: 2, cell: (source) => source.owner?.name ?? source.teamName },
  { id: 'findings', header: 'Findings', width: 80, align: 'end', priority: 2, cell: (source) => (source.openFindings === 0 ? '' : <span className="text-fail">{source.openFindings === 100 ? '100+' : source.openFindings}</span>) },
  { id: 'expiresAt', header: 'Ends', width: 120, sort: 'expiresAt', cell: (source) => (source.expiresAt === null ? <span className="text-ink-3">not approved</span> : <Time at={source.expiresAt} />) },
];
const rowId = (source: SourceItem) => source.id;
const rowHref = (source: SourceItem) => sourceHref(source.id);

/** `teams` are those that the reader may see. */
export function SourcesTable({ teams }: { readonly teams: readonly Team[] }) {
  const definition = useMemo(() => definitionFor(teams), [teams]);
  const list = useList(definition);
  const data = useListQuery({ list, endpoint: '/api/v1/data-sources', topic: 'sources', parse });
  const exportHref = (format: string) => `/api/v1/data-sources?${apiQuery(definition, { ...list.state, after: '', before: '' }, new Date())}&format=${format}`;
  return (
    <DataTable
      {...data} label="Sources" list={list} columns={columns} rowId={rowId} rowHref={rowHref}
      empty={<EmptyState kind="nothing-yet" title="No sources yet" description="A source says which datasets belong together, how they are classified, what they may be used for, and which job brings them in. From a team’s first source on, data that it reads from nowhere approved is a finding." />}
      exports={[{ label: 'CSV', href: exportHref('csv') }, { label: 'JSON', href: exportHref('json') }]}
    />
  );
}
