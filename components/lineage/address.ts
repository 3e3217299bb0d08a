// The lineage page's address: which node, how far each way, what is drawn and how, and what was opened by hand. Pure.
import { graphShapes, groupings, type Direction, type GraphShape, type Grouping, type OneWay } from '#lib/lineage/schema.ts';

export type LineageAddress = {
  readonly node: string | null;
  readonly up: number;
  readonly down: number;
  readonly shape: GraphShape;
  /** A moment as ISO 8601 in UTC; null is now. */
  readonly asOf: string | null;
  /** The other end of a path. */
  readonly to: string | null;
  /** With a path: also what is around the node. */
  readonly around: boolean;
  readonly group: Grouping | null;
  readonly open: readonly string[];
  readonly expand: readonly string[];
  readonly selected: string | null;
};
type Raw = Readonly<Record<string, string | readonly string[] | undefined>>;

export const depths = [0, 1, 2, 3, 4, 6, 12] as const;
export const defaultDepth = 2;
/** As many as the API takes. */
export const mostExpansions = 50;

const first = (value: Raw[string]) => (typeof value === 'string' ? value : value?.[0]) ?? '';
const isExpansion = (text: string) => /^(up|down):(run|version):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
const isGroup = (text: string) => /^[0-9a-f]{12}$/.test(text);
const listIn = (raw: Raw[string], fits: (text: string) => boolean) => [...new Set(first(raw).split(',').filter(fits))].slice(0, mostExpansions);

/** A moment in UTC, as the address and the API write it; null for what is none. */
export function momentOf(text: string): string | null {
  const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(text) ? Date.parse(/(Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text.includes('T') ? text : `${text}T00:00`}Z`) : Number.NaN;
  return Number.isNaN(time) || time < 0 ? null : new Date(time).toISOString();
}

/** Reads the address; what means nothing falls back to the default, so that an old or mistyped link still draws. `direction` and `depth` are how links once said `up` and `down`. */
export function readAddress(raw: Raw): LineageAddress {
  const node = first(raw['node']).trim().slice(0, 200);
  const to = first(raw['to']).trim().slice(0, 200);
  const steps = (key: string, otherwise: number) => {
    const text = first(raw[key]);
    const count = Number(text);
    return text !== '' && Number.isInteger(count) && count >= 0 && count <= 12 ? count : otherwise;
  };
  const depth = steps('depth', defaultDepth);
  const direction = first(raw['direction']);
  return {
    node: node === '' ? null : node,
    up: steps('up', direction === 'downstream' ? 0 : depth),
    down: steps('down', direction === 'upstream' ? 0 : depth),
    shape: graphShapes.find((shape) => shape === first(raw['shape'])) ?? 'all',
    asOf: momentOf(first(raw['asOf'])),
    to: to === '' ? null : to,
    around: first(raw['around']) === 'true',
    group: groupings.find((group) => group === first(raw['group'])) ?? null,
    open: listIn(raw['open'], isGroup),
    expand: listIn(raw['expand'], isExpansion),
    selected: first(raw['selected']) || null,
  };
}

/** What the page and the API are asked alike. */
function graphQuery({ node, up, down, shape, asOf, to, around, group, open, expand }: LineageAddress): URLSearchParams {
  return new URLSearchParams({
    ...(node !== null && { node }), up: String(up), down: String(down), ...(shape !== 'all' && { shape }), ...(asOf !== null && { asOf }), ...(to !== null && { to }), ...(to !== null && around && { around: 'true' }),
    ...(group !== null && { group }), ...(group !== null && open.length > 0 && { open: open.join(',') }), ...(expand.length > 0 && { expand: expand.join(',') }),
  });
}

/** The address of the page. */
export function lineageHref(address: LineageAddress): string {
  const query = graphQuery(address);
  if (address.selected !== null) query.set('selected', address.selected);
  return `/lineage?${query.toString()}`;
}

const plain = { shape: 'all', asOf: null, to: null, around: false, group: null, open: [], expand: [], selected: null } as const;

/** The lineage around a node, as links elsewhere write it. */
export const lineageAround = (node: string, direction: Direction = 'both') => lineageHref({ ...plain, node, up: direction === 'downstream' ? 0 : defaultDepth, down: direction === 'upstream' ? 0 : defaultDepth });

/** Where the columns of some data come from, and where they went. */
export const columnsHref = (node: string) => lineageHref({ ...plain, node, up: defaultDepth, down: 1, shape: 'columns' });

/** The same view with another node in the middle. */
export const centredHref = (address: LineageAddress, node: string) => lineageHref({ ...address, node, to: null, around: false, expand: [], open: [], selected: null });

/** The path from what is in the middle to another node. */
export const pathHref = (address: LineageAddress, to: string) => lineageHref({ ...address, to, shape: address.shape === 'columns' ? 'all' : address.shape, selected: null });

/** The same graph with one more node opened, which stays selected. `nodeId` is a node's id in the graph, `run:<id>` or `version:<id>`. */
export function expandedHref(address: LineageAddress, nodeId: string, way: OneWay): string {
  const expansion = `${way === 'upstream' ? 'up' : 'down'}:${nodeId}`;
  const expand = address.expand.includes(expansion) ? address.expand : [...address.expand, expansion].slice(-mostExpansions);
  return lineageHref({ ...address, expand, selected: nodeId });
}

/** The same graph with a group opened, or folded again. */
export function groupHref(address: LineageAddress, key: string): string {
  const open = address.open.includes(key) ? address.open.filter((each) => each !== key) : [...address.open, key].slice(-mostExpansions);
  return lineageHref({ ...address, open, selected: open.includes(key) ? null : `group:${key}` });
}

/** This very graph, to save. */
export const exportHref = (address: LineageAddress, format: 'csv' | 'json' | 'dot', part: 'edges' | 'nodes' | 'all' = 'edges') => `/api/v1/lineage/graph?${graphQuery(address).toString()}&format=${format}${part === 'edges' ? '' : `&part=${part}`}`;
