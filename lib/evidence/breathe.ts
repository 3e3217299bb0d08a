// Long work in a process that serves pages: it stops every few milliseconds, and longer while others want the processor.
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

const LONGEST_AT_A_STRETCH = 3;
/** A turn of the event loop that takes longer than this had other work in it. */
const OTHERS_ARE_BUSY = 1.5;
const LONGEST_PAUSE = 25;

/**
 * To be awaited between small pieces of work. Where nobody else has work it costs next to nothing; where others have, they come first: the pause is twice
 * what their turn took, at most 25 ms.
 */
export function breather(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < LONGEST_AT_A_STRETCH) return;
    const before = performance.now();
    await turn();
    const took = performance.now() - before;
    if (took > OTHERS_ARE_BUSY) await sleep(Math.min(LONGEST_PAUSE, 2 * took));
    began = performance.now();
  };
}
