// Two runs field by field: what went in, what came out, and the first thing that differs. Pure.
import { z } from 'zod';
import { metricField, type RunMetric, type Tolerance } from './metrics.ts';
import type { RunDetail, RunEdge, RunView } from './schema.ts';

/** In the order in which a difference explains another: what came later follows from what came before. */
export const comparedSections = ['inputs', 'code', 'parameters', 'seeds', 'packages', 'environment', 'metrics', 'outputs'] as const;
export type ComparedSection = (typeof comparedSections)[number];
/** What went in; the rest came out. */
export const ingoingSections = ['inputs', 'code', 'parameters', 'seeds', 'packages', 'environment'] as const satisfies readonly ComparedSection[];

export const comparedField = z.object({
  section: z.enum(comparedSections),
  field: z.string(),
  a: z.string().nullable(),
  b: z.string().nullable(),
  same: z.boolean(),
  decides: z.boolean().describe('False for what is shown but cannot change a result, such as the name of the branch or the memory of the machine.'),
});
export type ComparedField = z.infer<typeof comparedField>;

export type Compared = Pick<RunDetail, 'inputs' | 'outputs' | 'parameters' | 'source' | 'packages' | 'environment' | 'execution'> & {
  readonly run: Pick<RunView, 'id' | 'job' | 'state' | 'team'>;
  readonly metrics: readonly RunMetric[];
  readonly tolerances: readonly Tolerance[];
};

type Value = { readonly value: string; readonly decides: boolean };
type Values = ReadonlyMap<string, Value>;

const versionText = (edge: RunEdge): string => edge.digest ?? (edge.label === null ? 'some version' : `label ${edge.label}`);
const assetName = (edge: RunEdge): string => `${edge.namespace}/${edge.name}`;

/** A name may stand for several versions at once. */
function versionsOf(edges: readonly RunEdge[]): Values {
  const values = new Map<string, Set<string>>();
  for (const edge of edges) values.set(assetName(edge), (values.get(assetName(edge)) ?? new Set()).add(versionText(edge)));
  return new Map([...values].map(([name, versions]) => [name, { value: [...versions].sort().join(', '), decides: true }]));
}

const told = (entries: readonly (readonly [string, unknown, boolean?])[]): Values =>
  new Map(entries.flatMap(([field, value, decides = true]) => (value === null || value === undefined || value === '' ? [] : [[field, { value: String(value), decides }] as const])));

const seedParameter = /(?:^|[._-])(?:seed|random[._-]?(?:seed|state))$/i;

/** Names may repeat (two variables, two installed versions); all of their values count. */
function several(entries: readonly (readonly [string, string])[]): Values {
  const values = new Map<string, string[]>();
  for (const [name, value] of entries) values.set(name, [...(values.get(name) ?? []), value]);
  return new Map([...values].map(([name, all]) => [name, { value: all.sort().join(', '), decides: true }]));
}

function sectionsOf(run: Compared): Record<ComparedSection, Values> {
  const { execution, source } = run;
  return {
    inputs: versionsOf(run.inputs),
    code: told([
      ['commit', source?.commit], ['uncommitted changes', source?.dirty === null || source?.dirty === undefined ? null : source.dirty ? 'yes' : 'none'], ['path', source?.path],
      ['command', execution?.command.join(' ')], ['branch', source?.branch, false], ['repository', source?.remote, false],
    ]),
    parameters: several(run.parameters.filter(({ key }) => !seedParameter.test(key)).map(({ key, value }) => [key, value])),
    seeds: new Map([...told([['seed of the run', execution?.seed]]), ...several(run.parameters.filter(({ key }) => seedParameter.test(key)).map(({ key, value }) => [key, value]))]),
    packages: new Map([...told([['lock file', execution?.packageLock ? `${execution.packageLock.name} ${execution.packageLock.digest}`.trim() : null]]), ...several(run.packages.map(({ name, version }) => [name, version]))]),
    environment: new Map([
      ...told([
        ['container image', execution?.container], ['runtime', execution?.runtime ? `${execution.runtime.name} ${execution.runtime.version}`.trim() : null],
        ['operating system', execution?.operatingSystem], ['architecture', execution?.architecture], ['processors', execution?.processorCount, false], ['memory in bytes', execution?.memoryBytes, false],
      ]),
      ...several(run.environment.map(({ name, value }) => [`variable ${name}`, value])),
    ]),
    metrics: several(run.metrics.map((metric) => [metricField(metric, run.metrics), String(metric.value)])),
    outputs: versionsOf(run.outputs),
  };
}

/** Every field that either run has, in order. One that a run does not have is null there, and differs. */
export function comparedFields(a: Compared, b: Compared): ComparedField[] {
  const [left, right] = [sectionsOf(a), sectionsOf(b)];
  return comparedSections.flatMap((section) => {
    const names = [...new Set([...left[section].keys(), ...right[section].keys()])];
    // Code and environment have an order of their own; names that the runs chose are sorted.
    const ordered = section === 'code' || section === 'environment' ? names : names.sort();
    return ordered.map((field): ComparedField => {
      const [inA, inB] = [left[section].get(field), right[section].get(field)];
      return { section, field, a: inA?.value ?? null, b: inB?.value ?? null, same: inA?.value === inB?.value, decides: (inA ?? inB)?.decides ?? true };
    });
  });
}
