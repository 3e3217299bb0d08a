// The arithmetic under the charts: axes, gaps, clusters, sparklines.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterMarks } from './marks.ts';
import { chartRows, logMakesSense, nearest, type Point, segments, valueRange, valueTicks } from './series.ts';
import { sparkPath } from './sparkline-path.ts';
import { fraction, spanOf, timeTicks } from './time-scale.ts';

const at = (text: string) => Date.parse(text);
const hour = 3_600_000;

describe('timeTicks', () => {
  it('stand at round moments, with the day where a day begins', () => {
    const ticks = timeTicks({ from: at('2025-05-02T20:30Z'), to: at('2025-05-03T08:30Z') }, 6);
    expect(ticks.map((tick) => tick.label)).toEqual(['22:00', '3 May', '02:00', '04:00', '06:00', '08:00']);
  });
  it('name months and years on long spans', () => {
    expect(timeTicks({ from: at('2024-10-15T00:00Z'), to: at('2025-04-15T00:00Z') }, 8).map((tick) => tick.label)).toEqual(['Nov', 'Dec', '2025', 'Feb', 'Mar', 'Apr']);
  });
  it('never exceed their number, leave the span or repeat', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2e12 }), fc.integer({ min: 1, max: 4e11 }), fc.integer({ min: 1, max: 20 }), (from, length, most) => {
      const ticks = timeTicks({ from, to: from + length }, most);
      expect(ticks.length).toBeLessThanOrEqual(most);
      expect(ticks.every((tick) => tick.at >= from && tick.at <= from + length)).toBe(true);
      expect(new Set(ticks.map((tick) => tick.at)).size).toBe(ticks.length);
    }));
  });
});

it('a span holds all moments, and one moment stands in the middle', () => {
  const span = spanOf([3 * hour, hour]);
  expect(fraction(span, hour)).toBeGreaterThan(0);
  expect(fraction(span, 3 * hour)).toBeLessThan(1);
  expect(fraction(spanOf([hour]), hour)).toBe(0.5);
});

describe('segments', () => {
  const points = (...hours: readonly (readonly [number, number | null])[]): Point[] => hours.map(([after, value]) => ({ at: new Date(after * hour).toISOString(), value }));
  const shape = (given: readonly Point[], interval?: number) => segments(given, interval).map((segment) => segment.map((point) => point.at / hour));

  it('break where nothing was measured', () => {
    expect(shape(points([0, 1], [1, 1], [2, 1], [5, 1], [6, 1]), hour)).toEqual([[0, 1, 2], [5, 6]]);
    expect(shape(points([0, 1], [1, 1], [2, 1], [5, 1], [6, 1]))).toEqual([[0, 1, 2], [5, 6]]);
  });
  it('break where a measurement gave nothing, and never draw a zero for it', () => {
    expect(shape(points([0, 1], [1, null], [2, 1]), hour)).toEqual([[0], [2]]);
    expect(shape(points([0, null], [1, null]), hour)).toEqual([]);
  });
  it('put late points in order', () => {
    expect(shape(points([2, 1], [0, 1], [1, 1]), hour)).toEqual([[0, 1, 2]]);
  });
  it('are found near a moment, and not beyond reach', () => {
    const parts = segments(points([0, 1], [2, 3]), 2 * hour);
    expect(nearest(parts, 1.6 * hour, hour)?.value).toBe(3);
    expect(nearest(parts, 9 * hour, hour)).toBeUndefined();
  });
  it('become one row a moment, one key a segment', () => {
    const rows = chartRows([segments(points([0, 1], [1, null], [2, 3]), hour), segments(points([0, 7]), hour)]);
    expect(rows).toEqual([{ at: 0, s0_0: 1, s1_0: 7 }, { at: 2 * hour, s0_1: 3 }]);
  });
});

describe('vertical axis', () => {
  it('has air around the values, unless its ends are forced', () => {
    expect(valueRange([1, 2])).toEqual([0.88, 2.12]);
    expect(valueRange([1, 2], { min: 0 })[0]).toBe(0);
    const [low, high] = valueRange([5]);
    expect(low).toBeLessThan(5);
    expect(high).toBeGreaterThan(5);
  });
  it('has a few round ticks', () => {
    expect(valueTicks([0, 0.31])).toEqual([0, 0.1, 0.2, 0.3]);
    expect(valueTicks([0.695, 0.741])).toEqual([0.7, 0.72, 0.74]);
    fc.assert(fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (low, length) => {
      expect(valueTicks([low, low + length]).length).toBeLessThanOrEqual(6);
    }));
  });
});

describe('clusterMarks', () => {
  const marks = [0, 1, 2, 3, 4, 20].map((moment) => ({ at: moment }));
  it('joins what would overlap, and does not chain a dense row into one', () => {
    expect(clusterMarks(marks, 3).map((cluster) => cluster.marks.length)).toEqual([3, 2, 1]);
  });
  it('loses nothing', () => {
    fc.assert(fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 100 }), (moments, gap) => {
      expect(clusterMarks(moments.map((moment) => ({ at: moment })), gap).flatMap((cluster) => cluster.marks)).toHaveLength(moments.length);
    }));
  });
});

describe('sparkPath', () => {
  it('lifts the pen over missing values', () => {
    expect(sparkPath([1, 2, null, 3, null], 104, 20).path).toBe('M2 18L27 10M77 2h0');
  });
  it('draws a flat series through the middle, and nothing for nothing', () => {
    expect(sparkPath([4, 4], 104, 20).path).toBe('M2 10L102 10');
    expect(sparkPath([null], 104, 20)).toMatchObject({ path: '', last: undefined });
  });
});

describe('a logarithmic axis', () => {
  it('is offered where every value is above zero and they lie a factor of ten apart', () => {
    expect([logMakesSense([1, 10]), logMakesSense([0.001, 5, 3])]).toEqual([true, true]);
    expect([logMakesSense([]), logMakesSense([1, 9]), logMakesSense([0, 100]), logMakesSense([-1, 100]), logMakesSense([NaN])]).toEqual([false, false, false, false, false]);
  });
});
