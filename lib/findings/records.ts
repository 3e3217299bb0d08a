// Evidence that no longer is what the audit log recorded: found by a sweep, or when it is used, and raised as critical.
import { examineRecords, moveSweep, sweepPosition, sweepStretch, type RecordFault } from '#lib/evidence/index.ts';
import type { OutboxEvents } from '#lib/jobs/queues.ts';
import { settled, systemCommand, unchanged } from '#lib/kernel/system-command.ts';
import { raiseFinding, settleFinding, type NewFinding } from './raise.ts';
import * as store from './store.ts';

const RULE = 'evidence_record_changed';
const aboutEvidence = (teamId: string, evidenceId: string) => ({ teamId, source: 'verification' as const, rule: RULE, identity: [evidenceId] });

/** One finding for each piece of evidence, however often and by whomever it is met. */
const ofFault = ({ evidenceId, exists, what }: RecordFault, teamId: string): NewFinding => ({
  ...aboutEvidence(teamId, evidenceId),
  occurrence: `record:${evidenceId}:${what}`,
  title: exists ? 'Evidence was changed in the database' : 'Evidence was removed from the database',
  detail: `Evidence ${evidenceId}: ${what}. Gatehouse itself never changes or removes evidence, and its database role cannot: somebody with more rights did. It counts as not verified everywhere until it is what the audit log recorded.`,
  recommendation: 'Treat the database as compromised: find out who holds the owner’s or a superuser’s rights and used them, restore the row from a backup, and compare exported audit proofs with the log.',
  severity: 'critical', references: ['ML06:2023', 'AML.T0010', 'AML.M0013', 'AML.M0014'],
  facts: [{ name: 'evidence', value: evidenceId, unit: null }, { name: 'what differs', value: what, unit: null }],
  evidenceId: exists ? evidenceId : null,
});

async function raiseAll(tx: Parameters<typeof raiseFinding>[0], context: Parameters<typeof raiseFinding>[1], faults: readonly RecordFault[]): Promise<number> {
  let raised = 0;
  for (const fault of faults.toSorted((a, b) => (a.evidenceId < b.evidenceId ? -1 : 1))) {
    if (fault.teamId === null) continue;
    const { outcome } = await raiseFinding(tx, context, ofFault(fault, fault.teamId));
    if (outcome !== 'known') raised += 1;
  }
  return raised;
}

/** Somebody used evidence that differs from the log: looks closely and raises it. */
export const handleRecordDoubted = ({ evidenceId }: OutboxEvents['evidence.record_doubted']): Promise<void> =>
  systemCommand<void>('findings.ofRecord', async (tx, context) => {
    const raised = await raiseAll(tx, context, await examineRecords(tx, [evidenceId]));
    return raised === 0 ? unchanged(undefined) : settled(undefined);
  });

const STRETCH = 2_000;
const MILLISECONDS = 5_000;

/** One stretch of the log; null where another process is at it. Starts again from the beginning after the end. */
const step = (): Promise<{ examined: number; end: boolean } | null> =>
  systemCommand('findings.sweepRecords', async (tx, context) => {
    const position = await sweepPosition(tx);
    if (position === null) return unchanged(null);
    const { faults, examined, last, end } = await sweepStretch(tx, position, STRETCH);
    await raiseAll(tx, context, faults);
    await moveSweep(tx, end ? 0 : last);
    return settled({ examined, end });
  });

/** Those that were found changed before and are what they should be again. */
const settleRestored = (): Promise<void> =>
  systemCommand<void>('findings.settleRecords', async (tx, context) => {
    const open = await store.openOfRule(tx, RULE, 500);
    if (open.length === 0) return unchanged(undefined);
    const identified = open.flatMap(({ teamId, facts }) => {
      const id = (facts['items'] as readonly { name: string; value: unknown }[] | undefined)?.find(({ name }) => name === 'evidence')?.value;
      return typeof id === 'string' ? [{ teamId, evidenceId: id }] : [];
    });
    const faulty = new Set((await examineRecords(tx, identified.map(({ evidenceId }) => evidenceId))).map(({ evidenceId }) => evidenceId));
    let done = false;
    for (const { teamId, evidenceId } of identified) if (!faulty.has(evidenceId)) done = (await settleFinding(tx, context, aboutEvidence(teamId, evidenceId), 'the row is again what the audit log recorded')) || done;
    return done ? settled(undefined) : unchanged(undefined);
  });

/** Compares evidence with the audit log for a few seconds and goes on from there the next time; the whole log comes round again and again. Returns how many pieces were looked at. */
export async function sweepRecords(milliseconds = MILLISECONDS): Promise<number> {
  const until = performance.now() + milliseconds;
  let examined = 0;
  do {
    const done = await step();
    if (done === null) return examined;
    examined += done.examined;
    if (done.end) break;
  } while (performance.now() < until);
  await settleRestored();
  return examined;
}
