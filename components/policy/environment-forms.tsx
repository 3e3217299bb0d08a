// Proposing an environment or a change of one, and deciding on what is proposed.
'use client';

import { useRouter } from 'next/navigation';
import { useState, type FormEvent } from 'react';
import { answerOf } from '#components/ui/answer.ts';
import { Button } from '#components/ui/button.tsx';
import { Confirm, type ConfirmResult } from '#components/ui/confirm.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { FormProblem } from '#components/ui/form-problem.tsx';
import { Checkbox, Input, Select, Textarea } from '#components/ui/input.tsx';
import { toast } from '#components/ui/toast.tsx';
import type { ActionFailure, ActionResult } from '#lib/kernel/action.ts';
import { environmentTier, metadataField, type EnvironmentTier, type EnvironmentView, type MetadataField } from '#lib/policy/schema.ts';
import { fieldWords, tierWords } from './environment-words.ts';

type Changed = { changeId: string; environment: string; state: string; weakens: string[] };
type Propose = (input: { environment: string; tier: EnvironmentTier; position: number; description: string; requiredMetadata: MetadataField[]; archived: boolean; reason: string }) => Promise<ActionResult<Changed>>;
type Decide = (input: { changeId: string; reason: string }) => Promise<ActionResult<Changed>>;


/** A new environment, or a change of `existing`. */
export function ProposeEnvironment({ existing, propose }: { readonly existing?: EnvironmentView; readonly propose: Propose }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<ActionFailure | null>(null);
  const errorOf = (path: string) => failure?.errors?.find((error) => error.path === path)?.message;

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '');
    setPending(true);
    const result = await answerOf(propose({
      environment: existing?.name ?? text('environment').trim(),
      tier: existing?.shipped ? existing.tier : environmentTier.catch('production').parse(text('tier')),
      position: Number(text('position')),
      description: text('description'),
      requiredMetadata: metadataField.options.filter((field) => form.get(field) !== null),
      archived: form.get('archived') !== null,
      reason: text('reason'),
    }));
    setPending(false);
    if (!result.ok) return setFailure(result.problem);
    setFailure(null);
    setOpen(false);
    router.refresh();
    toast({ title: `Proposed. Recorded as audit event ${result.auditNumbers.join(', ')}`, tone: 'success' });
  }

  return (
    <Dialog
      title={existing ? `Propose a change of ${existing.name}` : 'Propose an environment'}
      description="It has no effect before a second person, of security, confirms it."
      trigger={<Button size={existing ? 'sm' : 'md'} variant={existing ? 'ghost' : 'primary'}>{existing ? 'Change…' : 'Propose an environment…'}</Button>}
      open={open}
      onOpenChange={setOpen}
    >
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
        <FormProblem problem={failure} title={failure && !failure.errors?.length ? failure.detail : null} />
        {!existing && <Field label="Name" hint="Lower-case letters, digits and hyphens. It never changes." error={errorOf('environment')} required><Input name="environment" mono autoComplete="off" /></Field>}
        {!existing?.shipped && <Field label="Tier" hint="What it behaves like: every rule of the portal and of the database reads this." error={errorOf('tier')} required><Select name="tier" defaultValue={existing?.tier ?? 'production'} options={environmentTier.options.map((value) => ({ value, label: tierWords[value] }))} /></Field>}
        <Field label="Order" hint="The highest is the last step. Shipped: sandbox 100, staging 200, production 300." error={errorOf('position')} required><Input name="position" type="number" defaultValue={String(existing?.position ?? 310)} /></Field>
        <Field label="What it is for" error={errorOf('description')} required><Input name="description" defaultValue={existing?.description ?? ''} /></Field>
        <fieldset>
          <legend className="text-sm font-medium">Required metadata</legend>
          <div className="grid grid-cols-2 gap-1 pt-1">
            {metadataField.options.map((field) => <Checkbox key={field} name={field} label={fieldWords[field]} defaultChecked={existing ? existing.requiredMetadata.includes(field) : true} />)}
          </div>
        </fieldset>
        {existing && !existing.shipped && <Checkbox name="archived" label="Archived" hint="Takes nothing in any more; its history stays." defaultChecked={existing.archived} />}
        <Field label="Why" error={errorOf('reason')} required><Textarea name="reason" /></Field>
        <div className="flex justify-end pt-1"><Button type="submit" variant="primary" pending={pending}>Propose</Button></div>
      </form>
    </Dialog>
  );
}

const outcome = (result: ActionResult<Changed>, done: string): ConfirmResult => (result.ok ? { ok: true, message: `${done} Audit event ${result.auditNumbers.join(', ')}.` } : { ok: false, message: result.problem.detail });

export function DecideEnvironment({ changeId, name, weakens, isProposer, mayConfirm, mayReject, actions }: { readonly changeId: string; readonly name: string; readonly weakens: readonly string[]; readonly isProposer: boolean; readonly mayConfirm: boolean; readonly mayReject: boolean; readonly actions: { readonly confirm: Decide; readonly reject: Decide } }) {
  const router = useRouter();
  const refresh = () => { router.refresh(); };
  return (
    <span className="no-print flex flex-wrap gap-2">
      {mayConfirm && (
        <Confirm trigger={<Button size="sm" variant="primary" disabledReason={isProposer ? 'You proposed it: another person of security confirms.' : undefined}>Confirm…</Button>} title={`Put this change of ${name} in force?`} confirmLabel="Confirm" comment="required" {...(weakens.length > 0 && { typeToConfirm: name })} onConfirm={async (reason) => outcome(await actions.confirm({ changeId, reason }), 'It is in force.')} onDone={refresh}>
          {weakens.length > 0 ? <>This asks less than now: {weakens.join('; ')}.</> : 'From this moment requests, decisions and deployments go by it. Open requests that rested on what it was become stale.'}
        </Confirm>
      )}
      {mayReject && (
        <Confirm trigger={<Button size="sm" variant="dangerQuiet">Reject…</Button>} title="Reject this change?" confirmLabel="Reject" tone="danger" comment="required" onConfirm={async (reason) => outcome(await actions.reject({ changeId, reason }), 'It is rejected.')} onDone={refresh}>
          Nothing changes, and the proposal stays on record.
        </Confirm>
      )}
    </span>
  );
}
