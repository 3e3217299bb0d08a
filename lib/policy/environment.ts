// Environments as data: names, tiers, the metadata that each asks for, and changes of them. Safe for the browser.
import { z } from 'zod';

/**
 * What an environment behaves like, which every rule reads in place of its name. sandbox: everything is recorded, nothing
 * refused. staging: what production would refuse is said. production: the strict boundary.
 */
export const environmentTier = z.enum(['sandbox', 'staging', 'production']);
export type EnvironmentTier = z.infer<typeof environmentTier>;

/** A name; whether there is such an environment, the database says (`unknownEnvironment`). */
export const environment = z.string().regex(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/, 'is not the name of an environment: 2 to 40 lower-case letters, digits and hyphens');
export type Environment = z.infer<typeof environment>;

/** What a model version may be asked to come with. */
export const metadataField = z.enum(['lineage', 'performance', 'bias_report', 'model_card', 'datasheet', 'intended_use', 'owner', 'licence']);
export type MetadataField = z.infer<typeof metadataField>;

export const environmentSettings = z.strictObject({
  tier: environmentTier,
  position: z.int().min(0).max(10_000).describe('Order in lists: the highest is the last step.'),
  description: z.string().trim().min(3).max(500).refine((text) => !text.includes('\0') && text.isWellFormed(), 'holds characters that are not text'),
  requiredMetadata: z.array(metadataField).max(metadataField.options.length).transform((fields) => metadataField.options.filter((field) => fields.includes(field))),
  archived: z.boolean().describe('Takes nothing in any more; its history stays.'),
});
export type EnvironmentSettings = z.output<typeof environmentSettings>;

const person = z.object({ id: z.string(), name: z.string() });

export const environmentChangeView = z.object({
  id: z.string(),
  environment: z.string(),
  before: environmentSettings.nullable().describe('null: a new environment.'),
  after: environmentSettings,
  state: z.enum(['proposed', 'confirmed', 'rejected']),
  weakens: z.array(z.string()).describe('What would be asked less than before.'),
  reason: z.string(),
  proposedBy: person,
  proposedAt: z.string(),
  decidedBy: person.nullable(),
  decidedAt: z.string().nullable(),
});
export type EnvironmentChangeView = z.infer<typeof environmentChangeView>;

export const environmentView = z.object({
  name: environment,
  ...environmentSettings.shape,
  requiredMetadata: z.array(metadataField),
  shipped: z.boolean().describe('One of the three that are never archived and keep their tier.'),
  archivedAt: z.string().nullable(),
  hasPolicy: z.boolean().describe('An active policy of the organisation; without one nothing passes.'),
  running: z.int().describe('Deployments that run there now and that you may see.'),
});
export type EnvironmentView = z.infer<typeof environmentView>;
