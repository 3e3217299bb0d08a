// What a server process does when it starts: it installs the shipped policies where there are none, and begins to work on the outbox.
import { flushAnswers } from './deployments/index.ts';
import { keepEvidence, keepForgetting, keepHouse, keepRecords } from './jobs/housekeeping.ts';
import { keepWorking } from './jobs/worker.ts';
import { logDefect } from './kernel/log.ts';
import { ensureShippedPolicies } from './policy/index.ts';

const retryMilliseconds = 5_000;

/** Tries until the database answers: a portal may start before its database. Any number of processes may do this at once. */
export function startProcess(): void {
  ensureShippedPolicies().then(() => {
    keepWorking();
    keepHouse();
    keepRecords();
    keepEvidence();
    keepForgetting();
  }, (error: unknown) => {
    logDefect(error, { operation: 'process start' });
    setTimeout(startProcess, retryMilliseconds).unref();
  });
}

/** Writes what was counted when the process is told to end: the web server goes on until its open requests are answered. */
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    flushAnswers().catch((error: unknown) => { logDefect(error, { operation: 'deployments.countRepeats' }); });
  });
}
