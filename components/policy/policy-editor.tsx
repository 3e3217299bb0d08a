// Editing a policy: rules with completion, what is wrong at its place, each rule's verdict on a real document, its tests, a dry run, and the proposal.
'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useState } from 'react';
import { Rules } from '#components/approvals/rules.tsx';
import { Verdict } from '#components/evidence/verdict.tsx';
import { fetchJson } from '#components/data/fetch-json.ts';
import { Alert } from '#components/ui/alert.tsx';
import { answerOf } from '#components/ui/answer.ts';
import { Button } from '#components/ui/button.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { Field } from '#components/ui/field.tsx';
import { Checkbox, Input, Select, Textarea } from '#components/ui/input.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { toast } from '#components/ui/toast.tsx';
import { ruleLevel, type Environment, type PolicyContent, type PolicyRule } from '#lib/policy/schema.ts';
import { BundleUpload } from './bundle-upload.tsx';
import { CelInput } from './cel-input.tsx';
import type { Completion } from './completion.ts';
import { DryRun } from './dry-run.tsx';
import type { PolicyActions } from './policy-forms.tsx';
import { askJson } from './post-json.ts';

type Problems = readonly { readonly path: string; readonly message: string }[];
type Tried = { readonly problems: Problems; readonly documentProblems: Problems; readonly evaluation: { readonly verdict: 'passed' | 'blocked'; readonly results: Parameters<typeof Rules>[0]['results'] } | null; readonly tests: readonly { readonly name: string; readonly problems: readonly string[] }[] };
export type PastRequest = { readonly id: string; readonly label: string };

/** `value` is empty for the organisation, `team:ID` or `model:ID`. */
export type ScopeOption = { readonly value: string; readonly label: string };

const pretty = (value: unknown) => JSON.stringify(value, null, 2);
const read = (text: string): { ok: true; value: unknown } | { ok: false; message: string } => {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ok: false, message: `Not JSON: ${error instanceof Error ? error.message : ''}` };
  }
};
const settled = 500;
const emptyRule: PolicyRule = { id: 'new-rule', title: 'What must be so', level: 'warn', requires: [], expression: 'true', expected: 'so', actual: '"so"', remedy: 'What to do when it is not.' };

