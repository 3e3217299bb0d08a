// What a page shows when it broke: that it did, and a way to try again.
'use client';

import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';

export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return <EmptyState page kind="failed" description="The page could not be made. The failure is in the portal’s log." {...(error.digest ? { requestId: error.digest } : {})} action={<Button onClick={reset}>Try again</Button>} />;
}
