// The graph around a node: walked breadth first, level by level, bounded, and within what the reader may see.
import type { ReadTx } from '#lib/db/client.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { runById, stagesOf } from '#lib/runs/index.ts';
import type { Direction, GraphEdge, GraphNode, GraphView, OneWay } from './schema.ts';
import { assetById, assetVersionByDigest, assetVersionById, latestVersions } from './store/assets.ts';
import { closureRows } from './store/closure.ts';
import { idsOfNames, sameVersions } from './store/names.ts';
import { deploymentNodes, runNodes, versionNodes } from './store/nodes.ts';
import { countRunsBeside, linksBetween, runsBeside, versionsBeside, versionsWithRestrictedRuns } from './store/unified.ts';
import { countVersionsBeside } from './store/walk.ts';

/** More nodes than this are not drawn. */
export const mostNodes = 300;
/** Runs and versions; the rest is left for where they are deployed. */
export const mostWalked = 280;
const mostFocused = 100;

export type NodeRef = { readonly type: 'run' | 'version'; readonly id: string };
export type Expansion = NodeRef & { readonly way: OneWay };

/** Resolves what a person or a link names to the nodes to begin with; empty where there is nothing, or nothing that may be seen. */
export async function focusOf(tx: ReadTx, teams: TeamFilter, node: string): Promise<NodeRef[]> {
  const [type, value] = node.includes(':') ? [node.slice(0, node.indexOf(':')), node.slice(node.indexOf(':') + 1)] : ['', node];
  if (type === 'sha256' || /^[0-9a-f]{64}$/.test(node)) {
    const version = await assetVersionByDigest(tx, teams, `sha256:${type === 'sha256' ? value : node}`);
    return version ? [{ type: 'version', id: version.id }] : [];
  }
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value)) return [];
  const id = value.toLowerCase();
  if (type === 'asset') return (await assetById(tx, teams, id)) ? (await latestVersionsOfNames(tx, teams, id)).map((versionId) => ({ type: 'version', id: versionId })) : [];
  if (type === 'run' || type === '') {
    const run = await runById(tx, teams, id);
    // An execution stands for its stages: those have the edges.
    if (run) return run.view.stages ? (await stagesOf(tx, teams, id, mostFocused)).map((stage) => ({ type: 'run', id: stage.id })) : [{ type: 'run', id }];
  }
  if (type === 'version' || type === '') return (await assetVersionById(tx, teams, id)) ? [{ type: 'version', id: (await sameVersions(tx, teams, [id])).standing(id) }] : [];
  return [];
}

async function latestVersionsOfNames(tx: ReadTx, teams: TeamFilter, assetId: string): Promise<string[]> {
  const latest = await latestVersions(tx, teams, await idsOfNames(tx, assetId), 10);
  return [...new Set(latest.map((await sameVersions(tx, teams, latest)).standing))];
}

type Drawn = { readonly runs: Set<string>; readonly versions: Set<string>; truncated: boolean };

const setOf = (drawn: Drawn, type: NodeRef['type']) => (type === 'run' ? drawn.runs : drawn.versions);

/** One level further from a set of nodes; returns those that are new and fit. */
async function step(tx: ReadTx, teams: TeamFilter, from: readonly NodeRef[], way: OneWay, drawn: Drawn): Promise<NodeRef[]> {
  const idsOf = (type: NodeRef['type']) => from.filter((node) => node.type === type).map((node) => node.id);
  const runs = await runsBeside(tx, teams, idsOf('version'), way, mostNodes);
  const versions = await versionsBeside(tx, teams, idsOf('run'), way, mostNodes);
  const found: NodeRef[] = [...runs.map(({ runId }) => ({ type: 'run' as const, id: runId })), ...versions.map(({ versionId }) => ({ type: 'version' as const, id: versionId }))];
  const added: NodeRef[] = [];
  for (const node of found) {
    const known = setOf(drawn, node.type);
    if (known.has(node.id)) continue;
    if (drawn.runs.size + drawn.versions.size >= mostWalked) {
      drawn.truncated = true;
      break;
    }
    known.add(node.id);
    added.push(node);
  }
  return added;
}

/** Expands nodes that are drawn, also those that only an earlier expansion brought. */
async function expand(tx: ReadTx, teams: TeamFilter, expansions: readonly Expansion[], drawn: Drawn): Promise<void> {
  let open = [...expansions];
  for (;;) {
    const ready = open.filter((expansion) => setOf(drawn, expansion.type).has(expansion.id));
    if (ready.length === 0 || drawn.truncated) return;
    open = open.filter((expansion) => !ready.includes(expansion));
    for (const way of ['upstream', 'downstream'] as const) await step(tx, teams, ready.filter((expansion) => expansion.way === way), way, drawn);
  }
}

const shortDigest = (digest: string) => digest.slice('sha256:'.length, 'sha256:'.length + 12);
const idOf = (type: string, id: string) => `${type}:${id}`;

