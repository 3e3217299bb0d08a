// Who read sources: the identity of each run, as its events say.
'use client';

import { useMemo } from 'react';
import { useListQuery } from '#components/data/use-list-query.ts';
import type { Column } from '#components/table/columns.ts';
import { DataTable } from '#components/table/data-table.tsx';
import { apiQuery, type ListDefinition } from '#components/table/list-state.ts';
import { useList } from '#components/table/use-list.ts';
import { Badge } from '#components/ui/badge.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import { accessItem, classifications, dataUses, type AccessItem } from '#lib/inventory/schema.ts';
import { pageOf } from '#lib/kernel/page.ts';
import { ClassificationMark } from './marks.tsx';
import { sourceHref } from './words.ts';

const answer = pageOf(accessItem);
const parse = (body: unknown) => {
  const { items, newer, older } = answer.parse(body);
  return { rows: items, newer, older };
};

type Named = { readonly id: string; readonly name: string };
/** Whose reads were asked for in the address, by name. */
export type AskedIdentities = { readonly account: Named | null; readonly person: Named | null };

const definitionFor = (sourceId: string | undefined, { account, person }: AskedIdentities): ListDefinition => ({
  id: 'data-access', sorts: ['at'], defaultSort: '-at', time: 'Read',
  facets: [
    ...(sourceId === undefined ? [{ key: 'classification', label: 'Classification', options: classifications.map((value) => ({ value })) }] : []),
    { key: 'use', label: 'Use', options: dataUses.map((value) => ({ value })) },
    { key: 'ingestion', label: 'By', options: [{ value: 'false', label: 'those who use it' }, { value: 'true', label: 'ingestion jobs' }] },
    { key: 'account', label: 'Service account', options: account === null ? [] : [{ value: account.id, label: account.name }], open: true },
    { key: 'person', label: 'Responsible', options: person === null ? [] : [{ value: person.id, label: person.name }], open: true },
  ],
});

const identityHref = (key: 'account' | 'person', id: string) => `/data/access?${key}=${id}`;

const columnsFor = (sourceId: string | undefined): Column<AccessItem>[] => [
  { id: 'identity', header: 'Identity', primary: true, cell: (row) => (
    <span className="flex flex-wrap items-baseline gap-x-1.5"><TextLink quiet href={identityHref('account', row.serviceAccount.id)}>{row.serviceAccount.name}</TextLink><span className="text-xs text-ink-2">for <TextLink quiet href={identityHref('person', row.responsible.id)}>{row.responsible.name}</TextLink></span></span>
  ) },
  { id: 'triggered', header: 'Says it was started by', width: 170, priority: 3, cell: (row) => <span className="break-all text-ink-2">{row.userName ?? row.triggeredBy ?? ''}</span> },
  ...(sourceId === undefined ? [
    { id: 'source', header: 'Source', width: 170, cell: (row: AccessItem) => (row.sourceName === 'a source of another team' ? row.sourceName : <TextLink quiet href={sourceHref(row.sourceId)}>{row.sourceName}</TextLink>) },
    { id: 'classification', header: 'Classification', width: 118, cell: (row: AccessItem) => <ClassificationMark level={row.classification} /> },
  ] : []),
  { id: 'version', header: 'Version', width: 150, priority: 2, cell: (row) => (row.digest === null ? <TextLink quiet href={`/data/${row.versionId}`}>{row.assetName}</TextLink> : <Digest value={row.digest} href={`/data/${row.versionId}`} />) },
  { id: 'use', header: 'Use', width: 100, priority: 2, cell: (row) => (row.ingestion ? <Badge tone="outline">ingestion</Badge> : (row.use ?? <span className="text-ink-3">not told</span>)) },
  { id: 'run', header: 'Run', width: 190, priority: 3, cell: (row) => (row.job === 'a run of another team' ? `${row.teamName}` : <TextLink quiet href={`/runs/${row.runId}`}>{row.job}</TextLink>) },
  { id: 'at', header: 'Read', width: 110, sort: 'at', cell: (row) => <Time at={row.at} /> },
];
const rowId = (row: AccessItem) => row.id;

const nobody: AskedIdentities = { account: null, person: null };

/** `sourceId`: the reads of one source alone. */
export function AccessTable({ sourceId, asked = nobody }: { readonly sourceId?: string; readonly asked?: AskedIdentities }) {
  const definition = useMemo(() => definitionFor(sourceId, asked), [sourceId, asked]);
  const columns = useMemo(() => columnsFor(sourceId), [sourceId]);
  const list = useList(definition);
  const endpoint = sourceId === undefined ? '/api/v1/data-access' : `/api/v1/data-access?sourceId=${sourceId}`;
  const data = useListQuery({ list, endpoint, topic: 'sources', parse });
  const exportHref = (format: string) => `${endpoint}${sourceId === undefined ? '?' : '&'}${apiQuery(definition, { ...list.state, after: '', before: '' }, new Date())}&format=${format}`;
  return (
    <DataTable
      {...data} label="Reads" list={list} columns={columns} rowId={rowId}
      empty={<EmptyState kind="nothing-yet" title="Nobody has read it" description="When a run reports that it read a version of a source, its identity is recorded here: the service account, who answered for it then, and whom the run names." />}
      exports={[{ label: 'CSV', href: exportHref('csv') }, { label: 'JSON', href: exportHref('json') }]}
    />
  );
}
