// Wire types of the data inventory; safe for the browser.
import { z } from 'zod';
import { exportFormat } from '#lib/kernel/export.ts';
import { comparable } from '#lib/kernel/list-input.ts';
import { pageOf } from '#lib/kernel/page.ts';

/** How much harm disclosure would do, least first. */
export const classifications = ['public', 'internal', 'confidential', 'restricted'] as const;
export const classification = z.enum(classifications);
export type Classification = z.infer<typeof classification>;

/**
 * What data may be used for: the closed list after which a datasheet's section "Uses" (Gebru et al., Datasheets for
 * Datasets, 2021, 3.5) and NIST AI RMF MAP 1.1 (intended purposes) and MEASURE 2.1 (test sets) are answered.
 */
export const dataUses = ['exploration', 'training', 'evaluation', 'testing', 'inference', 'analytics'] as const;
export const dataUse = z.enum(dataUses);
export type DataUse = z.infer<typeof dataUse>;
export const useMeanings: Record<DataUse, string> = {
  exploration: 'looking at it by hand, in notebooks',
  training: 'making features and fitting models',
  evaluation: 'measuring a model that is trained',
  testing: 'checking data and code: validation, contract tests',
  inference: 'scoring: input of predictions',
  analytics: 'reports and statistics about it',
};

/** `expired` is an approved one whose time is over; it is not stored, since the clock says it. */
export const sourceStates = ['proposed', 'approved', 'expired', 'withdrawn'] as const;
export const sourceState = z.enum(sourceStates);
export type SourceState = z.infer<typeof sourceState>;

/** The longest time that an approval may hold, and how long before its end a source counts as expiring soon. */
export const longestApprovalDays = 366;
export const soonDays = 30;

export const line = (maximum: number) => z.string().trim().min(1, 'must not be empty').max(maximum).refine(comparable, 'holds characters that are not text').refine((text) => !/[\r\n]/.test(text), 'must be one line');
const exactText = (maximum: number) => z.string().min(1, 'must not be empty').max(maximum).refine(comparable, 'holds characters that are not text').refine((text) => text === text.trim(), 'must not begin or end with a space');

/** After one of these a beginning of names is safe: `flights/` is no beginning of `flights-of-somebody-else/x`. */
export const separators = ['/', '.', ':'] as const;
export const sourceName = z
  .strictObject({ namespace: exactText(600), name: exactText(600), prefix: z.boolean().default(false) })
  .refine(({ name, prefix }) => !prefix || (name.length >= 2 && separators.some((separator) => name.endsWith(separator))), { path: ['name'], message: 'the beginning of names ends with / . or : and has at least two characters' });
export type SourceName = z.infer<typeof sourceName>;
export const ingestionJob = z.strictObject({ namespace: exactText(600), name: exactText(600) });
export type IngestionJob = z.infer<typeof ingestionJob>;

export const longestList = 100;
const unique = <Item>(items: readonly Item[]): boolean => new Set(items.map((item) => JSON.stringify(item))).size === items.length;
const namesOf = z.array(sourceName).min(1, 'name at least one dataset').max(longestList).refine(unique, 'names one twice');
const jobsOf = z.array(ingestionJob).min(1, 'name at least one job that brings the data in').max(longestList).refine(unique, 'names one twice');
const usesOf = z.array(dataUse).min(1, 'allow at least one use').max(dataUses.length).refine(unique, 'names one twice');

/** What people write about a source. What an approval holds for is in the last four. */
export const sourceContent = {
  name: line(120),
  description: z.string().trim().min(1, 'must not be empty').max(4_000).refine(comparable, 'holds characters that are not text'),
  ownerPersonId: z.guid().nullable().default(null).describe('The person who answers for it; null: the team as a whole.'),
  licence: line(200).nullable().default(null).describe('An SPDX expression, or the name of terms.'),
  retentionDays: z.number().int().min(1).max(36_500).nullable().default(null),
  classification,
  uses: usesOf.describe('Allowed uses: a closed list, see docs/data-inventory.md.'),
  names: namesOf.describe('Dataset names that belong to it: each one name, or with `prefix` all that begin so.'),
  ingestion: jobsOf.describe('Jobs of the team whose completed runs may bring it in.'),
};

export const sourceOutcome = z.object({ sourceId: z.string(), state: sourceState, expiresAt: z.string().nullable(), lapsed: z.boolean().describe('An approval was in force and ended by this.') });
export type SourceOutcome = z.infer<typeof sourceOutcome>;

