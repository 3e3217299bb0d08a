// RunIsolation: what is known of a run's environment, requirement by requirement, and what each source says. Rendered on the server.
import { Disclosure } from '#components/ui/disclosure.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import type { RunEnvironmentView, TrainingControl } from '#lib/evidence/environment/schema.ts';
import { CheckList } from './check-list.tsx';
import { Strength, Verdict, VerdictSummary } from './verdict.tsx';

const words = (name: string): string => { const text = name.replaceAll('_', ' '); return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`; };
const standings = { proven: 'signed, and it holds now', claimed: 'only claimed', stale: 'its signature counts no more' } as const;

type Requirement = RunEnvironmentView['requirements'][number];

/** The requirements alone, without the single checks. */
export function Requirements({ requirements }: { readonly requirements: readonly Requirement[] }) {
  return <CheckList checks={requirements.map(({ requirement, title, verdict, strength, expected, actual, references }) => ({
    id: `environment-${requirement}`, name: title, verdict, expected, actual,
    evidence: <span className="flex flex-wrap items-center gap-2 text-xs"><Strength state={strength} />{references.slice(0, 2).map(({ label, href }) => <TextLink key={href} href={href}>{label}</TextLink>)}</span>,
  }))} foldPassed={false} />;
}

/** The controls of the training stage, one line each. */
export function TrainingControls({ controls }: { readonly controls: readonly TrainingControl[] }) {
  return (
    <ul className="text-sm">
      {controls.map(({ control, title, verdict, strength, actual, href }) => (
        <li key={control} className="grid gap-x-3 border-t border-line py-1 first:border-t-0 sm:grid-cols-[8rem_minmax(0,14rem)_6rem_minmax(0,1fr)]">
          <Verdict state={verdict} />
          <TextLink href={href}>{title}</TextLink>
          <Strength state={strength} />
          <span className="min-w-0 break-words text-ink-2">{actual}</span>
        </li>
      ))}
    </ul>
  );
}

export function RunIsolation({ environment }: { readonly environment: RunEnvironmentView }) {
  const { requirements, sources, restricted } = environment;
  if (sources.length === 0) {
    return <EmptyState kind="nothing-yet" title="Nothing is known of what this run ran in" description="Send the pod and its network policies for this run, or sign them as a statement to prove it." command={`kubectl get pod NAME -o json | jq '{pod: .}' | curl -H "Authorization: Bearer $GATEHOUSE_TOKEN" -H 'Content-Type: application/json' --data @- $GATEHOUSE_URL/api/v1/runs/${environment.runId}/environment`} />;
  }
  return (
    <div className="flex flex-col gap-3">
      <Requirements requirements={requirements} />
      {restricted !== null && <p className="text-sm text-ink-2"><Verdict state={restricted ? 'passed' : 'failed'} iconOnly /> {restricted ? 'Every pod known of this run meets' : 'A pod of this run does not meet'} the profile “restricted” of the <a className="link" href="https://kubernetes.io/docs/concepts/security/pod-security-standards/" rel="noreferrer">Pod Security Standards</a>.</p>}
      <div>
        {sources.map((source, index) => (
          <Disclosure key={`${source.href} ${index}`} summary={<span className="flex flex-wrap items-baseline gap-x-4"><span className="font-medium">{words(source.label)}</span><span className="text-ink-3">{standings[source.standing]}</span>{source.at !== '' && <Time at={source.at} />}<VerdictSummary states={source.checks.map(({ verdict }) => verdict)} /></span>}>
            {source.kind !== 'report' && <p className="py-1 text-xs"><TextLink href={source.href}>Open it</TextLink></p>}
            <CheckList checks={source.checks.map((check) => ({ id: `${index}-${check.name}`, name: words(check.name), verdict: check.verdict, expected: check.expected, actual: check.actual, ...(check.standard === null ? {} : { evidence: <span className="text-xs text-ink-3">pod security: {check.standard}</span> }) }))} />
          </Disclosure>
        ))}
      </div>
      <div>
        <p className="pb-1 text-xs text-ink-3">Controls of training</p>
        <TrainingControls controls={environment.controls} />
      </div>
    </div>
  );
}
