// What is due now and then whatever happens: partitions for the months to come, and the retention that the operator chose. Every process may do it; each waits for the other and finds nothing left to do.
import { forgetChanges } from '#lib/db/changes.ts';
import { settings } from '#lib/env.ts';
import { logDefect } from '#lib/kernel/log.ts';
import { prepareEventPartitions, removeOldEventBytes } from '#lib/runs/index.ts';

const everyMilliseconds = 6 * 3_600_000;
const dayMilliseconds = 86_400_000;

/** Does once what is due. Throws what fails. */
export async function houseKept(now: number = Date.now()): Promise<void> {
  await prepareEventPartitions();
  const days = settings().EVENT_RETENTION_DAYS;
  if (days !== undefined) await removeOldEventBytes(new Date(now - days * dayMilliseconds).toISOString());
}

/** Does it now and every six hours, as long as the process lives. */
export function keepHouse(): void {
  houseKept().catch((error: unknown) => { logDefect(error, { operation: 'housekeeping' }); }).finally(() => { setTimeout(keepHouse, everyMilliseconds).unref(); });
}

const forgetEveryMilliseconds = 60_000;

/** Forgets noted changes that nobody can ask for any more, every minute, as long as the process lives. */
export function keepForgetting(): void {
  forgetChanges().catch((error: unknown) => { logDefect(error, { operation: 'forgetting changes' }); }).finally(() => { setTimeout(keepForgetting, forgetEveryMilliseconds).unref(); });
}
