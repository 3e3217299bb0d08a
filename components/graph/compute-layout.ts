// Computes a layout in a worker that is ended when it takes too long or is no longer wanted.
'use client';

import ELK from 'elkjs/lib/elk-api.js';
import { layoutInput } from './layout-input.ts';
import { readLayout, type Layout } from './layout-output.ts';
import { placed, type Picture } from './picture.ts';

export type LayoutResult =
  | { readonly is: 'ready'; readonly layout: Layout; readonly milliseconds: number }
  /** Ended after the limit: the page says so, and the table still works. */
  | { readonly is: 'too-slow' }
  | { readonly is: 'stopped' }
  | { readonly is: 'failed'; readonly message: string };

// Three hundred nodes that are all different take one or two seconds; look-alikes are folded before and take none. The reader can stop it earlier.
export const layoutLimit = 5_000;

// Fetching and starting the engine is the network's time, not the graph's; it has a limit of its own.
const startLimit = 15_000;

/** One layout; the worker is always ended afterwards, whatever happened. */
export async function computeLayout(picture: Picture, signal: AbortSignal): Promise<LayoutResult> {
  const started = performance.now();
  const failure = Promise.withResolvers<LayoutResult>();
  const elk = new ELK({
    workerFactory: () => {
      const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
      worker.addEventListener('error', (event) => { failure.resolve({ is: 'failed', message: event.message === '' ? 'The layout worker could not be started.' : event.message }); });
      return worker;
    },
  });
  let timer = setTimeout(() => { failure.resolve({ is: 'failed', message: 'The layout engine did not start.' }); }, startLimit);
  const stop = () => { failure.resolve({ is: 'stopped' }); };
  signal.addEventListener('abort', stop);
  try {
    // The first answer, to any question, says that the engine runs: from here on the graph's own time counts.
    const running = elk.knownLayoutAlgorithms().then(() => {
      clearTimeout(timer);
      timer = setTimeout(() => { failure.resolve({ is: 'too-slow' }); }, layoutLimit);
    });
    const layout = running.then(() => elk.layout(layoutInput(picture.boxes, picture.lines, picture.orientation, picture.aspect))).then(
      (answer): LayoutResult => ({ is: 'ready', layout: placed(readLayout(answer), picture), milliseconds: performance.now() - started }),
      (error: unknown): LayoutResult => ({ is: 'failed', message: error instanceof Error ? error.message : 'The layout engine refused this graph.' }),
    );
    return await Promise.race([layout, failure.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    elk.terminateWorker();
  }
}
