// Gathers many events into the rows they stand for: each job, asset, version, run, edge and facet once.
import type { AssetKind } from '#lib/lineage/schema.ts';
import { betterPlacement, compareBytes, earlier, joinFacts, later, strongerKind, type Placement, type RunFacts, type Said } from './domain.ts';
import type { Direction, Facet, JobName, ReportedDataset, ReportedEvent, ReportedJob } from './event.ts';
import type { Symlink } from './symlinks.ts';

export type GatheredJob = JobName & { readonly key: string; readonly placement: Placement };
export type GatheredAsset = { readonly key: string; readonly namespace: string; readonly name: string; readonly kind: AssetKind | null };
/** A digest alone identifies a version; without one, asset and label do. */
export type GatheredVersion = { readonly key: string; readonly digest: string | null; readonly assetKey: string; readonly label: string | null; readonly sizeBytes: number | null };
export type GatheredRun = { readonly id: string; readonly facts: RunFacts; readonly job: Said<string>; readonly jobs: ReadonlySet<string>; readonly parent: Said<string> | null; readonly parents: ReadonlySet<string> };
/** A run that others name as their parent: shown even where it never reports itself. */
export type GatheredParent = { readonly id: string; readonly job: string; readonly time: string };
export type GatheredEdge = { readonly key: string; readonly runId: string; readonly direction: Direction; readonly assetKey: string; readonly versionKey: string; /** Where the event was received long ago: when. */ readonly receivedAt?: string };
export type GatheredSighting = { readonly key: string; readonly assetKey: string; readonly versionKey: string; readonly label: string; readonly runId: string | null; /** Where the event was received long ago: when. */ readonly receivedAt?: string };
/** A name that a dataset is said to go by as well; an empty one says that all earlier ones no longer hold. */
export type GatheredSymlink = { readonly key: string; readonly assetKey: string; readonly namespace: string; readonly name: string; readonly type: string; readonly time: string };
export type GatheredDeclaration = { readonly key: string; readonly jobKey: string; readonly direction: Direction; readonly assetKey: string; readonly time: string };
export type FacetSubject = { readonly kind: 'run' | 'run_job'; readonly runId: string } | { readonly kind: 'job'; readonly jobKey: string } | { readonly kind: 'asset'; readonly assetKey: string } | { readonly kind: 'run_asset'; readonly edgeKey: string };
export type GatheredFacet = { readonly subject: FacetSubject; readonly name: string; readonly said: Said<Record<string, unknown>> };

export type Gathered = {
  readonly events: readonly ReportedEvent[];
  readonly jobs: ReadonlyMap<string, GatheredJob>;
  readonly assets: ReadonlyMap<string, GatheredAsset>;
  readonly versions: ReadonlyMap<string, GatheredVersion>;
  readonly runs: ReadonlyMap<string, GatheredRun>;
  readonly parents: ReadonlyMap<string, GatheredParent>;
  readonly edges: ReadonlyMap<string, GatheredEdge>;
  readonly sightings: ReadonlyMap<string, GatheredSighting>;
  readonly facets: ReadonlyMap<string, GatheredFacet>;
  readonly symlinks: ReadonlyMap<string, GatheredSymlink>;
  readonly declarations: ReadonlyMap<string, GatheredDeclaration>;
};

// Names hold no NUL, so it separates them without doubt.
const join = (...parts: readonly string[]) => parts.join('\u0000');
export const nameKey = ({ namespace, name }: { namespace: string; name: string }) => join(namespace, name);
const smaller = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.min(a, b));

