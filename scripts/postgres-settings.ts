// How large the embedded PostgreSQL makes itself: by the memory and the disk that are there.
import { totalmem } from 'node:os';

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;

/** Crash-safe databases grow into this; one that may be lost is made for tests, and stays small and fast. */
export const notDurable = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', wal_level: 'minimal', max_wal_senders: '0', max_connections: '200', autovacuum_naptime: '10min' };

/**
 * Settings for a machine with so much memory and a disk with so much room, both in bytes. A quarter of the memory for pages, as PostgreSQL's own
 * documentation advises (Server Configuration, `shared_buffers`), at most 4 GB since the portal and others live on the machine, and nothing is used before there are data to fill it. The log ahead of
 * writing may grow to a twentieth of the free disk, at most 4 GB: after each checkpoint a page is logged whole at its first change, and run ids
 * and digests touch pages all over the indexes, so checkpoints every few seconds would log most of what is written twice.
 */
export function durableSettings({ memory, free }: { readonly memory: number; readonly free: number }): Record<string, string> {
  const within = (bytes: number, least: number, most: number) => `${String(Math.round(Math.min(Math.max(bytes, least), most) / mebibyte))}MB`;
  return {
    shared_buffers: within(memory / 4, 128 * mebibyte, 4 * gibibyte),
    effective_cache_size: within(memory / 2, 512 * mebibyte, 32 * gibibyte),
    max_wal_size: within(free / 20, gibibyte, 4 * gibibyte),
    checkpoint_timeout: '15min',
    random_page_cost: '1.1',
  };
}

/** The memory that this process may use: of a container, its limit. */
export function usableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
