// A dialog with a form that starts one command, shows what does not fit at its field, and says under which audit number it was recorded.
'use client';

import { useRouter } from 'next/navigation';
import { useState, type FormEvent, type ReactElement, type ReactNode } from 'react';
import { answerOf } from '#components/ui/answer.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { FormProblem } from '#components/ui/form-problem.tsx';
import { Input, Select, Textarea } from '#components/ui/input.tsx';
import { toast } from '#components/ui/toast.tsx';
import type { ActionResult } from '#lib/kernel/action.ts';

export type FormField = {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly kind?: 'text' | 'email' | 'password' | 'number' | 'reason';
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  readonly initial?: string;
  readonly optional?: boolean;
};

/** `submit` gets the form's values; `done` may show the result in place of the form (a token that is shown once). */
export function CommandForm<Output>({ title, description, trigger, fields, confirmLabel, submit, done }: {
  readonly title: string;
  readonly description?: ReactNode;
  readonly trigger: ReactElement;
  readonly fields: readonly FormField[];
  readonly confirmLabel: string;
  readonly submit: (values: Readonly<Record<string, string>>) => Promise<ActionResult<Output>>;
  readonly done?: (value: Output, auditNumbers: readonly number[]) => ReactNode;
}) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<Extract<ActionResult<Output>, { ok: false }>['problem'] | null>(null);
  const [result, setResult] = useState<ReactNode>(null);

  const change = (next: boolean) => {
    setOpen(next);
    if (!next) {
      setFailure(null);
      setResult(null);
    }
  };

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setPending(true);
    const outcome = await answerOf(submit(Object.fromEntries(fields.map((field) => [field.name, String(form.get(field.name) ?? '')]))));
    setPending(false);
    if (!outcome.ok) {
      setFailure(outcome.problem);
      return;
    }
    router.refresh();
    if (done) {
      setFailure(null);
      setResult(done(outcome.value, outcome.auditNumbers));
      return;
    }
    change(false);
    toast({ title: `Recorded as audit event ${outcome.auditNumbers.join(', ')}`, tone: 'success' });
  }

  const errorOf = (name: string) => failure?.errors?.find((error) => error.path === name)?.message;
  const unplaced = failure && !(failure.errors ?? []).some((error) => fields.some((field) => field.name === error.path)) ? failure.detail : null;

  return (
    <Dialog title={title} description={description} trigger={trigger} open={open} onOpenChange={change}>
      {result ?? (
        <form onSubmit={(event) => void onSubmit(event)} className="flex flex-col gap-3">
          <FormProblem problem={failure} title={unplaced} />
          {fields.map((field) => (
            <Field key={field.name} label={field.label} {...(field.hint ? { hint: field.hint } : {})} error={errorOf(field.name)} required={!field.optional}>
              <Control field={field} />
            </Field>
          ))}
          <div className="flex justify-end pt-1"><Button type="submit" variant="primary" pending={pending}>{confirmLabel}</Button></div>
        </form>
      )}
    </Dialog>
  );
}

function Control({ field }: { readonly field: FormField }) {
  if (field.options) return <Select name={field.name} defaultValue={field.initial ?? field.options[0]?.value ?? ''} options={[...field.options]} />;
  if (field.kind === 'reason') return <Textarea name={field.name} defaultValue={field.initial ?? ''} />;
  return <Input name={field.name} type={field.kind ?? 'text'} defaultValue={field.initial ?? ''} autoComplete={field.kind === 'password' ? 'new-password' : 'off'} />;
}
