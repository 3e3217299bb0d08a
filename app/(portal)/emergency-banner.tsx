// The notice of unreviewed emergencies, for the top of the pages that people decide and deploy by.
import { EmergencyNotice } from '#components/approvals/emergency-notice.tsx';
import { listEmergencies } from '#lib/approvals/index.ts';
import { currentContext } from '#lib/http.ts';

/** Everything that the reader may see; on a model's page, that model's. */
export async function EmergencyBanner({ model }: { readonly model?: string }) {
  const found = await listEmergencies.execute(await currentContext(), model === undefined ? {} : { model });
  return found.ok ? <EmergencyNotice items={found.value.items} /> : null;
}
