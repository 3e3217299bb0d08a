// Wire types of the global search; safe for the browser.
import { z } from 'zod';

export const searchKinds = ['run', 'asset', 'source', 'model', 'finding', 'promotion', 'evidence', 'environment', 'person'] as const;
export const searchHit = z.object({
  kind: z.enum(searchKinds),
  id: z.string(),
  label: z.string(),
  detail: z.string(),
  href: z.string(),
});
export type SearchHit = z.infer<typeof searchHit>;