/** Asks what a policy says whenever it or the document has not changed for a moment. */
function useTried(environment: Environment, content: unknown, document: unknown): { readonly tried: Tried | null; readonly problem: string | null } {
  const [state, setState] = useState<{ tried: Tried | null; problem: string | null }>({ tried: null, problem: null });
  useEffect(() => {
    const control = new AbortController();
    const timer = setTimeout(() => {
      void askJson<Tried>('/api/v1/policies/try', { environment, content, ...(document !== undefined && { document }) }, control.signal).then((answer) => {
        if (!control.signal.aborted) setState(answer.ok ? { tried: answer.value, problem: null } : { tried: null, problem: answer.message });
      });
    }, settled);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [environment, content, document]);
  return state;
}

export function PolicyEditor({ environment, content: initial, paths, requests, scopes, scope: initialScope, propose }: { readonly environment: Environment; readonly content: PolicyContent; readonly paths: readonly Completion[]; readonly requests: readonly PastRequest[]; readonly scopes: readonly ScopeOption[]; readonly scope: string; readonly propose: PolicyActions['propose'] | null }) {
  const router = useRouter();
  const [content, setContent] = useState<PolicyContent>(initial);
  const [others, setOthers] = useState(() => pretty({ parameters: initial.parameters, approvals: initial.approvals, requestValidDays: initial.requestValidDays, opa: initial.opa ?? [], ...(initial.opaBundle === undefined ? {} : { opaBundle: initial.opaBundle }), tests: initial.tests ?? [] }));
  const [document, setDocument] = useState('');
  const [documentFrom, setDocumentFrom] = useState('');
  const [reason, setReason] = useState('');
  const [pending, setPending] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const [scope, setScope] = useState(initialScope);
  const [looser, setLooser] = useState(false);
  const [loosening, setLoosening] = useState(false);

  const rest = useMemo(() => read(others), [others]);
  const whole = useMemo(() => {
    if (!rest.ok || typeof rest.value !== 'object' || rest.value === null) return null;
    const { tests, opa, ...members } = rest.value as { tests?: unknown[]; opa?: unknown[] };
    const { tests: _tests, opa: _opa, opaBundle: _opaBundle, ...kept } = content;
    return { ...kept, ...members, ...(Array.isArray(tests) && tests.length > 0 ? { tests } : {}), ...(Array.isArray(opa) && opa.length > 0 ? { opa } : {}) } as PolicyContent;
  }, [content, rest]);
  const sample = useMemo(() => (document.trim() === '' ? { ok: true as const, value: undefined } : read(document)), [document]);
  const { tried, problem } = useTried(environment, whole, sample.ok ? sample.value : undefined);
  const errorAt = (path: string) => tried?.problems.filter((each) => each.path === path || each.path.startsWith(`${path}.`)).map(({ message }) => message).join('; ') || undefined;
  const shownPaths = useMemo(() => [...paths, ...Object.entries(whole?.parameters ?? {}).map(([name, parameter]) => ({ text: `parameters.${name}`, type: typeof parameter?.value, description: parameter?.meaning ?? null }))], [paths, whole]);

  const change = (index: number, changes: Partial<PolicyRule>) => { setContent({ ...content, rules: content.rules.map((rule, at) => (at === index ? { ...rule, ...changes } : rule)) }); };
  const take = async (promotionId: string) => {
    setDocumentFrom(promotionId);
    if (promotionId === '') {
      setDocument('');
      return;
    }
    try {
      const found = (await fetchJson(`/api/v1/promotions/${promotionId}`)) as { snapshot?: unknown };
      setDocument(pretty(found.snapshot ?? {}));
    } catch (error) {
      setRefused(error instanceof Error ? error.message : 'The request could not be read.');
    }
  };
  const submit = async () => {
    if (!propose || whole === null) return;
    setPending(true);
    const [kind, id] = scope.split(':');
    const result = await answerOf(propose({ environment, ...(kind === 'team' && id ? { teamId: id } : {}), ...(kind === 'model' && id ? { modelId: id } : {}), loosening, content: whole, reason }));
    setPending(false);
    if (!result.ok) {
      if (result.problem.code === 'policy.loosens') setLooser(true);
      setRefused([result.problem.detail, ...(result.problem.errors ?? []).slice(1, 5).map(({ path, message }) => `${path}: ${message}`)].join(' '));
      return;
    }
    toast({ title: `Proposed as audit event ${result.auditNumbers.join(', ')}: another security person confirms it`, tone: 'success' });
    router.push(`/policies/${result.value.policyVersionId}`);
  };

  const failedTests = tried?.tests.filter(({ problems }) => problems.length > 0) ?? [];
  return (
    <div className="grid gap-6 xl:grid-cols-2">
      <Stack>
        <Section title="Rules" description="CEL over the input document. Type a member’s name for completions, or press Ctrl and Space.">
          <Field label="Title of the policy"><Input value={content.title} onChange={(event) => { setContent({ ...content, title: event.target.value }); }} /></Field>
          <ol className="flex flex-col">
            {content.rules.map((rule, index) => {
              const at = `content.rules.${index}`;
              const problems = errorAt(at);
              return (
                <li key={index} className="border-t border-line py-1">
                  <Disclosure summary={<span className="inline-flex flex-wrap items-baseline gap-x-2"><span>{rule.title}</span><span className="text-xs text-ink-3">{rule.level}</span>{problems !== undefined && <span className="text-xs text-fail">{problems}</span>}</span>}>
                    <div className="flex flex-col gap-2 pb-2">
                      <div className="grid gap-2 sm:grid-cols-[1fr_1fr_8rem]">
                        <Field label="Id" error={errorAt(`${at}.id`)}><Input mono value={rule.id} onChange={(event) => { change(index, { id: event.target.value }); }} /></Field>
                        <Field label="Title" error={errorAt(`${at}.title`)}><Input value={rule.title} onChange={(event) => { change(index, { title: event.target.value }); }} /></Field>
                        <Field label="Level"><Select value={rule.level} onChange={(event) => { change(index, { level: ruleLevel.parse(event.target.value) }); }} options={ruleLevel.options.map((value) => ({ value, label: value }))} /></Field>
                      </div>
                      <CelInput label="Passes when" rows={3} paths={shownPaths} value={rule.expression} onChange={(expression) => { change(index, { expression }); }} error={errorAt(`${at}.expression`)} />
                      <Field label="Needs" hint="Paths that must be known, with commas between; else the rule is not evaluated." error={errorAt(`${at}.requires`)}><Input mono value={rule.requires.join(', ')} onChange={(event) => { change(index, { requires: event.target.value.split(',').map((path) => path.trim()).filter((path) => path !== '') }); }} /></Field>
                      {typeof rule.expected === 'string'
                        ? <Field label="Expected, as a text" error={errorAt(`${at}.expected`)}><Input value={rule.expected} onChange={(event) => { change(index, { expected: event.target.value }); }} /></Field>
                        : <CelInput label="Expected" paths={shownPaths} value={rule.expected.cel} onChange={(cel) => { change(index, { expected: { cel } }); }} error={errorAt(`${at}.expected`)} />}
                      <CelInput label="Shows as found" paths={shownPaths} value={rule.actual} onChange={(actual) => { change(index, { actual }); }} error={errorAt(`${at}.actual`)} />
                      <Field label="Remedy" error={errorAt(`${at}.remedy`)}><Textarea rows={2} value={rule.remedy} onChange={(event) => { change(index, { remedy: event.target.value }); }} /></Field>
                      <div className="flex justify-end"><Button size="sm" variant="dangerQuiet" onClick={() => { setContent({ ...content, rules: content.rules.filter((_rule, other) => other !== index) }); }}>Remove this rule</Button></div>
                    </div>
                  </Disclosure>
                </li>
              );
            })}
          </ol>
          <div><Button onClick={() => { setContent({ ...content, rules: [...content.rules, { ...emptyRule, id: `new-rule-${content.rules.length + 1}` }] }); }}>Add a rule</Button></div>
        </Section>
        <Section title="Parameters, approvals, OPA and tests" description="Tests are stored beside the rules and run before the policy may become active.">
          <Field label="As JSON" error={rest.ok ? [errorAt('content.parameters'), errorAt('content.approvals'), errorAt('content.tests'), errorAt('content.opa'), errorAt('content.opaBundle'), errorAt('content.requestValidDays')].filter((text) => text !== undefined).join('; ') || undefined : rest.message}>
            <Textarea mono rows={14} spellCheck={false} value={others} onChange={(event) => { setOthers(event.target.value); }} />
          </Field>
          {propose && <div className="pt-3"><BundleUpload onUploaded={(digest) => { if (rest.ok && typeof rest.value === 'object' && rest.value !== null) setOthers(pretty({ ...rest.value, opaBundle: digest })); }} /></div>}
        </Section>
      </Stack>
      <Stack>
        <Section title="Playground" description="What these rules say about a real input document.">
          <Field label="Input of a request" hint="Its frozen evidence; change it below as you like.">
            <Select value={documentFrom} onChange={(event) => void take(event.target.value)} options={[{ value: '', label: 'the example of a good version' }, ...requests.map(({ id, label }) => ({ value: id, label }))]} />
          </Field>
          <Disclosure summary="Edit the input document">
            <Field label="Input document" hint="Empty: the example." error={sample.ok ? tried?.documentProblems.map(({ path, message }) => `${path}: ${message}`).join('; ') || undefined : sample.message}>
              <Textarea mono rows={16} spellCheck={false} value={document} onChange={(event) => { setDocument(event.target.value); }} />
            </Field>
          </Disclosure>
          {problem !== null && <Alert tone="danger" title={problem} live />}
          {tried !== null && tried.problems.length > 0 && <Alert tone="warning" title={`${tried.problems.length} ${tried.problems.length === 1 ? 'thing is' : 'things are'} wrong with the policy`}><ul>{tried.problems.slice(0, 8).map(({ path, message }) => <li key={`${path} ${message}`}><code>{path}</code>: {message}</li>)}</ul></Alert>}
          {tried?.evaluation && <>
            <p><Verdict state={tried.evaluation.verdict === 'passed' ? 'passed' : 'failed'} shape="badge">{tried.evaluation.verdict === 'passed' ? 'it would pass' : 'it would be blocked'}</Verdict></p>
            <Rules results={tried.evaluation.results} />
          </>}
        </Section>
        <Section title="Tests">
          {tried === null || tried.tests.length === 0
            ? <p className="text-sm text-ink-2">None yet: add them to the JSON on this page, each with a name, changes of the example by path, and what is expected.</p>
            : <ul className="text-sm">{tried.tests.map(({ name, problems }, index) => <li key={index}><Verdict state={problems.length === 0 ? 'passed' : 'failed'}>{name}</Verdict>{problems.map((text) => <span key={text} className="block pl-5 text-ink-2">{text}</span>)}</li>)}</ul>}
        </Section>
        <Section title="Dry run"><DryRun environment={environment} content={whole} /></Section>
        {propose !== null && (
          <Section title="Propose" description="It has no effect before another security person confirms it.">
            {refused !== null && <Alert tone="danger" title={refused} live />}
            <Field label="For" hint="The narrowest policy decides alone."><Select value={scope} onChange={(event) => { setScope(event.target.value); }} options={scopes} /></Field>
            {looser && <Checkbox label="It asks less than the policy of the organisation, and I mean it" checked={loosening} onChange={(event) => { setLoosening(event.target.checked); }} />}
            <Field label="Reason" required><Textarea rows={2} value={reason} onChange={(event) => { setReason(event.target.value); }} /></Field>
            <div className="mt-3"><Button variant="primary" pending={pending} disabledReason={reason.trim().length < 3 ? 'Say why.' : failedTests.length > 0 ? 'A test fails.' : whole === null ? 'The JSON cannot be read.' : undefined} onClick={() => void submit()}>Propose</Button></div>
          </Section>
        )}
      </Stack>
    </div>
  );
}
