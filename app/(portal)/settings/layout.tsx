// Around the settings: which of them the reader's roles show.
import { LinkTabs } from '#components/ui/tabs.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { currentActor } from '#lib/http.ts';
import { teamsWith } from '#lib/kernel/permissions.ts';

export default async function SettingsLayout({ children }: { readonly children: React.ReactNode }) {
  const actor = await currentActor();
  const people = teamsWith(actor, 'people.read') === 'all';
  return (
    <>
      <PageHeader title="Settings" />
      <LinkTabs
        label="Settings"
        tabs={[
          { label: 'Your account', href: '/settings/account' },
          ...(people ? [{ label: 'People and roles', href: '/settings/people' }, { label: 'Service accounts', href: '/settings/service-accounts' }] : []),
          { label: 'Environments', href: '/settings/environments' },
          { label: 'Trust policies', href: '/settings/trust' },
          { label: 'Trust keys', href: '/settings/trust-keys' },
          { label: 'Change windows', href: '/settings/change-windows' },
        ]}
      />
      {children}
    </>
  );
}
