// Reading a version's metadata: each field with what there is or lacks, and which environments require it.
import { z } from 'zod';
import { notFound } from '#lib/kernel/errors.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { metadataField } from '#lib/policy/index.ts';
import { gatherFacts } from './gather.ts';
import { fieldTitles, metadataStates } from './metadata.ts';
import { modelName } from './schema.ts';
import { visibleVersion } from './store/models.ts';

export const versionMetadata = z.object({
  fields: z.array(z.object({ field: metadataField, title: z.string(), present: z.boolean(), detail: z.string(), requiredBy: z.array(z.string()).describe('Environments, the strictest last.') })),
  modelCard: z.string().nullable().describe('Digest of the newest version of the model card.'),
  datasets: z.array(z.object({ versionId: z.string(), name: z.string(), digest: z.string().nullable(), sheet: z.object({ digest: z.string(), own: z.boolean(), missing: z.array(z.string()) }).nullable() })),
});
export type VersionMetadataView = z.infer<typeof versionMetadata>;

export const getVersionMetadata = query({
  name: 'registry.getVersionMetadata',
  summary: 'The metadata of a model version: what is there, what lacks, and which environments require it',
  input: z.strictObject({ name: modelName, version: z.coerce.number().int().min(1).max(2_147_483_647) }),
  output: versionMetadata,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const row = await visibleVersion(tx, teams, input.name, input.version);
    if (!row) return notFound('model version');
    const { metadata } = (await gatherFacts(tx, row)).facts;
    return ok({
      fields: metadataStates(metadata).map((state) => ({ ...state, title: fieldTitles[state.field], requiredBy: Object.entries(metadata.required).filter(([, fields]) => fields.includes(state.field)).map(([name]) => name) })),
      modelCard: metadata.modelCard?.digest ?? null,
      datasets: metadata.datasets.map(({ sheet, ...dataset }) => ({ ...dataset, sheet: sheet && { ...sheet, missing: [...sheet.missing] } })),
    });
  },
  http: { method: 'GET', path: '/api/v1/models/{name}/versions/{version}/metadata', tag: 'Models', body: 'none' },
});
