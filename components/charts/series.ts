// Series of measurements: kept in order, broken where data is missing, looked up near a moment.

export type Point = {
  /** ISO 8601. */
  readonly at: string;
  /** null: measured at this time, without a result. */
  readonly value: number | null;
  /** On how many observations it rests. */
  readonly samples?: number;
};
export type Series = { readonly id: string; readonly label: string; readonly points: readonly Point[] };

export type Placed = { readonly at: number; readonly value: number; readonly samples?: number };
/** Consecutive points without a gap; a line is drawn within a segment, never between two. */
export type Segment = readonly Placed[];

const median = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)] ?? 0;

/** The usual distance between two points, when it was not said. */
function usualInterval(times: readonly number[]): number {
  const distances = times.slice(1).map((at, index) => at - (times[index] ?? at)).filter((distance) => distance > 0).sort((a, b) => a - b);
  return distances.length === 0 ? Number.POSITIVE_INFINITY : median(distances);
}

/** Splits a series where a value is null, or where nothing was measured for more than one and a half intervals. */
export function segments(points: readonly Point[], interval?: number): readonly Segment[] {
  const placed = points
    .map((point) => ({ ...point, time: Date.parse(point.at) }))
    .filter((point) => Number.isFinite(point.time))
    .sort((a, b) => a.time - b.time);
  // Without a stated interval only clear gaps count: measurements are rarely exactly regular.
  const most = interval === undefined ? usualInterval(placed.map((point) => point.time)) * 2.5 : interval * 1.5;
  const result: Placed[][] = [];
  let open: Placed[] = [];
  let last: number | undefined;
  for (const point of placed) {
    if (open.length > 0 && (point.value === null || (last !== undefined && point.time - last > most))) {
      result.push(open);
      open = [];
    }
    if (point.value !== null) open.push({ at: point.time, value: point.value, ...(point.samples !== undefined && { samples: point.samples }) });
    last = point.time;
  }
  if (open.length > 0) result.push(open);
  return result;
}

/** The point nearest to a moment, if one is within `reach`. */
export function nearest(parts: readonly Segment[], at: number, reach: number): Placed | undefined {
  let best: Placed | undefined;
  for (const point of parts.flat()) {
    const distance = Math.abs(point.at - at);
    if (distance <= reach && (best === undefined || distance < Math.abs(best.at - at))) best = point;
  }
  return best;
}

/** Rows for a chart that draws each segment as a line of its own: one row for each moment, one key for each segment. */
export function chartRows(series: readonly (readonly Segment[])[]): readonly Record<string, number>[] {
  const rows = new Map<number, Record<string, number>>();
  series.forEach((parts, seriesIndex) => {
    parts.forEach((segment, segmentIndex) => {
      for (const point of segment) {
        const row = rows.get(point.at) ?? { at: point.at };
        row[segmentKey(seriesIndex, segmentIndex)] = point.value;
        if (point.samples !== undefined) row['samples'] = Math.max(row['samples'] ?? 0, point.samples);
        rows.set(point.at, row);
      }
    });
  });
  return [...rows.values()].sort((a, b) => (a['at'] ?? 0) - (b['at'] ?? 0));
}

export const segmentKey = (series: number, segment: number): string => `s${series}_${segment}`;

/** A vertical range that holds all values and thresholds, with air; forced bounds win. */
export function valueRange(values: readonly number[], forced: { readonly min?: number; readonly max?: number } = {}): readonly [number, number] {
  const finite = values.filter(Number.isFinite);
  const low = forced.min ?? (finite.length === 0 ? 0 : finite.reduce((a, b) => Math.min(a, b)));
  const high = forced.max ?? (finite.length === 0 ? 1 : finite.reduce((a, b) => Math.max(a, b)));
  if (low === high) return [forced.min ?? low - Math.max(Math.abs(low) * 0.1, 0.1), forced.max ?? high + Math.max(Math.abs(high) * 0.1, 0.1)];
  const pad = (high - low) * 0.12;
  return [forced.min ?? low - pad, forced.max ?? high + pad];
}

/** Three to five round values within a range, for a vertical axis. */
export function valueTicks([low, high]: readonly [number, number]): readonly number[] {
  const rough = (high - low) / 4;
  if (!(rough > 0)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough;
  const ticks: number[] = [];
  // Rounded to the step's precision, so that 0.30000000000000004 is never written.
  const digits = Math.max(0, -Math.floor(Math.log10(step)) + 1);
  for (let index = Math.ceil(low / step); index * step <= high; index += 1) ticks.push(Number((index * step).toFixed(digits)));
  return ticks;
}

/** A logarithmic axis makes sense where every value is above zero and they lie a factor of ten apart. */
export function logMakesSense(values: readonly number[]): boolean {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0 || finite.some((value) => value <= 0)) return false;
  return finite.reduce((a, b) => Math.max(a, b)) / finite.reduce((a, b) => Math.min(a, b)) >= 10;
}
