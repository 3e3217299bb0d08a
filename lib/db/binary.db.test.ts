// Arrays as parameters: what arrives is what was sent, however many.
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/kernel/ids.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { jsonbArray } from './binary.ts';
import { readTransaction } from './client.ts';
import { uuidList } from './conditions.ts';

let database: TestDatabase;
beforeAll(async () => { database = await createTestDatabase(); });
afterAll(() => database.drop());

const reader = { actorKind: 'system', actorId: null, requestId: newId() };
const read = (ids: readonly string[]) => readTransaction(reader, async (tx) => (await tx.execute<{ id: string }>(sql`select id from unnest(${uuidList(ids)}) with ordinality as list (id, place) order by place`)).rows.map(({ id }) => id));

describe('a list of ids', () => {
  it.each([0, 1, 99, 100, 5_000])('of %i arrives as it is', async (count) => {
    const ids = Array.from({ length: count }, () => newId());
    expect(await read(ids)).toEqual(ids);
  });

  it.each(['', 'not an id', newId().slice(1), `${newId()}0`, newId().replace(/.$/, 'g')])('with %j among many is refused', async (wrong) => {
    await expect(read([...Array.from({ length: 200 }, () => newId()), wrong])).rejects.toThrow();
  });
});

describe('a list of JSON objects', () => {
  const readJson = (values: readonly object[]) => readTransaction(reader, async (tx) => (await tx.execute<{ body: object }>(sql`select body from unnest(${jsonbArray(values)}::jsonb[]) with ordinality as list (body, place) order by place`)).rows.map(({ body }) => body));

  it('arrives as it is, whatever text it holds', async () => {
    // PostgreSQL holds no NUL and no half of a surrogate pair, and minus zero is zero there; what is stored was made without them before.
    const storable = fc.dictionary(fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0')), fc.jsonValue({ noUnicodeString: false }).filter((value) => !/\\u0000|\\ud[89a-f]|-0/.test(JSON.stringify(value))));
    await fc.assert(fc.asyncProperty(fc.array(storable, { maxLength: 30 }), async (values) => {
      expect(await readJson(values)).toEqual(JSON.parse(JSON.stringify(values)));
    }), { numRuns: 60 });
  });

  it('of thousands arrives in its order', async () => {
    const values = Array.from({ length: 5_000 }, (_, n) => ({ n, text: 'é'.repeat(n % 50) }));
    expect(await readJson(values)).toEqual(values);
  });
});
