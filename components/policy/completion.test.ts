// What the editor offers at the caret.
import { describe, expect, it } from 'vitest';
import { isFunction, parseCel } from '#lib/policy/cel.ts';
import { documentedPaths } from '#lib/policy/shape.ts';
import { celFunctions, completionsAt } from './completion.ts';

const paths = documentedPaths().map(({ path, type, description }) => ({ text: path, type, description }));
const offered = (text: string, caret = text.length) => completionsAt(text, caret, paths)?.items.map((item) => item.text) ?? [];

describe('completion', () => {
  it('offers members of the input document by their path, the nearest first', () => {
    expect(offered('arti')).toEqual(['artifact', 'artifact.digest', 'artifact.quarantined', 'artifact.publishedBy']);
    expect(offered('artifact.')).toEqual(['artifact.digest', 'artifact.quarantined', 'artifact.publishedBy']);
    expect(offered('size(data.s')).toEqual(['data.sources', 'data.startsWith(', 'data.substring(']);
    expect(offered('provenance != null && lineage.comp')).toContain('lineage.complete');
  });
  it('looks at the caret, not at the end', () => expect(offered('artifact.d == provenance', 10)).toEqual(['artifact.digest']));
  it('offers functions', () => expect(offered('si')).toEqual(expect.arrayContaining(['size(', 'signature'])));
  it('is silent in a text, after a number and where nothing fits', () => {
    expect(offered('artifact.digest == "arti')).toEqual([]);
    expect(offered('evaluation.overall.auc > 0.')).toEqual([]);
    expect(offered('zzz')).toEqual([]);
    expect(offered('')).toEqual([]);
  });
  it('names functions that there are', () => {
    for (const { text, type } of celFunctions) {
      const name = text.slice(0, -1);
      if (type === 'function') expect(isFunction(name), name).toBe(true);
      else expect(parseCel(name === 'has' ? 'has(a.b)' : name === 'map' ? 'a.map(x, x)' : `a.${name}(x, x)`).ok, name).toBe(true);
    }
  });
});
