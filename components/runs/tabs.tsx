// The two lists of runs: the runs themselves, and the pipelines that they belong to.
import { LinkTabs } from '#components/ui/tabs.tsx';

export function RunsTabs() {
  return <LinkTabs label="Runs" tabs={[{ label: 'Runs', href: '/runs' }, { label: 'Pipelines', href: '/runs/pipelines' }]} />;
}
