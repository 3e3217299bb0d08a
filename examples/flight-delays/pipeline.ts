// The whole demo pipeline: three versions of the model, a failed validation, eight weeks of scoring, a comparison.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Runner, Stage } from './pipeline/stage.ts';
import { runStage } from './pipeline/stage.ts';
import type { Version, WeekStart } from './pipeline/stages.ts';
import { comparison, createStages, monthOf, versions, weekStarts } from './pipeline/stages.ts';

export interface PipelineOptions {
  /** Where files are written; made when missing. Files of an earlier use are written anew. */
  readonly workDirectory: string;
  /** Settings of the `gatehouse` command: GATEHOUSE_URL, GATEHOUSE_TOKEN, GATEHOUSE_KEY, … */
  readonly environment?: Readonly<Record<string, string>>;
  readonly progress?: (line: string) => void;
  /** Runs the programs alone, without the `gatehouse` command and without registering models. */
  readonly bare?: boolean;
  /** Names each execution of the pipeline; random unless told. */
  readonly newPipelineRun?: () => string;
}

/** What one training run made. Paths are absolute. */
export interface TrainedVersion {
  readonly version: number;
  readonly pipelineRun: string;
  readonly model: string;
  readonly modelDigest: string;
  readonly evaluation: string;
  readonly referenceProfile: string;
}

/** The phases; each is one execution of the pipeline with an id of its own, and each returns that id. */
export interface Pipeline {
  /** Ingests and validates the version's months, then trains, profiles, evaluates and registers it. */
  trainingRun(version: Version['number']): Promise<TrainedVersion>;
  /** Tests February's file against January's contract, as if the files were mixed up: the stage fails with exit code 1. */
  failingValidation(): Promise<string>;
  /** Scores the weeks that start from `from` until before `to` with a trained version; one execution for each week. */
  scoreWeeks(version: Version['number'], from: string, to: string): Promise<string[]>;
  /** Evaluates trained versions on the same four weeks of March. */
  compare(numbers: readonly Version['number'][]): Promise<string>;
}

/** Makes the phases. What one phase prepared, the later ones use: a month is ingested once, features are computed once. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const repository = resolve(import.meta.dirname, '..', '..');
  const inside = relative(repository, resolve(options.workDirectory));
  const stages = createStages(inside.startsWith('..') || isAbsolute(inside) ? resolve(options.workDirectory) : inside);
  const runner: Runner = { repository, environment: options.environment ?? {}, bare: options.bare ?? false };
  const newPipelineRun = options.newPipelineRun ?? randomUUID;
  const progress = options.progress ?? (() => undefined);
  const done = new Set<string>();

  async function run(title: string, pipelineRun: string, stage: Stage): Promise<void> {
    if (runner.bare && stage.needsPortal) return;
    const { output, milliseconds } = await runStage(runner, stage, pipelineRun);
    const said = output.trim().split('\n')[0] ?? '';
    progress(`${title} · ${stage.stage}${stage.exitCode ? ' (failed, as planned)' : ''} · ${(milliseconds / 1000).toFixed(1)} s${said === '' ? '' : ` · ${said}`}`);
  }

  /** Runs what other phases may have run already. */
  async function once(title: string, pipelineRun: string, stage: Stage): Promise<void> {
    const key = JSON.stringify(stage);
    if (done.has(key)) return;
    await run(title, pipelineRun, stage);
    done.add(key);
  }

  async function prepareMonths(title: string, pipelineRun: string, last: string): Promise<void> {
    await once(title, pipelineRun, stages.ingestAirports());
    await once(title, pipelineRun, stages.validateAirports());
    for (const month of ['2001-01', '2001-02', '2001-03'].filter((each) => each <= last)) {
      await once(title, pipelineRun, stages.ingest(month));
      await once(title, pipelineRun, stages.validate(month, month));
    }
  }

  return {
    async trainingRun(number) {
      const version = versionOf(number);
      const title = `version ${version.number}`;
      const pipelineRun = newPipelineRun();
      await prepareMonths(title, pipelineRun, version.months.at(-1) ?? '');
      await once(title, pipelineRun, stages.trainingFeatures(version));
      for (const stage of [stages.train(version), stages.profileReference(version), stages.evaluate(version), stages.register(version)]) await run(title, pipelineRun, stage);
      const path = (file: string) => resolve(repository, file);
      const model = path(stages.files.model(version).path);
      return {
        version: version.number,
        pipelineRun,
        model,
        modelDigest: `sha256:${createHash('sha256').update(readFileSync(model)).digest('hex')}`,
        evaluation: path(stages.files.evaluation(version)),
        referenceProfile: path(stages.files.reference(version).path),
      };
    },

    async failingValidation() {
      const pipelineRun = newPipelineRun();
      await once('mixed-up month', pipelineRun, stages.ingest('2001-02'));
      await run('mixed-up month', pipelineRun, stages.validate('2001-02', '2001-01'));
      return pipelineRun;
    },

    async scoreWeeks(number, from, to) {
      const version = versionOf(number);
      mustExist(resolve(repository, stages.files.model(version).path), `version ${number} is not trained yet`);
      const weeks = weekStarts.filter((start) => start >= from && start < to);
      const runs: string[] = [];
      for (const start of weeks) runs.push(await scoreWeek(version, start));
      return runs;
    },

    async compare(numbers) {
      const pipelineRun = newPipelineRun();
      await prepareMonths('comparison', pipelineRun, monthOf(comparison.from));
      await once('comparison', pipelineRun, stages.monthFeatures(monthOf(comparison.from)));
      for (const number of numbers) await run(`comparison, version ${number}`, pipelineRun, stages.compare(versionOf(number)));
      return pipelineRun;
    },
  };

  async function scoreWeek(version: Version, start: WeekStart): Promise<string> {
    const pipelineRun = newPipelineRun();
    const title = `week of ${start}, version ${version.number}`;
    await prepareMonths(title, pipelineRun, monthOf(start));
    await once(title, pipelineRun, stages.monthFeatures(monthOf(start)));
    await run(title, pipelineRun, stages.score(version, start));
    return pipelineRun;
  }
}

/** Runs every phase in the order in which it would have happened. */
export async function runPipeline(options: PipelineOptions): Promise<TrainedVersion[]> {
  const pipeline = createPipeline(options);
  const first = await pipeline.trainingRun(1);
  const second = await pipeline.trainingRun(2);
  await pipeline.failingValidation();
  await pipeline.scoreWeeks(2, '2001-02-01', '2001-03-01');
  const third = await pipeline.trainingRun(3);
  await pipeline.scoreWeeks(2, '2001-03-01', '2001-04-01');
  await pipeline.scoreWeeks(3, '2001-03-01', '2001-04-01');
  await pipeline.compare([2, 3]);
  return [first, second, third];
}

function versionOf(number: number): Version {
  const version = versions.find((each) => each.number === number);
  if (!version) throw new Error(`there is no version ${number}`);
  return version;
}

function mustExist(path: string, message: string): void {
  if (!existsSync(path)) throw new Error(message);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { work: { type: 'string', default: '.gatehouse/flight-delays' }, bare: { type: 'boolean', default: false } } });
  const started = performance.now();
  try {
    const trained = await runPipeline({ workDirectory: values.work, bare: values.bare, progress: (line) => { console.log(line); } });
    for (const { version, modelDigest } of trained) console.log(`version ${version} is ${modelDigest}`);
    console.log(`done in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
