// Rules of the comparison and of the reproducibility verdict.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparedFields, comparedSections, type Compared } from './compare.ts';
import { metricsOf, tolerancesOf, within, type RunMetric, type Tolerance } from './metrics.ts';
import type { RunEdge } from './schema.ts';
import { reproductionOf } from './verdict.ts';

const hex = (letter: string) => `sha256:${letter.repeat(64)}`;
const edge = (direction: 'input' | 'output', name: string, digest: string | null, label: string | null = null): RunEdge => ({
  direction, assetId: '00000000-0000-4000-8000-000000000001', versionId: '00000000-0000-4000-8000-000000000002', namespace: 'lake', name, kind: 'dataset', digest, label, sizeBytes: null, quarantined: false, contradicted: false, facets: {},
});
const metric = (name: string, value: number, slice: string | null = null): RunMetric => ({ name, slice, dataset: null, value, sampleCount: null, higherIsBetter: null, source: 'report' });
const tolerance = (name: string, absolute: number | null, relative: number | null = null, slice: string | null = null): Tolerance => ({ name, slice, absolute, relative, declaredBy: 'run' });

const run = (more: Partial<Omit<Compared, 'run'>> & { readonly id?: string; readonly job?: string; readonly state?: Compared['run']['state'] } = {}): Compared => {
  const { id = 'one', job = 'train', state = 'complete', ...facts } = more;
  return {
    run: { id, state, job: { namespace: 'jobs', name: job }, team: { id: '00000000-0000-4000-8000-000000000003', name: 'fraud' } },
    inputs: [edge('input', 'raw', hex('a'))], outputs: [edge('output', 'model', hex('b'))], parameters: [{ key: 'rate', value: '0.1' }], packages: [{ name: 'numpy', version: '2' }],
    source: { commit: 'c0ffee', branch: 'main', dirty: false, remote: 'https://git.example/x', path: null }, environment: [], metrics: [], tolerances: [],
    execution: { command: ['python', 'train.py'], exitCode: 0, signal: null, operatingSystem: 'linux', architecture: 'x64', processorCount: 8, memoryBytes: 1024, runtime: { name: 'python', version: '3.12' }, packageLock: null, container: null, seed: '7', triggeredBy: null },
    ...facts,
  };
};
const other = (more: Parameters<typeof run>[0] = {}) => run({ id: 'two', ...more });
const execution = (more: Partial<NonNullable<Compared['execution']>>) => ({ execution: { ...(run().execution as NonNullable<Compared['execution']>), ...more } });
const source = (more: Partial<NonNullable<Compared['source']>>) => ({ source: { ...(run().source as NonNullable<Compared['source']>), ...more } });
const verdict = (a: Compared, b: Compared) => { const { verdict: word, first } = reproductionOf(a, b); return [word, first && `${first.section}/${first.field}`, first?.expected, first?.actual]; };

