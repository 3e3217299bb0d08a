// The keys that teams trust, by state; what waits for a second person first.
'use client';

import { useRouter } from 'next/navigation';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { CodeBlock } from '#components/ui/code-block.tsx';
import { Confirm, type ConfirmResult } from '#components/ui/confirm.tsx';
import { DescriptionList } from '#components/ui/description-list.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import type { ActionResult } from '#lib/kernel/action.ts';
import { KEY_WORDS, type TrustKeyItem, type TrustKeyOutcome } from '#lib/evidence/schema.ts';
import { ProposeKey, type ProposeAction } from './propose-key.tsx';

type Decide = (input: { id: string }) => Promise<ActionResult<TrustKeyOutcome>>;
type Withdraw = (input: { id: string; reason: string }) => Promise<ActionResult<TrustKeyOutcome>>;
export type TrustKeyActions = { readonly propose: ProposeAction; readonly confirm: Decide; readonly reject: Withdraw; readonly revoke: Withdraw; readonly retire: Withdraw };

type Props = {
  readonly keys: readonly TrustKeyItem[];
  readonly more: boolean;
  /** Teams whose keys the reader may manage. */
  readonly teams: readonly { readonly id: string; readonly name: string }[];
  readonly readerId: string | null;
  readonly now: string;
  readonly actions: TrustKeyActions;
};

const tones = { proposed: 'stale', active: 'pass', revoked: 'fail', rejected: 'outline' } as const;

export function TrustKeys({ keys, more, teams, readerId, now, actions }: Props) {
  const of = (...states: TrustKeyItem['state'][]) => keys.filter((key) => states.includes(key.state));
  const list = (items: readonly TrustKeyItem[]) => items.map((key) => <TrustKey key={key.id} item={key} now={now} readerId={readerId} mayManage={teams.some((team) => team.id === key.teamId)} actions={actions} />);
  const [proposed, active, closed] = [of('proposed'), of('active'), of('revoked', 'rejected')];
  return (
    <Stack>
      <div className="flex flex-wrap items-start justify-between gap-4">
        <p className="max-w-prose text-sm text-ink-2">Evidence counts when a key signed it that its team trusts. One person of security proposes a key, another confirms it; each change verifies the team’s evidence again.</p>
        {teams.length > 0 && <ProposeKey teams={teams} propose={actions.propose} />}
      </div>
      {proposed.length > 0 && <Section title={`Waiting for a second person (${proposed.length})`} id="proposed">{list(proposed)}</Section>}
      <Section title={`Trusted (${active.length})`} id="active">
        {active.length === 0 ? <EmptyState kind="nothing-yet" title="No key is trusted yet" description="Until one is, every attestation is kept and none is believed. On the machine that signs:" command="openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem && openssl pkey -in key.pem -pubout" /> : list(active)}
      </Section>
      {closed.length > 0 && <Section title="No longer trusted" id="closed"><Disclosure summary={`${closed.length} revoked or rejected`}>{list(closed)}</Disclosure></Section>}
      {more && <p className="text-xs text-ink-3">Older keys are not shown; the API lists all of them.</p>}
    </Stack>
  );
}

function TrustKey({ item, mayManage, readerId, now, actions }: { readonly item: TrustKeyItem; readonly mayManage: boolean; readonly readerId: string | null; readonly now: string; readonly actions: TrustKeyActions }) {
  const ended = item.state === 'active' && item.validUntil !== null && item.validUntil <= now;
  return (
    <article id={item.id} className="border-t border-line py-3 first:border-t-0 target:bg-selected">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
          <h3 className="text-sm font-semibold">{item.name}</h3>
          <Badge tone={ended ? 'stale' : tones[item.state]}>{ended ? 'retired' : item.state}</Badge>
          <span className="text-sm text-ink-2">{item.teamName}</span>
          <Digest value={item.keyId} length={16} />
        </div>
        {mayManage && <div className="no-print flex flex-wrap gap-2"><Decisions item={item} own={item.proposedBy.id === readerId} ended={ended} actions={actions} /></div>}
      </div>
      <DescriptionList
        columns={2}
        items={[
          { term: 'Kind', value: KEY_WORDS[item.algorithm] },
          { term: 'Builders', value: item.builderIds.length === 0 ? <span className="text-ink-3">none: its provenance does not verify</span> : item.builderIds.join(', ') },
          { term: 'Proposed', value: <>{item.proposedBy.name}, <Time at={item.proposedAt} /></> },
          { term: 'Confirmed', value: item.confirmedBy === null || item.confirmedAt === null ? <span className="text-ink-3">not yet</span> : <>{item.confirmedBy.name}, <Time at={item.confirmedAt} /></> },
          { term: 'Valid', value: validity(item) },
          ...(item.reason === null ? [] : [{ term: item.state === 'revoked' ? 'Revoked' : 'Reason', value: <>{item.reason}{item.revokedAt !== null && <>, <Time at={item.revokedAt} /></>}</> }]),
        ]}
      />
      <Disclosure summary="Public key"><CodeBlock code={item.publicKeyPem} caption={`SHA-256 of the key: ${item.keyId}`} /></Disclosure>
    </article>
  );
}

