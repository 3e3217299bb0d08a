// Readers of the standard facets of jobs, and of those that jobs, runs and datasets share.
import { z } from 'zod';
import { anything, maybeListOf, maybeNumber, maybeText, shownText, text } from './shapes.ts';

/** OwnershipJobFacet and OwnershipDatasetFacet 1-0-0 and 1-0-1. */
export const ownership = z.object({ owners: maybeListOf(z.object({ name: text, type: maybeText })) }).transform(({ owners }) => ({ kind: 'owners' as const, owners }));

/** Tags facets of runs, jobs and datasets 1-0-0; of datasets also for one field. */
export const tags = z.object({ tags: maybeListOf(z.object({ key: text, value: shownText, source: maybeText, field: maybeText })) }).transform(({ tags: list }) => ({ kind: 'tags' as const, tags: list }));

/** SourceCodeLocationJobFacet 1-0-0 to 1-1-0. */
export const sourceCodeLocation = z.object({ type: maybeText, url: maybeText, repoUrl: maybeText, path: maybeText, version: maybeText, tag: maybeText, branch: maybeText, pullRequestNumber: maybeText })
  .refine(({ url, repoUrl, version }) => (url ?? repoUrl ?? version) !== null, 'names neither an address nor a version')
  .transform((value) => ({ kind: 'sourceCodeLocation' as const, ...value }));

/** JobTypeJobFacet 1-0-0 to 2-0-4. */
export const jobType = z.object({ processingType: maybeText, integration: maybeText, jobType: maybeText, emissionPattern: anything }).transform(({ processingType, integration, jobType: type, emissionPattern }) => {
  const pattern = z.object({ eventTrigger: maybeText, eventContentMode: maybeText, windowDuration: maybeNumber }).safeParse(emissionPattern).data;
  return {
    kind: 'facts' as const,
    facts: [['Processing', processingType] as const, ['Integration', integration] as const, ['Job type', type] as const, ['Events are sent', pattern ? [pattern.eventTrigger, pattern.eventContentMode, pattern.windowDuration === null ? null : `every ${pattern.windowDuration} s`].filter((part) => part !== null).join(', ') || null : null] as const],
  };
});

export const sql = z.object({ query: text, dialect: maybeText }).transform(({ query, dialect }) => ({ kind: 'code' as const, language: dialect ?? 'SQL', code: query }));
export const sourceCode = z.object({ language: maybeText, sourceCode: text }).transform(({ language, sourceCode: code }) => ({ kind: 'code' as const, language: language ?? 'source code', code }));
/** Documentation facets 1-0-0 to 1-1-0: `contentType` since 1-1-0. */
export const documentation = z.object({ description: text, contentType: maybeText }).transform(({ description, contentType }) => ({ kind: 'text' as const, text: description, markdown: /^text\/(x-)?markdown\b/i.test(contentType ?? '') }));
