// Opening an incident, writing a note on it, and closing it.
'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { CommandForm } from '#components/identity/command-form.tsx';
import { answerOf } from '#components/ui/answer.ts';
import { Button } from '#components/ui/button.tsx';
import { Confirm } from '#components/ui/confirm.tsx';
import { Field } from '#components/ui/field.tsx';
import { Textarea } from '#components/ui/input.tsx';
import { toast } from '#components/ui/toast.tsx';
import type { ActionResult } from '#lib/kernel/action.ts';
import { incidentSeverities, type IncidentItem } from '#lib/incidents/schema.ts';

export type OpenIncidentAction = (input: { teamId: string; title: string; severity: IncidentItem['severity']; reason: string; digests: string[]; models: string[] }) => Promise<ActionResult<{ incidentId: string }>>;

const isDigest = (text: string) => /^sha256:[0-9a-f]{64}$/.test(text);
const severityOf = (text: string | undefined) => incidentSeverities.find((known) => known === text) ?? 'high';

export function OpenIncident({ teams, open, about = '' }: { readonly teams: readonly { readonly id: string; readonly name: string }[]; readonly open: OpenIncidentAction; readonly about?: string }) {
  const router = useRouter();
  return (
    <CommandForm
      title="Open an incident"
      description="From this moment it is a fact about everything made from what you name: approvals given without it are stale, and policies that ask for none refuse."
      trigger={<Button variant="primary">Open an incident…</Button>}
      fields={[
        { name: 'teamId', label: 'Team', options: teams.map(({ id, name }) => ({ value: id, label: name })) },
        { name: 'title', label: 'Title', hint: 'What a reader of a refusal sees.' },
        { name: 'severity', label: 'Severity', options: incidentSeverities.map((value) => ({ value, label: value })), initial: 'high' },
        { name: 'digests', label: 'About', kind: 'reason', initial: about, hint: 'Digests of versions (sha256:…) and names of models, one on each line.' },
        { name: 'reason', label: 'Reason', kind: 'reason', hint: 'What is known, in at least ten characters.' },
      ]}
      confirmLabel="Open"
      submit={({ teamId = '', title = '', severity, digests = '', reason = '' }) => {
        const named = digests.split(/[\s,]+/).filter((one) => one !== '');
        return open({ teamId, title, severity: severityOf(severity), reason, digests: named.filter(isDigest), models: named.filter((one) => !isDigest(one)) });
      }}
      done={({ incidentId }, auditNumbers) => (
        <div className="flex flex-col items-start gap-3 text-sm">
          <p>Open. Recorded as audit event {auditNumbers.join(', ')}.</p>
          <Button variant="primary" onClick={() => { router.push(`/incidents/${incidentId}`); }}>Open its page</Button>
        </div>
      )}
    />
  );
}

export type NoteAction = (input: { incidentId: string; text: string }) => Promise<ActionResult<{ noteId: string }>>;

export function NoteForm({ incidentId, note }: { readonly incidentId: string; readonly note: NoteAction }) {
  const router = useRouter();
  const [text, setText] = useState('');
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<string | undefined>();
  const submit = async () => {
    setPending(true);
    const result = await answerOf(note({ incidentId, text }));
    setPending(false);
    if (!result.ok) {
      setProblem(result.problem.errors?.[0]?.message ?? result.problem.detail);
      return;
    }
    setText('');
    setProblem(undefined);
    toast({ title: `Recorded as audit event ${result.auditNumbers.join(', ')}`, tone: 'success' });
    router.refresh();
  };
  return (
    <div className="no-print flex flex-col gap-2">
      <Field label="Note" hint="Kept for ever, for everybody who sees the incident." error={problem}><Textarea rows={3} value={text} onChange={(event) => { setText(event.target.value); }} /></Field>
      <div className="flex justify-end"><Button pending={pending} disabledReason={text.trim().length < 3 ? 'Write something first.' : undefined} onClick={() => void submit()}>Add the note</Button></div>
    </div>
  );
}

export type CloseAction = (input: { incidentId: string; reason: string }) => Promise<ActionResult<{ incidentId: string }>>;

export function CloseIncident({ incidentId, close }: { readonly incidentId: string; readonly close: CloseAction }) {
  const router = useRouter();
  return (
    <Confirm
      trigger={<Button variant="primary">Close the incident…</Button>}
      title="Close this incident?"
      confirmLabel="Close the incident"
      comment="required"
      onConfirm={async (reason) => {
        const result = await close({ incidentId, reason });
        return result.ok ? { ok: true, message: `It is closed. Audit event ${result.auditNumbers.join(', ')}.` } : { ok: false, message: result.problem.errors?.[0]?.message ?? result.problem.detail };
      }}
      onDone={() => { router.refresh(); }}
    >
      It stops standing against what it is about; requests that were made while it was open are asked for again. It does not open again. What is quarantined stays so.
    </Confirm>
  );
}
