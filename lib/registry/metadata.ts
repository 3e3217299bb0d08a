// The metadata of a model version: what is there, what lacks, and what an environment requires of it. Pure.
import type { CardFacts } from '#lib/cards/index.ts';
import { metadataField, type Environment, type MetadataField, type PolicyInput } from '#lib/policy/index.ts';

/** What cards and settings say about a version; gathered with its other facts. */
export type VersionMetadata = {
  readonly modelCard: { readonly digest: string; readonly facts: CardFacts } | null;
  /** The datasets that it was made from, each with the datasheet that speaks for it. */
  readonly datasets: readonly { readonly versionId: string; readonly name: string; readonly digest: string | null; readonly sheet: { readonly digest: string; readonly own: boolean; readonly missing: readonly string[] } | null }[];
  /** Who answers for the account that published it, while active. */
  readonly answersFor: string | null;
  readonly lineageComplete: boolean;
  readonly evaluated: boolean;
  readonly biasReported: boolean;
  /** What each environment requires; one that is not among them requires everything. */
  readonly required: Readonly<Record<string, readonly MetadataField[]>>;
};

export type MetadataState = { readonly field: MetadataField; readonly present: boolean; /** What there is, or what lacks. */ readonly detail: string };

export const fieldTitles: Readonly<Record<MetadataField, string>> = { lineage: 'lineage', performance: 'performance', bias_report: 'bias report', model_card: 'model card', datasheet: 'datasheets', intended_use: 'intended use', owner: 'owner', licence: 'licence' };

const sheetLacks = ({ name, sheet }: VersionMetadata['datasets'][number]): string[] => (sheet === null ? [`${name} has none`] : sheet.missing.length > 0 ? [`${name} lacks ${sheet.missing.join(', ')}`] : []);

/** The state of one field. */
function stateOf(field: MetadataField, known: VersionMetadata): MetadataState {
  const { modelCard, datasets } = known;
  const said = (present: boolean, there: string, lacks: string): MetadataState => ({ field, present, detail: present ? there : lacks });
  switch (field) {
    case 'lineage':
      return said(known.lineageComplete, 'complete, every version by digest', 'incomplete');
    case 'performance':
      return said(known.evaluated, 'a verified evaluation', 'no verified evaluation');
    case 'bias_report':
      return said(known.biasReported, 'fairness metrics in the evaluation', 'no fairness metrics in a verified evaluation');
    case 'model_card':
      return said(modelCard?.facts.missing.length === 0, 'all its sections', modelCard === null ? 'none was written' : `lacks ${modelCard.facts.missing.join(', ')}`);
    case 'datasheet': {
      const lacking = datasets.flatMap(sheetLacks);
      return said(datasets.length > 0 && lacking.length === 0, [...new Set(datasets.map(({ name }) => name))].join(', '), datasets.length === 0 ? 'no dataset is known that it was made from' : lacking.join('; '));
    }
    case 'intended_use':
      return said(modelCard?.facts.intendedUse === true, 'a section of the model card', 'not said in the model card');
    case 'owner': {
      const owners = modelCard?.facts.owners ?? [];
      return said(owners.length > 0 || known.answersFor !== null, owners.join(', ') || (known.answersFor ?? ''), 'nobody active answers for it, and the model card names no owner');
    }
    case 'licence':
      return said(modelCard !== null && modelCard.facts.licence !== null, modelCard?.facts.licence ?? '', 'the model card names none');
  }
}

export const metadataStates = (known: VersionMetadata): MetadataState[] => metadataField.options.map((field) => stateOf(field, known));

const requiredIn = (known: VersionMetadata, environment: Environment): readonly MetadataField[] => known.required[environment] ?? metadataField.options;

/** The member `metadata` of the policy's input. The name of who answers is left out: a person's name is no evidence. */
export function metadataFor(known: VersionMetadata, environment: Environment): NonNullable<PolicyInput['metadata']> {
  const required = requiredIn(known, environment);
  return {
    required: [...required],
    missing: metadataStates(known).filter(({ field, present }) => !present && required.includes(field)).map(({ field, detail }) => `${fieldTitles[field]}: ${detail}`),
    modelCard: known.modelCard?.digest ?? null,
    datasheets: known.datasets.map(({ name, digest, sheet }) => ({ name, digest, datasheet: sheet?.digest ?? null })),
  };
}

/** The member `assurance.cards`. */
export const cardsFor = ({ modelCard, datasets }: VersionMetadata): NonNullable<PolicyInput['assurance']['cards']> => ({
  modelCardMissing: modelCard === null ? ['model card'] : [...modelCard.facts.missing],
  datasheetsMissing: datasets.length === 0 ? ['no dataset is known'] : datasets.flatMap(sheetLacks),
});
