// LineageCanvas: the picture itself. Loaded when needed; draws what the layout says and follows the keyboard.
'use client';

import { Crosshair, Maximize2, Minimize2, Minus, Plus, Scan } from 'lucide-react';
import { MiniMap, Panel, ReactFlow, ReactFlowProvider, ViewportPortal, useReactFlow, useStore, type Node } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { IconButton } from '../ui/button.tsx';
import type { Frame } from './fold.ts';
import { dashesOf, expandable, kindWords, type Direction, type GraphEdge, type GraphNode } from './graph-types.ts';
import { kindColours, kindIcons, kindTones } from './kind-look.ts';
import { nodeSize, type Orientation } from './layout-input.ts';
import type { Layout } from './layout-output.ts';
import { LineageEdges } from './lineage-edges.tsx';
import { LineageFrame, type LineageFrameData } from './lineage-frame.tsx';
import './lineage-graph.css';
import { LineageNode, type LineageNodeData } from './lineage-node.tsx';
import { openingView, viewOf, wholeView, zoomLevel } from './view.ts';
import { directionOf, step, type Neighbours, type Step } from './walk.ts';

const nodeTypes = { lineage: LineageNode, frame: LineageFrame };
type DrawnNode = Node<LineageNodeData, 'lineage'> | Node<LineageFrameData, 'frame'>;
const steps: Record<string, Step> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };

export type LineageCanvasProps = {
  /** As drawn: what is folded as one. */
  readonly nodes: readonly GraphNode[];
  /** All that the graph holds, for the legend. */
  readonly all: readonly GraphNode[];
  /** Between nodes and frames. */
  readonly lines: readonly GraphEdge[];
  readonly frames: readonly Frame[];
  readonly layout: Layout;
  readonly orientation: Orientation;
  /** What is free to draw in: the panel's part left out. */
  readonly size: { readonly width: number; readonly height: number };
  readonly focusId: string | undefined;
  readonly focusIds: ReadonlySet<string>;
  readonly selectedId: string | undefined;
  readonly traced: ReadonlySet<string> | undefined;
  /** How many of each drawn node are looked for: more than one of a fold. */
  readonly matches: ReadonlyMap<string, number>;
  /** Something is looked for: what does not match steps back. */
  readonly filtering: boolean;
  /** The match to bring into view. */
  readonly shownMatch: string | undefined;
  readonly neighbours: ReadonlyMap<string, Neighbours>;
  readonly onSelect: (id: string | undefined) => void;
  readonly onOpen: (id: string) => void;
  readonly onFold: (key: string) => void;
  /** The node that the keys were on in the picture before this one, once. */
  readonly takeFocus: () => string | undefined;
  readonly onExpand: ((id: string, direction: Direction) => void) | undefined;
  /** It fills the window. */
  readonly full: boolean;
  readonly onFull: () => void;
};

/** The graph drawn at the positions of its layout. */
export default function LineageCanvas(props: LineageCanvasProps) {
  return <ReactFlowProvider><Canvas {...props} /></ReactFlowProvider>;
}

