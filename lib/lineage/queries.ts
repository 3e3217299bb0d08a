// Reading lineage: the graph, the assets, a version with all that is known of it.
import { z } from 'zod';
import { notFound } from '#lib/kernel/errors.ts';
import { csvOf, exported, exportFormat, exportLimit, type ExportFormat } from '#lib/kernel/export.ts';
import { id } from '#lib/kernel/ids.ts';
import { searchText, several, yesNo } from '#lib/kernel/list-input.ts';
import { pageInput, pageOf, pageRequest, toPage, type Page } from '#lib/kernel/page.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { runsByIds } from '#lib/runs/index.ts';
import { graphAround, type Expansion } from './graph.ts';
import { assetDetail, assetKind, assetSorts, assetView, directions, graphView, sightingView, versionDetail, type AssetView, type GraphView, type SightingView } from './schema.ts';
import { assetById, assetPage, assetVersionByDigest, assetVersionById, contradictionsAbout, deploymentsOfDigest, facetsOfAsset, facetsOfNames, facetsOfVersion, modelsOfDigest, sightingPage, sightingsOfVersion } from './store/assets.ts';
import { declaredBy, idsOfNames, namesOfAsset } from './store/names.ts';
import { runsBeside, versionsWithRestrictedRuns } from './store/unified.ts';

/** `up:run:<id>` or `down:version:<id>`. */
const expansion = z.string().regex(/^(up|down):(run|version):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'an expansion is written up:run:<id> or down:version:<id>');

function readExpansion(text: string): Expansion {
  const [way, type, nodeId] = text.split(':');
  return { way: way === 'up' ? 'upstream' : 'downstream', type: type === 'run' ? 'run' : 'version', id: nodeId ?? '' };
}

const edgeRows = (graph: GraphView) => {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  return graph.edges.map(({ from, to }) => ({ from, fromKind: nodes.get(from)?.kind ?? '', fromLabel: nodes.get(from)?.label ?? '', fromDigest: nodes.get(from)?.digest ?? null, to, toKind: nodes.get(to)?.kind ?? '', toLabel: nodes.get(to)?.label ?? '', toDigest: nodes.get(to)?.digest ?? null }));
};

export const getGraph = query({
  name: 'lineage.getGraph',
  summary: 'The lineage around a run, an asset version or an asset, at most 300 nodes',
  input: z.strictObject({
    node: z.string().max(200).describe('`run:<id>`, `version:<id>`, `asset:<id>`, an id alone, or a digest `sha256:…`.'),
    direction: z.enum(directions).default('both'),
    depth: z.coerce.number().int().min(0).max(12).default(2),
    expand: several(expansion),
    format: exportFormat,
  }),
  output: graphView.extend({ format: exportFormat }),
  permission: 'read',
  run: async (tx, input, reader) => {
    const graph = await graphAround(tx, reader.teams, input.node, input.direction, input.depth, (input.expand ?? []).map(readExpansion));
    return graph ? ok({ ...graph, format: input.format }) : notFound('run or asset version');
  },
  http: {
    method: 'GET', path: '/api/v1/lineage/graph', tag: 'Lineage', body: 'none',
    present: ({ format, ...graph }: GraphView & { format: ExportFormat }) => {
      if (format === 'page') return graph;
      const items = edgeRows(graph);
      return exported({ items, newer: null, older: graph.truncated ? 'more' : null, format }, 'lineage', () => csvOf(items, ['from', 'fromKind', 'fromLabel', 'fromDigest', 'to', 'toKind', 'toLabel', 'toDigest']));
    },
  },
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
    const digest = /^(?:sha256:)?([0-9a-f]{64})$/.exec(input.id)?.[1];
    const uuid = z.guid().safeParse(input.id);
    const version = digest ? await assetVersionByDigest(tx, teams, `sha256:${digest}`) : uuid.success ? await assetVersionById(tx, teams, uuid.data) : null;
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
      contradictions: await contradictionsAbout(tx, teams, { versionId: version.id }),
      models: version.digest ? await modelsOfDigest(tx, teams, version.digest) : [],
      deployments: version.digest ? await deploymentsOfDigest(tx, teams, version.digest) : [],
      facets: await facetsOfVersion(tx, teams, version.id),
      nameFacets: await facetsOfNames(tx, teams, version.id),
    });
  },
  http: { method: 'GET', path: '/api/v1/asset-versions/{id}', tag: 'Lineage', body: 'none' },
});
