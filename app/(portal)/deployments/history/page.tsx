// Deployments over time; `day` shows what ran on a day, with who approved it and the gaps.
import type { Metadata } from 'next';
import { DeploymentTabs } from '#components/deployments/tabs.tsx';
import { DeploymentsTable } from '#components/deployments/deployments-table.tsx';
import { RanOnDay } from '#components/deployments/ran-on-day.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { whatRan } from '#lib/deployments/index.ts';
import { currentContext } from '#lib/http.ts';

export const metadata: Metadata = { title: 'Deployment history' };

type Query = { readonly day?: string | string[]; readonly environment?: string | string[] };

export default async function DeploymentHistoryPage({ searchParams }: { readonly searchParams: Promise<Query> }) {
  const { day, environment } = await searchParams;
  const asked = typeof day === 'string' && day !== '' && !day.includes(',') ? day : null;
  const where = typeof environment === 'string' && environment !== '' ? { environment: environment.split(',') } : {};
  const found = asked === null ? null : await whatRan.execute(await currentContext(), { day: asked, ...where });
  const query = new URLSearchParams({ ...(asked !== null && { day: asked }), ...(typeof environment === 'string' && environment !== '' && { environment }), format: 'csv' }).toString();
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Deployments', href: '/deployments' }]}
        title="History"
        meta="What ran where, from when until when, who approved and who deployed it."
        actions={<form className="flex items-end gap-2"><span className="w-40"><Field label="What ran on"><Input name="day" type="date" defaultValue={asked ?? ''} required /></Field></span><Button type="submit">Show</Button></form>}
      />
      <DeploymentTabs />
      <Stack>
        {found && !found.ok && <Alert tone="danger" title={found.error.message} />}
        {found?.ok && (
          <Section title={`What ran on ${found.value.day} (UTC)`} actions={<LinkButton size="sm" download href={`/api/v1/deployments/ran?${query}`}>CSV</LinkButton>}>
            {found.value.truncated && <Alert tone="warning" title="There is more than is shown: ask for one environment." />}
            {found.value.items.length === 0 ? <p className="text-sm text-ink-2">Nothing ran anywhere that you may see.</p> : <RanOnDay items={found.value.items} />}
          </Section>
        )}
        <DeploymentsTable />
      </Stack>
    </>
  );
}
