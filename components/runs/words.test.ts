// How runs are put into words.
import { describe, expect, it } from 'vitest';
import { byteCount, runTitle, stageName, stagesInWords } from './words.ts';

const run = { pipeline: 'flights', stage: null, job: { namespace: 'n', name: 'flights.train' }, parentRunId: 'p' };

describe('a run is called', () => {
  it.each([
    [{ ...run, stage: 'train' }, 'flights › train', 'train'],
    [run, 'flights › train', 'train'],
    [{ ...run, job: { namespace: 'n', name: 'other' } }, 'flights › other', 'other'],
    [{ ...run, job: { namespace: 'n', name: 'flights' }, parentRunId: null }, 'flights', 'flights'],
    [{ pipeline: 'etl', stage: null, job: { namespace: 'n', name: 'etl' }, parentRunId: null }, 'etl', 'etl'],
  ])('%j %s', (one, title, stage) => {
    expect([runTitle(one), stageName(one)]).toEqual([title, stage]);
  });
});

describe('stages are counted', () => {
  it('with what needs attention, and no more', () => {
    expect(stagesInWords({ total: 4, more: false, failed: 1, running: 1, complete: 2, aborted: 0, unknown: 0 })).toBe('4 · 1 failed · 1 running');
    expect(stagesInWords({ total: 4, more: false, failed: 0, running: 0, complete: 4, aborted: 0, unknown: 0 })).toBe('4');
    expect(stagesInWords({ total: 1000, more: true, failed: 2, running: 0, complete: 998, aborted: 0, unknown: 0 })).toBe('more than 1,000 · at least 2 failed');
  });
});

describe('bytes are', () => {
  it.each([[0, '0 bytes'], [999, '999 bytes'], [1000, '1.00 kB'], [999_600, '1.00 MB'], [123_456_789, '123 MB']])('%i: %s', (bytes, text) => {
    expect(byteCount(bytes)).toBe(text);
  });
});
