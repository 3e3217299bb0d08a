import { describe, expect, it } from 'vitest';
import { durableSettings, usableMemory } from './postgres-settings.ts';

const gigabyte = 1024 ** 3;

describe('the embedded database', () => {
  it.each([
    ['a small container', 0.25, 2, { shared_buffers: '128MB', effective_cache_size: '512MB', max_wal_size: '1024MB' }],
    ['a laptop', 16, 60, { shared_buffers: '4096MB', effective_cache_size: '8192MB', max_wal_size: '3072MB' }],
    ['a large server', 256, 2000, { shared_buffers: '4096MB', effective_cache_size: '32768MB', max_wal_size: '4096MB' }],
  ])('on %s takes what it may', (_, memory, free, expected) => {
    expect(durableSettings({ memory: memory * gigabyte, free: free * gigabyte })).toMatchObject(expected);
  });

  it('knows how much memory there is', () => {
    expect(usableMemory()).toBeGreaterThan(100 * 1024 ** 2);
  });
});
