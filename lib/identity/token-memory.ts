// Remembers who is behind a living token, until anything about people, accounts or tokens changes: for a process that is asked thousands of times a second.
import { createHash } from 'node:crypto';
import { watchKey, type ChangeFeed } from '#lib/db/changes.ts';
import type { AppError } from '#lib/kernel/errors.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { ok, type Result } from '#lib/kernel/result.ts';
import { accountOfToken, bearerToken, wrongForm } from './authenticate.ts';

export type TokenMemory = {
  /** Who sends this Authorization header. `at` is what the feed of changes said after the request came in (milliseconds). */
  readonly actorOf: (authorization: string, at: number) => Promise<Result<Actor, AppError>>;
};

/** So that the last use of a token is noted as ever, and its end is seen by the database's clock, too. */
const longestMilliseconds = 30_000;
/** Only living tokens are remembered, so guesses take no room. */
const most = 1_000;

/** A memory that follows the feed. */
export function makeTokenMemory(feed: ChangeFeed): TokenMemory {
  const known = new Map<string, { readonly actor: Actor; readonly until: number }>();
  const everyone = watchKey('everyone');
  let generation = 0;
  feed.follow((keys) => {
    if (keys !== null && !keys.includes(everyone)) return;
    known.clear();
    generation += 1;
  });
  return {
    actorOf: async (authorization, at) => {
      const token = bearerToken(authorization);
      if (token === null) return wrongForm();
      const key = createHash('sha256').update(token).digest('base64');
      const found = known.get(key);
      if (found && at < found.until) return ok(found.actor);
      const before = generation;
      const account = await accountOfToken(token);
      if (!account.ok) {
        known.delete(key);
        return account;
      }
      // What changed while it was looked up may not be in what was found.
      if (generation === before) {
        if (known.size >= most) known.clear();
        known.set(key, { actor: account.value.actor, until: Math.min(at + longestMilliseconds, account.value.expiresAt) });
      }
      return ok(account.value.actor);
    },
  };
}
