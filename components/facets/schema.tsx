// SchemaFacet: the columns of a dataset; fields within fields are indented.
import { SimpleTable } from '#components/table/simple-table.tsx';
import type { FacetOf } from '#lib/lineage/facets/index.ts';

export function SchemaFacet({ facet }: { readonly facet: FacetOf<'schema'> }) {
  if (facet.fields.length === 0) return <p className="text-sm text-ink-2">It names no column.</p>;
  return (
    <SimpleTable
      caption="Schema" rows={facet.fields.map((field, index) => ({ ...field, index }))} rowKey={(field) => String(field.index)}
      columns={[
        { header: 'Column', cell: (field) => <span style={{ paddingLeft: `${field.depth * 16}px` }}>{field.name}</span> },
        { header: 'Type', mono: true, cell: (field) => field.type ?? '' },
        { header: 'Description', cell: (field) => field.description ?? '' },
      ]}
    />
  );
}
