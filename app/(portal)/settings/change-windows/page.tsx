// When each environment may be changed: windows in force, those that wait for a second person, and those that were.
import type { Metadata } from 'next';
import { Problem } from '#components/kernel-problem.tsx';
import { writeOpening } from '#components/windows/lines.ts';
import { DecideWindow, ProposeWindow } from '#components/windows/window-forms.tsx';
import { Verdict } from '#components/evidence/verdict.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { currentContext } from '#lib/http.ts';
import { may } from '#lib/kernel/permissions.ts';
import { listEnvironments } from '#lib/policy/index.ts';
import { listWindows, type WindowView } from '#lib/windows/index.ts';
import { confirm, propose, reject } from './actions.ts';

export const metadata: Metadata = { title: 'Change windows' };

export default async function ChangeWindowsPage() {
  const context = await currentContext();
  const found = await listWindows.execute(context, {});
  if (!found.ok) return <Problem error={found.error} />;
  const known = await listEnvironments.execute(context, {});
  if (!known.ok) return <Problem error={known.error} />;
  const { items } = found.value;
  const manages = may(context.actor, 'policy.manage', { kind: 'organisation' });
  const environments = [...new Set(items.map(({ environment }) => environment))].sort();
  // The strictest first, as everywhere; those that have a window are changed in their own section.
  const without = known.value.items.filter(({ name, archived }) => !archived && !environments.includes(name)).map(({ name }) => name).reverse();
  return (
    <Stack>
      <p className="max-w-prose text-sm text-ink-2">A policy that asks for an open window refuses deployments outside of it and says when it opens. Approvals given while it was open stay good for the next one. Two people of security agree on each change.</p>
      {environments.length === 0 && <EmptyState kind="nothing-yet" title="No change windows" description="Without one a rule that asks for an open window reads not evaluated." />}
      {environments.map((environment) => {
        const of = items.filter((item) => item.environment === environment);
        const [active, proposed] = [of.find(({ state }) => state === 'active'), of.find(({ state }) => state === 'proposed')];
        const past = of.filter(({ state }) => state === 'retired' || state === 'rejected');
        return (
          <Section key={environment} title={environment} id={environment} actions={manages && !proposed ? <ProposeWindow environment={environment} current={active?.content ?? null} propose={propose} /> : undefined}>
            {active ? <WindowCard window={active} /> : <p className="text-sm text-ink-2">No window holds.</p>}
            {proposed && (
              <div className="mt-3 border-t border-line pt-3">
                <WindowCard window={proposed} />
                {manages && <div className="pt-2"><DecideWindow windowId={proposed.id} digest={proposed.digest} isProposer={proposed.proposedBy.id === context.actor.id} actions={{ confirm, reject }} /></div>}
              </div>
            )}
            {past.length > 0 && <Disclosure summary={`${past.length} earlier`}><ul>{past.map((window) => <li key={window.id} className="border-t border-line py-2"><WindowCard window={window} /></li>)}</ul></Disclosure>}
          </Section>
        );
      })}
      {manages && without.length > 0 && <div><ProposeWindow environment={null} environments={without} current={null} propose={propose} /></div>}
    </Stack>
  );
}

function WindowCard({ window }: { readonly window: WindowView }) {
  const { content, state, open, opensAt, closesBecause, digest, proposedBy, proposedAt, confirmedBy, confirmedAt } = window;
  return (
    <div className="flex flex-col gap-1 text-sm">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <Badge tone={state === 'active' ? 'pass' : state === 'proposed' ? 'accent' : 'neutral'}>{state}</Badge>
        <span className="font-medium">{content.name}</span>
        {(state === 'active' || state === 'proposed') && <Verdict state={open ? 'passed' : 'failed'}>{open ? 'open now' : 'closed now'}</Verdict>}
        {!open && state === 'active' && <span>{closesBecause !== null && <>frozen: {closesBecause}; </>}{opensAt === null ? 'does not open within a year' : <>opens <Time at={opensAt} absolute /></>}</span>}
        <Digest value={digest} />
      </p>
      <ul className="text-ink-2">
        {content.openings.map((opening) => <li key={JSON.stringify(opening)}>{writeOpening(opening)} <span className="text-ink-3">{content.timeZone}</span></li>)}
        {content.freezes.map((freeze) => <li key={freeze.from}>frozen from <Time at={freeze.from} absolute /> to <Time at={freeze.until} absolute />: {freeze.reason}</li>)}
      </ul>
      <p className="text-xs text-ink-2">proposed by {proposedBy.name}, <Time at={proposedAt} />{confirmedBy && confirmedAt !== null && <>; confirmed by {confirmedBy.name}, <Time at={confirmedAt} /></>}</p>
    </div>
  );
}
