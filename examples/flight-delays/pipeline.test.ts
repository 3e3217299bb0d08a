// The whole pipeline on the real data: files satisfy the wire contract, bytes repeat, and the README tells the truth.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readFeatures } from './core/feature-file.ts';
import { createPipeline, runPipeline } from './pipeline.ts';
import type { TrainedVersion } from './pipeline.ts';
import { gatehouseLine, programLine } from './pipeline/stage.ts';
import type { Stage } from './pipeline/stage.ts';
import { createStages, versions, weekStarts } from './pipeline/stages.ts';
import { describeResults } from './results.ts';
import { keepsBounds } from './sensitivity.ts';

const repository = resolve(import.meta.dirname, '..', '..');

// The shapes of docs/wire-contract.md, strict: an unknown field would be refused as a misspelling.
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const count = z.int().min(0);
const metric = { name: z.string(), slice: z.string().regex(/^origin_region=/).nullable(), value: z.number(), sampleCount: count };
const validationFile = z.strictObject({
  result: z.enum(['PASSED', 'WARNED', 'FAILED']),
  tests: z.array(z.strictObject({ name: z.string(), column: z.string().nullable(), status: z.enum(['passed', 'warned', 'failed']), expected: z.string(), actual: z.string() })).min(1),
});
const metricNames = ['auc', 'brier', 'expected_calibration_error', 'accuracy', 'base_rate', 'disparate_impact', 'statistical_parity_difference', 'equal_opportunity_difference', 'selection_rate', 'true_positive_rate'] as const;
const evaluationFile = z.strictObject({
  dataset: z.strictObject({ name: z.string().min(1), digest }),
  metrics: z.array(z.strictObject({ ...metric, name: z.enum(metricNames), higherIsBetter: z.boolean().nullable() })).min(1),
  threshold: z.number().nullable(),
});
const feature = z.discriminatedUnion('kind', [
  z.strictObject({
    name: z.string(), kind: z.literal('numeric'), count, nullCount: count, edges: z.array(z.number()).min(2), counts: z.array(count),
    mean: z.number().nullable(), standardDeviation: z.number().nullable(), minimum: z.number().nullable(), maximum: z.number().nullable(),
  }),
  z.strictObject({ name: z.string(), kind: z.literal('categorical'), count, nullCount: count, categories: z.record(z.string(), count), otherCount: count }),
]);
const profileFile = z.strictObject({
  role: z.enum(['reference', 'window']), windowStart: z.iso.datetime(), windowEnd: z.iso.datetime(), sampleCount: count,
  features: z.array(feature), prediction: feature, performance: z.array(z.strictObject(metric)),
});

const folder = mkdtempSync(join(tmpdir(), 'flight-delays-'));
const stages = createStages(folder);
const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const progress: string[] = [];
let trained: TrainedVersion[] = [];

beforeAll(async () => {
  let runs = 0;
  trained = await runPipeline({ workDirectory: folder, bare: true, progress: (line) => progress.push(line), newPipelineRun: () => `run ${runs += 1}` });
}, 240_000);
afterAll(() => { rmSync(folder, { recursive: true }); });

