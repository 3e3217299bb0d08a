// Emergencies that nobody has reviewed yet, said loudly.
import { Alert } from '#components/ui/alert.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import type { EmergencyView } from '#lib/approvals/schema.ts';

export function EmergencyNotice({ items }: { readonly items: readonly EmergencyView[] }) {
  if (items.length === 0) return null;
  const overdue = items.some((item) => item.overdue);
  return (
    <div className="mb-4">
      <Alert tone="danger" title={`${items.length === 1 ? 'A promotion' : `${items.length} promotions`} went past the normal approvals in an emergency${overdue ? ': a review is overdue' : ', and nobody has reviewed it yet'}`}>
        <ul>
          {items.map(({ id, promotionId, modelName, version, environment, declaredBy, declaredAt, reason, reviewDueAt, overdue: late }) => (
            <li key={id} className="break-words">
              <TextLink href={`/approvals/${promotionId}`}>{modelName} {version} → {environment}</TextLink>, declared by {declaredBy.name} <Time at={declaredAt} />: “{reason}” Review {late ? 'was' : 'is'} due <Time at={reviewDueAt} absolute />.
            </li>
          ))}
        </ul>
      </Alert>
    </div>
  );
}
