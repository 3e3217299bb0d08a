// Reads one OpenLineage event: from the text received to what the stores need.
import type { AssetKind } from '#lib/lineage/schema.ts';
import { assetKinds } from '#lib/lineage/schema.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import type { FieldError } from '#lib/kernel/errors.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';
import { parseStrictJson } from '#lib/kernel/strict-json.ts';
import type { z } from 'zod';
import { factsOf, versionIdentity, type EventType, type Placement, type RunFacts, type VersionIdentity } from './domain.ts';
import { maximumDepth } from './limits.ts';
import { materialsOf } from './materials.ts';
import { redactEvent, redactName } from './redaction.ts';
import { datasetEventSchema, jobEventSchema, runEventSchema, type Dataset, type RunEvent } from './schema.ts';
import { storableJson } from './storable.ts';
import { symlinksOf, type Symlinks } from './symlinks.ts';

export type Facet = { readonly name: string; readonly body: Record<string, unknown> };
/** `material`: what a run was made of, beside its data: code, image, configuration. */
export type Direction = 'input' | 'output' | 'material';
export type JobName = { readonly namespace: string; readonly name: string };
export type ReportedJob = JobName & { readonly placement: Placement };

export type ReportedDataset = {
  readonly namespace: string;
  readonly name: string;
  /** Null where the event does not say. */
  readonly kind: AssetKind | null;
  readonly version: VersionIdentity;
  readonly facets: readonly Facet[];
  readonly symlinks: Symlinks | null;
};

/** One event, ready to be stored. */
export type ReportedEvent = {
  readonly kind: 'run' | 'dataset' | 'job';
  /** Of the bytes as received. */
  readonly digest: string;
  /** The bytes as received, except where secrets had to be removed; then `digest` is not theirs. */
  readonly bytes: Buffer;
  readonly type: EventType;
  readonly time: string;
  readonly run: { readonly id: string; readonly facts: RunFacts; readonly facets: readonly Facet[]; readonly parent: { readonly runId: string; readonly job: ReportedJob } | null } | null;
  readonly job: (ReportedJob & { readonly facets: readonly Facet[] }) | null;
  /** Of a run event. */
  readonly edges: readonly (ReportedDataset & { readonly direction: Direction })[];
  /** Of a job event: what the job reads and writes, whether it ever runs. */
  readonly declared: readonly (ReportedDataset & { readonly direction: Direction })[];
  /** Of a dataset event. */
  readonly dataset: ReportedDataset | null;
};

/** Why an event was not taken: it is no JSON, or fields of it are wrong. */
export type EventProblem = { readonly kind: 'malformed' | 'invalid'; readonly syntax?: boolean; readonly message: string; readonly errors: readonly FieldError[] };

const invalid = (errors: readonly FieldError[]): Result<never, EventProblem> =>
  err({ kind: 'invalid', message: errors[0] ? `${errors[0].path || 'event'}: ${errors[0].message}` : 'the event does not fit', errors });

const flatten = (issues: readonly z.core.$ZodIssue[]): FieldError[] => {
  const seen = new Map<string, FieldError>();
  for (const issue of issues) {
    const path = issue.path.map(String).join('.');
    if (!seen.has(`${path}:${issue.message}`)) seen.set(`${path}:${issue.message}`, { path: path.slice(0, 300), message: issue.message });
  }
  return [...seen.values()].slice(0, 50);
};

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** By the tail of `schemaURL`, as Marquez does; where that says nothing, or what it calls for is not there, by structure. */
function kindOf(event: Fields): ReportedEvent['kind'] | null {
  const tail = typeof event.schemaURL === 'string' ? (/(RunEvent|DatasetEvent|JobEvent)$/.exec(event.schemaURL)?.[1] ?? null) : null;
  const has = (field: string) => event[field] !== undefined && event[field] !== null;
  if (tail === 'RunEvent' && (has('run') || has('job'))) return 'run';
  if (tail === 'DatasetEvent' && has('dataset')) return 'dataset';
  if (tail === 'JobEvent' && has('job')) return has('run') ? 'run' : 'job';
  if (has('run')) return 'run';
  if (has('dataset')) return 'dataset';
  return has('job') ? 'job' : null;
}

