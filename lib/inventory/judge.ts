// Judging what runs read: keeps who read it, raises what is wrong, and settles what is wrong no longer.
//
// Everything here is decided by what is stored, not by which event came when: whoever judges last, judges right. One
// judges at a time (`lockJudging`), since two that saw different moments could leave what neither would.
import type { WriteTx } from '#lib/db/client.ts';
import { fingerprintOf, openAmong, raiseFinding, settleFinding, type NewFinding } from '#lib/findings/index.ts';
import type { CommandContext } from '#lib/kernel/context.ts';
import { arrivedUnapproved, sourceRules, useOf, wrongWith, type SourceRule } from './domain.ts';
import { arrivalIdentity, ofArrival, ofSource, sourceIdentity } from './rules.ts';
import { dataUses, type DataUse } from './schema.ts';
import * as store from './store/reads.ts';
import type { Pair } from './store/reads.ts';

/** Reads of one run that are looked at; a run that names more is judged by these. */
const mostReads = 20_000;
/** Runs that read what a run produced and are looked at again with it. Of more, one of each team and version is enough: findings are one for each of those. */
const mostConcerned = 2_000;
/** Findings about how data came in that one run gives reason for; of more, the first by digest stand for all. */
const mostArrivals = 50;
const chunk = 500;

type Identity = ReturnType<typeof sourceIdentity> | ReturnType<typeof arrivalIdentity>;

async function settleAll(tx: WriteTx, context: CommandContext, teamId: string, gone: readonly Identity[], reason: string): Promise<void> {
  const open = await openAmong(tx, teamId, gone.map(fingerprintOf));
  for (const identity of gone) if (open.has(fingerprintOf(identity))) await settleFinding(tx, context, { teamId, ...identity }, reason);
}

async function raiseAll(tx: WriteTx, context: CommandContext, reports: readonly NewFinding[]): Promise<void> {
  for (const report of reports) await raiseFinding(tx, context, report);
}

const allOf = (sourceId: string) => sourceRules.flatMap((rule): { rule: SourceRule; use: DataUse | null; identity: Identity }[] => (rule === 'use_not_allowed' ? dataUses.map((use) => ({ rule, use, identity: sourceIdentity(rule, sourceId, use) })) : [{ rule, use: null, identity: sourceIdentity(rule, sourceId, null) }]));

/** Judges one source as one team uses it. */
export async function judgeSource(tx: WriteTx, context: CommandContext, teamId: string, sourceId: string): Promise<void> {
  const [source] = await store.judgedSources(tx, [sourceId]);
  if (!source) return;
  const readers = await store.readersOf(tx, sourceId, teamId);
  const wrong = wrongWith(source.expired ? 'expired' : source.stored, source.uses, readers.map(({ use }) => use));
  const producing = wrong.length === 0 ? new Set<string>() : await store.inProduction(tx, [teamId]);
  const latest = (use: DataUse | null) => readers.filter((reader) => use === null || reader.use === use).sort((a, b) => (a.at === b.at ? (a.runId < b.runId ? 1 : -1) : a.at < b.at ? 1 : -1))[0];
  const reports = wrong.flatMap(({ rule, use }) => {
    const by = latest(use);
    return by ? [ofSource(teamId, source, rule, use, by, readers.some((reader) => (use === null || reader.use === use) && producing.has(`${teamId} ${reader.pipeline ?? reader.job}`)))] : [];
  });
  const wrongNow = new Set(reports.map(fingerprintOf));
  await settleAll(tx, context, teamId, allOf(sourceId).map(({ identity }) => identity).filter((identity) => !wrongNow.has(fingerprintOf(identity))), 'the source is approved for what it is used for');
  await raiseAll(tx, context, reports);
}

