// GraphToolbar: graph or table, find and filter, and export.
'use client';

import { Download, FoldVertical, GitFork, Search, Table2, UnfoldVertical } from 'lucide-react';
import { ToggleGroup } from 'radix-ui';
import { Button } from '../ui/button.tsx';
import { Menu, type MenuItem } from '../ui/menu.tsx';
import { Select } from '../ui/input.tsx';
import type { ExportLink } from '../table/export-menu.tsx';
import { noState, type choicesOf, type GraphFilter } from './filter.ts';
import { kindWords, stateWords, type NodeKind, type NodeState } from './graph-types.ts';

const views = [{ value: 'graph', label: 'Graph', icon: GitFork }, { value: 'table', label: 'Table', icon: Table2 }] as const;
export type GraphView = (typeof views)[number]['value'];

/** The controls above the graph. */
export function GraphToolbar({ view, onView, filter, onFilter, onNext, choices, found, summary, exports, onSvg, onPng, onWholeSvg, onUnfoldAll, onFoldAll }: {
  readonly view: GraphView;
  readonly onView: (view: GraphView) => void;
  readonly filter: GraphFilter;
  readonly onFilter: (change: Partial<GraphFilter>) => void;
  readonly onNext: () => void;
  readonly choices: ReturnType<typeof choicesOf>;
  /** How many nodes match, while something is looked for. */
  readonly found: number | undefined;
  readonly summary: string;
  readonly exports: readonly ExportLink[];
  readonly onSvg: (() => void) | undefined;
  readonly onPng: (() => void) | undefined;
  /** Where something is folded: the picture with nothing folded. */
  readonly onWholeSvg: (() => void) | undefined;
  /** Where look-alikes are folded, or were unfolded. */
  readonly onUnfoldAll: (() => void) | undefined;
  readonly onFoldAll: (() => void) | undefined;
}) {
  const items: MenuItem[] = [
    ...exports.map((link): MenuItem => ({ type: 'link', label: link.label, href: link.href, download: true })),
    ...(onSvg === undefined ? [] : [{ label: 'SVG, the picture', onSelect: onSvg }]),
    ...(onWholeSvg === undefined ? [] : [{ label: 'SVG, every node unfolded', onSelect: onWholeSvg }]),
    ...(onPng === undefined ? [] : [{ label: 'PNG, the picture', onSelect: onPng }]),
  ];
  return (
    <div className="no-print flex flex-wrap items-center gap-2 pb-2">
      <ToggleGroup.Root type="single" value={view} aria-label="View" onValueChange={(value) => { if (value === 'graph' || value === 'table') onView(value); }} className="inline-flex rounded-md border border-line p-px">
        {views.map(({ value, label, icon: Icon }) => (
          <ToggleGroup.Item key={value} value={value} className="inline-flex h-6 items-center gap-1.5 rounded-sm px-2 text-xs text-ink-2 hover:text-ink data-[state=on]:bg-unknown-soft data-[state=on]:font-medium data-[state=on]:text-ink">
            <Icon aria-hidden className="size-3.5" />{label}
          </ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
      <form role="search" className="relative w-44" onSubmit={(event) => { event.preventDefault(); onNext(); }}>
        <Search aria-hidden className="pointer-events-none absolute top-1/2 left-2 size-3.5 -translate-y-1/2 text-ink-3" />
        <input type="search" value={filter.text} aria-label="Find in the graph" placeholder="Find, Enter for next" onChange={(event) => { onFilter({ text: event.target.value }); }} className="h-7 w-full rounded-md border border-line-strong/60 bg-canvas pr-2 pl-7 text-lg sm:text-xs [&::-webkit-search-cancel-button]:hidden" />
      </form>
      <Choose label="Kind" all="All kinds" value={filter.kind} choices={choices.kinds} word={(kind) => kindWords[kind as NodeKind] ?? kind} onChange={(kind) => { onFilter({ kind }); }} />
      {(choices.states.length > 1 || filter.state !== '') && <Choose label="State" all="Any state" value={filter.state} choices={choices.states} word={(state) => (state === noState ? 'without a state' : (stateWords[state as NodeState] ?? state))} onChange={(state) => { onFilter({ state }); }} />}
      <span role="status" className="text-xs text-ink-3">{found === undefined ? summary : `${found} found`}</span>
      {found !== undefined && <Button size="sm" variant="ghost" onClick={() => { onFilter({ text: '', kind: '', state: '' }); }}>Clear</Button>}
      {onUnfoldAll !== undefined && <Button size="sm" variant="ghost" icon={UnfoldVertical} onClick={onUnfoldAll}>Unfold all</Button>}
      {onFoldAll !== undefined && <Button size="sm" variant="ghost" icon={FoldVertical} onClick={onFoldAll}>Fold all</Button>}
      {items.length > 0 && <span className="ml-auto"><Menu trigger={<Button size="sm" icon={Download}>Export</Button>} items={items} /></span>}
    </div>
  );
}

function Choose({ label, all, value, choices, word, onChange }: { readonly label: string; readonly all: string; readonly value: string; readonly choices: readonly (readonly [string, number])[]; readonly word: (value: string) => string; readonly onChange: (value: string) => void }) {
  // What the address asks for and this graph does not have stays to be seen, and cleared.
  const shown = value === '' || choices.some(([each]) => each === value) ? choices : [...choices, [value, 0] as const];
  return <Select size="sm" aria-label={label} value={value} onChange={(event) => { onChange(event.target.value); }} options={[{ value: '', label: all }, ...shown.map(([each, count]) => ({ value: each, label: `${word(each)} (${count})` }))]} />;
}
