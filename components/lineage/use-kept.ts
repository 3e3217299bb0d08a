// useKept: addresses of the lineage page that keep how the reader looks at it: the filters, what is unfolded and whether as a table.
'use client';

import { useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

export const keptKeys = ['find', 'kind', 'state', 'as', 'unfold'] as const;

/** Adds to an address of the page what only the reader's own view holds. */
export function useKept(): (href: string) => string {
  const present = useSearchParams().toString();
  return useCallback((href: string) => {
    const from = new URLSearchParams(present);
    const kept = keptKeys.flatMap((key) => {
      const value = from.get(key);
      return value === null ? [] : [`${key}=${encodeURIComponent(value)}`];
    });
    return kept.length === 0 || !href.startsWith('/lineage?') ? href : `${href}&${kept.join('&')}`;
  }, [present]);
}