const validity = ({ validFrom, validUntil }: TrustKeyItem): React.ReactNode =>
  validFrom === null && validUntil === null ? 'without bounds'
  : <>{validFrom !== null && <>from <Time at={validFrom} absolute /> </>}{validUntil !== null && <>until <Time at={validUntil} absolute /></>}</>;

function Decisions({ item, own, ended, actions }: { readonly item: TrustKeyItem; readonly own: boolean; readonly ended: boolean; readonly actions: TrustKeyActions }) {
  const router = useRouter();
  const refresh = () => { router.refresh(); };
  const told = async (answer: Promise<ActionResult<TrustKeyOutcome>>): Promise<ConfirmResult> => {
    const result = await answer;
    if (!result.ok) return { ok: false, message: result.problem.detail };
    const { verifiedAgain, pending } = result.value;
    const number = result.auditNumbers[0];
    return {
      ok: true,
      message: <>Recorded{number === undefined ? '' : <> as <TextLink href={`/audit/${number}`}>audit event {number}</TextLink></>}. {pending > 0 ? 'The team’s evidence is being verified again in the background.' : `${verifiedAgain} ${verifiedAgain === 1 ? 'piece' : 'pieces'} of evidence verified again.`}</>,
    };
  };
  switch (item.state) {
    case 'proposed':
      return (
        <>
          {own
            ? <Button size="sm" disabledReason="You proposed this key; another person of security has to confirm it.">Confirm…</Button>
            : <Confirm trigger={<Button size="sm" variant="primary">Confirm…</Button>} title={`Trust “${item.name}”?`} confirmLabel="Confirm the key" onConfirm={() => told(actions.confirm({ id: item.id }))} onDone={refresh}>
                <p>Compare the key id with the machine that signs, by another way than this page:</p>
                <p className="py-2"><Digest value={item.keyId} full /></p>
                <p>From then on its signatures count for {item.teamName}, also on evidence received before.</p>
              </Confirm>}
          <Confirm trigger={<Button size="sm">{own ? 'Withdraw…' : 'Reject…'}</Button>} title={own ? `Withdraw “${item.name}”?` : `Reject “${item.name}”?`} confirmLabel={own ? 'Withdraw' : 'Reject'} comment="required" onConfirm={(reason) => told(actions.reject({ id: item.id, reason }))} onDone={refresh}>It decides nothing, and can be proposed again.</Confirm>
        </>
      );
    case 'active':
      return (
        <>
          {!ended && <Confirm trigger={<Button size="sm">Retire…</Button>} title={`Retire “${item.name}”?`} confirmLabel="Retire" comment="required" onConfirm={(reason) => told(actions.retire({ id: item.id, reason }))} onDone={refresh}>For a key that was replaced: what was received until now stays verified, what comes later does not count.</Confirm>}
          <Confirm trigger={<Button size="sm" variant="dangerQuiet">Revoke…</Button>} title={`Revoke “${item.name}”?`} confirmLabel="Revoke" tone="danger" comment="required" typeToConfirm={item.name} onConfirm={(reason) => told(actions.revoke({ id: item.id, reason }))} onDone={refresh}>
            For a key in wrong hands: nothing it ever signed counts any more. Models that rest on it lose their proof and their gates fail. It cannot be undone; the key does not come back.
          </Confirm>
        </>
      );
    case 'revoked':
    case 'rejected':
      return null;
  }
}
