// Rules of folding and walking the tree of runs, and of its ticks.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offsetTicks, treeMove, visibleRows } from './tree-rows.ts';

const node = (id: string, parentId: string | null, depth: number, drawn = 0) => ({ run: { id }, parentId, depth, drawn });
const nodes = [node('a', null, 0, 2), node('b', 'a', 1, 1), node('c', 'b', 2), node('d', 'a', 1)];
const shown = (closed: string[]) => visibleRows(nodes, new Set(closed)).map(({ run }) => run.id);

describe('a folded run', () => {
  it('hides everything below it, and nothing else', () => {
    expect(shown([])).toEqual(['a', 'b', 'c', 'd']);
    expect(shown(['b'])).toEqual(['a', 'b', 'd']);
    expect(shown(['a'])).toEqual(['a']);
    expect(shown(['a', 'b'])).toEqual(['a']);
  });
});

describe('the keyboard', () => {
  it.each([
    ['ArrowDown', 'a', [], { kind: 'focus', id: 'b' }], ['ArrowUp', 'd', [], { kind: 'focus', id: 'c' }], ['ArrowUp', 'd', ['b'], { kind: 'focus', id: 'b' }],
    ['Home', 'c', [], { kind: 'focus', id: 'a' }], ['End', 'a', [], { kind: 'focus', id: 'd' }],
    ['ArrowRight', 'b', ['b'], { kind: 'open', id: 'b' }], ['ArrowRight', 'b', [], { kind: 'focus', id: 'c' }], ['ArrowRight', 'c', [], null],
    ['ArrowLeft', 'b', [], { kind: 'close', id: 'b' }], ['ArrowLeft', 'b', ['b'], { kind: 'focus', id: 'a' }], ['ArrowLeft', 'c', [], { kind: 'focus', id: 'b' }], ['ArrowLeft', 'a', ['a'], null],
    ['ArrowDown', 'd', [], null], ['x', 'a', [], null],
  ] as const)('%s on %s with %j closed', (key, current, closed, move) => {
    const folded = new Set<string>(closed);
    expect(treeMove(visibleRows(nodes, folded), folded, current, key)).toEqual(move);
  });
});

describe('ticks', () => {
  it('begin at the start, rise evenly, stay within the span and are few', () => {
    fc.assert(fc.property(fc.double({ min: 0.001, max: 1e13, noNaN: true }), (length) => {
      const ticks = offsetTicks(length, 5);
      expect(ticks[0]).toBe(0);
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(Math.max(...ticks)).toBeLessThanOrEqual(length);
    }));
  });
});
