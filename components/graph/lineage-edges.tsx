// LineageEdges: all edges as one drawing beneath the nodes; one element a line, none of them a component.
import { memo } from 'react';
import { dashesOf, type GraphEdge } from './graph-types.ts';
import { edgeId } from './layout-input.ts';
import type { Layout } from './layout-output.ts';

/** Lines with arrowheads; those on the traced path stand out, the others step back. */
export const LineageEdges = memo(function LineageEdges({ layout, edges, traced }: { readonly layout: Layout; readonly edges: readonly GraphEdge[]; readonly traced: ReadonlySet<string> | undefined }) {
  const onPath = (edge: GraphEdge) => traced !== undefined && traced.has(edge.from) && traced.has(edge.to);
  // Drawn last what must not be crossed.
  const ordered = traced === undefined ? edges : [...edges.filter((edge) => !onPath(edge)), ...edges.filter(onPath)];
  return (
    <svg aria-hidden width={layout.width} height={layout.height} className="pointer-events-none absolute top-0 left-0 -z-10 overflow-visible">
      <defs>
        {(['arrow', 'arrow-traced'] as const).map((id) => (
          <marker key={id} id={id} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">
            <path d="M1 1l6 3-6 3z" fill={id === 'arrow' ? 'var(--line-strong)' : 'var(--accent)'} />
          </marker>
        ))}
      </defs>
      {ordered.map((edge) => {
        const path = layout.edges.get(edgeId(edge));
        if (path === undefined || path === '') return null;
        const strong = onPath(edge);
        return (
          <path key={edgeId(edge)} className="graph-edge" d={path} fill="none" stroke={strong ? 'var(--accent)' : 'var(--line-strong)'} strokeWidth={(strong ? 2 : 1.25) + Math.min(2, Math.log2(edge.weight ?? 1) / 3)} strokeDasharray={dashesOf(edge)} opacity={traced === undefined || strong ? 1 : 0.3} markerEnd={`url(#${strong ? 'arrow-traced' : 'arrow'})`}>
            {edge.label !== undefined && <title>{edge.label}</title>}
          </path>
        );
      })}
    </svg>
  );
});
