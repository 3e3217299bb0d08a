// The graph around a node: walked breadth first, level by level, bounded, within what the reader may see and as it was known at a moment.
import type { ReadTx } from '#lib/db/client.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { runById, stagesOf } from '#lib/runs/index.ts';
import { columnGraph } from './columns.ts';
import { draw, idOf } from './draw.ts';
import { pathBetween, type Neighbours, type PathSearch } from './path.ts';
import type { GraphPath, GraphShape, GraphView, Grouping, OneWay } from './schema.ts';
import { assetById, assetVersionByDigest, assetVersionById, latestVersions } from './store/assets.ts';
import { closureRows } from './store/closure.ts';
import { labelSteps } from './store/labels.ts';
import { idsOfNames, sameVersions } from './store/names.ts';
import { knownBy, versionOfDeployment } from './store/nodes.ts';
import { byIndex, stepsFrom, type Steps } from './store/steps.ts';
import { linksBetween } from './store/unified.ts';
import { beginWalk, expand, mostWalked, setOf, walk, type Expansion, type NodeRef, type Scope, type Walked } from './walking.ts';

export { mostNodes, mostWalked, type Expansion, type NodeRef } from './walking.ts';

const mostFocused = 100;
/** Before folding into groups, this many are walked. */
const mostGrouped = 900;
/** A path is searched for among this many nodes, */
const mostLooked = 60_000;
/** and no new step is begun after this time. */
const searchMilliseconds = 1_500;

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
  if (type === 'deployment') {
    const versionId = await versionOfDeployment(tx, teams, id);
    return versionId !== null && (await assetVersionById(tx, teams, versionId)) ? [{ type: 'version', id: versionId }] : [];
  }
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

async function focusThen(tx: ReadTx, scope: Scope, node: string): Promise<readonly NodeRef[]> {
  const focus = await focusOf(tx, scope.teams, node);
  if (scope.asOf === null || focus.length === 0) return focus;
  const ids = (type: NodeRef['type']) => focus.filter((each) => each.type === type).map((each) => each.id);
  const known = await knownBy(tx, scope.asOf, ids('run'), ids('version'));
  return focus.filter((each) => known.has(each.id));
}

const refOf = (id: string): NodeRef => ({ type: id.startsWith('run:') ? 'run' : 'version', id: id.slice(id.indexOf(':') + 1) });

/** One question to the database asks for no more neighbours than this. */
const mostOfStep = 20_000;

/** What lies beside nodes named as the graph names them. */
const neighboursBy = (steps: Steps): Neighbours => async (ids, way, room) => {
  const refs = ids.map(refOf);
  const share = Math.max(8, Math.ceil(Math.min(room, mostOfStep) / Math.max(1, ids.length)));
  const of = (type: NodeRef['type']) => refs.filter((ref) => ref.type === type).map((ref) => ref.id);
  const runs = await steps.runsBeyond(of('version'), way, share);
  const versions = await steps.versionsBeyond(of('run'), way, share);
  const pairs = [...runs.pairs.map(({ from, to }) => [idOf('version', from), idOf('run', to)] as const), ...versions.pairs.map(({ from, to }) => [idOf('run', from), idOf('version', to)] as const)];
  return { pairs, cut: runs.cut || versions.cut };
};

/** A path longer than can be drawn is drawn by its two ends. */
function drawnOfPath({ nodes, steps }: PathSearch): string[] {
  if (nodes === null || steps === null) return [];
  if (steps < mostWalked) return [...nodes];
  const half = Math.floor(mostWalked / 2);
  return [...nodes.slice(0, half), ...nodes.slice(steps + 1 - half, steps + 1)];
}

async function findPath(tx: ReadTx, scope: Scope, focus: readonly NodeRef[], to: string): Promise<GraphPath> {
  const ends = await focusThen(tx, scope, to);
  if (ends.length === 0) return { known: false, found: false, complete: true, steps: null, looked: 0, nodes: [], ends: [] };
  const named = (nodes: readonly NodeRef[]) => nodes.map((node) => idOf(node.type, node.id));
  const [above, below] = [await withContents(tx, scope, focus), await withContents(tx, scope, ends)];
  const starts = [...above.nodes, ...below.nodes].filter((node) => node.type === 'version').map((node) => node.id);
  const until = performance.now() + searchMilliseconds;
  const found = await byIndex(tx, async () => {
    const steps = await stepsFrom(tx, scope.teams, scope.asOf, starts);
    return pathBetween(named(above.nodes), named(below.nodes), neighboursBy(steps), { mostLooked, mostNodes: mostWalked, inTime: () => performance.now() < until });
  });
  const nodes = drawnOfPath(found);
  return { known: true, found: found.nodes !== null, complete: found.complete && !above.cut && !below.cut, steps: found.steps, looked: found.looked, nodes: [...nodes, ...(await labelsOn(tx, scope, nodes.map(refOf)))], ends: named(ends) };
}

