// Policies: what each environment asks for, what is proposed, what was before.
import type { Metadata } from 'next';
import { Problem } from '#components/kernel-problem.tsx';
import { DecidePolicy, ProposePolicy } from '#components/policy/policy-forms.tsx';
import { approvalsText, OpaRuleList, ParameterTable, RuleList } from '#components/policy/rule-list.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { DescriptionList } from '#components/ui/description-list.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton, TextLink } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Section, Stack, Columns } from '#components/ui/section.tsx';
import { LinkTabs } from '#components/ui/tabs.tsx';
import { Time } from '#components/ui/time.tsx';
import { currentContext } from '#lib/http.ts';
import { may } from '#lib/kernel/permissions.ts';
import { describePolicyInput, getPolicy, listEnvironments, listPolicies, type Environment, type PolicyDetail, type PolicySummary } from '#lib/policy/index.ts';
import { confirm, propose, reject } from './actions.ts';

export const metadata: Metadata = { title: 'Policies' };

type Props = { searchParams: Promise<{ environment?: string | string[] }> };
const stateTones = { active: 'pass', proposed: 'accent', retired: 'neutral', rejected: 'neutral' } as const;

export default async function PoliciesPage({ searchParams }: Props) {
  const { environment: asked } = await searchParams;
  const context = await currentContext();
  const environments = await listEnvironments.execute(context, {});
  if (!environments.ok) return <Problem error={environments.error} />;
  const names = environments.value.items.filter(({ archived }) => !archived).map(({ name }) => name).reverse();
  const environment = names.find((name) => name === asked) ?? 'production';
  const all = await listPolicies.execute(context, {});
  if (!all.ok) return <Problem error={all.error} />;
  const versions = all.value.items.filter((item) => item.environment === environment);
  const activeId = versions.find(({ state, scope }) => state === 'active' && scope.teamId === null)?.id;
  const narrower = versions.filter(({ state, scope }) => state === 'active' && scope.teamId !== null);
  const active = activeId ? await getPolicy.execute(context, { policyVersionId: activeId }) : null;
  const inputs = await describePolicyInput.execute(context, {});
  const mayManage = may(context.actor, 'policy.manage', { kind: 'organisation' });
  const proposals = versions.filter(({ state }) => state === 'proposed');
  return (
    <>
      <PageHeader
        title="Policies"
        meta="What a model version has to show before it may run in an environment: rules over frozen evidence, and the people who approve. Security proposes, a second security person confirms."
        actions={<><LinkButton href="/policies/exceptions">Exceptions</LinkButton><LinkButton href={`/policies/edit?environment=${environment}`}>Editor and playground</LinkButton>{mayManage && active?.ok && <ProposePolicy environment={environment} content={active.value.content} propose={propose} />}</>}
      />
      <LinkTabs label="Environment" tabs={names.map((name) => tabOf(name, all.value.items))} />
      <Stack>
        {proposals.length > 0 && (
          <Section title="Proposed" description="Waits for a second security person.">
            <ul>{proposals.map((proposal) => <Proposal key={proposal.id} proposal={proposal} mayManage={mayManage} selfId={context.actor.id} />)}</ul>
          </Section>
        )}
        {active?.ok ? <Active policy={active.value} /> : <EmptyState kind="nothing-yet" title={`No policy is active for ${environment}`} description="Nothing is promoted there until one is. The portal installs the shipped set when it starts." />}
        {narrower.length > 0 && (
          <Section title="For a team or a model" description="The narrowest policy decides alone: that of the model, else of the team, else of the organisation.">
            <SimpleTable caption="Narrower policies" rows={narrower} rowKey={({ id }) => id} columns={[{ header: 'for', cell: ({ scope }) => `${scope.modelId === null ? 'team' : 'model'} ${scope.name}` }, { header: 'policy', cell: ({ id, title }) => <TextLink quiet href={`/policies/${id}`}>{title}</TextLink> }, { header: 'rules', cell: ({ ruleCount }) => ruleCount, align: 'end' }, { header: 'digest', cell: ({ digest }) => <Digest value={digest} /> }]} />
          </Section>
        )}
        <Section title="Versions" description="Newest first.">
          <Versions versions={versions} />
        </Section>
        {inputs.ok && (
          <Section title="Input document" description="What rules may read. Everything is frozen with the request; what is unknown is null.">
            <Disclosure summary={`${inputs.value.paths.length} paths`}>
              <SimpleTable caption="Paths of the input document" rows={inputs.value.paths} rowKey={({ path }) => path} columns={[{ header: 'path', cell: ({ path }) => path, mono: true }, { header: 'type', cell: ({ type }) => <span className="text-ink-2">{type}</span> }, { header: 'meaning', cell: ({ description }) => <span className="text-ink-2">{description ?? ''}</span> }]} />
            </Disclosure>
          </Section>
        )}
      </Stack>
    </>
  );
}

