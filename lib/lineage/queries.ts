// Reading lineage: the graph, the assets, a version with all that is known of it.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { csvOf, exported, exportFormat, exportLimit, type ExportFormat } from '#lib/kernel/export.ts';
import { id } from '#lib/kernel/ids.ts';
import { searchText, several, timeRange, yesNo } from '#lib/kernel/list-input.ts';
import { pageInput, pageOf, pageRequest, toPage, type Page } from '#lib/kernel/page.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { runsByIds } from '#lib/runs/index.ts';
import { columnsOf } from './columns.ts';
import { graphFile, graphFormats, graphParts, type GraphFormat, type GraphPart } from './exports.ts';
import { graphAround, type Expansion } from './graph.ts';
import { assetDetail, assetKind, assetSorts, assetView, columnLineage, directions, graphShapes, graphView, groupings, sightingView, versionDetail, type AssetView, type GraphView, type SightingView } from './schema.ts';
import { assetById, assetPage, assetVersionByDigest, assetVersionById, contradictionsAbout, deploymentsOfDigest, facetsOfAsset, facetsOfNames, facetsOfVersion, modelsOfDigest, sightingPage, sightingsOfVersion } from './store/assets.ts';
import { labelSteps } from './store/labels.ts';
import { declaredBy, idsOfNames, namesOfAsset } from './store/names.ts';
import { versionNodes } from './store/nodes.ts';
import { runsBeside, versionsWithRestrictedRuns } from './store/unified.ts';

/** `up:run:<id>` or `down:version:<id>`. */
const expansion = z.string().regex(/^(up|down):(run|version):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'an expansion is written up:run:<id> or down:version:<id>');

function readExpansion(text: string): Expansion {
  const [way, type, nodeId] = text.split(':');
  return { way: way === 'up' ? 'upstream' : 'downstream', type: type === 'run' ? 'run' : 'version', id: nodeId ?? '' };
}

/** What else a version is by its label, as far as the reader may see it. */
async function byLabelOf(tx: ReadTx, teams: TeamFilter, id: string) {
  const { steps, cut } = await labelSteps(tx, teams, [id]);
  const shown = steps.filter(({ content, visible, read, written }) => visible && (content !== id || read === 'seen' || written === 'seen'));
  const how = new Map(shown.map(({ content, label, sole }) => [content === id ? label : content, sole ? ('sole' as const) : ('several' as const)]));
  // Their ids begin with the time when they were first seen.
  const newest = [...how.keys()].sort().reverse().slice(0, mostByLabel);
  const nodes = new Map((await versionNodes(tx, teams, newest)).map((node) => [node.id, node]));
  const byLabel = newest.flatMap((versionId) => {
    const node = nodes.get(versionId);
    return node ? [{ versionId, name: node.name, digest: node.digest, label: node.label, seenAt: node.seenAt, how: how.get(versionId) ?? ('several' as const) }] : [];
  });
  return { byLabel, moreByLabel: cut.size > 0 || how.size > mostByLabel };
}

const mostByLabel = 200;

/** A version by id or digest, with or without its algorithm. */
async function versionNamed(tx: ReadTx, teams: TeamFilter, name: string) {
  const digest = /^(?:sha256:)?([0-9a-f]{64})$/.exec(name)?.[1];
  const uuid = z.guid().safeParse(name);
  return digest ? assetVersionByDigest(tx, teams, `sha256:${digest}`) : uuid.success ? assetVersionById(tx, teams, uuid.data) : null;
}

const step = z.coerce.number().int().min(0).max(12);

