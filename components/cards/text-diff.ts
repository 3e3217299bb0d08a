// Two texts compared by lines, and within changed lines by words: rows for two columns. Pure, bounded.

export type Piece = { readonly text: string; readonly changed: boolean };
/** A line on either side; null: there is none. Numbers count from 1. */
export type DiffRow = { readonly kind: 'same' | 'changed' | 'added' | 'removed'; readonly left: { readonly number: number; readonly pieces: readonly Piece[] } | null; readonly right: { readonly number: number; readonly pieces: readonly Piece[] } | null };

type Edit<T> = { readonly kind: 'same' | 'removed' | 'added'; readonly item: T };

/** Shortest edit script (Myers, 1986), up to `most` edits; beyond that everything between the equal ends counts as replaced. */
export function edits<T>(before: readonly T[], after: readonly T[], most = 1_000): Edit<T>[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const left = before.slice(start, before.length - end);
  const right = after.slice(start, after.length - end);
  const same = (items: readonly T[]): Edit<T>[] => items.map((item) => ({ kind: 'same', item }));
  return [...same(before.slice(0, start)), ...(middle(left, right, most) ?? [...left.map((item) => ({ kind: 'removed' as const, item })), ...right.map((item) => ({ kind: 'added' as const, item }))]), ...same(before.slice(before.length - end))];
}

function middle<T>(left: readonly T[], right: readonly T[], most: number): Edit<T>[] | null {
  const [n, m] = [left.length, right.length];
  const reach = new Map<number, number>([[1, 0]]);
  const trail: Map<number, number>[] = [];
  for (let d = 0; d <= Math.min(n + m, most); d += 1) {
    trail.push(new Map(reach));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
      let x = down ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
      while (x < n && x - k < m && left[x] === right[x - k]) x += 1;
      reach.set(k, x);
      if (x >= n && x - k >= m) return walkedBack(left, right, trail);
    }
  }
  return null;
}

function walkedBack<T>(left: readonly T[], right: readonly T[], trail: readonly ReadonlyMap<number, number>[]): Edit<T>[] {
  const found: Edit<T>[] = [];
  let [x, y] = [left.length, right.length];
  for (let d = trail.length - 1; d >= 0; d -= 1) {
    const reach = trail[d] ?? new Map<number, number>();
    const k = x - y;
    const down = k === -d || (k !== d && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
    const fromK = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : (reach.get(fromK) ?? 0);
    const fromY = d === 0 ? 0 : fromX - fromK;
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      found.push({ kind: 'same', item: left[x] as T });
    }
    if (d === 0) break;
    if (down) found.push({ kind: 'added', item: right[(y -= 1)] as T });
    else found.push({ kind: 'removed', item: left[(x -= 1)] as T });
  }
  return found.reverse();
}

const words = (line: string): string[] => line.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

/** Pieces of a line on both sides, neighbours of one kind joined. */
function piecesOf(before: string, after: string): { left: Piece[]; right: Piece[] } {
  const [left, right]: [Piece[], Piece[]] = [[], []];
  const put = (pieces: Piece[], text: string, changed: boolean) => {
    const last = pieces.at(-1);
    if (last?.changed === changed) pieces[pieces.length - 1] = { text: last.text + text, changed };
    else pieces.push({ text, changed });
  };
  for (const { kind, item } of edits(words(before.slice(0, 5_000)), words(after.slice(0, 5_000)), 300)) {
    if (kind !== 'added') put(left, item, kind === 'removed');
    if (kind !== 'removed') put(right, item, kind === 'added');
  }
  if (before.length > 5_000) put(left, before.slice(5_000), true);
  if (after.length > 5_000) put(right, after.slice(5_000), true);
  return { left, right };
}

/** Rows of two columns: removed and added lines that follow one another stand beside each other. */
export function diffText(before: string, after: string): DiffRow[] {
  const script = edits(before.split('\n'), after.split('\n'));
  const rows: DiffRow[] = [];
  let [leftNumber, rightNumber] = [0, 0];
  let removed: string[] = [];
  let added: string[] = [];
  const flush = () => {
    for (let index = 0; index < Math.max(removed.length, added.length); index += 1) {
      const [old, young] = [removed[index], added[index]];
      if (old !== undefined && young !== undefined) {
        const { left, right } = piecesOf(old, young);
        rows.push({ kind: 'changed', left: { number: (leftNumber += 1), pieces: left }, right: { number: (rightNumber += 1), pieces: right } });
      } else if (old !== undefined) rows.push({ kind: 'removed', left: { number: (leftNumber += 1), pieces: [{ text: old, changed: true }] }, right: null });
      else if (young !== undefined) rows.push({ kind: 'added', left: null, right: { number: (rightNumber += 1), pieces: [{ text: young, changed: true }] } });
    }
    [removed, added] = [[], []];
  };
  for (const { kind, item } of script) {
    if (kind === 'removed') removed.push(item);
    else if (kind === 'added') added.push(item);
    else {
      flush();
      rows.push({ kind: 'same', left: { number: (leftNumber += 1), pieces: [{ text: item, changed: false }] }, right: { number: (rightNumber += 1), pieces: [{ text: item, changed: false }] } });
    }
  }
  flush();
  return rows;
}
