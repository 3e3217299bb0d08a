// The walked graph with what its nodes are called, the edges among them, and how much more there is beside each.
import type { ReadTx } from '#lib/db/client.ts';
import { contract, throughHidden, type LabelEdge } from './contract.ts';
import { grouped, type Membership } from './grouping.ts';
import type { ByLabel, GraphEdge, GraphNode, GraphPath, GraphView, Grouping } from './schema.ts';
import { directionsOf, labelSteps, type LabelStep } from './store/labels.ts';
import { deploymentNodes, runNodes, versionNodes } from './store/nodes.ts';
import { countRunsBeside, linksBetween, versionsWithRestrictedRuns } from './store/unified.ts';
import { countVersionsBeside } from './store/walk.ts';
import { mostNodes, mostWalked, type NodeRef, type Scope, type Walked } from './walking.ts';

/** More edges than this are not drawn. */
const mostEdges = 1500;

export const idOf = (type: string, id: string) => `${type}:${id}`;
const shortDigest = (digest: string) => digest.slice('sha256:'.length, 'sha256:'.length + 12);

export const plainNode = { href: null, state: null, digest: null, at: null, hiddenUpstream: 0, hiddenDownstream: 0, team: null, pipeline: null, group: null, members: 0 } as const;

export type Drawing = {
  readonly focus: readonly NodeRef[];
  readonly walked: Walked;
  readonly path: GraphPath | null;
  readonly group: Grouping | null;
  readonly open: ReadonlySet<string>;
  /** Which ways were asked for: of the others, neither deployments nor other teams are shown. */
  readonly upstream: boolean;
  readonly downstream: boolean;
};

type Beside = { upstream: number; downstream: number };

/** How many of the recorded neighbours are not among the walked. */
async function hiddenBeside(tx: ReadTx, scope: Scope, runIds: readonly string[], versionIds: readonly string[], edges: readonly { from: string; to: string }[], notDrawn: readonly { from: string; to: string }[]) {
  const shown = new Map<string, Beside>();
  const at = (id: string) => {
    const known = shown.get(id) ?? { upstream: 0, downstream: 0 };
    shown.set(id, known);
    return known;
  };
  for (const edge of edges) {
    at(edge.from).downstream += 1;
    at(edge.to).upstream += 1;
  }
  const counts = new Map([
    ...(await countVersionsBeside(tx, runIds, scope.asOf)).map((count) => [idOf('run', count.id), count] as const),
    ...(await countRunsBeside(tx, scope.teams, versionIds, scope.asOf)).map((count) => [idOf('version', count.id), count] as const),
  ]);
  const beyond = { from: new Map<string, number>(), to: new Map<string, number>() };
  for (const edge of notDrawn) for (const end of ['from', 'to'] as const) beyond[end].set(edge[end], (beyond[end].get(edge[end]) ?? 0) + 1);
  return (id: string) => ({ hiddenUpstream: Math.max(0, (counts.get(id)?.upstream ?? 0) - at(id).upstream) + (beyond.to.get(id) ?? 0), hiddenDownstream: Math.max(0, (counts.get(id)?.downstream ?? 0) - at(id).downstream) + (beyond.from.get(id) ?? 0) });
}

type Ends = { readonly from: string; readonly to: string };
type ByLabels = { /** Both ends are known. */ readonly steps: readonly (LabelEdge & { readonly how: ByLabel })[]; /** One end is not. */ readonly notDrawn: readonly Ends[]; /** To or from what the reader may not see. */ readonly restricted: readonly Ends[] };

/** The steps by label at what is known. */
function byLabels(found: readonly LabelStep[], versions: ReadonlySet<string>, upstream: boolean, downstream: boolean): ByLabels {
  const [steps, notDrawn, restricted]: [(LabelEdge & { how: ByLabel })[], Ends[], Ends[]] = [[], [], []];
  for (const step of found) {
    const { content, label, visible, sole, read, written } = step;
    const here = [content, label].filter((id) => versions.has(id));
    if (visible && here.length === 2) steps.push(...directionsOf(step).map(({ from, to }) => ({ from: idOf('version', from), to: idOf('version', to), written: from === label, how: sole ? ('sole' as const) : ('several' as const) })));
    else if (visible && (versions.has(label) || read === 'seen' || written === 'seen')) notDrawn.push(...directionsOf(step).map(({ from, to }) => ({ from: idOf('version', from), to: idOf('version', to) })));
    else {
      // The label is read and written from its own end; from the content's, only where somebody did.
      const [at] = here;
      if (at === undefined) continue;
      const used = (use: LabelStep['read']) => use !== 'none' && (at === label || use === 'hidden' || !visible);
      const [before, after] = at === content ? [used(written), used(read)] : [used(read) || written === 'none', used(written)];
      if (before && upstream) restricted.push({ from: 'restricted', to: idOf('version', at) });
      if (after && downstream) restricted.push({ from: idOf('version', at), to: 'restricted' });
    }
  }
  return { steps, notDrawn, restricted };
}

