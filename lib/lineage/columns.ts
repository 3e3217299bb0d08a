// Column lineage: from which columns each column of some data came, and into which it went, as runs reported it, and as events without a run say of names.
import { createHash } from 'node:crypto';
import type { ReadTx } from '#lib/db/client.ts';
import { columnsOfDatasetFacet, columnsOfJobFacet, type ColumnMapping } from './column-facets.ts';
import { plainNode } from './draw.ts';
import { schema as schemaFacet } from './facets/dataset.ts';
import type { ColumnLineage, ColumnSource, GraphEdge, GraphNode, GraphView } from './schema.ts';
import { columnFacets, columnFacetsOfNames, namedEdges, namesCalled, visibleAssets, type ColumnFacet, type NameKey } from './store/columns.ts';
import { sightingNames, versionNodes } from './store/nodes.ts';
import { runsBeside, versionsBeside } from './store/unified.ts';
import { beginWalk, mostNodes, mostWalked, walk, type NodeRef, type Scope } from './walking.ts';

const mostProducers = 50;

/** A mapping with the version that it is about and the version that it comes from; that is null where the run did not report it as an input, or reported several, and where no run speaks at all. */
type Resolved = { readonly runId: string | null; readonly by: ColumnSource['by']; readonly versionId: string; readonly mapping: ColumnMapping; readonly from: string | null };
type Column = { readonly versionId: string; readonly name: string; readonly type: string | null };
type Said = { readonly mappings: readonly Resolved[]; /** Columns that a schema names, whether anything is said of where they come from or not. */ readonly columns: readonly Column[]; readonly cut: boolean };

const keyOf = (...parts: readonly (string | null)[]) => JSON.stringify(parts);

function columnsOfSchema(versionId: string, body: unknown): Column[] {
  const read = schemaFacet.safeParse(body);
  return read.success ? read.data.fields.filter((field) => field.depth === 0).map(({ name, type }) => ({ versionId, name, type })) : [];
}

/** The versions that runs knew under names, their other names among them. */
async function versionsByName(tx: ReadTx, runIds: readonly string[], names: readonly NameKey[]): Promise<(runId: string, direction: 'input' | 'output', of: NameKey) => readonly string[]> {
  const edges = await namedEdges(tx, runIds);
  const byName = Map.groupBy(edges, (edge) => keyOf(edge.runId, edge.direction, edge.namespace, edge.name));
  const unknown = new Map<string, NameKey>();
  const reported = new Set(edges.map((edge) => keyOf(edge.namespace, edge.name)));
  for (const one of names) if (!reported.has(keyOf(one.namespace, one.name)) || runIds.some((id) => !byName.has(keyOf(id, 'input', one.namespace, one.name)))) unknown.set(keyOf(one.namespace, one.name), one);
  const called = Map.groupBy(await namesCalled(tx, [...unknown.values()].slice(0, mostNamesResolved)), (one) => keyOf(one.namespace, one.name));
  const byAsset = Map.groupBy(edges, (edge) => keyOf(edge.runId, edge.direction, edge.assetId));
  return (runId, direction, { namespace, name }) => {
    const found = byName.get(keyOf(runId, direction, namespace, name)) ?? (called.get(keyOf(namespace, name)) ?? []).flatMap(({ assetId }) => byAsset.get(keyOf(runId, direction, assetId)) ?? []);
    const exact = found.filter((edge) => edge.exact);
    return [...new Set((exact.length > 0 ? exact : found).map((edge) => edge.versionId))];
  };
}

/** More names than this are taken as they stand. */
const mostNamesResolved = 2000;

/** What these runs said of the columns of these versions. */
async function saidByRuns(tx: ReadTx, runIds: readonly string[], versionIds: readonly string[]): Promise<Said> {
  const { facets, cut } = await columnFacets(tx, runIds, versionIds);
  if (facets.length === 0) return { mappings: [], columns: [], cut };
  const columns = facets.flatMap(({ name, versionId, body }) => (name === 'schema' && versionId !== null ? columnsOfSchema(versionId, body) : []));
  const read = facets.flatMap((facet): { facet: ColumnFacet; runId: string; target: NameKey | null; mappings: readonly ColumnMapping[] }[] => {
    const { runId, versionId, body } = facet;
    if (facet.name === 'schema' || runId === null) return [];
    return versionId === null ? columnsOfJobFacet(body).map(({ target, mappings }) => ({ facet, runId, target, mappings })) : [{ facet, runId, target: null, mappings: columnsOfDatasetFacet(body) }];
  });
  const names = read.flatMap(({ target, mappings }) => [...(target === null ? [] : [target]), ...mappings.map((mapping) => mapping.input)]);
  const versionsOf = await versionsByName(tx, [...new Set(read.map((one) => one.runId))], [...new Map(names.map((one) => [keyOf(one.namespace, one.name), one])).values()]);
  const wanted = new Set(versionIds);
  const mappings = read.flatMap(({ facet, runId, target, mappings: found }): Resolved[] => {
    const targets = (target === null ? [facet.versionId ?? ''] : versionsOf(runId, 'output', target)).filter((id) => wanted.has(id));
    return targets.flatMap((versionId) => found.map((mapping): Resolved => {
      // Of two contents under one name, the facet does not say which.
      const [only, ...others] = versionsOf(runId, 'input', mapping.input);
      return { runId, by: 'run', versionId, mapping, from: only === undefined || others.length > 0 ? null : only };
    }));
  });
  return { mappings, columns, cut };
}

