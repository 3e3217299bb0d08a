// The facts of one stage run, as events and statements are written from them.
import type { Digested } from '#cli/digest.ts';
import type { MachineFacts } from '#cli/environment.ts';
import type { GitState } from '#cli/git.ts';
import type { LogSummary } from '#cli/log-tail.ts';
import type { LockedPackages } from '#cli/packages.ts';
import type { EvaluationFile, ValidationFile } from '#lib/evidence/format/statement.ts';

export const ASSET_KINDS = ['dataset', 'features', 'model', 'evaluation', 'report', 'code', 'configuration', 'image', 'deployment'] as const;
export type AssetKind = (typeof ASSET_KINDS)[number];

/** An input or output as declared. */
export type DeclaredAsset = { readonly name: string; readonly path: string; readonly kind: AssetKind; readonly label: string | null };
/** An input or output with what it held. */
export type Asset = DeclaredAsset & { readonly digested: Digested };

/** By how much a metric of two runs of the same inputs may differ: absolutely, or relative to the larger value (0.01 is 1%). */
export type DeclaredTolerance = { readonly name: string; readonly slice: string | null; readonly absolute: number | null; readonly relative: number | null };

/** What is known before the command runs. `command` and `parameters` are redacted already. */
export type StageStart = {
  readonly runId: string;
  readonly namespace: string;
  readonly pipeline: string;
  readonly stage: string;
  readonly pipelineRun: string | null;
  readonly builderId: string;
  readonly command: readonly string[];
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  readonly tolerances: readonly DeclaredTolerance[];
  readonly seed: string | null;
  readonly triggeredBy: string | null;
  readonly imageDigest: string | null;
  readonly machine: MachineFacts;
  readonly git: GitState | null;
  readonly locked: LockedPackages | null;
  readonly inputs: readonly Asset[];
  readonly startedOn: Date;
};

/** What is known after it. `failure` null means that the run is COMPLETE; else it says why it is not. */
export type StageEnd = {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly durationMilliseconds: number;
  readonly finishedOn: Date;
  readonly failure: string | null;
  readonly outputs: readonly Asset[];
  readonly inputsChanged: readonly string[];
  readonly log: LogSummary | null;
  readonly validations: readonly { readonly name: string; readonly file: ValidationFile }[];
  readonly evaluations: readonly EvaluationFile[];
};
