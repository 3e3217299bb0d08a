// ColumnLineageFacet and LineageFacet: which column, or which dataset, came of which.
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import type { FacetOf } from '#lib/lineage/facets/index.ts';

type Source = { readonly namespace: string | null; readonly name: string | null; readonly field: string | null; readonly type?: string | null; readonly transformations: FacetOf<'columnLineage'>['dataset'][number]['transformations'] };

const namedData = (name: string) => `/data?q=${encodeURIComponent(name)}`;

/** One source: dataset, column, and what was done on the way. */
function SourceOf({ source }: { readonly source: Source }) {
  const what = source.name === null ? (source.type === 'JOB' ? 'the job itself' : 'not named') : source.name;
  return (
    <span className="inline-flex flex-wrap items-baseline gap-x-1.5">
      {source.name === null || source.type === 'JOB' ? <span>{what}</span> : <TextLink quiet href={namedData(source.name)}>{what}</TextLink>}
      {source.field !== null && <code className="text-xs">{source.field}</code>}
      {source.transformations.map((each, index) => <Badge key={index} tone={each.masking === true ? 'stale' : 'outline'}>{[each.type, each.subtype].filter((part) => part !== null).join(' ')}{each.masking === true ? ', masked' : ''}</Badge>)}
      {source.transformations.map((each, index) => (each.description === null ? null : <span key={`d${index}`} className="text-xs text-ink-3">{each.description}</span>))}
    </span>
  );
}

function Sources({ sources }: { readonly sources: readonly Source[] }) {
  return <span className="flex flex-col gap-0.5 py-0.5">{sources.map((source, index) => <SourceOf key={index} source={source} />)}</span>;
}

const fieldTable = (caption: string, fields: readonly { readonly name: string; readonly inputs: readonly Source[] }[]) => (
  <SimpleTable caption={caption} rows={fields} rowKey={(field) => field.name} columns={[{ header: 'Column', mono: true, cell: (field) => field.name }, { header: 'From', cell: (field) => (field.inputs.length === 0 ? <span className="text-ink-3">nothing named</span> : <Sources sources={field.inputs} />) }]} />
);

export function ColumnLineageFacet({ facet }: { readonly facet: FacetOf<'columnLineage'> }) {
  return (
    <>
      {fieldTable('Columns and what they came of', facet.fields)}
      {facet.dataset.length > 0 && <div className="py-1 text-sm"><span className="text-xs text-ink-3">All rows depend on</span><Sources sources={facet.dataset} /></div>}
    </>
  );
}

/** Each target with its sources. Where a target says that it has none, that is said. */
export function LineageFacet({ facet }: { readonly facet: FacetOf<'lineage'> }) {
  return (
    <div className="flex flex-col gap-3">
      {facet.entries.map((entry, index) => (
        <div key={index}>
          <p className="text-sm font-medium">{entry.name === null ? (entry.type === 'JOB' ? 'The job itself' : 'This dataset') : <TextLink quiet href={namedData(entry.name)}>{entry.name}</TextLink>}{entry.namespace !== null && <span className="ml-2 text-xs font-normal text-ink-3">{entry.namespace}</span>}</p>
          {entry.inputs.length > 0 ? <div className="flex items-baseline gap-2 text-sm"><span className="text-xs text-ink-3">from</span><Sources sources={entry.inputs} /></div> : entry.hasNoSource ? <p className="text-sm text-ink-2">It has no source that is tracked, says the sender.</p> : null}
          {entry.fields.length > 0 && fieldTable('Columns and what they came of', entry.fields)}
        </div>
      ))}
    </div>
  );
}
