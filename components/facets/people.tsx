// OwnersFacet and TagsFacet: who answers for it, and what it is marked with, as the sender says.
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import type { FacetOf } from '#lib/lineage/facets/index.ts';

export function OwnersFacet({ facet }: { readonly facet: FacetOf<'owners'> }) {
  if (facet.owners.length === 0) return <p className="text-sm text-ink-2">Nobody is named.</p>;
  return <SimpleTable caption="Owners" rows={facet.owners.map((owner, index) => ({ ...owner, index }))} rowKey={(owner) => String(owner.index)} columns={[{ header: 'Owner', cell: (owner) => owner.name }, { header: 'As', cell: (owner) => owner.type ?? '' }]} />;
}

export function TagsFacet({ facet }: { readonly facet: FacetOf<'tags'> }) {
  if (facet.tags.length === 0) return <p className="text-sm text-ink-2">No tag.</p>;
  return (
    <p className="flex flex-wrap gap-1.5 py-1">
      {facet.tags.map((tag, index) => <Badge key={index} tone="outline">{tag.field === null ? '' : `${tag.field}: `}{tag.key}{tag.value === null || tag.value === 'true' ? '' : ` = ${tag.value}`}{tag.source === null ? '' : ` (${tag.source})`}</Badge>)}
    </p>
  );
}
