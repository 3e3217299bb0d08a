// LineageNode: one thing in the graph, drawn for three distances.
'use client';

import type { Node, NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { Glyph } from '../evidence/glyphs.tsx';
import { expandable, kindWords, stateWords, type Direction, type GraphNode } from './graph-types.ts';
import { alarming, kindIcons, kindTones, stateGlyphs, stateTones } from './kind-look.ts';
import { nodeSize } from './layout-input.ts';

export type LineageNodeData = {
  readonly node: GraphNode;
  readonly focus: boolean;
  readonly selected: boolean;
  /** Reached by the tab key: one node of the graph is. */
  readonly tabStop: boolean;
  readonly dimmed: boolean;
  readonly matched: boolean;
  /** Of a fold: how many of what it holds are looked for. */
  readonly found: number;
  readonly onExpand: ((id: string, direction: Direction) => void) | undefined;
};

/** What a screen reader says of a node. */
export function nodeName(node: GraphNode, found = 0): string {
  const parts = [node.fold === undefined ? kindWords[node.kind] : 'folded', node.label, node.sublabel === '' ? undefined : node.sublabel, found === 0 || node.fold === undefined ? undefined : `${found} found`, node.state === undefined ? undefined : stateWords[node.state]];
  if (node.hiddenUpstream !== undefined && node.hiddenUpstream > 0) parts.push(`${node.hiddenUpstream} more upstream`);
  if (node.hiddenDownstream !== undefined && node.hiddenDownstream > 0) parts.push(`${node.hiddenDownstream} more downstream`);
  return parts.filter((part) => part !== undefined).join(', ');
}

export const LineageNode = memo(function LineageNode({ data }: NodeProps<Node<LineageNodeData, 'lineage'>>) {
  const { node, focus, selected, dimmed, matched, found } = data;
  const several = node.members !== undefined || node.fold !== undefined;
  const Icon = kindIcons[node.kind];
  const alarm = alarming(node.state);
  const border = selected ? 'border-accent ring-2 ring-accent' : matched ? 'border-accent ring-2 ring-accent/40' : alarm ? 'border-fail' : focus ? 'border-accent' : 'border-line-strong/70';
  return (
    <div style={nodeSize} data-dimmed={dimmed || undefined} className="relative">
      {node.fold !== undefined && <div aria-hidden className={`absolute inset-0 translate-x-2 translate-y-2 rounded-md border bg-canvas ${alarm ? 'border-fail' : 'border-line-strong/70'}`} />}
      {several && <div aria-hidden className={`absolute inset-0 translate-x-1 translate-y-1 rounded-md border bg-canvas ${alarm ? 'border-fail' : 'border-line-strong/70'}`} />}
      <div
        id={`node-${node.id}`}
        role="button"
        tabIndex={data.tabStop ? 0 : -1}
        aria-label={nodeName(node, found)}
        aria-pressed={selected}
        aria-expanded={node.fold === undefined ? undefined : false}
        className={`relative size-full overflow-hidden rounded-md border bg-canvas ${node.kind === 'restricted' ? 'border-dashed' : ''} ${border} ${focus ? 'bg-selected' : alarm ? 'bg-fail-soft' : ''}`}
      >
        <div aria-hidden className="node-full size-full grid-cols-[28px_minmax(0,1fr)] items-center pr-2">
          <Icon className={`mx-auto size-4 ${kindTones[node.kind]}`} />
          <span className="min-w-0">
            <span className="flex items-center justify-between gap-1 text-2xs leading-[14px] text-ink-3">
              <span className="truncate">{node.fold === undefined ? kindWords[node.kind] : <><span className={node.fold.name === undefined ? '' : 'text-xs font-semibold text-ink'}>{node.fold.name === undefined ? 'folded' : node.fold.count}</span>{found > 0 && `, ${found} found`}</>}</span>
              {node.state !== undefined && <span className={`inline-flex items-center gap-1 ${stateTones[node.state]}`}><Glyph name={stateGlyphs[node.state]} spin={node.state === 'running'} />{stateWords[node.state]}</span>}
            </span>
            <Name text={node.fold?.name ?? node.label} />
            {node.sublabel !== undefined && <span className={`block truncate text-2xs leading-[13px] text-ink-2 ${node.fold !== undefined || node.kind === 'run' ? 'tabular-nums' : 'font-mono'}`}>{node.sublabel}</span>}
          </span>
        </div>
        <div aria-hidden className="node-name size-full items-center gap-2 px-2">
          <Icon className={`size-6 shrink-0 ${kindTones[node.kind]}`} />
          <span className="line-clamp-2 min-w-0 flex-1 text-lg leading-5 font-medium break-words text-ink">{node.label}</span>
          {alarm && node.state !== undefined && <span className={`scale-150 ${stateTones[node.state]}`}><Glyph name={stateGlyphs[node.state]} /></span>}
        </div>
        <div aria-hidden className={`node-sign size-full bg-current/15 items-center justify-center gap-3 ${kindTones[node.kind]}`}>
          <Icon className="size-9" strokeWidth={2.5} />
          {node.fold !== undefined && <span className="text-[30px] leading-none font-semibold">{node.fold.members.length}</span>}
          {alarm && node.state !== undefined && <span className={`scale-[2.2] ${stateTones[node.state]}`}><Glyph name={stateGlyphs[node.state]} /></span>}
        </div>
      </div>
      <More node={node} direction="upstream" count={node.hiddenUpstream} onExpand={expandable(node) ? data.onExpand : undefined} />
      <More node={node} direction="downstream" count={node.hiddenDownstream} onExpand={expandable(node) ? data.onExpand : undefined} />
    </div>
  );
});

/** One line; of a name that is too long the end stays, for that is where names of one pipeline differ. */
function Name({ text }: { readonly text: string }) {
  const end = Math.max(...['/', '.', ' ', '-', '_'].map((sign) => text.lastIndexOf(sign)));
  const from = end > 0 && text.length - end <= 16 ? end : Math.max(0, text.length - 8);
  return <span className="flex min-w-0 text-sm leading-4 font-medium text-ink"><span className="truncate whitespace-pre">{text.slice(0, from)}</span><span className="shrink-0 whitespace-pre">{text.slice(from)}</span></span>;
}

function More({ node, direction, count, onExpand }: { readonly node: GraphNode; readonly direction: Direction; readonly count: number | undefined; readonly onExpand: LineageNodeData['onExpand'] }) {
  if (count === undefined || count === 0) return null;
  const text = direction === 'upstream' ? `‹ +${count}` : `+${count} ›`;
  const look = `node-more absolute -bottom-[15px] inline-flex h-[18px] items-center rounded-full border border-line-strong/60 bg-canvas px-1.5 text-2xs text-ink-2 ${direction === 'upstream' ? 'left-2' : 'right-2'}`;
  return onExpand === undefined
    ? <span aria-hidden className={look}>{text}</span>
    : (
      // The panel offers the same to the keyboard; here it is for the pointer.
      <button type="button" tabIndex={-1} aria-label={`Show ${count} more ${direction} of ${node.label}`} onClick={(event) => { event.stopPropagation(); onExpand(node.id, direction); }} className={`nodrag nopan target-24 hover:border-accent hover:text-accent ${look}`}>
        {text}
      </button>
    );
}
