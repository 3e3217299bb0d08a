// Asking for an exception from one rule, confirming it as a second person, and ending it.
'use client';

import { useRouter } from 'next/navigation';
import { CommandForm } from '#components/identity/command-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { Confirm, type ConfirmResult } from '#components/ui/confirm.tsx';
import type { ActionResult } from '#lib/kernel/action.ts';
import type { Environment } from '#lib/policy/schema.ts';

type Given = { exceptionId: string; state: string; expiresAt: string };
export type ProposeExceptionAction = (input: { modelVersionId: string; environment: Environment; ruleId: string; expiresAt: string; reason: string }) => Promise<ActionResult<Given>>;
type Decision = (input: { exceptionId: string; reason: string }) => Promise<ActionResult<Given>>;

const days = ['1', '3', '7', '14', '30', '60', '90'];

export function ProposeException({ modelVersionId, subject, environment, ruleId, title, propose }: { readonly modelVersionId: string; readonly subject: string; readonly environment: Environment; readonly ruleId: string; readonly title: string; readonly propose: ProposeExceptionAction }) {
  const router = useRouter();
  return (
    <CommandForm
      title={`Ask for an exception: ${title}`}
      description={`For ${subject} in ${environment} alone. The rule goes on saying that it does not pass. Another person, of security, has to confirm.`}
      trigger={<Button size="sm" variant="ghost">Ask for an exception…</Button>}
      fields={[
        { name: 'days', label: 'Holds for', options: days.map((value) => ({ value, label: value === '1' ? 'one day' : `${value} days` })) },
        { name: 'reason', label: 'Why it is right to go on', kind: 'reason', hint: 'At least ten characters. Shown wherever the exception applies.' },
      ]}
      confirmLabel="Ask"
      submit={({ days: chosen = '1', reason = '' }) => propose({ modelVersionId, environment, ruleId, expiresAt: new Date(Date.now() + Number(chosen) * 86_400_000).toISOString(), reason })}
      done={(_value, auditNumbers) => (
        <div className="flex flex-col items-start gap-3 text-sm">
          <p>Proposed. It has no effect before a second person confirms it; then ask for the promotion again.</p>
          <p className="text-ink-2">Recorded as audit event {auditNumbers.join(', ')}.</p>
          <Button variant="primary" onClick={() => { router.push('/policies/exceptions'); }}>Open the exceptions</Button>
        </div>
      )}
    />
  );
}

const outcome = (result: ActionResult<Given>, done: string): ConfirmResult => (result.ok ? { ok: true, message: `${done} Audit event ${result.auditNumbers.join(', ')}.` } : { ok: false, message: result.problem.detail });

export function DecideException({ exceptionId, state, isProposer, mayConfirm, mayEnd, actions }: { readonly exceptionId: string; readonly state: string; readonly isProposer: boolean; readonly mayConfirm: boolean; readonly mayEnd: boolean; readonly actions: { readonly confirm: Decision; readonly end: Decision } }) {
  const router = useRouter();
  const refresh = () => { router.refresh(); };
  const proposed = state === 'proposed';
  return (
    <span className="no-print flex flex-wrap gap-2">
      {proposed && mayConfirm && (
        <Confirm trigger={<Button size="sm" variant="primary" disabledReason={isProposer ? 'You asked for it: another person of security confirms.' : undefined}>Confirm…</Button>} title="Put this exception in force?" confirmLabel="Confirm" comment="required" onConfirm={async (reason) => outcome(await actions.confirm({ exceptionId, reason }), 'It is in force.')} onDone={refresh}>
          The rule no longer blocks this version until the exception ends; its verdict stays visible. Open requests of the version become stale and are asked for again.
        </Confirm>
      )}
      {(proposed || state === 'active') && mayEnd && (
        <Confirm trigger={<Button size="sm" variant="dangerQuiet">{proposed ? 'Reject…' : 'Revoke…'}</Button>} title={proposed ? 'Reject this exception?' : 'Revoke this exception?'} confirmLabel={proposed ? 'Reject' : 'Revoke'} tone="danger" comment="required" onConfirm={async (reason) => outcome(await actions.end({ exceptionId, reason }), proposed ? 'It is rejected.' : 'It is revoked.')} onDone={refresh}>
          {proposed ? 'Nothing changes, and the proposal stays on record.' : 'From this moment the rule blocks again. Open and approved requests that rest on it become stale.'}
        </Confirm>
      )}
    </span>
  );
}
