// Handlers of outbox events, and the sweep: what runs read and what changed about sources is judged. Each may run again at any time.
import type { WriteTx } from '#lib/db/client.ts';
import type { OutboxEvents } from '#lib/jobs/queues.ts';
import { publish } from '#lib/jobs/outbox.ts';
import { announce } from '#lib/kernel/announce.ts';
import { settled, systemCommand, unchanged } from '#lib/kernel/system-command.ts';
import { judgeArrivals, judgeRuns, judgeSource } from './judge.ts';
import * as reads from './store/reads.ts';
import type { Pair } from './store/reads.ts';
import { noteExpiry, sourceById, unnoticedExpiries } from './store/sources.ts';

const runsAtOnce = 50;
const versionsAtOnce = 500;
/** What one handling of a changed source records of the past; the rest is left to the next event. */
const mostRounds = 400;

/** Judges runs that were reported: what they read, and what others read that they produced. */
export async function handleRunsReported({ runIds }: OutboxEvents['inventory.runs_reported']): Promise<void> {
  for (let start = 0; start < runIds.length; start += runsAtOnce) {
    const teams = await systemCommand<readonly string[]>('inventory.runsReported', async (tx, context) => {
      await reads.lockJudging(tx);
      const { looked, teams: concerned } = await judgeRuns(tx, context, runIds.slice(start, start + runsAtOnce));
      return looked === 0 ? unchanged([]) : settled(concerned);
    });
    for (const teamId of teams) announce('sources', teamId);
  }
}

/** Judges pairs, page after page; `next` is given the last one judged and how many were, and may be asked the same again. */
async function inChunks<One extends Pair>(name: string, next: (tx: WriteTx, last: One | null, done: number) => Promise<readonly One[]>): Promise<void> {
  let last: One | null = null;
  for (let done = 0; ; ) {
    const after: One | null = last;
    const judged: number = done;
    const page: readonly One[] = await systemCommand(name, async (tx, context) => {
      await reads.lockJudging(tx);
      const pairs = await next(tx, after, judged);
      await judgeArrivals(tx, context, pairs);
      return pairs.length === 0 ? unchanged(pairs) : settled(pairs);
    });
    last = page.at(-1) ?? null;
    done += page.length;
    if (page.length < versionsAtOnce) return;
  }
}

/** Judges everything that a source touches again: it was proposed, changed, approved or withdrawn, or its approval ended. */
export async function handleSourceChanged({ sourceId }: OutboxEvents['inventory.source_changed']): Promise<void> {
  // What was read before the source was written, or before its names were.
  for (let round = 0; round < mostRounds; round += 1) {
    const more = await systemCommand('inventory.sourceRead', async (tx, context) => {
      await reads.lockJudging(tx);
      const runIds = await reads.unrecordedRuns(tx, sourceId, runsAtOnce);
      if (runIds.length === 0) return unchanged(false);
      await judgeRuns(tx, context, runIds);
      const left = await reads.unrecordedRuns(tx, sourceId, runsAtOnce);
      return settled(left.length > 0 && left.some((id) => !runIds.includes(id)));
    });
    if (!more) break;
    if (round === mostRounds - 1) await systemCommand<void>('inventory.sourceRead', async (tx) => { await publish(tx, 'inventory.source_changed', { sourceId }); return settled(undefined); });
  }
  const teams = await systemCommand('inventory.sourceJudged', async (tx, context) => {
    await reads.lockJudging(tx);
    await reads.refreshIngestion(tx, sourceId);
    const reading = await reads.readingTeams(tx, sourceId);
    for (const teamId of reading) await judgeSource(tx, context, teamId, sourceId);
    await noteExpiry(tx, sourceId);
    return settled(reading);
  });
  await inChunks('inventory.sourceArrivals', (tx, last) => reads.pairsOfSource(tx, sourceId, last, versionsAtOnce));
  await inChunks<Pair & { findingId: string }>('inventory.openArrivals', (tx, last) => reads.openArrivalFindings(tx, last?.findingId ?? null, versionsAtOnce));
  let recent: readonly Pair[] | null = null;
  await inChunks('inventory.teamArrivals', async (tx, _last, done) => {
    const source = recent === null ? await sourceById(tx, sourceId) : null;
    recent ??= source ? await reads.recentOfTeam(tx, source.teamId, 500, 10) : [];
    return recent.slice(done, done + versionsAtOnce);
  });
  for (const teamId of teams) announce('sources', teamId);
}

/** Acts on approvals that ended, whether or not the event that was to say so came. Returns how many. */
export async function noticeExpiries(most = 1_000): Promise<number> {
  return systemCommand('inventory.noticeExpiries', async (tx) => {
    const due = await unnoticedExpiries(tx, most);
    for (const { id } of due) await publish(tx, 'inventory.source_changed', { sourceId: id });
    return due.length === 0 ? unchanged(0) : settled(due.length);
  });
}
