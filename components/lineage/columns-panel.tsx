// ColumnsPanel: where the columns of the selected data come from, beside the graph.
'use client';

import { useQuery } from '@tanstack/react-query';
import { fetchJson } from '#components/data/fetch-json.ts';
import { Link } from '#components/ui/link.tsx';
import { columnLineage } from '#lib/lineage/schema.ts';
import { columnsHref } from './address.ts';
import { ColumnSources } from './column-sources.tsx';

const mostShown = 12;

/** Asked when its node is selected; says nothing where no run reported columns. */
export function ColumnsPanel({ versionId, asOf }: { readonly versionId: string; readonly asOf: string | null }) {
  const found = useQuery({
    queryKey: ['lineage', 'columns', versionId, asOf], staleTime: 60_000,
    queryFn: async ({ signal }) => columnLineage.parse(await fetchJson(`/api/v1/asset-versions/${versionId}/columns${asOf === null ? '' : `?asOf=${encodeURIComponent(asOf)}`}`, signal)),
  });
  if (found.isError) return <p className="text-xs text-ink-3">Its columns could not be asked for.</p>;
  if (found.data === undefined || found.data.fields.length + found.data.whole.length === 0) return null;
  const { fields, whole } = found.data;
  return (
    <div>
      <p className="text-xs text-ink-3">Columns · {fields.length}</p>
      <ul className="max-h-52 overflow-y-auto text-xs">
        {fields.slice(0, mostShown).map((field) => <li key={field.name} className="border-t border-line py-1"><span className="font-mono break-all text-ink">{field.name}</span><ColumnSources sources={field.from.slice(0, 4)} more={Math.max(0, field.from.length - 4)} /></li>)}
      </ul>
      <Link href={columnsHref(`version:${versionId}`)} className="link text-xs">{fields.length > mostShown ? `All ${fields.length} columns` : 'Draw the columns'}{whole.length > 0 && `, and ${whole.length} that affect every one`}</Link>
    </div>
  );
}
