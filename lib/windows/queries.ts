// Reading change windows: everybody who is signed in may know when an environment may be changed.
import { z } from 'zod';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { windowAt } from './domain.ts';
import { windowContent, windowView, type WindowView } from './schema.ts';
import { listedWindows } from './store.ts';

export const listWindows = query({
  name: 'windows.listWindows',
  summary: 'Change windows of every environment, newest first: those that hold, that wait for a second person, and that were',
  input: z.strictObject({}),
  output: z.object({ items: z.array(windowView) }),
  permission: 'read',
  run: async (tx, _input, { now }) => ok({
    items: (await listedWindows(tx)).flatMap(({ window, proposerName, confirmerName }): WindowView[] => {
      const { id, environment, digest, state, proposedBy, proposedAt, confirmedBy, confirmedAt, retiredAt } = window;
      const content = windowContent.safeParse(window.content);
      if (!content.success) return [];
      const { open, opensAt, frozen } = windowAt(content.data, now);
      return [{ id, environment, digest, content: content.data, state, open, opensAt, closesBecause: frozen, proposedBy: { id: proposedBy, name: proposerName }, proposedAt, confirmedBy: confirmedBy === null ? null : { id: confirmedBy, name: confirmerName ?? '' }, confirmedAt, retiredAt }];
    }),
  }),
  http: { method: 'GET', path: '/api/v1/change-windows', tag: 'Change windows', body: 'none' },
});
