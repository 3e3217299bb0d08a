// Model cards and datasheets: documents, their sections, and what pages and the API show of them. Safe for the browser.
import { z } from 'zod';
import { pageOf } from '#lib/kernel/page.ts';

export const cardKind = z.enum(['model_card', 'datasheet']);
export type CardKind = z.infer<typeof cardKind>;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Sections by the name under which a document is judged, with what belongs there. */
type Section = { readonly key: string; readonly title: string; readonly what: string };

/** The nine sections of 'Model Cards for Model Reporting' (Mitchell et al., 2019), section 4. */
export const modelCardSections = [
  { key: 'model_details', title: 'Model details', what: 'Who made it, when, which version and type, how it is licensed, where to ask.' },
  { key: 'intended_use', title: 'Intended use', what: 'Primary uses and users, and uses that are out of scope.' },
  { key: 'factors', title: 'Factors', what: 'Groups, instruments and surroundings by which its performance may vary, and which were looked at.' },
  { key: 'metrics', title: 'Metrics', what: 'Which measures, which thresholds, and how uncertainty was estimated.' },
  { key: 'evaluation_data', title: 'Evaluation data', what: 'Which datasets, why these, and how they were prepared.' },
  { key: 'training_data', title: 'Training data', what: 'The same of the data that it learned from, as far as it may be told.' },
  { key: 'quantitative_analyses', title: 'Quantitative analyses', what: 'Results by factor, and by factors together.' },
  { key: 'ethical_considerations', title: 'Ethical considerations', what: 'Sensitive data, risks and harms, and what was done about them.' },
  { key: 'caveats', title: 'Caveats and recommendations', what: 'What was left open, and what users should look out for.' },
] as const satisfies readonly Section[];

/** The seven groups of questions of 'Datasheets for Datasets' (Gebru et al., 2021), section 3. */
export const datasheetSections = [
  { key: 'motivation', title: 'Motivation', what: 'For what purpose, by whom and by whose money it was made.' },
  { key: 'composition', title: 'Composition', what: 'What the instances are, how many, what is missing, what is sensitive.' },
  { key: 'collection', title: 'Collection process', what: 'How it was acquired, from whom, over what time, with what consent.' },
  { key: 'preprocessing', title: 'Preprocessing, cleaning and labelling', what: 'What was done to it, and whether the raw data was kept.' },
  { key: 'uses', title: 'Uses', what: 'What it has been used for, and what it should not be used for.' },
  { key: 'distribution', title: 'Distribution', what: 'To whom, how, under which licence and restrictions.' },
  { key: 'maintenance', title: 'Maintenance', what: 'Who keeps it, how errors are corrected, how long versions are kept.' },
] as const satisfies readonly Section[];

export const sectionsOf = (kind: CardKind): readonly Section[] => (kind === 'model_card' ? modelCardSections : datasheetSections);

/** What a document amounts to, computed when it is written. */
export const cardFacts = z.object({
  missing: z.array(z.string()).describe('Titles of sections without text.'),
  licence: z.string().nullable(),
  owners: z.array(z.string()),
  intendedUse: z.boolean(),
});
export type CardFacts = z.infer<typeof cardFacts>;

const jsonObject = z.record(z.string(), z.unknown());

export const cardDocument = z.object({
  format: z.literal('https://gatehouse.dev/card/v1'),
  kind: cardKind,
  meta: jsonObject.describe('The front matter, by the field names of the Hugging Face Hub.'),
  card: jsonObject.nullable().describe('The structured fields of a CycloneDX modelCard; null: none.'),
  body: z.string().describe('Markdown.'),
  facts: cardFacts,
});
export type CardDocument = z.infer<typeof cardDocument>;

export const cardSource = z.enum(['editor', 'hugging-face', 'cyclonedx']);
export type CardSource = z.infer<typeof cardSource>;

export const cardVersionSummary = z.object({
  id: z.string(),
  number: z.number().int(),
  digest: z.string(),
  source: cardSource,
  author: z.object({ kind: z.enum(['person', 'service']), id: z.string(), name: z.string() }),
  note: z.string(),
  at: z.string(),
  missing: z.array(z.string()),
});
export type CardVersionSummary = z.infer<typeof cardVersionSummary>;

export const cardVersionPage = pageOf(cardVersionSummary);

export const cardView = z.object({
  subject: z.object({ kind: cardKind, name: z.string().describe('`flight-delay 4`, or a dataset’s name.'), teamId: z.string(), modelVersionId: z.string().nullable(), assetId: z.string().nullable(), assetVersionId: z.string().nullable() }),
  /** The newest version, or the one asked for; null: none was written. */
  version: cardVersionSummary.extend({ document: cardDocument, latest: z.boolean() }).nullable(),
  latestNumber: z.number().int().describe('0: none was written.'),
  /** For a dataset version without a document of its own: that of its name, by the same team. */
  fallback: z.boolean(),
  mayWrite: z.boolean(),
});
export type CardView = z.infer<typeof cardView>;

export const cardWritten = z.object({ cardVersionId: z.string(), number: z.number().int(), digest: z.string(), created: z.boolean(), missing: z.array(z.string()) });

export const cardPreview = z.object({ document: cardDocument, sections: z.array(z.object({ key: z.string(), title: z.string(), what: z.string(), present: z.boolean() })) });
export type CardPreview = z.infer<typeof cardPreview>;
