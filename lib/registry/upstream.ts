// Walking upstream from an artifact: which run made it, what that run consumed, which runs made that, to the end.
import type { ReadTx } from '#lib/db/client.ts';
import { upstreamOfVersions } from '#lib/lineage/index.ts';
import type { UpstreamRun, UpstreamVersion } from './facts.ts';
import { inputNamesOf, inputsOf, labelledOf, producersOf, versionsById, type LabelRow, type ProducerRow, type RunInputs, type RunRow } from './store/lineage.ts';

/** Where the walk is cut off. A lineage that is larger counts as incomplete. */
const mostRuns = 50_000;
const mostEdges = 500_000;
/** Nodes that are read ahead in a few statements. What is not among them is read step by step, so this decides how fast a walk is and never what it finds. */
const mostAhead = 200_000;

export type Upstream = { readonly runs: readonly UpstreamRun[]; readonly versions: readonly Omit<UpstreamVersion, 'validations'>[]; readonly truncated: boolean; readonly inputNames: Readonly<Record<string, string>>; /** Versions known by a label alone that stood for one of `versions`: no input, and findings about them count. */ readonly labels: readonly string[] };

/**
 * The run that made the artifact: the one that verified provenance names, else the one the publisher claims, else the
 * earliest. A run that consumed the artifact too only passed it on.
 */
export async function trainingRunOf(ahead: Ahead, artifactVersionId: string, attestedRunIds: readonly string[], claimedRunId: string | null): Promise<RunRow | null> {
  const producers = (await ahead.producers([artifactVersionId])).slice(0, mostRuns);
  const inputs = await ahead.inputs(producers.map(({ id }) => id));
  const passedOn = new Set(inputs.filter(({ versionIds }) => versionIds.includes(artifactVersionId)).map(({ runId }) => runId));
  const makers = producers.filter(({ id }) => !passedOn.has(id));
  return makers.find(({ id }) => attestedRunIds.includes(id)) ?? makers.find(({ id }) => id === claimedRunId) ?? makers[0] ?? null;
}

/** What started after the training cannot have gone into it; where nothing started before, the clocks disagree and all count. */
function relevant(producers: readonly ProducerRow[], startedAt: string): readonly ProducerRow[] {
  const before = producers.filter((candidate) => candidate.startedAt <= startedAt);
  if (before.length === producers.length) return producers;
  const withMakers = new Set(before.map(({ versionId }) => versionId));
  return producers.filter((candidate) => candidate.startedAt <= startedAt || !withMakers.has(candidate.versionId));
}

export type Ahead = {
  readonly inputs: (runIds: readonly string[]) => Promise<RunInputs[]>;
  readonly producers: (versionIds: readonly string[]) => Promise<ProducerRow[]>;
  /** What was seen under the label of one of these versions, and the labels under which they were seen. */
  readonly labelled: (versionIds: readonly string[]) => Promise<LabelRow[]>;
  /** Every node that was looked at, those that do not count included; `complete` where that was all there is. */
  readonly looked: { readonly runIds: readonly string[]; readonly versionIds: readonly string[]; readonly complete: boolean };
};

const countEdges = (rows: readonly RunInputs[]): number => rows.reduce((count, { versionIds }) => count + versionIds.length, 0);

