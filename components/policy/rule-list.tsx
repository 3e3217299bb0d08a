// The rules of a policy, readable: what each asks for, how much it matters, and the expression behind it.
import { Badge } from '#components/ui/badge.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import type { OpaRule, PolicyContent, PolicyRule, RuleLevel } from '#lib/policy/schema.ts';

const levelTones = { block: 'fail', warn: 'stale', record: 'neutral' } as const;
const levelWords: Record<RuleLevel, string> = { block: 'blocks', warn: 'warns', record: 'records' };

export function Level({ level }: { readonly level: RuleLevel }) {
  return <Badge tone={levelTones[level]}>{levelWords[level]}</Badge>;
}

/** Rules that block come first, as they are decided by. */
export function RuleList({ rules, expectations }: { readonly rules: readonly PolicyRule[]; /** What each rule expects, by its id, where the parameters alone say it. */ readonly expectations: Readonly<Record<string, string>> }) {
  const ordered = (['block', 'warn', 'record'] as const).flatMap((level) => rules.filter((rule) => rule.level === level));
  return (
    <ul>
      {ordered.map((rule) => (
        <li key={rule.id} id={`rule-${rule.id}`} className="grid grid-cols-[4.5rem_minmax(0,1fr)] gap-x-3 border-t border-line py-2 first:border-t-0 target:bg-selected">
          <span><Level level={rule.level} /></span>
          <div className="min-w-0">
            <p className="font-medium">{rule.title} <span className="font-mono text-xs font-normal text-ink-3">{rule.id}</span></p>
            {expectations[rule.id] !== undefined && <p className="text-xs text-ink-2">Expected: {expectations[rule.id]}</p>}
            <Disclosure summary="Expression and remedy">
              <Facts rule={rule} />
            </Disclosure>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Facts({ rule }: { readonly rule: PolicyRule }) {
  return (
    <dl className="flex flex-col gap-1 pb-1 text-xs">
      <Fact term="passes when"><code className="break-words whitespace-pre-wrap">{rule.expression}</code></Fact>
      {rule.requires.length > 0 && <Fact term="needs"><code className="break-words">{rule.requires.join(', ')}</code></Fact>}
      {typeof rule.expected !== 'string' && <Fact term="expected"><code className="break-words whitespace-pre-wrap">{rule.expected.cel}</code></Fact>}
      <Fact term="shows"><code className="break-words whitespace-pre-wrap">{rule.actual}</code></Fact>
      <Fact term="remedy">{rule.remedy}</Fact>
    </dl>
  );
}

function Fact({ term, children }: { readonly term: string; readonly children: React.ReactNode }) {
  return (
    <div className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-x-2">
      <dt className="text-ink-3">{term}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

/** Rules that an OPA server decides. */
export function OpaRuleList({ rules }: { readonly rules: readonly OpaRule[] }) {
  return (
    <ul>
      {rules.map((rule) => (
        <li key={rule.id} id={`rule-${rule.id}`} className="grid grid-cols-[4.5rem_minmax(0,1fr)] gap-x-3 border-t border-line py-2 first:border-t-0 target:bg-selected">
          <span><Level level={rule.level} /></span>
          <div className="min-w-0">
            <p className="font-medium">{rule.title} <span className="font-mono text-xs font-normal text-ink-3">{rule.id}</span></p>
            <p className="text-xs text-ink-2">OPA decides by <code>{rule.path}</code>, over the same input document. {rule.remedy}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** Named numbers and texts that the rules use. */
export function ParameterTable({ parameters }: { readonly parameters: PolicyContent['parameters'] }) {
  return (
    <SimpleTable
      caption="Parameters"
      rows={Object.entries(parameters)}
      rowKey={([name]) => name}
      columns={[
        { header: 'parameter', cell: ([name]) => name, mono: true },
        { header: 'value', align: 'end', cell: ([, { value }]) => <span className="tabular-nums">{Array.isArray(value) ? value.join(', ') : String(value)}</span> },
        { header: 'meaning', cell: ([, { meaning }]) => <span className="text-ink-2">{meaning}</span> },
      ]}
    />
  );
}

/** Who has to approve, in words. */
export function approvalsText(approvals: PolicyContent['approvals']): string {
  return approvals.length === 0 ? 'no approval needed' : approvals.map(({ role, count }) => `${count} by ${role}`).join(' and ');
}
