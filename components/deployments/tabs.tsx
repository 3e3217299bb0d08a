// The views of deployments.
import { LinkTabs } from '#components/ui/tabs.tsx';

export function DeploymentTabs() {
  return <LinkTabs label="Deployments" tabs={[{ label: 'Now', href: '/deployments' }, { label: 'History', href: '/deployments/history' }, { label: 'Answers to deployers', href: '/deployments/decisions' }, { label: 'Endpoints', href: '/deployments/endpoints' }]} />;
}
