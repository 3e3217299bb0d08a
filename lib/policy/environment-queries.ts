// Reading environments: which there are, and the changes that wait.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { query } from '#lib/kernel/query.ts';
import type { Err } from '#lib/kernel/result.ts';
import { ok } from '#lib/kernel/result.ts';
import type { AppError } from '#lib/kernel/errors.ts';
import { environmentChangeView, environmentSettings, environmentView, type EnvironmentTier, type MetadataField } from './environment.ts';
import { settingsOf } from './environment-commands.ts';
import { weakened } from './environment-rules.ts';
import { policyFailure } from './errors.ts';
import { environmentChangeRows, environmentRows, environmentsWithUse, findEnvironment, knownEnvironmentNames } from './store/environments.ts';

/** 422 for the first of `names` that no environment has; null where all are known. Names are the same for every reader. */
export async function unknownEnvironment(tx: ReadTx, names: readonly string[] | undefined): Promise<Err<AppError> | null> {
  if (!names || names.length === 0) return null;
  const known = await knownEnvironmentNames(tx, names);
  const missing = names.find((name) => !known.includes(name));
  if (missing === undefined) return null;
  const all = (await environmentRows(tx)).filter(({ archivedAt }) => archivedAt === null).map(({ name }) => name);
  return policyFailure('invalid', 'policy.unknown_environment', `There is no environment ${missing}. There are: ${all.join(', ')}.`, { errors: [{ path: 'environment', message: `is none of ${all.join(', ')}` }] });
}

/** The tier by whose rules an environment is held; one that is not known is held by the strictest. */
export const tierOf = async (tx: ReadTx, name: string): Promise<EnvironmentTier> => (await findEnvironment(tx, name))?.tier ?? 'production';

/** What each environment requires a version to come with. */
export const requiredByEnvironment = async (tx: ReadTx): Promise<Readonly<Record<string, readonly MetadataField[]>>> => Object.fromEntries((await environmentRows(tx)).map((row) => [row.name, settingsOf(row).requiredMetadata]));

export const listEnvironments = query({
  name: 'policy.listEnvironments',
  summary: 'Environments in their order, and the changes of them',
  input: z.strictObject({}),
  output: z.object({ items: z.array(environmentView), changes: z.array(environmentChangeView) }),
  permission: 'read',
  run: async (tx, _input, { teams }) => {
    const items = (await environmentsWithUse(tx, teams)).map(({ row, hasPolicy, running }) => ({ name: row.name, ...settingsOf(row), shipped: row.shipped, archivedAt: row.archivedAt, hasPolicy, running }));
    const changes = (await environmentChangeRows(tx)).map(({ change, proposer, decider }) => {
      const before = change.before && environmentSettings.parse(change.before);
      const after = environmentSettings.parse(change.after);
      return { id: change.id, environment: change.environment, before, after, state: change.state, weakens: weakened(before, after), reason: change.reason, proposedBy: proposer, proposedAt: change.proposedAt, decidedBy: decider?.id ? { id: decider.id, name: decider.name } : null, decidedAt: change.decidedAt };
    });
    return ok({ items, changes });
  },
  http: { method: 'GET', path: '/api/v1/environments', tag: 'Environments', body: 'none' },
});