/** Joins events; the result is the same in whatever order they stand. */
export function gather(reported: readonly ReportedEvent[]): Gathered {
  const events = new Map<string, ReportedEvent>();
  const jobs = new Map<string, GatheredJob>();
  const assets = new Map<string, GatheredAsset>();
  const versions = new Map<string, GatheredVersion>();
  const runs = new Map<string, GatheredRun>();
  const parents = new Map<string, GatheredParent>();
  const edges = new Map<string, GatheredEdge>();
  const sightings = new Map<string, GatheredSighting>();
  const facets = new Map<string, GatheredFacet>();
  const symlinks = new Map<string, GatheredSymlink>();
  const declarations = new Map<string, GatheredDeclaration>();

  const addJob = (job: ReportedJob): string => {
    const key = nameKey(job);
    const known = jobs.get(key);
    jobs.set(key, { key, namespace: job.namespace, name: job.name, placement: known ? betterPlacement(known.placement, job.placement, job.name) : job.placement });
    return key;
  };
  const addSymlink = (assetKey: string, { namespace, name, type }: Symlink, time: string) => {
    const key = join(assetKey, namespace, name);
    const known = symlinks.get(key);
    if (!known || known.time < time || (known.time === time && compareBytes(known.type, type) < 0)) symlinks.set(key, { key, assetKey, namespace, name, type, time });
  };
  const addAsset = (dataset: ReportedDataset, time: string): string => {
    const key = nameKey(dataset);
    if (dataset.symlinks === 'ended') addSymlink(key, { namespace: '', name: '', type: '' }, time);
    else for (const symlink of dataset.symlinks ?? []) addSymlink(key, symlink, time);
    const known = assets.get(key)?.kind ?? null;
    const kind = known === null ? dataset.kind : dataset.kind === null ? known : strongerKind(known, dataset.kind);
    assets.set(key, { key, namespace: dataset.namespace, name: dataset.name, kind });
    return key;
  };
  const addVersion = (dataset: ReportedDataset, assetKey: string, runId: string | null): string => {
    const { digest, label, sizeBytes } = dataset.version;
    const key = digest ?? join(assetKey, label ?? '');
    const known = versions.get(key);
    versions.set(key, known ? { ...known, sizeBytes: smaller(known.sizeBytes, sizeBytes) } : { key, digest, assetKey, label: digest === null ? label : null, sizeBytes });
    const sighting = join(assetKey, key, label ?? '');
    if (!sightings.has(sighting)) sightings.set(sighting, { key: sighting, assetKey, versionKey: key, label: label ?? '', runId });
    return key;
  };
  const addFacets = (subject: FacetSubject, subjectKey: string, list: readonly Facet[], event: ReportedEvent) => {
    for (const { name, body } of list) {
      const key = join(subject.kind, subjectKey, name);
      const said = { value: body, time: event.time, digest: event.digest };
      const known = facets.get(key);
      facets.set(key, { subject, name, said: known ? later(known.said, said) : said });
    }
  };
  const addRun = (event: ReportedEvent & { readonly run: NonNullable<ReportedEvent['run']>; readonly job: NonNullable<ReportedEvent['job']> }) => {
    const { run, job } = event;
    const jobKey = addJob(job);
    const said = (value: string): Said<string> => ({ value, time: event.time, digest: event.digest });
    const known = runs.get(run.id);
    const parent = run.parent ? said(run.parent.runId) : null;
    runs.set(run.id, {
      id: run.id,
      facts: known ? joinFacts(known.facts, run.facts) : run.facts,
      job: known ? earlier(known.job, said(jobKey)) : said(jobKey),
      jobs: new Set([...(known?.jobs ?? []), jobKey]),
      parent: known?.parent && parent ? later(known.parent, parent) : (parent ?? known?.parent ?? null),
      parents: new Set([...(known?.parents ?? []), ...(parent ? [parent.value] : [])]),
    });
    if (run.parent) {
      const parentJob = addJob(run.parent.job);
      const claimed = parents.get(run.parent.runId);
      if (!claimed || event.time < claimed.time) parents.set(run.parent.runId, { id: run.parent.runId, job: parentJob, time: event.time });
    }
    addFacets({ kind: 'run', runId: run.id }, run.id, run.facets, event);
    addFacets({ kind: 'run_job', runId: run.id }, run.id, job.facets, event);
    for (const dataset of event.edges) {
      const assetKey = addAsset(dataset, event.time);
      const versionKey = addVersion(dataset, assetKey, run.id);
      const key = join(run.id, dataset.direction, assetKey, versionKey);
      edges.set(key, { key, runId: run.id, direction: dataset.direction, assetKey, versionKey });
      addFacets({ kind: 'run_asset', edgeKey: key }, key, dataset.facets, event);
    }
  };
  const addDeclaration = (event: ReportedEvent & { readonly job: NonNullable<ReportedEvent['job']> }) => {
    const jobKey = addJob(event.job);
    addFacets({ kind: 'job', jobKey }, jobKey, event.job.facets, event);
    for (const dataset of event.declared) {
      const assetKey = addAsset(dataset, event.time);
      const key = join(jobKey, dataset.direction, assetKey);
      const known = declarations.get(key);
      if (!known || known.time < event.time) declarations.set(key, { key, jobKey, direction: dataset.direction, assetKey, time: event.time });
      addFacets({ kind: 'asset', assetKey }, assetKey, dataset.facets, event);
    }
  };

  for (const event of reported) {
    if (events.has(event.digest)) continue;
    events.set(event.digest, event);
    const { run, job, dataset } = event;
    if (run && job) addRun({ ...event, run, job });
    else if (job) addDeclaration({ ...event, job });
    if (dataset) {
      const assetKey = addAsset(dataset, event.time);
      addVersion(dataset, assetKey, null);
      addFacets({ kind: 'asset', assetKey }, assetKey, dataset.facets, event);
    }
  }
  return { events: [...events.values()], jobs, assets, versions, runs, parents, edges, sightings, facets, symlinks, declarations };
}
