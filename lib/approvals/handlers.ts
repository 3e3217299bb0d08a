// Handlers of outbox events: when a policy becomes active or an exception changes, requests that rest on what was are stale.
import type { OutboxEvents } from '#lib/jobs/queues.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { systemCommand, unchanged } from '#lib/kernel/system-command.ts';
import { ensureShippedPolicies, policyById } from '#lib/policy/index.ts';
import { markStale } from './commands.ts';
import { examine } from './snapshot.ts';
import { livingInto, livingOf, livingUnderOtherPolicy, nextLiving } from './store.ts';

const BATCH = 100;

/**
 * Marks open and approved requests of the policy's environment stale, batch by batch. Decisions and deployments look at
 * the policy themselves, so nothing slips through before this has run; it makes the lists say so.
 */
export async function handlePolicyActivated({ policyVersionId }: OutboxEvents['policy.activated']): Promise<void> {
  for (let marked = BATCH; marked === BATCH; ) {
    marked = await systemCommand('approvals.policyActivated', async (tx) => {
      const activated = await policyById(tx, policyVersionId);
      if (!activated) return unchanged(0);
      const rows = await livingUnderOtherPolicy(tx, activated.environment, BATCH);
      const entries = [];
      for (const row of rows) entries.push(await markStale(tx, row, ['the policy changed since it was evaluated']));
      const [first, ...more] = entries;
      return first ? audited(rows.length, first, ...more) : unchanged(0);
    });
  }
}

/**
 * Marks the living requests of a model version stale when an exception that they rest on came, went or ended: the
 * exceptions in force are part of the frozen facts.
 */
export async function handleExceptionsChanged({ modelVersionId, environment }: OutboxEvents['exceptions.changed']): Promise<void> {
  await systemCommand('approvals.exceptionsChanged', async (tx, { now }) => {
    const entries = [];
    for (const row of await livingOf(tx, modelVersionId, environment, BATCH)) {
      const { stale } = await examine(tx, row, now, true);
      if (stale.length > 0) entries.push(await markStale(tx, row, stale));
    }
    const [first, ...more] = entries;
    return first ? audited(entries.length, first, ...more) : unchanged(0);
  });
}

/**
 * An environment was made or changed: one without a policy gets the shipped one of its tier, and living requests into it
 * that no longer rest on what they froze are stale.
 */
export async function handleEnvironmentChanged({ environment }: OutboxEvents['policy.environment_changed']): Promise<void> {
  await ensureShippedPolicies();
  let last: string | null = null;
  for (let seen = BATCH; seen === BATCH; ) {
    seen = await systemCommand('approvals.environmentChanged', async (tx, { now }) => {
      const rows = await livingInto(tx, environment, last, BATCH);
      const entries = [];
      for (const row of rows) {
        const { stale } = await examine(tx, row, now, true);
        if (stale.length > 0) entries.push(await markStale(tx, row, stale));
        last = row.id;
      }
      const [first, ...more] = entries;
      return first ? audited(rows.length, first, ...more) : unchanged(rows.length);
    });
  }
}

/**
 * Looks at every living request again after an incident was opened or closed: it may be upstream of any of them. Each in a
 * transaction of its own; decisions look themselves, so nothing slips through before this has run.
 */
export async function handleIncidentsChanged({ incidentId: _incidentId }: OutboxEvents['incidents.changed']): Promise<void> {
  for (let after: string | null = null; ; ) {
    const seen: string | null = await systemCommand('approvals.incidentsChanged', async (tx, { now }) => {
      const row = await nextLiving(tx, after);
      if (!row) return unchanged(null);
      const { stale } = await examine(tx, row, now, true);
      return stale.length > 0 ? audited<string | null>(row.id, await markStale(tx, row, stale)) : unchanged(row.id);
    });
    if (seen === null) return;
    after = seen;
  }
}