/** What the graph is asked; `depth` counts for the ways that `up` and `down` leave open, and `direction` closes one. */
const graphInput = z.strictObject({
  node: z.string().max(200).describe('`run:<id>`, `version:<id>`, `asset:<id>`, `deployment:<id>`, an id alone, or a digest `sha256:…`.'),
  direction: z.enum(directions).default('both').describe('Of `up` and `down`, the one that is not given is 0 where this points the other way, else `depth`.'),
  depth: step.default(2),
  up: step.optional().describe('Steps upstream.'),
  down: step.optional().describe('Steps downstream.'),
  shape: z.enum(graphShapes).default('all').describe('`all`: runs and versions, a step is from one to the other. `versions`: versions joined directly, runs folded into edges. `runs`: runs joined directly. `columns`: the columns of data, as `columnLineage` and `lineage` facets tell them.'),
  asOf: timeRange.from.describe('Only what had been received by this moment, the states of runs as they were known then, and deployments in force then. Names are those received by then; a quarantine is always today\'s.'),
  to: z.string().max(200).optional().describe('A second node, named like `node`: the shortest paths to it, along the flow in either direction. Searched among 60,000 nodes, and no step is begun after 1.5 s; `path.complete` says whether that ended the search.'),
  around: yesNo.describe('With `to`: also what is around `node`.'),
  group: z.enum(groupings).optional().describe('Folds runs and what they produced into one node for each pipeline or team. Before folding, up to 900 nodes are walked.'),
  open: several(z.string().regex(/^[0-9a-f]{12}$/, 'a group is named by the 12 digits after `group:`')).describe('Groups that are drawn member by member.'),
  expand: several(expansion).describe('Nodes to follow one step further: `up:run:<id>` or `down:version:<id>`.'),
  format: z.enum(graphFormats).default('page').describe('`dot`: Graphviz.'),
  part: z.enum(graphParts).default('edges').describe('What a CSV or JSON file holds.'),
});

type GraphAnswer = GraphView & { format: GraphFormat; part: GraphPart };

export const getGraph = query({
  name: 'lineage.getGraph',
  summary: 'The lineage around a run, an asset version, an asset or a deployment, or the path between two: at most 300 nodes',
  input: graphInput,
  output: graphView.extend({ format: z.enum(graphFormats), part: z.enum(graphParts) }),
  permission: 'read',
  run: async (tx, input, reader) => {
    const { direction, depth } = input;
    const graph = await graphAround(tx, reader.teams, {
      node: input.node, up: input.up ?? (direction === 'downstream' ? 0 : depth), down: input.down ?? (direction === 'upstream' ? 0 : depth), expansions: (input.expand ?? []).map(readExpansion),
      shape: input.shape, asOf: input.asOf ?? null, to: input.to ?? null, around: input.around ?? false, group: input.group ?? null, open: input.open ?? [],
    });
    return graph ? ok({ ...graph, format: input.format, part: input.part }) : notFound('run or asset version');
  },
  http: {
    method: 'GET', path: '/api/v1/lineage/graph', tag: 'Lineage', body: 'none',
    present: ({ format, part, ...graph }: GraphAnswer) => (format === 'page' ? graph : graphFile(graph, format, part)),
  },
});

export const getColumns = query({
  name: 'lineage.getColumns',
  summary: 'Where the columns of a version come from, as the runs that produced it reported',
  input: z.strictObject({ id: z.string().max(80).describe('An id or a digest.'), asOf: timeRange.from }),
  output: columnLineage,
  permission: 'read',
  run: async (tx, input, reader) => {
    const version = await versionNamed(tx, reader.teams, input.id);
    return version ? ok(await columnsOf(tx, { teams: reader.teams, asOf: input.asOf ?? null }, version.id)) : notFound('asset version');
  },
  http: { method: 'GET', path: '/api/v1/asset-versions/{id}/columns', tag: 'Lineage', body: 'none' },
});

const flatAsset = (asset: AssetView) => ({ id: asset.id, namespace: asset.namespace, name: asset.name, kind: asset.kind, team: asset.team.name, createdAt: asset.createdAt, versions: asset.versions, contradictions: asset.contradictions, latestDigest: asset.latest?.digest ?? null, latestLabel: asset.latest?.label ?? null, latestSeenAt: asset.latest?.seenAt ?? null });

export const listAssets = query({
  name: 'lineage.listAssets',
  summary: 'Datasets, features, models and whatever else runs consumed or produced',
  input: z.strictObject({
    ...pageInput, kind: several(assetKind), namespace: several(z.string().max(600)), team: several(id), q: searchText, contradicted: yesNo, sort: z.enum(assetSorts).default('name'), format: exportFormat,
  }),
  output: pageOf(assetView).extend({ format: exportFormat }),
  permission: 'read',
  run: async (tx, input, reader) => {
    const request = pageRequest({ ...input, limit: input.format === 'page' ? input.limit : exportLimit }, input.sort);
    if (!request.ok) return request;
    const { kind, namespace, team, q, contradicted, sort, format } = input;
    const rows = await assetPage(tx, reader.teams, { kinds: kind, namespaces: namespace, teamIds: team, text: q || undefined, contradicted }, sort, request.value);
    return ok({ ...toPage(rows, request.value, (asset) => ({ value: null, id: asset.id }), (asset) => asset), format });
  },
  http: {
    method: 'GET', path: '/api/v1/assets', tag: 'Lineage', body: 'none',
    present: (page: Page<AssetView> & { format: ExportFormat }) =>
      exported(page, 'assets', () => csvOf(page.items.map(flatAsset), ['id', 'namespace', 'name', 'kind', 'team', 'createdAt', 'versions', 'contradictions', 'latestDigest', 'latestLabel', 'latestSeenAt'])),
  },
});

