// Readers of what engines and platforms report: which part of the data was read or written, what could not be analysed, Iceberg's reports, and Google Cloud's facets of the registry.
import { z } from 'zod';
import { anything, maybeListOf, maybeNumber, maybeText, shownText, text } from './shapes.ts';

type Fact = readonly [string, string | null];
const facts = (list: readonly Fact[]) => ({ kind: 'facts' as const, facts: [...list] });

/** What is shown of one facet; the rest stays in it as it came. */
const mostFacts = 200;
const cut = (list: readonly Fact[]): readonly Fact[] => (list.length <= mostFacts ? list : [...list.slice(0, mostFacts), ['More', `${list.length - mostFacts} more, in the facet as it came`]]);

/** `totalPlanningDuration` and `taskExecution_date` as a person would write them. */
const inWords = (key: string): string => {
  const words = key.replace(/[_\s]+/g, ' ').replace(/([a-z0-9])([A-Z])/g, '$1 $2').trim().split(' ').map((word) => (/^[A-Z][a-z]/.test(word) ? word.toLowerCase() : word)).join(' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const fieldsOf = (value: unknown): Record<string, unknown> => z.record(z.string(), z.unknown()).safeParse(value).data ?? {};

/** The fields of an object in words, those within it behind the name of the whole; `_producer` and its like are left out. */
function described(value: unknown, before = '', depth = 0): Fact[] {
  return Object.entries(fieldsOf(value)).flatMap(([key, item]): Fact[] => {
    if (key.startsWith('_')) return [];
    const name = before === '' ? inWords(key) : `${before} ${inWords(key).toLowerCase()}`;
    if (typeof item === 'object' && item !== null && !Array.isArray(item) && depth < 3) return described(item, name, depth + 1);
    return [[name, shownText.parse(item)]];
  });
}

const counted = (value: unknown): Fact[] =>
  Object.entries(fieldsOf(value)).flatMap(([key, item]): Fact[] => {
    const number = maybeNumber.parse(item);
    return number === null ? [] : [[inWords(key), `${number.toLocaleString('en', { maximumFractionDigits: 6 })}${/duration$/i.test(key) ? ' ms' : ''}`]];
  });

const named = (value: unknown): Fact[] => Object.entries(fieldsOf(value)).map(([key, item]) => [key, shownText.parse(item)]);

/** IcebergScanReportInputDatasetFacet 1-0-0 and 1-0-1; `filterDescription` where an engine names the filter so. */
export const icebergScanReport = z.object({ snapshotId: maybeText, filter: shownText, filterDescription: shownText, schemaId: maybeText, projectedFieldNames: maybeListOf(text), scanMetrics: anything, metadata: anything })
  .transform(({ snapshotId, filter, filterDescription, schemaId, projectedFieldNames, scanMetrics, metadata }) => facts(cut([['Snapshot', snapshotId], ['Filter', filter ?? filterDescription], ['Schema', schemaId], ['Columns read', projectedFieldNames.join(', ') || null], ...counted(scanMetrics), ...named(metadata)])));

/** IcebergCommitReportOutputDatasetFacet 1-0-0 to 1-0-2. */
export const icebergCommitReport = z.object({ snapshotId: maybeText, sequenceNumber: maybeText, operation: maybeText, commitMetrics: anything, metadata: anything })
  .transform(({ snapshotId, sequenceNumber, operation, commitMetrics, metadata }) => facts(cut([['Operation', operation], ['Snapshot', snapshotId], ['Sequence number', sequenceNumber], ...counted(commitMetrics), ...named(metadata)])));

/** GcpDataprocRunFacet, GcpComposerRunFacet, GcpComposerJobFacet and GcpLineageJobFacet: flat words of the platform. */
export const platform = z.record(z.string(), z.unknown(), 'must be an object').transform((body) => facts(cut(described(body))));

const failedTask = z.object({ errorMessage: text, task: maybeText, taskNumber: maybeText, stackTrace: maybeText });
/** ExtractionErrorRunFacet 1-0-0 to 1-1-2: what the integration could not analyse; the run itself need not have failed. */
export const extractionError = z.object({ totalTasks: maybeNumber, failedTasks: maybeNumber, errors: maybeListOf(failedTask) })
  .transform(({ totalTasks, failedTasks, errors }) => ({ kind: 'extraction' as const, totalTasks, failedTasks: failedTasks ?? errors.length, errors: errors.map(({ errorMessage, ...rest }) => ({ ...rest, message: errorMessage })) }));

const signs: Record<string, string> = { EQUAL: '=', NOT_EQUAL: '≠', GREATER_THAN: '>', GREATER_EQUAL_THAN: '≥', LESS_THAN: '<', LESS_EQUAL_THAN: '≤' };
const unknownPart = '…';

function side(value: unknown): string {
  const { type, field, value: literal } = fieldsOf(value);
  if (type === 'field') return maybeText.parse(field) ?? unknownPart;
  return literal === undefined ? unknownPart : (shownText.parse(literal) ?? '""');
}

/** A condition on rows in words, or null where it is none. */
function condition(value: unknown, depth = 0): string | null {
  const { type, left, right, operator, comparison } = fieldsOf(value);
  if (depth > 20) return unknownPart;
  if (type === 'compare') return `${side(left)} ${signs[String(comparison)] ?? String(comparison ?? '?').toLowerCase().replaceAll('_', ' ')} ${side(right)}`;
  if (type !== 'binary') return null;
  const part = (of: unknown) => {
    const words = condition(of, depth + 1) ?? unknownPart;
    return fieldsOf(of).type === 'binary' ? `(${words})` : words;
  };
  return `${part(left)} ${String(operator ?? '?').toLowerCase()} ${part(right)}`;
}

function partOf(value: unknown): readonly Fact[] | null {
  const { type, locations, partitions } = fieldsOf(value);
  if (type === 'location' && Array.isArray(locations)) return locations.map((location) => ['Location', shownText.parse(location)]);
  if (type === 'partition' && Array.isArray(partitions)) {
    return partitions.map((partition): Fact => {
      const { identifier, dimensions } = fieldsOf(partition);
      return [`Partition${maybeText.parse(identifier) === null ? '' : ` ${maybeText.parse(identifier) ?? ''}`}`, named(dimensions).map(([name, said]) => `${name} = ${said ?? ''}`).join(', ') || null];
    });
  }
  const words = condition(value);
  return words === null ? null : [['Where', words]];
}

/** InputSubset- and OutputSubset facets 1-0-0: by places, by partitions, or by a condition on rows. */
export const subset = z.object({ inputCondition: anything, outputCondition: anything, condition: anything }).transform((body, context) => {
  const part = partOf(body.inputCondition ?? body.outputCondition ?? body.condition);
  if (part === null) {
    context.addIssue({ code: 'custom', message: 'says neither places, partitions nor a condition' });
    return z.NEVER;
  }
  return facts(cut(part));
});
