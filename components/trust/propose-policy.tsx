// The form that proposes a trust policy, or the next version of one.
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
import type { ProposeTrustPolicy, TrustPolicyOutcome } from '#lib/evidence/trust-policy-schema.ts';
import type { ActionResult } from '#lib/kernel/action.ts';
import { contentOf, emptyDraft, emptySigner, type Draft, type DraftSigner } from './policy-draft.ts';

export type ProposePolicyAction = (input: ProposeTrustPolicy) => Promise<ActionResult<TrustPolicyOutcome>>;
export type TeamChoice = { readonly id: string; readonly name: string };

type Problem = { readonly detail: string; readonly errors: readonly { readonly path: string; readonly message: string }[] };

const places: Readonly<Record<string, string>> = {
  teamId: 'Team', name: 'Name', reason: 'Reason', 'pipeline.namespace': 'Namespace', 'pipeline.name': 'Job', 'pipeline.namePrefix': 'Beginning of the name', predicateTypes: 'Predicate types', root: 'Sigstore root', threshold: 'Signers needed', validFrom: 'Valid from', validUntil: 'Valid until', signers: 'Signers', builders: 'May speak for these builders',
  'signers.name': 'called', 'signers.publicKeyPem': 'public key', 'signers.certificatesPem': 'certificates', 'signers.subjects': 'for these subjects', 'signers.issuer': 'issuer', 'signers.subject': 'subject',
};

/** Where the form calls what the content calls `path`; the path itself where the form has no word for it. */
function placeOf(path: string): string {
  const inside = path.replace(/^content\./, '');
  const signer = /^signers\.(\d+)(?:\.(\w+))?/.exec(inside);
  if (signer) return [`Signer ${String(Number(signer[1]) + 1)}`, ...(signer[2] === undefined ? [] : [places[`signers.${signer[2]}`] ?? signer[2]])].join(', ');
  return places[inside] ?? places[inside.split('.')[0] ?? ''] ?? inside;
}

/** Reads a chosen file as text into the form; nothing is sent before the proposal itself. */
function FileButton({ label, accept, onText }: { readonly label: string; readonly accept: string; readonly onText: (text: string) => void }) {
  return (
    <label className="text-xs text-ink-2">
      {label} <input type="file" accept={accept} className="max-w-full text-xs" onChange={(event) => { const file = event.target.files?.[0]; if (file !== undefined && file.size < 2_000_000) void file.text().then(onText); }} />
    </label>
  );
}

