// A tree of runs as a list in the order in which it is drawn. Pure.
import { attemptsOf, type Attempt } from './attempts.ts';
import type { RunView } from './schema.ts';

export type TreeRow = { readonly run: RunView; readonly parentId: string | null; readonly nominalTime: string | null };
export type TreeNode = { readonly run: RunView; readonly depth: number; readonly parentId: string | null; readonly attempt: Attempt | null; /** Children drawn, and those that are not. */ readonly drawn: number; readonly hidden: number };

const byStart = (a: TreeRow, b: TreeRow): number => Date.parse(a.run.startedAt) - Date.parse(b.run.startedAt) || (a.run.id < b.run.id ? -1 : 1);

/** What siblings have in common when one is another attempt: the job, and the nominal time where it is told. */
export const siblingWork = ({ run, nominalTime }: TreeRow): string => JSON.stringify([run.team.id, run.job.namespace, run.job.name, nominalTime]);

/**
 * Parents before their children, children in the order in which they began; each run once, also where parents form a circle.
 * Rows whose parent is not among them are left out, except the root.
 */
export function treeOf(rows: readonly TreeRow[], rootId: string): TreeNode[] {
  const children = new Map<string, TreeRow[]>();
  for (const row of rows) if (row.parentId !== null && row.run.id !== rootId) children.set(row.parentId, [...(children.get(row.parentId) ?? []), row]);
  const nodes: TreeNode[] = [];
  const seen = new Set<string>();
  const walk = (row: TreeRow, depth: number, parentId: string | null, attempt: Attempt | null): void => {
    if (seen.has(row.run.id)) return;
    seen.add(row.run.id);
    const own = (children.get(row.run.id) ?? []).filter((child) => !seen.has(child.run.id)).sort(byStart);
    const attempts = attemptsOf(own.map((child) => ({ id: child.run.id, state: child.run.state, startedAt: child.run.startedAt, endedAt: child.run.endedAt, work: siblingWork(child) })));
    nodes.push({ run: row.run, depth, parentId, attempt, drawn: own.length, hidden: Math.max(0, (row.run.stages?.total ?? 0) - own.length) });
    for (const child of own) walk(child, depth + 1, row.run.id, attempts.get(child.run.id) ?? null);
  };
  const root = rows.find(({ run }) => run.id === rootId);
  if (root) walk(root, 0, null, null);
  return nodes;
}
