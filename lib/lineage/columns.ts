// Column lineage: from which columns each column of some data came, and into which it went, as runs reported it.
import { createHash } from 'node:crypto';
import type { ReadTx } from '#lib/db/client.ts';
import { columnsOfDatasetFacet, columnsOfJobFacet, type ColumnMapping } from './column-facets.ts';
import { plainNode } from './draw.ts';
import type { ColumnLineage, ColumnSource, GraphNode, GraphView } from './schema.ts';
import { columnFacets, namedEdges } from './store/columns.ts';
import { versionNodes } from './store/nodes.ts';
import { runsBeside, versionsBeside } from './store/unified.ts';
import { beginWalk, mostNodes, mostWalked, walk, type NodeRef, type Scope } from './walking.ts';

const mostProducers = 50;

/** A mapping with the version that it is about and the version that it comes from; that is null where the run did not report it as an input. */
type Resolved = { readonly runId: string; readonly versionId: string; readonly mapping: ColumnMapping; readonly from: string | null };

/** What these runs said of the columns of these versions. */
async function mappingsFrom(tx: ReadTx, runIds: readonly string[], versionIds: readonly string[]): Promise<{ mappings: Resolved[]; cut: boolean }> {
  const { facets, cut } = await columnFacets(tx, runIds, versionIds);
  if (facets.length === 0) return { mappings: [], cut };
  const versionOf = new Map<string, string>();
  // The exactly known come first and stay.
  for (const edge of await namedEdges(tx, [...new Set(facets.map((facet) => facet.runId))])) {
    const key = JSON.stringify([edge.runId, edge.direction, edge.namespace, edge.name]);
    if (!versionOf.has(key)) versionOf.set(key, edge.versionId);
  }
  const wanted = new Set(versionIds);
  const mappings = facets.flatMap(({ runId, versionId, body }): Resolved[] => {
    const resolve = (target: string | null | undefined, found: readonly ColumnMapping[]): Resolved[] =>
      target === null || target === undefined || !wanted.has(target) ? [] : found.map((mapping) => ({ runId, versionId: target, mapping, from: versionOf.get(JSON.stringify([runId, 'input', mapping.input.namespace, mapping.input.name])) ?? null }));
    return versionId === null
      ? columnsOfJobFacet(body).flatMap(({ target, mappings: found }) => resolve(versionOf.get(JSON.stringify([runId, 'output', target.namespace, target.name])), found))
      : resolve(versionId, columnsOfDatasetFacet(body));
  });
  return { mappings, cut };
}

const sourceKey = ({ mapping: { input }, from }: Resolved) => JSON.stringify([from ?? [input.namespace, input.name], input.field]);

/** The columns of one version, with where each comes from. The caller has checked that the version may be seen. */
export async function columnsOf(tx: ReadTx, scope: Scope, versionId: string): Promise<ColumnLineage> {
  const producers = (await runsBeside(tx, scope.teams, [versionId], 'upstream', mostProducers, scope.asOf)).map((link) => link.runId).sort().reverse().slice(0, mostProducers);
  const { mappings, cut } = await mappingsFrom(tx, producers, [versionId]);
  const fields = new Map<string | null, Map<string, ColumnSource>>();
  for (const one of mappings) {
    const { field, input } = one.mapping;
    const sources = fields.get(field) ?? new Map<string, ColumnSource>();
    fields.set(field, sources);
    const known = sources.get(sourceKey(one));
    sources.set(sourceKey(one), { namespace: input.namespace, name: input.name, field: input.field, versionId: one.from, how: [...new Set([...(known?.how ?? []), ...input.how])].slice(0, 10) });
  }
  const most = 1000;
  const named = [...fields].filter((entry): entry is [string, Map<string, ColumnSource>] => entry[0] !== null);
  return {
    fields: named.slice(0, most).map(([name, sources]) => ({ name, from: [...sources.values()].slice(0, 100) })),
    whole: [...(fields.get(null)?.values() ?? [])].slice(0, 100),
    runs: [...new Set(mappings.map((one) => one.runId))],
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
  const { mappings, cut } = await mappingsFrom(tx, [...walked.passed.run], versionIds);
  const names = new Map((await versionNodes(tx, scope.teams, versionIds, scope.asOf)).map((version) => [version.id, version]));

  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, { from: string; to: string }>();
  const column = (versionId: string | null, namespace: string, name: string, field: string | null): string => {
    const version = versionId === null ? undefined : names.get(versionId);
    const id = `column:${versionId === null ? short(namespace, name, field) : `${versionId}:${short(field)}`}`;
    if (!nodes.has(id)) {
      nodes.set(id, {
        ...plainNode, id, type: 'column', kind: 'column', label: field ?? whole, detail: [version?.name ?? name, version?.label ?? version?.digest?.slice('sha256:'.length, 'sha256:'.length + 8)].filter(Boolean).join(' · '),
        href: versionId === null ? null : `/data/${versionId}`, digest: version?.digest ?? null, at: version?.seenAt ?? null, team: version?.team ?? null,
      });
    }
    return id;
  };
  const own = new Set(starts.map((start) => start.id));
  const begin: string[] = [];
  for (const { versionId, mapping, from } of mappings) {
    const target = column(versionId, '', '', mapping.field);
    const source = column(from, mapping.input.namespace, mapping.input.name, mapping.input.field);
    edges.set(`${source} ${target}`, { from: source, to: target });
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
    edges: [...edges.values()].filter((edge) => ids.has(edge.from) && ids.has(edge.to)).map((edge) => ({ ...edge, folded: 0 })),
    truncated: walked.truncated || cut || kept.size > mostNodes, path: null, asOf: scope.asOf,
  };
}