export function ProposePolicy({ teams, team, name: given, draft: initial, label, title, propose }: {
  readonly teams: readonly TeamChoice[];
  /** For the next version of a policy: its team, name and content. */
  readonly team?: TeamChoice;
  readonly name?: string;
  readonly draft?: Draft;
  readonly label: string;
  readonly title: string;
  readonly propose: ProposePolicyAction;
}) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [draft, setDraft] = useState<Draft>(initial ?? emptyDraft);
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const set = (change: Partial<Draft>) => { setDraft((now) => ({ ...now, ...change })); };
  const setSigner = (key: string, change: Partial<DraftSigner>) => { setDraft((now) => ({ ...now, signers: now.signers.map((signer) => (signer.key === key ? { ...signer, ...change } : signer)) })); };

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const made = contentOf(draft);
    if (!made.ok) {
      setProblem({ detail: 'The policy cannot be proposed like this.', errors: made.problems });
      return;
    }
    setPending(true);
    const answer = await answerOf(propose({ teamId: team?.id ?? String(form.get('teamId') ?? ''), name: String(form.get('name') ?? '').trim(), content: made.content, reason: String(form.get('reason') ?? '') }));
    setPending(false);
    if (!answer.ok) {
      setProblem({ detail: answer.problem.detail, errors: answer.problem.errors ?? [] });
      return;
    }
    setOpen(false);
    setProblem(null);
    if (initial === undefined) setDraft(emptyDraft());
    toast({ title: `Proposed: audit event ${answer.auditNumbers.join(', ')}`, description: 'It decides nothing until a second person of security confirms it.', tone: 'success' });
    router.refresh();
  }

  const withIdentities = draft.signers.some(({ kind }) => kind === 'identity');
  return (
    <Dialog title={title} description="A second person of security has to confirm it before it decides." size="lg" open={open} onOpenChange={setOpen} trigger={<Button size={initial === undefined ? 'md' : 'sm'} variant={initial === undefined ? 'primary' : 'secondary'}>{label}</Button>}>
      <form onSubmit={(event) => void onSubmit(event)} className="flex flex-col gap-3">
        {problem !== null && (
          <FormProblem problem={problem} title={problem.detail}>
            {problem.errors.length > 0 && <ul className="list-disc pl-4">{problem.errors.map(({ path, message }) => <li key={`${path} ${message}`}>{placeOf(path)}: {message}</li>)}</ul>}
          </FormProblem>
        )}
        {team === undefined && <Field label="Team" required><Select name="teamId" options={teams.map(({ id, name }) => ({ value: id, label: name }))} /></Field>}
        <Field label="Name" required hint="What people call it, e.g. release builds on GitHub"><Input name="name" autoComplete="off" defaultValue={given} /></Field>
        <Field label="Pipelines" hint="By the OpenLineage job of the run that evidence names. The narrowest policy decides alone."><Select value={draft.scope} disabled={team !== undefined} onChange={(event) => { set({ scope: event.target.value as Draft['scope'] }); }} options={[{ value: 'all', label: 'Every pipeline, and evidence that names none' }, { value: 'namespace', label: 'All of a namespace' }, { value: 'prefix', label: 'Those whose name begins with…' }, { value: 'exact', label: 'One pipeline' }]} /></Field>
        {draft.scope !== 'all' && (
          <div className="grid gap-3 sm:grid-cols-2">
            <Field label="Namespace" required><Input mono value={draft.namespace} disabled={team !== undefined} onChange={(event) => { set({ namespace: event.target.value }); }} /></Field>
            {draft.scope !== 'namespace' && <Field label={draft.scope === 'exact' ? 'Job' : 'Beginning of the name'} required hint={draft.scope === 'prefix' ? 'Every character stands for itself; there are no wildcards.' : undefined}><Input mono value={draft.pipeline} disabled={team !== undefined} onChange={(event) => { set({ pipeline: event.target.value }); }} /></Field>}
          </div>
        )}
        <Field label="Predicate types" hint="One a line. Empty: every type."><Textarea mono rows={2} spellCheck={false} value={draft.predicateTypes} disabled={team !== undefined} onChange={(event) => { set({ predicateTypes: event.target.value }); }} /></Field>
        {draft.signers.map((signer, index) => (
          <fieldset key={signer.key} className="flex flex-col gap-3 border-t border-line pt-3">
            <legend className="sr-only">Signer {index + 1}</legend>
            <div className="grid items-end gap-3 sm:grid-cols-[1fr_1fr_auto]">
              <Field label={`Signer ${String(index + 1)}`}><Select value={signer.kind} onChange={(event) => { setSigner(signer.key, { kind: event.target.value as DraftSigner['kind'] }); }} options={[{ value: 'key', label: 'Public key' }, { value: 'authority', label: 'Certificates of an authority' }, { value: 'identity', label: 'Sigstore identity' }]} /></Field>
              <Field label="Called" required><Input value={signer.name} autoComplete="off" onChange={(event) => { setSigner(signer.key, { name: event.target.value }); }} /></Field>
              {draft.signers.length > 1 && <Button variant="ghost" onClick={() => { set({ signers: draft.signers.filter(({ key }) => key !== signer.key) }); }}>Remove</Button>}
            </div>
            {signer.kind !== 'identity' && (
              <>
                <Field label={signer.kind === 'key' ? 'Public key' : 'Certificates of the authority'} required hint={signer.kind === 'key' ? 'PEM: ECDSA, Ed25519, RSA of 2,048 bits or more, RSA-PSS, ML-DSA' : 'PEM, one to ten; each is trusted as it is given'}><Textarea mono rows={4} spellCheck={false} value={signer.pem} onChange={(event) => { setSigner(signer.key, { pem: event.target.value }); }} /></Field>
                <FileButton label="or from a file:" accept=".pem,.crt,.cer,.pub" onText={(pem) => { setSigner(signer.key, { pem }); }} />
              </>
            )}
            {signer.kind === 'authority' && <Field label="For these subjects" hint="Alternative names of the certificates, one a line; a certificate that bears several needs all of them here. Empty: any certificate of this authority."><Textarea mono rows={2} spellCheck={false} value={signer.subjects} onChange={(event) => { setSigner(signer.key, { subjects: event.target.value }); }} /></Field>}
            {signer.kind === 'identity' && (
              <>
                <Field label="Issuer" required hint="e.g. https://token.actions.githubusercontent.com"><Input mono value={signer.issuer} onChange={(event) => { setSigner(signer.key, { issuer: event.target.value }); }} /></Field>
                <div className="grid gap-3 sm:grid-cols-[1fr_auto]">
                  <Field label="Subject" required hint={signer.match === 'prefix' ? 'An https address with owner and repository, ending in / or @' : 'As the certificate writes it, whole'}><Input mono value={signer.subject} onChange={(event) => { setSigner(signer.key, { subject: event.target.value }); }} /></Field>
                  <Field label="Compared"><Select value={signer.match} onChange={(event) => { setSigner(signer.key, { match: event.target.value === 'prefix' ? 'prefix' : 'exact' }); }} options={[{ value: 'exact', label: 'whole' }, { value: 'prefix', label: 'as a beginning' }]} /></Field>
                </div>
              </>
            )}
            <Field label="May speak for these builders" hint="SLSA builder.id, one a line. Provenance of any other does not verify by this signer."><Textarea mono rows={1} spellCheck={false} value={signer.builders} onChange={(event) => { setSigner(signer.key, { builders: event.target.value }); }} /></Field>
          </fieldset>
        ))}
        <div><Button size="sm" onClick={() => { set({ signers: [...draft.signers, emptySigner()] }); }}>Add a signer</Button></div>
        {(withIdentities || draft.root !== 'none') && (
          <Field label="Sigstore root" required hint="Under which identities and logs are believed. The public-good root ships with Gatehouse; nothing is fetched."><Select value={draft.root} onChange={(event) => { set({ root: event.target.value as Draft['root'] }); }} options={[{ value: 'none', label: 'None' }, { value: 'public-good', label: 'Public good (sigstore.dev)' }, { value: 'own', label: 'A trusted root of your own' }]} /></Field>
        )}
        {draft.root === 'own' && (
          <>
            <Field label="Trusted root" required hint="trusted_root.json"><Textarea mono rows={5} spellCheck={false} value={draft.rootJson} onChange={(event) => { set({ rootJson: event.target.value }); }} /></Field>
            <FileButton label="or from a file:" accept=".json" onText={(rootJson) => { set({ rootJson }); }} />
          </>
        )}
        <div className="grid gap-3 sm:grid-cols-3">
          <Field label="Signers needed" hint="Different ones"><Input type="number" min={1} max={64} value={draft.threshold} onChange={(event) => { set({ threshold: event.target.value }); }} /></Field>
          <Field label="Valid from" hint="Received from this day (UTC)"><Input type="date" value={draft.validFrom} onChange={(event) => { set({ validFrom: event.target.value }); }} /></Field>
          <Field label="Valid until" hint="Received before this day"><Input type="date" value={draft.validUntil} onChange={(event) => { set({ validUntil: event.target.value }); }} /></Field>
        </div>
        <Field label="Reason" required><Textarea name="reason" rows={2} /></Field>
        <div className="flex justify-end pt-1"><Button type="submit" variant="primary" pending={pending}>Propose</Button></div>
      </form>
    </Dialog>
  );
}
