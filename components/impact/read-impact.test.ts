// How the lines of a long answer are put together again.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { impactHref, linesOf } from './read-impact.ts';

const collected = async (pieces: readonly string[]): Promise<string[]> => {
  const lines: string[] = [];
  const given = async function* () { yield* pieces; };
  for await (const line of linesOf(given())) lines.push(line);
  return lines;
};

describe('lines of a stream', () => {
  it('are whole, wherever the stream was cut', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.stringMatching(/^[a-z{}"]{1,12}$/), { maxLength: 8 }), fc.array(fc.nat(60), { maxLength: 6 }), async (lines, cuts) => {
      const text = lines.map((line) => `${line}\n`).join('');
      const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
      expect(await collected(places.slice(1).map((place, n) => text.slice(places[n], place)))).toEqual(lines);
    }));
    expect(await collected(['{"a":1}\n{"b"', ':2}'])).toEqual(['{"a":1}', '{"b":2}']);
  });
});

describe('the address', () => {
  it('names the version and the direction', () => {
    expect(impactHref('x', 'upstream', '&format=csv')).toBe('/api/v1/asset-versions/x/impact?direction=upstream&format=csv');
  });
});
