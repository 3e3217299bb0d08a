// Wire types of assets, their versions and the graph; safe for the browser.
import { z } from 'zod';
import { runView } from '#lib/runs/schema.ts';

export const assetKinds = ['dataset', 'features', 'model', 'evaluation', 'report', 'code', 'configuration', 'image', 'deployment'] as const;
export const assetKind = z.enum(assetKinds);
export type AssetKind = z.infer<typeof assetKind>;

export const directions = ['upstream', 'downstream', 'both'] as const;
export type Direction = (typeof directions)[number];
export type OneWay = 'upstream' | 'downstream';

/** What is drawn: runs and versions; versions joined directly, runs folded into edges; runs joined directly; or columns. */
export const graphShapes = ['all', 'versions', 'runs', 'columns'] as const;
export type GraphShape = (typeof graphShapes)[number];

export const groupings = ['pipeline', 'team'] as const;
export type Grouping = (typeof groupings)[number];

/** A node is named `run:<id>`, `version:<id>`, `deployment:<id>`, `group:<key>` or `column:<…>`; all that a reader may not see is the one node `restricted`. */
export const graphNode = z.object({
  id: z.string(),
  type: z.enum(['run', 'version', 'deployment', 'group', 'column', 'restricted']),
  kind: z.string().describe('The kind of asset; else the type.'),
  label: z.string(),
  detail: z.string().describe('Digest, label, state: one line.'),
  href: z.string().nullable(),
  state: z.string().nullable().describe('Of a run; `contradicted` or `quarantined` of a version; of a group, the worst of its members.'),
  digest: z.string().nullable(),
  at: z.string().nullable(),
  hiddenUpstream: z.number().int().describe('Neighbours that are recorded and not drawn; counted up to 1,000. Of a label that stood for several contents, or a content of several labels, these count too: up to 1,000, and up to 200 where a graph has a hundred of such.'),
  hiddenDownstream: z.number().int(),
  team: z.string().nullable().describe('Of a run, and of what a drawn run produced.'),
  pipeline: z.string().nullable(),
  group: z.string().nullable().describe('The group that it stands in, folded or opened; null where nothing is grouped.'),
  members: z.number().int().describe('Of a folded group: how many nodes it stands for. Else 0.'),
});
export type GraphNode = z.infer<typeof graphNode>;

/** How sure a step by label is: `sole`: one content alone was ever seen under the label. `several`: the label stood for several, so this may be another one. */
export const byLabel = z.enum(['sole', 'several']);
export type ByLabel = z.infer<typeof byLabel>;

export const graphEdge = z.object({ from: z.string(), to: z.string(), folded: z.number().int().describe('How many left out runs, versions or edges it stands for; 0 for an edge as it was reported.'), declared: z.boolean().optional().describe('Of columns: said of the name by an event without a run; no run is known that did it.'), byLabel: byLabel.optional().describe('The one is known by a label alone, the other was seen under that label with a digest: a name for it and nothing that happened. Of an edge that stands for others: all ways that it stands for lead through such a step.') });
export type GraphEdge = z.infer<typeof graphEdge>;

export const graphPath = z.object({
  known: z.boolean().describe('False where `to` names nothing, or nothing that may be seen.'),
  found: z.boolean(),
  complete: z.boolean().describe('False where a bound ended the search, or it passed by neighbours of a crowded node: a path may exist where none was found, a shorter one where one was.'),
  steps: z.number().int().nullable().describe('Edges of the shortest path, runs and versions counted.'),
  looked: z.number().int().describe('How many nodes were looked at.'),
  nodes: z.array(z.string()).describe('The nodes of the shortest paths that are drawn; of a path of more than 280 nodes, the first and the last 140.'),
  ends: z.array(z.string()),
});
export type GraphPath = z.infer<typeof graphPath>;

export const graphView = z.object({
  focus: z.array(z.string()),
  nodes: z.array(graphNode),
  edges: z.array(graphEdge),
  truncated: z.boolean().describe('There is more within the depth that was asked for than may be drawn.'),
  path: graphPath.nullable().describe('The path to `to`; null where none was asked for.'),
  asOf: z.string().nullable(),
});
export type GraphView = z.infer<typeof graphView>;

/** Where a column comes from. `field` null: from the whole dataset. `versionId` null: the run that said so did not report that dataset as an input, or reported several contents of it; or no run said so. */
export const columnSource = z.object({ namespace: z.string(), name: z.string(), field: z.string().nullable(), versionId: z.guid().nullable(), by: z.enum(['run', 'name', 'job']).describe('Who says so: a run that made these bytes; a dataset or job event about the name, without a run; the job that declares to write it.'), how: z.array(z.string()).describe('Transformations, as `DIRECT IDENTITY: description`.') });
export type ColumnSource = z.infer<typeof columnSource>;
export const columnLineage = z.object({
  fields: z.array(z.object({ name: z.string(), type: z.string().nullable().describe('As a schema facet says.'), from: z.array(columnSource) })),
  whole: z.array(columnSource).describe('What affects every column: a filter, a join, an order.'),
  runs: z.array(z.guid()).describe('The runs that reported it, newest first.'),
  truncated: z.boolean(),
});
export type ColumnLineage = z.infer<typeof columnLineage>;

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
  byLabel: z.array(z.object({ versionId: z.guid(), name: z.string().nullable(), digest: z.string().nullable(), label: z.string().nullable(), seenAt: z.string().nullable(), how: byLabel }))
    .describe('Of a version with a digest, what runs of your teams read or wrote by its label alone; of one without, the contents that were seen under its label. The newest 200 of them.'),
  moreByLabel: z.boolean().describe('There are more than those of `byLabel`.'),
  contradictions: z.array(contradictionView),
  models: z.array(z.object({ name: z.string(), version: z.number().int() })),
  deployments: z.array(z.object({ id: z.guid(), environment: z.string(), endpoint: z.string(), deployedAt: z.string() })),
  facets: z.array(z.object({ name: z.string(), body: anyObject, runId: z.guid(), direction: z.enum(['input', 'output', 'material']), at: z.string() })).describe('What runs said of it, newest first; one of each name.'),
  nameFacets: z.array(z.object({ name: z.string(), body: anyObject, assetId: z.guid(), asset: z.string() })).describe('What dataset and job events said of its names, without a run.'),
});
export type VersionDetail = z.infer<typeof versionDetail>;