/** What events without a run said of the columns of these versions' names. When it was received is not kept, so of the past nothing is said. */
async function saidOfNames(tx: ReadTx, scope: Scope, versionIds: readonly string[]): Promise<Said> {
  if (scope.asOf !== null) return { mappings: [], columns: [], cut: false };
  const { facets, cut } = await columnFacetsOfNames(tx, scope.teams, versionIds);
  if (facets.length === 0) return { mappings: [], columns: [], cut };
  const columns = facets.flatMap(({ name, versionId, body }) => (name === 'schema' && versionId !== null ? columnsOfSchema(versionId, body) : []));
  const ofJobs = facets.filter((facet) => facet.by === 'job');
  const seenAs = new Map<string, Set<string>>();
  if (ofJobs.length > 0) {
    for (const { versionId, namespace, name } of await sightingNames(tx, [...new Set(ofJobs.flatMap((facet) => facet.versionId ?? []))])) seenAs.set(versionId, (seenAs.get(versionId) ?? new Set()).add(keyOf(namespace, name)));
  }
  const mappings = facets.flatMap(({ name, by, versionId, body }): Resolved[] => {
    if (name === 'schema' || versionId === null) return [];
    const found = by === 'job' ? columnsOfJobFacet(body).flatMap(({ target, mappings: each }) => (seenAs.get(versionId)?.has(keyOf(target.namespace, target.name)) === true ? each : [])) : columnsOfDatasetFacet(body);
    return found.map((mapping): Resolved => ({ runId: null, by, versionId, mapping, from: null }));
  });
  return { mappings, columns, cut };
}

/** What runs said, and besides what was said of the names alone: where both say the same of a column, the run is believed to know the version. */
async function said(tx: ReadTx, scope: Scope, runIds: readonly string[], versionIds: readonly string[]): Promise<Said> {
  const [byRuns, ofNames] = [await saidByRuns(tx, runIds, versionIds), await saidOfNames(tx, scope, versionIds)];
  const named = ({ versionId, mapping: { field, input } }: Resolved) => keyOf(versionId, field, input.namespace, input.name, input.field);
  const known = new Set(byRuns.mappings.map(named));
  return { mappings: [...byRuns.mappings, ...ofNames.mappings.filter((one) => !known.has(named(one)))], columns: [...byRuns.columns, ...ofNames.columns], cut: byRuns.cut || ofNames.cut };
}

const sourceKey = ({ mapping: { input }, from }: Resolved) => JSON.stringify([from ?? [input.namespace, input.name], input.field]);

/** The columns of one version, with where each comes from. The caller has checked that the version may be seen. */
export async function columnsOf(tx: ReadTx, scope: Scope, versionId: string): Promise<ColumnLineage> {
  const producers = (await runsBeside(tx, scope.teams, [versionId], 'upstream', mostProducers, scope.asOf)).map((link) => link.runId).sort().reverse().slice(0, mostProducers);
  const { mappings, columns, cut } = await said(tx, scope, producers, [versionId]);
  const fields = new Map<string | null, Map<string, ColumnSource>>();
  for (const one of mappings) {
    const { field, input } = one.mapping;
    const sources = fields.get(field) ?? new Map<string, ColumnSource>();
    fields.set(field, sources);
    const known = sources.get(sourceKey(one));
    sources.set(sourceKey(one), { namespace: input.namespace, name: input.name, field: input.field, versionId: one.from, by: known?.by ?? one.by, how: [...new Set([...(known?.how ?? []), ...input.how])].slice(0, 10) });
  }
  const types = new Map<string, string | null>();
  for (const { name, type } of columns) {
    if (!types.has(name)) types.set(name, type);
    if (!fields.has(name)) fields.set(name, new Map());
  }
  const most = 1000;
  const named = [...fields].filter((entry): entry is [string, Map<string, ColumnSource>] => entry[0] !== null);
  return {
    fields: named.slice(0, most).map(([name, sources]) => ({ name, type: types.get(name) ?? null, from: [...sources.values()].slice(0, 100) })),
    whole: [...(fields.get(null)?.values() ?? [])].slice(0, 100),
    runs: [...new Set(mappings.flatMap((one) => one.runId ?? []))],
    truncated: cut || named.length > most || [...fields.values()].some((sources) => sources.size > 100),
  };
}

