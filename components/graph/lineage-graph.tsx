// LineageGraph: what led to a thing and what came of it, as a picture and as an equal table.
'use client';

import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryState, useQueryStates } from 'nuqs';
import { useCallback, useMemo, useRef, useState, type ReactNode } from 'react';
import { useWidth } from '../charts/use-width.ts';
import type { ExportLink } from '../table/export-menu.tsx';
import { Alert } from '../ui/alert.tsx';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { SkeletonBox } from '../ui/skeleton.tsx';
import { toast } from '../ui/toast.tsx';
import { computeLayout, layoutLimit, type LayoutResult } from './compute-layout.ts';
import { GraphTable } from './graph-table.tsx';
import { choicesOf, matchesOf, type GraphFilter } from './filter.ts';
import { folded, foldsOf } from './fold.ts';
import { GraphToolbar } from './graph-toolbar.tsx';
import { graphPng } from './graph-png.ts';
import { graphSvg } from './graph-svg.ts';
import type { Direction, GraphEdge, GraphNode } from './graph-types.ts';
import { drawableEdges } from './layout-input.ts';
import { NodePanel } from './node-panel.tsx';
import { pictureOf } from './picture.ts';
import { useLayout } from './use-layout.ts';
import { useWindowSize } from './use-window-size.ts';
import { canvasHeight } from './view.ts';
import { neighboursOf, reach } from './walk.ts';

const LineageCanvas = dynamic(() => import('./lineage-canvas.tsx'), { ssr: false });

/** More than this is not drawn: the server bounds what it sends, and this says so if it did not. */
export const nodeLimit = 300;

// From this width on the panel lies over the right of the graph; below, under it.
const panelBeside = 720;
const panelWidth = 304;

const noMatches: ReadonlyMap<string, number> = new Map();
const unfoldParser = parseAsArrayOf(parseAsString).withDefault([]).withOptions({ history: 'push' });
/** In the address: whatever can be folded is not. */
const everything = 'all';
/** More keys than this are not kept in an address. */
const mostUnfolded = 50;

const viewParsers = { find: parseAsString.withDefault(''), kind: parseAsString.withDefault(''), state: parseAsString.withDefault(''), as: parseAsStringLiteral(['graph', 'table']).withDefault('graph') };