describe('the verdict is', () => {
  it('identical where the same went in and the same came out', () => {
    expect(verdict(run(), other())).toEqual(['identical', null, undefined, undefined]);
    expect(reproductionOf(run({ metrics: [metric('auc', 0.7)] }), other({ metrics: [metric('auc', 0.7)] })).verdict).toBe('identical');
  });

  it('divergent where the same went in and other bytes came out, and names the output', () => {
    expect(verdict(run(), other({ outputs: [edge('output', 'model', hex('c'))] }))).toEqual(['divergent', 'outputs/lake/model', hex('b'), hex('c')]);
    expect(verdict(run(), other({ outputs: [edge('output', 'model', hex('b')), edge('output', 'extra', hex('d'))] }))).toEqual(['divergent', 'outputs/lake/extra', 'absent', hex('d')]);
  });

  it.each<[string, Parameters<typeof run>[0], string]>([
    ['an input', { inputs: [edge('input', 'raw', hex('e'))] }, 'inputs/lake/raw'],
    ['an input that only one names', { inputs: [edge('input', 'raw', hex('a')), edge('input', 'more', hex('a'))] }, 'inputs/lake/more'],
    ['the commit', source({ commit: 'decaf' }), 'code/commit'],
    ['the command', execution({ command: ['python', 'other.py'] }), 'code/command'],
    ['a parameter', { parameters: [{ key: 'rate', value: '0.2' }] }, 'parameters/rate'],
    ['the seed', execution({ seed: '8' }), 'seeds/seed of the run'],
    ['a seed given as a parameter', { parameters: [{ key: 'rate', value: '0.1' }, { key: 'model.random_state', value: '1' }] }, 'seeds/model.random_state'],
    ['a package', { packages: [{ name: 'numpy', version: '3' }] }, 'packages/numpy'],
    ['the runtime', execution({ runtime: { name: 'python', version: '3.13' } }), 'environment/runtime'],
    ['the image', execution({ container: hex('1') }), 'environment/container image'],
    ['a variable', { environment: [{ name: 'TZ', value: 'UTC' }] }, 'environment/variable TZ'],
  ])('not comparable by %s, even with the same outputs', (_, change, field) => {
    expect(verdict(run(), other(change)).slice(0, 2)).toEqual(['not_comparable', field]);
  });

  it('decided by the first difference in order: inputs before code before parameters before seeds before packages before environment', () => {
    const all = { inputs: [edge('input', 'raw', hex('e'))], ...source({ commit: 'decaf' }), parameters: [{ key: 'rate', value: '2' }], packages: [], ...execution({ seed: '1', architecture: 'arm64' }) };
    expect(verdict(run(), other(all))[1]).toBe('inputs/lake/raw');
    expect(verdict(run(), other({ ...all, inputs: run().inputs }))[1]).toBe('code/commit');
    expect(verdict(run(), other({ ...all, inputs: run().inputs, source: run().source }))[1]).toBe('parameters/rate');
    expect(verdict(run(), other({ packages: [], ...execution({ seed: '1', architecture: 'arm64' }) }))[1]).toBe('seeds/seed of the run');
    expect(verdict(run(), other({ packages: [], ...execution({ architecture: 'arm64' }) }))[1]).toBe('packages/numpy');
    expect(verdict(run(), other(execution({ architecture: 'arm64' })))[1]).toBe('environment/architecture');
  });

  it('not comparable for other jobs, runs that did not complete, inputs or outputs without a digest, uncommitted changes, and nothing at all', () => {
    expect(verdict(run(), other({ job: 'score' }))[1]).toBe('job/job');
    expect(verdict(run(), other({ state: 'failed' }))).toEqual(['not_comparable', 'state/state', 'both complete', 'A complete, B failed']);
    const labelled = { inputs: [edge('input', 'raw', null, '2001-01')] };
    expect(verdict(run(labelled), other(labelled))).toEqual(['not_comparable', 'inputs/lake/raw', 'label 2001-01', 'label 2001-01']);
    const unknown = { outputs: [edge('output', 'model', null)] };
    expect(verdict(run(unknown), other(unknown)).slice(0, 2)).toEqual(['not_comparable', 'outputs/lake/model']);
    expect(verdict(run(source({ dirty: true })), other(source({ dirty: true }))).slice(0, 2)).toEqual(['not_comparable', 'code/uncommitted changes']);
    expect(verdict(run({ outputs: [] }), other({ outputs: [] })).slice(0, 2)).toEqual(['not_comparable', 'outputs/outputs']);
  });

  it('not decided by branch, repository, processors, memory, or how and by whom the process was started and ended', () => {
    const change = { ...source({ branch: 'b', remote: null }), ...execution({ processorCount: 2, memoryBytes: 1, triggeredBy: 'ada', exitCode: null }) };
    expect(reproductionOf(run(), other(change)).verdict).toBe('identical');
    expect(comparedFields(run(), other(change)).filter(({ same }) => !same).map(({ field, decides }) => [field, decides])).toEqual([['branch', false], ['repository', false], ['processors', false], ['memory in bytes', false]]);
  });

  it('within tolerance where other bytes came out and every metric is as near as was declared', () => {
    const a = run({ metrics: [metric('auc', 0.7)], tolerances: [tolerance('auc', 0.1)] });
    const b = (value: number, more: Parameters<typeof run>[0] = {}) => other({ outputs: [edge('output', 'model', hex('c'))], metrics: [metric('auc', value)], ...more });
    expect(reproductionOf(a, b(0.8))).toMatchObject({ verdict: 'within_tolerance', tolerances: [{ metric: 'auc', allowed: '± 0.1', declared: 'run A', a: '0.7', b: '0.8', holds: true }] });
    expect(verdict(a, b(0.81))).toEqual(['divergent', 'metrics/auc', '0.7 ± 0.1', '0.81']);
    expect(reproductionOf(a, b(0.7)).verdict).toBe('within_tolerance');
    expect(reproductionOf(run({ metrics: [metric('auc', 0.7)] }), b(0.7)).verdict).toBe('divergent');
  });

  it('divergent where a metric without a tolerance differs, or only one run measured it', () => {
    const a = run({ metrics: [metric('auc', 0.7), metric('f1', 0.5)], tolerances: [tolerance('auc', 0.1)] });
    expect(verdict(a, other({ metrics: [metric('auc', 0.7), metric('f1', 0.6)] }))).toEqual(['divergent', 'metrics/f1', '0.5', '0.6']);
    expect(verdict(a, other({ metrics: [metric('auc', 0.7)] }))).toEqual(['divergent', 'metrics/f1', '0.5', 'absent']);
  });

  it('never widened by the other run: each declared tolerance must hold', () => {
    const a = run({ metrics: [metric('auc', 0.7)], tolerances: [tolerance('auc', 0.01)] });
    const b = other({ metrics: [metric('auc', 0.75)], tolerances: [tolerance('auc', 1)] });
    expect(reproductionOf(a, b).verdict).toBe('divergent');
  });

  it('honest about what nobody recorded', () => {
    const bare = { source: null, execution: null, parameters: [], packages: [] };
    expect(reproductionOf(run(bare), other(bare))).toMatchObject({ verdict: 'identical', unrecorded: ['code', 'parameters', 'seeds', 'packages', 'environment'] });
  });
});

