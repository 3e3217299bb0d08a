// Background work of this domain: verifying evidence again after trust changed, and when the run that it names is known.
import { readTransaction } from '#lib/db/client.ts';
import { publish } from '#lib/jobs/outbox.ts';
import type { OutboxEvents } from '#lib/jobs/queues.ts';
import { announce } from '#lib/kernel/announce.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { newId } from '#lib/kernel/ids.ts';
import { settled, systemCommand, unchanged } from '#lib/kernel/system-command.ts';
import { advance, settleAwaiting } from './reverify.ts';
import { lockTrust } from './store/evidence.ts';
import { forsakenSweeps, sweepForUpdate } from './store/trust-policy.ts';

const BATCH = 100;
/** A job that takes longer gives the rest to another one, so that no job comes near its time limit, and other sweeps have their turn. */
const LONGEST_JOB_MILLISECONDS = 8_000;
/** A sweep that nobody has been at for so long is taken up by whoever finds it. */
const FORSAKEN_SECONDS = 20;

/** Does one batch. What it verified is accounted for by the sweep's row and the audit events at the sweep's beginning and end. */
function batch(sweepId: string, handOver: boolean): Promise<'more' | 'done' | 'handed over'> {
  return systemCommand<'more' | 'done' | 'handed over'>('evidence.verifyAgain', async (tx) => {
    const sweep = await sweepForUpdate(tx, sweepId);
    if (sweep === null) throw new Error('a sweep that is due is not there');
    if (sweep.state === 'done') return unchanged('done');
    await lockTrust(tx, sweep.teamId, 'read');
    const result = await advance(tx, sweep, BATCH);
    announce('evidence', sweep.teamId);
    if (result.done) {
      const totals = { looked: sweep.done + result.looked, verifiedAgain: sweep.verifiedAgain + result.verifiedAgain, nowPassed: sweep.nowPassed + result.nowPassed, nowFailed: sweep.nowFailed + result.nowFailed };
      return audited('done' as const, { subjectTable: sweep.cause, subjectId: sweep.causeId, teamId: sweep.teamId, after: { sweepId, ...totals } });
    }
    if (!handOver) return settled('more' as const);
    await publish(tx, 'evidence.sweep_due', { sweepId });
    return settled('handed over' as const);
  });
}

/** Verifies all that a change of trust affects, batch by batch, each in a transaction of its own, from where an earlier job left it. Repeating it changes nothing more. */
export async function handleSweepDue({ sweepId }: OutboxEvents['evidence.sweep_due'], longest: number = LONGEST_JOB_MILLISECONDS): Promise<void> {
  const until = Date.now() + longest;
  for (let state: string = 'more'; state === 'more'; ) state = await batch(sweepId, Date.now() >= until);
}

/** Takes up sweeps whose worker was stopped, and evidence whose run is known now. For every process, now and then. */
export async function evidenceChores(): Promise<void> {
  const forsaken = await readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, (tx) => forsakenSweeps(tx, FORSAKEN_SECONDS));
  for (const sweepId of forsaken) await handleSweepDue({ sweepId });
  for (let verified = AWAITING; verified === AWAITING; ) {
    verified = await systemCommand('evidence.verifyAwaiting', async (tx) => {
      const found = await settleAwaiting(tx, AWAITING);
      for (const teamId of found.teamIds) announce('evidence', teamId);
      return found.verified === 0 ? unchanged(0) : settled(found.verified);
    });
  }
}
const AWAITING = 100;
