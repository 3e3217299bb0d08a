// The list of models: what runs where, the latest version, an open request.
'use client';

import { useListQuery } from '#components/data/use-list-query.ts';
import { useEnvironmentFacet } from '#components/policy/environments.tsx';
import type { Column } from '#components/table/columns.ts';
import { DataTable } from '#components/table/data-table.tsx';
import type { ListDefinition } from '#components/table/list-state.ts';
import { useList } from '#components/table/use-list.ts';
import { Digest } from '#components/ui/digest.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import { modelPage, type ModelSummary } from '#lib/registry/schema.ts';
import { modelHref, versionHref } from './href.ts';
import { Running } from './running.tsx';

const parse = (body: unknown) => {
  const { items, newer, older } = modelPage.parse(body);
  return { rows: items, newer, older };
};

const definition: ListDefinition = {
  id: 'models', sorts: ['name', 'createdAt'], defaultSort: 'name', search: 'Search models by name or digest',
  facets: [{ key: 'environment', label: 'Runs in', options: [] }],
};

const columns: Column<ModelSummary>[] = [
  { id: 'name', header: 'Model', primary: true, sort: 'name', width: 220, cell: (model) => <TextLink quiet href={modelHref(model.name)}>{model.name}</TextLink> },
  { id: 'running', header: 'Runs', wrap: true, cell: (model) => <Running running={model.running} withVersion /> },
  { id: 'latest', header: 'Latest version', width: 210, cell: (model) => (model.latest ? <span className="inline-flex items-baseline gap-2"><TextLink quiet href={versionHref(model.name, model.latest.version)}>{model.latest.version}</TextLink><Digest value={model.latest.digest} /></span> : '') },
  { id: 'published', header: 'Published', width: 120, priority: 2, cell: (model) => (model.latest ? <Time at={model.latest.publishedAt} /> : '') },
  { id: 'request', header: 'Open request', width: 170, cell: (model) => (model.openRequest ? <TextLink quiet href={`/approvals/${model.openRequest.id}`}>{model.openRequest.version} → {model.openRequest.environment}</TextLink> : <span className="text-ink-3">none</span>) },
  { id: 'team', header: 'Team', width: 130, priority: 2, cell: (model) => model.teamName },
  { id: 'created', header: 'First seen', width: 120, priority: 3, hidden: true, sort: 'createdAt', cell: (model) => <Time at={model.createdAt} /> },
];

const rowId = (model: ModelSummary) => model.id;
const rowHref = (model: ModelSummary) => modelHref(model.name);

/** Searchable and live. */
export function ModelsTable() {
  const list = useList(useEnvironmentFacet(definition));
  const data = useListQuery({ list, endpoint: '/api/v1/models', topic: 'models', parse });
  return (
    <DataTable
      {...data}
      label="Models"
      list={list}
      columns={columns}
      rowId={rowId}
      rowHref={rowHref}
      empty={<EmptyState kind="nothing-yet" title="No model is registered yet" description="A model appears with its first version: an artifact that a reported run put out, published by its pipeline." command="gatehouse publish-model --model NAME --artifact PATH" />}
    />
  );
}
