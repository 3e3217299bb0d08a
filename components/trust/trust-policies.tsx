// Trust policies: what is being verified again, what waits for a second person with what it changes, what decides, who was revoked, what was before.
'use client';

import { useRouter } from 'next/navigation';
import { TopicRefresh } from '#components/drift/topic-refresh.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Confirm, type ConfirmResult } from '#components/ui/confirm.tsx';
import { DescriptionList } from '#components/ui/description-list.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Progress } from '#components/ui/progress.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { trustPolicyContent, type RevocationItem, type SweepItem, type TrustPolicyItem, type TrustPolicyOutcome } from '#lib/evidence/trust-policy-schema.ts';
import type { ActionResult } from '#lib/kernel/action.ts';
import { draftOf } from './policy-draft.ts';
import { ProposePolicy, type ProposePolicyAction, type TeamChoice } from './propose-policy.tsx';
import { RevokeSigner, type RevokeSignerAction } from './revoke-signer.tsx';

type End = (input: { id: string; reason: string }) => Promise<ActionResult<TrustPolicyOutcome>>;
export type TrustPolicyActions = { readonly propose: ProposePolicyAction; readonly confirm: (input: { id: string; digest: string }) => Promise<ActionResult<TrustPolicyOutcome>>; readonly reject: End; readonly revoke: End; readonly revokeSigner: RevokeSignerAction };

type Props = {
  readonly policies: readonly TrustPolicyItem[];
  readonly more: boolean;
  readonly revocations: readonly RevocationItem[];
  readonly sweeps: readonly SweepItem[];
  /** Teams whose trust the reader may change. */
  readonly teams: readonly TeamChoice[];
  readonly readerId: string | null;
  readonly actions: TrustPolicyActions;
};

export function TrustPolicies({ policies, more, revocations, sweeps, teams, readerId, actions }: Props) {
  const list = (items: readonly TrustPolicyItem[]) => items.map((item) => <Policy key={item.id} item={item} readerId={readerId} mayManage={teams.some(({ id }) => id === item.teamId)} busy={policies.some(({ state, teamId, scope }) => state === 'proposed' && teamId === item.teamId && scope === item.scope)} actions={actions} />);
  const proposed = policies.filter(({ state }) => state === 'proposed');
  const deciding = policies.filter(({ inForce }) => inForce);
  const before = policies.filter(({ inForce, state }) => !inForce && state !== 'proposed');
  return (
    <Stack>
      <div className="flex flex-wrap items-start justify-between gap-4">
        <p className="max-w-prose text-sm text-ink-2">Who may sign for which pipelines and predicate types of a team. The narrowest policy decides alone; where none covers a piece of evidence, the <TextLink href="/settings/trust-keys">keys of the team</TextLink> do. One person of security proposes, another confirms.</p>
        <div className="no-print flex flex-wrap items-center gap-2"><TopicRefresh topic="evidence" />{teams.length > 0 && <><RevokeSigner teams={teams} revoke={actions.revokeSigner} /><ProposePolicy teams={teams} label="Propose a policy…" title="Propose a trust policy" propose={actions.propose} /></>}</div>
      </div>
      {sweeps.length > 0 && <Section title="Verified again" id="sweeps" description="What changes of trust touch, in the background. Goes on if you leave; earlier verifications stay."><Stack gap="sm">{sweeps.map((sweep) => <Sweep key={sweep.id} sweep={sweep} />)}</Stack></Section>}
      {proposed.length > 0 && <Section title={`Waiting for a second person (${String(proposed.length)})`} id="proposed">{list(proposed)}</Section>}
      <Section title={`In force (${String(deciding.length)})`} id="in-force">
        {deciding.length === 0 ? <EmptyState kind="nothing-yet" title="No trust policy yet" description="The keys of each team decide about all its evidence." /> : list(deciding)}
      </Section>
      <Section title={`Revoked signers (${String(revocations.length)})`} id="revoked" description="Under every policy of the team, and as its keys.">
        {revocations.length === 0 ? <p className="text-sm text-ink-2">None.</p> : (
          <SimpleTable caption="Revoked signers" rows={revocations} rowKey={({ id }) => id} columns={[
            { header: 'Signer', cell: (item) => (item.kind === 'identity' ? <span className="inline-block min-w-56 break-all">{item.name}</span> : <>{item.kind} <Digest value={item.signerId} length={16} /></>) },
            { header: 'Team', cell: (item) => item.teamName },
            { header: 'Does not count', cell: (item) => (item.since === null ? 'whenever it signed' : <>received from <Time at={item.since} absolute /></>) },
            { header: 'Reason', cell: (item) => <span className="inline-block min-w-40">{item.reason}</span> },
            { header: 'Revoked', cell: (item) => <>{item.revokedBy.name}, <Time at={item.revokedAt} /></> },
          ]} />
        )}
      </Section>
      {before.length > 0 && <Section title="Before" id="before"><Disclosure summary={`${String(before.length)} superseded, revoked or rejected`}>{list(before)}</Disclosure></Section>}
      {more && <p className="text-xs text-ink-3">Older ones are not shown; the API lists all of them.</p>}
    </Stack>
  );
}

