// Dry run of a policy on past requests: how many decisions would change, and which.
'use client';

import { useState } from 'react';
import { Verdict } from '#components/evidence/verdict.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import type { DryRun as DryRunResult } from '#lib/approvals/schema.ts';
import type { Environment } from '#lib/policy/schema.ts';
import { askJson } from './post-json.ts';

const word = (verdict: string | null) => (verdict === null ? 'no such rule' : verdict.replace('_', ' '));

/** `content` is read when the button is pressed; null: it cannot be read yet. */
export function DryRun({ environment, content }: { readonly environment: Environment; readonly content: unknown }) {
  const [pending, setPending] = useState(false);
  const [result, setResult] = useState<DryRunResult | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const run = async () => {
    setPending(true);
    const answer = await askJson<DryRunResult>('/api/v1/policies/dry-run', { environment, content });
    setPending(false);
    setResult(answer.ok ? answer.value : null);
    setProblem(answer.ok ? null : answer.message);
  };
  return (
    <div className="flex flex-col gap-3">
      <div><Button pending={pending} disabledReason={content === null ? 'The policy is not JSON yet.' : undefined} onClick={() => void run()}>Dry run on the last 500 requests</Button></div>
      {problem !== null && <Alert tone="danger" title={problem} live />}
      {result !== null && <Outcome result={result} />}
    </div>
  );
}

function Outcome({ result }: { readonly result: DryRunResult }) {
  const { considered, unreadable, leftOut, before, after, changed } = result;
  return (
    <div className="flex flex-col gap-2 text-sm" role="status">
      <p>
        {considered === 0 ? 'No request into this environment that you may see.' : `${considered} ${considered === 1 ? 'request' : 'requests'}: ${before.passed} passed and ${before.blocked} were blocked then; ${after.passed} would pass and ${after.blocked} would be blocked now.`}
        {considered > 0 && (changed.length === 0 ? ' No decision changes.' : ` ${changed.length} ${changed.length === 1 ? 'decision changes' : 'decisions change'}.`)}
        {unreadable > 0 && ` ${unreadable} could not be read.`}{leftOut > 0 && ` ${leftOut} left out: it took too long.`}
      </p>
      {changed.length > 0 && (
        <SimpleTable
          caption="Decisions that change"
          rows={changed}
          rowKey={({ promotionId }) => promotionId}
          columns={[
            { header: 'request', cell: ({ promotionId, modelName, version }) => <TextLink quiet href={`/approvals/${promotionId}`}>{modelName} {version}</TextLink> },
            { header: 'asked', cell: ({ requestedAt }) => <Time at={requestedAt} /> },
            { header: 'state', cell: ({ state }) => state },
            { header: 'then', cell: (row) => <Verdict state={row.before === 'passed' ? 'passed' : 'failed'}>{row.before}</Verdict> },
            { header: 'now', cell: (row) => <Verdict state={row.after === 'passed' ? 'passed' : 'failed'}>{row.after}</Verdict> },
            { header: 'rules that differ', cell: ({ rules }) => <ul className="py-1">{rules.map((rule) => <li key={rule.ruleId}><code className="text-xs">{rule.ruleId}</code>: {word(rule.before)} → {word(rule.after)}</li>)}</ul> },
          ]}
        />
      )}
    </div>
  );
}
