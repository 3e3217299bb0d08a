// How runs are named and counted in words. Pure.
import type { RunView } from '#lib/runs/schema.ts';

type Named = Pick<RunView, 'pipeline' | 'stage' | 'job' | 'parentRunId'>;

/** `flights › train` for a stage, `flights` for an execution. */
export function runTitle(run: Named): string {
  if (run.stage !== null) return `${run.pipeline} › ${run.stage}`;
  return run.parentRunId === null || run.pipeline === run.job.name ? run.job.name : `${run.pipeline} › ${shortJob(run)}`;
}

/** A job's name without its pipeline's in front of it. */
export const shortJob = (run: Pick<RunView, 'pipeline' | 'job'>): string => (run.job.name.startsWith(`${run.pipeline}.`) ? run.job.name.slice(run.pipeline.length + 1) : run.job.name);

export const stageName = (run: Pick<RunView, 'pipeline' | 'job' | 'stage'>): string => run.stage ?? shortJob(run);

/** `4 · 1 failed · 1 running`; of very many `more than 1,000 · at least 1 failed`. */
export function stagesInWords(stages: NonNullable<RunView['stages']>): string {
  const parts = (['failed', 'running', 'aborted', 'unknown'] as const).flatMap((state) => (stages[state] > 0 ? [`${stages.more ? 'at least ' : ''}${stages[state]} ${state}`] : []));
  return [stages.more ? `more than ${stages.total.toLocaleString('en')}` : String(stages.total), ...parts].join(' · ');
}

/** `12.3 MB`, in powers of 1000. */
export function byteCount(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? String(value) : value.toPrecision(3)} ${units[unit] ?? ''}`;
}
