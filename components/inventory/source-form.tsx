// The form of a source: proposing one, and writing it anew; says which changes end an approval.
'use client';

import { useRouter } from 'next/navigation';
import { useState, type FormEvent, type ReactElement } from 'react';
import { answerOf } from '#components/ui/answer.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { FormProblem } from '#components/ui/form-problem.tsx';
import { Checkbox, Input, Select, Textarea } from '#components/ui/input.tsx';
import { toast } from '#components/ui/toast.tsx';
import type { ActionResult } from '#lib/kernel/action.ts';
import { classifications, dataUses, useMeanings, type Classification, type DataUse, type IngestionJob, type SourceDetail, type SourceName, type SourceOutcome } from '#lib/inventory/schema.ts';
import { readJobs, readNames, sourceHref, writeJobs, writeNames } from './words.ts';

type Written = { name: string; description: string; ownerPersonId: string | null; licence: string | null; retentionDays: number | null; classification: Classification; uses: DataUse[]; names: SourceName[]; ingestion: IngestionJob[] };
type Person = { readonly id: string; readonly name: string };
type Problem = Extract<ActionResult<unknown>, { ok: false }>['problem'];

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

function writtenIn(form: FormData): Written {
  const text = (name: string) => String(form.get(name) ?? '');
  return {
    name: text('name'), description: text('description'), ownerPersonId: orNull(text('owner')), licence: orNull(text('licence')), retentionDays: text('retentionDays') === '' ? null : Number(text('retentionDays')),
    classification: text('classification') as Classification, uses: dataUses.filter((use) => form.get(`use-${use}`) !== null), names: readNames(text('names')), ingestion: readJobs(text('ingestion')),
  };
}

/** `source` null: a new one, of one of `teams`. */
export function SourceForm({ source, teams, owners, submit, trigger }: {
  readonly source: SourceDetail | null;
  readonly teams: readonly Person[];
  readonly owners: readonly Person[];
  readonly submit: (written: Written & { teamId: string; sourceId: string }) => Promise<ActionResult<SourceOutcome>>;
  readonly trigger: ReactElement;
}) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const errorOf = (path: string) => problem?.errors?.find((error) => error.path === path || error.path.startsWith(`${path}.`))?.message;

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setPending(true);
    const result = await answerOf(submit({ ...writtenIn(form), teamId: String(form.get('teamId') ?? source?.teamId ?? ''), sourceId: source?.id ?? '' }));
    setPending(false);
    if (!result.ok) {
      setProblem(result.problem);
      return;
    }
    setOpen(false);
    setProblem(null);
    toast({ title: `${source === null ? 'Proposed' : result.value.lapsed ? 'Written; the approval ended, and it waits for a new one' : 'Written'}: audit event ${result.auditNumbers.join(', ')}`, tone: 'success' });
    if (source === null) router.push(sourceHref(result.value.sourceId));
    router.refresh();
  }

  return (
    <Dialog
      title={source === null ? 'Propose a source' : `Change ${source.name}`} size="lg" open={open} onOpenChange={setOpen} trigger={trigger}
      description={source === null ? 'A second person, of security, approves it.' : 'A change of classification, uses, datasets or ingestion jobs ends an approval: somebody else of security then approves anew.'}
    >
      <form onSubmit={(event) => void onSubmit(event)} className="flex flex-col gap-3">
        <FormProblem problem={problem} title={problem && !problem.errors?.length ? problem.detail : null} />
        {source === null && <Field label="Team" error={errorOf('teamId')} required><Select name="teamId" options={teams.map(({ id, name }) => ({ value: id, label: name }))} /></Field>}
        <Field label="Name" error={errorOf('name')} required><Input name="name" defaultValue={source?.name ?? ''} autoComplete="off" /></Field>
        <Field label="Description" hint="What it is, who collected it, why, and what is known to be wrong with it." error={errorOf('description')} required><Textarea name="description" defaultValue={source?.description ?? ''} /></Field>
        <Field label="Datasets" hint="One on each line: namespace, space, name. A * after / . or : stands for all names that begin so." error={errorOf('names')} required><Textarea name="names" mono defaultValue={source === null ? '' : writeNames(source.names)} /></Field>
        <Field label="Ingestion jobs" hint="One on each line: namespace, space, name. Only what a completed run of one of them produced is the source’s data." error={errorOf('ingestion')} required><Textarea name="ingestion" mono rows={2} defaultValue={source === null ? '' : writeJobs(source.ingestion)} /></Field>
        <Field label="Classification" error={errorOf('classification')} required><Select name="classification" defaultValue={source?.classification ?? 'internal'} options={classifications.map((value) => ({ value, label: value }))} /></Field>
        <fieldset className="flex flex-col gap-1">
          <legend className="text-sm font-medium text-ink">Allowed uses</legend>
          {dataUses.map((use) => <Checkbox key={use} name={`use-${use}`} label={use} hint={useMeanings[use]} defaultChecked={source?.uses.includes(use) ?? false} />)}
          {errorOf('uses') !== undefined && <p role="alert" className="text-xs text-fail">{errorOf('uses')}</p>}
        </fieldset>
        {owners.length > 0 && <Field label="Owner" hint="Who answers for it." error={errorOf('ownerPersonId')}><Select name="owner" defaultValue={source?.owner?.id ?? ''} options={[{ value: '', label: 'the team' }, ...owners.map(({ id, name }) => ({ value: id, label: name }))]} /></Field>}
        <Field label="Licence" hint="An SPDX expression, or the name of the terms." error={errorOf('licence')}><Input name="licence" defaultValue={source?.licence ?? ''} autoComplete="off" /></Field>
        <Field label="Kept for days" error={errorOf('retentionDays')}><Input name="retentionDays" type="number" min={1} defaultValue={source?.retentionDays ?? ''} /></Field>
        <div className="flex justify-end"><Button type="submit" variant="primary" pending={pending}>{source === null ? 'Propose' : 'Write'}</Button></div>
      </form>
    </Dialog>
  );
}