describe('the files', () => {
  it('of validations satisfy the contract, and the mixed-up month failed on its dates', () => {
    for (const month of ['2001-01', '2001-02', '2001-03']) expect(validationFile.parse(read(join(folder, `validation/${month}.json`))).result).toBe('PASSED');
    const mixedUp = validationFile.parse(read(join(folder, 'validation/2001-02-as-2001-01.json')));
    expect(mixedUp.result).toBe('FAILED');
    expect(mixedUp.tests.filter((test) => test.status === 'failed').map((test) => test.name)).toEqual(['date_range', 'every_day']);
  });

  it('of evaluations satisfy the contract and name the held-out data by its digest', () => {
    for (const version of versions) {
      const evaluation = evaluationFile.parse(read(stages.files.evaluation(version)));
      expect(evaluation.dataset).toEqual({ name: 'flights-holdout', digest: digestOfFile(stages.files.holdout(version).path) });
      const identities = evaluation.metrics.map(({ name, slice }) => `${name} ${slice ?? ''}`);
      expect(new Set(identities).size).toBe(identities.length);
      for (const name of metricNames) expect(evaluation.metrics.some((each) => each.name === name && each.slice === null)).toBe(true);
      for (const region of ['Northeast', 'Midwest', 'South', 'West']) {
        for (const name of ['auc', 'selection_rate', 'true_positive_rate']) expect(identities).toContain(`${name} origin_region=${region}`);
      }
    }
  });

  it('of profiles satisfy the contract, and windows use the reference\'s bins', () => {
    for (const version of versions.slice(1)) {
      const reference = profileFile.parse(read(stages.files.reference(version).path));
      expect(reference.role).toBe('reference');
      for (const start of weekStarts.filter((each) => each >= version.holdoutUntil)) {
        const window = profileFile.parse(read(stages.files.profile(version, start)));
        expect(window).toMatchObject({ role: 'window', windowStart: `${start}T00:00:00Z` });
        expect(window.features.map((each) => each.name)).toEqual(reference.features.map((each) => each.name));
        [...window.features, window.prediction].forEach((each, index) => {
          const original = [...reference.features, reference.prediction][index];
          expect(each.count + each.nullCount).toBe(window.sampleCount);
          if (each.kind === 'numeric') expect(each.edges).toEqual(original?.kind === 'numeric' ? original.edges : undefined);
        });
      }
    }
  });

  it('of features keep training, holdout and comparison apart in time', () => {
    for (const version of versions) {
      const [training, holdout] = [stages.files.training(version), stages.files.holdout(version)].map(({ path }) => readFeatures(readFileSync(path, 'utf8')));
      expect(training?.rows.every((row) => row.date >= version.trainFrom && row.date < version.holdoutFrom)).toBe(true);
      expect(holdout?.rows.every((row) => row.date >= version.holdoutFrom && row.date < version.holdoutUntil)).toBe(true);
    }
  });
});

describe('the story', () => {
  const biasOf = (path: string) => Object.fromEntries(evaluationFile.parse(read(path)).metrics.filter((each) => each.slice === null).map((each) => [each.name, each.value]));

  it('version 1 breaks the bias bounds, versions 2 and 3 keep them', () => {
    expect(versions.map((version) => keepsBounds(biasOf(stages.files.evaluation(version))))).toEqual([false, true, true]);
  });

  it('all versions tell late flights from others, on days they have not seen', () => {
    for (const version of versions) expect(biasOf(stages.files.evaluation(version))['auc']).toBeGreaterThan(0.65);
  });

  it('reports each stage as it ends', () => {
    expect(progress[0]).toMatch(/^version 1 · ingest · \d+\.\d s · 3376 airports$/);
    expect(progress[1]).toMatch(/^version 1 · validate · \d+\.\d s · 8 of 8 tests passed$/);
    expect(progress[2]).toMatch(/^version 1 · ingest · \d+\.\d s · 6937 flights of 2001-01$/);
    expect(progress.some((line) => line.includes('validate (failed, as planned)'))).toBe(true);
  });

  it('is what the README says', () => {
    const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
    expect(readme).toContain(describeResults(folder));
  });
});

describe('repeating', () => {
  it('gives the same bytes in every file', async () => {
    const again = mkdtempSync(join(tmpdir(), 'flight-delays-again-'));
    try {
      const pipeline = createPipeline({ workDirectory: again, bare: true });
      const second = await pipeline.trainingRun(2);
      await pipeline.scoreWeeks(2, '2001-02-01', '2001-02-08');
      expect(second.modelDigest).toBe(trained[1]?.modelDigest);
      const files = readdirSync(again, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(again.length));
      expect(files.length).toBeGreaterThan(10);
      for (const file of files) expect(digestOfFile(again + file), file).toBe(digestOfFile(folder + file));
    } finally {
      rmSync(again, { recursive: true });
    }
  }, 60_000);
});

