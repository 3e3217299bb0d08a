// Readers of the standard facets of datasets. Versions in use are those of openlineage.io/spec/facets; newer ones add fields.
import { z } from 'zod';
import { anything, entriesOf, listOf, maybeBoolean, maybeListOf, maybeNumber, maybeText, shownText, text } from './shapes.ts';

export type SchemaField = { readonly name: string; readonly type: string | null; readonly description: string | null; readonly depth: number };

type RawField = { name: string; type: string | null; description: string | null; ordinal_position: number | null; fields?: RawField[] };
const rawField: z.ZodType<RawField> = z.lazy(() => z.object({ name: text, type: shownText, description: maybeText, ordinal_position: maybeNumber, fields: anything.transform((nested) => z.array(rawField).safeParse(nested).data ?? []) }));
/** In the order of their positions where all have one. */
const ordered = (fields: readonly RawField[]) => (fields.every((field) => field.ordinal_position !== null) ? fields.toSorted((a, b) => (a.ordinal_position ?? 0) - (b.ordinal_position ?? 0)) : fields);
const flattened = (fields: readonly RawField[], depth: number): SchemaField[] => (depth > 10 ? [] : ordered(fields).flatMap(({ name, type, description, fields: nested }) => [{ name, type, description, depth }, ...flattened(nested ?? [], depth + 1)]));

/** SchemaDatasetFacet 1-0-0 to 1-2-0: since 1-1-0 fields may hold fields, since 1-2-0 they may have a position. */
export const schema = z.object({ fields: maybeListOf(rawField) }).transform(({ fields }) => ({ kind: 'schema' as const, fields: flattened(fields, 0).slice(0, 2000) }));

/** DatasetVersionDatasetFacet 1-0-0 and 1-0-1. */
export const version = z.object({ datasetVersion: text }).transform(({ datasetVersion }) => ({ kind: 'facts' as const, facts: [['Version', datasetVersion] as const] }));

/** DatasetTypeDatasetFacet 1-0-0: `datasetType` TABLE, VIEW, FILE, MODEL …, `subType` more exactly. */
export const datasetType = z.object({ datasetType: text, subType: maybeText }).transform(({ datasetType: type, subType }) => ({ kind: 'facts' as const, facts: [['Type', type] as const, ['Subtype', subType] as const] }));

const columnMetrics = z.object({
  nullCount: maybeNumber, distinctCount: maybeNumber, sum: maybeNumber, count: maybeNumber, min: maybeNumber, max: maybeNumber,
  quantiles: anything.transform((value): { at: string; value: number }[] => Object.entries(z.record(z.string(), z.unknown()).safeParse(value).data ?? {}).flatMap(([at, each]) => (typeof each === 'number' ? [{ at, value: each }] : [])).sort((a, b) => Number(a.at) - Number(b.at)).slice(0, 50)),
});
export type ColumnMetrics = z.output<typeof columnMetrics> & { readonly name: string };

/** DataQualityMetrics(Input)DatasetFacet 1-0-0 to 1-0-3. */
export const dataQualityMetrics = z.object({ rowCount: maybeNumber, bytes: maybeNumber, fileCount: maybeNumber, lastUpdated: maybeText, columnMetrics: z.union([z.null(), entriesOf(columnMetrics)]).default(null) })
  .transform(({ columnMetrics: columns, ...totals }) => ({ kind: 'metrics' as const, ...totals, columns: columns ?? [] }));

const assertion = z.object({ assertion: maybeText, name: maybeText, success: z.boolean(), column: maybeText, severity: maybeText, expected: shownText, actual: shownText, description: maybeText, content: maybeText });

/** DataQualityAssertionsDatasetFacet 1-0-0 to 1-1-0: `success` decides; severity, expected and actual since 1-1-0. */
export const dataQualityAssertions = z.object({ assertions: listOf(assertion) }).transform(({ assertions }) => ({
  kind: 'checks' as const,
  checks: assertions.map(({ assertion: what, success, name, ...rest }) => ({ ...rest, name: name ?? what ?? 'unnamed', passed: success })).sort((a, b) => Number(a.passed) - Number(b.passed)),
}));

const transformation = z.object({ type: text, subtype: maybeText, description: maybeText, masking: maybeBoolean });
export type Transformation = z.output<typeof transformation>;
const transformations = anything.transform((value) => maybeListOf(transformation).safeParse(value).data ?? []);
const inputField = z.object({ namespace: text, name: text, field: maybeText, transformations });
export type InputField = z.output<typeof inputField>;

