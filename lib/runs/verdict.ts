// Whether one run reproduces another: identical, within declared tolerance, divergent, or not comparable, and what decides it. Pure.
import { z } from 'zod';
import { comparedFields, comparedSections, ingoingSections, type Compared, type ComparedField } from './compare.ts';
import { allowedText, metricField, within, type Tolerance } from './metrics.ts';

export const reproductionVerdicts = ['identical', 'within_tolerance', 'divergent', 'not_comparable'] as const;
export type ReproductionVerdict = (typeof reproductionVerdicts)[number];

export const reproduction = z.object({
  verdict: z.enum(reproductionVerdicts).describe('`identical`: same inputs, same outputs by digest and same metrics. `within_tolerance`: same inputs, every metric that differs is within a declared tolerance. `divergent`: same inputs, other results. `not_comparable`: what went in differs or is not known.'),
  reason: z.string(),
  first: z.object({ section: z.enum(['job', 'state', ...comparedSections]), field: z.string(), expected: z.string().describe('As run A has it, or what a comparison needs.'), actual: z.string().describe('As run B has it, or what was found.') }).nullable().describe('The first thing that decides, in the order job, state, inputs, code, parameters, seeds, packages, environment, then metrics or outputs; null for identical.'),
  tolerances: z.array(z.object({ metric: z.string(), allowed: z.string(), declared: z.string(), a: z.string().nullable(), b: z.string().nullable(), holds: z.boolean() })),
  unrecorded: z.array(z.enum(ingoingSections)).describe('What neither run recorded: the verdict cannot speak of it.'),
});
export type Reproduction = z.infer<typeof reproduction>;

type First = NonNullable<Reproduction['first']>;
const shown = (value: string | null): string => value ?? 'absent';
const difference = (field: ComparedField): First => ({ section: field.section, field: field.field, expected: shown(field.a), actual: shown(field.b) });
const digested = (value: string | null): boolean => value !== null && value.split(', ').every((part) => part.startsWith('sha256:'));

/** What of the incoming side forbids a comparison, the first in order. */
function firstObstacle(a: Compared, b: Compared, fields: readonly ComparedField[]): { first: First; reason: string } | null {
  const jobs = [a, b].map(({ run }) => `${run.team.name}: ${run.job.namespace}/${run.job.name}`);
  if (jobs[0] !== jobs[1]) return { first: { section: 'job', field: 'job', expected: jobs[0] ?? '', actual: jobs[1] ?? '' }, reason: 'The runs are of different jobs.' };
  if (a.run.state !== 'complete' || b.run.state !== 'complete') return { first: { section: 'state', field: 'state', expected: 'both complete', actual: `A ${a.run.state}, B ${b.run.state}` }, reason: 'Both runs must have completed.' };
  for (const field of fields) {
    if (!(ingoingSections as readonly string[]).includes(field.section) || !field.decides) continue;
    if (!field.same) return { first: difference(field), reason: `What went in differs: ${field.section}, ${field.field}.` };
    if (field.section === 'inputs' && !digested(field.a)) return { first: difference(field), reason: `No digest tells which bytes of ${field.field} were read.` };
    if (field.section === 'code' && field.field === 'uncommitted changes' && field.a === 'yes') return { first: difference(field), reason: 'Both ran code with uncommitted changes, so their commit does not say what ran.' };
  }
  return null;
}

type MetricVerdict = { readonly field: ComparedField; readonly equal: boolean; readonly holds: boolean; readonly allowed: readonly Tolerance[] };

/** Every metric of either run against every tolerance that either run declares for it: all must hold, so nobody widens one afterwards. */
function judgeMetrics(a: Compared, b: Compared, fields: readonly ComparedField[]): MetricVerdict[] {
  const byField = (run: Compared) => new Map(run.metrics.map((metric) => [metricField(metric, run.metrics), metric]));
  const [left, right] = [byField(a), byField(b)];
  return fields.filter(({ section }) => section === 'metrics').map((field) => {
    const [inA, inB] = [left.get(field.field), right.get(field.field)];
    const metric = inA ?? inB;
    const allowed = metric ? [...a.tolerances, ...b.tolerances].filter(({ name, slice }) => name === metric.name && (slice === null || slice === metric.slice)) : [];
    const holds = inA !== undefined && inB !== undefined && (field.same || (allowed.length > 0 && allowed.every((one) => within(inA.value, inB.value, one))));
    return { field, equal: field.same, holds, allowed };
  });
}

