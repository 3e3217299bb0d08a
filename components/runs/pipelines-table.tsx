// The list of pipelines, each with its latest executions.
'use client';

import { z } from 'zod';
import { useListQuery } from '#components/data/use-list-query.ts';
import { RunState } from '#components/evidence/verdict.tsx';
import type { Column } from '#components/table/columns.ts';
import { DataTable } from '#components/table/data-table.tsx';
import { apiQuery, type ListDefinition } from '#components/table/list-state.ts';
import { useList } from '#components/table/use-list.ts';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { formatDuration } from '#components/ui/time-format.ts';
import { Time } from '#components/ui/time.tsx';
import { pipelineView, type PipelineView } from '#lib/runs/schema.ts';
import { LatestStates } from './latest-states.tsx';
import { pipelineHref } from './sections.ts';

const answer = z.object({ items: z.array(pipelineView), newer: z.string().nullable(), older: z.string().nullable() });
const parse = (body: unknown) => {
  const { items, newer, older } = answer.parse(body);
  return { rows: items, newer, older };
};

const rowId = (pipeline: PipelineView) => `${pipeline.team.id} ${pipeline.name}`;
const rowHref = (pipeline: PipelineView) => pipelineHref(pipeline.name, pipeline.team.id);

const columns: Column<PipelineView>[] = [
  { id: 'name', header: 'Pipeline', primary: true, sort: 'name', cell: (pipeline) => <TextLink quiet href={rowHref(pipeline)}>{pipeline.name}</TextLink> },
  { id: 'last', header: 'Latest', width: 104, cell: (pipeline) => (pipeline.last ? <RunState state={pipeline.last.state} /> : <span className="text-ink-3">no run</span>) },
  { id: 'started', header: 'Started', width: 116, cell: (pipeline) => (pipeline.last ? <Time at={pipeline.last.startedAt} /> : '') },
  { id: 'latest', header: 'Latest executions', width: 200, priority: 2, cell: (pipeline) => <LatestStates latest={pipeline.latest} /> },
  { id: 'rate', header: 'Complete', width: 110, align: 'end', cell: (pipeline) => (pipeline.ended === 0 ? '' : `${String(pipeline.complete)} of ${String(pipeline.ended)}`) },
  { id: 'median', header: 'Median', width: 100, align: 'end', priority: 2, cell: (pipeline) => (pipeline.medianMilliseconds === null ? '' : formatDuration(pipeline.medianMilliseconds)) },
  { id: 'jobs', header: 'Jobs', width: 70, align: 'end', priority: 3, cell: (pipeline) => String(pipeline.jobs) },
  { id: 'team', header: 'Team', width: 130, priority: 2, cell: (pipeline) => pipeline.team.name },
];

const definitions = new Map<string, ListDefinition>();

function definitionOf(teams: readonly { id: string; name: string }[]): ListDefinition {
  const key = JSON.stringify(teams);
  const known = definitions.get(key);
  if (known) return known;
  const made: ListDefinition = { id: 'pipelines', sorts: ['name'], defaultSort: 'name', search: 'Search pipelines by name', facets: teams.length > 1 ? [{ key: 'team', label: 'Team', options: teams.map(({ id, name }) => ({ value: id, label: name })) }] : [] };
  definitions.set(key, made);
  return made;
}

/** Success and durations are of the latest 20 executions. */
export function PipelinesTable({ teams }: { readonly teams: readonly { id: string; name: string }[] }) {
  const definition = definitionOf(teams);
  const list = useList(definition);
  const data = useListQuery({ list, endpoint: '/api/v1/runs/pipelines', topic: 'runs', parse });
  const exportHref = (format: string) => `/api/v1/runs/pipelines?${apiQuery(definition, { ...list.state, after: '', before: '' }, new Date())}&format=${format}`;
  return (
    <DataTable
      {...data}
      label="Pipelines"
      list={list}
      columns={columns}
      rowId={rowId}
      rowHref={rowHref}
      empty={<EmptyState kind="nothing-yet" title="No pipeline has reported a run yet" description="A pipeline appears with its first run." command="gatehouse run --pipeline flights --stage train --input data=data/train.csv --output model=model.onnx -- python train.py" />}
      exports={[{ label: 'CSV', href: exportHref('csv') }, { label: 'JSON', href: exportHref('json') }]}
    />
  );
}