/** The graph, with what its nodes are called, the edges among them, and how much more there is beside each. */
async function draw(tx: ReadTx, teams: TeamFilter, focus: readonly NodeRef[], drawn: Drawn, direction: Direction): Promise<GraphView> {
  const runIds = [...drawn.runs];
  const versionIds = [...drawn.versions];
  const links = await linksBetween(tx, teams, runIds, versionIds);
  const edges: GraphEdge[] = links.map((link) => (link.direction !== 'output' ? { from: idOf('version', link.versionId), to: idOf('run', link.runId) } : { from: idOf('run', link.runId), to: idOf('version', link.versionId) }));
  const drawnBeside = new Map<string, { upstream: number; downstream: number }>();
  const besideOf = (id: string) => drawnBeside.get(id) ?? { upstream: 0, downstream: 0 };
  for (const edge of edges) {
    drawnBeside.set(edge.from, { ...besideOf(edge.from), downstream: besideOf(edge.from).downstream + 1 });
    drawnBeside.set(edge.to, { ...besideOf(edge.to), upstream: besideOf(edge.to).upstream + 1 });
  }
  const counts = new Map([
    ...(await countVersionsBeside(tx, runIds)).map((count) => [idOf('run', count.id), count] as const),
    ...(await countRunsBeside(tx, teams, versionIds)).map((count) => [idOf('version', count.id), count] as const),
  ]);
  const hidden = (id: string) => {
    const [all, shown] = [counts.get(id), besideOf(id)];
    return { hiddenUpstream: Math.max(0, (all?.upstream ?? 0) - shown.upstream), hiddenDownstream: Math.max(0, (all?.downstream ?? 0) - shown.downstream) };
  };

  const nodes: GraphNode[] = [];
  for (const run of await runNodes(tx, runIds)) {
    const id = idOf('run', run.id);
    nodes.push({ id, type: 'run', kind: 'run', label: run.name, detail: `${run.pipeline === run.name ? '' : `${run.pipeline} · `}${run.startedAt.slice(0, 16).replace('T', ' ')}`, href: `/runs/${run.id}`, state: run.state, digest: null, at: run.startedAt, ...hidden(id) });
  }
  for (const version of await versionNodes(tx, teams, versionIds)) {
    const id = idOf('version', version.id);
    const known = version.digest ? shortDigest(version.digest) : null;
    nodes.push({
      id, type: 'version', kind: version.model ? 'model' : (version.kind ?? 'dataset'),
      label: version.model ? `${version.model} ${version.modelVersion ?? ''}`.trim() : (version.name ?? 'unnamed'),
      detail: [known, version.label].filter((part) => part !== null).join(' · ') || 'version not known',
      href: version.model ? `/models/${encodeURIComponent(version.model)}/${version.modelVersion ?? ''}` : `/data/${version.id}`,
      state: version.quarantined ? 'quarantined' : version.contradicted ? 'contradicted' : null, digest: version.digest, at: version.seenAt, ...hidden(id),
    });
  }

  const restricted = new Map<string, GraphEdge>();
  const restrict = (edge: GraphEdge) => restricted.set(`${edge.from} ${edge.to}`, edge);
  for (const { versionId, direction: side } of await versionsWithRestrictedRuns(tx, teams, versionIds)) {
    if (side === 'output' && direction !== 'downstream') restrict({ from: 'restricted', to: idOf('version', versionId) });
    if (side === 'input' && direction !== 'upstream') restrict({ from: idOf('version', versionId), to: 'restricted' });
  }
  if (direction !== 'upstream') {
    for (const deployment of await deploymentNodes(tx, teams, versionIds, mostNodes - 1 - nodes.length)) {
      if (!deployment.visible) {
        restrict({ from: idOf('version', deployment.versionId), to: 'restricted' });
        continue;
      }
      const id = idOf('deployment', deployment.id);
      nodes.push({ id, type: 'deployment', kind: 'deployment', label: deployment.endpoint, detail: deployment.environment, href: `/deployments#${deployment.id}`, state: null, digest: null, at: deployment.deployedAt, hiddenUpstream: 0, hiddenDownstream: 0 });
      edges.push({ from: idOf('version', deployment.versionId), to: id });
    }
  }
  if (restricted.size > 0) {
    nodes.push({ id: 'restricted', type: 'restricted', kind: 'restricted', label: 'Other teams', detail: 'you may not see these', href: null, state: null, digest: null, at: null, hiddenUpstream: 0, hiddenDownstream: 0 });
    edges.push(...restricted.values());
  }
  return { focus: focus.map((node) => idOf(node.type, node.id)), nodes, edges, truncated: drawn.truncated };
}

/** The graph around what `node` names; null where that is not there or may not be seen. */
export async function graphAround(tx: ReadTx, teams: TeamFilter, node: string, direction: Direction, depth: number, expansions: readonly Expansion[]): Promise<GraphView | null> {
  const focus = await focusOf(tx, teams, node);
  if (focus.length === 0) return null;
  const drawn: Drawn = { runs: new Set(), versions: new Set(), truncated: false };
  for (const start of focus) setOf(drawn, start.type).add(start.id);
  // Both ways advance together, so that a wide upstream does not leave nothing for downstream.
  const frontiers: Record<OneWay, readonly NodeRef[]> = { upstream: direction === 'downstream' ? [] : focus, downstream: direction === 'upstream' ? [] : focus };
  for (let level = 0; level < depth && !drawn.truncated; level += 1) {
    for (const way of ['upstream', 'downstream'] as const) frontiers[way] = await step(tx, teams, frontiers[way], way, drawn);
  }
  await expand(tx, teams, expansions, drawn);
  return draw(tx, teams, focus, drawn, direction);
}

export type Closure = { readonly versions: readonly string[]; readonly runs: readonly string[]; readonly truncated: boolean };

/** A closure that is larger than this cannot be decided on, and says so. */
const mostClosed = 1_000_000;

/** Everything upstream (or downstream) of versions, whoever's it is: for gates and for tracing harm, not for showing. Complete, unless `truncated` says otherwise. */
export async function closureOf(tx: ReadTx, versionIds: readonly string[], way: OneWay, most = mostClosed): Promise<Closure> {
  const rows = await closureRows(tx, versionIds, way, most);
  const shown = rows.slice(0, most);
  return { versions: shown.filter(({ isRun }) => !isRun).map(({ id }) => id), runs: shown.filter(({ isRun }) => isRun).map(({ id }) => id), truncated: rows.length > most };
}
