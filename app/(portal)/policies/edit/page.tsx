// The editor and playground of an environment's policy.
import type { Metadata } from 'next';
import { Problem } from '#components/kernel-problem.tsx';
import { PolicyEditor } from '#components/policy/policy-editor.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { listPromotions } from '#lib/approvals/index.ts';
import { currentContext } from '#lib/http.ts';
import { listTeams } from '#lib/identity/index.ts';
import { may } from '#lib/kernel/permissions.ts';
import { describePolicyInput, getPolicy, listEnvironments, listPolicies, strictProduction } from '#lib/policy/index.ts';
import { listModels } from '#lib/registry/index.ts';
import { propose } from '../actions.ts';

export const metadata: Metadata = { title: 'Policy editor' };

type Props = { searchParams: Promise<{ environment?: string | string[]; from?: string | string[] }> };

export default async function EditorPage({ searchParams }: Props) {
  const asked = await searchParams;
  const context = await currentContext();
  const environments = await listEnvironments.execute(context, {});
  if (!environments.ok) return <Problem error={environments.error} />;
  const { name: environment, tier } = environments.value.items.find(({ name, archived }) => name === asked.environment && !archived) ?? { name: 'production', tier: 'production' as const };
  const versions = await listPolicies.execute(context, { environment });
  if (!versions.ok) return <Problem error={versions.error} />;
  const from = versions.value.items.find(({ id }) => id === asked.from) ?? versions.value.items.find(({ state, scope }) => state === 'active' && scope.teamId === null) ?? versions.value.items[0];
  const policy = from ? await getPolicy.execute(context, { policyVersionId: from.id }) : null;
  const inputs = await describePolicyInput.execute(context, {});
  const requests = await listPromotions.execute(context, { environment: [environment], limit: 100 });
  const strict = tier === 'production' && asked.from === 'strict';
  const teams = await listTeams.execute(context, {});
  const models = await listModels.execute(context, { limit: 200 });
  const mayManage = may(context.actor, 'policy.manage', { kind: 'organisation' });
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Policies', href: `/policies?environment=${environment}` }]}
        title={`Policy of ${environment}: editor and playground`}
        actions={tier === 'production' && !strict ? <LinkButton href={`/policies/edit?environment=${environment}&from=strict`}>Begin from the strict set</LinkButton> : undefined}
        meta={mayManage ? 'Nothing here has an effect before it is proposed and a second security person confirms.' : 'Try what a policy would say. Security proposes changes.'}
      />
      {policy?.ok && inputs.ok
        ? (
          <PolicyEditor
            key={strict ? 'strict' : policy.value.id}
            environment={environment}
            content={strict ? strictProduction : policy.value.content}
            paths={inputs.value.paths.map(({ path, type, description }) => ({ text: path, type, description }))}
            requests={requests.ok ? requests.value.items.map(({ id, modelName, version, verdict, state, requestedAt }) => ({ id, label: `${modelName} ${version}, ${verdict}, ${state}, ${requestedAt.slice(0, 16).replace('T', ' ')} UTC` })) : []}
            scopes={[{ value: '', label: 'the organisation' }, ...(teams.ok ? teams.value.items.map(({ id, name }) => ({ value: `team:${id}`, label: `team ${name}` })) : []), ...(models.ok ? models.value.items.map(({ id, name }) => ({ value: `model:${id}`, label: `model ${name}` })) : [])]}
            scope={policy.value.scope.modelId !== null ? `model:${policy.value.scope.modelId}` : policy.value.scope.teamId !== null ? `team:${policy.value.scope.teamId}` : ''}
            propose={mayManage ? propose : null}
          />
        )
        : <EmptyState kind="nothing-yet" title={`There is no policy for ${environment} to begin from`} description="The portal installs the shipped set when it starts." />}
    </>
  );
}
