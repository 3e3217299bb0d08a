// RunTree: parent and child runs as one tree on a time axis, foldable and walked by keyboard; the same as a table behind the toggle.
'use client';

import { ChevronRight } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { ChartFrame } from '#components/charts/chart-frame.tsx';
import { Glyph } from '#components/evidence/glyphs.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { useNow } from '#components/ui/clock.ts';
import { Link } from '#components/ui/link.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { absoluteUtc, formatDuration } from '#components/ui/time-format.ts';
import type { RunState, RunView } from '#lib/runs/schema.ts';
import type { RunTree as Tree } from '#lib/runs/relatives.ts';
import { offsetTicks, treeMove, visibleRows } from './tree-rows.ts';
import { runTitle, stageName } from './words.ts';

/** Of very many stages, not all are counted. */
const hiddenText = (node: { readonly hidden: number; readonly run: RunView }) => `${node.run.stages?.more === true ? 'at least ' : ''}${node.hidden.toLocaleString('en')}`;

type Node = Tree['nodes'][number];

const bars: Record<RunState, string> = {
  complete: 'bg-series-1/60',
  running: 'bg-accent-soft border border-accent border-r-4 border-r-accent',
  failed: 'bg-fail',
  aborted: 'border border-line-strong bg-unknown-soft',
  unknown: 'border border-dashed border-line-strong',
};
const tones: Record<RunState, string> = { complete: 'text-pass', running: 'text-accent', failed: 'text-fail', aborted: 'text-unknown', unknown: 'text-unknown' };

const nameOf = (node: Node) => (node.depth === 0 ? runTitle(node.run) : stageName(node.run));
const attemptText = (node: Node) => (node.attempt === null ? '' : `attempt ${String(node.attempt.number)} of ${String(node.attempt.of)}${node.attempt.counts ? ', the one that counts' : ''}`);

/** From start to end; what runs reaches to now, and a run whose end nobody told has none. */
function spanOfRun({ run }: Node, now: number): { from: number; to: number } {
  const from = Date.parse(run.startedAt);
  const open = run.state === 'running' || (run.endedAt === null && (run.stages?.running ?? 0) > 0);
  return { from, to: Math.max(from, run.endedAt !== null ? Date.parse(run.endedAt) : open ? now : from) };
}

