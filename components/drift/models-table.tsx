// The list of watched models, the worst first.
'use client';

import { z } from 'zod';
import { watchedModel, type WatchedModel } from '#lib/drift/views.ts';
import { useListQuery } from '../data/use-list-query.ts';
import type { Column } from '../table/columns.ts';
import { DataTable } from '../table/data-table.tsx';
import { apiQuery, type ListDefinition } from '../table/list-state.ts';
import { useList } from '../table/use-list.ts';
import { Digest } from '../ui/digest.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { TextLink } from '../ui/link-button.tsx';
import { formatNumber } from '../ui/time-format.ts';
import { DriftState } from './drift-state.tsx';
import { driftHref } from './href.ts';
import { driftWords, laneName, scoreText, windowText } from './words.ts';
import { EnvironmentBadge } from '#components/policy/environments.tsx';

const answer = z.object({ items: z.array(watchedModel), newer: z.string().nullable(), older: z.string().nullable() });
const parse = (body: unknown) => {
  const { items, newer, older } = answer.parse(body);
  return { rows: items, newer, older };
};

const definition: ListDefinition = {
  id: 'drift', sorts: ['state'], defaultSort: '-state', search: 'Search models by name or digest',
  facets: [{ key: 'state', label: 'State', options: (['drifted', 'unwatched', 'insufficient_data', 'waiting', 'stable'] as const).map((value) => ({ value, label: driftWords[value].word })) }],
};

const columns: Column<WatchedModel>[] = [
  { id: 'model', header: 'Model', primary: true, width: 200, cell: (row) => <TextLink quiet href={driftHref(row)}>{row.model === null ? 'not published' : `${row.model} ${row.version ?? ''}`}</TextLink> },
  { id: 'state', header: 'Latest window', width: 140, cell: (row) => <DriftState state={row.state} /> },
  { id: 'worst', header: 'Worst features', wrap: true, cell: (row) => <Worst row={row} /> },
  { id: 'window', header: 'Window', width: 190, priority: 2, cell: (row) => (row.windowStart === null || row.windowEnd === null ? <span className="text-ink-3">none</span> : windowText({ windowStart: row.windowStart, windowEnd: row.windowEnd })) },
  { id: 'rows', header: 'Rows', width: 80, align: 'end', priority: 2, cell: (row) => (row.sampleCount === null ? '' : formatNumber(row.sampleCount)) },
  { id: 'environments', header: 'Runs in', width: 160, priority: 2, cell: (row) => <span className="inline-flex gap-1">{row.environments.map((name) => <EnvironmentBadge key={name} name={name} />)}</span> },
  { id: 'digest', header: 'Digest', width: 150, priority: 3, cell: (row) => <Digest value={row.digest} /> },
];

function Worst({ row }: { readonly row: WatchedModel }) {
  const shown = row.worst.filter((score) => score.score !== null);
  if (shown.length === 0) return <span className="text-ink-3">{row.state === 'unwatched' ? 'no reference profile: a change would not be seen' : row.state === 'waiting' ? 'nothing to compare yet' : 'none could be judged'}</span>;
  return (
    <ul className="flex flex-wrap gap-x-4">
      {shown.map((score) => (
        <li key={`${score.feature} ${score.method}`} className={score.verdict === 'drifted' ? 'font-medium text-fail' : 'text-ink-2'}>
          {laneName(score.feature, score.method)} <span className="tabular-nums">{scoreText(score.score, score.method)}</span>
        </li>
      ))}
      {row.insufficient > 0 && <li className="text-ink-3">{row.insufficient} with too little data</li>}
    </ul>
  );
}

const rowId = (row: WatchedModel) => `${row.teamId} ${row.digest}`;
const rowHref = (row: WatchedModel) => driftHref(row);

/** Searchable and live. */
export function ModelsTable() {
  const list = useList(definition);
  const data = useListQuery({ list, endpoint: '/api/v1/drift', topic: 'drift', parse });
  const exportHref = (format: string) => `/api/v1/drift?${apiQuery(definition, list.state, new Date())}&format=${format}`;
  return (
    <DataTable
      {...data}
      label="Watched models"
      list={list}
      columns={columns}
      rowId={rowId}
      rowHref={rowHref}
      empty={(
        <EmptyState
          kind="nothing-yet"
          title="No model is watched yet"
          description="A model is watched once the profile of its training data is known, and each profile of a window is compared with that."
          command="gatehouse run --pipeline NAME --stage train --output MODEL=FILE --profile MODEL=reference.json -- COMMAND"
        />
      )}
      exports={[{ label: 'CSV', href: exportHref('csv') }, { label: 'JSON', href: exportHref('json') }]}
    />
  );
}
