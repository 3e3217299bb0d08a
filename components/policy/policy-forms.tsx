// Proposing, confirming and rejecting a policy.
'use client';

import { useRouter } from 'next/navigation';
import { useState, type FormEvent } from 'react';
import { Alert } from '#components/ui/alert.tsx';
import { answerOf } from '#components/ui/answer.ts';
import { Button } from '#components/ui/button.tsx';
import { Confirm, type ConfirmResult } from '#components/ui/confirm.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Textarea } from '#components/ui/input.tsx';
import { toast } from '#components/ui/toast.tsx';
import type { ActionResult } from '#lib/kernel/action.ts';
import type { Environment, PolicyContent } from '#lib/policy/schema.ts';

type Proposed = { policyVersionId: string; environment: Environment; digest: string };
export type PolicyActions = {
  readonly propose: (input: { environment: Environment; teamId?: string | null; modelId?: string | null; loosening?: boolean; content: PolicyContent; reason: string }) => Promise<ActionResult<Proposed>>;
  readonly confirm: (input: { policyVersionId: string; digest: string; loosening?: boolean; reason: string }) => Promise<ActionResult<Proposed & { retired: string | null }>>;
  readonly reject: (input: { policyVersionId: string; reason: string }) => Promise<ActionResult<{ policyVersionId: string }>>;
};

type Problem = Extract<ActionResult<unknown>, { ok: false }>['problem'];

/** The whole policy as JSON, checked by the server rule by rule: it names each mistake by its path. */
export function ProposePolicy({ environment, content, propose }: { readonly environment: Environment; readonly content: PolicyContent; readonly propose: PolicyActions['propose'] }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<Pick<Problem, 'detail' | 'errors'> | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    let parsed: PolicyContent;
    try {
      parsed = JSON.parse(String(form.get('content') ?? '')) as PolicyContent;
    } catch (error) {
      setProblem({ detail: `This is not JSON: ${error instanceof Error ? error.message : ''}` });
      return;
    }
    setPending(true);
    const result = await answerOf(propose({ environment, content: parsed, reason: String(form.get('reason') ?? '') }));
    setPending(false);
    if (!result.ok) {
      setProblem(result.problem);
      return;
    }
    setOpen(false);
    setProblem(null);
    toast({ title: `Proposed as audit event ${result.auditNumbers.join(', ')}: another security person confirms it`, tone: 'success' });
    router.refresh();
  }

  return (
    <Dialog
      title={`Propose a policy for ${environment}`}
      description="It has no effect before another security person confirms it. Then requests that were evaluated under the present one are stale."
      size="lg"
      open={open}
      onOpenChange={setOpen}
      trigger={<Button>Propose a change…</Button>}
    >
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
        {problem && (
          <Alert tone="danger" title={problem.detail} live>
            {problem.errors && problem.errors.length > 0 && <ul className="list-disc pl-4">{problem.errors.map(({ path, message }) => <li key={`${path} ${message}`}><code>{path}</code>: {message}</li>)}</ul>}
          </Alert>
        )}
        <Field label="Policy" hint="Rules in CEL over the input document below; parameters by name." required>
          <Textarea name="content" mono rows={18} spellCheck={false} defaultValue={JSON.stringify(content, null, 2)} />
        </Field>
        <Field label="Reason" required><Textarea name="reason" rows={2} /></Field>
        <div className="flex justify-end"><Button type="submit" variant="primary" pending={pending}>Propose</Button></div>
      </form>
    </Dialog>
  );
}

const outcome = <T,>(result: ActionResult<T>, done: string): ConfirmResult => (result.ok ? { ok: true, message: `${done} Audit event ${result.auditNumbers.join(', ')}.` } : { ok: false, message: result.problem.detail });

export function DecidePolicy({ policyVersionId, digest, environment, loosens = [], isProposer, actions }: { readonly policyVersionId: string; readonly digest: string; readonly environment: Environment; /** What it asks less than the policy of the organisation, which the confirmer reads here. */ readonly loosens?: readonly string[]; readonly isProposer: boolean; readonly actions: Pick<PolicyActions, 'confirm' | 'reject'> }) {
  const router = useRouter();
  const refresh = () => { router.refresh(); };
  return (
    <>
      <Confirm
        trigger={<Button variant="primary" disabledReason={isProposer ? 'You proposed it: another security person confirms.' : undefined}>Confirm…</Button>}
        title={`Make this the policy of ${environment}?`}
        confirmLabel="Confirm"
        comment="required"
        onConfirm={async (reason) => outcome(await actions.confirm({ policyVersionId, digest, loosening: loosens.length > 0, reason }), 'It is active now.')}
        onDone={refresh}
      >
        {loosens.length > 0 && <p className="mb-2 text-fail">It asks less than the policy of the organisation: {loosens.join('; ')}.</p>}
        It replaces the present one at once. Open and approved requests for {environment} that were evaluated under that one become stale and have to be asked for again.
      </Confirm>
      <Confirm trigger={<Button variant="dangerQuiet">Reject…</Button>} title="Reject this proposal?" confirmLabel="Reject" tone="danger" comment="required" onConfirm={async (reason) => outcome(await actions.reject({ policyVersionId, reason }), 'It is rejected.')} onDone={refresh}>
        Nothing changes, and the proposal stays on record.
      </Confirm>
    </>
  );
}
