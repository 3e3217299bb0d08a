// The rules of a request as they came out on the frozen evidence: what stands in the way first, with what to do.
import type { ReactNode } from 'react';
import { CheckList, type Check } from '#components/evidence/check-list.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import type { ExceptionView } from '#lib/exceptions/schema.ts';
import type { RuleResult } from '#lib/policy/schema.ts';

const levelNote = { block: null, warn: 'warns only', record: 'recorded only' } as const;
const verdictWord = { failed: 'Failed', not_evaluated: 'Not evaluated', passed: 'Passed' } as const;

/** An exception never hides the verdict: it stands beside it, with who gave it, until when, and why. */
function Excepted({ result, known }: { readonly result: RuleResult; readonly known: ExceptionView | undefined }) {
  const { exception, verdict } = result;
  if (exception === null) return null;
  const people = known ? `${known.proposedBy.name} and ${known.confirmedBy?.name ?? 'nobody'}` : 'two people';
  return (
    <span className="block">
      <Badge tone="stale">{known && known.state !== 'active' ? `exception ${known.state}` : 'excepted'}</Badge>{' '}
      {verdictWord[verdict]}, excepted until <Time at={exception.expiresAt} /> by <TextLink quiet href={`/policies/exceptions#${exception.id}`}>{people}</TextLink> because: {exception.reason}
    </span>
  );
}

function checkOf(result: RuleResult, exceptions: readonly ExceptionView[], remedyFor: ((result: RuleResult) => ReactNode) | undefined): Check {
  const { ruleId, title, level, verdict, expected, actual, reason, remedy, exception } = result;
  const note = levelNote[level];
  const open = verdict !== 'passed';
  const offered = open && exception === null && level === 'block' ? remedyFor?.(result) : undefined;
  return {
    id: ruleId,
    name: title,
    verdict,
    expected,
    actual,
    ...(open ? { reason: <><Excepted result={result} known={exceptions.find(({ id }) => id === exception?.id)} />{reason !== null && <span className="block">{reason}</span>}<span className="block text-xs text-ink-3">To pass: {remedy}</span></> } : {}),
    ...(note !== null && open ? { evidence: <Badge tone="stale">{note}</Badge> } : {}),
    ...(offered !== undefined && { remedy: offered }),
  };
}

/** The rules with their own verdicts. `remedyFor` offers something to do beside a rule that blocks. */
export function Rules({ results, exceptions = [], remedyFor }: { readonly results: readonly RuleResult[]; readonly exceptions?: readonly ExceptionView[]; readonly remedyFor?: (result: RuleResult) => ReactNode }) {
  return <CheckList checks={results.map((result) => checkOf(result, exceptions, remedyFor))} />;
}
