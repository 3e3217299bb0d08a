// OpenLineage 2-0-2 events as they are accepted: what is read is checked, what is not read is kept.
import { z } from 'zod';
import { maximumBytes, maximumFacets, maximumLinks } from './limits.ts';
import { nameText, storableText } from './storable.ts';
import { parseEventTime } from './time.ts';

const notAName = 'holds a NUL character, half of a surrogate pair, or a character that turns the direction of writing';
const text = (limit: number) =>
  z.string().min(1)
    .refine((value) => Buffer.byteLength(value) <= limit, `longer than ${limit} bytes of UTF-8`)
    .refine(nameText, notAName);

const optional = <Schema extends z.ZodType>(schema: Schema) => schema.nullish();
const hex64 = /^(?:sha256:)?[0-9a-f]{64}$/i;

/** Facets: any JSON object under any name; the few that are read are checked. */
const facets = <Shape extends z.ZodRawShape>(read: Shape) =>
  z.object(read).catchall(z.union([z.looseObject({}), z.null()], 'a facet must be an object')).superRefine((value, context) => {
    const names = Object.keys(value);
    if (names.length > maximumFacets) context.addIssue({ code: 'custom', message: `more than ${maximumFacets} facets` });
    for (const name of names) {
      if (name === '' || Buffer.byteLength(name) > maximumBytes.facetName || !storableText(name)) context.addIssue({ code: 'custom', message: `a facet's name is empty, longer than ${maximumBytes.facetName} bytes or no text` });
    }
  });

const runReference = z.looseObject({ runId: z.guid('must be a UUID') });
const jobReference = z.looseObject({ namespace: text(maximumBytes.namespace), name: text(maximumBytes.name) });
const parent = z.looseObject({ run: runReference, job: jobReference });

const runFacets = facets({ parent: optional(parent), parentRun: optional(parent) });
const jobFacets = facets({ gatehouse_stage: optional(z.looseObject({ pipeline: text(maximumBytes.name), stage: text(maximumBytes.name) })) });
const datasetFacets = facets({
  version: optional(z.looseObject({ datasetVersion: optional(z.union([text(maximumBytes.label), z.number()])) })),
  gatehouse_digest: optional(z.looseObject({
    algorithm: optional(z.string().regex(/^sha-?256$/i, 'must be sha256')),
    digest: z.string().regex(hex64, 'must be 64 hexadecimal digits'),
    sizeBytes: optional(z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)),
    label: optional(z.string().refine((value) => Buffer.byteLength(value) <= maximumBytes.label, `longer than ${maximumBytes.label} bytes of UTF-8`).refine(nameText, notAName)),
  })),
  datasetType: optional(z.looseObject({ datasetType: optional(z.string()), subType: optional(z.string()) })),
});

const dataset = z.looseObject({
  namespace: text(maximumBytes.namespace),
  name: text(maximumBytes.name),
  facets: optional(datasetFacets),
  inputFacets: optional(facets({})),
  outputFacets: optional(facets({})),
});
const datasets = optional(z.array(dataset).max(maximumLinks, `more than ${maximumLinks} datasets`));

const eventTime = z.string().transform((value, context) => {
  const parsed = parseEventTime(value);
  if (parsed === null) context.addIssue({ code: 'custom', message: 'must be a date and time after ISO 8601, between 1970 and 9999' });
  return parsed ?? '';
});

/** OpenLineage's event types, in any case. */
export const eventTypes = ['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'] as const;
const eventType = z.string().transform((value) => value.trim().toUpperCase()).pipe(z.enum(eventTypes, `must be one of ${eventTypes.join(', ')}`));

const common = { eventTime, producer: optional(z.string()), schemaURL: optional(z.string()) };
const job = jobReference.extend({ facets: optional(jobFacets) });

export const runEventSchema = z.looseObject({ ...common, eventType: optional(eventType), run: runReference.extend({ facets: optional(runFacets) }), job, inputs: datasets, outputs: datasets });
export const jobEventSchema = z.looseObject({ ...common, job, inputs: datasets, outputs: datasets });
export const datasetEventSchema = z.looseObject({ ...common, dataset });

export type RunEvent = z.output<typeof runEventSchema>;
export type Dataset = z.output<typeof dataset>;

/** Answer to a batch of which some events were not taken, as OpenLineage's batch endpoint words it. */
export const batchAnswer = z.object({
  status: z.enum(['success', 'partial_success']),
  summary: z.object({ received: z.number().int(), successful: z.number().int(), failed: z.number().int(), retriable: z.number().int(), non_retriable: z.number().int() }),
  failed_events: z.array(z.object({ index: z.number().int(), reason: z.string(), retriable: z.boolean() })),
});
export type BatchAnswer = z.infer<typeof batchAnswer>;
