// Success rates and durations over a window of runs. Pure.
import type { RunState } from './schema.ts';

export type Outcome = { readonly state: RunState; readonly startedAt: string; readonly durationMilliseconds: number | null };
export type Rate = { readonly ended: number; readonly complete: number; readonly failed: number; readonly aborted: number; readonly rate: number | null };
export type Durations = { readonly samples: number; readonly p50: number; readonly p90: number; readonly p99: number; readonly longest: number };

/** Of the runs that ended; those that still run, or of which nothing is known, count neither way. */
export function successRate(runs: readonly Outcome[]): Rate {
  const count = (state: RunState) => runs.filter((run) => run.state === state).length;
  const [complete, failed, aborted] = [count('complete'), count('failed'), count('aborted')];
  const ended = complete + failed + aborted;
  return { ended, complete, failed, aborted, rate: ended === 0 ? null : complete / ended };
}

/** Percentiles by nearest rank (so each is the duration of a run that was), of runs that completed; null where there is none. Milliseconds. */
export function durationsOf(runs: readonly Outcome[]): Durations | null {
  const sorted = runs.flatMap((run) => (run.state === 'complete' && run.durationMilliseconds !== null && run.durationMilliseconds >= 0 ? [run.durationMilliseconds] : [])).sort((a, b) => a - b);
  const [longest] = sorted.slice(-1);
  if (longest === undefined) return null;
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? longest;
  return { samples: sorted.length, p50: rank(0.5), p90: rank(0.9), p99: rank(0.99), longest };
}

export const windowDays = [1, 7, 30] as const;

/** Success rates of the runs that began within the last day, week and month before `now`. */
export const ratesByWindow = (runs: readonly Outcome[], now: string): readonly (Rate & { readonly days: number })[] =>
  windowDays.map((days) => ({ days, ...successRate(runs.filter((run) => Date.parse(run.startedAt) > Date.parse(now) - days * 86_400_000 && Date.parse(run.startedAt) <= Date.parse(now))) }));
