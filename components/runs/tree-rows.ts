// Which rows of a tree of runs are shown, where the keyboard goes, and where bars and ticks stand. Pure.

export type Placed = { readonly run: { readonly id: string }; readonly depth: number; readonly parentId: string | null; readonly drawn: number };

/** Rows whose ancestors are all open. Parents come before their children. */
export function visibleRows<Node extends Placed>(nodes: readonly Node[], closed: ReadonlySet<string>): Node[] {
  const hidden = new Set<string>();
  return nodes.filter((node) => {
    if (node.parentId !== null && (hidden.has(node.parentId) || closed.has(node.parentId))) {
      hidden.add(node.run.id);
      return false;
    }
    return true;
  });
}

export type TreeMove = { readonly kind: 'focus'; readonly id: string } | { readonly kind: 'open' | 'close'; readonly id: string };

/** What a key does in a tree (WAI-ARIA authoring practices, tree view): arrows walk, open and close; null for a key that does nothing. */
export function treeMove<Node extends Placed>(rows: readonly Node[], closed: ReadonlySet<string>, current: string, key: string): TreeMove | null {
  const at = rows.findIndex((row) => row.run.id === current);
  const row = rows[at];
  if (!row) return null;
  const focus = (target: Node | undefined): TreeMove | null => (target ? { kind: 'focus', id: target.run.id } : null);
  switch (key) {
    case 'ArrowDown':
      return focus(rows[at + 1]);
    case 'ArrowUp':
      return focus(rows[at - 1]);
    case 'Home':
      return focus(rows[0]);
    case 'End':
      return focus(rows.at(-1));
    case 'ArrowRight':
      return row.drawn === 0 ? null : closed.has(current) ? { kind: 'open', id: current } : focus(rows[at + 1]);
    case 'ArrowLeft':
      return row.drawn > 0 && !closed.has(current) ? { kind: 'close', id: current } : focus(rows.find((other) => other.run.id === row.parentId));
    default:
      return null;
  }
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, second, 2 * second, 5 * second, 10 * second, 15 * second, 30 * second, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day, 30 * day, 90 * day, 365 * day];

/** Round distances from the start, at most `most` of them beyond it. Milliseconds. */
export function offsetTicks(length: number, most: number): number[] {
  if (!(length > 0)) return [0];
  const step = steps.find((each) => length / each <= most) ?? length;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, n) => n * step);
}
