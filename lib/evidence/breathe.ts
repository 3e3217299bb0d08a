// Long work in a process that serves pages: it stops every few milliseconds, and longer while others want the processor.
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

const LONGEST_AT_A_STRETCH = 3;
/** A turn of the event loop that takes longer than this had other work in it. */
const OTHERS_ARE_BUSY = 1.5;
const LONGEST_PAUSE = 25;
/** Who has waited for others this long in one piece of work finishes it: a transaction is open meanwhile, and a process that is never idle must still get on. */
const MOST_WAITING = 2_000;

/**
 * To be awaited between small pieces of work. Where nobody else has work it costs next to nothing; where others have, they come first: the pause is twice
 * what their turn took, at most 25 ms; after two seconds of waiting the rest is done without any.
 */
export function breather(): () => Promise<void> {
  let began = performance.now();
  let waited = 0;
  return async () => {
    if (waited > MOST_WAITING || performance.now() - began < LONGEST_AT_A_STRETCH) return;
    const before = performance.now();
    await turn();
    const took = performance.now() - before;
    if (took > OTHERS_ARE_BUSY) await sleep(Math.min(LONGEST_PAUSE, 2 * took));
    began = performance.now();
    waited += began - before;
  };
}