/** Judges how versions came in that teams read. */
export async function judgeArrivals(tx: WriteTx, context: CommandContext, pairs: readonly Pair[]): Promise<void> {
  if (pairs.length === 0) return;
  const belonging = await store.belongings(tx, pairs);
  const ingested = await store.ingestedAs(tx, belonging);
  const sources = new Map((await store.judgedSources(tx, [...new Set(belonging.map(({ sourceId }) => sourceId))])).map((source) => [source.id, source]));
  const rows = (await store.arrivals(tx, pairs)).sort((a, b) => ((a.digest ?? '') < (b.digest ?? '') ? -1 : 1));
  const teams = [...new Set(rows.map(({ teamId }) => teamId))].sort();
  const changes = await store.changesOfTeam(tx, teams);
  const producing = await store.inProduction(tx, teams);
  const of = Map.groupBy(belonging, ({ teamId, versionId }) => `${teamId} ${versionId}`);
  const perRun = new Map<string, number>();
  for (const teamId of teams) {
    const reports: NewFinding[] = [];
    const gone: Identity[] = [];
    for (const row of rows.filter((one) => one.teamId === teamId)) {
      const belongs = (of.get(`${teamId} ${row.versionId}`) ?? []).map(({ sourceId }) => ({ id: sourceId, ingested: ingested.has(`${row.versionId} ${sourceId}`) }));
      const wrong = row.readByOthers && arrivedUnapproved({ sources: belongs, derived: row.derived, digest: row.digest }, row.keepsInventory);
      if (!wrong || row.digest === null || row.runId === null) {
        gone.push(arrivalIdentity(row.versionId));
        continue;
      }
      const count = (perRun.get(row.runId) ?? 0) + 1;
      perRun.set(row.runId, count);
      if (count > mostArrivals) continue;
      const known = belongs.flatMap(({ id }) => sources.get(id) ?? []);
      const epoch = known.length === 0 ? (changes.get(teamId) ?? 0) : known.reduce((sum, source) => sum + source.changes, 0);
      reports.push(ofArrival(teamId, { id: row.versionId, digest: row.digest, name: row.name }, known, { runId: row.runId, job: row.job ?? '' }, epoch, producing.has(`${teamId} ${row.pipeline ?? row.job ?? ''}`)));
    }
    await settleAll(tx, context, teamId, gone, 'an approved ingestion produced it, or it is no longer read from outside');
    await raiseAll(tx, context, reports);
  }
}

/** Keeps and judges what runs read, and what others read that these runs produced. Returns how many reads were looked at, and the teams whose pages of sources say more now. */
export async function judgeRuns(tx: WriteTx, context: CommandContext, runIds: readonly string[]): Promise<{ readonly looked: number; readonly teams: readonly string[] }> {
  const concerned = await store.concernedRuns(tx, runIds, mostConcerned);
  const reads = await store.readsOf(tx, concerned, mostReads);
  if (reads.length === 0) return { looked: 0, teams: [] };
  const belonging = Map.groupBy(await store.belongings(tx, reads), ({ teamId, versionId }) => `${teamId} ${versionId}`);
  const kept = reads.flatMap((read) => (belonging.get(`${read.teamId} ${read.versionId}`) ?? []).map(({ sourceId, assetId }) => ({ runId: read.runId, versionId: read.versionId, sourceId, assetId, use: useOf(read), ingestion: read.ingestionJob, teamId: read.teamId })));
  await store.keepReads(tx, kept);
  const pairs = [...new Map(kept.map((row) => [`${row.teamId} ${row.sourceId}`, row])).values()].sort((a, b) => (`${a.teamId} ${a.sourceId}` < `${b.teamId} ${b.sourceId}` ? -1 : 1));
  for (const { teamId, sourceId } of pairs) await judgeSource(tx, context, teamId, sourceId);
  const versions = [...new Map(reads.map((read) => [`${read.teamId} ${read.versionId}`, { teamId: read.teamId, versionId: read.versionId }])).values()];
  for (let start = 0; start < versions.length; start += chunk) await judgeArrivals(tx, context, versions.slice(start, start + chunk));
  const read = await store.judgedSources(tx, [...new Set(kept.map(({ sourceId }) => sourceId))]);
  return { looked: reads.length, teams: [...new Set([...kept, ...read].map(({ teamId }) => teamId))] };
}
