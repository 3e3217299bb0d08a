// Lists of ids as parameters: the same ids, however many.
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/kernel/ids.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { readTransaction } from './client.ts';
import { uuidList } from './conditions.ts';

let database: TestDatabase;
beforeAll(async () => { database = await createTestDatabase(); });
afterAll(() => database.drop());

const read = (ids: readonly string[]) => readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, async (tx) => (await tx.execute<{ id: string }>(sql`select id from unnest(${uuidList(ids)}) with ordinality as list (id, place) order by place`)).rows.map(({ id }) => id));

describe('a list of ids', () => {
  it.each([0, 1, 99, 100, 5_000])('of %i arrives as it is', async (count) => {
    const ids = Array.from({ length: count }, () => newId());
    expect(await read(ids)).toEqual(ids);
  });

  it.each(['', 'not an id', newId().slice(1), `${newId()}0`, newId().replace(/.$/, 'g')])('with %j among many is refused', async (wrong) => {
    await expect(read([...Array.from({ length: 200 }, () => newId()), wrong])).rejects.toThrow();
  });
});
