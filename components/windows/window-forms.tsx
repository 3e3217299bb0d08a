// Proposing a change window, and confirming or rejecting one as a second person.
'use client';

import { useRouter } from 'next/navigation';
import { CommandForm } from '#components/identity/command-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { Confirm, type ConfirmResult } from '#components/ui/confirm.tsx';
import type { ActionResult } from '#lib/kernel/action.ts';
import type { WindowContent } from '#lib/windows/schema.ts';
import { readFreezes, readOpenings, writeFreeze, writeOpening } from './lines.ts';

type Outcome = { windowId: string; state: string };
export type ProposeWindowAction = (input: { environment: string; content: WindowContent; reason: string }) => Promise<ActionResult<Outcome>>;

const refused = (path: string, message: string): ActionResult<Outcome> => ({ ok: false, problem: { type: 'about:blank', title: 'Not sent', status: 422, code: 'kernel.invalid_input', detail: message, requestId: '', errors: [{ path, message }] } });

/** What the server calls by the place in the document is shown at the field that it was written in. */
function atField(result: ActionResult<Outcome>): ActionResult<Outcome> {
  if (result.ok || !result.problem.errors) return result;
  return { ...result, problem: { ...result.problem, errors: result.problem.errors.map(({ path, message }) => ({ path: path.split('.')[1] ?? path, message })) } };
}

/** `environment` null: a window for one of `environments`. */
export function ProposeWindow({ environment, environments = [], current, propose }: { readonly environment: string | null; readonly environments?: readonly string[]; readonly current: WindowContent | null; readonly propose: ProposeWindowAction }) {
  return (
    <CommandForm
      title={environment === null ? 'Propose a change window' : `Change the window of ${environment}`}
      description="It has no effect before a second person of security confirms it."
      trigger={<Button variant={current === null ? 'primary' : 'secondary'} size={environment === null ? 'md' : 'sm'}>{current === null ? 'Propose a window…' : 'Change…'}</Button>}
      fields={[
        ...(environment === null ? [{ name: 'environment', label: 'Environment', options: environments.map((value) => ({ value, label: value })) }] : []),
        { name: 'name', label: 'Name', initial: current?.name ?? '', hint: 'Shown where it refuses.' },
        { name: 'timeZone', label: 'Time zone', initial: current?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone, hint: 'A name of the IANA database, such as Europe/Vienna: its clock is followed through the year.' },
        { name: 'openings', label: 'Open', kind: 'reason', initial: current?.openings.map(writeOpening).join('\n') ?? 'mon-thu 09:00-16:00', hint: 'Days and hours, one part of the week on each line. An end that is not later lies on the next day; 24:00 is midnight.' },
        { name: 'freezes', label: 'Freezes', kind: 'reason', initial: current?.freezes.map(writeFreeze).join('\n') ?? '', optional: true, hint: 'From, until and the reason, one on each line: 2026-12-20T00:00Z 2027-01-07T00:00Z Year end' },
        { name: 'reason', label: 'Reason', kind: 'reason' },
      ]}
      confirmLabel="Propose"
      submit={async ({ environment: named = environment ?? '', name = '', timeZone = '', openings = '', freezes = '', reason = '' }) => {
        const hours = readOpenings(openings);
        if (!hours.ok) return refused('openings', hours.message);
        const frozen = readFreezes(freezes);
        if (!frozen.ok) return refused('freezes', frozen.message);
        return atField(await propose({ environment: named, content: { name, timeZone, openings: hours.value, freezes: frozen.value }, reason }));
      }}
    />
  );
}

const outcome = (result: ActionResult<Outcome>, done: string): ConfirmResult => (result.ok ? { ok: true, message: `${done} Audit event ${result.auditNumbers.join(', ')}.` } : { ok: false, message: result.problem.detail });

export function DecideWindow({ windowId, digest, isProposer, actions }: {
  readonly windowId: string;
  readonly digest: string;
  readonly isProposer: boolean;
  readonly actions: { readonly confirm: (input: { windowId: string; digest: string; reason: string }) => Promise<ActionResult<Outcome>>; readonly reject: (input: { windowId: string; reason: string }) => Promise<ActionResult<Outcome>> };
}) {
  const router = useRouter();
  const refresh = () => { router.refresh(); };
  return (
    <span className="no-print flex flex-wrap gap-2">
      <Confirm trigger={<Button size="sm" variant="primary" disabledReason={isProposer ? 'You proposed it: another person of security confirms.' : undefined}>Confirm…</Button>} title="Put this change window in force?" confirmLabel="Confirm" comment="required" onConfirm={async (reason) => outcome(await actions.confirm({ windowId, digest, reason }), 'It is in force.')} onDone={refresh}>
        From this moment deployments into the environment are allowed within it alone, where the policy asks for it. Approvals stay as they are.
      </Confirm>
      <Confirm trigger={<Button size="sm" variant="dangerQuiet">Reject…</Button>} title="Reject this change window?" confirmLabel="Reject" tone="danger" comment="required" onConfirm={async (reason) => outcome(await actions.reject({ windowId, reason }), 'It is rejected.')} onDone={refresh}>
        Nothing changes, and the proposal stays on record.
      </Confirm>
    </span>
  );
}
