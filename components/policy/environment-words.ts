// Tiers and required metadata in words; apart from the forms, so that server pages can use them.
import type { EnvironmentTier, MetadataField } from '#lib/policy/schema.ts';

export const tierWords: Readonly<Record<EnvironmentTier, string>> = { sandbox: 'sandbox: everything recorded, nothing refused', staging: 'staging: what production would refuse is said', production: 'production: the strict boundary' };
export const fieldWords: Readonly<Record<MetadataField, string>> = { lineage: 'lineage', performance: 'performance', bias_report: 'bias report', model_card: 'model card', datasheet: 'datasheets', intended_use: 'intended use', owner: 'owner', licence: 'licence' };
