// Facets as other tools really send them: every standard one is understood, every other one is told apart.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { knownFacets, plainName, readFacet } from './index.ts';

const corpus = path.resolve(process.env.CORPUS_DIR ?? '../shared/corpus', 'openlineage');

/** Every facet in a document: members of `facets`, `inputFacets` and `outputFacets`, wherever they stand. */
function facetsIn(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [...(/^(facets|inputFacets|outputFacets)$/.test(key) && typeof member === 'object' && member !== null ? Object.entries(member) : []), ...facetsIn(member)]);
}

const files = readdirSync(corpus, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name.endsWith('.json')).map((entry) => path.join(entry.parentPath, entry.name));

describe('the facets of the corpus', () => {
  it('are understood where they are standard', () => {
    const all = files.flatMap((file) => facetsIn(JSON.parse(readFileSync(file, 'utf8'))).map(([name, body]) => ({ file: path.relative(corpus, file), name, reading: readFacet(name, body) })));
    expect(all.filter(({ reading }) => reading.state === 'unreadable')).toEqual([]);
    const states = Map.groupBy(all, ({ reading }) => reading.state);
    process.stdout.write(`${all.length} facets in ${files.length} files: ${states.get('read')?.length ?? 0} understood, ${states.get('unknown')?.length ?? 0} kept as they came (${[...new Set(states.get('unknown')?.map(({ name }) => name))].sort().join(', ')})\n`);
    expect(states.get('read')?.length ?? 0).toBeGreaterThan(100);
    expect(states.get('unknown')?.every(({ name }) => !knownFacets.includes(plainName(name)))).toBe(true);
  });
});
