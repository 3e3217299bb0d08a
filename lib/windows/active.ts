// The change window that holds for an environment, for the domains that decide by it.
import type { ReadTx } from '#lib/db/client.ts';
import { digestOf, type Json } from '#lib/kernel/canonical-json.ts';
import { windowAt, type WindowNow } from './domain.ts';
import { windowContent, type WindowContent } from './schema.ts';
import { windowInState } from './store.ts';

export const windowDigest = (content: WindowContent): string => digestOf(content as unknown as Json);

/** How the active window of an environment stands at a moment. Null where there is none, or none whose stored content gives its digest. */
export async function changeWindowNow(tx: ReadTx, environment: string, at: string): Promise<WindowNow | null> {
  const row = await windowInState(tx, environment, 'active');
  const content = windowContent.safeParse(row?.content);
  return row && content.success && windowDigest(content.data) === row.digest ? windowAt(content.data, at) : null;
}
