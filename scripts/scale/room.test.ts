// A scale test is refused before it begins where the disk could not hold it.
import { describe, expect, it } from 'vitest';
import { freeBytes } from '../disk.ts';
import { bytesNeeded, roomFor } from './room.ts';

describe('the room for a scale test', () => {
  it('is what a million runs were measured to take, and more with every run and asset', () => {
    expect(bytesNeeded(1_000_000, 1_000_000)).toBeGreaterThan(11.2e9);
    expect(bytesNeeded(1_000_000, 1_000_000)).toBeLessThan(16e9);
    expect(bytesNeeded(10_000_000, 0)).toBeGreaterThan(65e9);
    expect(bytesNeeded(10_000_000, 10_000_000)).toBeGreaterThan(bytesNeeded(10_000_000, 0));
    expect(bytesNeeded(3_000, 0)).toBeLessThan(2.1e9);
  });

  it('is refused with what would fit', () => {
    expect(roomFor(1_000_000, 0, 1e12)).toMatchObject({ enough: true });
    const refused = roomFor(10_000_000, 10_000_000, 63e9);
    expect(refused).toMatchObject({ enough: false, words: expect.stringMatching(/need about 84\.\d GB.*63\.0 GB free.*6,\d{3},\d{3} runs would fit.*--force/) as string });
    expect(roomFor(10_000_000, 0, 1e9).words).toContain('about 0 runs');
  });

  it('is looked up on the disk of the folder', () => {
    expect(freeBytes('/')).toBeGreaterThan(0);
  });
});
