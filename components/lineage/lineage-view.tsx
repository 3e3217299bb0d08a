// LineageView: the graph around a node with what it leaves out, said in words.
'use client';

import { useCallback, useMemo } from 'react';
import type { GraphNode as DrawnNode } from '#components/graph/graph-types.ts';
import { LineageGraph } from '#components/graph/lineage-graph.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Link } from '#components/ui/link.tsx';
import type { GraphView } from '#lib/lineage/schema.ts';
import { expandedHref, exportHref, lineageHref, type LineageAddress } from './address.ts';
import { ColumnsPanel } from './columns-panel.tsx';
import { leftOut, shownEdge, shownNode } from './shown.ts';
import { useKept } from './use-kept.ts';

export function LineageView({ graph, address, label }: { readonly graph: GraphView; readonly address: LineageAddress; readonly label: string }) {
  const kept = useKept();
  const nodes = useMemo(() => graph.nodes.map((node) => shownNode(node, address, graph.focus)).map((node) => (node.href?.startsWith('/lineage?') === true ? { ...node, href: kept(node.href) } : node)), [graph, address, kept]);
  const edges = useMemo(() => graph.edges.map((edge) => shownEdge(edge, address.shape)), [graph, address.shape]);
  const exports = useMemo(() => [
    { label: 'CSV, the nodes', href: exportHref(address, 'csv', 'nodes') }, { label: 'CSV, the edges', href: exportHref(address, 'csv') }, { label: 'CSV, both in one', href: exportHref(address, 'csv', 'all') },
    { label: 'JSON, the whole graph', href: exportHref(address, 'json', 'all') }, { label: 'DOT, for Graphviz', href: exportHref(address, 'dot') },
  ], [address]);
  const expandHref = useMemo(() => (address.shape === 'columns' ? undefined : (id: string, way: 'upstream' | 'downstream') => kept(expandedHref(address, id, way))), [address, kept]);
  const marked = useMemo(() => (graph.path?.found === true ? new Set(graph.path.nodes) : undefined), [graph]);
  const details = useCallback((node: DrawnNode) => (node.id.startsWith('version:') ? <ColumnsPanel versionId={node.id.slice('version:'.length)} asOf={address.asOf} /> : null), [address.asOf]);
  const [focus] = graph.focus;
  const onlyColumns = address.shape === 'columns' && graph.nodes.length === 0;
  return (
    <>
      <Said graph={graph} address={address} />
      <LineageGraph
        label={label} nodes={nodes} edges={edges} {...(focus !== undefined && { focusId: focus, focusIds: graph.focus })} {...(expandHref !== undefined && { expandHref })} {...(marked !== undefined && { marked })} exports={exports} details={details} urlKey="selected" height={graph.nodes.length > 60 ? 720 : 560}
        {...(onlyColumns && { nothing: { title: 'No columns reported', description: 'No run that produced this data said where its columns come from. Report the columnLineage or lineage facet of OpenLineage on the outputs.' } })}
      />
    </>
  );
}

function Said({ graph, address }: { readonly graph: GraphView; readonly address: LineageAddress }) {
  const kept = useKept();
  const { hidden, beside, restricted, truncated } = leftOut(graph);
  return (
    <div className="mb-3 flex flex-col gap-2">
      {graph.path !== null && <PathSaid graph={graph} path={graph.path} address={address} />}
      {truncated && (
        <Alert tone="warning" title="This is not the whole graph" actions={address.group === null && address.shape !== 'columns' ? <LinkButton size="sm" href={kept(lineageHref({ ...address, group: 'pipeline', open: [], selected: null }))}>Group by pipeline</LinkButton> : undefined}>
          At most 300 nodes are drawn, the nearest first. Within this many steps more is recorded than is drawn here or saved by the export. {address.group === null && address.shape !== 'columns' ? 'Take fewer steps, group by pipeline, or start from a node nearer to what you look for.' : 'Take fewer steps, or start from a node nearer to what you look for.'}
        </Alert>
      )}
      {restricted && <Alert tone="info" title="Other teams are part of this">What their runs are called, and how many there are, is not shown to you; they stand as one node, “Other teams”.</Alert>}
      <p className="text-xs text-ink-3">
        {graph.asOf !== null && `As it was known ${graph.asOf.slice(0, 19).replace('T', ' ')} UTC. `}
        {address.shape === 'columns' ? 'As runs reported it in columnLineage and lineage facets.' : hidden === 0 ? 'Everything beside these nodes that you may see is drawn.' : `Not drawn: ${hidden.toLocaleString('en')} more ${hidden === 1 ? 'edge' : 'edges'} at ${beside} of these nodes. Select one to open it.`}
        {address.shape !== 'columns' && (graph.asOf === null ? ' Deployments that have ended are not drawn.' : ' Deployments are those in force then; a quarantine is today’s.')}
      </p>
    </div>
  );
}

/** The answer about a path, in words: found, none, or not within the bound. */
function PathSaid({ graph, path, address }: { readonly graph: GraphView; readonly path: NonNullable<GraphView['path']>; readonly address: LineageAddress }) {
  const kept = useKept();
  const name = (id: string | undefined) => graph.nodes.find((node) => node.id === id)?.label;
  const other = name(path.ends.find((end) => graph.nodes.some((node) => node.id === end))) ?? 'the other end';
  const without = <Link href={kept(lineageHref({ ...address, to: null, around: false }))} scroll={false} className="link">Leave the path</Link>;
  if (!path.known) return <Alert tone="warning" title="The other end of the path is not there">No run, data or model that you may see is named so. {without}</Alert>;
  if (!path.found) {
    return path.complete
      ? <Alert tone="info" title="No path between the two">Neither came of the other, as far as runs reported it and you may see. Drawn is what is around the first. {without}</Alert>
      : <Alert tone="warning" title="No path was found within the bound">The search ended after {path.looked.toLocaleString('en')} nodes. A path may exist all the same: start from a node nearer to the other end. {without}</Alert>;
  }
  return (
    <Alert tone="info" title={path.steps === 0 ? 'Both ends are the same' : `${path.complete ? 'The shortest path' : 'A path'} to ${other}: ${path.steps ?? 0} ${path.steps === 1 ? 'step' : 'steps'}`}>
      {!path.complete && 'Some nodes on the way have more neighbours than were followed: a shorter path may exist. '}{path.nodes.length <= (path.steps ?? 0) && `It is too long to draw: its first and last ${Math.floor(path.nodes.length / 2)} nodes are here. `}{address.around ? 'The path stands out from what is around.' : path.complete ? 'All shortest paths that fit are drawn, and nothing else.' : 'Nothing else is drawn.'}
      {' '}<Link href={kept(lineageHref({ ...address, around: !address.around }))} scroll={false} className="link">{address.around ? 'The path alone' : 'Also what is around'}</Link> · {without}
    </Alert>
  );
}