function tabOf(name: Environment, items: readonly PolicySummary[]) {
  const proposals = items.filter((item) => item.environment === name && item.state === 'proposed').length;
  return { label: name, href: name === 'production' ? '/policies' : `/policies?environment=${name}`, ...(proposals > 0 ? { count: proposals } : {}) };
}

function Active({ policy }: { readonly policy: PolicyDetail }) {
  return (
    <Columns
      aside={(
        <Section title="Facts" level={3}>
          <DescriptionList
            items={[
              { term: 'Digest', value: <Digest value={policy.digest} /> },
              { term: 'Approvals', value: approvalsText(policy.content.approvals) },
              { term: 'Requests hold', value: `${policy.content.requestValidDays} days` },
              { term: 'Proposed by', value: policy.proposedBy?.name ?? 'shipped with Gatehouse' },
              { term: 'Confirmed by', value: policy.confirmedBy ? <>{policy.confirmedBy.name}{policy.confirmedAt && <>, <Time at={policy.confirmedAt} /></>}</> : 'installed at set-up' },
            ]}
          />
        </Section>
      )}
    >
      <Stack>
        {!policy.intact && <Alert tone="danger" title="The stored policy does not give its digest">It is not used for any decision. Propose it again.</Alert>}
        <Section title={policy.content.title} description={`${policy.content.rules.length} rules; what cannot be evaluated never counts as passed.`}>
          <RuleList rules={policy.content.rules} expectations={policy.expectations} />{policy.content.opa && <OpaRuleList rules={policy.content.opa} />}
        </Section>
        <Section title="Parameters" description="Named numbers that the rules use."><ParameterTable parameters={policy.content.parameters} /></Section>
      </Stack>
    </Columns>
  );
}

function Proposal({ proposal, mayManage, selfId }: { readonly proposal: PolicySummary; readonly mayManage: boolean; readonly selfId: string | null }) {
  return (
    <li id={proposal.id} className="flex flex-wrap items-center justify-between gap-3 border-t border-line py-2 first:border-t-0 target:bg-selected">
      <span className="min-w-0">
        <TextLink quiet href={`/policies/${proposal.id}`}>{proposal.title}</TextLink>
        <span className="ml-2 text-xs text-ink-2">{proposal.ruleCount} rules · by {proposal.proposedBy?.name ?? 'Gatehouse, with an upgrade'} · <Time at={proposal.proposedAt} /></span>
      </span>
      <span className="flex flex-wrap items-center gap-2">
        <Digest value={proposal.digest} />
        {proposal.scope.teamId !== null && <span className="text-xs text-ink-2">for {proposal.scope.name}: read it first</span>}
        {mayManage && proposal.scope.teamId === null && <DecidePolicy policyVersionId={proposal.id} digest={proposal.digest} environment={proposal.environment} isProposer={proposal.proposedBy?.id === selfId} actions={{ confirm, reject }} />}
      </span>
    </li>
  );
}

function Versions({ versions }: { readonly versions: readonly PolicySummary[] }) {
  return (
    <SimpleTable
      caption="Versions of the policy"
      rows={versions}
      rowKey={({ id }) => id}
      columns={[
        { header: 'policy', cell: (version) => <span id={version.id}><TextLink quiet href={`/policies/${version.id}`}>{version.title}</TextLink></span> },
        { header: 'for', cell: ({ scope }) => <span className="text-ink-2">{scope.name}</span> },
        { header: 'state', cell: ({ state }) => <Badge tone={stateTones[state]}>{state}</Badge> },
        { header: 'digest', cell: ({ digest }) => <Digest value={digest} /> },
        { header: 'proposed', cell: ({ proposedBy, proposedAt }) => <span className="text-ink-2">{proposedBy?.name ?? 'Gatehouse'}, <Time at={proposedAt} /></span> },
        { header: 'confirmed', cell: ({ confirmedBy, confirmedAt }) => <span className="text-ink-2">{confirmedBy ? <>{confirmedBy.name}{confirmedAt && <>, <Time at={confirmedAt} /></>}</> : ''}</span> },
        { header: 'retired', cell: ({ retiredAt }) => (retiredAt ? <Time at={retiredAt} /> : '') },
      ]}
    />
  );
}
