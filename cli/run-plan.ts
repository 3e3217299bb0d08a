// Reads the arguments of `gatehouse run` into a plan, and refuses what cannot be meant before anything runs.
import { relative, resolve } from 'node:path';
import { type Arguments, checkedName, excerpt, optional, type OptionSpecs, type Pair, pairs, parseArguments, required, UsageError } from '#cli/arguments.ts';
import { ASSET_KINDS, type AssetKind, type DeclaredAsset, type DeclaredTolerance } from '#cli/stage.ts';

export const RUN_OPTIONS: OptionSpecs = {
  pipeline: { value: 'NAME', required: true, example: 'flight-delays' },
  stage: { value: 'STAGE', required: true, example: 'train' },
  input: { value: 'NAME=PATH', repeats: true, example: 'flights=data/flights.csv' },
  output: { value: 'NAME=PATH', repeats: true, example: 'model=out/model.onnx' },
  param: { value: 'K=V', repeats: true, example: 'learning_rate=0.1' },
  type: { value: 'NAME=KIND', repeats: true, example: 'model=model' },
  label: { value: 'NAME=LABEL', repeats: true, example: 'flights=2001-01' },
  validation: { value: 'NAME=FILE', repeats: true, example: 'flights=out/validation.json' },
  evaluation: { value: 'NAME=FILE', repeats: true, example: 'model=out/evaluation.json' },
  profile: { value: 'NAME=FILE', repeats: true, example: 'model=out/profile.json' },
  tolerance: { value: 'METRIC=VALUE', repeats: true, example: 'auc=0.005' },
  'pipeline-run': { value: 'UUID' },
  seed: { value: 'S', example: '42' },
  'triggered-by': { value: 'NAME', example: 'ada@bank.example' },
  'token-file': { value: 'PATH', example: '/run/secrets/gatehouse-token' },
  'pass-credentials': { value: null },
  quiet: { value: null },
};

export type EvidenceKind = 'validation' | 'evaluation' | 'profile';
/** A file that the command is to write, about an input or output. */
export type DeclaredEvidence = { readonly kind: EvidenceKind; readonly name: string; readonly path: string };

export type RunPlan = {
  readonly pipeline: string;
  readonly stage: string;
  readonly inputs: readonly DeclaredAsset[];
  readonly outputs: readonly DeclaredAsset[];
  readonly parameters: readonly Pair[];
  readonly evidence: readonly DeclaredEvidence[];
  readonly tolerances: readonly DeclaredTolerance[];
  readonly pipelineRun: string | null;
  readonly seed: string | null;
  readonly triggeredBy: string | null;
  readonly tokenFile: string | null;
  readonly passCredentials: boolean;
  readonly quiet: boolean;
  readonly command: readonly [string, ...string[]];
};

const LONGEST_JOB_NAME = 4_000;

/** @throws UsageError with one line that says what is wrong and what the right form is. */
export function planRun(argv: readonly string[]): RunPlan {
  const parsed = parseArguments(argv, RUN_OPTIONS);
  const pipeline = checkedName(required(parsed, 'pipeline'), '--pipeline');
  const stage = checkedName(required(parsed, 'stage'), '--stage');
  if (pipeline.length + stage.length + 1 > LONGEST_JOB_NAME) throw new UsageError(`--pipeline and --stage together have more than ${String(LONGEST_JOB_NAME)} characters`);
  const declared = { input: pairs(parsed, 'input', RUN_OPTIONS), output: pairs(parsed, 'output', RUN_OPTIONS) };
  const names = new Set([...declared.input, ...declared.output].map((pair) => pair.name));
  const kinds = kindsOf(parsed, names);
  const labels = new Map(pairs(parsed, 'label', RUN_OPTIONS).map(({ name, value }) => [mustBeDeclared(names, name, 'label'), checkedName(value, 'the label in --label')]));
  const asset = ({ name, value }: Pair): DeclaredAsset => ({ name, path: value, kind: kinds.get(name) ?? 'dataset', label: labels.get(name) ?? null });
  const inputs = declared.input.map(asset);
  const outputs = declared.output.map(asset);
  mustNotContain(inputs, outputs);
  return {
    pipeline,
    stage,
    inputs,
    outputs,
    parameters: pairs(parsed, 'param', RUN_OPTIONS),
    evidence: (['validation', 'evaluation', 'profile'] as const).flatMap((kind) => pairs(parsed, kind, RUN_OPTIONS, true).map(({ name, value }) => ({ kind, name: mustBeDeclared(names, name, kind), path: value }))),
    tolerances: pairs(parsed, 'tolerance', RUN_OPTIONS).map(toleranceOf),
    pipelineRun: optional(parsed, 'pipeline-run'),
    seed: optional(parsed, 'seed'),
    triggeredBy: optional(parsed, 'triggered-by'),
    tokenFile: optional(parsed, 'token-file'),
    passCredentials: parsed.values.has('pass-credentials'),
    quiet: parsed.values.has('quiet'),
    command: commandOf(parsed),
  };
}

/** `auc=0.005` is an absolute difference, `auc=1%` one relative to the larger value. It holds for every slice of the metric. */
function toleranceOf({ name, value }: Pair): DeclaredTolerance {
  const percent = value.endsWith('%');
  const digits = percent ? value.slice(0, -1) : value;
  const number = /^(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/.test(digits) ? Number(digits) : NaN;
  if (!Number.isFinite(number)) throw new UsageError(`--tolerance "${excerpt(`${name}=${value}`)}": "${excerpt(value)}" is no difference; write a number of 0 or more, or a percentage such as 1%`);
  return { name, slice: null, absolute: percent ? null : number, relative: percent ? number / 100 : null };
}

function kindsOf(parsed: Arguments, names: ReadonlySet<string>): Map<string, AssetKind> {
  return new Map(
    pairs(parsed, 'type', RUN_OPTIONS).map(({ name, value }) => {
      const kind = ASSET_KINDS.find((candidate) => candidate === value);
      if (kind === undefined) throw new UsageError(`--type "${excerpt(`${name}=${value}`)}": "${excerpt(value)}" is not a kind; the kinds are ${ASSET_KINDS.join(', ')}`);
      return [mustBeDeclared(names, name, 'type'), kind];
    }),
  );
}

function mustBeDeclared(names: ReadonlySet<string>, name: string, option: string): string {
  if (names.has(name)) return name;
  const known = names.size === 0 ? 'none is declared' : `declared ${names.size === 1 ? 'is' : 'are'} ${[...names].slice(0, 5).map(excerpt).join(', ')}${names.size > 5 ? ', …' : ''}`;
  throw new UsageError(`--${option} names "${excerpt(name)}", which is no --input or --output of this run (${known})`);
}

/** An output within an input folder would change that input under the command's hands. */
function mustNotContain(inputs: readonly DeclaredAsset[], outputs: readonly DeclaredAsset[]): void {
  for (const input of inputs) {
    for (const output of outputs) {
      const path = relative(resolve(input.path), resolve(output.path));
      if (path !== '' && path !== '..' && !path.startsWith('../')) {
        throw new UsageError(`--output "${excerpt(output.name)}" lies within the folder of --input "${excerpt(input.name)}", which would change while the command runs; point --input at what is read, or write elsewhere`);
      }
    }
  }
}

function commandOf(parsed: Arguments): readonly [string, ...string[]] {
  const [program, ...rest] = parsed.command ?? [];
  if (parsed.command === null || program === undefined) throw new UsageError('the command to run is missing; it stands after "--", for example gatehouse run --pipeline P --stage S -- python train.py');
  if (program === '') throw new UsageError('the command to run is an empty word');
  return [program, ...rest];
}