const personReference = z.object({ id: z.string(), name: z.string() });
export const sourceItem = z.object({
  id: z.string(), name: z.string(), teamId: z.string(), teamName: z.string(), owner: personReference.nullable(),
  classification, uses: z.array(dataUse), state: sourceState, expiresAt: z.string().nullable(), expiresSoon: z.boolean(), approvedAt: z.string().nullable(), createdAt: z.string(),
  names: z.array(z.object({ namespace: z.string(), name: z.string(), prefix: z.boolean() })),
  openFindings: z.number().int().describe('Open findings of the inventory about versions read from it, in teams that you may see; counted up to 100.'),
});
export type SourceItem = z.infer<typeof sourceItem>;
export const sourcePage = pageOf(sourceItem).extend({ format: exportFormat });

export const sourceDetail = sourceItem.extend({
  description: z.string(), licence: z.string().nullable(), retentionDays: z.number().nullable(), ingestion: z.array(z.object({ namespace: z.string(), name: z.string() })), contentDigest: z.string(),
  proposedBy: personReference, proposedAt: z.string(), approvedBy: personReference.nullable(), withdrawn: z.object({ by: personReference, at: z.string(), reason: z.string() }).nullable(),
  history: z.array(z.object({ id: z.string(), what: z.enum(['written', 'approved', 'withdrawn']), by: personReference, at: z.string(), reason: z.string().nullable(), expiresAt: z.string().nullable(), contentDigest: z.string(), content: z.record(z.string(), z.unknown()).nullable() })).describe('The newest fifty of what was written and decided.'),
  assets: z.array(z.object({ id: z.string(), namespace: z.string(), name: z.string() })).describe('Names seen that belong to it; the first hundred.'),
  versions: z.array(z.object({ versionId: z.string(), digest: z.string().nullable(), name: z.string(), label: z.string().nullable(), sizeBytes: z.number().nullable(), quarantined: z.boolean(), ingested: z.boolean().describe('A completed run of a job that may bring it in produced these bytes.'), firstSeenAt: z.string() })).describe('The newest fifty.'),
  consumers: z.array(z.object({ teamId: z.string(), teamName: z.string(), use: dataUse.nullable(), job: z.string(), runId: z.string(), lastAt: z.string() })).describe('Who used it last, by team and use.'),
  may: z.object({ propose: z.boolean(), approve: z.boolean(), withdraw: z.boolean(), ownWords: z.boolean().describe('You wrote part of what is to be approved.') }),
});
export type SourceDetail = z.infer<typeof sourceDetail>;

export const accessItem = z.object({
  id: z.string(), at: z.string(), sourceId: z.string(), sourceName: z.string(), classification, runId: z.string(), job: z.string(), teamId: z.string(), teamName: z.string(), versionId: z.string(), digest: z.string().nullable(), assetName: z.string(),
  serviceAccount: personReference, responsible: personReference.describe('Who answered for the account when the run was reported.'), triggeredBy: z.string().nullable().describe('As the run says.'), userName: z.string().nullable().describe('As the run says.'),
  use: dataUse.nullable(), ingestion: z.boolean(),
});
export type AccessItem = z.infer<typeof accessItem>;
export const accessPage = pageOf(accessItem).extend({ format: exportFormat });

export const expectationResult = z.object({ expectation: z.string(), column: z.string().nullable(), passed: z.boolean(), severity: z.string().nullable(), observed: z.string().nullable(), unexpectedPercent: z.number().nullable(), exception: z.string().nullable() });
export type ExpectationResult = z.infer<typeof expectationResult>;

/** `proven`: a verified attestation says so. `claimed`: whoever sent it. `contradicted`: a verified attestation says otherwise. */
export const validationView = z.object({
  id: z.string(), kind: z.enum(['great_expectations', 'openlineage', 'attestation']), strength: z.enum(['proven', 'claimed', 'contradicted']), suite: z.string().nullable(), tool: z.string(),
  success: z.boolean(), evaluated: z.number().int(), failed: z.number().int(), results: z.array(expectationResult), at: z.string(), by: z.string(), href: z.string().nullable(), digest: z.string().nullable(),
});
export type ValidationView = z.infer<typeof validationView>;
export const validationList = z.object({ items: z.array(validationView), sources: z.array(z.object({ id: z.string(), name: z.string(), classification, state: sourceState })) });

export const validationOutcome = z.object({ validationId: z.string(), assetVersionId: z.string(), digest: z.string(), success: z.boolean(), evaluated: z.number().int(), failed: z.number().int(), known: z.boolean() });
export type ValidationOutcome = z.infer<typeof validationOutcome>;
