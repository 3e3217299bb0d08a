// The graph's pure parts: what goes to the engine, what comes back, moving by keys, the saved picture.
import ELK from 'elkjs/lib/elk.bundled.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphEdge, GraphNode } from './graph-types.ts';
import { choicesOf, matchesOf } from './filter.ts';
import { pngScale } from './graph-png.ts';
import { graphSvg } from './graph-svg.ts';
import { drawableEdges, edgeId, layoutInput, nodeSize } from './layout-input.ts';
import { readLayout, roundedPath, type Layout } from './layout-output.ts';
import { canvasHeight, openingView, zoomLevel } from './view.ts';
import { directionOf, neighboursOf, reach, step } from './walk.ts';

const node = (id: string, label = id): GraphNode => ({ id, kind: 'dataset', label });
const box = (id: string) => ({ id, ...nodeSize });
const edge = (from: string, to: string): GraphEdge => ({ from, to });

describe('layoutInput', () => {
  it('leaves out edges that cannot be drawn: unknown ends, loops, repeats', () => {
    const nodes = [node('a'), node('b')];
    expect(drawableEdges(nodes, [edge('a', 'b'), edge('a', 'b'), edge('a', 'a'), edge('a', 'gone'), edge('b', 'a')])).toEqual([edge('a', 'b'), edge('b', 'a')]);
  });
  it('keeps edges apart whose ids would run together', () => {
    expect(edgeId(edge('a,b', 'c'))).not.toBe(edgeId(edge('a', 'b,c')));
  });
  it('gives each node its size, and the flow its direction', () => {
    const input = layoutInput([box('a')], [], 'down', 1.5);
    expect(input.children).toEqual([{ id: 'a', ...nodeSize }]);
    expect(input.layoutOptions?.['elk.direction']).toBe('DOWN');
  });
});

describe('the engine itself', () => {
  it('puts what came first on the left and routes every edge', async () => {
    const nodes = [box('model'), box('run'), box('data')];
    const layout = readLayout(await new ELK().layout(layoutInput(nodes, [edge('data', 'run'), edge('run', 'model')], 'across', 1.5)));
    const x = (id: string) => layout.nodes.get(id)?.x ?? Number.NaN;
    expect(x('data') + nodeSize.width).toBeLessThan(x('run'));
    expect(x('run') + nodeSize.width).toBeLessThan(x('model'));
    expect([...layout.edges.values()].every((path) => path.startsWith('M'))).toBe(true);
  });
  it('lays out 300 nodes and a cycle', async () => {
    const nodes = Array.from({ length: 300 }, (_, index) => box(String(index)));
    const edges = nodes.flatMap((_, index) => [edge(String(index), String((index * 7 + 1) % 300)), edge(String(Math.floor(index / 3)), String(index))]);
    const layout = readLayout(await new ELK().layout(layoutInput(nodes, drawableEdges(nodes, edges), 'across', 1.5)));
    expect(layout.nodes.size).toBe(300);
  });
});

describe('readLayout', () => {
  it('takes positions and paths', () => {
    const layout = readLayout({ id: 'graph', width: 10, height: 5, children: [{ id: 'a', x: 1, y: 2 }], edges: [{ id: 'e', sources: ['a'], targets: ['b'], sections: [{ id: 's', startPoint: { x: 0, y: 0 }, endPoint: { x: 9, y: 0 } }] }] });
    expect(layout.nodes.get('a')).toEqual({ x: 1, y: 2 });
    expect(layout.edges.get('e')).toBe('M0 0L9 0');
  });
  it('rounds corners without leaving the line, and never divides by nothing', () => {
    expect(roundedPath([{ x: 0, y: 0 }, { x: 20, y: 0 }, { x: 20, y: 20 }])).toBe('M0 0L14 0Q20 0 20 6L20 20');
    expect(roundedPath([])).toBe('');
    const point = fc.record({ x: fc.integer({ min: 0, max: 50 }), y: fc.integer({ min: 0, max: 50 }) });
    fc.assert(fc.property(fc.array(point, { minLength: 1 }), (points) => { expect(roundedPath(points)).not.toMatch(/NaN|Infinity/); }));
  });
});

describe('walking', () => {
  // raw ─ train ─ model ─ staging
  // labels ┘        └ production
  const edges = [edge('raw', 'train'), edge('labels', 'train'), edge('train', 'model'), edge('model', 'staging'), edge('model', 'production')];
  const layout: Layout = {
    width: 0, height: 0, edges: new Map(), frames: new Map(),
    nodes: new Map([['raw', { x: 0, y: 0 }], ['labels', { x: 0, y: 80 }], ['train', { x: 300, y: 10 }], ['model', { x: 600, y: 10 }], ['staging', { x: 900, y: 0 }], ['production', { x: 900, y: 80 }]]),
  };
  const near = neighboursOf(edges);

  it('follows edges with left and right, and stays in the layer with up and down', () => {
    expect(step(layout, near, 'train', 'left', 'across')).toBe('raw');
    expect(step(layout, near, 'raw', 'down', 'across')).toBe('labels');
    expect(step(layout, near, 'model', 'right', 'across')).toBe('staging');
    expect(step(layout, near, 'staging', 'right', 'across')).toBeUndefined();
    expect(step(layout, near, 'staging', 'down', 'across')).toBe('production');
    expect(step(layout, near, 'gone', 'down', 'across')).toBeUndefined();
  });
  it('turns with the orientation', () => {
    const turned: Layout = { ...layout, nodes: new Map([...layout.nodes].map(([id, at]) => [id, { x: at.y, y: at.x }])) };
    expect(step(turned, near, 'model', 'down', 'down')).toBe('staging');
    expect(step(turned, near, 'staging', 'right', 'down')).toBe('production');
    expect(step(turned, near, 'model', 'up', 'down')).toBe('train');
  });
  it('reaches what led here and what came of it, not the siblings', () => {
    expect([...reach(near, 'staging')].sort()).toEqual(['labels', 'model', 'raw', 'staging', 'train']);
  });
  it('ends on cycles', () => {
    expect([...reach(neighboursOf([edge('a', 'b'), edge('b', 'a')]), 'a')].sort()).toEqual(['a', 'b']);
  });
});

