// ColumnSources: where one column comes from: dataset and field, with how.
import { TextLink } from '#components/ui/link-button.tsx';
import type { ColumnSource } from '#lib/lineage/schema.ts';

export function ColumnSources({ sources, more = 0 }: { readonly sources: readonly ColumnSource[]; readonly more?: number }) {
  return (
    <ul className="text-ink-2">
      {sources.map((source) => (
        <li key={`${source.namespace} ${source.name} ${source.field ?? ''} ${source.versionId ?? ''}`} className="break-words">
          <span aria-hidden className="text-ink-3">← </span>
          <span className="sr-only">from </span>
          {source.versionId === null ? source.name : <TextLink quiet href={`/data/${source.versionId}`}>{source.name}</TextLink>}
          {source.field === null ? <span className="text-ink-3"> as a whole</span> : <span className="font-mono">.{source.field}</span>}
          {source.by !== 'run' && <span className="text-ink-3" title="An event without a run says so: no run is known that did it."> {source.by === 'job' ? 'as the job declares' : 'as said of the name'}</span>}
          {source.how.length > 0 && <span className="text-ink-3"> {source.how.join('; ')}</span>}
        </li>
      ))}
      {more > 0 && <li className="text-ink-3">and {more} more</li>}
    </ul>
  );
}
