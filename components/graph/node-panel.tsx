// NodePanel: what is known of the selected node, where it leads, and its neighbours by name.
'use client';

import { ArrowLeftToLine, ArrowRightToLine, UnfoldVertical, X } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { Glyph } from '../evidence/glyphs.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { expandable, kindWords, stateWords, type Direction, type GraphNode } from './graph-types.ts';
import { kindIcons, kindTones, stateGlyphs, stateTones } from './kind-look.ts';
import type { Neighbours } from './walk.ts';

/** Beside the graph on wide screens, beneath it on narrow ones. */
export function NodePanel({ node, neighbours, byId, matches, details, onSelect, onUnfold, onExpand, onClose }: {
  readonly node: GraphNode;
  readonly neighbours: Neighbours | undefined;
  readonly byId: ReadonlyMap<string, GraphNode>;
  /** What is looked for: of a fold, that comes first. */
  readonly matches: ReadonlySet<string> | undefined;
  readonly details: ((node: GraphNode) => ReactNode) | undefined;
  readonly onSelect: (id: string) => void;
  readonly onExpand: ((id: string, direction: Direction) => void) | undefined;
  readonly onUnfold: (key: string) => void;
  readonly onClose: () => void;
}) {
  const Icon = kindIcons[node.kind];
  const { fold } = node;
  const held = fold === undefined ? [] : matches === undefined ? fold.members : [...fold.members.filter((id) => matches.has(id)), ...fold.members.filter((id) => !matches.has(id))];
  return (
    <section aria-label={`Selected: ${fold === undefined ? `${kindWords[node.kind]} ` : ''}${node.label}`} className="flex flex-col gap-3 p-3">
      <div className="flex items-start gap-2">
        <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${kindTones[node.kind]}`} />
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-x-2 text-xs text-ink-3">
            {fold === undefined ? kindWords[node.kind] : 'folded look-alikes'}
            {node.state !== undefined && <span className={`inline-flex items-center gap-1 ${stateTones[node.state]}`}><Glyph name={stateGlyphs[node.state]} />{stateWords[node.state]}</span>}
          </p>
          <p className="font-medium break-words">{node.label}</p>
          {node.sublabel !== undefined && (fold === undefined ? <p className="flex items-center font-mono text-xs break-all text-ink-2">{node.sublabel}<CopyButton text={node.sublabel} label="Copy this line" /></p> : <p className="text-xs text-ink-2">{node.sublabel}</p>)}
        </div>
        <IconButton icon={X} label="Close" size="sm" onClick={onClose} />
      </div>
      <div className="flex flex-wrap gap-2">
        {fold !== undefined && <Button size="sm" variant="primary" icon={UnfoldVertical} onClick={() => { onUnfold(fold.key); }}>Unfold</Button>}
        {node.href !== undefined && <LinkButton href={node.href} size="sm" variant="primary">{node.members === undefined ? 'Open' : 'Show its members'}</LinkButton>}
        {node.links?.map((link) => <LinkButton key={link.href} href={link.href} size="sm">{link.label}</LinkButton>)}
        {onExpand !== undefined && expandable(node) && (node.hiddenUpstream ?? 0) > 0 && <Button size="sm" icon={ArrowLeftToLine} onClick={() => { onExpand(node.id, 'upstream'); }}>+{node.hiddenUpstream} upstream</Button>}
        {onExpand !== undefined && expandable(node) && (node.hiddenDownstream ?? 0) > 0 && <Button size="sm" icon={ArrowRightToLine} onClick={() => { onExpand(node.id, 'downstream'); }}>+{node.hiddenDownstream} downstream</Button>}
      </div>
      {node.facts !== undefined && node.facts.length > 0 && (
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 text-xs">
          {node.facts.map((fact) => (
            <Fragment key={fact.term}>
              <dt className="text-ink-3">{fact.term}</dt>
              <dd className={fact.copy === true ? 'flex items-start font-mono text-2xs break-all text-ink-2' : 'break-words'}>{fact.value}{fact.copy === true && <CopyButton text={fact.value} label={`Copy ${fact.term.toLowerCase()}`} />}</dd>
            </Fragment>
          ))}
        </dl>
      )}
      {fold !== undefined && <Side title="Holds" ids={held} byId={byId} onSelect={onSelect} />}
      <Side title="Comes from" ids={neighbours?.upstream ?? []} noteOf={(id) => neighbours?.notes.get(`upstream ${id}`)} byId={byId} onSelect={onSelect} />
      <Side title="Leads to" ids={neighbours?.downstream ?? []} noteOf={(id) => neighbours?.notes.get(`downstream ${id}`)} byId={byId} onSelect={onSelect} />
      {details?.(node)}
    </section>
  );
}

function Side({ title, ids, noteOf, byId, onSelect }: { readonly title: string; readonly ids: readonly string[]; readonly noteOf?: (id: string) => string | undefined; readonly byId: ReadonlyMap<string, GraphNode>; readonly onSelect: (id: string) => void }) {
  return (
    <div>
      <p className="text-xs text-ink-3">{title}{ids.length > 0 && ` · ${ids.length}`}</p>
      {ids.length === 0 ? <p className="text-xs text-ink-3">nothing in this graph</p> : (
        <ul className="max-h-44 overflow-y-auto">
          {ids.map((id) => {
            const other = byId.get(id);
            if (other === undefined) return null;
            const Icon = kindIcons[other.kind];
            const note = noteOf?.(id);
            return (
              <li key={id}>
                <button type="button" onClick={() => { onSelect(id); }} className="flex min-h-7 w-full items-center gap-1.5 rounded-sm px-1 text-left hover:bg-hover">
                  <Icon aria-hidden className={`size-3.5 shrink-0 ${kindTones[other.kind]}`} />
                  <span className="min-w-0 flex-1">
                    <span className="block truncate">{other.label}{title === 'Holds' && other.sublabel !== undefined && <span className="ml-1.5 text-xs text-ink-3">{other.sublabel}</span>}</span>
                    {note !== undefined && <span className="block text-2xs text-ink-3">{note}</span>}
                  </span>
                  {other.state !== undefined && <span className={stateTones[other.state]}><Glyph name={stateGlyphs[other.state]} /><span className="sr-only">{stateWords[other.state]}</span></span>}
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
