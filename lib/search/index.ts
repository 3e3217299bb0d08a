// The global search behind Cmd/Ctrl-K.
import { z } from 'zod';
import { teamsWith } from '#lib/kernel/permissions.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { searchHit } from './schema.ts';
import { search } from './store.ts';

export const searchEverything = query({
  name: 'search.searchEverything',
  summary: 'Find anything by part of its name, in spite of typing errors, by a tag, or by the beginning of its digest or id',
  input: z.strictObject({ q: z.string().trim().max(200) }),
  output: z.object({ items: z.array(searchHit), complete: z.boolean().describe('False: names that hold the text took too long to look for; there may be more. More letters find them.') }),
  permission: 'read',
  run: async (tx, { q }, reader) => {
    if (q.length < 2) return ok({ items: [], complete: true });
    const mayReadPeople = teamsWith(reader.actor, 'people.read') === 'all';
    return ok(await search(tx, reader.teams, q, mayReadPeople));
  },
  http: { method: 'GET', path: '/api/v1/search', tag: 'Search', body: 'none' },
});