function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** A lineage graph. `<LineageGraph label="Lineage of flight-delay 4" nodes={nodes} edges={edges} focusId={id} />` */
export function LineageGraph({ label, nodes, edges: given, focusId, focusIds, marked, details, nothing, onExpand, expandHref, exports = [], height: most = 560, urlKey = 'node' }: {
  readonly label: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly focusId?: string;
  /** All that the graph is about, where that is more than one. */
  readonly focusIds?: readonly string[];
  /** Stand out while no node is selected: a path, say. */
  readonly marked?: ReadonlySet<string>;
  /** More about the selected node, for its panel. */
  readonly details?: (node: GraphNode) => ReactNode;
  /** What an empty graph says. */
  readonly nothing?: { readonly title: string; readonly description: string };
  /** Shows what is hidden around a node: by a callback, or by an address to go to. */
  readonly onExpand?: (id: string, direction: Direction) => void;
  readonly expandHref?: (id: string, direction: Direction) => string;
  readonly exports?: readonly ExportLink[];
  readonly height?: number;
  /** Name in the URL of the selected node; give each graph of a page its own. */
  readonly urlKey?: string;
}) {
  const router = useRouter();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 0);
  const [looking, setLooking] = useQueryStates(viewParsers, { history: 'replace', throttleMs: 200 });
  const [selected, setSelected] = useQueryState(urlKey, parseAsString);
  const [unfold, setUnfold] = useQueryState('unfold', unfoldParser);
  const nextFocus = useRef<string | undefined>(undefined);
  const takeFocus = useCallback(() => {
    const id = nextFocus.current;
    nextFocus.current = undefined;
    return id;
  }, []);
  const [at, setAt] = useState(-1);
  const [full, setFull] = useState(false);
  const windowSize = useWindowSize(full);
  const view = looking.as;
  const setView = (as: 'graph' | 'table') => { void setLooking({ as: as === 'graph' ? null : as }); };
  const filter = useMemo((): GraphFilter => ({ text: looking.find, kind: looking.kind, state: looking.state }), [looking.find, looking.kind, looking.state]);
  const onFilter = ({ text, kind, state }: Partial<GraphFilter>) => {
    setAt(-1);
    void setLooking({ ...(text !== undefined && { find: text === '' ? null : text }), ...(kind !== undefined && { kind: kind === '' ? null : kind }), ...(state !== undefined && { state: state === '' ? null : state }) });
  };

  const edges = useMemo(() => drawableEdges(nodes, given), [nodes, given]);
  const byId = useMemo(() => new Map(nodes.map((node) => [node.id, node])), [nodes]);
  const neighbours = useMemo(() => neighboursOf(edges), [edges]);
  const choices = useMemo(() => choicesOf(nodes), [nodes]);
  const matches = useMemo(() => matchesOf(nodes, filter), [nodes, filter]);
  const found = useMemo(() => (matches === undefined ? [] : nodes.filter((node) => matches.has(node.id)).map((node) => node.id)), [nodes, matches]);

  const focusSet = useMemo(() => new Set(focusIds ?? (focusId === undefined ? [] : [focusId])), [focusIds, focusId]);

  const tooMany = nodes.length > nodeLimit;
  const folds = useMemo(() => (tooMany ? [] : foldsOf(nodes, edges, new Set([...focusSet, ...(marked ?? [])]))), [tooMany, nodes, edges, focusSet, marked]);
  const pulled = selected !== null && folds.some((fold) => fold.members.includes(selected)) ? selected : undefined;
  const shown = useMemo(() => folded(nodes, edges, folds, unfold.includes(everything) ? 'all' : new Set(unfold), pulled), [nodes, edges, folds, unfold, pulled]);
  const bothById = useMemo(() => new Map([...byId, ...shown.nodes.map((node) => [node.id, node] as const)]), [byId, shown]);
  const drawnById = useMemo(() => new Map(shown.nodes.map((node) => [node.id, node])), [shown]);
  const selectedNode = selected === null ? undefined : (drawnById.get(selected) ?? byId.get(selected));
  // What leads where is followed in the graph itself, not in the picture: a fold lights up if any that it holds is reached.
  const traced = useMemo(() => {
    const reached = selectedNode === undefined ? marked : reach(neighbours, ...(selectedNode.fold?.members ?? [selectedNode.id]));
    return reached === undefined ? undefined : new Set([...reached].map((id) => shown.standing.get(id) ?? id));
  }, [selectedNode, neighbours, marked, shown]);
  const drawnMatches = useMemo(() => {
    if (matches === undefined) return noMatches;
    const counts = new Map<string, number>();
    for (const id of matches) {
      const drawn = shown.standing.get(id) ?? id;
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
    }
    return counts;
  }, [matches, shown]);
  const stops = useMemo(() => [...new Set(found.map((id) => shown.standing.get(id) ?? id))], [found, shown]);

  const orientation = tooMany || nodes.length === 0 || width === 0 ? undefined : width < 640 ? 'down' : 'across';
  // In coarse steps: a window that is made a little wider does not move the picture.
  const aspect = Math.round(Math.min(3, Math.max(0.5, width / most)) * 4) / 4;
  const picture = useMemo(() => (orientation === undefined ? undefined : pictureOf(shown, orientation, aspect)), [shown, orientation, aspect]);
  const { result, stop, retry } = useLayout(picture);
  const steps = useMemo(() => neighboursOf([...shown.edges, ...(picture?.lines.filter((line) => shown.frames.some(({ id }) => id === line.from || id === line.to)) ?? [])]), [shown, picture]);

  const expand = useMemo(() => onExpand ?? (expandHref === undefined ? undefined : (id: string, direction: Direction) => { router.push(expandHref(id, direction), { scroll: false }); }), [onExpand, expandHref, router]);
  const select = (id: string | undefined) => { void setSelected(id ?? null); };
  const unfoldOne = (key: string) => {
    nextFocus.current = `fold:${key}`;
    void setUnfold([...new Set([...unfold, key])].slice(-mostUnfolded));
    if (selected === `fold:${key}`) select(undefined);
  };
  const foldAgain = useCallback((key: string) => {
    nextFocus.current = `fold:${key}`;
    // From everything, one less is all the others.
    const rest = (unfold.includes(everything) ? shown.unfolded : unfold).filter((each) => each !== key).slice(-mostUnfolded);
    void setUnfold(rest.length === 0 ? null : rest);
    // What is folded away is let go of: else it would stay beside its fold.
    if (selected !== null && shown.frames.some(({ fold }) => fold !== undefined && fold.key === key && fold.members.includes(selected))) void setSelected(null);
  }, [unfold, shown, setUnfold, selected, setSelected]);
  const unfoldAll = (all: boolean) => {
    void setUnfold(all ? [everything] : null);
    if (!all && pulled !== undefined) void setSelected(null);
  };
  const open = (id: string) => {
    const node = drawnById.get(id) ?? byId.get(id);
    if (node?.fold !== undefined) unfoldOne(node.fold.key);
    else if (node?.href !== undefined) router.push(node.href);
  };
  const inFolds = useMemo(() => shown.nodes.reduce((sum, node) => sum + (node.fold?.members.length ?? 0), 0), [shown]);
  const drawnHeight = full ? windowSize.height : result?.is === 'ready' ? canvasHeight(result.layout, most, width) : nodes.length <= 12 ? Math.min(most, 320) : most;
  // The panel lies over the canvas and needs room of its own.
  const height = !full && selectedNode !== undefined && width >= panelBeside ? Math.max(drawnHeight, Math.min(most, 440)) : drawnHeight;
  const ready = result?.is === 'ready' ? result.layout : undefined;
  const saveSvg = ready === undefined || picture === undefined ? undefined : () => { saveFile(new Blob([graphSvg(ready, { nodes: shown.nodes, frames: picture.frames }, picture.lines, byId, focusId)], { type: 'image/svg+xml' }), 'lineage.svg'); };
  /** Laid out anew with nothing folded: a picture to keep may be larger than one to look at. */
  const saveWholeSvg = picture === undefined || shown.folded.length === 0 ? undefined : () => {
    const whole = folded(nodes, edges, folds, 'all', undefined);
    const unfolded = pictureOf(whole, picture.orientation, picture.aspect);
    void computeLayout(unfolded, new AbortController().signal).then((drawn) => {
      if (drawn.is === 'ready') saveFile(new Blob([graphSvg(drawn.layout, { nodes: whole.nodes, frames: unfolded.frames }, unfolded.lines, byId, focusId)], { type: 'image/svg+xml' }), 'lineage.svg');
      else toast({ title: 'The picture of every node took too long. Save it as it is drawn, or as DOT.', tone: 'danger' });
    });
  };
  const savePng = ready === undefined || picture === undefined ? undefined : () => {
    void graphPng(ready, { nodes: shown.nodes, frames: picture.frames }, picture.lines, focusId).then((picture) => {
      if (picture === null) toast({ title: 'This browser cannot make a picture of this size. Save it as SVG.', tone: 'danger' });
      else saveFile(picture, 'lineage.png');
    });
  };

  // Of a fold, the neighbours that are drawn; of a node, those that are recorded in this graph, folded or not.
  const panel = selectedNode === undefined ? null : (
    <NodePanel node={selectedNode} neighbours={(selectedNode.fold === undefined ? neighbours : steps).get(selectedNode.id)} byId={selectedNode.fold === undefined ? byId : bothById} matches={matches} onUnfold={unfoldOne} details={details} onSelect={select} onExpand={expand} onClose={() => { select(undefined); }} />
  );
  const heldBy = (id: string) => {
    const drawn = shown.standing.get(id);
    return drawn === undefined || drawn === id ? undefined : drawnById.get(drawn);
  };
  const table = (only: ReadonlySet<string> | undefined) => <GraphTable nodes={nodes} only={only} neighbours={neighbours} focusId={focusId} label={label} onExpand={expand} heldBy={heldBy} />;
  const toTable = <Button onClick={() => { setView('table'); }}>Show the table</Button>;
  return (
    <div className="min-w-0">
      <GraphToolbar
        view={view}
        onView={setView}
        filter={filter}
        onFilter={onFilter}
        onNext={() => { if (stops.length > 0) setAt((index) => (index + 1) % stops.length); }}
        choices={choices}
        found={matches === undefined ? undefined : found.length}
        summary={`${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}, ${edges.length} ${edges.length === 1 ? 'edge' : 'edges'}${inFolds === 0 ? '' : ` · ${inFolds} folded into ${shown.nodes.length - (nodes.length - inFolds)}`}`}
        onUnfoldAll={shown.folded.length > 0 ? () => { unfoldAll(true); } : undefined}
        onFoldAll={shown.unfolded.length > 0 ? () => { unfoldAll(false); } : undefined}
        exports={exports}
        onSvg={saveSvg}
        onPng={savePng}
        onWholeSvg={saveWholeSvg}
      />
      <div ref={box} className="no-print">
        {view === 'table' ? (
          <div tabIndex={0} role="region" aria-label={`${label}, as a table`} style={{ maxHeight: most }} className="overflow-auto border-y border-line">{table(matches)}</div>
        ) : tooMany ? (
          <EmptyState kind="too-large" description={`${nodes.length} nodes; up to ${nodeLimit} are drawn. Narrow the graph, or read all of it in the table.`} action={toTable} />
        ) : nodes.length === 0 ? (
          <EmptyState kind="nothing-yet" title={nothing?.title ?? 'No lineage recorded'} description={nothing?.description ?? 'Lineage appears when a run reports what it read and wrote.'} />
        ) : (
          result !== undefined && result.is !== 'ready' ? (
            <>
              <NotDrawn result={result} size={`${nodes.length} nodes and ${edges.length} edges`} onRetry={retry} />
              <div tabIndex={0} role="region" aria-label={`${label}, as a table`} style={{ maxHeight: most }} className="overflow-auto border-y border-line">{table(matches)}</div>
            </>
          ) : (
          <div role="group" aria-label={`${label}. Arrow keys move along edges, Enter opens, Shift with an arrow shows more that way.`} style={{ height }} className={full ? 'fixed inset-0 z-50 overflow-hidden bg-sunken' : 'relative overflow-hidden rounded-md border border-line bg-sunken'} onKeyDown={(event) => { if (full && event.key === 'Escape') setFull(false); }}>
            {result === undefined && (
              <>
                <SkeletonBox height={height} label={`Laying out ${nodes.length} nodes`} />
                {nodes.length > 60 && <div className="absolute inset-x-0 top-1/2 flex flex-col items-center gap-2 text-sm text-ink-2">Laying out {nodes.length} nodes<Button size="sm" onClick={stop}>Stop</Button></div>}
              </>
            )}
            {result?.is === 'ready' && orientation !== undefined && (
              <LineageCanvas
                // A new layout is a new picture, with its own opening view.
                key={`${result.layout.width} ${result.layout.height} ${nodes.length} ${orientation} ${full ? `${windowSize.width} ${windowSize.height}` : ''}`}
                nodes={shown.nodes} all={nodes} lines={picture?.lines ?? []} frames={picture?.frames ?? []} layout={result.layout} orientation={orientation} full={full} onFull={() => { setFull((is) => !is); }} size={{ width: (full ? windowSize.width : width) - (panel !== null && width >= panelBeside ? panelWidth : 0), height }}
                focusId={focusId} focusIds={focusSet} selectedId={selectedNode?.id} traced={traced} matches={drawnMatches} filtering={matches !== undefined} shownMatch={stops[at]} neighbours={steps}
                onSelect={select} onOpen={open} onFold={foldAgain} takeFocus={takeFocus} onExpand={expand}
              />
            )}
            {panel !== null && width >= panelBeside && result?.is === 'ready' && <div className="absolute top-2 right-2 max-h-[calc(100%-1rem)] w-72 overflow-y-auto rounded-md bg-raised shadow-popover">{panel}</div>}
          </div>
          )
        )}
        {panel !== null && view === 'graph' && width < panelBeside && result?.is === 'ready' && <div className="border-b border-line">{panel}</div>}
      </div>
      <div className="hidden print:block">{table(undefined)}</div>
    </div>
  );
}

/** Why there is no picture; the table stands beneath. */
function NotDrawn({ result, size, onRetry }: { readonly result: Exclude<LayoutResult, { readonly is: 'ready' }>; readonly size: string; readonly onRetry: () => void }) {
  const [title, text] = result.is === 'too-slow' ? ['The picture took too long', `Laying out ${size} was ended after ${layoutLimit / 1000} s. The table has all of it.`]
    : result.is === 'stopped' ? ['Stopped', 'The graph was not laid out. The table has all of it.']
    : ['The graph could not be laid out', `${result.message} The table has all of it.`];
  return <div className="mb-2"><Alert tone={result.is === 'failed' ? 'danger' : 'warning'} title={title} live actions={<Button size="sm" onClick={onRetry}>{result.is === 'stopped' ? 'Lay it out' : 'Try again'}</Button>}>{text}</Alert></div>;
}
