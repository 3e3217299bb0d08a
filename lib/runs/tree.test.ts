// Rules of the tree of runs, of attempts, of rates and percentiles, and of definitions.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptsOf, type Attempted } from './attempts.ts';
import { definitionsOf, type DefinitionUse } from './definitions.ts';
import type { RunView } from './schema.ts';
import { durationsOf, ratesByWindow, successRate, type Outcome } from './statistics.ts';
import { treeOf, type TreeRow } from './tree.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
const view = (id: string, more: Partial<RunView> = {}): RunView => ({
  id, state: 'complete', reported: true, pipeline: 'flights', stage: null, job: { namespace: 'jobs', name: id }, team: { id: 't', name: 'fraud' }, parentRunId: null,
  startedAt: at(0), endedAt: at(1), durationMilliseconds: 1000, stages: null, failure: null, reportedBy: { id: 'a', name: 'account', responsibleName: 'Ada' }, ...more,
});
const counts = (total: number) => ({ total, more: false, running: 0, complete: total, failed: 0, aborted: 0, unknown: 0 });
const row = (id: string, parentId: string | null, more: Partial<RunView> = {}): TreeRow => ({ run: view(id, more), parentId, nominalTime: null });

describe('the tree', () => {
  it('has parents before children, children by their start, and says how many are not drawn', () => {
    const nodes = treeOf([row('c', 'a', { startedAt: at(1) }), row('a', null, { stages: counts(5) }), row('b', 'a', { startedAt: at(2), stages: counts(1) }), row('d', 'b'), row('stranger', 'unknown')], 'a');
    expect(nodes.map(({ run, depth, parentId, drawn, hidden }) => [run.id, depth, parentId, drawn, hidden])).toEqual([['a', 0, null, 2, 3], ['c', 1, 'a', 0, 0], ['b', 1, 'a', 1, 0], ['d', 2, 'b', 0, 0]]);
  });

  it('ends where parents form a circle', () => {
    expect(treeOf([row('a', 'b'), row('b', 'a')], 'a').map(({ run }) => run.id)).toEqual(['a', 'b']);
    expect(treeOf([row('a', 'a')], 'a').map(({ run }) => run.id)).toEqual(['a']);
  });

  it('marks attempts of one job under one parent, not those of other jobs or nominal times', () => {
    const job = { job: { namespace: 'jobs', name: 'train' } };
    const nodes = treeOf([row('p', null), row('one', 'p', { ...job, state: 'failed', startedAt: at(0), endedAt: at(1) }), row('two', 'p', { ...job, startedAt: at(2) }), row('x', 'p', { startedAt: at(3) }), { ...row('later', 'p', { ...job, startedAt: at(4) }), nominalTime: '2026-01-02' }], 'p');
    expect(nodes.map(({ run, attempt }) => [run.id, attempt?.number ?? null, attempt?.counts ?? null])).toEqual([['p', null, null], ['one', 1, false], ['two', 2, true], ['x', null, null], ['later', null, null]]);
  });

  it('holds each run that hangs on the root exactly once, whatever the parents are', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom(...ids), fc.option(fc.constantFrom(...ids)), fc.nat(20)), { maxLength: 12 }), (links) => {
      const rows = [...new Map(links.map(([id, parent, start]) => [id, row(id, parent, { startedAt: at(start) })])).values()];
      const nodes = treeOf(rows, 'a');
      const seen = nodes.map(({ run }) => run.id);
      expect(new Set(seen).size).toBe(seen.length);
      for (const node of nodes.slice(1)) {
        expect(seen.indexOf(node.parentId ?? '')).toBeLessThan(seen.indexOf(node.run.id));
        expect(nodes.find(({ run }) => run.id === node.parentId)?.depth).toBe(node.depth - 1);
      }
      expect(nodes.length === 0).toBe(!rows.some(({ run }) => run.id === 'a'));
    }));
  });
});

const attempted = (id: string, state: Attempted['state'], start: number, end: number | null, work: string | null = 'w'): Attempted => ({ id, state, startedAt: at(start), endedAt: end === null ? null : at(end), work });
const chains = (runs: Attempted[]) => [...attemptsOf(runs)].map(([id, one]) => [id, one.number, one.of, one.counts]);