function Canvas({ nodes, all, lines, frames, layout, orientation, size, focusId, focusIds, selectedId, traced, matches, filtering, shownMatch, neighbours, onSelect, onOpen, onFold, takeFocus, onExpand, full, onFull }: LineageCanvasProps) {
  const flow = useReactFlow();
  const level = useStore((store) => zoomLevel(store.transform[2]));
  // With all of it in sight, a map of it would only hide a part.
  const inSight = useStore(({ transform: [x, y, zoom] }) => x >= 0 && y >= 0 && x + layout.width * zoom <= size.width && y + layout.height * zoom <= size.height);
  const still = useRef(typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches);
  const [said, setSaid] = useState('');
  const tabStop = selectedId ?? focusId ?? nodes[0]?.id;

  const drawn = useMemo(() => [...frames.flatMap((frame): DrawnNode[] => {
    const area = layout.frames.get(frame.id);
    if (area === undefined) return [];
    const lit = (ids: { readonly has: (id: string) => boolean }) => frame.members.some((id) => ids.has(id));
    return [{ id: frame.id, type: 'frame', position: { x: area.x, y: area.y }, width: area.width, height: area.height, zIndex: 0, data: { frame, dimmed: (traced !== undefined && !lit(traced)) || (filtering && !lit(matches)), onFold } }];
  }), ...nodes.flatMap((node): DrawnNode[] => {
    const position = layout.nodes.get(node.id);
    if (position === undefined) return [];
    return [{
      id: node.id,
      type: 'lineage',
      position: { ...position },
      ...nodeSize,
      zIndex: 1,
      data: { node, focus: focusIds.has(node.id), selected: node.id === selectedId, tabStop: node.id === tabStop, dimmed: (traced !== undefined && !traced.has(node.id)) || (filtering && !matches.has(node.id)), matched: matches.has(node.id), found: matches.get(node.id) ?? 0, onExpand },
    }];
  })], [nodes, frames, onFold, layout, focusIds, selectedId, tabStop, traced, matches, filtering, onExpand]);

  const tracedLines = useMemo(() => traced === undefined || frames.length === 0 ? traced : new Set([...traced, ...frames.filter((frame) => frame.members.some((id) => traced.has(id))).map((frame) => frame.id)]), [traced, frames]);

  const show = (id: string) => {
    const zoom = Math.max(flow.getZoom(), 0.75);
    const view = viewOf(layout, size, id, zoom);
    if (view !== undefined) void flow.setViewport(view, { duration: still.current ? 0 : 160 });
  };
  /** Brings a node into view only if it is outside: the picture does not jump under the reader. */
  const reveal = (id: string) => {
    const at = layout.nodes.get(id);
    if (at === undefined) return;
    const view = flow.getViewport();
    const left = at.x * view.zoom + view.x;
    const top = at.y * view.zoom + view.y;
    const inside = left > 8 && top > 8 && left + nodeSize.width * view.zoom < size.width - 8 && top + nodeSize.height * view.zoom < size.height - 8;
    if (!inside) show(id);
  };
  // Selected by click, by the panel's lists or by the address: it must not hide beneath the panel.
  useEffect(() => {
    if (selectedId !== undefined) reveal(selectedId);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only a new selection moves the picture
  }, [selectedId, size.width]);
  useEffect(() => {
    if (shownMatch !== undefined) show(shownMatch);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only a new match moves the picture
  }, [shownMatch]);

  useEffect(() => {
    const id = takeFocus();
    if (id === undefined) return;
    // The nodes come a few frames after the picture.
    const focus = (frames: number) => {
      const element = document.getElementById(`node-${id}`) ?? (frames === 0 ? document.getElementById(`node-${tabStop ?? ''}`) : null);
      element?.focus({ preventScroll: true });
      if (element === null && frames > 0) requestAnimationFrame(() => { focus(frames - 1); });
    };
    focus(20);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each picture
  }, []);

  const go = (id: string) => {
    // The head of a frame is reached and left; there is nothing of its own to select.
    if (layout.frames.has(id)) reveal(id);
    else onSelect(id);
    requestAnimationFrame(() => { document.getElementById(`node-${id}`)?.focus({ preventScroll: true }); });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const element = event.target instanceof Element ? event.target.closest('[id^="node-"]') : null;
    const id = element?.id.slice('node-'.length);
    if (id === undefined) return;
    const to = steps[event.key];
    const node = nodes.find((each) => each.id === id);
    if (to !== undefined) {
      const direction = directionOf(to, orientation);
      const hidden = direction === undefined || node === undefined ? 0 : ((direction === 'upstream' ? node.hiddenUpstream : node.hiddenDownstream) ?? 0);
      const next = event.shiftKey ? undefined : step(layout, neighbours, id, to, orientation);
      if (next !== undefined) {
        go(next);
        setSaid('');
      } else if (event.shiftKey && direction !== undefined && hidden > 0 && onExpand !== undefined && node !== undefined && expandable(node)) {
        setSaid(`Showing ${hidden} more ${direction}.`);
        onExpand(id, direction);
      } else setSaid(direction === undefined ? 'No further node on this side.' : hidden > 0 ? `No further node is drawn ${direction}; ${hidden} more are recorded.` : `Nothing more ${direction}.`);
    } else if (node === undefined) {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      onFold(id.slice('fold:'.length));
    } else if (event.key === 'Enter') onOpen(id);
    else if (event.key === ' ') onSelect(id === selectedId ? undefined : id);
    else if (event.key === 'Escape') onSelect(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div data-level={level} data-tracing={traced === undefined && !filtering ? undefined : ''} className="lineage size-full" onKeyDown={onKeyDown}>
      <p aria-live="polite" className="sr-only">{said}</p>
      <ReactFlow
        nodes={drawn}
        nodeTypes={nodeTypes}
        defaultViewport={openingView(layout, size, selectedId ?? focusId)}
        minZoom={0.08}
        maxZoom={1.5}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        // The wheel scrolls the page; with Ctrl or a pinch it zooms.
        zoomOnScroll={false}
        preventScrolling={false}
        zoomOnDoubleClick={false}
        onNodeClick={(_event, node) => { onSelect(node.type === 'frame' ? undefined : node.id); }}
        onNodeDoubleClick={(_event, node) => { if (node.type === 'lineage') onOpen(node.id); }}
        onPaneClick={() => { onSelect(undefined); }}
      >
        <ViewportPortal><LineageEdges layout={layout} edges={lines} traced={tracedLines} /></ViewportPortal>
        <Panel position="bottom-left">
          <div className="flex rounded-md border border-line bg-canvas">
            <IconButton icon={Plus} label="Zoom in" size="sm" onClick={() => { void flow.zoomIn({ duration: still.current ? 0 : 120 }); }} />
            <IconButton icon={Minus} label="Zoom out" size="sm" onClick={() => { void flow.zoomOut({ duration: still.current ? 0 : 120 }); }} />
            <IconButton icon={Scan} label="Show the whole graph" size="sm" onClick={() => { void flow.setViewport(wholeView(layout, size), { duration: still.current ? 0 : 160 }); }} />
            {focusId !== undefined && <IconButton icon={Crosshair} label="Show what the graph is about" size="sm" onClick={() => { show(focusId); }} />}
            <IconButton icon={full ? Minimize2 : Maximize2} label={full ? 'Back to the page' : 'Fill the window'} size="sm" onClick={onFull} />
          </div>
        </Panel>
        {(level !== 'near' || lines.some((edge) => edge.broken !== undefined)) && <Panel position="top-left"><Legend nodes={level === 'near' ? [] : all} edges={lines} /></Panel>}
        {nodes.length > 40 && size.width > 640 && !inSight && (
          <MiniMap<DrawnNode>
            position="bottom-right"
            pannable
            ariaLabel="Overview of the graph"
            style={size.height > 640 ? { width: 220, height: 150 } : { width: 168, height: 112 }}
            nodeColor={(node) => node.type === 'frame' ? 'var(--line)' : node.data.selected || node.data.focus ? 'var(--accent)' : kindColours[node.data.node.kind]}
            nodeStrokeWidth={0}
            nodeBorderRadius={16}
            maskColor="color-mix(in srgb, var(--sunken) 70%, transparent)"
          />
        )}
      </ReactFlow>
    </div>
  );
}

/** What the signs mean, where they stand alone. The table and every node's own words say the same. */
function Legend({ nodes, edges }: { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] }) {
  const counts = new Map<GraphNode['kind'], number>();
  for (const { kind } of nodes) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return (
    <ul aria-hidden className="flex max-w-[calc(100vw-4rem)] flex-wrap gap-x-3 gap-y-1 rounded-md border border-line bg-canvas px-2 py-1 text-2xs text-ink-2">
      {[...counts].sort(([, a], [, b]) => b - a).map(([kind, count]) => {
        const Icon = kindIcons[kind];
        return <li key={kind} className="inline-flex items-center gap-1"><Icon className={`size-3 ${kindTones[kind]}`} />{kindWords[kind]} {count}</li>;
      })}
      {[...new Map(edges.flatMap((edge) => (edge.broken === undefined || edge.note === undefined ? [] : [[edge.note, edge] as const])))].map(([note, edge]) => (
        <li key={note} className="inline-flex items-center gap-1">
          <svg width="22" height="6" className="text-ink-3"><path d="M0 3h22" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray={dashesOf(edge)} /></svg>
          {note}
        </li>
      ))}
    </ul>
  );
}
