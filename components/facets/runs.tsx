// ParentFacet and DependenciesFacet: the runs that a run belongs to and waits for.
import { SimpleTable } from '#components/table/simple-table.tsx';
import { DescriptionList } from '#components/ui/description-list.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import type { FacetOf } from '#lib/lineage/facets/index.ts';

type Named = { readonly runId: string | null; readonly namespace: string; readonly name: string };

/** A link where there is an id that a run can have; what lies there says itself whether it may be seen. */
function RunOf({ run }: { readonly run: Named }) {
  const label = <>{run.name}<span className="ml-2 text-xs text-ink-3">{run.namespace}</span></>;
  return run.runId !== null && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(run.runId) ? <TextLink href={`/runs/${run.runId}`}>{label}</TextLink> : <span>{label}</span>;
}

export function ParentFacet({ facet }: { readonly facet: FacetOf<'parent'> }) {
  return <DescriptionList items={[{ term: 'Parent', value: <RunOf run={facet.parent} /> }, ...(facet.root === null ? [] : [{ term: 'Root', value: <RunOf run={facet.root} /> }])]} />;
}

export function DependenciesFacet({ facet }: { readonly facet: FacetOf<'dependencies'> }) {
  const rows = [...facet.upstream.map((each) => ({ ...each, side: 'waits for' })), ...facet.downstream.map((each) => ({ ...each, side: 'is waited for by' }))].map((row, index) => ({ ...row, index }));
  if (rows.length === 0) return <p className="text-sm text-ink-2">It names no other job.</p>;
  const table = <SimpleTable caption="Dependencies" rows={rows} rowKey={(row) => String(row.index)} columns={[{ header: 'This run', cell: (row) => row.side }, { header: 'Job', cell: (row) => <RunOf run={row} /> }, { header: 'How', cell: (row) => row.how ?? '' }]} />;
  return facet.rule === null ? table : <>{table}<p className="py-1 text-sm text-ink-2">It begins when: {facet.rule}</p></>;
}