/** Reads edges of everything upstream at once: a lineage that is thousands of steps deep would else be as many round trips. */
export async function readAhead(tx: ReadTx, artifactVersionId: string): Promise<Ahead> {
  const closure = await upstreamOfVersions(tx, [artifactVersionId], mostAhead);
  const [runIds, versionIds] = closure.truncated ? [[], []] : [closure.runs, closure.versions];
  const inputRows = await inputsOf(tx, runIds, mostEdges);
  const producerRows = await producersOf(tx, versionIds, mostEdges);
  const labelRows = await labelledOf(tx, versionIds);
  const labels = Map.groupBy(labelRows.flatMap((row) => [[row.content, row] as const, [row.label, row] as const]), ([id]) => id);
  const inputs = new Map(inputRows.map((row) => [row.runId, row]));
  const inputEdges = countEdges(inputRows);
  const producers = Map.groupBy(producerRows, ({ versionId }) => versionId);
  // What was cut off at its limit is not known.
  const asked = new Set(versionIds);
  const known = { runs: new Set(inputEdges < mostEdges ? runIds : []), versions: new Set(producerRows.length < mostEdges ? versionIds : []) };
  return {
    inputs: async (ids) => [...ids.flatMap((id) => (known.runs.has(id) ? (inputs.get(id) ?? []) : [])), ...(await inputsOf(tx, ids.filter((id) => !known.runs.has(id)), mostEdges + 1))],
    producers: async (ids) => [...ids.flatMap((id) => (known.versions.has(id) ? (producers.get(id) ?? []) : [])), ...(await producersOf(tx, ids.filter((id) => !known.versions.has(id)), mostRuns + 1))],
    labelled: async (ids) => [...ids.flatMap((id) => (labels.get(id) ?? []).map(([, row]) => row)), ...(await labelledOf(tx, ids.filter((id) => !asked.has(id))))],
    looked: { runIds, versionIds, complete: !closure.truncated && inputEdges < mostEdges && producerRows.length < mostEdges },
  };
}

/**
 * Everything upstream of a training run, itself included, as the events of all teams tell it. What was read by a label alone stays what it is, without
 * digest; what was seen under that label is upstream beside it, and so is who wrote by label alone what was read with a digest. A label makes nobody the
 * producer of a version: else a word without a digest could stand in for the evidence that a rule asks about it.
 */
export async function upstreamOf(tx: ReadTx, ahead: Ahead, teamId: string, training: RunRow): Promise<Upstream> {
  const runs = new Map<string, RunRow>([[training.id, training]]);
  const inputs = new Map<string, readonly string[]>();
  const producers = new Map<string, string[]>();
  const labels = new Set<string>();
  let truncated = false;
  let frontier: string[] = [training.id];
  while (frontier.length > 0 && !truncated) {
    const edges = await ahead.inputs(frontier);
    const fresh: string[] = [];
    for (const { runId, versionIds } of edges) {
      inputs.set(runId, versionIds);
      for (const versionId of versionIds) {
        if (producers.has(versionId)) continue;
        producers.set(versionId, []);
        fresh.push(versionId);
      }
    }
    const meet = (id: string) => {
      if (producers.has(id)) return;
      producers.set(id, []);
      fresh.push(id);
    };
    const met = new Set(fresh);
    for (const { content, label } of await ahead.labelled(fresh)) if (met.has(label)) meet(content);
    const written = new Set<string>();
    for (const { content, label, quarantined } of await ahead.labelled(fresh)) {
      if (!producers.has(content) || producers.has(label) || labels.has(label)) continue;
      if (quarantined) meet(label);
      else written.add(label);
    }
    for (const label of written) labels.add(label);
    const found = await ahead.producers([...fresh, ...written]);
    truncated = countEdges(edges) > mostEdges || found.length > mostRuns || runs.size + found.length > mostRuns;
    const next: string[] = [];
    for (const run of relevant(found, training.startedAt)) {
      producers.get(run.versionId)?.push(run.id);
      if (runs.has(run.id)) continue;
      runs.set(run.id, run);
      next.push(run.id);
    }
    frontier = next;
  }
  const rows = await versionsById(tx, teamId, [...producers.keys()]);
  return {
    runs: [...runs.values()].map(({ id, teamId: owner, job, state, startedAt, reportedBy }) => ({ id, teamId: owner, job, state, startedAt, reportedBy, inputs: inputs.get(id) ?? [] })),
    versions: rows.map(({ id, digest, label, quarantined, kind, name, namespace }) => ({ id, digest, label, quarantined, name, namespace, kind: kind ?? 'dataset', producers: producers.get(id) ?? [] })),
    truncated,
    inputNames: Object.fromEntries(await inputNamesOf(tx, training.id)),
    labels: [...labels].filter((id) => !producers.has(id)),
  };
}
