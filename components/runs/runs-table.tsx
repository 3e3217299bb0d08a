// The list of runs: executions of pipelines and their stages.
'use client';

import { GitCompareArrows } from 'lucide-react';
import { z } from 'zod';
import { useListQuery } from '#components/data/use-list-query.ts';
import { RunState } from '#components/evidence/verdict.tsx';
import type { Column } from '#components/table/columns.ts';
import { DataTable } from '#components/table/data-table.tsx';
import { apiQuery, type ListDefinition } from '#components/table/list-state.ts';
import { useList } from '#components/table/use-list.ts';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton, TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import { runStates, runView, type RunView } from '#lib/runs/schema.ts';
import { pipelineHref } from './sections.ts';
import { Took } from './took.tsx';
import { runTitle, stagesInWords } from './words.ts';

const answer = z.object({ items: z.array(runView), newer: z.string().nullable(), older: z.string().nullable() });
const parse = (body: unknown) => {
  const { items, newer, older } = answer.parse(body);
  return { rows: items, newer, older };
};

const columns: Column<RunView>[] = [
  { id: 'state', header: 'State', width: 104, cell: (run) => <RunState state={run.state} /> },
  { id: 'name', header: 'Run', width: 250, primary: true, cell: (run) => <Name run={run} /> },
  { id: 'startedAt', header: 'Started', width: 116, sort: 'startedAt', cell: (run) => <Time at={run.startedAt} /> },
  { id: 'duration', header: 'Took', width: 92, align: 'end', sort: 'duration', cell: (run) => <Took run={run} /> },
  { id: 'stages', header: 'Stages', width: 150, priority: 2, cell: (run) => (run.stages ? stagesInWords(run.stages) : '') },
  { id: 'failure', header: 'Why it failed', priority: 2, cell: (run) => (run.failure === null ? '' : <span className="text-fail" title={run.failure}>{run.failure}</span>) },
  { id: 'pipeline', header: 'Pipeline', width: 140, priority: 3, hidden: true, cell: (run) => <TextLink quiet href={pipelineHref(run.pipeline, run.team.id)}>{run.pipeline}</TextLink> },
  { id: 'team', header: 'Team', width: 100, priority: 3, cell: (run) => run.team.name },
  { id: 'account', header: 'Reported by', width: 150, priority: 3, hidden: true, cell: (run) => <span title={`${run.reportedBy.responsibleName} answers for it`}>{run.reportedBy.name}</span> },
];

/** Executions stand out from their stages. */
function Name({ run }: { readonly run: RunView }) {
  const title = runTitle(run);
  const at = title.indexOf(' › ');
  return (
    <TextLink quiet href={rowHref(run)}>
      {run.parentRunId === null || at === -1 ? title : <span className="font-normal"><span className="text-ink-3">{title.slice(0, at)} ›</span> {title.slice(at + 3)}</span>}
    </TextLink>
  );
}

const rowId = (run: RunView) => run.id;
const rowHref = (run: RunView) => `/runs/${run.id}`;

const definitions = new Map<string, ListDefinition>();

/** The same object for the same choices: a list's definition must be stable. */
function definitionOf(pipelines: readonly string[], stages: readonly string[], teams: readonly { id: string; name: string }[]): ListDefinition {
  const key = JSON.stringify([pipelines, stages, teams]);
  const known = definitions.get(key);
  if (known) return known;
  const made: ListDefinition = {
    id: 'runs', sorts: ['startedAt', 'duration'], defaultSort: '-startedAt', search: 'Search pipelines, jobs, run ids', time: 'Started',
    facets: [
      { key: 'state', label: 'State', options: runStates.map((value) => ({ value })) },
      { key: 'level', label: 'Level', options: [{ value: 'executions' }, { value: 'stages' }] },
      { key: 'pipeline', label: 'Pipeline', options: pipelines.map((value) => ({ value })), open: true },
      { key: 'stage', label: 'Stage', options: stages.map((value) => ({ value })), open: true },
      ...(teams.length > 1 ? [{ key: 'team', label: 'Team', options: teams.map(({ id, name }) => ({ value: id, label: name })) }] : []),
    ],
  };
  definitions.set(key, made);
  return made;
}

/** Live, filtered, exportable; two selected runs can be compared. */
export function RunsTable({ pipelines, stages, teams }: { readonly pipelines: readonly string[]; readonly stages: readonly string[]; readonly teams: readonly { id: string; name: string }[] }) {
  const definition = definitionOf(pipelines, stages, teams);
  const list = useList(definition);
  const data = useListQuery({ list, endpoint: '/api/v1/runs', topic: 'runs', parse });
  const exportHref = (format: string) => `/api/v1/runs?${apiQuery(definition, { ...list.state, after: '', before: '' }, new Date())}&format=${format}`;
  return (
    <DataTable
      {...data}
      label="Runs"
      list={list}
      columns={columns}
      rowId={rowId}
      rowHref={rowHref}
      empty={<EmptyState kind="nothing-yet" title="No run has been reported yet" description="A pipeline stage that runs under the command reports its inputs, outputs, environment and outcome. Any client of OpenLineage can send its events to /api/v1/lineage." command="gatehouse run --pipeline flights --stage train --input data=data/train.csv --output model=model.onnx -- python train.py" />}
      exports={[{ label: 'CSV', href: exportHref('csv') }, { label: 'JSON', href: exportHref('json') }]}
      selectionActions={(ids) =>
        ids.length === 2 ? <LinkButton size="sm" icon={GitCompareArrows} href={`/runs/compare?a=${ids[0] ?? ''}&b=${ids[1] ?? ''}`}>Compare these two</LinkButton> : <span className="text-xs text-ink-3">Select two runs to compare them.</span>}
    />
  );
}
