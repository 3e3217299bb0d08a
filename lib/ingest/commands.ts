// Reports from pipelines: one event, or a batch of them.
import { z } from 'zod';
import type { WriteTx } from '#lib/db/client.ts';
import { anySource } from '#lib/inventory/index.ts';
import { publish, publishAll } from '#lib/jobs/outbox.ts';
import { announce } from '#lib/kernel/announce.ts';
import { audited, writeAuditEvents, type AuditEntry } from '#lib/kernel/audit-event.ts';
import { digestOf, sha256 } from '#lib/kernel/canonical-json.ts';
import { command, refusal } from '#lib/kernel/command.ts';
import type { RequestContext } from '#lib/kernel/context.ts';
import { failures, type AppError } from '#lib/kernel/errors.ts';
import type { Scope } from '#lib/kernel/permissions.ts';
import { ok, type Result } from '#lib/kernel/result.ts';
import { sharedCommand } from '#lib/kernel/shared-command.ts';
import { parseStrictJson } from '#lib/kernel/strict-json.ts';
import { settings } from '#lib/env.ts';
import { readEvent, type ReportedEvent } from './event.ts';
import { gather } from './gather.ts';
import { maximumBatch, maximumDepth } from './limits.ts';
import { batchAnswer, type BatchAnswer } from './schema.ts';
import { elementsOf } from './slices.ts';
import { storeEvents, type Reporter, type Stored } from './store.ts';

const fail = failures<'ingest.malformed_event' | 'ingest.invalid_event' | 'ingest.malformed_batch' | 'ingest.invalid_batch' | 'ingest.batch_too_large' | 'ingest.foreign_run'>();

const bytesInput = z.object({ bytes: z.instanceof(Buffer), contentType: z.string().optional() });

/** Reports belong to the team of the service account that sends them. */
const reporterOf = ({ actor }: RequestContext): Reporter | null => (actor.kind === 'service' ? { teamId: actor.teamId, accountId: actor.id } : null);

