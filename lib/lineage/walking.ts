// Which runs and versions a graph holds: those drawn, and those passed on the way because the view folds them into edges.
import type { ReadTx } from '#lib/db/client.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import type { GraphShape, OneWay } from './schema.ts';
import { labelSteps } from './store/labels.ts';
import { runsBeside, versionsBeside } from './store/unified.ts';
import type { DrawnLink } from './store/walk.ts';

/** More nodes than this are not drawn. */
export const mostNodes = 300;
/** Runs and versions; the rest is left for where they are deployed. */
export const mostWalked = 280;
/** More than this are not passed in a view that folds them into edges. */
const mostPassed = 1200;

export type NodeRef = { readonly type: 'run' | 'version'; readonly id: string };
export type Expansion = NodeRef & { readonly way: OneWay };
/** Whose graph it is, and of when; `asOf` null is now. */
export type Scope = { readonly teams: TeamFilter; readonly asOf: string | null };

export type Walked = {
  readonly runs: Set<string>;
  readonly versions: Set<string>;
  /** Known, but folded into edges by this view. */
  readonly passed: { readonly run: Set<string>; readonly version: Set<string> };
  readonly links: Map<string, DrawnLink>;
  /** Known by a label alone, and reached by nothing but that it is the label of a content: from there no label leads on to another content. */
  readonly onlyLabels: Set<string>;
  /** From these no label leads on: they need not be asked about. */
  readonly unlabelled: Set<string>;
  /** From where labels led on already, each with the way: `upstream <id>`. */
  readonly ledOn: Set<string>;
  /** The type that this view folds; null where it draws both. */
  readonly folds: NodeRef['type'] | null;
  most: number;
  truncated: boolean;
};

export const beginWalk = (shape: GraphShape, most: number): Walked => ({
  runs: new Set(), versions: new Set(), passed: { run: new Set(), version: new Set() }, links: new Map(), onlyLabels: new Set(), unlabelled: new Set(), ledOn: new Set(), folds: shape === 'versions' ? 'run' : shape === 'runs' ? 'version' : null, most, truncated: false,
});

/** The drawn nodes of a type. */
export const setOf = (walked: Walked, type: NodeRef['type']) => (type === 'run' ? walked.runs : walked.versions);

/** Takes a node in if it is new and fits. */
function take(walked: Walked, node: NodeRef): boolean {
  const [drawn, passed] = [setOf(walked, node.type), walked.passed[node.type]];
  if (drawn.has(node.id) || passed.has(node.id)) return false;
  const folded = walked.folds === node.type;
  if (folded ? passed.size >= mostPassed : walked.runs.size + walked.versions.size >= walked.most) {
    walked.truncated = true;
    return false;
  }
  (folded ? passed : drawn).add(node.id);
  return true;
}

type Found = { readonly added: readonly NodeRef[]; /** Those that the view folds, also when another way had led to them: the step goes on through them. */ readonly through: readonly NodeRef[] };

/**
 * What these versions are by their labels: with a digest, what is called so by a label alone and was read (downstream) or written (upstream) as that; by
 * a label alone, all contents that were seen under it. It costs no step, since it is not something that happened.
 */
async function byLabel(tx: ReadTx, scope: Scope, versionIds: readonly string[], way: OneWay, walked: Walked): Promise<readonly NodeRef[]> {
  const found: NodeRef[] = [];
  const isKnown = (id: string) => walked.versions.has(id) || walked.passed.version.has(id);
  /** Takes it in; true where it is there, and this way was not gone on from it yet. */
  const meet = (id: string): boolean => {
    const key = `${way} ${id}`;
    if ((!take(walked, { type: 'version', id }) && !isKnown(id)) || walked.ledOn.has(key)) return false;
    walked.ledOn.add(key);
    found.push({ type: 'version', id });
    return true;
  };
  const namesOf = async (ids: readonly string[]) => {
    const asked = new Set(ids);
    const { steps, cut } = await labelSteps(tx, scope.teams, ids, scope.asOf);
    if (cut.size > 0) walked.truncated = true;
    for (const { content, label, visible, read, written } of steps) {
      if (!asked.has(content) || !visible || (way === 'downstream' ? read : written) !== 'seen') continue;
      const known = isKnown(label);
      if (meet(label) && !known) walked.onlyLabels.add(label);
    }
    return steps;
  };
  const asked = new Set(versionIds);
  // The newest first (ids begin with the time), and half of the room at most: a label that stood for a thousand contents must not take the place of everything else.
  let room = Math.ceil((walked.most - walked.runs.size - walked.versions.size) / 2);
  const named = (await namesOf(versionIds)).filter(({ content, label, visible }) => asked.has(label) && visible && !asked.has(content)).toSorted((a, b) => (a.content < b.content ? 1 : -1));
  const contents = named.flatMap(({ content }) => {
    if (room <= 0 && !isKnown(content)) {
      walked.truncated = true;
      return [];
    }
    if (!isKnown(content)) room -= 1;
    return meet(content) ? [content] : [];
  });
  if (contents.length > 0) await namesOf(contents);
  return found;
}

