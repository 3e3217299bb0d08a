// Deciding on a request: with the digests of what was seen, a comment, and never optimistic: first pending, then what was recorded.
'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Confirm, type ConfirmResult } from '#components/ui/confirm.tsx';
import { Field } from '#components/ui/field.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Select } from '#components/ui/input.tsx';
import type { Decided, DecisionRights } from '#lib/approvals/schema.ts';
import type { ActionResult } from '#lib/kernel/action.ts';
import type { ApproverRole } from '#lib/policy/schema.ts';

type DecisionInput = { promotionId: string; verdict: 'approve' | 'reject'; comment: string; role: ApproverRole | null; snapshotDigest: string; artifactDigest: string; policyDigest: string };
export type DecideActions = {
  readonly decide: (input: DecisionInput) => Promise<ActionResult<Decided>>;
  readonly decideLent: (input: DecisionInput & { onBehalfOf: string }) => Promise<ActionResult<Decided>>;
  readonly withdraw: (input: { promotionId: string; reason: string }) => Promise<ActionResult<{ promotionId: string }>>;
};

export type Seen = { readonly promotionId: string; readonly title: string; readonly snapshotDigest: string; readonly artifactDigest: string; readonly policyDigest: string };

/** The page that shows the fact which keeps the reader from deciding. */
function linkOf(rights: DecisionRights, reason: string) {
  const href = rights.conflicts.find(({ text }) => text === reason)?.href ?? null;
  return href === null ? null : <TextLink href={href}>See the run</TextLink>;
}

const short = (digest: string) => digest.slice(7, 19);

export function Decide({ seen, rights, mayWithdraw, actions, lentBy = null }: {
  readonly seen: Seen;
  readonly rights: DecisionRights;
  readonly mayWithdraw: boolean;
  readonly actions: DecideActions;
  /** Who lent the role by which these buttons decide; null: the reader's own. */
  readonly lentBy?: { readonly id: string; readonly name: string } | null;
}) {
  const router = useRouter();
  const [role, setRole] = useState<ApproverRole | null>(null);
  const { promotionId, snapshotDigest, artifactDigest, policyDigest, title } = seen;
  const refresh = () => { router.refresh(); };

  async function decide(verdict: 'approve' | 'reject', comment: string): Promise<ConfirmResult> {
    const decision = { promotionId, verdict, comment, role, snapshotDigest, artifactDigest, policyDigest };
    const result = lentBy === null ? await actions.decide(decision) : await actions.decideLent({ ...decision, onBehalfOf: lentBy.id });
    if (!result.ok) return { ok: false, message: result.problem.detail };
    const { recorded, message } = result.value;
    const numbers = `Audit event ${result.auditNumbers.join(', ')}.`;
    if (!recorded) {
      refresh();
      return { ok: false, message: `${message} ${numbers}` };
    }
    return { ok: true, message: `${message} ${numbers}` };
  }

  const reason = rights.reasons[0];
  return (
    <div className="flex flex-col gap-3">
      {lentBy !== null && <p className="text-sm font-medium">By the role that {lentBy.name} lent you</p>}
      {rights.reasons.length > 0 && (
        <ul className="text-sm text-ink-2">
          {rights.reasons.map((text) => <li key={text} className="flex gap-1.5 before:content-['–'] before:text-ink-3"><span>{text} {linkOf(rights, text)}</span></li>)}
        </ul>
      )}
      {rights.mayApprove && rights.roles.length > 1 && (
        <div className="max-w-60">
          <Field label="Decide as" hint="One person counts for one role.">
            <Select value={role ?? ''} onChange={(event) => { setRole(event.target.value === '' ? null : (event.target.value as ApproverRole)); }} options={[{ value: '', label: 'whichever is still needed' }, ...rights.roles.map((value) => ({ value, label: value }))]} />
          </Field>
        </div>
      )}
      <div className="no-print flex flex-wrap gap-2">
        <Confirm trigger={<Button variant="primary" disabledReason={rights.mayApprove ? undefined : reason}>Approve…</Button>} title={`Approve ${title}?`} confirmLabel="Approve" comment="required" onConfirm={(comment) => decide('approve', comment)} onDone={refresh}>
          <p>You approve exactly this, and nothing that comes later under the same name:</p>
          <ul className="mt-1 font-mono text-xs">
            <li>artifact {short(artifactDigest)}</li>
            <li>evidence {short(snapshotDigest)}</li>
            <li>policy {short(policyDigest)}</li>
          </ul>
          <p className="mt-2">When anything of it has changed meanwhile, nothing is decided and the request becomes stale.</p>
        </Confirm>
        <Confirm trigger={<Button variant="dangerQuiet" disabledReason={rights.mayReject ? undefined : reason}>Reject…</Button>} title={`Reject ${title}?`} confirmLabel="Reject" tone="danger" comment="required" onConfirm={(comment) => decide('reject', comment)} onDone={refresh}>
          One rejection ends the request. The engineers of the team can ask again, with new evidence.
        </Confirm>
        {mayWithdraw && (
          <Confirm
            trigger={<Button variant="ghost">Withdraw…</Button>}
            title={`Withdraw the request for ${title}?`}
            confirmLabel="Withdraw"
            tone="danger"
            comment="required"
            onConfirm={async (comment) => {
              const result = await actions.withdraw({ promotionId, reason: comment });
              return result.ok ? { ok: true, message: `Withdrawn. Audit event ${result.auditNumbers.join(', ')}.` } : { ok: false, message: result.problem.detail };
            }}
            onDone={refresh}
          >
            It can no longer be approved or deployed. What was decided so far stays on record.
          </Confirm>
        )}
      </div>
    </div>
  );
}
