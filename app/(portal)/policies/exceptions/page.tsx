// Exceptions from rules: those that wait for a second person, those in force, and those that were.
import type { Metadata } from 'next';
import { Problem } from '#components/kernel-problem.tsx';
import { DecideException } from '#components/policy/exception-forms.tsx';
import { versionHref } from '#components/registry/href.ts';
import { Badge } from '#components/ui/badge.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { LinkTabs } from '#components/ui/tabs.tsx';
import { Time } from '#components/ui/time.tsx';
import { TopicRefresh } from '#components/drift/topic-refresh.tsx';
import { exceptionStates, listExceptions, type ExceptionView } from '#lib/exceptions/index.ts';
import { currentContext } from '#lib/http.ts';
import { may } from '#lib/kernel/permissions.ts';
import { confirm, end } from './actions.ts';

export const metadata: Metadata = { title: 'Exceptions' };

type Query = Record<string, string | string[] | undefined>;
const stateTones = { proposed: 'accent', active: 'stale', expired: 'neutral', rejected: 'neutral', revoked: 'neutral' } as const;
const one = (value: string | string[] | undefined) => (typeof value === 'string' && value !== '' ? value : undefined);

export default async function ExceptionsPage({ searchParams }: { searchParams: Promise<Query> }) {
  const { state, after, before } = await searchParams;
  const context = await currentContext();
  const shown = exceptionStates.find((known) => known === one(state));
  const found = await listExceptions.execute(context, { ...(shown && { state: [shown] }), ...(one(after) && { after: one(after) }), ...(one(before) && { before: one(before) }) });
  if (!found.ok) return <Problem error={found.error} />;
  const { items, newer, older } = found.value;
  const href = (extra: Record<string, string>) => `/policies/exceptions?${new URLSearchParams({ ...(shown && { state: shown }), ...extra }).toString()}`;
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Policies', href: '/policies' }]}
        title="Exceptions"
        meta={<>For one model version and one rule, until a moment, by two people. The rule’s own verdict stays visible wherever one applies.<TopicRefresh topic="approvals" /></>}
      />
      <LinkTabs label="State" tabs={[{ label: 'all', href: '/policies/exceptions' }, ...exceptionStates.map((name) => ({ label: name, href: `/policies/exceptions?state=${name}` }))]} />
      {items.length === 0
        ? <EmptyState kind="nothing-yet" title="No exceptions" description="They are asked for beside a rule that did not pass, on the page of a promotion request." />
        : <ul>{items.map((item) => <Row key={item.id} item={item} actor={context.actor} />)}</ul>}
      <Pagination newer={newer === null ? undefined : href({ before: newer })} older={older === null ? undefined : href({ after: older })} summary={`${items.length} shown`} />
    </>
  );
}

function Row({ item, actor }: { readonly item: ExceptionView; readonly actor: Awaited<ReturnType<typeof currentContext>>['actor'] }) {
  const scope = { kind: 'team', teamId: item.teamId } as const;
  return (
    <li id={item.id} className="flex flex-wrap items-start justify-between gap-3 border-t border-line py-2 text-sm first:border-t-0 target:bg-selected">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <Badge tone={stateTones[item.state]}>{item.state}</Badge>
          <code className="text-xs">{item.ruleId}</code>
          <span>for <TextLink quiet href={versionHref(item.modelName, item.version)}>{item.modelName} {item.version}</TextLink> in {item.environment}</span>
          <span className="text-ink-2">{item.state === 'expired' ? 'until' : 'ends'} <Time at={item.expiresAt} /></span>
        </p>
        <p className="break-words">{item.reason}</p>
        <p className="text-xs text-ink-2">
          asked for by {item.proposedBy.name}, <Time at={item.proposedAt} />
          {item.confirmedBy && item.confirmedAt && <>; confirmed by {item.confirmedBy.name}, <Time at={item.confirmedAt} /></>}
          {item.endedBy && item.endedAt && <>; {item.state} by {item.endedBy.name}, <Time at={item.endedAt} /></>}
          {' '}· {item.teamName}
        </p>
      </div>
      <DecideException exceptionId={item.id} state={item.state} isProposer={item.proposedBy.id === actor.id} mayConfirm={may(actor, 'exception.confirm', scope)} mayEnd={may(actor, 'exception.end', scope)} actions={{ confirm, end }} />
    </li>
  );
}