/** One level further from a set of nodes; returns those that are new and fit. A crowded node gets its share, so that its neighbours do not take the place of everybody's. */
async function step(tx: ReadTx, scope: Scope, begin: readonly NodeRef[], way: OneWay, walked: Walked): Promise<Found> {
  if (begin.length === 0) return { added: [], through: [] };
  const from = [...begin, ...(await byLabel(tx, scope, begin.flatMap((node) => (node.type === 'version' && !walked.unlabelled.has(node.id) ? [node.id] : [])), way, walked))];
  const idsOf = (type: NodeRef['type']) => from.filter((node) => node.type === type).map((node) => node.id);
  const room = Math.max(walked.most - walked.runs.size - walked.versions.size, 1);
  const share = Math.max(12, Math.ceil((2 * room) / from.length));
  const runs = await runsBeside(tx, scope.teams, idsOf('version'), way, share + 1, scope.asOf);
  const versions = await versionsBeside(tx, scope.teams, idsOf('run'), way, share + 1, scope.asOf);
  const taken = new Map<string, number>();
  const added: NodeRef[] = [];
  const through = new Map<string, NodeRef>();
  const meet = (source: string, node: NodeRef, link: DrawnLink) => {
    const count = (taken.get(source) ?? 0) + 1;
    taken.set(source, count);
    if (count > share) {
      walked.truncated = true;
      return;
    }
    const isNew = take(walked, node) || (node.type === 'version' && walked.onlyLabels.delete(node.id));
    if (isNew && node.type !== walked.folds) added.push(node);
    if (walked.passed[node.type].has(node.id)) through.set(node.id, node);
    walked.links.set(`${link.runId} ${link.versionId} ${link.direction}`, link);
  };
  for (const link of runs) meet(link.versionId, { type: 'run', id: link.runId }, { ...link, direction: way === 'upstream' ? 'output' : 'input' });
  for (const { versionId, labelled } of versions) if (!labelled) walked.unlabelled.add(versionId);
  for (const link of versions) meet(link.runId, { type: 'version', id: link.versionId }, { runId: link.runId, versionId: link.versionId, direction: way === 'upstream' ? 'input' : 'output' });
  return { added, through: [...through.values()] };
}

/** One step as the reader counts it: on through what the view folds, to what it draws. */
async function stride(tx: ReadTx, scope: Scope, from: readonly NodeRef[], way: OneWay, walked: Walked): Promise<NodeRef[]> {
  const { added, through } = await step(tx, scope, from, way, walked);
  return [...added, ...(await step(tx, scope, through, way, walked)).added];
}

/** Walks from the focus. Both ways advance together, and each level upstream leaves half of the room for the other way, so that a wide upstream does not leave nothing for downstream; what that way does not need is filled up afterwards. */
export async function walk(tx: ReadTx, scope: Scope, focus: readonly NodeRef[], depth: Readonly<Record<OneWay, number>>, walked: Walked): Promise<void> {
  const frontiers: Record<OneWay, readonly NodeRef[]> = { upstream: focus, downstream: focus };
  const { most } = walked;
  const drawn = () => walked.runs.size + walked.versions.size;
  for (let level = 0; level < Math.max(depth.upstream, depth.downstream); level += 1) {
    const from = { ...frontiers };
    const wanted = (way: OneWay) => level < depth[way] && from[way].length > 0;
    const both = wanted('upstream') && wanted('downstream');
    const before = walked.truncated;
    if (both) walked.most = drawn() + Math.ceil((most - drawn()) / 2);
    walked.truncated = false;
    frontiers.upstream = wanted('upstream') ? await stride(tx, scope, from.upstream, 'upstream', walked) : [];
    const cut = walked.truncated;
    walked.most = most;
    walked.truncated = before;
    frontiers.downstream = wanted('downstream') ? await stride(tx, scope, from.downstream, 'downstream', walked) : [];
    if (both && cut && drawn() < most) frontiers.upstream = [...frontiers.upstream, ...(await stride(tx, scope, from.upstream, 'upstream', walked))];
    else walked.truncated ||= cut;
    if (frontiers.upstream.length + frontiers.downstream.length === 0) return;
  }
}

/** Expands nodes that are drawn, also those that only an earlier expansion brought. */
export async function expand(tx: ReadTx, scope: Scope, expansions: readonly Expansion[], walked: Walked): Promise<void> {
  let open = [...expansions];
  for (;;) {
    const ready = open.filter((expansion) => setOf(walked, expansion.type).has(expansion.id));
    if (ready.length === 0) return;
    open = open.filter((expansion) => !ready.includes(expansion));
    for (const way of ['upstream', 'downstream'] as const) await stride(tx, scope, ready.filter((expansion) => expansion.way === way), way, walked);
  }
}
