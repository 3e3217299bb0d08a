// What deployers reported about endpoints.
import type { Metadata } from 'next';
import { EndpointsTable } from '#components/deployments/endpoints-table.tsx';
import { DeploymentTabs } from '#components/deployments/tabs.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';

export const metadata: Metadata = { title: 'Endpoints' };

export default function EndpointsPage() {
  return (
    <>
      <PageHeader crumbs={[{ label: 'Deployments', href: '/deployments' }]} title="Endpoints" meta="Whether they are public, and what stands before them, as deployers’ accounts reported it. The newest report counts, for the days that the policy says; every one is kept." />
      <DeploymentTabs />
      <EndpointsTable />
    </>
  );
}
