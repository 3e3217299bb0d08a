// Separation of duties: who may not decide, from recorded facts, each refusal with the fact, its date and a link. Pure.
import type { ConflictFact } from './schema.ts';

export const conflictRules = ['trained', 'training_data', 'labels', 'features', 'upstream_model', 'pipeline_definition', 'published', 'lineage_cut_off'] as const;
export type ConflictRule = (typeof conflictRules)[number];

/** That a person had a hand in what a request is about: themselves, by a service account, or as an engineer of a team. */
export type Conflict = {
  /** Null for `lineage_cut_off`, which concerns everybody. */
  readonly personId: string | null;
  readonly rule: ConflictRule;
  readonly via: 'direct' | 'service_account' | 'team' | 'lineage';
  readonly account: string | null;
  readonly team: string | null;
  readonly runId: string | null;
  /** What was made: the asset's name, or the model version. */
  readonly subject: string;
  readonly at: string;
};

/** Somebody whom a decision would count for: who decides, or who lent the role. */
export type Party = { readonly personId: string; /** 'You', or the name of who lent the role. */ readonly called: string };

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

const deeds: Readonly<Record<ConflictRule, (subject: string) => string>> = {
  trained: () => 'trained this model',
  training_data: (subject) => `made the dataset ${subject}, an input of this model,`,
  labels: (subject) => `labelled: made ${subject}, an input of this model,`,
  features: (subject) => `made the features ${subject}, an input of this model,`,
  upstream_model: (subject) => `made the model ${subject}, an input of this one,`,
  pipeline_definition: (subject) => `changed ${subject}, code or configuration that went into this model,`,
  published: (subject) => `published ${subject}`,
  lineage_cut_off: () => '',
};

/** The fact in words. */
export function explain({ rule, via, account, team, runId, subject, at }: Conflict, called: string): ConflictFact {
  const href = runId === null ? null : `/runs/${runId}`;
  if (rule === 'lineage_cut_off') return { rule, at, href, text: 'Its lineage is larger than can be walked to the end, so nobody can be shown to have had no hand in it: nobody may approve it.' };
  const deed = `${deeds[rule](subject)} on ${day.format(new Date(at))}`;
  const was = called === 'You' ? 'were' : 'was';
  const text =
    via === 'service_account' ? `${called} answered for the service account ${account ?? ''}, which ${deed}.`
    : via === 'team' ? `${called} ${was} an engineer of the team ${team ?? ''}, which ${deed}.`
    : `${called} ${deed}, as the run names who triggered it.`;
  return { rule, at, href, text };
}

/** Every fact that keeps one of the parties from deciding, in words; earliest first. */
export function conflictsOf(parties: readonly Party[], conflicts: readonly Conflict[]): ConflictFact[] {
  return parties.flatMap(({ personId, called }) => conflicts.filter((conflict) => conflict.personId === personId).map((conflict) => explain(conflict, called))).sort((a, b) => a.at.localeCompare(b.at));
}

/** Why nobody may approve, whoever they are: a lineage that could not be walked to its end hides who had a hand in it. */
export const cutOff = (conflicts: readonly Conflict[]): ConflictFact[] => conflicts.filter(({ personId }) => personId === null).map((conflict) => explain(conflict, 'You'));