/** The graph as it is answered. */
export async function draw(tx: ReadTx, scope: Scope, { focus, walked, path, group, open, upstream, downstream }: Drawing): Promise<GraphView> {
  const { teams, asOf } = scope;
  const known = { runs: [...walked.runs, ...walked.passed.run], versions: [...walked.versions, ...walked.passed.version] };
  const links = new Map((await linksBetween(tx, teams, known.runs, known.versions, asOf)).map((link) => [`${link.runId} ${link.versionId} ${link.direction}`, link]));
  const [runSet, versionSet] = [new Set(known.runs), new Set(known.versions)];
  for (const [key, link] of walked.links) if (runSet.has(link.runId) && versionSet.has(link.versionId)) links.set(key, link);
  const recorded = [...links.values()].map((link) => (link.direction !== 'output' ? { from: idOf('version', link.versionId), to: idOf('run', link.runId) } : { from: idOf('run', link.runId), to: idOf('version', link.versionId) }));

  // What stands beside the runs and versions: where they are deployed, and other teams.
  const beside = new Map<string, GraphNode>();
  const besideEdges = new Map<string, { from: string; to: string }>();
  const join = (from: string, to: string) => besideEdges.set(`${from} ${to}`, { from, to });
  for (const { versionId, direction } of await versionsWithRestrictedRuns(tx, teams, known.versions, asOf)) {
    if (direction === 'output' && upstream) join('restricted', idOf('version', versionId));
    if (direction === 'input' && downstream) join(idOf('version', versionId), 'restricted');
  }
  const named = byLabels((await labelSteps(tx, teams, known.versions.filter((id) => !walked.unlabelled.has(id)), asOf)).steps, versionSet, upstream, downstream);
  for (const edge of named.restricted) join(edge.from, edge.to);
  const room = mostNodes - 1 - Math.min(mostWalked, walked.runs.size + walked.versions.size);
  if (downstream) {
    for (const deployment of await deploymentNodes(tx, teams, known.versions, room, asOf)) {
      const from = idOf('version', deployment.versionId);
      if (!deployment.visible) {
        join(from, 'restricted');
        continue;
      }
      const id = idOf('deployment', deployment.id);
      beside.set(id, { ...plainNode, id, type: 'deployment', kind: 'deployment', label: deployment.endpoint, detail: deployment.environment, href: `/deployments#${deployment.id}`, at: deployment.deployedAt });
      join(from, id);
    }
  }
  const restricted = [...besideEdges.values()].some((edge) => edge.from === 'restricted' || edge.to === 'restricted');

  const folded = new Set([...walked.passed.run].map((id) => idOf('run', id)).concat([...walked.passed.version].map((id) => idOf('version', id))));
  const contractedWith = (steps: readonly LabelEdge[]) => contract([...recorded, ...throughHidden(recorded, steps, folded), ...besideEdges.values()], folded, Math.max(0, room - beside.size), mostEdges);
  const contracted = contractedWith(named.steps);
  let truncated = walked.truncated || contracted.cut;
  // An edge is by label where it is not there without the steps by label; and less sure where it is not there without the less sure ones.
  const keyOf = (edge: Ends) => `${edge.from} ${edge.to}`;
  const without = (steps: readonly LabelEdge[]) => (named.steps.length === 0 ? null : new Set(contractedWith(steps).edges.map(keyOf)));
  const [recordedKeys, soleKeys] = [without([]), without(named.steps.filter(({ how }) => how === 'sole'))];
  const howOf = (edge: Ends): ByLabel | undefined => (recordedKeys === null || recordedKeys.has(keyOf(edge)) ? undefined : soleKeys?.has(keyOf(edge)) === true ? 'sole' : 'several');
  let edges: readonly GraphEdge[] = contracted.edges.filter((edge) => edge.from !== edge.to).map((edge) => {
    const how = howOf(edge);
    return how ? { ...edge, byLabel: how } : edge;
  });

  const idsIn = (type: NodeRef['type'], own: ReadonlySet<string>) => [...own, ...contracted.kept.filter((id) => id.startsWith(`${type}:`)).map((id) => id.slice(type.length + 1))];
  const runIds = idsIn('run', walked.runs);
  const versionIds = idsIn('version', walked.versions);
  const hidden = await hiddenBeside(tx, scope, runIds, versionIds, recorded, named.notDrawn);
  const memberships = new Map<string, Membership>();
  const made = new Map<string, { team: string; teamId: string; pipeline: string }>();
  const nodes: GraphNode[] = [];
  const runs = await runNodes(tx, group === null ? runIds : known.runs, asOf);
  for (const run of runs) {
    const id = idOf('run', run.id);
    made.set(id, run);
    if (folded.has(id) && !contracted.kept.includes(id)) continue;
    nodes.push({ ...plainNode, id, type: 'run', kind: 'run', label: run.name, detail: `${run.startedAt.slice(0, 16).replace('T', ' ')}${run.pipeline === run.name ? '' : ` · ${run.pipeline}`}`, href: `/runs/${run.id}`, state: run.state, at: run.startedAt, team: run.team, pipeline: run.pipeline, ...hidden(id) });
  }
  const producers = new Map(recorded.filter((edge) => edge.from.startsWith('run:')).map((edge) => [edge.to, made.get(edge.from)] as const));
  for (const version of await versionNodes(tx, teams, versionIds, asOf)) {
    const id = idOf('version', version.id);
    const producer = producers.get(id);
    if (producer) made.set(id, producer);
    nodes.push({
      ...plainNode, id, type: 'version', kind: version.model ? 'model' : (version.kind ?? 'dataset'),
      label: version.model ? `${version.model} ${version.modelVersion ?? ''}`.trim() : (version.name ?? 'unnamed'),
      detail: [version.digest ? shortDigest(version.digest) : null, version.label].filter((part) => part !== null).join(' · ') || 'version not known',
      href: version.model ? `/models/${encodeURIComponent(version.model)}/${version.modelVersion ?? ''}` : `/data/${version.id}`,
      state: version.quarantined ? 'quarantined' : version.contradicted ? 'contradicted' : null, digest: version.digest, at: version.seenAt, team: producer?.team ?? version.team, pipeline: producer?.pipeline ?? null, ...hidden(id),
    });
  }
  // In the order of the walk, the nearest first: where not all fit, the nearest stay.
  const order = new Map<string, number>();
  for (const [type, own] of [['run', runIds], ['version', versionIds]] as const) own.forEach((id, index) => order.set(idOf(type, id), index));
  for (const id of [...focus.map((node) => idOf(node.type, node.id)), ...(path?.nodes ?? [])]) order.set(id, -1);
  nodes.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  nodes.push(...beside.values());
  if (restricted) nodes.push({ ...plainNode, id: 'restricted', type: 'restricted', kind: 'restricted', label: 'Other teams', detail: 'you may not see these' });

  let drawn: readonly GraphNode[] = nodes;
  if (group !== null) {
    for (const [id, of] of made) memberships.set(id, group === 'team' ? { key: of.teamId, name: of.team } : { key: `${of.teamId} ${of.pipeline}`, name: of.pipeline });
    const apart = new Set([...focus.map((node) => idOf(node.type, node.id)), ...(path?.nodes ?? [])]);
    ({ nodes: drawn, edges } = grouped(nodes, edges, group, memberships, open, apart));
    if (drawn.length > mostNodes) {
      truncated = true;
      const last = drawn.filter((node) => node.type === 'restricted');
      drawn = [...drawn.filter((node) => node.type !== 'restricted').slice(0, mostNodes - last.length), ...last];
    }
  }
  const ids = new Set(drawn.map((node) => node.id));
  edges = edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to));
  return {
    focus: focus.map((node) => idOf(node.type, node.id)).filter((id) => ids.has(id)), nodes: [...drawn], edges: [...edges], truncated,
    path: path === null ? null : { ...path, nodes: path.nodes.filter((id) => ids.has(id)) }, asOf,
  };
}
