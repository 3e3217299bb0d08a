// What a run was made of beside its data, as versions: the commit, the source text, the image, the parameters, the lock file.
import { digestOf, sha256, type Json } from '#lib/kernel/canonical-json.ts';
import type { AssetKind } from '#lib/lineage/schema.ts';
import { digestIn, type EventType, type VersionIdentity } from './domain.ts';
import type { Facet, JobName, ReportedDataset } from './event.ts';
import { maximumBytes } from './limits.ts';
import { redactName } from './redaction.ts';
import { nameText } from './storable.ts';

type Fields = Readonly<Record<string, unknown>>;
type Material = ReportedDataset & { readonly direction: 'material' };

const fields = (value: unknown): Fields | null => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null);
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const fits = (value: string, limit: number) => nameText(value) && Buffer.byteLength(value) <= limit;

function material(kind: AssetKind, namespace: string, name: string, version: Pick<VersionIdentity, 'digest' | 'label'>): Material[] {
  if (!fits(name, maximumBytes.name) || (version.label !== null && !fits(version.label, maximumBytes.label))) return [];
  return [{ direction: 'material', namespace, name, kind, version: { ...version, sizeBytes: null }, facets: [], symlinks: null }];
}

/** One repository has many spellings: without credentials, a closing slash, `.git`, or the page of one file in it. */
const repository = (url: string) => redactName(url).replace(/\/(?:-\/)?(?:blob|tree|raw)\/.*$/, '').replace(/\/+$/, '').replace(/\.git$/, '');

/** A commit names its tree, so it is the version; what ran from a changed working copy is not what the commit holds, and says so. */
function commits(job: JobName, execution: Fields | null, location: Fields | null): Material[] {
  const git = fields(execution?.git);
  const own = text(git?.commit);
  const stated = text(location?.version);
  const unnamed = `${job.name} source`;
  const of = (remote: string | null, commit: string, dirty: boolean) =>
    remote === null ? material('code', job.namespace, unnamed, { digest: null, label: `${commit}${dirty ? '+dirty' : ''}` }) : material('code', 'git', repository(remote), { digest: null, label: `${commit}${dirty ? '+dirty' : ''}` });
  if (own !== null) return of(text(git?.remote) ?? text(location?.repoUrl) ?? text(location?.url), own, git?.dirty === true);
  return stated === null ? [] : of(text(location?.repoUrl) ?? text(location?.url), stated, false);
}

const imageFacets = ['containerImage', 'container_image', 'dockerImage', 'docker_image', 'gatehouse_image'];

/** `{image|name: "registry/name@sha256:…"}`, or a digest beside the name. */
function imageIn(facet: Fields | null): { name: string | null; digest: string } | null {
  if (!facet) return null;
  const reference = text(facet.image) ?? text(facet.name) ?? text(facet.imageName);
  const at = reference === null ? null : /^(.*)@(sha256:[0-9a-f]{64})$/i.exec(reference);
  const digest = digestIn(at?.[2] ?? text(facet.imageDigest) ?? text(facet.digest) ?? '');
  return digest === null ? null : { name: at?.[1] || reference, digest };
}

function images(job: JobName, execution: Fields | null, facets: ReadonlyMap<string, Fields>): Material[] {
  const found = [fields(execution?.container), ...imageFacets.map((name) => facets.get(name) ?? null)].flatMap((facet) => imageIn(facet) ?? []);
  return found.flatMap(({ name, digest }) => (name === null ? material('image', job.namespace, 'container image', { digest, label: null }) : material('image', 'image', redactName(name), { digest, label: null })));
}

/** Parameters become a version by the digest of their canonical JSON (RFC 8785), secrets removed before; progress reports in between say less than the whole. */
function configurations(type: EventType, job: JobName, execution: Fields | null, parameters: Fields | null): Material[] {
  const lock = fields(execution?.packageLock);
  const lockName = text(lock?.name);
  const lockDigest = digestIn(text(lock?.digest) ?? '');
  const locked = lockName === null || lockDigest === null ? [] : material('configuration', job.namespace, lockName, { digest: lockDigest, label: null });
  if (type === 'RUNNING' || type === 'OTHER' || !Array.isArray(parameters?.parameters)) return locked;
  const stated = (parameters.parameters as unknown[]).flatMap((item) => {
    const key = text(fields(item)?.key) ?? text(fields(item)?.name);
    return key === null ? [] : [[key, fields(item)?.value ?? null] as const];
  });
  // As text and back: a number too large for JSON's readers is nothing that JSON can say again.
  if (stated.length === 0) return locked;
  return [...locked, ...material('configuration', job.namespace, `${job.name} parameters`, { digest: digestOf(JSON.parse(JSON.stringify(Object.fromEntries(stated))) as Json), label: null })];
}

/**
 * The code, image and configuration that an event says its run was made of, as further inputs of the run.
 *
 * @param sourceCode the text of the job's sourceCode facet as sent.
 */
export function materialsOf(event: { readonly type: EventType; readonly job: JobName & { readonly facets: readonly Facet[] }; readonly runFacets: readonly Facet[]; readonly sourceCode: string | null }): Material[] {
  const { job, type } = event;
  const facets = new Map<string, Fields>([...job.facets, ...event.runFacets].map(({ name, body }) => [name, body]));
  const execution = facets.get('gatehouse_execution') ?? null;
  return [
    ...commits(job, execution, facets.get('sourceCodeLocation') ?? null),
    ...(event.sourceCode === null || event.sourceCode === '' ? [] : material('code', job.namespace, `${job.name} source code`, { digest: sha256(event.sourceCode), label: null })),
    ...images(job, execution, facets),
    ...configurations(type, job, execution, facets.get('executionParameters') ?? null),
  ];
}
