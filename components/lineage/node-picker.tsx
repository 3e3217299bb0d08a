// NodePicker: find what to draw the lineage of.
'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { searchApi } from '#components/shell/search.ts';
import { useSearch } from '#components/shell/use-search.ts';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { lineageAround, pathHref, type LineageAddress } from './address.ts';
import { nodeOfHit } from './hits.ts';

/** A search whose results open the graph around them; Enter takes the first. */
export function NodePicker({ initial = '', label = 'Draw the lineage of', verb = 'Draw', pathFrom }: { readonly initial?: string; readonly label?: string; readonly verb?: string; /** Leads to the path from what this address draws. */ readonly pathFrom?: LineageAddress }) {
  const hrefOf = (node: string) => (pathFrom === undefined ? lineageAround(node) : pathHref(pathFrom, node));
  const router = useRouter();
  const [typed, setTyped] = useState(initial);
  const { results, busy, failed, query } = useSearch(searchApi, typed);
  const found = results.flatMap((hit) => {
    const node = nodeOfHit(hit);
    return node === null ? [] : [{ ...hit, href: hrefOf(node) }];
  });
  return (
    <form
      role="search"
      className="max-w-2xl"
      onSubmit={(event) => {
        event.preventDefault();
        const whole = /^(sha256:)?[0-9a-f]{64}$/.test(typed.trim()) ? hrefOf(typed.trim()) : undefined;
        const target = whole ?? (busy ? undefined : found[0]?.href);
        if (target !== undefined) router.push(target);
      }}
    >
      <Field label={label} hint="A run, a dataset, a model: part of its name, or the beginning of its digest or id.">
        <div className="flex gap-2">
          <Input type="search" value={typed} autoComplete="off" placeholder="flight-delay, train, sha256:3f9a…" aria-label="Run, data or model" onChange={(event) => { setTyped(event.target.value); }} />
          <Button type="submit" variant="primary" pending={busy && query !== ''}>{verb}</Button>
        </div>
      </Field>
      <div role="status" className="mt-1 text-xs text-ink-3">
        {failed ? 'The search could not be asked. Type on to try again.' : typed.trim().length >= 2 && !busy ? (found.length === 0 ? 'Nothing that you may see is called this.' : `${found.length} found`) : ''}
      </div>
      {found.length > 0 && (
        <ul className="mt-1 border-t border-line">
          {found.map((hit) => (
            <li key={`${hit.kind} ${hit.id}`} className="flex min-h-8 flex-wrap items-center gap-x-3 border-b border-line py-1 text-sm">
              <Badge tone="outline">{hit.kind}</Badge>
              <TextLink quiet href={hit.href}>{hit.label}</TextLink>
              <span className="min-w-0 truncate text-xs text-ink-3">{hit.detail}</span>
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}
