// Follows what changed: the keys that triggers note beside every change that answers may rest on (`watch_changes`, drizzle/0016_watched_changes.sql).
// Whoever keeps an answer asks here before giving it again, and is told of every change that was committed before the question was asked.
import { createHash } from 'node:crypto';
import { together } from '#lib/kernel/together.ts';
import { pool } from './client.ts';

/** The key of something that has no id of its own; the same as `watch_key` of the database. */
export function watchKey(kind: 'everyone' | 'policy' | 'trust' | 'names' | 'digest' | 'endpoint' | 'job' | 'label' | 'sources', name = ''): string {
  const hex = createHash('md5').update(`${kind} ${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Told of changes before any question that began after them is answered. Null: anything may have changed. */
export type Follower = (keys: readonly string[] | null) => void;

export type ChangeFeed = {
  /** Reads on, tells the followers, and answers with the database's clock, in milliseconds. Everything committed before the call has been told when it resolves. Rejects when the database does not answer: then nothing is known. */
  readonly now: () => Promise<number>;
  readonly follow: (follower: Follower) => () => void;
};

/** More changes than this since the last look: everything is looked at afresh. */
const mostRows = 1_000;
/** Noted changes are kept for at least twice as long (`forget_watched_changes`). */
const longestGap = 60_000;

/*
 * A transaction that the earlier snapshot did not see has a number from that snapshot's `xmax` on, or is among those that were under way
 * then. Both are looked up by index, so neither an old transaction nor a long list of changes makes this slow; and since it goes by what a
 * snapshot sees, it does not matter in which order transactions took their numbers and committed.
 */
const text = `
  select pg_current_snapshot()::text as snapshot, (extract(epoch from clock_timestamp()) * 1000)::float8 as at, pg_postmaster_start_time()::text as server, c.noted, c.keys
  from (select 1) one left join lateral (
    (select true as noted, keys from watched_change where xid >= $1::text::xid8 order by xid limit ${mostRows + 1})
    union all
    (select true, keys from watched_change where xid = any($2::text[]::xid8[]) limit ${mostRows + 1})) c on true`;

type Row = { snapshot: string; at: number; server: string; noted: boolean | null; keys: string[] | null };
type Position = { readonly xmax: string; readonly underWay: readonly string[]; readonly at: number; readonly server: string };

/** A feed of its own position. A process needs one. */
export function makeChangeFeed(): ChangeFeed {
  const followers = new Set<Follower>();
  let position: Position | null = null;

  async function read(): Promise<number> {
    const from = position;
    const { rows } = await pool().query<Row>({ name: 'db_follow_changes', text, values: [from?.xmax ?? '18446744073709551615', from ? [...from.underWay] : []] });
    const [first] = rows;
    if (!first) throw new Error('PostgreSQL did not say what changed');
    const [, xmax = '', underWay = ''] = first.snapshot.split(':');
    position = { xmax, underWay: underWay === '' ? [] : underWay.split(','), at: first.at, server: first.server };
    const noted = rows.filter((row) => row.noted);
    // Another server, or one that was started again, may have lost what this process has seen; after a long pause changes may have been forgotten.
    const lost = from === null || from.server !== first.server || first.at - from.at > longestGap || noted.length > mostRows || noted.some(({ keys }) => keys === null);
    const keys = lost ? null : noted.flatMap((row) => row.keys ?? []);
    if (keys === null || keys.length > 0) for (const follower of followers) follower(keys);
    return first.at;
  }

  const look = together<number>(async () => new Map([['now', await read()]]));
  return {
    now: async () => {
      const at = await look('now');
      if (at === undefined) throw new Error('the feed of changes gave no answer');
      return at;
    },
    follow: (follower) => {
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };
}

const globalFeed = globalThis as { gatehouseChanges?: ChangeFeed };

/** The process's feed. */
export const changes = (): ChangeFeed => (globalFeed.gatehouseChanges ??= makeChangeFeed());

/** Forgets changes of minutes ago. Any process may call it; the database sees to it that nothing recent goes. */
export async function forgetChanges(): Promise<void> {
  await pool().query('select forget_watched_changes()');
}
