// The policy that binds an environment now, for the domains that decide by it.
import type { ReadTx } from '#lib/db/client.ts';
import { policyDigest } from './digest.ts';
import { policyContent, type Environment, type EnvironmentTier, type PolicyContent } from './schema.ts';
import type { PolicySubject } from './scope.ts';
import { findDecidingPolicy, findPolicy, type PolicyRow } from './store.ts';
import { findEnvironment } from './store/environments.ts';

export type UsablePolicy = { readonly id: string; readonly environment: Environment; readonly tier: EnvironmentTier; readonly digest: string; readonly content: PolicyContent };

function usable(row: PolicyRow | null, tier: EnvironmentTier | null): UsablePolicy | null {
  const content = policyContent.safeParse(row?.content);
  if (!row || tier === null || !content.success || policyDigest(content.data) !== row.digest) return null;
  return { id: row.id, environment: row.environment, tier, digest: row.digest, content: content.data };
}

/**
 * The active policy that decides about a subject (null: about nothing in particular, so the organisation's), or null
 * where there is none that can be used: absent, unreadable, stored with content that does not give its digest, or of an
 * environment that is archived. Null
 * means no. The narrowest decides alone: of the model, else of the team, else of the organisation; one that cannot be
 * used gives way to none. With `lock` it stays the one that decides until the transaction ends.
 */
export const activePolicy = async (tx: ReadTx, environment: Environment, lock: boolean, subject: PolicySubject | null): Promise<UsablePolicy | null> => {
  const found = await findDecidingPolicy(tx, environment, subject, lock);
  return usable(found?.policy ?? null, found?.tier ?? null);
};

/** A policy version by id, active or not, under the same conditions. */
export const policyById = async (tx: ReadTx, id: string): Promise<UsablePolicy | null> => {
  const row = await findPolicy(tx, id, false);
  return usable(row, row ? ((await findEnvironment(tx, row.environment))?.tier ?? null) : null);
};
