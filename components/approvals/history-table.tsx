// What was recorded about something: audit events with their numbers, oldest first.
import { Badge } from '#components/ui/badge.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';

export type HistoryRow = { readonly number: number; readonly at: string; readonly action: string; readonly outcome: string; readonly actorName: string; readonly reason: string | null };

const outcomeTones: Readonly<Record<string, 'neutral' | 'fail' | 'stale'>> = { denied: 'fail', refused: 'stale' };
const words: Readonly<Record<string, string>> = {
  'approvals.requestPromotion': 'asked for promotion', 'approvals.decidePromotion': 'decided', 'approvals.approved': 'gave the last approval', 'approvals.rejected': 'rejected',
  'approvals.withdrawPromotion': 'withdrew', 'approvals.markStale': 'found it stale', 'approvals.deployed': 'deployed', 'approvals.decideOnBehalf': 'decided by a lent role', 'approvals.revokeApproval': 'took the approval back',
  'approvals.declareEmergency': 'declared an emergency', 'approvals.approvedInEmergency': 'let it through in the emergency', 'approvals.reviewEmergency': 'reviewed the emergency',
  'exceptions.proposeException': 'asked for an exception', 'exceptions.confirmException': 'put it in force', 'exceptions.endException': 'ended it',
  'policy.proposePolicy': 'proposed', 'policy.confirmPolicy': 'confirmed', 'policy.rejectPolicy': 'rejected', 'policy.retirePolicy': 'retired', 'policy.installShipped': 'installed',
};

export function HistoryTable({ events }: { readonly events: readonly HistoryRow[] }) {
  return (
    <ol>
      {events.map(({ number, at, action, outcome, actorName, reason }) => (
        <li key={`${number} ${action}`} className="grid grid-cols-[3.5rem_minmax(0,1fr)] gap-x-3 border-t border-line py-1.5 text-sm first:border-t-0">
          <TextLink quiet href={`/audit/${number}`}><span className="tabular-nums">{number}</span></TextLink>
          <div className="min-w-0">
            <p className="flex flex-wrap items-baseline gap-x-2">
              <span>{actorName} {words[action] ?? <code className="text-xs">{action}</code>}</span>
              {outcome !== 'done' && <Badge tone={outcomeTones[outcome] ?? 'neutral'}>{outcome}</Badge>}
              <span className="text-xs text-ink-3"><Time at={at} /></span>
            </p>
            {reason !== null && <p className="break-words text-ink-2">{reason}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}