/** `<RunTree tree={tree} />`: what `getRunTree` answers; the run in focus is marked. */
export function RunTree({ tree }: { readonly tree: Tree }) {
  const now = useNow().getTime();
  const router = useRouter();
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [current, setCurrent] = useState(tree.focusId);
  const items = useRef(new Map<string, HTMLLIElement>());
  const spans = useMemo(() => new Map(tree.nodes.map((node) => [node.run.id, spanOfRun(node, now)])), [tree.nodes, now]);
  const from = Math.min(...[...spans.values()].map((span) => span.from));
  const to = Math.max(from + 1, ...[...spans.values()].map((span) => span.to));
  const rows = visibleRows(tree.nodes, closed);
  // A row that was folded away cannot hold the focus: the nearest open ancestor does.
  const tabStop = rows.some((row) => row.run.id === current) ? current : (rows[0]?.run.id ?? '');
  const parents = tree.nodes.filter((node) => node.drawn > 0).map((node) => node.run.id);

  const fold = (id: string, close: boolean) => {
    setClosed((known) => {
      const next = new Set(known);
      if (close) next.add(id);
      else next.delete(id);
      return next;
    });
  };
  const onKeyDown = (event: KeyboardEvent, id: string) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter' && event.target === event.currentTarget) {
      router.push(`/runs/${id}`);
      return;
    }
    const move = treeMove(rows, closed, id, event.key);
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    if (move.kind === 'focus') {
      setCurrent(move.id);
      items.current.get(move.id)?.focus();
    } else fold(move.id, move.kind === 'close');
  };
  const ticks = offsetTicks(to - from, 5);
  return (
    <ChartFrame
      title="Runs over time"
      unit={`${formatDuration(to - from)} in all, from ${absoluteUtc(new Date(from))}`}
      note={
        <>
          {tree.above && 'The topmost run drawn has a parent of its own. '}
          {tree.hidden > 0 && `${tree.nodes.some((node) => node.run.stages?.more === true) ? 'At least ' : ''}${String(tree.hidden)} more ${tree.hidden === 1 ? 'run is' : 'runs are'} not drawn: at most 500 are, 100 below each, 12 deep; open a run to see what is below it. `}
          {tree.nodes.some((node) => node.attempt !== null) && 'A run that began after another one of the same job, nominal time and parent had failed or was aborted is its next attempt; the last one counts.'}
        </>
      }
      actions={parents.length > 1 && <Button size="sm" variant="ghost" onClick={() => { setClosed(closed.size > 0 ? new Set() : new Set(parents.filter((id) => id !== tree.rootId))); }}>{closed.size > 0 ? 'Unfold all' : 'Fold all'}</Button>}
      table={() => ({
        columns: [{ header: 'level' }, { header: 'run' }, { header: 'attempt' }, { header: 'state' }, { header: 'started' }, { header: 'took', align: 'end' }, { header: 'not drawn below', align: 'end' }, { header: 'why it failed' }],
        rows: tree.nodes.map((node) => {
          const span = spans.get(node.run.id);
          return { key: node.run.id, cells: [String(node.depth + 1), <TextLink key="run" quiet href={`/runs/${node.run.id}`}>{nameOf(node)}</TextLink>, attemptText(node), node.run.state, absoluteUtc(new Date(node.run.startedAt)), tookText(node, span), node.hidden === 0 ? '' : hiddenText(node), node.run.failure ?? ''] };
        }),
      })}
    >
      <ul role="tree" aria-label="Runs over time" suppressHydrationWarning>
        {rows.map((node) => {
          const { run } = node;
          const span = spans.get(run.id) ?? { from, to: from };
          const left = ((span.from - from) / (to - from)) * 100;
          const width = Math.max(0.4, ((span.to - span.from) / (to - from)) * 100);
          const isClosed = closed.has(run.id);
          const isFocus = run.id === tree.focusId;
          const indent = Math.min(node.depth, 8) * 14;
          return (
            <li
              key={run.id}
              ref={(element) => { if (element) items.current.set(run.id, element); else items.current.delete(run.id); }}
              role="treeitem"
              aria-level={node.depth + 1}
              aria-selected={isFocus}
              aria-label={[nameOf(node), run.state, attemptText(node), tookText(node, span), run.failure, node.hidden > 0 ? `${hiddenText(node)} not drawn` : ''].filter(Boolean).join(', ')}
              {...(node.drawn > 0 && { 'aria-expanded': !isClosed })}
              tabIndex={run.id === tabStop ? 0 : -1}
              onFocus={() => { setCurrent(run.id); }}
              onKeyDown={(event) => { onKeyDown(event, run.id); }}
              className={`grid grid-cols-[minmax(0,1fr)_5.5rem] items-center gap-x-3 border-t border-line py-1 focus-visible:outline-offset-[-2px] sm:grid-cols-[minmax(12rem,20rem)_minmax(0,1fr)_5.5rem] ${isFocus ? 'bg-sunken' : ''}`}
            >
              <span className={`flex min-w-0 items-center gap-1.5 text-sm ${tones[run.state]}`} style={{ paddingLeft: indent }}>
                {node.drawn > 0
                  ? <button type="button" tabIndex={-1} aria-hidden className="-m-1 p-1 text-ink-3 hover:text-ink" onClick={() => { fold(run.id, !isClosed); }}><ChevronRight className={`size-3.5 transition-transform ${isClosed ? '' : 'rotate-90'}`} /></button>
                  : <span className="w-3.5 shrink-0" />}
                <Glyph name={run.state === 'unknown' ? 'not_evaluated' : run.state} spin={run.state === 'running'} />
                <Link href={`/runs/${run.id}`} tabIndex={-1} className={`truncate text-ink hover:text-accent hover:underline ${isFocus ? 'font-semibold' : ''} ${node.attempt !== null && !node.attempt.counts ? 'text-ink-3' : ''}`} title={nameOf(node)}>{nameOf(node)}</Link>
                {node.attempt !== null && <Badge tone={node.attempt.counts ? 'accent' : 'outline'}><span title={attemptText(node)}>{node.attempt.counts ? `attempt ${String(node.attempt.number)}, counts` : `attempt ${String(node.attempt.number)}`}</span></Badge>}
                {node.drawn > 0 && isClosed && <span className="shrink-0 text-xs text-ink-3">+{node.drawn}</span>}
              </span>
              <span className="order-last col-span-2 min-w-0 sm:order-none sm:col-span-1">
                <span aria-hidden className="relative block h-3.5">
                  {ticks.map((tick) => <span key={tick} className="absolute -inset-y-1 w-px bg-line" style={{ left: `${String((tick / (to - from)) * 100)}%` }} />)}
                  <span className={`absolute inset-y-0 rounded-sm ${bars[run.state]}`} style={{ left: `${String(Math.min(left, 99.6))}%`, width: `${String(Math.min(width, 100 - Math.min(left, 99.6)))}%` }} suppressHydrationWarning />
                </span>
                {(run.failure !== null || node.hidden > 0) && <span className={`block truncate text-xs ${run.failure === null ? 'text-ink-3' : 'text-fail'}`} title={run.failure ?? undefined}>{run.failure ?? ''}{run.failure !== null && node.hidden > 0 && ' · '}{node.hidden > 0 && <span className="text-ink-3">{hiddenText(node)} below not drawn</span>}</span>}
              </span>
              <span className="text-right text-xs text-ink-2" suppressHydrationWarning>{tookText(node, span)}</span>
            </li>
          );
        })}
      </ul>
      <div aria-hidden className="hidden border-t border-line sm:grid sm:grid-cols-[minmax(12rem,20rem)_minmax(0,1fr)_5.5rem] sm:gap-x-3">
        <span />
        <span className="relative h-5 text-2xs text-ink-3" suppressHydrationWarning>
          {ticks.map((tick, at) => <span key={tick} className={`absolute top-1 whitespace-nowrap ${at === 0 ? '' : tick / (to - from) > 0.94 ? '-translate-x-full' : '-translate-x-1/2'}`} style={{ left: `${String((tick / (to - from)) * 100)}%` }}>{tick === 0 ? 'start' : `+${formatDuration(tick)}`}</span>)}
        </span>
        <span />
      </div>
    </ChartFrame>
  );
}

function tookText({ run }: Node, span: { from: number; to: number } | undefined): string {
  if (run.endedAt !== null && run.endedAt < run.startedAt) return 'clocks differ';
  if (span === undefined || (run.endedAt === null && span.to === span.from && run.state !== 'running')) return 'unknown';
  return formatDuration(span.to - span.from);
}
