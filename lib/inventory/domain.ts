// Decisions about the inventory: the state of a source, what a stage uses data for, what is wrong with what a run read, how severe that is. Pure.
import type { Severity } from '#lib/findings/schema.ts';
import type { Classification, DataUse, SourceState } from './schema.ts';

/** The state as it is at a moment: an approval whose time is over is none. */
export const stateAt = (stored: 'proposed' | 'approved' | 'withdrawn', expiresAt: string | null, now: string): SourceState => (stored === 'approved' && (expiresAt === null || Date.parse(expiresAt) <= Date.parse(now)) ? 'expired' : stored);

const words: readonly (readonly [DataUse, readonly string[]])[] = [
  ['inference', ['score', 'scoring', 'predict', 'prediction', 'predictions', 'inference', 'infer', 'serve', 'serving']],
  ['evaluation', ['evaluate', 'evaluation', 'eval', 'compare', 'comparison', 'benchmark', 'holdout', 'backtest']],
  ['testing', ['test', 'tests', 'testing', 'validate', 'validation', 'check', 'checks', 'quality']],
  ['analytics', ['report', 'reporting', 'dashboard', 'analytics', 'analyse', 'analyze', 'statistics']],
  ['exploration', ['explore', 'exploration', 'notebook', 'notebooks', 'eda']],
  ['training', ['train', 'training', 'fit', 'finetune', 'tune', 'tuning', 'features', 'feature', 'featurize', 'preprocess', 'preprocessing', 'label', 'labels', 'labelling', 'labeling']],
];
const useOfWord = new Map(words.flatMap(([use, all]) => all.map((word) => [word, use] as const)));

/**
 * What a stage uses data for. A run that produced a model trains, whatever it calls itself; else the first word of the
 * stage (or of the last part of the job's name) that says so. null: nothing says, and nothing is judged by it.
 */
export function useOf({ stage, jobName, producesModel }: { readonly stage: string | null; readonly jobName: string; readonly producesModel: boolean }): DataUse | null {
  if (producesModel) return 'training';
  const said = stage ?? jobName.split(/[./:]/).at(-1) ?? '';
  for (const word of said.toLowerCase().split(/[^a-z]+/)) {
    const use = useOfWord.get(word);
    if (use !== undefined) return use;
  }
  return null;
}

export const sourceRules = ['unapproved_source', 'expired_source', 'use_not_allowed'] as const;
export type SourceRule = (typeof sourceRules)[number];
export type InventoryRule = SourceRule | 'no_approved_ingestion';

/** What is wrong with a source that is in use: its state, and each use that it is not allowed for. */
export function wrongWith(state: SourceState, allowed: readonly DataUse[], uses: readonly (DataUse | null)[]): { readonly rule: SourceRule; readonly use: DataUse | null }[] {
  if (uses.length === 0) return [];
  const ofState = state === 'expired' ? [{ rule: 'expired_source' as const, use: null }] : state === 'approved' ? [] : [{ rule: 'unapproved_source' as const, use: null }];
  const others = uses.filter((use): use is DataUse => use !== null && !allowed.includes(use));
  return [...ofState, ...[...new Set(others)].sort().map((use) => ({ rule: 'use_not_allowed' as const, use }))];
}

const order: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];
const sensitive: readonly (Classification | null)[] = ['confidential', 'restricted'];

/**
 * How severe: what nobody approved is worse for sensitive data, what no approved ingestion produced may be poisoned
 * whatever it is; and one step worse where the pipeline has a model in production.
 */
export function severityOf(rule: InventoryRule, classification: Classification | null, inProduction: boolean): Severity {
  const base: Severity = rule === 'no_approved_ingestion' ? 'high' : sensitive.includes(classification) ? (rule === 'expired_source' ? 'medium' : 'high') : rule === 'expired_source' ? 'low' : 'medium';
  return inProduction ? (order[Math.max(0, order.indexOf(base) - 1)] ?? base) : base;
}

/** What is known of a version for judging whether it came in the approved way. */
export type Arrival = {
  /** The version is of these sources, each with whether a completed run of its ingestion jobs produced it. */
  readonly sources: readonly { readonly id: string; readonly ingested: boolean }[];
  /** A known run made it of other data. */
  readonly derived: boolean;
  readonly digest: string | null;
};

/**
 * Whether a version is a digest that no approved ingestion produced. Of a source: none of its ingestion jobs brought
 * these bytes in. Of none: nothing known made it of other data, and the team keeps an inventory.
 */
export function arrivedUnapproved({ sources, derived, digest }: Arrival, teamKeepsInventory: boolean): boolean {
  if (digest === null) return false;
  return sources.length > 0 ? sources.some(({ ingested }) => !ingested) : teamKeepsInventory && !derived;
}
