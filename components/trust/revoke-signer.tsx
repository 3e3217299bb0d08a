// The form that revokes a signer for a team, under every policy, at once.
'use client';

import { useRouter } from 'next/navigation';
import { useState, type FormEvent } from 'react';
import { answerOf } from '#components/ui/answer.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { FormProblem } from '#components/ui/form-problem.tsx';
import { Input, Select, Textarea } from '#components/ui/input.tsx';
import { toast } from '#components/ui/toast.tsx';
import type { RevocationOutcome, RevokeSigner as RevokeInput } from '#lib/evidence/trust-policy-schema.ts';
import type { ActionFailure, ActionResult } from '#lib/kernel/action.ts';
import type { TeamChoice } from './propose-policy.tsx';

export type RevokeSignerAction = (input: RevokeInput) => Promise<ActionResult<RevocationOutcome>>;

export function RevokeSigner({ teams, revoke }: { readonly teams: readonly TeamChoice[]; readonly revoke: RevokeSignerAction }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [kind, setKind] = useState<RevokeInput['kind']>('key');
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<ActionFailure | null>(null);
  const errorOf = (path: string) => problem?.errors?.find((error) => error.path === path)?.message;

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    setPending(true);
    const since = text('since');
    const answer = await answerOf(revoke({ teamId: text('teamId'), kind, ...(kind === 'identity' ? { issuer: text('issuer'), subject: text('subject') } : { signerId: text('signerId').toLowerCase() }), since: since === '' ? null : `${since}:00Z`, reason: text('reason') }));
    setPending(false);
    if (!answer.ok) {
      setProblem(answer.problem);
      return;
    }
    setOpen(false);
    setProblem(null);
    toast({ title: `Revoked: audit event ${answer.auditNumbers.join(', ')}`, description: answer.value.pending > 0 ? 'The team’s evidence is being verified again.' : `${String(answer.value.verifiedAgain)} pieces of evidence verified again.`, tone: 'success' });
    router.refresh();
  }

  return (
    <Dialog title="Revoke a signer" description="At once, for this team, under every policy and as a key of the team. It cannot be undone." open={open} onOpenChange={setOpen} trigger={<Button variant="dangerQuiet">Revoke a signer…</Button>}>
      <form onSubmit={(event) => void onSubmit(event)} className="flex flex-col gap-3">
        <FormProblem problem={problem} title={problem && !problem.errors?.length ? problem.detail : null} />
        <Field label="Team" error={errorOf('teamId')} required><Select name="teamId" options={teams.map(({ id, name }) => ({ value: id, label: name }))} /></Field>
        <Field label="Kind"><Select value={kind} onChange={(event) => { setKind(event.target.value as RevokeInput['kind']); }} options={[{ value: 'key', label: 'A key' }, { value: 'certificate', label: 'A certificate, of a signer or an authority' }, { value: 'identity', label: 'A Sigstore identity' }]} /></Field>
        {kind === 'identity'
          ? <><Field label="Issuer" error={errorOf('issuer')} required><Input mono name="issuer" /></Field><Field label="Subject" error={errorOf('subject')} required hint="As the certificate writes it, whole"><Input mono name="subject" /></Field></>
          : <Field label={kind === 'key' ? 'Key id' : 'Certificate'} error={errorOf('signerId')} required hint={kind === 'key' ? 'SHA-256 of the public key: openssl pkey -pubin -in key.pub -outform DER | sha256sum' : 'SHA-256 of the certificate: openssl x509 -in cert.pem -outform DER | sha256sum'}><Input mono name="signerId" autoComplete="off" /></Field>}
        <Field label="From (UTC)" error={errorOf('since')} hint="Evidence received from this moment on does not count. Empty: nothing that it ever signed counts, for a signer in wrong hands."><Input type="datetime-local" name="since" /></Field>
        <Field label="Reason" error={errorOf('reason')} required><Textarea name="reason" rows={2} /></Field>
        <div className="flex justify-end"><Button type="submit" variant="danger" pending={pending}>Revoke</Button></div>
      </form>
    </Dialog>
  );
}
