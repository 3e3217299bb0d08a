// Runs that belong to a run: the tree it is in, attempts at the same work, the run before it, and the runs it reproduces.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { id } from '#lib/kernel/ids.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { attemptsOf } from './attempts.ts';
import { comparedFields } from './compare.ts';
import { comparedRuns } from './queries.ts';
import { runView, type RunView } from './schema.ts';
import { runById, runsByIds } from './store.ts';
import { ancestorsOf, childrenOf, inputKeys, nominalTimes, runsOfSameJob } from './store/tree.ts';
import { siblingWork, treeOf, type TreeRow } from './tree.ts';
import { reproduction, reproductionOf, type Reproduction } from './verdict.ts';

const attempt = z.object({ number: z.number().int(), of: z.number().int(), counts: z.boolean().describe('The last attempt is the one that counts.'), firstId: z.guid() });

const mostAbove = 8;
const mostBelow = 12;
const mostChildren = 100;
const mostNodes = 500;

const runTree = z.object({
  rootId: z.guid(),
  focusId: z.guid(),
  above: z.boolean().describe('The root has a parent of its own that is not drawn.'),
  nodes: z.array(z.object({ run: runView, depth: z.number().int(), parentId: z.guid().nullable(), attempt: attempt.nullable(), drawn: z.number().int(), hidden: z.number().int().describe('Children that are not drawn.') })),
  hidden: z.number().int().describe('Children of drawn runs that are not drawn, in all.'),
});
export type RunTree = z.infer<typeof runTree>;

/** The rows of the tree below a root, level by level until a bound is met; the way to the focus is always among them. */
async function rowsOfTree(tx: ReadTx, teams: TeamFilter, path: readonly string[]): Promise<{ id: string; parentId: string | null }[]> {
  const root = path.at(-1) ?? '';
  const rows = new Map<string, { id: string; parentId: string | null }>([...path].reverse().map((one, at, all) => [one, { id: one, parentId: all[at - 1] ?? null }]));
  let level = [root];
  for (let depth = 0; depth < mostBelow && level.length > 0 && rows.size < mostNodes; depth += 1) {
    const children = (await childrenOf(tx, teams, level, mostChildren)).filter((child) => !rows.has(child.id) || path.includes(child.id)).slice(0, mostNodes - rows.size);
    for (const child of children) if (!rows.has(child.id)) rows.set(child.id, child);
    // The way to the focus goes on even where its run is not among the first children.
    const onPath = path.at(-2 - depth);
    level = [...new Set([...(onPath === undefined ? [] : [onPath]), ...children.map((child) => child.id).filter((child) => !path.includes(child))])];
  }
  return [...rows.values()];
}

export const getRunTree = query({
  name: 'runs.getRunTree',
  summary: 'The tree of parent and child runs that a run is in',
  input: z.strictObject({ id }),
  output: runTree,
  permission: 'read',
  run: async (tx, input, reader) => {
    const up = await ancestorsOf(tx, reader.teams, input.id, mostAbove + 1);
    if (up.length === 0) return notFound('run');
    const path = up.slice(0, mostAbove + 1);
    const rootId = path.at(-1) ?? input.id;
    const placed = await rowsOfTree(tx, reader.teams, path);
    const views = new Map((await runsByIds(tx, reader.teams, placed.map((row) => row.id))).map((view) => [view.id, view]));
    const times = await nominalTimes(tx, [...views.keys()]);
    const rows = placed.flatMap(({ id: runId, parentId }): TreeRow[] => {
      const run = views.get(runId);
      return run ? [{ run, parentId, nominalTime: times.get(runId) ?? null }] : [];
    });
    const nodes = treeOf(rows, rootId);
    return ok({ rootId, focusId: input.id, above: up.length > path.length, nodes, hidden: nodes.reduce((sum, node) => sum + node.hidden, 0) });
  },
  http: { method: 'GET', path: '/api/v1/runs/{id}/tree', tag: 'Runs', body: 'none' },
});

/** Runs of the same job looked at on either side of a run. */
const nearby = 50;
const mostCompared = 6;

const relatives = z.object({
  previousId: z.guid().nullable().describe('The run of the same job that began before this one.'),
  attempts: z.array(z.object({ run: runView, attempt })).describe('Attempts at the same work, in order; empty where this is the only one.'),
  reproductions: z.object({
    items: z.array(z.object({ run: runView, reproduction })),
    looked: z.number().int().describe('Runs of the same job around this one whose inputs were looked at.'),
    more: z.boolean().describe('There are more with the same inputs than were compared.'),
  }),
});
export type RunRelatives = z.infer<typeof relatives>;