function facetsOf(facets: unknown, prefix = ''): Facet[] {
  if (!isFields(facets)) return [];
  return Object.entries(facets).flatMap(([name, body]) => (isFields(body) && Object.keys(body).length > 0 ? [{ name: prefix + name, body }] : []));
}

/** `facets` under their own names, those of this one use under `inputFacets.NAME` and `outputFacets.NAME`. */
const datasetFacetsOf = (dataset: Fields): Facet[] => [...facetsOf(dataset.facets), ...facetsOf(dataset.inputFacets, 'inputFacets.'), ...facetsOf(dataset.outputFacets, 'outputFacets.')];

function kindOfDataset(facets: Dataset['facets']): AssetKind | null {
  const named = facets?.datasetType;
  for (const said of [named?.subType, named?.datasetType]) {
    const kind = assetKinds.find((known) => known === said?.toLowerCase());
    if (kind) return kind;
  }
  return null;
}

function readDataset(dataset: Dataset, redacted: Fields, path: string): Result<ReportedDataset, FieldError> {
  const version = versionIdentity(dataset.facets);
  if (version === 'contradictory') return err({ path: `${path}.facets`, message: 'version and gatehouse_digest name two different digests' });
  return ok({ namespace: redactName(dataset.namespace), name: redactName(dataset.name), kind: kindOfDataset(dataset.facets), version, facets: datasetFacetsOf(redacted), symlinks: symlinksOf(dataset.facets?.symlinks) });
}

/** A job's place in a pipeline: what it says itself, else its parent's name, else its own. */
function placementOf(event: RunEvent, parent: JobName | null): Placement {
  const stage = event.job.facets?.gatehouse_stage;
  if (stage) return { pipeline: stage.pipeline, stage: stage.stage };
  return { pipeline: parent?.name ?? redactName(event.job.name), stage: null };
}

const jobNameOf = ({ namespace, name }: JobName): JobName => ({ namespace: redactName(namespace), name: redactName(name) });

function readEdges(event: { inputs?: Dataset[] | null | undefined; outputs?: Dataset[] | null | undefined }, redacted: Fields): Result<ReportedEvent['edges'], FieldError[]> {
  const errors: FieldError[] = [];
  const edges: (ReportedDataset & { direction: Direction })[] = [];
  for (const [list, direction] of [['inputs', 'input'], ['outputs', 'output']] as const) {
    const kept = redacted[list] as Fields[] | null | undefined;
    for (const [index, dataset] of (event[list] ?? []).entries()) {
      const read = readDataset(dataset, kept?.[index] ?? {}, `${list}.${index}`);
      if (read.ok) edges.push({ ...read.value, direction });
      else errors.push(read.error);
    }
  }
  return errors.length > 0 ? err(errors) : ok(edges);
}

type Kept = Pick<ReportedEvent, 'digest' | 'bytes'> & { readonly redacted: Fields };
const part = (redacted: Fields, name: string): Fields => (isFields(redacted[name]) ? redacted[name] : {});

