// Trust policies of teams, signers that were revoked, and what is being verified again.
import type { Metadata } from 'next';
import { Problem } from '#components/kernel-problem.tsx';
import { TrustPolicies } from '#components/trust/trust-policies.tsx';
import { listRevocations, listSweeps, listTrustPolicies } from '#lib/evidence/index.ts';
import { currentContext } from '#lib/http.ts';
import { listTeams } from '#lib/identity/index.ts';
import { teamsWith } from '#lib/kernel/permissions.ts';
import { confirm, propose, reject, revoke, revokeSigner } from './actions.ts';

export const metadata: Metadata = { title: 'Trust policies' };

export default async function TrustPoliciesPage() {
  const context = await currentContext();
  const [policies, revocations, sweeps, teams] = [await listTrustPolicies.execute(context, { limit: 200 }), await listRevocations.execute(context, { limit: 100 }), await listSweeps.execute(context, { limit: 5 }), await listTeams.execute(context, {})];
  if (!policies.ok) return <Problem error={policies.error} />;
  if (!revocations.ok) return <Problem error={revocations.error} />;
  if (!sweeps.ok) return <Problem error={sweeps.error} />;
  if (!teams.ok) return <Problem error={teams.error} />;
  const managed = teamsWith(context.actor, 'trust_key.manage');
  return (
    <TrustPolicies
      policies={policies.value.items}
      more={policies.value.older !== null || revocations.value.older !== null}
      revocations={revocations.value.items}
      sweeps={sweeps.value.items}
      teams={teams.value.items.filter((team) => managed === 'all' || managed.includes(team.id)).map(({ id, name }) => ({ id, name }))}
      readerId={context.actor.id}
      actions={{ propose, confirm, reject, revoke, revokeSigner }}
    />
  );
}
