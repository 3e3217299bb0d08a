// What the portal must know after send.py: states, edges, facets, and that no secret was kept. Asked through the API, as anybody would.
import { readFacet } from '#lib/lineage/facets/index.ts';

export type Sent = { readonly runs: { readonly dag: string; readonly clean: string; readonly train: string; readonly 'train-again': string; readonly failed: string; readonly many: readonly string[] }; readonly asynchronous: { readonly success: number; readonly failed: number; readonly done: boolean } };
export type Check = { readonly name: string; readonly holds: boolean; readonly found: string };

type Edge = { name: string; digest: string | null; kind: string; facets: Record<string, unknown> };
type Run = { run: { state: string; startedAt: string; endedAt: string | null; stages: { total: number } | null }; parent: { id: string } | null; inputs: Edge[]; outputs: Edge[]; materials: Edge[]; error: { message: string } | null; environment: { name: string; value: string }[]; runFacets: Record<string, unknown>; jobFacets: Record<string, unknown>; eventCount: number };
type Graph = { nodes: { id: string; label: string; kind: string; digest: string | null }[]; edges: { from: string; to: string }[] };
type Asset = { items: { id: string; name: string; kind: string }[] };
type AssetDetail = { facets: Record<string, unknown>; declaredBy: { name: string; direction: string; hasRun: boolean }[]; names: { claims: { name: string }[] } };

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

/** @param get asks the portal for a path and answers with its JSON. */
export async function checkGraph(sent: Sent, get: (path: string) => Promise<unknown>): Promise<Check[]> {
  const checks: Check[] = [];
  const check = (name: string, found: unknown, wanted: unknown) => checks.push({ name, holds: JSON.stringify(found) === JSON.stringify(wanted), found: JSON.stringify(found) });
  const runOf = async (id: string) => (await get(`/api/v1/runs/${id}`)) as Run;
  const named = (edges: readonly Edge[]) => edges.map((edge) => [edge.name, edge.digest]);
  const assetOf = async (name: string) => ((await get(`/api/v1/assets?q=${name}`)) as Asset).items.find((asset) => asset.name === name)?.id ?? '';

  const clean = await runOf(sent.runs.clean);
  check('a packed run is complete, from its START to its COMPLETE', [clean.run.state, clean.run.startedAt, clean.run.endedAt], ['complete', '2026-03-01T10:00:01.123Z', '2026-03-01T10:00:09.123Z']);
  check('it has its input and output by digest', [named(clean.inputs), named(clean.outputs)], [[['raw', digest('a')]], [['clean', digest('b')]]]);
  check('its commit is code that it was made of', clean.materials.map((edge) => [edge.kind, edge.name]), [['code', 'https://git.example/flights']]);
  check('it belongs to its parent', clean.parent?.id, sent.runs.dag);
  check('the value of a secret variable is nowhere', [clean.environment, JSON.stringify(clean).includes('correct-horse')], [[{ name: 'REGION', value: 'west' }, { name: 'DATABASE_PASSWORD', value: '[redacted]' }], false]);
  const facets = [clean.runFacets, clean.jobFacets, ...[...clean.inputs, ...clean.outputs].map((edge) => edge.facets)].flatMap((each) => Object.entries(each));
  check('every facet of it is understood', facets.flatMap(([name, body]) => (readFacet(name, body).state === 'read' ? [] : [name])).sort(), []);
  check('and none is lost', facets.map(([name]) => name).sort(), [
    'catalog', 'columnLineage', 'dataSource', 'environmentVariables', 'externalQuery', 'extractionError', 'hierarchy', 'inputFacets.dataQualityAssertions', 'inputFacets.dataQualityMetrics', 'inputFacets.inputStatistics', 'inputFacets.subset', 'jobDependencies', 'jobType', 'lifecycleStateChange', 'nominalTime',
    'outputFacets.outputStatistics', 'outputFacets.subset', 'ownership', 'ownership', 'parent', 'processing_engine', 'schema', 'sourceCodeLocation', 'sql', 'storage', 'symlinks', 'tags', 'tags', 'version', 'version',
  ]);

  const [train, again] = [await runOf(sent.runs.train), await runOf(sent.runs['train-again'])];
  check('the same job with other inputs keeps each run’s own', [named(train.inputs), named(again.inputs)], [[['clean', digest('b')]], [['clean', digest('d')]]]);
  check('an event sent twice is one', train.eventCount, 2);
  check('the outputs are models', [...train.outputs, ...again.outputs].map((edge) => edge.kind), ['model', 'model']);
  check('the same parameters are one configuration', new Set([...train.materials, ...again.materials].map((edge) => edge.digest)).size, 1);
  check('the parent has three stages', (await runOf(sent.runs.dag)).run.stages?.total, 3);

  const failed = await runOf(sent.runs.failed);
  check('a FAIL without datasets keeps the input and says why', [failed.run.state, named(failed.inputs), failed.error?.message], ['failed', [['clean', digest('b')]], 'no space left']);

  const graph = (await get(`/api/v1/lineage/graph?node=${encodeURIComponent(digest('c'))}&direction=upstream&depth=4`)) as Graph;
  const label = (id: string) => { const node = graph.nodes.find((each) => each.id === id); return node?.digest ? `${node.label}@${node.digest.slice(7, 8)}` : (node?.label ?? '?'); };
  const edges = graph.edges.map((edge) => `${label(edge.from)} → ${label(edge.to)}`).filter((edge) => !edge.includes('parameters')).sort();
  check('the model leads back to the raw data and the code', edges, ['clean@b → flights.train', 'flights.clean → clean@b', 'flights.train → model@c', 'https://git.example/flights → flights.clean', 'raw@a → flights.clean']);

  const cleanAsset = (await get(`/api/v1/assets/${await assetOf('clean')}`)) as AssetDetail;
  check('a job event declares, and makes no edge', cleanAsset.declaredBy.map((job) => [job.name, job.direction, job.hasRun]), [['flights.planned', 'input', false]]);
  const rawAsset = (await get(`/api/v1/assets/${await assetOf('raw')}`)) as AssetDetail;
  check('a symlink is kept', rawAsset.names.claims.map((claim) => claim.name), ['shop.raw']);
  const described = (await get(`/api/v1/assets/${await assetOf('described')}`)) as AssetDetail;
  check('a dataset event describes', Object.keys(described.facets).sort(), ['documentation', 'version']);

  check('the asynchronous transport delivered everything', [sent.asynchronous.success, sent.asynchronous.failed, sent.asynchronous.done], [200, 0, true]);
  const many = await Promise.all(sent.runs.many.map(runOf));
  check('and all of its runs are complete with their input', new Set(many.map((each) => JSON.stringify([each.run.state, named(each.inputs)]))).size === 1 && many[0]?.run.state, 'complete');
  return checks;
}
