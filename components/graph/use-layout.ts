// useLayout: the layout of the graph shown, computed again when its nodes or edges change.
'use client';

import { useEffect, useMemo, useRef, useState } from 'react';
import { computeLayout, type LayoutResult } from './compute-layout.ts';
import type { Picture } from './picture.ts';

type Answer = LayoutResult & { readonly key: string };

/** The result for this very graph, or undefined while it is being computed; `stop` abandons it. */
export function useLayout(picture: Picture | undefined): { readonly result: LayoutResult | undefined; readonly stop: () => void; readonly retry: () => void } {
  const [attempt, setAttempt] = useState(0);
  const [answer, setAnswer] = useState<Answer | undefined>();
  const control = useRef<AbortController | undefined>(undefined);
  // Only what the picture depends on: new labels or states do not move anything.
  const key = useMemo(() => JSON.stringify([attempt, picture === undefined ? null : [picture.orientation, picture.boxes, picture.lines.map((line) => [line.from, line.to]), picture.frames.map((frame) => frame.members)]]), [attempt, picture]);

  useEffect(() => {
    if (picture === undefined) return;
    const abort = new AbortController();
    control.current = abort;
    let wanted = true;
    void computeLayout(picture, abort.signal).then((result) => { if (wanted) setAnswer({ ...result, key }); });
    return () => {
      wanted = false;
      abort.abort();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for the picture
  }, [key]);

  return {
    result: answer?.key === key ? answer : undefined,
    stop: () => { control.current?.abort(); },
    retry: () => { setAttempt((count) => count + 1); },
  };
}
