// One version of a policy: its rules, and what differs from the active one.
import type { Metadata } from 'next';
import { HistoryTable } from '#components/approvals/history-table.tsx';
import { JsonDiff } from '#components/evidence/json-diff.tsx';
import { Verdict } from '#components/evidence/verdict.tsx';
import { Problem } from '#components/kernel-problem.tsx';
import { EnvironmentBadge } from '#components/policy/environments.tsx';
import { DecidePolicy } from '#components/policy/policy-forms.tsx';
import { DryRun } from '#components/policy/dry-run.tsx';
import { approvalsText, OpaRuleList, ParameterTable, RuleList } from '#components/policy/rule-list.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { currentContext } from '#lib/http.ts';
import { may } from '#lib/kernel/permissions.ts';
import { getPolicy, listPolicies } from '#lib/policy/index.ts';
import { confirm, reject } from '../actions.ts';

export const metadata: Metadata = { title: 'Policy' };

export default async function PolicyPage({ params }: { params: Promise<{ policyVersionId: string }> }) {
  const { policyVersionId } = await params;
  const context = await currentContext();
  const found = await getPolicy.execute(context, { policyVersionId });
  if (!found.ok) return <Problem error={found.error} />;
  const policy = found.value;
  const siblings = await listPolicies.execute(context, { environment: policy.environment });
  const activeId = siblings.ok ? (siblings.value.items.find(({ state, id, scope }) => state === 'active' && id !== policy.id && scope.teamId === policy.scope.teamId && scope.modelId === policy.scope.modelId) ?? siblings.value.items.find(({ state, id, scope }) => state === 'active' && id !== policy.id && scope.teamId === null))?.id : undefined;
  const active = activeId ? await getPolicy.execute(context, { policyVersionId: activeId }) : null;
  const mayManage = may(context.actor, 'policy.manage', { kind: 'organisation' });
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Policies', href: `/policies?environment=${policy.environment}` }]}
        title={policy.title}
        meta={<><EnvironmentBadge name={policy.environment} /><Badge>{policy.state}</Badge><span>for {policy.scope.name}</span><Digest value={policy.digest} algorithm /><span>{approvalsText(policy.content.approvals)}; requests hold {policy.content.requestValidDays} days</span></>}
        actions={<><LinkButton href={`/policies/edit?environment=${policy.environment}&from=${policy.id}`}>Open in the editor</LinkButton>{policy.state === 'proposed' && mayManage ? <DecidePolicy policyVersionId={policy.id} digest={policy.digest} environment={policy.environment} loosens={policy.loosens} isProposer={policy.proposedBy?.id === context.actor.id} actions={{ confirm, reject }} /> : undefined}</>}
      />
      <Stack>
        {!policy.intact && <Alert tone="danger" title="The stored policy does not give its digest">It is not used for any decision.</Alert>}
        {policy.loosens.length > 0 && <Alert tone="warning" title="It asks less than the policy of the organisation"><ul>{policy.loosens.map((text) => <li key={text}>{text}</li>)}</ul></Alert>}
        {active?.ok && (
          <Section title="What differs from the active policy">
            <JsonDiff before={JSON.parse(JSON.stringify(active.value.content))} after={JSON.parse(JSON.stringify(policy.content))} labels={{ before: 'active', after: policy.state }} />
          </Section>
        )}
        <Section title="Rules"><RuleList rules={policy.content.rules} expectations={policy.expectations} />{policy.content.opa && <OpaRuleList rules={policy.content.opa} />}{policy.content.opaBundle !== undefined && <p className="pt-2 text-sm text-ink-2">The rules of OPA are decided by the compiled bundle <Digest value={policy.content.opaBundle} />, in the portal itself.</p>}</Section>
        <Section title="Parameters"><ParameterTable parameters={policy.content.parameters} /></Section>
        <Section title="Tests" description="Stored beside the rules; run when the policy is proposed and before it may become active.">
          {policy.tests.length === 0
            ? <p className="text-sm text-ink-2">This version has none.</p>
            : <ul className="text-sm">{policy.tests.map(({ name, problems }, index) => <li key={index}><Verdict state={problems.length === 0 ? 'passed' : 'failed'}>{name}</Verdict>{problems.map((text) => <span key={text} className="block pl-5 text-ink-2">{text}</span>)}</li>)}</ul>}
        </Section>
        <Section title="Dry run" description="What this version would have decided on the evidence that past requests froze."><DryRun environment={policy.environment} content={policy.content} /></Section>
        <Section title="History"><HistoryTable events={policy.history} /></Section>
      </Stack>
    </>
  );
}
