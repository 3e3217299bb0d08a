// The words for findings: states, sources, verbs. Pure.
import type { FindingSource, FindingState, TriageVerb } from '#lib/findings/schema.ts';

export const stateWords: Record<FindingState, string> = { open: 'open', acknowledged: 'acknowledged', resolved: 'resolved', accepted: 'risk accepted', false_positive: 'false positive' };
export const stateTones = { open: 'fail', acknowledged: 'stale', resolved: 'pass', accepted: 'outline', false_positive: 'outline' } as const satisfies Record<FindingState, string>;

export const sourceWords: Record<FindingSource, string> = { verification: 'Verification', lineage: 'Lineage', run: 'Runs', validation: 'Data validation', evaluation: 'Evaluation', drift: 'Drift', approval: 'Approvals', inventory: 'Data inventory' };

export const verbWords: Record<TriageVerb, { readonly label: string; readonly done: string; readonly needsReason: boolean; readonly key: string }> = {
  acknowledge: { label: 'Acknowledge', done: 'Acknowledged', needsReason: false, key: 'a' },
  resolve: { label: 'Resolve', done: 'Resolved', needsReason: false, key: 'r' },
  accept: { label: 'Accept the risk…', done: 'Accepted', needsReason: true, key: '' },
  false_positive: { label: 'False positive…', done: 'Marked as false positive', needsReason: true, key: '' },
  reopen: { label: 'Reopen', done: 'Reopened', needsReason: false, key: 'o' },
};

const actionWords: Record<string, string> = {
  'findings.raiseFinding': 'raised', 'findings.reopenFinding': 'opened again', 'findings.settleFinding': 'settled by itself', 'findings.triageFinding': 'triaged',
};
/** What an audit event about a finding did. */
export const actionWord = (action: string): string => actionWords[action] ?? action;

/** The verbs that lead back from `after` to `before`, in order. */
export function undoVerbs(before: FindingState, after: FindingState): TriageVerb[] | null {
  if (before === after) return [];
  if (before === 'open') return ['reopen'];
  if (before === 'acknowledged') return after === 'open' ? ['acknowledge'] : ['reopen', 'acknowledge'];
  return null;
}
