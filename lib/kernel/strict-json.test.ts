// Rules of strict JSON: the same values as JSON.parse, and refusals where two readers could differ.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '#lib/kernel/strict-json.ts';

const codeOf = (source: string | Uint8Array, maximumDepth?: number) => {
  const result = parseStrictJson(source, maximumDepth === undefined ? {} : { maximumDepth });
  return result.ok ? 'ok' : result.error.code;
};

describe('strict JSON', () => {
  it('reads every valid document as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        expect(parseStrictJson(spaced)).toEqual({ ok: true, value: JSON.parse(spaced) });
        expect(parseStrictJson(new TextEncoder().encode(spaced))).toEqual({ ok: true, value: JSON.parse(spaced) });
      }),
    );
  });

  it('keeps the digits of numbers that a double cannot hold, where it is asked to', () => {
    const exactly = (text: string) => {
      const read = parseStrictJson(text, { exactNumbers: true });
      return read.ok ? read.value : read.error;
    };
    expect(exactly('{"id":4521889311223344556,"next": -4521889311223344557,"list":[9007199254740993,1e400,1e-400]}')).toEqual({ id: '4521889311223344556', next: '-4521889311223344557', list: ['9007199254740993', '1e400', '1e-400'] });
    expect(exactly('[9007199254740991,0.30000000000000004,1.50,1e5,-0.0,"4521889311223344556",1E+2]')).toEqual([9007199254740991, 0.30000000000000004, 1.5, 100_000, -0, '4521889311223344556', 100]);
    expect(parseStrictJson('[4521889311223344556]')).toEqual({ ok: true, value: [4521889311223344556] });
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      expect(exactly(`[${JSON.stringify(number)}]`)).toEqual([JSON.parse(JSON.stringify(number))]);
    }));
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n }), fc.bigInt({ min: 0n, max: 2n ** 63n }), (a, b) => {
      const [one, other] = exactly(`[${a},${b}]`) as (string | number)[];
      expect(String(one) === String(other)).toBe(a === b);
    }));
  });

  it('refuses every text that JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ua1 \n-.et') }), (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        if (!valid) expect(codeOf(text)).not.toBe('ok');
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds a key that stands twice in one object, at any depth and however it is escaped', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string(), { maxLength: 20 }), fc.nat(10), fc.boolean(), (key, others, depth, escape) => {
        const spelled = escape ? `"${[...key].flatMap((character) => character.split('')).map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"` : JSON.stringify(key);
        const members = [`${JSON.stringify(key)}:1`, ...others.filter((other) => other !== key).filter((other, at, all) => all.indexOf(other) === at).map((other) => `${JSON.stringify(other)}:{"${other.length}":"}"}`), `${spelled}:2`];
        const text = `${'['.repeat(depth)}{${members.join(',')}}${']'.repeat(depth)}`;
        expect(codeOf(text)).toBe('duplicate_key');
      }),
    );
  });

  it.each([
    ['{"a":{"a":1},"b":{"a":1}}', 'the same key in different objects'],
    ['[{"a":1},{"a":2}]', 'the same key in neighbours'],
    ['{"a":"a","b":"a"}', 'a value that equals a key'],
    ['{"a":["a","a"]}', 'equal strings in an array'],
    ['{"\\\\":1,"\\"":2}', 'keys of escapes alone'],
    ['{"__proto__":1,"constructor":2}', 'names of JavaScript'],
  ])('accepts %s: %s', (text) => {
    expect(parseStrictJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  it('refuses nesting beyond the limit before it builds anything', () => {
    expect(codeOf('['.repeat(5) + ']'.repeat(5), 5)).toBe('ok');
    expect(codeOf('['.repeat(6) + ']'.repeat(6), 5)).toBe('depth');
    expect(codeOf('['.repeat(20_000_000))).toBe('depth');
  });

  it('refuses an object of more keys than anybody signs, and takes as many in several objects', () => {
    const object = (keys: number) => `{${Array.from({ length: keys }, (_, n) => `"k${String(n)}":0`).join(',')}}`;
    expect(codeOf(object(200_002))).toBe('too_many_keys');
    expect(parseStrictJson(`[${object(150_000)},${object(150_000)}]`).ok).toBe(true);
  });

  it('refuses bytes that are not UTF-8, and a byte order mark', () => {
    expect(codeOf(new Uint8Array([0x22, 0xff, 0x22]))).toBe('encoding');
    expect(codeOf(new Uint8Array([0xef, 0xbb, 0xbf, 0x31]))).toBe('syntax');
  });

  it.each(['{"a":NaN}', '[1, -Infinity]'])('says that %s is a numeric library’s spelling and not JSON', (text) => {
    const result = parseStrictJson(text);
    expect(result).toMatchObject({ ok: false, error: { code: 'syntax', message: expect.stringContaining('write null') as string } });
  });

  it('reads 20 MB in seconds, whether many small objects or one long string', () => {
    const rows = JSON.stringify(Array.from({ length: 200_000 }, (_, id) => ({ id, name: `n${String(id)}`, value: 0.5, text: 'quoted \\" here', other: null })));
    const payload = JSON.stringify({ payload: 'A'.repeat(20_000_000) });
    const quotes = JSON.stringify({ payload: '\\"'.repeat(3_000_000) });
    for (const text of [rows, payload, quotes]) {
      const started = performance.now();
      expect(codeOf(text)).toBe('ok');
      expect(performance.now() - started).toBeLessThan(5_000);
    }
  });
});
