// Judging evaluations: which one counts, where two disagree, what they say about groups, and how two models compare. Pure.
import { evaluationDisagreements } from '#lib/evidence/index.ts';
import type { PolicyInput } from '#lib/policy/index.ts';
import type { Evaluation, Metric } from './facts.ts';

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const keyOf = ({ name, slice }: Pick<Metric, 'name' | 'slice'>): string => `${name}\u0000${slice ?? ''}`;

/** The first evaluation on each dataset version, newest dataset first: doing one again changes nothing. */
export function firstOnEachDataset(evaluations: readonly Evaluation[]): Evaluation[] {
  const earliest = new Map<string, Evaluation>();
  const ordered = [...evaluations].sort((a, b) => byText(a.receivedAt, b.receivedAt) || byText(a.evidenceDigest, b.evidenceDigest));
  for (const evaluation of ordered) if (!earliest.has(evaluation.dataset.digest)) earliest.set(evaluation.dataset.digest, evaluation);
  return [...earliest.values()].reverse();
}

/** Metrics for which two evaluations on the same dataset version give different values, in words. */
export const disagreements = (evaluations: readonly Evaluation[]): string[] => evaluationDisagreements(evaluations).map(({ text }) => text);

export const sortedMetrics = (metrics: readonly Metric[]): Metric[] => [...metrics].sort((a, b) => byText(keyOf(a), keyOf(b)));

export const overallOf = (metrics: readonly Metric[]): Record<string, number> => Object.fromEntries(sortedMetrics(metrics).flatMap(({ name, slice, value }) => (slice === null ? [[name, value]] : [])));

const named = (metric: Metric): string => `${metric.name}${metric.slice === null ? '' : ` for ${metric.slice}`}`;
const differences = ['statistical_parity_difference', 'equal_opportunity_difference'];

/** Fairness over all slices and the whole. Null where the evaluation has no such metric: unknown is not fair. */
export function biasOf(metrics: readonly Metric[]): PolicyInput['bias'] {
  const ratios = sortedMetrics(metrics).filter(({ name }) => name === 'disparate_impact');
  const gaps = sortedMetrics(metrics).filter(({ name }) => differences.includes(name));
  const farthest = (a: Metric, b: Metric) => (Math.abs(Math.log(Math.max(b.value, 1e-12))) > Math.abs(Math.log(Math.max(a.value, 1e-12))) ? b : a);
  const worstRatio = ratios.length === 0 ? null : ratios.reduce(farthest);
  const worstGap = gaps.length === 0 ? null : gaps.reduce((a, b) => (Math.abs(b.value) > Math.abs(a.value) ? b : a));
  // Both kinds of difference must have been measured: leaving one out must not make a model look fairer.
  const measured = differences.every((name) => gaps.some((metric) => metric.name === name));
  if (!worstRatio && !worstGap) return null;
  return {
    disparateImpact: worstRatio && { minimum: Math.min(...ratios.map(({ value }) => value)), maximum: Math.max(...ratios.map(({ value }) => value)), worst: named(worstRatio) },
    difference: worstGap && measured ? { largest: Math.abs(worstGap.value), worst: named(worstGap) } : null,
  };
}

/** How much worse the candidate is. Metrics whose sense of better neither evaluation says are not compared. */
function worseBy(candidate: Metric, production: Metric): number | null {
  const higherIsBetter = candidate.higherIsBetter ?? production.higherIsBetter;
  if (higherIsBetter === null) return null;
  const difference = higherIsBetter ? production.value - candidate.value : candidate.value - production.value;
  return Number(difference.toFixed(12));
}

/** Candidate against running version on the newest dataset version on which both were evaluated; null: there is none. */
export function comparisonOf(candidate: readonly Evaluation[], production: readonly Evaluation[]): PolicyInput['comparison'] {
  const theirs = new Map(firstOnEachDataset(production).map((evaluation) => [evaluation.dataset.digest, evaluation]));
  for (const mine of firstOnEachDataset(candidate)) {
    const other = theirs.get(mine.dataset.digest);
    if (!other) continue;
    const metrics = sortedMetrics(mine.metrics).flatMap((metric) => {
      const counterpart = metric.slice === null ? other.metrics.find(({ name, slice }) => slice === null && name === metric.name) : undefined;
      const worse = counterpart ? worseBy(metric, counterpart) : null;
      return counterpart && worse !== null ? [[metric.name, { candidate: metric.value, production: counterpart.value, worseBy: worse }] as const] : [];
    });
    return { dataset: { name: mine.dataset.name, digest: mine.dataset.digest }, metrics: Object.fromEntries(metrics) };
  }
  return null;
}