/** ColumnLineageDatasetFacet 1-0-0 to 1-2-0: up to 1-0-x one transformation for each field, since 1-1-0 several for each input, and inputs of the whole dataset. */
export const columnLineage = z.object({
  fields: entriesOf(z.object({ inputFields: maybeListOf(inputField), transformationDescription: maybeText, transformationType: maybeText })),
  dataset: maybeListOf(inputField),
}).transform(({ fields, dataset }) => ({
  kind: 'columnLineage' as const,
  dataset,
  fields: fields.map(({ name, inputFields, transformationDescription, transformationType }) => ({
    name,
    inputs: inputFields.map((input) => (input.transformations.length > 0 || (transformationType ?? transformationDescription) === null ? input : { ...input, transformations: [{ type: transformationType ?? 'DIRECT', subtype: null, description: transformationDescription, masking: null }] })),
  })),
}));

const lineageInput = z.object({ type: maybeText, namespace: maybeText, name: maybeText, field: maybeText, runId: maybeText, transformations });
export type LineageInput = z.output<typeof lineageInput>;
const lineageFields = anything.transform((value) => entriesOf(z.object({ inputs: maybeListOf(lineageInput) })).safeParse(value).data ?? []);
const lineageEntry = z.object({ type: maybeText, namespace: maybeText, name: maybeText, runId: maybeText, inputs: anything, fields: lineageFields })
  .transform(({ inputs, ...entry }) => ({ ...entry, inputs: maybeListOf(lineageInput).safeParse(inputs).data ?? [], hasNoSource: Array.isArray(inputs) && inputs.length === 0 }));
export type LineageEntry = z.output<typeof lineageEntry>;

/** LineageFacet 1-0-0: on a dataset its `inputs` and `fields`; on a job `entries` (in drafts `lineage`), each with its target. Which output came of which input, where the event alone would say all of all. */
export const lineage = z.union([
  z.object({ entries: listOf(lineageEntry) }),
  z.object({ lineage: listOf(lineageEntry) }).transform(({ lineage: entries }) => ({ entries })),
  z.object({ inputs: anything, fields: anything }).refine(({ inputs, fields }) => Array.isArray(inputs) || (typeof fields === 'object' && fields !== null), 'has neither entries, inputs nor fields')
    .transform((value) => ({ entries: [lineageEntry.parse({ type: 'DATASET', ...value })] })),
]).transform(({ entries }) => ({ kind: 'lineage' as const, entries }));

/** SymlinksDatasetFacet 1-0-0 and 1-0-1. */
export const symlinks = z.object({ identifiers: maybeListOf(z.object({ namespace: text, name: text, type: maybeText })) }).transform(({ identifiers }) => ({ kind: 'symlinks' as const, identifiers }));

/** LifecycleStateChangeDatasetFacet 1-0-0 and 1-0-1: ALTER, CREATE, DROP, OVERWRITE, RENAME, TRUNCATE. */
export const lifecycleStateChange = z.object({ lifecycleStateChange: text, previousIdentifier: anything }).transform(({ lifecycleStateChange: change, previousIdentifier }) => {
  const previous = z.object({ namespace: text, name: text }).safeParse(previousIdentifier).data;
  return { kind: 'facts' as const, facts: [['Change', change] as const, ['Before', previous ? `${previous.namespace} / ${previous.name}` : null] as const] };
});

/** InputStatisticsInputDatasetFacet and OutputStatisticsOutputDatasetFacet 1-0-0 to 1-0-2. */
export const statistics = z.object({ rowCount: maybeNumber, size: maybeNumber, fileCount: maybeNumber }).transform(({ rowCount, size, fileCount }) => ({ kind: 'metrics' as const, rowCount, bytes: size, fileCount, lastUpdated: null, columns: [] as ColumnMetrics[] }));

export const dataSource = z.object({ name: maybeText, uri: maybeText }).transform(({ name, uri }) => ({ kind: 'facts' as const, facts: [['Name', name] as const, ['Address', uri] as const] }));
export const storage = z.object({ storageLayer: maybeText, fileFormat: maybeText }).transform(({ storageLayer, fileFormat }) => ({ kind: 'facts' as const, facts: [['Storage', storageLayer] as const, ['Format', fileFormat] as const] }));
export const catalog = z.object({ framework: maybeText, type: maybeText, name: maybeText, metadataUri: maybeText, warehouseUri: maybeText, source: maybeText, catalogProperties: anything })
  .transform(({ framework, type, name, metadataUri, warehouseUri, source, catalogProperties }) => ({ kind: 'facts' as const, facts: [['Catalogue', name] as const, ['Framework', framework] as const, ['Type', type] as const, ['Metadata', metadataUri] as const, ['Warehouse', warehouseUri] as const, ['Source', source] as const, ...Object.entries(z.record(z.string(), z.unknown()).safeParse(catalogProperties).data ?? {}).slice(0, 100).map(([key, value]) => [key, shownText.parse(value)] as const)] }));
export const hierarchy = z.object({ hierarchy: listOf(z.object({ type: text, name: text })) }).transform(({ hierarchy: levels }) => ({ kind: 'facts' as const, facts: levels.map(({ type, name }) => [type, name] as const) }));
