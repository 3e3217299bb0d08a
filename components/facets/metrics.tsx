// MetricsFacet: how much data, and each column in figures.
import { SimpleTable, type SimpleColumn } from '#components/table/simple-table.tsx';
import type { FacetOf } from '#lib/lineage/facets/index.ts';

type Column = FacetOf<'metrics'>['columns'][number];

const number = (value: number | null) => (value === null ? '' : value.toLocaleString('en', { maximumFractionDigits: 6 }));
const figures: readonly { readonly header: string; readonly of: (column: Column) => number | null }[] = [
  { header: 'Count', of: (column) => column.count }, { header: 'Null', of: (column) => column.nullCount }, { header: 'Distinct', of: (column) => column.distinctCount },
  { header: 'Least', of: (column) => column.min }, { header: 'Greatest', of: (column) => column.max }, { header: 'Sum', of: (column) => column.sum },
];

/** Figures that no column has are no column of the table. */
export function MetricsFacet({ facet }: { readonly facet: FacetOf<'metrics'> }) {
  const totals = [facet.rowCount === null ? 'rows not counted' : `${number(facet.rowCount)} rows`, facet.bytes === null ? null : `${number(facet.bytes)} bytes`, facet.fileCount === null ? null : `${number(facet.fileCount)} files`, facet.lastUpdated === null ? null : `last updated ${facet.lastUpdated}`].filter((part) => part !== null);
  const shown = figures.filter(({ of }) => facet.columns.some((column) => of(column) !== null));
  const columns: SimpleColumn<Column>[] = [
    { header: 'Column', cell: (column) => column.name },
    ...shown.map(({ header, of }): SimpleColumn<Column> => ({ header, align: 'end', cell: (column) => number(of(column)) })),
    ...(facet.columns.some((column) => column.quantiles.length > 0) ? [{ header: 'Quantiles', cell: (column: Column) => column.quantiles.map(({ at, value }) => `${at}: ${number(value)}`).join(' · ') }] : []),
  ];
  return (
    <>
      <p className="py-1 text-sm text-ink-2">{totals.join(' · ')}</p>
      {facet.columns.length > 0 && <SimpleTable caption="Quality by column" rows={facet.columns} rowKey={(column) => column.name} columns={columns} />}
    </>
  );
}
