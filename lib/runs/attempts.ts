// Which runs are attempts at the same work. Pure.

export type Attempted = { readonly id: string; readonly state: 'unknown' | 'running' | 'complete' | 'failed' | 'aborted'; readonly startedAt: string; readonly endedAt: string | null; /** What names the work; null: nothing does, so the run is no retry of any other. */ readonly work: string | null };
export type Attempt = { readonly number: number; readonly of: number; readonly counts: boolean; readonly firstId: string };

const ended = (run: Attempted): boolean => (run.state === 'failed' || run.state === 'aborted') && run.endedAt !== null;

/**
 * Chains of attempts. A run is the next attempt at the same work as another one that failed or was aborted at or before its start;
 * of several such the one that has waited longest. So only the last attempt of a chain can be complete or running, and it is the one that counts.
 * Runs at the same work that overlap are parts of it (a fan-out), not retries. A run alone in its chain has no entry.
 */
export function attemptsOf(runs: readonly Attempted[]): ReadonlyMap<string, Attempt> {
  const ordered = [...runs].sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt) || (a.id < b.id ? -1 : 1));
  const chains: Attempted[][] = [];
  const open = new Map<string, Attempted[][]>();
  for (const run of ordered) {
    const waiting = run.work === null ? [] : (open.get(run.work) ?? []);
    const ready = waiting.filter((chain) => Date.parse(chain.at(-1)?.endedAt ?? '') <= Date.parse(run.startedAt)).sort((a, b) => Date.parse(a.at(-1)?.endedAt ?? '') - Date.parse(b.at(-1)?.endedAt ?? ''));
    const chain = ready[0] ?? [];
    if (chain.length === 0) chains.push(chain);
    chain.push(run);
    if (run.work === null) continue;
    const others = waiting.filter((one) => one !== chain);
    open.set(run.work, ended(run) ? [...others, chain] : others);
  }
  return new Map(chains.filter((chain) => chain.length > 1).flatMap((chain) => chain.map((run, at) => [run.id, { number: at + 1, of: chain.length, counts: at === chain.length - 1, firstId: chain[0]?.id ?? run.id }] as const)));
}
