// The form that proposes a key: reads what is pasted at once and shows the id to compare with the machine that signs.
'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useState, type FormEvent } from 'react';
import { answerOf } from '#components/ui/answer.ts';
import { Button } from '#components/ui/button.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { FormProblem } from '#components/ui/form-problem.tsx';
import { Input, Select, Textarea } from '#components/ui/input.tsx';
import { toast } from '#components/ui/toast.tsx';
import type { ActionResult } from '#lib/kernel/action.ts';
import type { ProposeTrustKey, TrustKeyOutcome } from '#lib/evidence/schema.ts';
import { keyIdOf, readPasted } from './pasted-key.ts';

export type ProposeAction = (input: ProposeTrustKey) => Promise<ActionResult<TrustKeyOutcome>>;

const DEFAULT_BUILDER = 'https://gatehouse.dev/builders/command/v1';

export function ProposeKey({ teams, propose }: { readonly teams: readonly { readonly id: string; readonly name: string }[]; readonly propose: ProposeAction }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [pem, setPem] = useState('');
  const [keyId, setKeyId] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<Extract<ActionResult<TrustKeyOutcome>, { ok: false }>['problem'] | null>(null);
  const pasted = pem.trim() === '' ? null : readPasted(pem);

  useEffect(() => {
    let current = true;
    const read = readPasted(pem);
    void (read.ok ? keyIdOf(read.der) : Promise.resolve(null)).then((found) => { if (current) setKeyId(found); });
    return () => { current = false; };
  }, [pem]);

  const errorOf = (path: string) => failure?.errors?.find((error) => error.path === path || error.path.startsWith(`${path}.`))?.message;

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '');
    // A private key never leaves the browser.
    if (pasted?.ok !== true) return;
    setPending(true);
    const day = text('validUntil');
    const answer = await answerOf(propose({ teamId: text('teamId'), name: text('name'), publicKeyPem: pem, builderIds: text('builderIds').split('\n').map((line) => line.trim()).filter((line) => line !== ''), validUntil: day === '' ? null : `${day}T00:00:00Z` }));
    setPending(false);
    if (!answer.ok) {
      setFailure(answer.problem);
      return;
    }
    setOpen(false);
    setPem('');
    setFailure(null);
    toast({ title: `Proposed: audit event ${answer.auditNumbers.join(', ')}`, description: 'It decides nothing until a second person of security confirms it.', tone: 'success' });
    router.refresh();
  }

  const placed = ['teamId', 'name', 'publicKeyPem', 'builderIds', 'validUntil'];
  const unplaced = failure !== null && !(failure.errors ?? []).some((error) => placed.some((name) => error.path.startsWith(name))) ? failure.detail : null;
  return (
    <Dialog title="Propose a key" description="A second person of security has to confirm it before its signatures count." trigger={<Button variant="primary">Propose a key…</Button>} open={open} onOpenChange={setOpen} size="lg">
      <form onSubmit={(event) => void onSubmit(event)} className="flex flex-col gap-3">
        <FormProblem problem={failure} title={unplaced} />
        <Field label="Team" error={errorOf('teamId')} required hint="Its signatures count for this team’s evidence alone."><Select name="teamId" options={teams.map((team) => ({ value: team.id, label: team.name }))} /></Field>
        <Field label="Name" error={errorOf('name')} required hint="What people call it, e.g. fraud pipeline 2026"><Input name="name" autoComplete="off" /></Field>
        <Field label="Public key" error={pasted?.ok === false ? pasted.message : errorOf('publicKeyPem')} required hint="ECDSA P-256 or Ed25519, in PEM: openssl pkey -in key.pem -pubout"><Textarea mono rows={5} spellCheck={false} value={pem} onChange={(event) => { setPem(event.target.value); }} /></Field>
        {keyId !== null && (
          <div className="text-sm">
            <span className="text-ink-2">Key id, to compare with <code className="text-xs">openssl pkey -in key.pem -pubout -outform DER | sha256sum</code> on the machine that signs:</span>
            <div><Digest value={keyId} full /></div>
          </div>
        )}
        <Field label="Builders it may speak for" error={errorOf('builderIds')} hint="SLSA builder.id, one a line. Provenance of any other builder does not verify under this key."><Textarea mono name="builderIds" rows={2} defaultValue={DEFAULT_BUILDER} /></Field>
        <Field label="Valid until" error={errorOf('validUntil')} hint="Evidence received from this day on (UTC) does not count. Empty: no end."><Input type="date" name="validUntil" /></Field>
        <div className="flex justify-end pt-1"><Button type="submit" variant="primary" pending={pending} disabledReason={pasted?.ok === true ? undefined : 'Paste a public key first.'}>Propose</Button></div>
      </form>
    </Dialog>
  );
}