const whole = '(every column)';
const short = (...parts: readonly (string | null)[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);

/** The columns that those of the focus came from and went into, within so many steps from data to data. */
export async function columnGraph(tx: ReadTx, scope: Scope, focus: readonly NodeRef[], up: number, down: number): Promise<GraphView> {
  const runFocus = focus.filter((node) => node.type === 'run').map((node) => node.id);
  const made = await versionsBeside(tx, scope.teams, runFocus, 'downstream', 20, scope.asOf);
  const starts = [...focus.filter((node) => node.type === 'version'), ...made.map((link): NodeRef => ({ type: 'version', id: link.versionId }))];
  const walked = beginWalk('versions', mostWalked);
  for (const start of starts) walked.versions.add(start.id);
  // The producers are always asked: the columns of the data itself are told by them.
  await walk(tx, scope, starts, { upstream: Math.max(up, 1), downstream: down }, walked);
  const versionIds = [...walked.versions];
  const { mappings, cut } = await said(tx, scope, [...walked.passed.run], versionIds);
  // A source that is no version of this walk is a name; it leads to that name where the reader may see it.
  const unresolved = [...new Map(mappings.filter((one) => one.from === null).map(({ mapping: { input } }) => [keyOf(input.namespace, input.name), input])).values()].slice(0, mostNamesResolved);
  const assetOf = new Map((await visibleAssets(tx, scope.teams, unresolved)).map((one) => [keyOf(one.namespace, one.name), one.assetId]));
  const names = new Map((await versionNodes(tx, scope.teams, versionIds, scope.asOf)).map((version) => [version.id, version]));

  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const column = (versionId: string | null, namespace: string, name: string, field: string | null): string => {
    const version = versionId === null ? undefined : names.get(versionId);
    const id = `column:${versionId === null ? short(namespace, name, field) : `${versionId}:${short(field)}`}`;
    if (!nodes.has(id)) {
      nodes.set(id, {
        ...plainNode, id, type: 'column', kind: 'column', label: field ?? whole, detail: [version?.name ?? name, version?.label ?? version?.digest?.slice('sha256:'.length, 'sha256:'.length + 8)].filter(Boolean).join(' · '),
        href: versionId !== null ? `/data/${versionId}` : assetOf.has(keyOf(namespace, name)) ? `/data/${assetOf.get(keyOf(namespace, name)) ?? ''}` : null, digest: version?.digest ?? null, at: version?.seenAt ?? null, team: version?.team ?? null,
      });
    }
    return id;
  };
  const own = new Set(starts.map((start) => start.id));
  const begin: string[] = [];
  for (const { versionId, mapping, from, by } of mappings) {
    const target = column(versionId, '', '', mapping.field);
    const source = column(from, mapping.input.namespace, mapping.input.name, mapping.input.field);
    const known = edges.get(`${source} ${target}`);
    if (known === undefined || (known.declared === true && by === 'run')) edges.set(`${source} ${target}`, { from: source, to: target, folded: 0, ...(by !== 'run' && { declared: true }) });
    if (own.has(versionId)) begin.push(target);
    if (from !== null && own.has(from)) begin.push(source);
  }
  // Only what the focus's own columns came from and went into.
  const kept = new Set(begin);
  for (const [way, steps] of [['upstream', up], ['downstream', down]] as const) {
    const beside = new Map<string, string[]>();
    for (const { from, to } of edges.values()) {
      const [at, next] = way === 'upstream' ? [to, from] : [from, to];
      const known = beside.get(at);
      if (known) known.push(next);
      else beside.set(at, [next]);
    }
    let frontier = [...new Set(begin)];
    const seen = new Set(frontier);
    for (let level = 0; level < steps && frontier.length > 0; level += 1) {
      frontier = [...new Set(frontier.flatMap((id) => beside.get(id) ?? []))].filter((id) => !seen.has(id));
      for (const id of frontier) {
        seen.add(id);
        kept.add(id);
      }
    }
  }
  const drawn = [...kept].slice(0, mostNodes);
  const ids = new Set(drawn);
  return {
    focus: [...new Set(begin)].filter((id) => ids.has(id)),
    nodes: drawn.flatMap((id) => nodes.get(id) ?? []),
    edges: [...edges.values()].filter((edge) => ids.has(edge.from) && ids.has(edge.to)),
    truncated: walked.truncated || cut || kept.size > mostNodes, path: null, asOf: scope.asOf,
  };
}