const arbitraryRun = fc.record({
  id: fc.constantFrom('one', 'two', 'three'), job: fc.constantFrom('train', 'train', 'train', 'score'), state: fc.constantFrom('complete' as const, 'complete' as const, 'failed' as const, 'running' as const),
  inputs: fc.array(fc.tuple(fc.constantFrom('raw', 'more'), fc.constantFrom(hex('a'), hex('b'), null)).map(([name, digest]) => edge('input', name, digest)), { maxLength: 2 }),
  outputs: fc.array(fc.tuple(fc.constantFrom('model', 'report'), fc.constantFrom(hex('a'), hex('b'), hex('b'), null)).map(([name, digest]) => edge('output', name, digest)), { maxLength: 2 }),
  parameters: fc.array(fc.record({ key: fc.constantFrom('rate', 'seed'), value: fc.constantFrom('1', '2') }), { maxLength: 2 }),
  metrics: fc.array(fc.tuple(fc.constantFrom('auc', 'f1'), fc.double({ noNaN: true, noDefaultInfinity: true })), { maxLength: 2 }).map((all) => [...new Map(all).entries()].map(([name, value]) => metric(name, value))),
  tolerances: fc.array(fc.tuple(fc.constantFrom('auc', 'f1'), fc.double({ min: 0, max: 1e6, noNaN: true })).map(([name, value]) => tolerance(name, value)), { maxLength: 2 }),
}).map((facts) => run(facts));

