// Where columns come from, as OpenLineage facets say: `columnLineage` (ColumnLineageDatasetFacet 1-2-0) and `lineage` (LineageFacet 1-0-0). What is in neither shape is left out, entry by entry. Pure.
import { z } from 'zod';

export type DatasetName = { readonly namespace: string; readonly name: string };
export type ColumnInput = DatasetName & { readonly field: string | null; readonly how: readonly string[] };
/** `field` null: every column of the dataset. */
export type ColumnMapping = { readonly field: string | null; readonly input: ColumnInput };

/** More mappings of one dataset are not read. */
export const mostMappings = 5000;

const text = z.string().max(4000);
const transformation = z.object({ type: text.nullish(), subtype: text.nullish(), description: text.nullish(), masking: z.boolean().nullish() });
const input = z.object({ namespace: text, name: text, field: text.nullish(), type: text.nullish(), transformations: z.array(z.unknown()).nullish() });
const columnField = z.object({ inputFields: z.array(z.unknown()).nullish(), inputs: z.array(z.unknown()).nullish(), transformationType: text.nullish(), transformationDescription: text.nullish() });
const columnFacet = z.object({ fields: z.record(z.string(), z.unknown()).nullish(), dataset: z.array(z.unknown()).nullish(), inputs: z.array(z.unknown()).nullish() });
const entry = z.object({ namespace: text, name: text, type: text.nullish(), inputs: z.array(z.unknown()).nullish(), fields: z.record(z.string(), z.unknown()).nullish() });
/** `lineage`: the name of the list in drafts. */
const jobFacet = z.union([z.object({ entries: z.array(z.unknown()) }), z.object({ lineage: z.array(z.unknown()) }).transform(({ lineage }) => ({ entries: lineage }))]);

const said = (type: string | null | undefined, subtype: string | null | undefined, description: string | null | undefined, masking: boolean): string => {
  const kind = [type, subtype, masking ? 'masking' : null].filter(Boolean).join(' ');
  return description ? (kind === '' ? description : `${kind}: ${description}`) : kind;
};

function inputOf(raw: unknown, otherwise: string): ColumnInput | null {
  const read = input.safeParse(raw);
  if (!read.success || (read.data.type ?? 'DATASET') !== 'DATASET') return null;
  const how = (read.data.transformations ?? []).flatMap((each) => {
    const known = transformation.safeParse(each);
    return known.success ? [said(known.data.type, known.data.subtype, known.data.description, known.data.masking === true)] : [];
  });
  return { namespace: read.data.namespace, name: read.data.name, field: read.data.field ?? null, how: (how.length > 0 ? how : [otherwise]).filter((line) => line !== '') };
}

const mappingsOf = (field: string | null, raw: readonly unknown[] | null | undefined, otherwise = ''): ColumnMapping[] =>
  (raw ?? []).flatMap((each) => {
    const read = inputOf(each, otherwise);
    // A dataset that feeds a dataset says nothing of columns: the edge between them does.
    return read === null || (field === null && read.field === null) ? [] : [{ field, input: read }];
  });

/** What a facet of an output dataset says of its columns: either facet, or any that has their members. */
export function columnsOfDatasetFacet(body: unknown): ColumnMapping[] {
  const read = columnFacet.safeParse(body);
  if (!read.success) return [];
  const { fields, dataset, inputs } = read.data;
  const named = Object.entries(fields ?? {}).flatMap(([name, raw]) => {
    const field = columnField.safeParse(raw);
    return field.success ? mappingsOf(name, [...(field.data.inputFields ?? []), ...(field.data.inputs ?? [])], said(field.data.transformationType, null, field.data.transformationDescription, false)) : [];
  });
  return [...named, ...mappingsOf(null, dataset), ...mappingsOf(null, inputs)].slice(0, mostMappings);
}

/** What the `lineage` facet of a job says of the columns of each of its targets. */
export function columnsOfJobFacet(body: unknown): { readonly target: DatasetName; readonly mappings: readonly ColumnMapping[] }[] {
  const read = jobFacet.safeParse(body);
  if (!read.success) return [];
  return read.data.entries.slice(0, 1000).flatMap((raw) => {
    const one = entry.safeParse(raw);
    if (!one.success || (one.data.type ?? 'DATASET') !== 'DATASET') return [];
    const mappings = columnsOfDatasetFacet({ fields: one.data.fields, inputs: one.data.inputs });
    return mappings.length === 0 ? [] : [{ target: { namespace: one.data.namespace, name: one.data.name }, mappings }];
  });
}
