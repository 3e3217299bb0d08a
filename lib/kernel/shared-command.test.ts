// How many calls share a transaction: as many as are answered while their callers still wait.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callsAfter } from './shared-command.ts';

describe('a transaction that several calls share', () => {
  it('is as large as its pace allows: after one that took twenty seconds, the next holds a twentieth', () => {
    expect(callsAfter(100, 100, 20_000)).toBe(5);
    expect(callsAfter(5, 5, 12_000)).toBe(1);
    expect(callsAfter(1, 1, 60_000)).toBe(1);
  });

  it('grows again when it was full and quick, and stays as it is when it was not full', () => {
    expect(callsAfter(5, 5, 300)).toBe(10);
    expect(callsAfter(80, 80, 300)).toBe(100);
    expect(callsAfter(5, 2, 1)).toBe(5);
  });

  it('holds at least one call and never more than the bound', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 }), fc.nat(1_000_000), (most, calls, took) => {
      const next = callsAfter(most, Math.min(most, calls), took);
      expect(next).toBeGreaterThanOrEqual(1);
      expect(next).toBeLessThanOrEqual(took > 1000 ? most : 100);
    }));
  });
});
