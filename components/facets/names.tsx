// SymlinksFacet: what the sender says that a dataset is called elsewhere. What of it is in force, the page of the name says.
import { SimpleTable } from '#components/table/simple-table.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import type { FacetOf } from '#lib/lineage/facets/index.ts';

export function SymlinksFacet({ facet }: { readonly facet: FacetOf<'symlinks'> }) {
  if (facet.identifiers.length === 0) return <p className="text-sm text-ink-2">It names no other.</p>;
  return (
    <SimpleTable
      caption="Other names" rows={facet.identifiers.map((identifier, index) => ({ ...identifier, index }))} rowKey={(row) => String(row.index)}
      columns={[{ header: 'Name', cell: (row) => <TextLink quiet href={`/data?q=${encodeURIComponent(row.name)}`}>{row.name}</TextLink> }, { header: 'Namespace', mono: true, cell: (row) => row.namespace }, { header: 'Kind', cell: (row) => row.type ?? '' }]}
    />
  );
}
