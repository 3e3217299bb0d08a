// What the inventory says about the data that a model was made from: the part of the policy's input that is about sources.
import type { ReadTx } from '#lib/db/client.ts';
import type { PolicyInput } from '#lib/policy/index.ts';
import { anySource, judgedSources, keepsInventory, sourcesUpstream, type JudgedSource } from './store/reads.ts';

/** What lies upstream of a model, as its lineage tells it. */
export type Upstream = {
  readonly teamId: string;
  readonly trainingInputs: readonly string[];
  readonly truncated: boolean;
  readonly runs: readonly { readonly id: string; readonly inputs: readonly string[] }[];
  readonly versions: readonly { readonly id: string; readonly digest: string | null; readonly name: string | null; readonly kind: string; readonly producers: readonly string[] }[];
};

export type UpstreamSource = Pick<JudgedSource, 'id' | 'teamId' | 'name' | 'uses' | 'stored' | 'expired'>;
/** What is known of the sources upstream at the moment of asking; `keeps`: the model's team keeps an inventory. */
export type InventoryFacts = { readonly keeps: boolean; readonly sources: readonly UpstreamSource[]; readonly belonging: readonly { readonly versionId: string; readonly sourceId: string; readonly ingested: boolean }[] };

const judgedKinds = ['dataset', 'features'];
const followedKinds = [...judgedKinds, 'model'];
/** Entries that the document names; of more it says how many. */
const mostNamed = 100;
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const short = (digest: string | null): string => (digest === null ? 'no digest' : digest.slice(0, 19));

/** Reads what the inventory knows about everything upstream: a few statements, however much it is. */
export async function inventoryUpstream(tx: ReadTx, { teamId, runs, versions }: Upstream): Promise<InventoryFacts> {
  if (!(await anySource(tx))) return { keeps: false, sources: [], belonging: [] };
  const keeps = await keepsInventory(tx, teamId);
  const belonging = await sourcesUpstream(tx, runs.map(({ id }) => id), versions.filter(({ kind }) => judgedKinds.includes(kind)).map(({ id }) => id));
  const sources = await judgedSources(tx, [...new Set(belonging.map(({ sourceId }) => sourceId))]);
  return { keeps, sources: sources.map(({ id, teamId: owner, name, uses, stored, expired }) => ({ id, teamId: owner, name, uses, stored, expired })), belonging };
}

function wrongWith(source: UpstreamSource, ingested: boolean): string[] {
  return [
    ...(source.expired ? ['the approval is over'] : source.stored === 'approved' ? [] : [source.stored === 'withdrawn' ? 'withdrawn' : 'not approved']),
    ...(source.uses.includes('training') ? [] : ['not allowed for training']),
    ...(ingested ? [] : ['no approved ingestion produced these bytes']),
  ];
}

/**
 * What upstream is of no approved source. Going up from what the training read, a version of a source answers for what
 * it was made from; one of no source that nothing known was made into is of a source that nobody approved.
 *
 * null: not evaluated. Nobody keeps an inventory that speaks of this model, or no data upstream is known. Pure: the same
 * facts give the same answer; that an approval is over is among the facts.
 */
export function dataSourcesOf({ teamId, trainingInputs, truncated, runs, versions }: Upstream, { keeps, sources, belonging }: InventoryFacts): PolicyInput['assurance']['dataSources'] {
  if (!keeps && belonging.length === 0) return null;
  const versionOf = new Map(versions.map((version) => [version.id, version]));
  const inputsOf = new Map(runs.map((run) => [run.id, run.inputs]));
  const sourceOf = new Map(sources.map((source) => [source.id, source]));
  const of = Map.groupBy(belonging, ({ versionId }) => versionId);
  const unapproved = new Set<string>();
  const seen = new Set<string>();
  const waiting = [...trainingInputs];
  let judged = 0;
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const version = versionOf.get(id);
    if (!version || seen.has(id) || !followedKinds.includes(version.kind)) continue;
    seen.add(id);
    const called = `${version.name ?? 'data of another team'} (${short(version.digest)})`;
    const belongs = of.get(id) ?? [];
    if (belongs.length > 0) {
      judged += 1;
      for (const { sourceId, ingested } of belongs) {
        const source = sourceOf.get(sourceId);
        const name = source === undefined || source.teamId !== teamId ? 'a source of another team' : `source ${source.name}`;
        for (const wrong of source ? wrongWith(source, ingested) : ['not approved']) unapproved.add(`${called}: ${name}, ${wrong}`);
      }
      continue;
    }
    const made = version.producers.flatMap((runId) => inputsOf.get(runId) ?? []).filter((input) => input !== id && followedKinds.includes(versionOf.get(input)?.kind ?? ''));
    if (made.length > 0) waiting.push(...made);
    else if (judgedKinds.includes(version.kind)) {
      judged += 1;
      unapproved.add(`${called}: of no source`);
    }
  }
  if (truncated) unapproved.add('the lineage upstream was cut off');
  if (judged === 0 && unapproved.size === 0) return null;
  const all = [...unapproved].sort(byText);
  return { unapproved: all.length > mostNamed ? [...all.slice(0, mostNamed), `and ${all.length - mostNamed} more`] : all };
}