describe('a step', () => {
  const model = () => stages.files.model(versions[1] ?? fail()).path;

  it('refuses to judge a model on flights it was trained on', async () => {
    const result = await runStep('evaluate', '--model', model(), '--features', stages.files.training(versions[1] ?? fail()).path, '--output', join(folder, 'unfair.json'));
    expect(result).toMatchObject({ code: 2 });
    expect(result.errors).toContain('would not be a fair test');
  });

  it('decides by a given threshold when asked', async () => {
    const path = join(folder, 'threshold.json');
    const result = await runStep('evaluate', '--model', model(), '--features', stages.files.holdout(versions[1] ?? fail()).path, '--output', path, '--threshold', '0');
    expect(result.code).toBe(0);
    const evaluation = evaluationFile.parse(read(path));
    expect(evaluation.threshold).toBe(0);
    expect(evaluation.metrics.find((each) => each.name === 'selection_rate' && each.slice === null)?.value).toBe(1);
  });

  it('says how it is used when an option is missing, unknown or not a number', async () => {
    expect(await runStep('train', '--features', 'x', '--output', 'y')).toMatchObject({ code: 2, errors: expect.stringMatching(/--seed is missing\nusage: train/) as string });
    expect(await runStep('ingest', '--sauce', 'x')).toMatchObject({ code: 2, errors: expect.stringMatching(/--sauce.*\nusage: ingest/s) as string });
    expect(await runStep('train', '--features', 'x', '--output', 'y', '--seed', 'seven')).toMatchObject({ code: 2 });
  });

  it('says what is wrong with a file', async () => {
    const path = join(folder, 'not-a-model.json');
    writeFileSync(path, '{"format":"something else"}');
    const result = await runStep('evaluate', '--model', path, '--features', path, '--output', join(folder, 'never.json'));
    expect(result).toMatchObject({ code: 2, errors: 'error: not a model file: format is something else\n' });
  });
});

describe('the command line under gatehouse', () => {
  const [first = fail(), second = fail()] = versions;
  const all: Stage[] = [
    stages.ingest('2001-01'), stages.validate('2001-01', '2001-01'), stages.validate('2001-02', '2001-01'), stages.trainingFeatures(second), stages.trainingFeatures(versions[2] ?? fail()),
    stages.train(first), stages.profileReference(first), stages.evaluate(first), stages.register(first), stages.monthFeatures('2001-03'), stages.score(second, '2001-02-01'),
    stages.compare(second),
  ];

  it('names each input and output once, and every declared name exists', () => {
    for (const stage of all) {
      const names = [...stage.inputs, ...stage.outputs].map((artifact) => artifact.name);
      expect(new Set(names).size, stage.stage).toBe(names.length);
      for (const claim of [stage.validation, stage.evaluation, stage.profile]) if (claim) expect(names).toContain(claim.of);
    }
  });

  it('hands the program its own files and parameters', () => {
    for (const stage of all.filter((each) => !each.needsPortal)) {
      const line = programLine(stage).join(' ');
      for (const artifact of [...stage.inputs, ...stage.outputs].filter((each) => each.name !== 'vega-flights')) expect(line, stage.stage).toContain(artifact.path);
    }
  });

  it('reads as the contract says', () => {
    expect(gatehouseLine(stages.ingest('2001-01')).join(' ').replaceAll(folder, 'work')).toBe(
      'node cli/main.ts run --pipeline flight-delays --stage ingest --input vega-flights=node_modules/vega-datasets/data/flights-20k.json '
      + '--output flights-raw=work/raw/2001-01.csv --label flights-raw=2001-01 --param month=2001-01 '
      + '-- node examples/flight-delays/steps/ingest.ts --source node_modules/vega-datasets/data/flights-20k.json --output work/raw/2001-01.csv --month 2001-01',
    );
    const train = gatehouseLine(stages.train(second)).join(' ');
    expect(train).toContain('--type flight-delay=model');
    expect(train).toContain('--param mitigation=equal-selection-rate');
    expect(train).toContain('--seed 2001 -- node');
    expect(gatehouseLine(stages.evaluate(second)).join(' ')).toContain(`--evaluation flight-delay=${stages.files.evaluation(second)}`);
  });

  it('hands credentials to no program but the one that registers', () => {
    expect(all.filter((stage) => gatehouseLine(stage).includes('--pass-credentials')).map((stage) => stage.stage)).toEqual(['register']);
  });
});

function digestOfFile(path: string): string {
  return `sha256:${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
}

function runStep(step: string, ...options: readonly string[]): Promise<{ code: number; errors: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [join(import.meta.dirname, 'steps', `${step}.ts`), ...options], { cwd: repository }, (error, _output, errors) => {
      done({ code: error ? Number(error.code) : 0, errors });
    });
  });
}

function fail(): never {
  throw new Error('no such version');
}