describe('openingView', () => {
  const layout = (width: number, height: number): Layout => ({ width, height, edges: new Map(), frames: new Map(), nodes: new Map([['focus', { x: width - nodeSize.width, y: height - nodeSize.height }]]) });
  it('shows a small graph whole, in the middle, a few nodes a little enlarged', () => {
    expect(openingView(layout(400, 100), { width: 800, height: 500 }, 'focus')).toEqual({ x: 150, y: 187.5, zoom: 1.25 });
    const many: Layout = { ...layout(400, 100), nodes: new Map(Array.from({ length: 13 }, (_, n) => [String(n), { x: 0, y: 0 }])) };
    expect(openingView(many, { width: 800, height: 500 }, 'focus')).toEqual({ x: 200, y: 200, zoom: 1 });
  });
  it('makes the canvas as high as the graph needs, within bounds', () => {
    expect([canvasHeight(layout(800, 52), 560, 1040), canvasHeight(layout(800, 200), 560, 1040), canvasHeight(layout(800, 4000), 560, 1040)]).toEqual([280, 402, 560]);
    // What is wide is drawn smaller, or from its focus: it needs no more height than it fills.
    expect([canvasHeight(layout(1600, 400), 560, 1040), canvasHeight(layout(8000, 400), 560, 1040)]).toEqual([402, 452]);
  });
  it('starts at the focus of a large one, close enough to read', () => {
    const view = openingView(layout(5000, 4000), { width: 800, height: 500 }, 'focus');
    expect(zoomLevel(view.zoom)).toBe('near');
    // In the corner of the graph: moved no further than its border.
    expect(5000 * view.zoom + view.x).toBeCloseTo(780);
    // The buttons beneath stay free.
    expect(4000 * view.zoom + view.y).toBeCloseTo(444);
    const inside: Layout = { ...layout(5000, 4000), nodes: new Map([['focus', { x: 2000, y: 1000 }]]) };
    const centred = openingView(inside, { width: 800, height: 500 }, 'focus');
    expect([(2000 + nodeSize.width / 2) * centred.zoom + centred.x, (1000 + nodeSize.height / 2) * centred.zoom + centred.y]).toEqual([400, 250]);
  });
  it('shows the whole when there is no focus to start from', () => {
    expect(openingView(layout(5000, 4000), { width: 800, height: 500 }, undefined).zoom).toBeLessThan(0.2);
  });
});

it('the saved picture escapes what names hold', () => {
  const nodes = [node('a', '<script>"&')];
  const svg = graphSvg({ width: 10, height: 10, nodes: new Map([['a', { x: 0, y: 0 }]]), edges: new Map(), frames: new Map() }, { nodes, frames: [] }, [], new Map(), 'a');
  expect(svg).toContain('&lt;script&gt;&quot;&amp;');
  expect(svg).not.toContain('<script>');
});

describe('filtering', () => {
  const nodes: GraphNode[] = [{ id: 'a', kind: 'run', label: 'train', state: 'failed', facts: [{ term: 'Team', value: 'Fraud' }] }, { id: 'b', kind: 'dataset', label: 'raw', sublabel: '0123abcd' }, { id: 'c', kind: 'run', label: 'score', state: 'complete' }];
  const of = (filter: Partial<Parameters<typeof matchesOf>[1]>) => [...(matchesOf(nodes, { text: '', kind: '', state: '', ...filter }) ?? ['all'])].sort();
  it('takes all that is asked for together', () => {
    expect([of({}), of({ kind: 'run' }), of({ kind: 'run', state: 'failed' }), of({ state: 'none' }), of({ text: 'RAW 0123' }), of({ text: 'fraud' }), of({ text: 'train', kind: 'dataset' })]).toEqual([['all'], ['a', 'c'], ['a'], ['b'], ['b'], ['a'], []]);
  });
  it('offers what there is, with counts', () => {
    expect(choicesOf(nodes)).toEqual({ kinds: [['run', 2], ['dataset', 1]], states: [['complete', 1], ['failed', 1], ['none', 1]] });
  });
});

it('arrow keys point along the flow, whichever way it is drawn', () => {
  expect([directionOf('left', 'across'), directionOf('right', 'across'), directionOf('up', 'across'), directionOf('up', 'down'), directionOf('down', 'down')]).toEqual(['upstream', 'downstream', undefined, 'upstream', 'downstream']);
});

it('the PNG is twice as large as the picture, or as large as a canvas can be', () => {
  expect(pngScale(1000, 500)).toBe(2);
  fc.assert(fc.property(fc.integer({ min: 300, max: 60_000 }), fc.integer({ min: 100, max: 60_000 }), (width, height) => {
    const scale = pngScale(width, height);
    expect(Math.max(width, height) * scale).toBeLessThanOrEqual(16_000.001);
    expect(width * height * scale * scale).toBeLessThanOrEqual(40_000_001);
  }));
});
