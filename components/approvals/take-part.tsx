// What people do to a request besides deciding: comment, take an approval back, declare and review an emergency.
'use client';

import { useRouter } from 'next/navigation';
import { Button } from '#components/ui/button.tsx';
import { Confirm, type ConfirmResult } from '#components/ui/confirm.tsx';
import type { ActionResult } from '#lib/kernel/action.ts';

type Answer = Promise<ActionResult<unknown>>;

/** What the page shows of an action's answer. */
async function shown(answer: Answer, done: string): Promise<ConfirmResult> {
  const result = await answer;
  return result.ok ? { ok: true, message: `${done} Audit event ${result.auditNumbers.join(', ')}.` } : { ok: false, message: result.problem.detail };
}

export function Comment({ promotionId, comment }: { readonly promotionId: string; readonly comment: (input: { promotionId: string; text: string }) => Answer }) {
  const router = useRouter();
  return (
    <Confirm trigger={<Button>Comment…</Button>} title="Comment on this request" confirmLabel="Comment" comment="required" onConfirm={(text) => shown(comment({ promotionId, text }), 'Recorded.')} onDone={() => { router.refresh(); }}>
      Everybody who may read the request reads it, and it is kept. It decides nothing.
    </Confirm>
  );
}

export function Revoke({ promotionId, revoke }: { readonly promotionId: string; readonly revoke: (input: { promotionId: string; reason: string }) => Answer }) {
  const router = useRouter();
  return (
    <Confirm trigger={<Button variant="dangerQuiet">Take my approval back…</Button>} title="Take your approval back?" confirmLabel="Take it back" tone="danger" comment="required" onConfirm={(reason) => shown(revoke({ promotionId, reason }), 'Recorded.')} onDone={() => { router.refresh(); }}>
      It no longer counts, and you do not decide on this request again. A request that is approved already becomes stale: nothing can be deployed by it.
    </Confirm>
  );
}

type Seen = { readonly promotionId: string; readonly snapshotDigest: string; readonly artifactDigest: string; readonly policyDigest: string };

export function DeclareEmergency({ seen, title, declare }: { readonly seen: Seen; readonly title: string; readonly declare: (input: Seen & { reason: string }) => Answer }) {
  const router = useRouter();
  return (
    <Confirm
      trigger={<Button variant="dangerQuiet">Declare an emergency…</Button>}
      title={`Let ${title} through without its approvals?`}
      confirmLabel="Declare the emergency"
      tone="danger"
      comment="required"
      typeToConfirm="emergency"
      onConfirm={(reason) => shown(declare({ ...seen, reason }), 'The artifact may be deployed for 24 hours.')}
      onDone={() => { router.refresh(); }}
    >
      It goes past the approvals and the gates of the policy. Everybody sees it on every page about this model until somebody else has reviewed it; that is due within 72 hours. Quarantined bytes stay out.
    </Confirm>
  );
}

export function ReviewEmergency({ emergencyId, review }: { readonly emergencyId: string; readonly review: (input: { emergencyId: string; verdict: 'justified' | 'not_justified'; comment: string }) => Answer }) {
  const router = useRouter();
  const refresh = () => { router.refresh(); };
  return (
    <span className="flex flex-wrap gap-2">
      <Confirm trigger={<Button>It was justified…</Button>} title="Was this emergency justified?" confirmLabel="Justified" comment="required" onConfirm={(comment) => shown(review({ emergencyId, verdict: 'justified', comment }), 'Reviewed.')} onDone={refresh}>
        Say what you looked at. The review stays with the request.
      </Confirm>
      <Confirm trigger={<Button variant="dangerQuiet">It was not justified…</Button>} title="This emergency was not justified?" confirmLabel="Not justified" tone="danger" comment="required" onConfirm={(comment) => shown(review({ emergencyId, verdict: 'not_justified', comment }), 'Reviewed.')} onDone={refresh}>
        It lets nothing through any more, and becomes a finding.
      </Confirm>
    </span>
  );
}
