// One page for what does not exist and for what the reader may not see: names must not leak.
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';

export default function NotFound() {
  return <EmptyState page kind="not-permitted" title="There is no such page, or you may not see it" description="Check the address, or ask whoever sent it to you which role it takes." action={<LinkButton href="/">Overview</LinkButton>} />;
}