describe('attempts', () => {
  it('are runs at the same work, each begun after the one before had failed or was aborted; the last counts', () => {
    expect(chains([attempted('a', 'failed', 0, 1), attempted('b', 'aborted', 1, 2), attempted('c', 'complete', 3, 4)])).toEqual([['a', 1, 3, false], ['b', 2, 3, false], ['c', 3, 3, true]]);
    expect(chains([attempted('a', 'failed', 0, 1), attempted('b', 'running', 2, null)])).toEqual([['a', 1, 2, false], ['b', 2, 2, true]]);
    expect(chains([attempted('a', 'failed', 0, 1), attempted('b', 'failed', 2, 3)])).toEqual([['a', 1, 2, false], ['b', 2, 2, true]]);
  });

  it('are none where runs overlap, where the one before completed, where the work differs, or is not told', () => {
    expect(chains([attempted('a', 'failed', 0, 5), attempted('b', 'complete', 1, 2)])).toEqual([]);
    expect(chains([attempted('a', 'complete', 0, 1), attempted('b', 'complete', 2, 3)])).toEqual([]);
    expect(chains([attempted('a', 'failed', 0, 1, 'x'), attempted('b', 'complete', 2, 3, 'y')])).toEqual([]);
    expect(chains([attempted('a', 'failed', 0, 1, null), attempted('b', 'complete', 2, 3, null)])).toEqual([]);
    expect(chains([attempted('a', 'failed', 0, null), attempted('b', 'complete', 2, 3)])).toEqual([]);
  });

  it('of two failures at once go to the one that waited longest', () => {
    expect(chains([attempted('a', 'failed', 0, 4), attempted('b', 'failed', 0, 2), attempted('c', 'complete', 5, 6)])).toEqual([['b', 1, 2, false], ['c', 2, 2, true]]);
  });

  it('number from 1 without gaps, count exactly once in a chain, and only the last can be complete, whatever order they come in', () => {
    const arbitrary = fc.uniqueArray(fc.record({ id: fc.stringMatching(/^[a-z]{3}$/), state: fc.constantFrom('unknown' as const, 'running' as const, 'complete' as const, 'failed' as const, 'aborted' as const), start: fc.nat(20), length: fc.option(fc.nat(5)), work: fc.constantFrom('x', 'y', null) }), { selector: ({ id }) => id, maxLength: 12 });
    fc.assert(fc.property(arbitrary, (given) => {
      const runs = given.map(({ id, state, start, length, work }) => attempted(id, state, start, length === null ? null : start + length, work));
      const found = attemptsOf(runs);
      expect([...attemptsOf([...runs].reverse())].sort()).toEqual([...found].sort());
      for (const firstId of new Set([...found.values()].map((one) => one.firstId))) {
        const chain = [...found].filter(([, one]) => one.firstId === firstId).sort(([, a], [, b]) => a.number - b.number);
        expect(chain.map(([, one]) => one.number)).toEqual(chain.map((_, n) => n + 1));
        expect(chain.map(([, one]) => one.counts)).toEqual(chain.map((_, n) => n === chain.length - 1));
        for (const [id] of chain.slice(0, -1)) expect(['failed', 'aborted']).toContain(runs.find((run) => run.id === id)?.state);
      }
    }));
  });
});

const outcome = (state: Outcome['state'], day: number, duration: number | null = 1000): Outcome => ({ state, startedAt: new Date(Date.UTC(2026, 5, 30) - day * 86_400_000).toISOString(), durationMilliseconds: duration });

describe('rates and durations', () => {
  it('count what ended, and nothing else', () => {
    expect(successRate([outcome('complete', 0), outcome('failed', 0), outcome('aborted', 0), outcome('running', 0), outcome('unknown', 0)])).toEqual({ ended: 3, complete: 1, failed: 1, aborted: 1, rate: 1 / 3 });
    expect(successRate([outcome('running', 0)]).rate).toBeNull();
  });

  it('are of the last day, week and month; a run of the future is in none', () => {
    const runs = [outcome('complete', 0.5), outcome('failed', 3), outcome('failed', 20), outcome('failed', 60), outcome('failed', -1)];
    expect(ratesByWindow(runs, new Date(Date.UTC(2026, 5, 30)).toISOString()).map(({ days, ended, complete }) => [days, ended, complete])).toEqual([[1, 1, 1], [7, 2, 1], [30, 3, 1]]);
  });

  it('are durations of runs that were, never falling from one percentile to the next', () => {
    expect(durationsOf(Array.from({ length: 100 }, (_, n) => outcome('complete', 0, n + 1)))).toEqual({ samples: 100, p50: 50, p90: 90, p99: 99, longest: 100 });
    expect(durationsOf([outcome('failed', 0), outcome('complete', 0, null), outcome('complete', 0, -5)])).toBeNull();
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 50 }), (values) => {
      const found = durationsOf(values.map((value) => outcome('complete', 0, value)));
      expect(found && [found.p50, found.p90, found.p99].every((value) => values.includes(value)) && found.p50 <= found.p90 && found.p90 <= found.p99 && found.p99 <= found.longest).toBe(true);
    }));
  });
});

const use = (runId: string, second: number, more: Partial<DefinitionUse> = {}): DefinitionUse => ({ runId, stage: 'train', startedAt: at(second), state: 'complete', responsible: 'Ada', commit: 'c1', dirty: false, branch: 'main', remote: null, author: null, reviewers: [], code: [], ...more });

describe('definitions', () => {
  it('are told apart by commit, by uncommitted changes and by digest of code, last used first', () => {
    const code = [{ name: 'src', kind: 'code', versionId: 'v', digest: 'sha256:1' }];
    const { definitions, unrecorded } = definitionsOf([use('a', 1), use('b', 4, { state: 'failed' }), use('c', 2, { dirty: true }), use('d', 3, { code }), use('e', 5, { commit: null })]);
    expect(definitions.map((one) => [one.commit, one.dirty, one.code.length, one.runs, one.complete, one.first.runId, one.last.runId])).toEqual([['c1', false, 0, 2, 1, 'a', 'b'], ['c1', false, 1, 1, 1, 'd', 'd'], ['c1', true, 0, 1, 1, 'c', 'c']]);
    expect(unrecorded).toBe(1);
  });

  it('name the author where a facet does, else who answers for the account and say so; reviewers only where a facet does', () => {
    expect(definitionsOf([use('a', 1)]).definitions[0]).toMatchObject({ changedBy: { name: 'Ada', known: 'account' }, reviewedBy: [] });
    expect(definitionsOf([use('a', 1), use('b', 2, { author: 'Grace', reviewers: ['Alan', 'Alan'] })]).definitions[0]).toMatchObject({ changedBy: { name: 'Grace', known: 'commit' }, reviewedBy: ['Alan'] });
  });
});
