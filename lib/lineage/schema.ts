// Wire types of assets, their versions and the graph; safe for the browser.
import { z } from 'zod';
import { runView } from '#lib/runs/schema.ts';

export const assetKinds = ['dataset', 'features', 'model', 'evaluation', 'report', 'code', 'configuration', 'image', 'deployment'] as const;
export const assetKind = z.enum(assetKinds);
export type AssetKind = z.infer<typeof assetKind>;

export const directions = ['upstream', 'downstream', 'both'] as const;
export type Direction = (typeof directions)[number];
export type OneWay = 'upstream' | 'downstream';

/** A node is named `run:<id>`, `version:<id>` or `deployment:<id>`; all that a reader may not see is the one node `restricted`. */
export const graphNode = z.object({
  id: z.string(),
  type: z.enum(['run', 'version', 'deployment', 'restricted']),
  kind: z.string().describe('The kind of asset; else the type.'),
  label: z.string(),
  detail: z.string().describe('Digest, label, state: one line.'),
  href: z.string().nullable(),
  state: z.string().nullable().describe('Of a run; `contradicted` or `quarantined` of a version.'),
  digest: z.string().nullable(),
  at: z.string().nullable(),
  hiddenUpstream: z.number().int().describe('Neighbours that are recorded and not drawn; counted up to 1,000.'),
  hiddenDownstream: z.number().int(),
});
export type GraphNode = z.infer<typeof graphNode>;

export const graphEdge = z.object({ from: z.string(), to: z.string() });
export type GraphEdge = z.infer<typeof graphEdge>;

export const graphView = z.object({
  focus: z.array(z.string()),
  nodes: z.array(graphNode),
  edges: z.array(graphEdge),
  truncated: z.boolean().describe('There is more within the depth that was asked for than may be drawn.'),
});
export type GraphView = z.infer<typeof graphView>;

export const assetSorts = ['name', '-name', '-created', 'created'] as const;
export type AssetSort = (typeof assetSorts)[number];

export const assetView = z.object({
  id: z.guid(),
  namespace: z.string(),
  name: z.string(),
  kind: assetKind,
  team: z.object({ id: z.guid(), name: z.string() }),
  createdAt: z.string(),
  versions: z.number().int().describe('Those told by digest or label, counted up to 1,000.'),
  latest: z.object({ versionId: z.guid(), digest: z.string().nullable(), label: z.string().nullable(), seenAt: z.string(), sizeBytes: z.number().nullable(), quarantined: z.boolean() }).nullable(),
  contradictions: z.number().int(),
});
export type AssetView = z.infer<typeof assetView>;

export const sightingView = z.object({
  assetId: z.guid(), namespace: z.string(), name: z.string(), kind: assetKind,
  versionId: z.guid(), digest: z.string().nullable(), labels: z.array(z.string()), sizeBytes: z.number().nullable(), quarantined: z.boolean(), contradicted: z.boolean(),
  firstSeenAt: z.string(), firstRunId: z.guid().nullable(),
});
export type SightingView = z.infer<typeof sightingView>;

export const contradictionView = z.object({
  id: z.guid(), kind: z.enum(['label_changed_digest', 'attested_digest_differs', 'registry_differs']), at: z.string(), assetId: z.guid().nullable(), asset: z.string().nullable(), label: z.string().nullable(),
  first: z.object({ versionId: z.guid(), digest: z.string().nullable() }).nullable(), second: z.object({ versionId: z.guid(), digest: z.string().nullable() }).nullable(), runId: z.guid().nullable(),
});
export type ContradictionView = z.infer<typeof contradictionView>;

const anyObject = z.record(z.string(), z.unknown());

const otherName = z.object({ assetId: z.guid(), namespace: z.string(), name: z.string(), team: z.string() });
export const assetNames = z.object({
  sameAs: z.array(otherName).describe('All names of the same thing, itself among them, in the order of their bytes.'),
  claims: z.array(z.object({ namespace: z.string(), name: z.string(), type: z.string(), assetId: z.guid().nullable(), standing: z.enum(['same', 'not_confirmed', 'not_reported']) })).describe('What its own team says it is called too: in force; of another team that does not say so; or a name that no event spoke of.'),
  claimedBy: z.array(otherName.extend({ type: z.string() })).describe('Names whose teams say that they are this one, which its own team does not.'),
});
export type AssetNames = z.infer<typeof assetNames>;

export const declaredByJob = z.object({ jobId: z.guid(), namespace: z.string(), name: z.string(), team: z.string(), direction: z.enum(['input', 'output']), at: z.string(), hasRun: z.boolean() });
export type DeclaredBy = z.infer<typeof declaredByJob>;

export const assetDetail = z.object({
  asset: assetView, facets: anyObject, contradictions: z.array(contradictionView), names: assetNames,
  declaredBy: z.array(declaredByJob).describe('Jobs whose job events say that they read or write it, whether they ran or not.'),
});
export type AssetDetail = z.infer<typeof assetDetail>;

export const versionDetail = z.object({
  id: z.guid(),
  digest: z.string().nullable(),
  label: z.string().nullable(),
  sizeBytes: z.number().nullable(),
  quarantined: z.boolean(),
  sightings: z.array(sightingView),
  producers: z.array(runView),
  consumers: z.array(runView),
  moreProducers: z.boolean(),
  moreConsumers: z.boolean(),
  restricted: z.boolean().describe('Runs of teams that you may not see produced or consumed it too.'),
  contradictions: z.array(contradictionView),
  models: z.array(z.object({ name: z.string(), version: z.number().int() })),
  deployments: z.array(z.object({ id: z.guid(), environment: z.string(), endpoint: z.string(), deployedAt: z.string() })),
  facets: z.array(z.object({ name: z.string(), body: anyObject, runId: z.guid(), direction: z.enum(['input', 'output', 'material']), at: z.string() })).describe('What runs said of it, newest first; one of each name.'),
  nameFacets: z.array(z.object({ name: z.string(), body: anyObject, assetId: z.guid(), asset: z.string() })).describe('What dataset and job events said of its names, without a run.'),
});
export type VersionDetail = z.infer<typeof versionDetail>;
