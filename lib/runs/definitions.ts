// Which definition each run of a pipeline used: by commit and by digest of its code, who changed it, who reviewed it. Pure.
import { z } from 'zod';
import { runState, type RunState } from './schema.ts';

export const definitionView = z.object({
  commit: z.string().nullable(),
  dirty: z.boolean().describe('Uncommitted changes ran, so the commit does not say what did.'),
  branch: z.string().nullable(),
  remote: z.string().nullable(),
  code: z.array(z.object({ name: z.string(), kind: z.string(), versionId: z.guid(), digest: z.string() })).describe('Inputs of the kinds code and configuration, by digest.'),
  stages: z.array(z.string()),
  runs: z.number().int(),
  complete: z.number().int(),
  ended: z.number().int(),
  first: z.object({ runId: z.guid(), at: z.string() }),
  last: z.object({ runId: z.guid(), at: z.string(), state: runState }),
  changedBy: z.object({ name: z.string(), known: z.enum(['commit', 'account']) }).describe('`commit`: the author as the run’s facet says; `account`: nothing says, so whoever answers for the account that first reported it.'),
  reviewedBy: z.array(z.string()).describe('As the run’s facet says of the commit; empty where nothing says.'),
});
export type DefinitionView = z.infer<typeof definitionView>;

export type DefinitionUse = {
  readonly runId: string;
  readonly stage: string;
  readonly startedAt: string;
  readonly state: RunState;
  readonly responsible: string;
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly branch: string | null;
  readonly remote: string | null;
  readonly author: string | null;
  readonly reviewers: readonly string[];
  readonly code: DefinitionView['code'];
};

const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();

/** One entry for each commit (with or without uncommitted changes) and set of code digests, last used first. Runs that tell neither are counted apart. */
export function definitionsOf(uses: readonly DefinitionUse[]): { definitions: DefinitionView[]; unrecorded: number } {
  const groups = new Map<string, DefinitionUse[]>();
  let unrecorded = 0;
  for (const use of [...uses].sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt) || (a.runId < b.runId ? -1 : 1))) {
    if (use.commit === null && use.code.length === 0) {
      unrecorded += 1;
      continue;
    }
    const key = JSON.stringify([use.commit, use.dirty, sorted(use.code.map(({ name, digest }) => `${name} ${digest}`))]);
    groups.set(key, [...(groups.get(key) ?? []), use]);
  }
  const definitions = [...groups.values()].flatMap((group): DefinitionView[] => {
    const [first, last] = [group[0], group.at(-1)];
    if (!first || !last) return [];
    const author = group.find((use) => use.author !== null)?.author ?? null;
    return [{
      commit: first.commit, dirty: first.dirty, branch: last.branch, remote: last.remote, code: first.code,
      stages: sorted(group.map(({ stage }) => stage)), runs: group.length,
      complete: group.filter(({ state }) => state === 'complete').length, ended: group.filter(({ state }) => state === 'complete' || state === 'failed' || state === 'aborted').length,
      first: { runId: first.runId, at: first.startedAt }, last: { runId: last.runId, at: last.startedAt, state: last.state },
      changedBy: author === null ? { name: first.responsible, known: 'account' } : { name: author, known: 'commit' },
      reviewedBy: sorted(group.flatMap(({ reviewers }) => reviewers)),
    }];
  });
  return { definitions: definitions.sort((a, b) => Date.parse(b.last.at) - Date.parse(a.last.at)), unrecorded };
}