describe('whatever two runs say', () => {
  it('the verdict is the same both ways, with expected and actual turned around', () => {
    fc.assert(fc.property(arbitraryRun, arbitraryRun, (a, b) => {
      const [there, back] = [reproductionOf(a, b), reproductionOf(b, a)];
      expect(back.verdict).toBe(there.verdict);
      expect([back.first?.section, back.first?.field]).toEqual([there.first?.section, there.first?.field]);
    }));
  });

  it('a difference is named unless they are identical, and identical means that no deciding field differs', () => {
    fc.assert(fc.property(arbitraryRun, arbitraryRun, (a, b) => {
      const { verdict: word, first } = reproductionOf(a, b);
      expect(first === null).toBe(word === 'identical');
      if (word === 'identical') expect(comparedFields(a, b).filter((field) => field.decides && !field.same)).toEqual([]);
    }));
  });

  it('a run with everything told by digest reproduces itself', () => {
    fc.assert(fc.property(arbitraryRun, (a) => {
      const digested = [...a.inputs, ...a.outputs].every(({ digest }) => digest !== null);
      fc.pre(digested && a.run.state === 'complete' && a.outputs.length + a.metrics.length > 0);
      expect(reproductionOf(a, a).verdict).toBe('identical');
    }));
  });

  it('widening a tolerance never turns a good verdict bad', () => {
    fc.assert(fc.property(arbitraryRun, arbitraryRun, fc.double({ min: 1, max: 100, noNaN: true }), (a, b, factor) => {
      const wider = (one: Compared): Compared => ({ ...one, tolerances: one.tolerances.map((each) => ({ ...each, absolute: (each.absolute ?? 0) * factor })) });
      if (reproductionOf(a, b).verdict === 'within_tolerance') expect(reproductionOf(wider(a), wider(b)).verdict).toBe('within_tolerance');
    }));
  });

  it('fields stand in the order of the sections, each once', () => {
    fc.assert(fc.property(arbitraryRun, arbitraryRun, (a, b) => {
      const fields = comparedFields(a, b);
      const places = fields.map(({ section }) => comparedSections.indexOf(section));
      expect(places).toEqual([...places].sort((x, y) => x - y));
      expect(new Set(fields.map(({ section, field }) => `${section} ${field}`)).size).toBe(fields.length);
    }));
  });
});

describe('metrics and tolerances', () => {
  it('are read from any shape without breaking', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      metricsOf({ gatehouse_metrics: value }, [Buffer.from(JSON.stringify(value))]);
      tolerancesOf({ gatehouse_tolerance: value }, { gatehouse_tolerance: { metrics: value } });
    }));
    expect(metricsOf({ gatehouse_metrics: { metrics: [{ name: 'auc', value: 'high' }, { name: '', value: 1 }, { value: 1 }, null, { name: 'ok', value: 1 }] } }, [Buffer.from('no json')])).toMatchObject([{ name: 'ok', value: 1, source: 'report' }]);
  });

  it('of a signed evaluation stand before what the run reports itself, and the first statement before later ones', () => {
    const statement = (value: number) => Buffer.from(JSON.stringify({ payload: Buffer.from(JSON.stringify({ predicate: { dataset: { name: 'holdout' }, metrics: [{ name: 'auc', slice: null, value }] } })).toString('base64') }));
    expect(metricsOf({ gatehouse_metrics: { metrics: [{ name: 'auc', value: 0.99, dataset: 'holdout' }] } }, [statement(0.7), statement(0.8)])).toMatchObject([{ name: 'auc', dataset: 'holdout', value: 0.7, source: 'evidence' }]);
  });

  it('declared by the run stand before those of the job, and what is below zero declares nothing', () => {
    const facet = (absolute: number) => ({ gatehouse_tolerance: { metrics: [{ name: 'auc', absolute }] } });
    expect(tolerancesOf(facet(0.1), facet(0.5))).toMatchObject([{ absolute: 0.1, declaredBy: 'run' }]);
    expect(tolerancesOf({}, facet(0.5))).toMatchObject([{ absolute: 0.5, declaredBy: 'job' }]);
    expect(tolerancesOf(facet(-1), {})).toEqual([]);
  });

  it('are within an absolute difference, or one relative to the larger value, and say what decimals mean', () => {
    expect(within(0.7, 0.8, { absolute: 0.1, relative: null })).toBe(true);
    expect(within(0.7, 0.8001, { absolute: 0.1, relative: null })).toBe(false);
    expect([within(99, 100, { absolute: null, relative: 0.01 }), within(98, 100, { absolute: null, relative: 0.01 })]).toEqual([true, false]);
    expect(within(99, 100, { absolute: 0.5, relative: 0.01 })).toBe(false);
  });
});
