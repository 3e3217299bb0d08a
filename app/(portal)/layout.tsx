// Around every page of the portal: navigation, search, who is signed in. It decides nothing: every page asks its own queries.
import { redirect } from 'next/navigation';
import { EnvironmentsProvider } from '#components/policy/environments.tsx';
import { SignOut } from '#components/identity/sign-out.tsx';
import { AppShell } from '#components/shell/app-shell.tsx';
import type { NavKey } from '#components/shell/navigation.ts';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { currentContext } from '#lib/http.ts';
import { me } from '#lib/identity/index.ts';
import { teamsWith, type Permission } from '#lib/kernel/permissions.ts';
import { listEnvironments } from '#lib/policy/index.ts';
import { getOverview } from '#lib/overview/index.ts';
import { endSession } from './actions.ts';

const pages: readonly (readonly [NavKey, Permission | null])[] = [
  ['overview', 'read'], ['runs', 'read'], ['lineage', 'read'], ['data', 'read'], ['models', 'read'], ['approvals', 'read'], ['deployments', 'read'],
  ['drift', 'read'], ['findings', 'read'], ['incidents', 'read'], ['policies', 'read'], ['audit', 'audit.read'], ['settings', null],
];

export default async function PortalLayout({ children }: { readonly children: React.ReactNode }) {
  const context = await currentContext();
  const { actor } = context;
  if (actor.kind !== 'person') redirect('/auth/sign-in');
  const found = await me.execute(context, {});
  if (!found.ok) redirect('/auth/sign-in');
  const { displayName, email, grants } = found.value;
  const overview = await getOverview.execute(context, { range: '24h' });
  const environments = await listEnvironments.execute(context, {});
  const known = environments.ok ? environments.value.items.map(({ name, tier, archived }) => ({ name, tier, archived })).reverse() : [];
  const waiting = overview.ok ? overview.value.needsYou : [];
  const countOf = (kind: string) => waiting.find((entry) => entry.kind === kind)?.count ?? 0;
  const visible = pages.filter(([, permission]) => { const teams = permission === null ? 'all' : teamsWith(actor, permission); return teams === 'all' || teams.length > 0; }).map(([key]) => key);
  return (
    <AppShell
      user={{ name: displayName, email, roles: [...new Set(grants.map((grant) => grant.role))], teams: [...new Set(grants.flatMap((grant) => (grant.teamName ? [grant.teamName] : [])))] }}
      visible={visible}
      counts={{ approvals: countOf('promotion'), findings: countOf('finding'), policies: countOf('policy') }}
      signOut={<SignOut sessionId={actor.sessionId} endSession={endSession} />}
    >
      <EnvironmentsProvider environments={known}>{grants.length === 0 ? <EmptyState kind="not-permitted" title="You have no role yet" description="You are signed in, but nobody has given you a role. Ask an admin for one of your team." /> : children}</EnvironmentsProvider>
    </AppShell>
  );
}
