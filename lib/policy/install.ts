// Installing the policies that the product ships. Safe at every start and from several processes at once.
import { newId } from '#lib/kernel/ids.ts';
import type { AuditEntry } from '#lib/kernel/audit-event.ts';
import { policyDigest } from './digest.ts';
import { organisationWide } from './scope.ts';
import { shippedPolicies } from './shipped.ts';
import { environmentRows } from './store/environments.ts';
import { asSystem, findActivePolicy, findPolicyByDigest, insertPolicy, lockEnvironment } from './store.ts';

/**
 * Activates the shipped policy where an environment has none. Where one is active already, a shipped set that this
 * database has never seen becomes a proposal for a person to confirm: an upgrade alone changes no decision.
 * Returns how many were installed.
 */
export const ensureShippedPolicies = (): Promise<number> =>
  asSystem('policy.installShipped', async (tx) => {
    const entries: AuditEntry[] = [];
    for (const { name: environment, tier, archivedAt } of await environmentRows(tx)) {
      if (archivedAt !== null) continue;
      await lockEnvironment(tx, environment);
      const content = shippedPolicies[tier];
      const digest = policyDigest(content);
      if (await findPolicyByDigest(tx, environment, organisationWide, digest)) continue;
      const active = await findActivePolicy(tx, environment, organisationWide, null);
      const row = { id: newId(), environment, digest, content, state: active ? ('proposed' as const) : ('active' as const), proposedBy: null };
      await insertPolicy(tx, row);
      entries.push({ subjectTable: 'policy_version', subjectId: row.id, teamId: null, after: { environment, digest, state: row.state } });
    }
    return entries;
  });
