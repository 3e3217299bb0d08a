// GraphTable: the same graph as a table: every node with what it comes from and leads to, and more on demand.
'use client';

import { Button } from '../ui/button.tsx';
import { Link } from '../ui/link.tsx';
import { Glyph } from '../evidence/glyphs.tsx';
import { expandable, kindWords, stateWords, type Direction, type GraphNode } from './graph-types.ts';
import { kindIcons, kindTones, stateGlyphs, stateTones } from './kind-look.ts';
import type { Neighbours } from './walk.ts';

const mostNames = 30;

/** Every node and edge, in words. */
export function GraphTable({ nodes, only, neighbours, focusId, label, onExpand, heldBy }: { readonly nodes: readonly GraphNode[]; /** The rows to show; undefined for all. */ readonly only: ReadonlySet<string> | undefined; readonly neighbours: ReadonlyMap<string, Neighbours>; readonly focusId: string | undefined; readonly label: string; readonly onExpand: ((id: string, direction: Direction) => void) | undefined; /** What stands for a node in the picture, where that is not the node itself. */ readonly heldBy: (id: string) => GraphNode | undefined }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const names = (node: GraphNode, near: Neighbours | undefined, direction: Direction) => {
    const ids = near?.[direction] ?? [];
    const named = (id: string) => {
      const note = near?.notes.get(`${direction} ${id}`);
      return `${byId.get(id)?.label ?? id}${note === undefined ? '' : ` (${note})`}`;
    };
    const hidden = (direction === 'upstream' ? node.hiddenUpstream : node.hiddenDownstream) ?? 0;
    const more = hidden === 0 ? null
      : onExpand === undefined || !expandable(node) ? `and ${hidden.toLocaleString('en')} not shown`
      : <span className="no-print"><Button size="sm" variant="ghost" onClick={() => { onExpand(node.id, direction); }} aria-label={`Show ${hidden} more ${direction} of ${node.label}`}>+{hidden.toLocaleString('en')} more</Button></span>;
    if (ids.length === 0 && more === null) return <span className="text-ink-3">none</span>;
    return <>{ids.slice(0, mostNames).map(named).join(', ')}{ids.length > mostNames && ` and ${ids.length - mostNames} more in this graph`}{ids.length > 0 && ' '}{more}</>;
  };
  return (
    <table aria-label={label} className="w-full border-collapse text-sm">
      <thead className="sticky top-0 z-[1] bg-canvas print:static">
        <tr className="text-left text-xs text-ink-3">
          {['kind', 'name', 'state', 'comes from', 'leads to'].map((header) => <th key={header} scope="col" className="h-8 border-b border-line-strong/60 pr-4 font-medium whitespace-nowrap first:pl-2">{header}</th>)}
        </tr>
      </thead>
      <tbody>
        {nodes.filter((node) => only === undefined || only.has(node.id)).map((node) => {
          const Icon = kindIcons[node.kind];
          const near = neighbours.get(node.id);
          const holder = heldBy(node.id);
          return (
            <tr key={node.id} className={`border-b border-line align-top ${node.id === focusId ? 'bg-selected' : ''}`}>
              <td className="py-1 pr-4 pl-2 whitespace-nowrap"><span className="inline-flex items-center gap-1.5"><Icon aria-hidden className={`size-3.5 ${kindTones[node.kind]}`} />{kindWords[node.kind]}</span></td>
              <th scope="row" className="min-w-52 py-1 pr-4 text-left font-normal break-words sm:min-w-72">
                {node.href === undefined ? <span className="font-medium">{node.label}</span> : <Link href={node.href} className="font-medium hover:text-accent hover:underline">{node.label}</Link>}
                {node.sublabel !== undefined && <span className={`block text-xs text-ink-3 ${node.kind === 'run' ? '' : 'font-mono break-all'}`}>{node.sublabel}</span>}
                {holder !== undefined && <span className="block text-xs text-ink-3">in the picture one of {holder.label}</span>}
              </th>
              <td className="py-1 pr-4 whitespace-nowrap">{node.state === undefined ? null : <span className={`inline-flex items-center gap-1.5 ${stateTones[node.state]}`}><Glyph name={stateGlyphs[node.state]} />{stateWords[node.state]}</span>}</td>
              <td className="min-w-32 py-1 pr-4 text-ink-2">{names(node, near, 'upstream')}</td>
              <td className="min-w-32 py-1 pr-2 text-ink-2">{names(node, near, 'downstream')}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
