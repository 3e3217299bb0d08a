// The address of the lineage page: what it holds is what is drawn, and nonsense in it draws the default.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphShapes, groupings } from '#lib/lineage/schema.ts';
import { expandedHref, exportHref, groupHref, lineageAround, lineageHref, momentOf, mostExpansions, pathHref, readAddress, type LineageAddress } from './address.ts';

const read = (href: string) => readAddress(Object.fromEntries(new URL(href, 'http://portal.test').searchParams));
const runId = '01936893-9751-7a91-a2a0-a51101a3970c';
const expansion = fc.tuple(fc.constantFrom('up', 'down'), fc.constantFrom('run', 'version'), fc.uuid()).map((parts) => parts.join(':'));
const key = fc.stringMatching(/^[0-9a-f]{12}$/);
const steps = fc.integer({ min: 0, max: 12 });
const address: fc.Arbitrary<LineageAddress> = fc.record({
  node: fc.uuid().map((id) => `version:${id}`), up: steps, down: steps, shape: fc.constantFrom(...graphShapes), asOf: fc.option(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => date.toISOString()), { nil: null }),
  to: fc.uuid().map((id) => `run:${id}`), around: fc.boolean(), group: fc.constantFrom(...groupings), open: fc.uniqueArray(key, { maxLength: 3 }),
  expand: fc.uniqueArray(expansion, { maxLength: 5 }), selected: fc.option(fc.uuid().map((id) => `run:${id}`), { nil: null }),
});

describe('the address', () => {
  it('is read as it was written', () => {
    fc.assert(fc.property(address, (given) => { expect(read(lineageHref(given))).toEqual(given); }));
  });

  it('takes the default for whatever means nothing', () => {
    const drawn = { node: `run:${runId}`, up: 2, down: 2, shape: 'all', asOf: null, to: null, around: false, group: null, open: [], expand: [], selected: null };
    expect(readAddress({ node: `run:${runId}`, direction: 'sideways', depth: 'deep', expand: 'up:run:1,all', shape: 'round', asOf: 'yesterday', group: 'colour', open: 'x', around: 'maybe' })).toEqual(drawn);
    expect(readAddress({ node: [`run:${runId}`, 'other'], depth: '13', up: '-1', down: '99' })).toEqual(drawn);
    expect(readAddress({ node: `run:${runId}`, depth: '1.5' })).toEqual(drawn);
    expect(readAddress({ node: '  ' }).node).toBeNull();
  });

  it('still understands links with a direction and one depth for both ways', () => {
    expect(readAddress({ node: runId, direction: 'upstream', depth: '4' })).toMatchObject({ up: 4, down: 0 });
    expect(readAddress({ node: runId, direction: 'downstream' })).toMatchObject({ up: 0, down: 2 });
    expect(readAddress({ node: runId, depth: '3', down: '1' })).toMatchObject({ up: 3, down: 1 });
  });

  it('takes a moment with or without its zone, and none before 1970', () => {
    expect([momentOf('2026-01-02T03:04'), momentOf('2026-01-02'), momentOf('2026-01-02T03:04:05+02:00')]).toEqual(['2026-01-02T03:04:00.000Z', '2026-01-02T00:00:00.000Z', '2026-01-02T01:04:05.000Z']);
    expect([momentOf(''), momentOf('1969-12-31'), momentOf('2026-13-01'), momentOf('5')]).toEqual([null, null, null, null]);
  });

  it('opens a node once, and selects it', () => {
    const start = read(lineageAround(`run:${runId}`, 'upstream'));
    const once = read(expandedHref(start, `run:${runId}`, 'upstream'));
    expect(once).toEqual({ ...start, expand: [`up:run:${runId}`], selected: `run:${runId}` });
    expect(read(expandedHref(once, `run:${runId}`, 'upstream'))).toEqual(once);
  });

  it('opens a group and folds it again', () => {
    const start: LineageAddress = { ...read(lineageAround(`run:${runId}`)), group: 'team' };
    const opened = read(groupHref(start, 'abcdef012345'));
    expect(opened.open).toEqual(['abcdef012345']);
    expect(read(groupHref(opened, 'abcdef012345'))).toMatchObject({ open: [], selected: 'group:abcdef012345' });
  });

  it('draws a path between runs and data, also when columns were drawn', () => {
    expect(read(pathHref({ ...read(lineageAround(`run:${runId}`)), shape: 'columns' }, runId))).toMatchObject({ shape: 'all', to: runId });
  });

  it('never holds more openings than the API takes', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.uuid(), { minLength: mostExpansions, maxLength: mostExpansions + 10 }), (ids) => {
      const last = ids.reduce((at, id) => read(expandedHref(at, `version:${id}`, 'downstream')), read(lineageAround(`run:${runId}`)));
      expect(last.expand).toHaveLength(mostExpansions);
      expect(last.expand.at(-1)).toBe(`down:version:${ids.at(-1) ?? ''}`);
    }), { numRuns: 5 });
  });

  it('saves the very selection that is drawn', () => {
    const at = read(expandedHref(read(lineageAround(`run:${runId}`)), `run:${runId}`, 'downstream'));
    expect(exportHref(at, 'csv')).toBe(`/api/v1/lineage/graph?node=run%3A${runId}&up=2&down=2&expand=down%3Arun%3A${runId}&format=csv`);
    expect(exportHref(at, 'json', 'all')).toMatch(/&format=json&part=all$/);
  });
});