const causes = { trust_key: 'a key', trust_policy: 'a trust policy', trust_revocation: 'a revoked signer' } as const;

function Sweep({ sweep }: { readonly sweep: SweepItem }) {
  const changed = `${sweep.verifiedAgain.toLocaleString('en')} verified again: ${sweep.nowPassed.toLocaleString('en')} newly passed, ${sweep.nowFailed.toLocaleString('en')} newly failed`;
  const label = `${sweep.teamName}, after a change of ${causes[sweep.cause]}`;
  if (sweep.state === 'running') return <Progress label={label} value={sweep.done} max={sweep.total} note={`${changed}.`} />;
  return <p className="text-sm"><span className="font-medium">{label}</span>, <Time at={sweep.startedAt} />: all {sweep.total.toLocaleString('en')} looked at, {changed}.</p>;
}

const tones = { proposed: 'accent', active: 'pass', superseded: 'outline', revoked: 'fail', rejected: 'outline' } as const;
const kinds = { key: 'key', authority: 'authority', identity: 'identity' } as const;

function Policy({ item, mayManage, readerId, busy, actions }: { readonly item: TrustPolicyItem; readonly mayManage: boolean; readonly readerId: string | null; readonly busy: boolean; readonly actions: TrustPolicyActions }) {
  const read = trustPolicyContent.safeParse(item.content);
  const content = read.success ? read.data : null;
  return (
    <article id={item.id} className="border-t border-line py-3 first:border-t-0 target:bg-selected">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
          <h3 className="text-sm font-semibold">{item.name}</h3>
          <Badge tone={tones[item.state]}>{item.state}</Badge>
          <span className="text-sm text-ink-2">{item.teamName} · version {item.version}</span>
          <Digest value={item.digest} algorithm />
        </div>
        {mayManage && <div className="no-print flex flex-wrap gap-2"><Decisions item={item} own={item.proposedBy.id === readerId} busy={busy} actions={actions} /></div>}
      </div>
      {!item.usable && item.inForce && <div className="py-2"><Alert tone="danger" title="This policy cannot be used, so nothing that it covers passes">{item.problem}</Alert></div>}
      {item.state === 'revoked' && item.inForce && <div className="py-2"><Alert tone="warning" title="Revoked: nothing that it covers passes">Until two people replace it, or end it so that the next wider policy decides.</Alert></div>}
      <DescriptionList
        columns={2}
        items={[
          { term: 'Covers', value: item.scope },
          { term: 'Signers needed', value: content === null ? undefined : content.standsAside ? 'stands aside: the next wider policy decides' : String(content.threshold) },
          { term: 'Valid', value: content === null ? undefined : content.validFrom === null && content.validUntil === null ? 'without bounds' : <>{content.validFrom !== null && <>from <Time at={content.validFrom} absolute /> </>}{content.validUntil !== null && <>until <Time at={content.validUntil} absolute /></>}</> },
          { term: 'Sigstore root', value: content === null || content.root === null ? <span className="text-ink-3">none</span> : content.root === 'public-good' ? 'public good, as shipped' : 'of its own' },
          { term: 'Proposed', value: <>{item.proposedBy.name}, <Time at={item.proposedAt} /></>, note: item.proposalReason },
          { term: 'Confirmed', value: item.confirmedBy === null || item.confirmedAt === null ? <span className="text-ink-3">not yet</span> : <>{item.confirmedBy.name}, <Time at={item.confirmedAt} /></> },
          ...(item.endedBy === null || item.endedAt === null ? [] : [{ term: item.state === 'rejected' ? 'Rejected' : 'Revoked', value: <>{item.endedBy.name}, <Time at={item.endedAt} /></>, note: item.endReason }]),
        ]}
      />
      {item.signers.length > 0 && (
        <SimpleTable caption="Signers" rows={item.signers} rowKey={({ name }) => name} columns={[
          { header: 'Signer', cell: (signer) => <>{signer.name} <span className="text-ink-3">{kinds[signer.kind]}</span></> },
          { header: 'Who', cell: (signer) => (signer.kind === 'key' ? <Digest value={signer.id} length={16} /> : <span className="inline-block min-w-56 break-all">{signer.description}</span>) },
          { header: 'Builders', cell: (signer) => { const ids = content?.builders.filter((pair) => pair.signer === signer.name).map(({ builderId }) => builderId) ?? []; return ids.length === 0 ? <span className="text-ink-3">none</span> : <span className="inline-block min-w-48 break-all">{ids.join(', ')}</span>; } },
          { header: 'Now', cell: (signer) => (signer.revoked === null ? (item.state === 'active' ? 'trusted' : 'not revoked') : <span className="text-fail">{signer.revoked}</span>) },
        ]} />
      )}
      {item.changes.length > 0 && (item.state === 'proposed' ? <div className="pt-2"><Changes item={item} /></div> : <Disclosure summary={`What differs from the version before (${String(item.changes.length)})`}><Changes item={item} /></Disclosure>)}
    </article>
  );
}

