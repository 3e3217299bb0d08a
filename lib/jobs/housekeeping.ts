// What is due now and then whatever happens: partitions for the months to come, the retention that the operator chose, and approvals of data sources that ended. Every process may do it; each waits for the other and finds nothing left to do.
import { forgetChanges } from '#lib/db/changes.ts';
import { settings } from '#lib/env.ts';
import { evidenceChores } from '#lib/evidence/index.ts';
import { sweepRecords } from '#lib/findings/index.ts';
import { noticeExpiries } from '#lib/inventory/index.ts';
import { logDefect } from '#lib/kernel/log.ts';
import { prepareEventPartitions, removeOldEventBytes } from '#lib/runs/index.ts';

const everyMilliseconds = 6 * 3_600_000;
const dayMilliseconds = 86_400_000;

/** Does once what is due. Throws what fails. */
export async function houseKept(now: number = Date.now()): Promise<void> {
  await prepareEventPartitions();
  await noticeExpiries();
  const days = settings().EVENT_RETENTION_DAYS;
  if (days !== undefined) await removeOldEventBytes(new Date(now - days * dayMilliseconds).toISOString());
}

/** Does it now and every six hours, as long as the process lives. */
export function keepHouse(): void {
  houseKept().catch((error: unknown) => { logDefect(error, { operation: 'housekeeping' }); }).finally(() => { setTimeout(keepHouse, everyMilliseconds).unref(); });
}

const recordMilliseconds = 600_000;

/** Compares evidence with the audit log, a few seconds every ten minutes, as long as the process lives. */
export function keepRecords(): void {
  sweepRecords().catch((error: unknown) => { logDefect(error, { operation: 'comparison of evidence with the audit log' }); }).finally(() => { setTimeout(keepRecords, recordMilliseconds).unref(); });
}

const evidenceEveryMilliseconds = 10_000;

/** Takes up what was left lying of evidence, every ten seconds: sweeps of a process that was stopped, and verdicts that wait for a run. */
export function keepEvidence(): void {
  evidenceChores().catch((error: unknown) => { logDefect(error, { operation: 'evidence chores' }); }).finally(() => { setTimeout(keepEvidence, evidenceEveryMilliseconds).unref(); });
}

const forgetEveryMilliseconds = 60_000;

/** Forgets noted changes that nobody can ask for any more, every minute, as long as the process lives. */
export function keepForgetting(): void {
  forgetChanges().catch((error: unknown) => { logDefect(error, { operation: 'forgetting changes' }); }).finally(() => { setTimeout(keepForgetting, forgetEveryMilliseconds).unref(); });
}
