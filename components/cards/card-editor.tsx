// Editing a document as Markdown with front matter: a file may be dropped or pasted, and what it would be is shown beside it.
'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState, type DragEvent } from 'react';
import { askJson } from '#components/policy/post-json.ts';
import { Alert } from '#components/ui/alert.tsx';
import { answerOf } from '#components/ui/answer.ts';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input, Textarea } from '#components/ui/input.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { toast } from '#components/ui/toast.tsx';
import { Verdict } from '#components/evidence/verdict.tsx';
import type { ActionResult } from '#lib/kernel/action.ts';
import type { CardKind, CardPreview, CardSource } from '#lib/cards/schema.ts';
import { CardDocumentView } from './card-document.tsx';

type Written = { number: number; digest: string; created: boolean; missing: string[] };
type Fields = { text: string; basedOn: number; note: string; source: CardSource };
const mostBytes = 5_000_000;

/** `target` is what `save` writes about; `about` names the model version that a CycloneDX file must be about. */
export function CardEditor<Target extends object>({ kind, initial, basedOn, template, about, target, save, href }: { readonly kind: CardKind; readonly initial: string; readonly basedOn: number; readonly template: string; readonly about?: { readonly name: string; readonly version: number }; readonly target: Target; readonly save: (input: Target & Fields) => Promise<ActionResult<Written>>; readonly href: string }) {
  const router = useRouter();
  const [text, setText] = useState(initial);
  const [base, setBase] = useState(basedOn);
  const [source, setSource] = useState<CardSource>('editor');
  const [note, setNote] = useState('');
  const [preview, setPreview] = useState<CardPreview | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [outdated, setOutdated] = useState<{ detail: string; latest: number } | null>(null);
  const [pending, setPending] = useState(false);
  const [over, setOver] = useState(false);
  const picker = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const control = new AbortController();
    const timer = setTimeout(() => {
      if (text.trim() === '') return setPreview(null);
      void askJson<CardPreview>('/api/v1/cards/preview', { kind, text }, control.signal).then((answer) => {
        if (control.signal.aborted) return;
        if (answer.ok) {
          setPreview(answer.value);
          setWrong(null);
        } else setWrong(answer.message);
      });
    }, 400);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [kind, text]);

  async function take(file: File) {
    if (file.size > mostBytes) return setWrong('The file is larger than five megabytes.');
    let content: string;
    try {
      content = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    } catch {
      return setWrong('The file is not UTF-8 text.');
    }
    if (/^\s*\{/.test(content)) return fromBom(content);
    setSource('hugging-face');
    setText(content);
  }

  /** A BOM takes the place of the text, as Markdown. */
  async function fromBom(content: string) {
    const answer = await askJson<CardPreview & { markdown: string }>('/api/v1/cards/preview', { kind, text: content, format: 'cyclonedx', ...about }, new AbortController().signal);
    if (!answer.ok) return setWrong(answer.message);
    setSource('cyclonedx');
    setText(answer.value.markdown);
  }

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) void take(file);
  };

  async function submit() {
    setPending(true);
    const result = await answerOf(save({ ...target, text, basedOn: base, note, source }));
    setPending(false);
    if (result.ok) {
      toast({ title: result.value.created ? `Version ${result.value.number}, audit event ${result.auditNumbers.join(', ')}` : 'Nothing changed: this is the newest version already', tone: 'success' });
      router.push(href);
      return router.refresh();
    }
    const latest = (result.problem as { latest?: unknown }).latest;
    if (result.problem.code === 'cards.outdated' && typeof latest === 'number') setOutdated({ detail: result.problem.detail, latest });
    else setWrong(result.problem.detail);
  }

  return (
    <div className="grid gap-6 lg:grid-cols-2">
      <div className="flex flex-col gap-3">
        <div className={`rounded-md ${over ? 'outline-2 outline-accent' : ''}`} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => { setOver(false); }} onDrop={drop}>
          <Field label="Document" hint={`Markdown with YAML front matter, as the Hugging Face Hub has it. Drop a README.md${kind === 'model_card' ? ' or a CycloneDX BOM' : ''} here, or paste one.`} required>
            <Textarea name="text" mono rows={28} value={text} onPaste={(event) => { const [file] = event.clipboardData.files; const pasted = event.clipboardData.getData('text'); if (file) { event.preventDefault(); void take(file); } else if (/^\s*\{[\s\S]*"bomFormat"/.test(pasted)) { event.preventDefault(); void fromBom(pasted); } }} onChange={(event) => { setText(event.target.value); }} />
          </Field>
        </div>
        <div className="flex flex-wrap gap-2">
          <input ref={picker} type="file" accept=".md,.json,text/markdown,application/json" className="sr-only" aria-label="A file with a card" tabIndex={-1} onChange={(event) => { const [file] = event.target.files ?? []; if (file) void take(file); event.target.value = ''; }} />
          <Button size="sm" onClick={() => { picker.current?.click(); }}>Open a file…</Button>
          {text.trim() === '' && <Button size="sm" onClick={() => { setText(template); }}>Begin from the template</Button>}
        </div>
        <Field label="What changed"><Input name="note" value={note} onChange={(event) => { setNote(event.target.value); }} /></Field>
        {outdated && (
          <Alert tone="warning" title="Somebody else wrote a version meanwhile" live actions={<><LinkButton size="sm" href={`${href}?from=${base}&to=${outdated.latest}`}>What they changed</LinkButton><Button size="sm" onClick={() => { setBase(outdated.latest); setOutdated(null); }}>Mine replaces version {outdated.latest}</Button></>}>
            {outdated.detail} Your text is still here.
          </Alert>
        )}
        {wrong !== null && <Alert tone="danger" title={wrong} live />}
        <div className="flex gap-2"><Button variant="primary" pending={pending} disabledReason={text.trim() === '' ? 'There is no text yet.' : undefined} onClick={() => void submit()}>Write version {base + 1}</Button><LinkButton href={href}>Cancel</LinkButton></div>
      </div>
      <div aria-live="polite" className="min-w-0">
        {preview === null ? <p className="text-sm text-ink-2">The preview appears here.</p> : (
          <>
            <ul className="mb-3 grid gap-1 text-sm sm:grid-cols-2">{preview.sections.map(({ key, title, what, present }) => <li key={key} title={what}><Verdict state={present ? 'passed' : 'not_evaluated'}>{title}{present ? '' : ': missing'}</Verdict></li>)}</ul>
            <CardDocumentView document={preview.document} narrow />
          </>
        )}
      </div>
    </div>
  );
}
