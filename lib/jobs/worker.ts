// The worker: takes events of the outbox and calls the handlers of the domains that act on them. Any number of processes may work at once.
import { handleEnvironmentChanged, handleExceptionsChanged, handleIncidentsChanged, handlePolicyActivated, handleReviewDue } from '#lib/approvals/index.ts';
import { handleSweepDue } from '#lib/evidence/index.ts';
import { handleContradiction, handleEvidenceVerified, handleRecordDoubted, handleRunFailed, handleTrustChanged, handleVersionPublished } from '#lib/findings/index.ts';
import { handleRunsReported, handleSourceChanged } from '#lib/inventory/index.ts';
import { logDefect } from '#lib/kernel/log.ts';
import { queueClient } from './outbox.ts';
import { outboxEventNames, type OutboxEventName, type OutboxEvents } from './queues.ts';

type Handlers = { readonly [Name in OutboxEventName]: (payload: OutboxEvents[Name]) => Promise<void> };

/** Who handles what. Every event has its handler; each may be called again for the same event. */
const handlers: Handlers = {
  'evidence.verified': handleEvidenceVerified,
  'evidence.trust_changed': handleTrustChanged,
  'evidence.sweep_due': handleSweepDue,
  'evidence.record_doubted': handleRecordDoubted,
  'lineage.contradiction_recorded': handleContradiction,
  'registry.version_published': handleVersionPublished,
  'runs.run_failed': handleRunFailed,
  'inventory.runs_reported': handleRunsReported,
  'inventory.source_changed': handleSourceChanged,
  'policy.activated': handlePolicyActivated,
  'approvals.emergency_review_due': handleReviewDue,
  'exceptions.changed': handleExceptionsChanged,
  'policy.environment_changed': handleEnvironmentChanged,
  'incidents.changed': handleIncidentsChanged,
};

const BATCH = 20;
const options = { batchSize: BATCH, pollingIntervalSeconds: 1, burstWhenBatchFull: true, perJobResults: true } as const;

/** Handles one event. A failure is logged without its payload and told to the queue, which tries again and keeps what fails for good. */
async function handled<Name extends OutboxEventName>(name: Name, job: { id: string; data: OutboxEvents[Name] }): Promise<{ id: string; status: 'completed' | 'failed'; output?: { message: string } }> {
  try {
    await handlers[name](job.data);
    return { id: job.id, status: 'completed' };
  } catch (error) {
    logDefect(error, { operation: `job ${name}`, jobId: job.id });
    return { id: job.id, status: 'failed', output: { message: 'the handler failed; the operational log says where' } };
  }
}

async function work<Name extends OutboxEventName>(name: Name): Promise<void> {
  const boss = await queueClient();
  await boss.work<OutboxEvents[Name], unknown, typeof options>(name, options, async (jobs) => {
    const results = [];
    for (const job of jobs) results.push(await handled(name, job));
    return results;
  });
}

const shared = globalThis as { gatehouseWorker?: Promise<void> };

/** Starts working in this process; a second call does nothing. Throws when the database cannot be reached. */
export function startWorker(): Promise<void> {
  shared.gatehouseWorker ??= (async () => {
    for (const name of outboxEventNames) await work(name);
  })().catch((error: unknown) => {
    delete shared.gatehouseWorker;
    throw error;
  });
  return shared.gatehouseWorker;
}

const RETRY_MILLISECONDS = 5_000;

/** Starts working as soon as the database answers: a portal that starts before its database must not stay without a worker. */
export function keepWorking(): void {
  startWorker().catch((error: unknown) => {
    logDefect(error, { operation: 'worker start' });
    setTimeout(keepWorking, RETRY_MILLISECONDS).unref();
  });
}