export const getAsset = query({
  name: 'lineage.getAsset',
  summary: 'One asset: what is said of its name, and contradictions',
  input: z.strictObject({ id }),
  output: assetDetail,
  permission: 'read',
  run: async (tx, input, reader) => {
    const asset = await assetById(tx, reader.teams, input.id);
    if (!asset) return notFound('asset');
    const ids = await idsOfNames(tx, asset.id);
    return ok({
      asset,
      facets: await facetsOfAsset(tx, asset.id),
      contradictions: await contradictionsAbout(tx, reader.teams, { assetIds: ids }),
      names: await namesOfAsset(tx, reader.teams, asset.id, ids),
      declaredBy: await declaredBy(tx, reader.teams, ids),
    });
  },
  http: { method: 'GET', path: '/api/v1/assets/{id}', tag: 'Lineage', body: 'none' },
});

export const listAssetVersions = query({
  name: 'lineage.listAssetVersions',
  summary: 'The versions of one asset, newest first',
  input: z.strictObject({ id, ...pageInput, sort: z.literal('-firstSeenAt').default('-firstSeenAt'), format: exportFormat }),
  output: pageOf(sightingView).extend({ format: exportFormat }),
  permission: 'read',
  run: async (tx, input, reader) => {
    const request = pageRequest({ ...input, limit: input.format === 'page' ? input.limit : exportLimit }, input.sort);
    if (!request.ok) return request;
    if (!(await assetById(tx, reader.teams, input.id))) return notFound('asset');
    const rows = await sightingPage(tx, reader.teams, await idsOfNames(tx, input.id), request.value);
    return ok({ ...toPage(rows, request.value, (row) => ({ value: row.firstSeenAt, id: row.versionId }), (row) => row), format: input.format });
  },
  http: {
    method: 'GET', path: '/api/v1/assets/{id}/versions', tag: 'Lineage', body: 'none',
    present: (page: Page<SightingView> & { format: ExportFormat }) =>
      exported(page, 'versions', () => csvOf(page.items, ['versionId', 'digest', 'labels', 'sizeBytes', 'quarantined', 'contradicted', 'firstSeenAt', 'firstRunId'])),
  },
});

const mostRuns = 50;

export const getAssetVersion = query({
  name: 'lineage.getAssetVersion',
  summary: 'One version, by id or digest: its names and labels, the runs that produced and consumed it, contradictions, where it runs',
  input: z.strictObject({ id: z.string().max(80) }),
  output: versionDetail,
  permission: 'read',
  run: async (tx, input, reader) => {
    const { teams } = reader;
    const version = await versionNamed(tx, teams, input.id);
    if (!version) return notFound('asset version');
    const producers = await runsBeside(tx, teams, [version.id], 'upstream', mostRuns + 1);
    const consumers = await runsBeside(tx, teams, [version.id], 'downstream', mostRuns + 1);
    const runs = (links: readonly { runId: string }[]) => runsByIds(tx, teams, links.slice(0, mostRuns).map((link) => link.runId));
    return ok({
      ...version,
      sightings: await sightingsOfVersion(tx, teams, version.id),
      producers: await runs(producers),
      consumers: await runs(consumers),
      moreProducers: producers.length > mostRuns,
      moreConsumers: consumers.length > mostRuns,
      restricted: (await versionsWithRestrictedRuns(tx, teams, [version.id])).length > 0,
      ...(await byLabelOf(tx, teams, version.id)),
      contradictions: await contradictionsAbout(tx, teams, { versionId: version.id }),
      models: version.digest ? await modelsOfDigest(tx, teams, version.digest) : [],
      deployments: version.digest ? await deploymentsOfDigest(tx, teams, version.digest) : [],
      facets: await facetsOfVersion(tx, teams, version.id),
      nameFacets: await facetsOfNames(tx, teams, version.id),
    });
  },
  http: { method: 'GET', path: '/api/v1/asset-versions/{id}', tag: 'Lineage', body: 'none' },
});
