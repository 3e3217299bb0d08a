// The graph as the API tells it, in the shape that is drawn. Pure.
import type { GraphEdge as DrawnEdge, GraphNode as DrawnNode, NodeKind, NodeState } from '#components/graph/graph-types.ts';
import type { GraphEdge, GraphNode, GraphShape, GraphView } from '#lib/lineage/schema.ts';
import { centredHref, columnsHref, groupHref, pathHref, type LineageAddress } from './address.ts';

const kinds: Record<string, NodeKind> = {
  dataset: 'dataset', features: 'features', model: 'model', evaluation: 'evaluation', report: 'report', code: 'code', configuration: 'configuration', image: 'image', deployment: 'deployment',
  run: 'run', pipeline: 'pipeline', team: 'team', column: 'column', restricted: 'restricted',
};
/** A run whose state nobody reported has none to show: its line of detail says `unknown`. */
const states: Record<string, NodeState> = { running: 'running', complete: 'complete', failed: 'failed', aborted: 'aborted', contradicted: 'contradicted', quarantined: 'quarantined' };

function linksOf(node: GraphNode, address: LineageAddress, focus: readonly string[]): { label: string; href: string }[] {
  const folds = node.type !== 'group' && node.group !== null && address.open.includes(node.group) ? [{ label: `Fold this ${address.group ?? 'group'}`, href: groupHref(address, node.group) }] : [];
  if (node.type === 'column') {
    const versionId = node.id.split(':')[1];
    return node.href === null || versionId === undefined ? [] : [{ label: 'Columns around its data', href: columnsHref(`version:${versionId}`) }];
  }
  if (node.type !== 'run' && node.type !== 'version') return folds;
  return [
    ...(isRegistered(node) ? [{ label: 'Its bytes', href: `/data/${node.id.slice('version:'.length)}` }] : []),
    ...(focus.includes(node.id) ? [] : [{ label: 'Lineage around it', href: centredHref(address, node.id) }, { label: 'Path to it', href: pathHref(address, node.id) }]),
    ...(node.type === 'version' ? [{ label: 'Its columns', href: columnsHref(node.id) }] : []),
    ...folds,
  ];
}

function factsOf(node: GraphNode): { term: string; value: string; copy?: boolean }[] {
  return [
    ...(node.digest === null ? [] : [{ term: 'Digest', value: node.digest, copy: true }]),
    ...(node.pipeline === null || node.kind === 'pipeline' ? [] : [{ term: 'Pipeline', value: node.pipeline }]),
    ...(node.team === null || node.kind === 'team' ? [] : [{ term: 'Team', value: node.team }]),
    ...(node.at === null ? [] : [{ term: node.type === 'run' ? 'Started' : node.type === 'deployment' ? 'Deployed' : 'First seen', value: `${node.at.slice(0, 19).replace('T', ' ')} UTC` }]),
  ];
}

/** The name that a node shares with its like: a model's without its number, a run's and data's as it is. Columns are few, other teams are one. */
function likeOf(node: GraphNode): string | null {
  if (node.type === 'column' || node.type === 'restricted') return null;
  return node.kind === 'model' && isRegistered(node) ? node.label.replace(/ \d+$/, '') : node.label;
}

const isRegistered = (node: GraphNode) => node.type === 'version' && node.href?.startsWith('/models/') === true;

/** One node as `LineageGraph` takes it. A folded group leads to itself, opened. */
export function shownNode(node: GraphNode, address: LineageAddress, focus: readonly string[]): DrawnNode {
  const state = node.state === null ? undefined : states[node.state];
  const like = likeOf(node);
  const href = node.type === 'group' && node.group !== null ? groupHref(address, node.group) : node.href;
  return {
    id: node.id, kind: kinds[node.kind] ?? 'dataset', label: node.label, sublabel: node.detail, links: linksOf(node, address, focus), facts: factsOf(node),
    hiddenUpstream: node.hiddenUpstream, hiddenDownstream: node.hiddenDownstream, registered: isRegistered(node),
    ...(like !== null && { like }), ...(node.team !== null && { team: node.team }), ...(node.pipeline !== null && node.kind !== 'pipeline' && { pipeline: node.pipeline }), ...(node.at !== null && { at: node.at }),
    ...(node.members > 0 && { members: node.members }), ...(href !== null && { href }), ...(state !== undefined && { state }),
  };
}

/** What an edge is that no run reported. */
function unreported({ declared, byLabel }: GraphEdge): Pick<DrawnEdge, 'broken' | 'note' | 'label'> {
  if (declared === true) return { broken: 'dashed', note: 'declared', label: 'said of the name by an event without a run' };
  if (byLabel === 'sole') return { broken: 'dashed', note: 'by label', label: 'known by its label alone on one side: no other content was ever seen under this label' };
  if (byLabel === 'several') return { broken: 'dotted', note: 'by label, less sure', label: 'known by its label alone on one side: the label stood for several contents, so this may be another one' };
  return {};
}

/** An edge as it is drawn: heavier the more it stands for. */
export const shownEdge = (edge: GraphEdge, shape: GraphShape): DrawnEdge => ({
  from: edge.from, to: edge.to, ...unreported(edge), ...(edge.folded > 1 && { weight: edge.folded, label: `stands for ${edge.folded.toLocaleString('en')} ${shape === 'versions' ? 'runs' : shape === 'runs' ? 'versions' : 'edges'}` }),
});

/** What the picture leaves out, for saying so. */
export function leftOut({ nodes, truncated }: GraphView): { readonly hidden: number; readonly beside: number; readonly restricted: boolean; readonly truncated: boolean } {
  const withHidden = nodes.filter((node) => node.hiddenUpstream + node.hiddenDownstream > 0);
  return {
    hidden: withHidden.reduce((sum, node) => sum + node.hiddenUpstream + node.hiddenDownstream, 0),
    beside: withHidden.length, restricted: nodes.some((node) => node.type === 'restricted'), truncated,
  };
}
