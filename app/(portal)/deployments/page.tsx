// What runs where now.
import type { Metadata } from 'next';
import { DeploymentTabs } from '#components/deployments/tabs.tsx';
import { TopicRefresh } from '#components/drift/topic-refresh.tsx';
import { Problem } from '#components/kernel-problem.tsx';
import { versionHref } from '#components/registry/href.ts';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { currentDeployments, type DeploymentItem } from '#lib/deployments/index.ts';
import { currentContext } from '#lib/http.ts';
import { listEnvironments } from '#lib/policy/index.ts';
import { EmergencyBanner } from '../emergency-banner.tsx';

export const metadata: Metadata = { title: 'Deployments' };

const what = {
  production: 'Only what is promoted: the very artifact, on the very evidence, under the active policy.',
  staging: 'Any registered version; what production would refuse is said.',
  sandbox: 'Any registered version; recorded, not judged.',
} as const;

export default async function DeploymentsPage() {
  const context = await currentContext();
  const found = await currentDeployments.execute(context, {});
  if (!found.ok) return <Problem error={found.error} />;
  const { items } = found.value;
  const environments = await listEnvironments.execute(context, {});
  if (!environments.ok) return <Problem error={environments.error} />;
  const shown = [...environments.value.items].reverse().filter(({ name, archived }) => !archived || items.some(({ environment }) => environment === name));
  return (
    <>
      <PageHeader
        title="Deployments"
        meta={<><span>What runs where, who let it run, and what was answered to deployers.</span><TopicRefresh topic="deployments" /></>}
        actions={(
          <form action="/deployments/history" className="flex items-end gap-2">
            <span className="w-40"><Field label="What ran on"><Input name="day" type="date" required /></Field></span>
            <Button type="submit">Show</Button>
          </form>
        )}
      />
      <EmergencyBanner />
      <DeploymentTabs />
      {items.length === 0
        ? <EmptyState kind="nothing-yet" title="Nothing runs yet" description="A deployer asks first, and records what it did. Sandbox and staging take any registered version, production one that is promoted." command="gatehouse deploy --digest DIGEST --environment staging --endpoint NAME" />
        : (
          <Stack>
            {shown.map(({ name, tier, description, shipped }) => (
              <Section key={name} title={name} id={name} description={shipped ? what[tier] : `${description} ${what[tier]}`}>
                <Running items={items.filter((item) => item.environment === name)} />
              </Section>
            ))}
          </Stack>
        )}
    </>
  );
}

function Running({ items }: { readonly items: readonly DeploymentItem[] }) {
  if (items.length === 0) return <p className="text-sm text-ink-2">Nothing.</p>;
  return (
    <SimpleTable
      caption="Running deployments"
      rows={items}
      rowKey={({ id }) => id}
      columns={[
        { header: 'endpoint', cell: ({ id, endpoint }) => <span id={id} className="font-medium target:bg-selected">{endpoint}</span> },
        { header: 'model', cell: ({ modelName, version, quarantined }) => <><TextLink quiet href={versionHref(modelName, version)}>{modelName} {version}</TextLink> {quarantined && <Badge tone="fail">quarantined</Badge>}</> },
        { header: 'artifact', cell: ({ digest }) => <Digest value={digest} /> },
        { header: 'since', cell: ({ deployedAt, servingSince }) => <><Time at={deployedAt} />{servingSince !== null && <span className="ml-2 text-xs text-ink-3" title="The deployer’s claim of when traffic began">serving since <Time at={servingSince} absolute /></span>}</> },
        { header: 'deployed by', cell: ({ deployedBy }) => <span className="text-ink-2">{deployedBy.name}</span> },
        { header: 'let run by', cell: ({ promotionId }) => (promotionId === null ? <span className="text-ink-3">no promotion needed</span> : <TextLink quiet href={`/approvals/${promotionId}`}>promotion request</TextLink>) },
      ]}
    />
  );
}
