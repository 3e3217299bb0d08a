// Two texts side by side: both can be read back from the rows, and what is equal is called equal.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffText, edits, type DiffRow } from './text-diff.ts';

const side = (rows: readonly DiffRow[], which: 'left' | 'right') => rows.flatMap((row) => (row[which] ? [row[which].pieces.map(({ text }) => text).join('')] : [])).join('\n');
const lines = fc.array(fc.constantFrom('a', 'b', 'a b', 'c d e', ''), { maxLength: 12 }).map((all) => all.join('\n'));

describe('a comparison of two texts', () => {
  it('holds both, whole and in order', () => {
    fc.assert(fc.property(fc.oneof(lines, fc.string({ unit: 'grapheme' })), fc.oneof(lines, fc.string({ unit: 'grapheme' })), (before, after) => {
      const rows = diffText(before, after);
      expect([side(rows, 'left'), side(rows, 'right')]).toEqual([before, after]);
      const numbers = rows.flatMap(({ left }) => (left ? [left.number] : []));
      expect(numbers).toEqual(numbers.map((_number, index) => index + 1));
    }), { numRuns: 500 });
  });

  it('of one text with itself finds nothing', () => {
    fc.assert(fc.property(lines, (text) => diffText(text, text).every(({ kind }) => kind === 'same')));
  });

  it('is shortest', () => {
    expect(edits([...'abcabba'], [...'cbabac']).filter(({ kind }) => kind !== 'same')).toHaveLength(5);
    expect(diffText('one two three', 'one 2 three')[0]).toMatchObject({ kind: 'changed', left: { pieces: [{ text: 'one ', changed: false }, { text: 'two', changed: true }, { text: ' three', changed: false }] } });
  });

  it('of two large texts that share nothing is bounded', () => {
    const large = (word: string) => Array.from({ length: 5_000 }, (_each, index) => `${word} ${index}`).join('\n');
    expect(diffText(large('a'), large('b'))).toHaveLength(5_000);
  });
});
