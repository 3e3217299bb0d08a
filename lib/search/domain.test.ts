// How a typed text is understood.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestRange, distance, hasTrigram, idRange, meant, patternOf, prefixOf, wordsOf } from './domain.ts';

describe('a typed text', () => {
  it('is taken apart into words, and what LIKE takes for signs is meant literally', () => {
    expect(wordsOf('  Flight  delay ')).toEqual(['flight', 'delay']);
    expect(patternOf(['50%', 'a_b'])).toBe('%50\\%%a\\_b%');
    expect(prefixOf('A%')).toBe('a\\%%');
    expect([hasTrigram(['ab', 'c']), hasTrigram(['a-b', 'abc']), hasTrigram(['äöü'])]).toEqual([false, true, true]);
  });

  it('may be the beginning of a digest or of an id', () => {
    expect(digestRange('ABCD')).toEqual({ from: 'sha256:abcd', to: 'sha256:abcdg' });
    expect(digestRange('sha256:0123')).toEqual({ from: 'sha256:0123', to: 'sha256:0123g' });
    expect([digestRange('abc'), digestRange('wxyz'), digestRange('a'.repeat(65))]).toEqual([null, null, null]);
    expect(idRange('019aa3b5-ec')).toEqual({ from: '019aa3b5-ec00-0000-0000-000000000000', to: '019aa3b5-ecff-ffff-ffff-ffffffffffff' });
    expect(idRange('019aa3b5ec')).toEqual(idRange('019aa3b5-ec'));
    expect([idRange('abc'), idRange('2026-01'), idRange('a'.repeat(33)), idRange('----')]).toEqual([null, null, null, null]);
  });
});

describe('a mistyped word', () => {
  it('stands for the nearest known one', () => {
    expect([distance('flihgt', 'flight'), distance('', 'abc'), distance('same', 'same')]).toEqual([1, 3, 0]);
    expect(meant('flihgt', ['flight', 'fright', 'eight'])).toBe('flight');
    expect(meant('custmer', ['customer', 'consumer'])).toBe('customer');
    expect(meant('xyz', ['abc'])).toBe(null);
    expect(meant('cat', ['cut'])).toBe(null);
  });

  it('is as far from another as that is from it, and not at all from itself', () => {
    fc.assert(fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(distance(a, b)).toBe(distance(b, a));
      expect(distance(a, a)).toBe(0);
      expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }));
  });
});
