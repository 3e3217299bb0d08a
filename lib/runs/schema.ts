// Wire types of runs; safe for the browser.
import { z } from 'zod';

export const runStates = ['unknown', 'running', 'complete', 'failed', 'aborted'] as const;
export const runState = z.enum(runStates);
export type RunState = z.infer<typeof runState>;

export const runSorts = ['-startedAt', 'startedAt', '-duration', 'duration'] as const;
export type RunSort = (typeof runSorts)[number];

/** `executions`: runs without a parent; `stages`: runs with one. */
export const runLevels = ['executions', 'stages'] as const;

export const stageCounts = z.object({ total: z.number().int().describe('Counted up to 1,000, the first to start.'), more: z.boolean().describe('There are more than were counted.'), running: z.number().int(), complete: z.number().int(), failed: z.number().int(), aborted: z.number().int(), unknown: z.number().int() });

export const runView = z.object({
  id: z.guid(),
  state: runState,
  reported: z.boolean().describe('False for a run that only its stages name: its state and times are then theirs.'),
  pipeline: z.string().describe('The pipeline that it belongs to, or the job’s own name.'),
  stage: z.string().nullable(),
  job: z.object({ namespace: z.string(), name: z.string() }),
  team: z.object({ id: z.guid(), name: z.string() }),
  parentRunId: z.guid().nullable(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  durationMilliseconds: z.number().nullable(),
  stages: stageCounts.nullable().describe('Of its own stages; null where it has none.'),
  failure: z.string().nullable().describe('Why it failed, in one line; of the first stage that did, where it has stages.'),
  reportedBy: z.object({ id: z.guid(), name: z.string(), responsibleName: z.string() }),
});
export type RunView = z.infer<typeof runView>;

const anyObject = z.record(z.string(), z.unknown());

export const runEdge = z.object({
  direction: z.enum(['input', 'output', 'material']),
  assetId: z.guid(),
  versionId: z.guid(),
  namespace: z.string(),
  name: z.string(),
  kind: z.string(),
  digest: z.string().nullable(),
  label: z.string().nullable().describe('As this run, or the version without a digest, is labelled.'),
  sizeBytes: z.number().nullable(),
  quarantined: z.boolean(),
  contradicted: z.boolean().describe('The same label stands for another digest elsewhere.'),
  facets: anyObject,
});
export type RunEdge = z.infer<typeof runEdge>;

export const failedCheck = z.object({ source: z.string(), name: z.string(), column: z.string().nullable(), severity: z.string().nullable(), expected: z.string().nullable(), actual: z.string().nullable() });

const named = z.object({ name: z.string(), version: z.string() });

export const execution = z.object({
  command: z.array(z.string()),
  exitCode: z.number().nullable(),
  signal: z.string().nullable(),
  operatingSystem: z.string().nullable(),
  architecture: z.string().nullable(),
  processorCount: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  runtime: named.nullable(),
  packageLock: z.object({ name: z.string(), digest: z.string() }).nullable(),
  container: z.string().nullable().describe('Digest of the image.'),
  seed: z.string().nullable(),
  triggeredBy: z.string().nullable(),
});

export const sourceVersion = z.object({ commit: z.string().nullable(), branch: z.string().nullable(), dirty: z.boolean().nullable(), remote: z.string().nullable(), path: z.string().nullable() });

export const runMetric = z.object({
  name: z.string(),
  slice: z.string().nullable().describe('The part of the data, such as `region=West`; null for the whole.'),
  dataset: z.string().nullable(),
  value: z.number(),
  sampleCount: z.number().nullable(),
  higherIsBetter: z.boolean().nullable(),
  source: z.enum(['evidence', 'report']).describe('`evidence`: from an evaluation whose signature and checks hold; `report`: from the run’s own facet.'),
});

export const tolerance = z.object({ name: z.string(), slice: z.string().nullable().describe('Null: every slice of the metric.'), absolute: z.number().nullable(), relative: z.number().nullable().describe('Of the larger of the two values; 0.01 is 1%.'), declaredBy: z.enum(['run', 'job']) });

export const runDetail = z.object({
  run: runView,
  firstReceivedAt: z.string(),
  lastReceivedAt: z.string(),
  parent: z.object({ id: z.guid(), name: z.string() }).nullable().describe('Null where there is none, or it may not be seen.'),
  stages: z.array(runView),
  inputs: z.array(runEdge),
  outputs: z.array(runEdge),
  materials: z.array(runEdge).describe('What the run was made of beside its data: code, image, configuration.'),
  declared: z.array(z.object({ direction: z.enum(['input', 'output']), assetId: z.guid(), namespace: z.string(), name: z.string(), at: z.string() })).describe('What job events say that its job reads and writes: declared, never observed.'),
  parameters: z.array(z.object({ key: z.string(), value: z.string() })),
  execution: execution.nullable(),
  packages: z.array(named),
  packagesTruncated: z.boolean(),
  source: sourceVersion.nullable(),
  environment: z.array(z.object({ name: z.string(), value: z.string() })),
  log: z.object({ tail: z.string(), truncated: z.boolean(), totalBytes: z.number().nullable(), digest: z.string().nullable() }).nullable(),
  error: z.object({ message: z.string(), language: z.string().nullable(), stackTrace: z.string().nullable() }).nullable(),
  failedChecks: z.array(failedCheck),
  metrics: z.array(runMetric),
  tolerances: z.array(tolerance),
  runFacets: anyObject,
  jobFacets: anyObject,
  declaredJobFacets: anyObject.describe('What job events say of its job, without a run.'),
  events: z.array(z.object({ digest: z.string(), type: z.string(), time: z.string(), receivedAt: z.string(), sizeBytes: z.number().int(), redacted: z.boolean().nullable().describe('Secrets were removed before storing, so the digest is not of the stored bytes; null where the event is too large (over 256 KiB) to be hashed for a list.'), removedAt: z.string().nullable().describe('When retention emptied its bytes; everything else of it is kept.'), reportedBy: z.string() })),
  eventCount: z.number().int(),
});
export type RunDetail = z.infer<typeof runDetail>;

export const pipelineSorts = ['name', '-name'] as const;

const rateFields = { ended: z.number().int(), complete: z.number().int(), failed: z.number().int(), aborted: z.number().int(), rate: z.number().nullable().describe('Complete of those that ended; null where none did.') };
export const rateView = z.object(rateFields);
export const durationsView = z.object({ samples: z.number().int(), p50: z.number(), p90: z.number(), p99: z.number(), longest: z.number() }).describe('Of completed runs, in milliseconds; percentiles by nearest rank.');
export const pipelineRates = z.object({ runs: z.number().int(), all: rateView, windows: z.array(rateView.extend({ days: z.number().int() })), durations: durationsView.nullable() });

const brief = { runId: z.guid(), state: runState, startedAt: z.string() };
export const pipelineView = z.object({
  name: z.string(),
  team: z.object({ id: z.guid(), name: z.string() }),
  jobs: z.number().int(),
  last: z.object(brief).nullable(),
  latest: z.array(z.object(brief)).describe('The latest executions, newest first; at most 20.'),
  ...rateFields,
  medianMilliseconds: z.number().nullable().describe('Of the completed among the latest executions.'),
});
export type PipelineView = z.infer<typeof pipelineView>;