function readRunEvent(value: Fields, { digest, bytes, redacted }: Kept): Result<ReportedEvent, EventProblem> {
  const parsed = runEventSchema.safeParse(value);
  if (!parsed.success) return invalid(flatten(parsed.error.issues));
  const event = parsed.data;
  const type = event.eventType ?? 'OTHER';
  const edges = readEdges(event, redacted);
  if (!edges.ok) return invalid(edges.error);
  const stated = event.run.facets?.parent ?? event.run.facets?.parentRun;
  const runId = event.run.runId.toLowerCase();
  const parentJob = stated ? jobNameOf(stated.job) : null;
  const parent = stated && parentJob && stated.run.runId.toLowerCase() !== runId ? { runId: stated.run.runId.toLowerCase(), job: { ...parentJob, placement: { pipeline: parentJob.name, stage: null } } } : null;
  const job = { ...jobNameOf(event.job), placement: placementOf(event, parentJob), facets: facetsOf(part(redacted, 'job').facets) };
  const runFacets = facetsOf(part(redacted, 'run').facets);
  return ok({
    kind: 'run', digest, bytes, type, time: event.eventTime,
    run: { id: runId, facts: factsOf(type, event.eventTime), facets: runFacets, parent },
    job,
    edges: [...edges.value, ...materialsOf({ type, job, runFacets, sourceCode: sourceCodeIn(event.job.facets) })],
    declared: [],
    dataset: null,
  });
}

/** Read from the event as it was sent: its digest stands for the code that ran, also where secrets are removed before it is kept. */
function sourceCodeIn(facets: unknown): string | null {
  const facet = isFields(facets) ? facets.sourceCode : null;
  return isFields(facet) && typeof facet.sourceCode === 'string' ? facet.sourceCode : null;
}

function readJobEvent(value: Fields, { digest, bytes, redacted }: Kept): Result<ReportedEvent, EventProblem> {
  const parsed = jobEventSchema.safeParse(value);
  if (!parsed.success) return invalid(flatten(parsed.error.issues));
  const declared = readEdges(parsed.data, redacted);
  if (!declared.ok) return invalid(declared.error);
  const name = jobNameOf(parsed.data.job);
  const stage = parsed.data.job.facets?.gatehouse_stage;
  const placement = stage ? { pipeline: stage.pipeline, stage: stage.stage } : { pipeline: name.name, stage: null };
  return ok({ kind: 'job', digest, bytes, type: 'OTHER', time: parsed.data.eventTime, run: null, job: { ...name, placement, facets: facetsOf(part(redacted, 'job').facets) }, edges: [], declared: declared.value, dataset: null });
}

function readDatasetEvent(value: Fields, { digest, bytes, redacted }: Kept): Result<ReportedEvent, EventProblem> {
  const parsed = datasetEventSchema.safeParse(value);
  if (!parsed.success) return invalid(flatten(parsed.error.issues));
  const dataset = readDataset(parsed.data.dataset, part(redacted, 'dataset'), 'dataset');
  if (!dataset.ok) return invalid([dataset.error]);
  return ok({ kind: 'dataset', digest, bytes, type: 'OTHER', time: parsed.data.eventTime, run: null, job: null, edges: [], declared: [], dataset: dataset.value });
}

/**
 * Reads an event. Strict where two readers could differ (duplicate keys, depth), tolerant where clients are known to differ.
 *
 * @param text the event as received, decoded from UTF-8 without loss.
 */
export function readEvent(text: string): Result<ReportedEvent, EventProblem> {
  const json = parseStrictJson(text, { maximumDepth, exactNumbers: true });
  if (!json.ok) return err({ kind: 'malformed', syntax: json.error.code === 'syntax', message: json.error.message, errors: [] });
  const value = json.value;
  if (!isFields(value)) return invalid([{ path: '', message: 'an event must be a JSON object' }]);
  const kind = kindOf(value);
  if (kind === null) return invalid([{ path: 'run', message: 'neither run, job nor dataset is there, so this is no event of OpenLineage' }]);
  const redacted = redactEvent(value);
  const original = Buffer.from(text);
  const remaining = redacted === value ? text : JSON.stringify(redacted);
  const kept = { digest: sha256(original), bytes: redacted === value ? original : Buffer.from(remaining), redacted: storableJson(redacted, remaining) };
  switch (kind) {
    case 'run':
      return readRunEvent(value, kept);
    case 'job':
      return readJobEvent(value, kept);
    case 'dataset':
      return readDatasetEvent(value, kept);
  }
}

