// Materials of runs that were stored before materials were read: filled in from the kept events, piece by piece, so that it can be ended and taken up again, and done twice to the same result.
import { audited } from '#lib/kernel/audit-event.ts';
import { readTransaction, type WriteTx } from '#lib/db/client.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { newId } from '#lib/kernel/ids.ts';
import { settled, systemCommand, unchanged } from '#lib/kernel/system-command.ts';
import { readEvent } from './event.ts';
import { gather, type Gathered, type GatheredEdge, type GatheredSighting } from './gather.ts';
import { storeEvents } from './store.ts';
import { countMaterials, lockProgress, nextEvents, readProgress, saveProgress, type KeptEvent, type Progress } from './store/materials.ts';

export type MaterialsProgress = Progress;

/** Events and bytes of one transaction. */
const mostEvents = 2_000;
const mostBytes = 16 * 1_048_576;

const nothing: Gathered = { events: [], jobs: new Map(), assets: new Map(), versions: new Map(), runs: new Map(), parents: new Map(), edges: new Map(), sightings: new Map(), facets: new Map(), symlinks: new Map(), declarations: new Map() };

/** The material edges that kept events tell of, as known since each was first received. What cannot be read as an event any more tells nothing. */
export function materialsIn(kept: readonly KeptEvent[]): Gathered {
  const [assets, versions] = [new Map(nothing.assets), new Map(nothing.versions)];
  const edges = new Map<string, GatheredEdge>();
  const sightings = new Map<string, GatheredSighting>();
  for (const { bytes, digest, receivedAt } of kept) {
    if (bytes === null) continue;
    const read = readEvent(bytes.toString('utf8'));
    if (!read.ok || read.value.run === null) continue;
    // Where secrets were taken out before it was kept, its text is not the text that ran, and its digest would name other code.
    const whole = sha256(bytes) === digest;
    const materials = read.value.edges.filter((edge) => edge.direction === 'material' && (whole || edge.kind !== 'code' || edge.version.digest === null));
    if (materials.length === 0) continue;
    const told = gather([{ ...read.value, edges: materials }]);
    for (const { key, assetKey, versionKey } of told.edges.values()) {
      const [asset, version] = [told.assets.get(assetKey), told.versions.get(versionKey)];
      if (asset && !assets.has(assetKey)) assets.set(assetKey, asset);
      if (version && !versions.has(versionKey)) versions.set(versionKey, version);
      const edge = told.edges.get(key);
      const before = edges.get(key)?.receivedAt;
      if (edge && (before === undefined || receivedAt < before)) edges.set(key, { ...edge, receivedAt });
    }
    for (const [key, sighting] of told.sightings) {
      const before = sightings.get(key)?.receivedAt;
      if (before === undefined || receivedAt < before) sightings.set(key, { ...sighting, receivedAt });
    }
  }
  return { ...nothing, assets, versions, edges, sightings };
}

async function piece(tx: WriteTx, progress: Progress): Promise<{ progress: Progress; finished: boolean }> {
  const kept = await nextEvents(tx, progress, mostEvents, mostBytes);
  const last = kept.at(-1);
  if (last === undefined) return { progress, finished: true };
  let added = 0;
  for (const [teamId, events] of Map.groupBy(kept, (event) => event.teamId)) {
    const gathered = materialsIn(events);
    if (gathered.edges.size === 0) continue;
    const runIds = [...new Set([...gathered.edges.values()].map((edge) => edge.runId))];
    const before = await countMaterials(tx, runIds);
    const stored = await storeEvents(tx, { teamId, accountId: events[0]?.reportedBy ?? '' }, gathered);
    if (!stored.ok) throw new Error('materials were taken for runs of another team');
    added += (await countMaterials(tx, runIds)) - before;
  }
  const withoutBytes = kept.filter((event) => event.kind === 'run' && event.bytes === null).length;
  return { finished: false, progress: { ...progress, after: last.id, looked: progress.looked + kept.length, added: progress.added + added, withoutBytes: progress.withoutBytes + withoutBytes } };
}

/** Where the filling in stands; null where it was never begun. */
export const materialsProgress = (): Promise<MaterialsProgress | null> => readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, readProgress);

/**
 * Fills in the materials of all events received by now, or goes on where an earlier call was ended; two processes take turns. Each piece is a transaction of its own.
 *
 * @param options.again begins from the first event.
 * @param options.told is told where it stands after each piece; false ends the work there.
 */
export async function fillMaterials({ again, told }: { readonly again: boolean; readonly told: (progress: MaterialsProgress) => boolean }): Promise<MaterialsProgress> {
  for (let first = true; ; first = false) {
    const progress = await systemCommand('ingest.fillMaterials', async (tx) => {
      const from = await lockProgress(tx, again && first);
      if (from.finishedAt !== null) return unchanged(from);
      const { progress: to, finished } = await piece(tx, from);
      await saveProgress(tx, to, finished);
      const value: Progress = finished ? { ...to, finishedAt: new Date().toISOString() } : to;
      if (to.added === from.added) return settled(value);
      return audited(value, { subjectTable: 'run_asset', subjectId: null, teamId: null, reason: 'materials read from kept events', after: { from: from.after, to: to.after, looked: to.looked - from.looked, added: to.added - from.added } });
    });
    if (progress.finishedAt !== null || !told(progress)) return progress;
  }
}
