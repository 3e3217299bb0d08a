// Metrics of a run and the tolerances declared for them, read from facets and evaluation statements: tolerant of every shape. Pure.
import type { z } from 'zod';
import type { runMetric, tolerance } from './schema.ts';

export type RunMetric = z.infer<typeof runMetric>;
export type Tolerance = z.infer<typeof tolerance>;

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields | null => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value.slice(0, 500) : null);
const finite = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** More would be no metrics but data; the rest is left out. */
export const mostMetrics = 500;

const keyOf = (metric: Pick<RunMetric, 'name' | 'slice' | 'dataset'>): string => JSON.stringify([metric.name, metric.slice, metric.dataset]);
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Metrics in the shape that the facet `gatehouse_metrics` and the evaluation predicate share: `{metrics: [{name, slice, value, sampleCount, higherIsBetter}], dataset: {name}}`. */
function metricsIn(value: unknown, source: RunMetric['source']): RunMetric[] {
  const dataset = text(fields(fields(value)?.dataset)?.name);
  return list(fields(value)?.metrics).slice(0, mostMetrics).flatMap((item) => {
    const metric = fields(item);
    const [name, number] = [text(metric?.name), finite(metric?.value)];
    if (!metric || name === null || number === null) return [];
    const higherIsBetter = typeof metric.higherIsBetter === 'boolean' ? metric.higherIsBetter : null;
    return [{ name, slice: text(metric.slice), dataset: text(metric.dataset) ?? dataset, value: number, sampleCount: finite(metric.sampleCount), higherIsBetter, source }];
  });
}

/** The predicate of an in-toto statement in a DSSE envelope; null where the bytes are none. */
function predicateOf(bytes: Uint8Array): unknown {
  try {
    const payload = fields(JSON.parse(Buffer.from(bytes).toString('utf8')))?.payload;
    return typeof payload === 'string' ? fields(JSON.parse(Buffer.from(payload, 'base64').toString('utf8')))?.predicate : null;
  } catch {
    return null;
  }
}

/**
 * The metrics of a run, each once: from signed evaluations (the earliest received first) and then from what the run reported itself.
 * A signed value is never replaced by a reported one, nor by a later statement.
 */
export function metricsOf(runFacets: Readonly<Record<string, unknown>>, evaluations: readonly Uint8Array[]): RunMetric[] {
  const found = new Map<string, RunMetric>();
  for (const metric of [...evaluations.flatMap((bytes) => metricsIn(predicateOf(bytes), 'evidence')), ...metricsIn(runFacets.gatehouse_metrics, 'report')]) {
    if (!found.has(keyOf(metric))) found.set(keyOf(metric), metric);
  }
  return [...found.values()].sort((a, b) => byText(a.name, b.name) || byText(a.slice ?? '', b.slice ?? '') || byText(a.dataset ?? '', b.dataset ?? '')).slice(0, mostMetrics);
}

/** `auc`, `auc for region=West`, and the dataset too where the run measured on several. */
export function metricField(metric: RunMetric, all: readonly RunMetric[]): string {
  const several = new Set(all.map(({ dataset }) => dataset)).size > 1;
  return `${metric.name}${metric.slice === null ? '' : ` for ${metric.slice}`}${several && metric.dataset !== null ? ` on ${metric.dataset}` : ''}`;
}

const declaredIn = (facet: unknown, declaredBy: Tolerance['declaredBy']): Tolerance[] =>
  list(fields(facet)?.metrics).slice(0, mostMetrics).flatMap((item) => {
    const declared = fields(item);
    const name = text(declared?.name);
    const [absolute, relative] = [finite(declared?.absolute), finite(declared?.relative)];
    // Nothing is read as wider than it says: a tolerance below zero, or none at all, declares nothing.
    if (!declared || name === null || (absolute === null && relative === null) || (absolute ?? 0) < 0 || (relative ?? 0) < 0) return [];
    return [{ name, slice: text(declared.slice), absolute, relative, declaredBy }];
  });

/** What the run declares in the facet `gatehouse_tolerance`; where it declares nothing, what its job does. */
export function tolerancesOf(runFacets: Readonly<Record<string, unknown>>, jobFacets: Readonly<Record<string, unknown>>): Tolerance[] {
  const ofRun = declaredIn(runFacets.gatehouse_tolerance, 'run');
  return ofRun.length > 0 ? ofRun : declaredIn(jobFacets.gatehouse_tolerance, 'job');
}

/** Whether two values differ by no more than is allowed. Relative to the larger magnitude, so that neither run is the yardstick. */
export function within(a: number, b: number, { absolute, relative }: Pick<Tolerance, 'absolute' | 'relative'>): boolean {
  const magnitude = Math.max(Math.abs(a), Math.abs(b));
  // 0.8 - 0.7 is more than 0.1 in binary; decimal input must mean what it says.
  const slack = 1e-12 * Math.max(1, magnitude);
  const difference = Math.abs(a - b);
  return (absolute === null || difference <= absolute + slack) && (relative === null || difference <= relative * magnitude + slack);
}

/** `± 0.01`, `± 1%`, in the words of a person. */
export const allowedText = ({ absolute, relative }: Pick<Tolerance, 'absolute' | 'relative'>): string =>
  [absolute === null ? '' : `± ${String(absolute)}`, relative === null ? '' : `± ${String(Number((relative * 100).toPrecision(12)))}%`].filter(Boolean).join(' and ');
