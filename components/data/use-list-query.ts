// useListQuery: one page of a list from the API. The first page is live; later pages stay as they were read.
'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { apiQuery } from '../table/list-state.ts';
import type { List } from '../table/use-list.ts';
import { useLive } from './use-live.ts';
import { fetchJson, RequestFailed } from './fetch-json.ts';

export type ListPage<Row> = { readonly rows: readonly Row[]; readonly newer?: string | null; readonly older?: string | null };

/**
 * Rows, cursors and live state in the shape that DataTable takes:
 * `<DataTable {...useListQuery({ list, endpoint: '/api/v1/runs', topic: 'runs', parse })} …/>`
 */
export function useListQuery<Row>({ list, endpoint, topic, parse }: {
  readonly list: List;
  readonly endpoint: string;
  /** Topic of the event stream that says this list changed. */
  readonly topic?: string;
  /** Checks the answer: usually a zod schema's parse. */
  readonly parse: (body: unknown) => ListPage<Row>;
}) {
  const [fresh, setFresh] = useState(0);
  const [missed, setMissed] = useState(false);
  // Not under the topic's own key: another part of the page that follows the topic must not move these rows.
  const key = ['list', endpoint, list.href(list.state)];
  const query = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => parse(await fetchJson(`${endpoint}${endpoint.includes('?') ? '&' : '?'}${apiQuery(list.definition, list.state, new Date())}`, signal)),
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: topic === undefined && list.firstPage,
    ...(!list.firstPage && { staleTime: Infinity }),
  });
  const empty = query.data?.rows.length === 0;
  // What is new is counted, not inserted: rows must not move under the cursor. Where there are none, none can move.
  const status = useLive(topic ?? '', { enabled: topic !== undefined && list.firstPage, onEvent: (data) => {
    // Without data it is the connection speaking: it was down, and nobody knows what was said meanwhile.
    if (data === undefined) setMissed(true);
    else if (empty) void query.refetch();
    else setFresh((count) => count + 1);
  } });
  const show = () => {
    setFresh(0);
    setMissed(false);
    void query.refetch();
  };
  const failure = query.error;
  return {
    rows: query.data?.rows,
    page: { newer: query.data?.newer, older: query.data?.older },
    refreshing: query.isFetching && query.data !== undefined,
    error: failure === null || query.data !== undefined ? undefined : {
      message: failure.message,
      requestId: failure instanceof RequestFailed ? failure.requestId : undefined,
      retry: () => { void query.refetch(); },
    },
    ...(topic !== undefined && { live: { status, fresh: list.firstPage ? fresh : 0, missed: list.firstPage && missed, onShow: show } }),
  };
}