/** What is known by a label alone is where a path begins and ends with each content that was seen under it. */
async function withContents(tx: ReadTx, scope: Scope, nodes: readonly NodeRef[]): Promise<{ nodes: readonly NodeRef[]; cut: boolean }> {
  const ids = new Set(nodes.flatMap((node) => (node.type === 'version' ? [node.id] : [])));
  const { steps, cut } = await labelSteps(tx, scope.teams, [...ids], scope.asOf);
  const contents = steps.flatMap(({ content, label, visible }) => (visible && ids.has(label) && !ids.has(content) ? [content] : []));
  return { nodes: [...nodes, ...[...new Set(contents)].map((id): NodeRef => ({ type: 'version', id }))], cut: cut.size > 0 };
}

/** The labels by which runs of a path used its contents: a step by label is free, and drawn all the same. */
async function labelsOn(tx: ReadTx, scope: Scope, nodes: readonly NodeRef[]): Promise<string[]> {
  const idsOf = (type: NodeRef['type']) => nodes.flatMap((node) => (node.type === type ? [node.id] : []));
  const versions = idsOf('version');
  const labels = (await labelSteps(tx, scope.teams, versions, scope.asOf)).steps.flatMap(({ content, label, visible }) => (visible && versions.includes(content) && !versions.includes(label) ? [label] : []));
  const used = await linksBetween(tx, scope.teams, idsOf('run'), [...new Set(labels)], scope.asOf);
  return [...new Set(used.map(({ versionId }) => idOf('version', versionId)))];
}

export type GraphRequest = {
  readonly node: string;
  /** Steps each way: from node to node as drawn, so in the view of versions from version to version. */
  readonly up: number;
  readonly down: number;
  readonly expansions: readonly Expansion[];
  readonly shape: GraphShape;
  readonly asOf: string | null;
  readonly to: string | null;
  /** With a path: also what is around the node, within the steps. */
  readonly around: boolean;
  readonly group: Grouping | null;
  /** Keys of groups that are drawn member by member. */
  readonly open: readonly string[];
};

/** The graph around what `node` names; null where that is not there, may not be seen, or was not known at the moment. */
export async function graphAround(tx: ReadTx, teams: TeamFilter, request: GraphRequest): Promise<GraphView | null> {
  const scope: Scope = { teams, asOf: request.asOf };
  const focus = await focusThen(tx, scope, request.node);
  if (focus.length === 0) return null;
  if (request.shape === 'columns') return columnGraph(tx, scope, focus, request.up, request.down);
  const path = request.to === null ? null : await findPath(tx, scope, focus, request.to);
  const walked: Walked = beginWalk(request.shape, request.group === null ? mostWalked : mostGrouped);
  for (const start of focus) setOf(walked, start.type).add(start.id);
  const onPath = path?.found === true ? path.nodes.map(refOf) : [];
  for (const node of onPath) setOf(walked, node.type).add(node.id);
  if (path?.found !== true || request.around) await walk(tx, scope, focus, { upstream: request.up, downstream: request.down }, walked);
  await expand(tx, scope, request.expansions, walked);
  return draw(tx, scope, { focus, walked, path, group: request.group, open: new Set(request.open), upstream: request.up > 0, downstream: request.down > 0 });
}

export type Closure = { readonly versions: readonly string[]; readonly runs: readonly string[]; readonly truncated: boolean };

/** A closure that is larger than this cannot be decided on, and says so. */
const mostClosed = 1_000_000;

/** Everything upstream (or downstream) of versions, whoever's it is: for gates and for tracing harm, not for showing. Complete, unless `truncated` says otherwise. */
export async function closureOf(tx: ReadTx, versionIds: readonly string[], way: OneWay, most = mostClosed): Promise<Closure> {
  const { versions, runs, more } = await closureRows(tx, versionIds, way, most);
  return { versions, runs, truncated: more };
}