const allowedWords = (allowed: readonly Tolerance[]): string => [...new Set(allowed.map(allowedText))].join(' and ');
const declaredWords = (a: Compared, b: Compared, allowed: readonly Tolerance[]): string =>
  [['A', a.tolerances] as const, ['B', b.tolerances] as const].flatMap(([name, all]) => {
    const mine = all.find((one) => allowed.includes(one));
    return mine ? [mine.declaredBy === 'job' ? `the job, as reported by run ${name}` : `run ${name}`] : [];
  }).join(' and ');

/**
 * Compares run B with run A. Symmetric but for `expected` and `actual`.
 *
 * What went in must be the same and known by digest; then outputs are compared by digest and metrics by value, or within what was declared.
 */
export function reproductionOf(a: Compared, b: Compared, fields: readonly ComparedField[] = comparedFields(a, b)): Reproduction {
  const unrecorded = ingoingSections.filter((section) => !fields.some((field) => field.section === section && field.decides));
  const metrics = judgeMetrics(a, b, fields);
  const tolerances = metrics.flatMap(({ field, holds, allowed }) => (allowed.length === 0 ? [] : [{ metric: field.field, allowed: allowedWords(allowed), declared: declaredWords(a, b, allowed), a: field.a, b: field.b, holds }]));
  const answer = (verdict: ReproductionVerdict, reason: string, first: First | null): Reproduction => ({ verdict, reason, first, tolerances, unrecorded });

  const obstacle = firstObstacle(a, b, fields);
  if (obstacle) return answer('not_comparable', obstacle.reason, obstacle.first);
  const outputs = fields.filter(({ section }) => section === 'outputs');
  if (outputs.length === 0 && metrics.length === 0) return answer('not_comparable', 'Neither run reported an output or a metric, so there is nothing to compare.', { section: 'outputs', field: 'outputs', expected: 'at least one output or metric', actual: 'none' });
  const unknown = outputs.find(({ a: left, b: right }) => (left !== null && !digested(left)) || (right !== null && !digested(right)));
  if (unknown) return answer('not_comparable', `No digest tells which bytes were written to ${unknown.field}.`, difference(unknown));

  const otherOutput = outputs.find(({ same }) => !same);
  const otherMetric = metrics.find(({ equal }) => !equal);
  if (!otherOutput && !otherMetric) return answer('identical', metrics.length === 0 ? 'Every output has the same digest in both runs.' : outputs.length === 0 ? 'Every metric has the same value in both runs.' : 'Every output has the same digest, and every metric the same value, in both runs.', null);
  const oneSided = outputs.find(({ a: left, b: right }) => left === null || right === null);
  if (oneSided) return answer('divergent', `From the same inputs, only one of the runs wrote ${oneSided.field}.`, difference(oneSided));
  const broken = metrics.find(({ holds }) => !holds);
  if (broken) {
    const words = allowedWords(broken.allowed);
    const reason = broken.field.a === null || broken.field.b === null ? `From the same inputs, only one of the runs measured ${broken.field.field}.` : `From the same inputs, ${broken.field.field} differs${words === '' ? ', and no tolerance is declared for it' : ' by more than the declared tolerance'}.`;
    return answer('divergent', reason, { section: 'metrics', field: broken.field.field, expected: `${shown(broken.field.a)}${words === '' ? '' : ` ${words}`}`, actual: shown(broken.field.b) });
  }
  const deciding = otherMetric?.field ?? otherOutput;
  // Other bytes are excused by metrics only where a tolerance says that metrics are what counts.
  if (otherOutput && tolerances.length === 0) return answer('divergent', `From the same inputs, ${otherOutput.field} came out with other bytes, and no tolerance is declared for its metrics.`, difference(otherOutput));
  return answer('within_tolerance', otherOutput ? 'The outputs have other bytes; every metric is equal or within its declared tolerance.' : 'The outputs have the same bytes; every metric is equal or within its declared tolerance.', deciding ? difference(deciding) : null);
}
