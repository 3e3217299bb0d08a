// What a facet says, read from its name and body: known ones as something that can be shown, all others as they came. Pure, safe for the browser.
import type { z } from 'zod';
import * as dataset from './dataset.ts';
import * as engines from './engines.ts';
import * as job from './job.ts';
import * as run from './run.ts';

/** Readers by the facet's key in events. A key means the same wherever it stands. */
const readers = {
  schema: dataset.schema, version: dataset.version, datasetType: dataset.datasetType,
  dataQualityMetrics: dataset.dataQualityMetrics, dataQualityAssertions: dataset.dataQualityAssertions,
  columnLineage: dataset.columnLineage, lineage: dataset.lineage, symlinks: dataset.symlinks, lifecycleStateChange: dataset.lifecycleStateChange,
  inputStatistics: dataset.statistics, outputStatistics: dataset.statistics,
  dataSource: dataset.dataSource, storage: dataset.storage, catalog: dataset.catalog, hierarchy: dataset.hierarchy,
  subset: engines.subset, icebergScanReport: engines.icebergScanReport, icebergCommitReport: engines.icebergCommitReport, iceberg_scan_report: engines.icebergScanReport, iceberg_commit_report: engines.icebergCommitReport,
  ownership: job.ownership, tags: job.tags, sourceCodeLocation: job.sourceCodeLocation, jobType: job.jobType, sql: job.sql, sourceCode: job.sourceCode, documentation: job.documentation,
  parent: run.parent, parentRun: run.parent, nominalTime: run.nominalTime, errorMessage: run.errorMessage, processing_engine: run.processingEngine, processingEngine: run.processingEngine,
  executionParameters: run.executionParameters, environmentVariables: run.environmentVariables, test: run.test, externalQuery: run.externalQuery, jobDependencies: run.jobDependencies,
  extractionError: engines.extractionError, gcp_dataproc: engines.platform, gcp_composer_run: engines.platform, gcp_composer_job: engines.platform, gcp_lineage: engines.platform,
} as const;

type Readers = typeof readers;
export type KnownFacet = { [Key in keyof Readers]: z.output<Readers[Key]> }[keyof Readers];
export type FacetKind = KnownFacet['kind'];
export type FacetOf<Kind extends FacetKind> = Extract<KnownFacet, { readonly kind: Kind }>;

export type FacetReading =
  | { readonly state: 'read'; readonly facet: KnownFacet }
  /** A standard facet in another shape than its specification's; shown as it came, with what is wrong. */
  | { readonly state: 'unreadable'; readonly reason: string }
  | { readonly state: 'unknown' };

/** Facets of one use of a dataset are stored as `inputFacets.<name>` and `outputFacets.<name>`. */
export const plainName = (name: string): string => name.replace(/^(inputFacets|outputFacets)\./, '');

/** What the facets that are understood are called; the key in events stands beside it. */
const titles: Record<keyof Readers, string> = {
  schema: 'Schema', version: 'Version', datasetType: 'Kind of dataset', dataQualityMetrics: 'Quality in figures', dataQualityAssertions: 'Quality checks', columnLineage: 'Where the columns come from', lineage: 'What came of what',
  symlinks: 'Other names', lifecycleStateChange: 'Change of the dataset', inputStatistics: 'How much was read', outputStatistics: 'How much was written', dataSource: 'Data source', storage: 'Storage', catalog: 'Catalogue', hierarchy: 'Hierarchy',
  subset: 'Only a part', icebergScanReport: 'Iceberg scan', icebergCommitReport: 'Iceberg commit', iceberg_scan_report: 'Iceberg scan', iceberg_commit_report: 'Iceberg commit',
  ownership: 'Owners', tags: 'Tags', sourceCodeLocation: 'Where the code lies', jobType: 'Kind of job', sql: 'SQL', sourceCode: 'Source code', documentation: 'Documentation',
  parent: 'Parent and root', parentRun: 'Parent and root', nominalTime: 'Nominal time', errorMessage: 'Error', processing_engine: 'Engine', processingEngine: 'Engine', executionParameters: 'Parameters', environmentVariables: 'Environment variables',
  test: 'Tests', externalQuery: 'Query of another system', jobDependencies: 'Runs before and after', extractionError: 'What could not be analysed',
  gcp_dataproc: 'Google Cloud Dataproc', gcp_composer_run: 'Google Cloud Composer', gcp_composer_job: 'Google Cloud Composer', gcp_lineage: 'Google Cloud lineage',
};

/** What a facet is called in words; null for one that nobody specified. */
export function facetTitle(name: string): string | null {
  const key = plainName(name);
  return Object.hasOwn(titles, key) ? titles[key as keyof Readers] : null;
}

/** The names that are understood. */
export const knownFacets: readonly string[] = Object.keys(readers);

/** Reads a facet. Never throws, whatever it holds. */
export function readFacet(name: string, body: unknown): FacetReading {
  const key = plainName(name);
  if (!Object.hasOwn(readers, key)) return { state: 'unknown' };
  const parsed = (readers[key as keyof Readers] as z.ZodType<KnownFacet>).safeParse(body);
  if (parsed.success) return { state: 'read', facet: parsed.data };
  const [issue] = parsed.error.issues;
  return { state: 'unreadable', reason: issue ? `${issue.path.map(String).join('.') || 'the facet'}: ${issue.message}` : 'it has another shape than its specification says' };
}

const [mostPairs, longestValue, deepest] = [60, 300, 3];

/**
 * A facet that nobody specified as names with values, where it is no more than that: what Spark, dbt, Flink, Hive and others add of their own is often flat.
 * Null where it is deeper, larger or a list of things, and so better read as it came.
 */
export function plainFacts(body: unknown): readonly (readonly [string, string])[] | null {
  const pairs: (readonly [string, string])[] = [];
  const isPlain = (value: unknown) => value === null || ['string', 'number', 'boolean'].includes(typeof value);
  const walk = (value: unknown, path: readonly string[]): boolean => {
    if (isPlain(value) || (Array.isArray(value) && value.length > 0 && value.every(isPlain))) {
      const text = Array.isArray(value) ? value.map(String).join(', ') : value === null ? 'null' : String(value);
      pairs.push([path.join(' › '), text]);
      return text.length <= longestValue && pairs.length <= mostPairs;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value) || path.length >= deepest) return false;
    return Object.entries(value).every(([key, item]) => (path.length === 0 && key.startsWith('_') ? true : walk(item, [...path, key])));
  };
  return typeof body === 'object' && body !== null && !Array.isArray(body) && walk(body, []) && pairs.length > 0 ? pairs : null;
}

/** Which version of its specification a facet follows, as its `_schemaURL` says; null where that says nothing. */
export function specificationOf(body: unknown): string | null {
  const url = typeof body === 'object' && body !== null && '_schemaURL' in body ? body._schemaURL : null;
  const match = typeof url === 'string' ? /\/(\d{1,4}-\d{1,4}-\d{1,4})\/([\w.-]{1,100}?)(?:\.json|#|$)/.exec(url) : null;
  return match ? `${match[2] ?? ''} ${match[1] ?? ''}` : null;
}
