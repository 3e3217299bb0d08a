// The lists of data: by name, by source, and who read sources.
import { LinkTabs } from '#components/ui/tabs.tsx';

export function DataTabs() {
  return <LinkTabs label="Data" tabs={[{ label: 'Names', href: '/data' }, { label: 'Sources', href: '/data/sources' }, { label: 'Access', href: '/data/access' }]} />;
}
