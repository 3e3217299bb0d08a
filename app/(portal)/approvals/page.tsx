// Promotion requests: what waits for me, and all others.
import type { Metadata } from 'next';
import { PromotionsTable } from '#components/approvals/promotions-table.tsx';
import { reminder } from '#components/approvals/words.ts';
import { Alert } from '#components/ui/alert.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { LinkTabs } from '#components/ui/tabs.tsx';
import { Delegations } from '#components/approvals/delegations.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { listDelegations, listPromotions } from '#lib/approvals/index.ts';
import { currentContext } from '#lib/http.ts';
import { teamsWith } from '#lib/kernel/permissions.ts';
import { EmergencyBanner } from '../emergency-banner.tsx';
import { endLoan, lend } from './actions.ts';

export const metadata: Metadata = { title: 'Approvals' };

export default async function ApprovalsPage() {
  const context = await currentContext();
  const decides = teamsWith(context.actor, 'promotion.decide');
  const delegations = await listDelegations.execute(context, {});
  const items = delegations.ok ? delegations.value.items : [];
  const mayDecide = decides === 'all' || decides.length > 0 || items.some(({ active, mine }) => active && !mine);
  const waiting = mayDecide ? await listPromotions.execute(context, { needsMe: 'true', limit: 200 }) : null;
  const count = waiting?.ok ? waiting.value.items.length : 0;
  const remindOf = waiting?.ok ? reminder(waiting.value.items, new Date().getTime()) : null;
  const held = context.actor.kind === 'person' ? context.actor.grants.map(({ role }) => role) : [];
  const roles = (['reviewer', 'security'] as const).filter((role) => held.includes(role));
  return (
    <>
      <PageHeader title="Approvals" meta="Requests to promote a model version. Each is decided on frozen evidence; when the artifact, the evidence or the policy changes, it is stale." />
      <EmergencyBanner />
      {remindOf !== null && <div className="mb-4"><Alert tone="warning">{remindOf}</Alert></div>}
      <LinkTabs
        label="Requests"
        tabs={[
          ...(mayDecide ? [{ label: 'Wait for me', href: '/approvals?needsMe=true', count }] : []),
          { label: 'Open', href: '/approvals?state=open' },
          { label: 'All', href: '/approvals' },
        ]}
      />
      <PromotionsTable />
      {(roles.length > 0 || items.length > 0) && <div className="mt-6"><Disclosure summary={`Roles lent during absence${items.some(({ active }) => active) ? ` (${items.filter(({ active }) => active).length} in force)` : ''}`}><Delegations items={items} roles={roles} lend={lend} end={endLoan} /></Disclosure></div>}
    </>
  );
}