function Changes({ item }: { readonly item: TrustPolicyItem }) {
  const value = (text: string | null) => (text === null ? <span className="text-ink-3">not there</span> : <span className="inline-block min-w-40 break-all">{text.length > 160 ? `${text.slice(0, 160)}…` : text}</span>);
  return <SimpleTable caption={item.state === 'proposed' ? 'What it would change' : 'What it changed'} captionHidden={false} rows={item.changes} rowKey={({ path }) => path} columns={[{ header: 'Member', cell: ({ path }) => <span className="whitespace-nowrap">{path}</span>, mono: true }, { header: 'In force', cell: ({ before }) => value(before) }, { header: item.state === 'proposed' ? 'Proposed' : 'This version', cell: ({ after }) => value(after) }]} />;
}

function Decisions({ item, own, busy, actions }: { readonly item: TrustPolicyItem; readonly own: boolean; readonly busy: boolean; readonly actions: TrustPolicyActions }) {
  const router = useRouter();
  const refresh = () => { router.refresh(); };
  const told = async (answer: Promise<ActionResult<TrustPolicyOutcome>>): Promise<ConfirmResult> => {
    const result = await answer;
    if (!result.ok) return { ok: false, message: result.problem.detail };
    const { verifiedAgain, pending } = result.value;
    const number = result.auditNumbers[0];
    const effect = pending > 0 ? `${pending.toLocaleString('en')} pieces of evidence are looked at again in the background; this page shows how far it has come.` : `${String(verifiedAgain)} ${verifiedAgain === 1 ? 'piece' : 'pieces'} of evidence verified again.`;
    return { ok: true, message: <>Recorded{number === undefined ? '' : <> as <TextLink href={`/audit/${String(number)}`}>audit event {number}</TextLink></>}. {effect}</> };
  };
  const read = trustPolicyContent.safeParse(item.content);
  if (item.state === 'proposed') {
    return (
      <>
        {own
          ? <Button size="sm" disabledReason="You proposed this policy; another person of security has to confirm it.">Confirm…</Button>
          : <Confirm trigger={<Button size="sm" variant="primary">Confirm…</Button>} title={`Put “${item.name}” into force?`} confirmLabel="Confirm the policy" onConfirm={() => told(actions.confirm({ id: item.id, digest: item.digest }))} onDone={refresh}>
              <p>It decides for {item.teamName} about {item.scope}, also about evidence received before. Compare keys and certificates with their owners by another way than this page.</p>
              {item.changes.length > 0 && <p className="pt-2">{item.changes.length} {item.changes.length === 1 ? 'member differs' : 'members differ'} from the version in force; they are listed beside it.</p>}
            </Confirm>}
        <Confirm trigger={<Button size="sm">{own ? 'Withdraw…' : 'Reject…'}</Button>} title={own ? `Withdraw “${item.name}”?` : `Reject “${item.name}”?`} confirmLabel={own ? 'Withdraw' : 'Reject'} comment="required" onConfirm={(reason) => told(actions.reject({ id: item.id, reason }))} onDone={refresh}>It decides nothing, and can be proposed again.</Confirm>
      </>
    );
  }
  if (!item.inForce || (read.success && read.data.standsAside)) return null;
  const draft = draftOf(item.content);
  const scope = read.success ? { pipeline: read.data.pipeline, predicateTypes: read.data.predicateTypes } : null;
  return (
    <>
      {!busy && draft !== null && <ProposePolicy teams={[]} team={{ id: item.teamId, name: item.teamName }} name={item.name} draft={draft} label="Change…" title={`Propose the next version of “${item.name}”`} propose={actions.propose} />}
      {!busy && scope !== null && <Confirm trigger={<Button size="sm">End…</Button>} title={`Propose to end “${item.name}”?`} confirmLabel="Propose the end" comment="required" onConfirm={(reason) => told(actions.propose({ teamId: item.teamId, name: item.name, content: { ...scope, standsAside: true }, reason }))} onDone={refresh}>Once a second person confirms it, the next wider policy, or the keys of the team, decide about what it covers.</Confirm>}
      {item.state === 'active' && <Confirm trigger={<Button size="sm" variant="dangerQuiet">Revoke…</Button>} title={`Revoke “${item.name}”?`} confirmLabel="Revoke" tone="danger" comment="required" typeToConfirm={item.name} onConfirm={(reason) => told(actions.revoke({ id: item.id, reason }))} onDone={refresh}>
        At once: nothing that it covers passes any more, whoever signed, until two people replace or end it. To take away one signer alone, revoke that signer.
      </Confirm>}
    </>
  );
}