async function attemptsAt(tx: ReadTx, teams: TeamFilter, run: RunView): Promise<RunRelatives['attempts']> {
  const near = await runsOfSameJob(tx, teams, run.id, nearby, false);
  const ids = near.map((one) => one.id);
  const views = new Map((await runsByIds(tx, teams, ids)).map((view) => [view.id, view]));
  const [times, inputs] = [await nominalTimes(tx, ids), await inputKeys(tx, ids)];
  const workOf = (view: RunView): string | null => {
    const nominalTime = times.get(view.id) ?? null;
    if (view.parentRunId !== null) return `${view.parentRunId} ${siblingWork({ run: view, parentId: view.parentRunId, nominalTime })}`;
    const input = inputs.get(view.id);
    // Without a parent, a nominal time or any input nothing says that two runs are at the same work.
    return nominalTime !== null ? `at ${nominalTime}` : input === undefined ? null : `on ${input}`;
  };
  const chains = attemptsOf([...views.values()].map((view) => ({ id: view.id, state: view.state, startedAt: view.startedAt, endedAt: view.endedAt, work: workOf(view) })));
  const mine = chains.get(run.id);
  if (!mine) return [];
  return [...chains].flatMap(([runId, one]) => {
    const view = views.get(runId);
    return view && one.firstId === mine.firstId ? [{ run: view, attempt: one }] : [];
  }).sort((a, b) => a.attempt.number - b.attempt.number);
}

/** Other complete runs of the same job, around this one in time, that named the same inputs, each with its verdict. */
async function reproductionsAround(tx: ReadTx, teams: TeamFilter, run: RunView): Promise<RunRelatives['reproductions']> {
  const near = (await runsOfSameJob(tx, teams, run.id, nearby, false)).filter((other) => other.state === 'complete' && other.id !== run.id);
  const keys = await inputKeys(tx, [run.id, ...near.map((other) => other.id)]);
  const key = keys.get(run.id);
  const same = key === undefined || run.state !== 'complete' ? [] : near.filter((other) => keys.get(other.id) === key);
  const nearest = [...same].sort((a, b) => Math.abs(Date.parse(a.startedAt) - Date.parse(run.startedAt)) - Math.abs(Date.parse(b.startedAt) - Date.parse(run.startedAt))).slice(0, mostCompared);
  const compared = nearest.length === 0 ? new Map<string, never>() : await comparedRuns(tx, teams, [run.id, ...nearest.map((other) => other.id)]);
  const mine = compared.get(run.id);
  const items: RunRelatives['reproductions']['items'] = [];
  for (const { id: otherId } of nearest) {
    const other = compared.get(otherId);
    if (!mine || !other) continue;
    const [earlier, later] = other.run.startedAt <= run.startedAt ? [other, mine] : [mine, other];
    items.push({ run: other.run, reproduction: reproductionOf(earlier, later, comparedFields(earlier, later)) });
  }
  return { items, looked: near.length, more: same.length > nearest.length };
}

export const getRunRelatives = query({
  name: 'runs.getRunRelatives',
  summary: 'The run before a run, attempts at the same work, and the runs that it reproduces',
  input: z.strictObject({ id }),
  output: relatives,
  permission: 'read',
  run: async (tx, input, reader) => {
    const found = await runById(tx, reader.teams, input.id);
    if (!found) return notFound('run');
    const before = (await runsOfSameJob(tx, reader.teams, input.id, 1, false)).filter((one) => one.id !== input.id && one.startedAt <= found.view.startedAt);
    return ok({
      previousId: before[0]?.id ?? null,
      attempts: await attemptsAt(tx, reader.teams, found.view),
      reproductions: await reproductionsAround(tx, reader.teams, found.view),
    });
  },
  http: { method: 'GET', path: '/api/v1/runs/{id}/relatives', tag: 'Runs', body: 'none' },
});

/** Other runs of the same job from the same inputs, as the teams given may see them: what each of them says about reproducing this one. */
export async function reproductionsOf(tx: ReadTx, teams: TeamFilter, runId: string): Promise<{ runId: string; verdict: Reproduction['verdict']; reason: string }[]> {
  const found = await runById(tx, teams, runId);
  if (!found) return [];
  const { items } = await reproductionsAround(tx, teams, found.view);
  return items.map(({ run, reproduction: { verdict, reason } }) => ({ runId: run.id, verdict, reason }));
}