const scopeOf = (reporter: Reporter | null): Scope => (reporter ? { kind: 'team', teamId: reporter.teamId } : { kind: 'organisation' });

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
function decode(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

const reportedByAnother = 'The run was first reported by another team and belongs to it. A run id must be new for each run.';

function foreignEntry(runId: string, owner: string, digests: readonly string[]): AuditEntry {
  return { subjectTable: 'run', subjectId: runId, teamId: owner, reason: 'the run belongs to another team', after: { events: digests.slice(0, 20), count: digests.length } };
}

async function tell(tx: WriteTx, reporter: Reporter, stored: Stored): Promise<void> {
  await publishAll(tx, 'runs.run_failed', stored.failedRuns.map((runId) => ({ runId })));
  await publishAll(tx, 'lineage.contradiction_recorded', stored.contradictions.map((contradictionId) => ({ contradictionId })));
  if (stored.reportedRuns.length > 0 && (await anySource(tx))) await publish(tx, 'inventory.runs_reported', { runIds: [...stored.reportedRuns] });
  // Sent a moment later, when this transaction has committed; a notice of nothing does no harm.
  announce('runs', reporter.teamId);
}

type Element = { readonly index: number; readonly event: ReportedEvent };

/** Stores what may be stored, and tells which elements belong to runs of other teams. */
async function storeOwn(tx: WriteTx, reporter: Reporter, elements: readonly Element[]) {
  const foreign: { readonly element: Element; readonly owner: string }[] = [];
  let own = elements;
  for (;;) {
    const stored = await storeEvents(tx, reporter, gather(own.map((element) => element.event)));
    if (stored.ok) return { own, foreign, stored: stored.value };
    const owners = stored.error;
    const ownerOf = (element: Element) => (element.event.run ? owners.get(element.event.run.id) : undefined);
    foreign.push(...own.flatMap((element) => { const owner = ownerOf(element); return owner === undefined ? [] : [{ element, owner }]; }));
    own = own.filter((element) => ownerOf(element) === undefined);
  }
}

/** Reads one event; tells what is wrong with it as the wire contract says. */
function readOne({ bytes }: { readonly bytes: Buffer }): Result<ReportedEvent, AppError> {
  const text = decode(bytes);
  if (text === null) return fail('malformed', 'ingest.malformed_event', 'The body is not UTF-8.');
  const read = readEvent(text);
  if (read.ok) return read;
  const { kind, message, errors } = read.error;
  return kind === 'malformed' ? fail('malformed', 'ingest.malformed_event', `The event is not acceptable JSON: ${message}.`) : fail('invalid', 'ingest.invalid_event', message, { errors });
}

function foreignRun(owner: string, event: ReportedEvent) {
  const error = fail('conflict', 'ingest.foreign_run', `run.runId: ${reportedByAnother}`, { errors: [{ path: 'run.runId', message: reportedByAnother }] }).error;
  return refusal(error, foreignEntry(event.run?.id ?? '', owner, [event.digest]));
}

/** Joined events give the same rows in whatever order they stand, so calls that share a transaction leave what they would have left one by one. */
export const reportEvent = sharedCommand({
  name: 'ingest.reportEvent',
  summary: 'Report one OpenLineage event (2-0-2: a run, dataset or job event)',
  input: bytesInput,
  output: z.object({ digest: z.string(), duplicate: z.boolean() }),
  permission: 'run.report',
  subjectTable: 'run_event',
  scope: (context) => scopeOf(reporterOf(context)),
  read: readOne,
  size: (event) => event.bytes.length,
  run: async (tx, calls) => {
    const [first] = calls;
    const reporter = first ? reporterOf(first.context) : null;
    if (!reporter) return calls.map(() => fail('forbidden', 'ingest.invalid_event', 'Events are reported by service accounts.'));
    const { own, foreign, stored } = await storeOwn(tx, reporter, calls.map(({ item }, index) => ({ index, event: item })));
    if (own.length > 0) await tell(tx, reporter, stored);
    const owners = new Map(foreign.map(({ element, owner }) => [element.index, owner]));
    const seen = new Set(stored.duplicates);
    return calls.map(({ item: event }, index) => {
      const owner = owners.get(index);
      if (owner !== undefined) return foreignRun(owner, event);
      const { kind, type, digest, run } = event;
      const duplicate = seen.has(digest);
      seen.add(digest);
      return ok(audited({ digest, duplicate }, { subjectTable: run ? 'run' : 'run_event', subjectId: run?.id ?? null, teamId: reporter.teamId, after: { kind, type, digest, duplicate } }));
    });
  },
  http: { method: 'POST', path: '/api/v1/lineage', tag: 'Lineage', body: 'bytes', limit: 'MAX_EVENT_BYTES', admission: 'prompt', status: 201, present: () => null },
});

type Failed = BatchAnswer['failed_events'][number];

/** Cuts a batch into events: readable ones, and those that are not taken, with reasons. */
function readBatch(text: string, largestEvent: number) {
  const elements = elementsOf(text, maximumBatch);
  if (elements === 'too_many') return fail('too_large', 'ingest.batch_too_large', `A batch holds at most ${maximumBatch} events.`);
  if (elements === null) {
    const json = parseStrictJson(text, { maximumDepth });
    return json.ok
      ? fail('invalid', 'ingest.invalid_batch', 'A batch is a JSON array of events.', { errors: [{ path: '', message: 'must be a JSON array' }] })
      : fail('malformed', 'ingest.malformed_batch', `The body is not acceptable JSON: ${json.error.message}.`);
  }
  const events: Element[] = [];
  const failed: Failed[] = [];
  for (const [index, element] of elements.entries()) {
    if (Buffer.byteLength(element) > largestEvent) {
      failed.push({ index, reason: `larger than ${largestEvent} bytes`, retriable: false });
      continue;
    }
    const read = readEvent(element);
    if (read.ok) events.push({ index, event: read.value });
    // Broken syntax makes it doubtful where the elements begin and end, so the whole batch is refused.
    else if (read.error.kind === 'malformed' && read.error.syntax) return fail('malformed', 'ingest.malformed_batch', `The body is not JSON, in element ${index}: ${read.error.message}.`);
    else failed.push({ index, reason: read.error.message, retriable: false });
  }
  return ok({ received: elements.length, events, failed });
}

export const reportBatch = command({
  name: 'ingest.reportBatch',
  summary: 'Report many OpenLineage events; those that are not taken are named, the others are stored',
  input: bytesInput,
  output: batchAnswer,
  permission: 'run.report',
  subjectTable: 'run_event',
  resource: async (_tx, _input, context) => ok(reporterOf(context)),
  scope: scopeOf,
  run: async (tx, { bytes }, reporter, context) => {
    if (!reporter) return fail('forbidden', 'ingest.invalid_event', 'Events are reported by service accounts.');
    const text = decode(bytes);
    if (text === null) return fail('malformed', 'ingest.malformed_batch', 'The body is not UTF-8.');
    const batch = readBatch(text, settings().MAX_EVENT_BYTES);
    if (!batch.ok) return batch;
    const { received, events, failed } = batch.value;
    const { own, foreign, stored } = await storeOwn(tx, reporter, events);
    const refused = Map.groupBy(foreign, ({ element }) => element.event.run?.id ?? '');
    if (refused.size > 0) {
      const entries = [...refused].map(([runId, list]) => foreignEntry(runId, list[0]?.owner ?? reporter.teamId, list.map(({ element }) => element.event.digest)));
      await writeAuditEvents(tx, context, context.now, 'ingest.reportBatch', 'refused', entries);
    }
    if (own.length > 0) await tell(tx, reporter, stored);
    const digests = own.map(({ event }) => event.digest);
    const failedEvents = [...failed, ...foreign.map(({ element }) => ({ index: element.index, reason: `run.runId: ${reportedByAnother}`, retriable: false }))].sort((a, b) => a.index - b.index);
    const answer: BatchAnswer = {
      status: failedEvents.length === 0 ? 'success' : 'partial_success',
      summary: { received, successful: own.length, failed: failedEvents.length, retriable: 0, non_retriable: failedEvents.length },
      failed_events: failedEvents,
    };
    const duplicates = digests.filter((digest) => stored.duplicates.has(digest)).length;
    return ok(audited(answer, {
      subjectTable: 'run_event', subjectId: null, teamId: reporter.teamId,
      // Few events are named one by one; of many, the list can be made again from the stored events and compared.
      after: { received, stored: own.length, duplicates, failed: failedEvents.length, body: sha256(bytes), eventsDigest: digestOf([...digests].sort()), ...(digests.length <= 100 ? { events: digests } : {}) },
    }));
  },
  http: {
    method: 'POST', path: '/api/v1/lineage/batch', tag: 'Lineage', body: 'bytes', limit: 'MAX_BATCH_BYTES', admission: 'bounded',
    status: (answer: BatchAnswer) => (answer.failed_events.length === 0 ? 204 : 200),
    present: (answer: BatchAnswer) => (answer.failed_events.length === 0 ? null : answer),
  },
});
