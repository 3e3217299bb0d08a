// The blast radius of an asset version: counted, listed, and exported in full.
import { z } from 'zod';
import { scratchTransaction, type ReadTx } from '#lib/db/client.ts';
import { kernelFailure, notFound } from '#lib/kernel/errors.ts';
import { csvOf, exportFormat } from '#lib/kernel/export.ts';
import { id } from '#lib/kernel/ids.ts';
import { logDefect } from '#lib/kernel/log.ts';
import type { TeamFilter } from '#lib/kernel/permissions.ts';
import { query, type Reader } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { visibleVersion } from '#lib/lineage/index.ts';
import { impactColumns, impactDirections, impactView, type ImpactDirection, type ImpactView } from './schema.ts';
import { countReached, itemsReached, listReached, prepareAnswers, walk } from './store.ts';

const listed = 100;
/** Seconds that a walk may take before it answers with what it has. */
const seconds = z.coerce.number().min(0.001).max(50).default(20);
const exportSeconds = 50;
/** What is asked of the reached nodes after the walk has its own time. */
const answerMilliseconds = 50_000;

/** Walks over the whole graph that this process does at once; each holds a connection and a core of the database. */
const mostAtOnce = 4;
let underWay = 0;

const busy = () => kernelFailure('unavailable', 'kernel.unavailable', 'Too many blast radii are being worked out at once. Try again in a moment.', { retryAfterSeconds: 5 });

type Version = ImpactView['version'];

/** Works the answer out in a transaction with scratch tables. */
async function impactOf(tx: ReadTx, teams: TeamFilter, version: Version, direction: ImpactDirection, limitSeconds: number, told: (reached: number) => void): Promise<ImpactView> {
  const began = performance.now();
  const { complete } = await walk(tx, version.id, direction, began + limitSeconds * 1000, told);
  await prepareAnswers(tx, answerMilliseconds);
  const counts = await countReached(tx, teams, version.id, direction);
  const lists = await listReached(tx, teams, version.id, direction, listed);
  return { version, direction, complete, tookMilliseconds: Math.round(performance.now() - began), counts, listed, ...lists };
}

const encoder = new TextEncoder();

/** A response whose body is read from a generator as fast as the client takes it; a client that leaves ends the transaction behind it. */
function streamed(lines: AsyncGenerator<string>, headers: Record<string, string>): Response {
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { value, done } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: async () => { await lines.return(undefined); },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { ...headers, 'X-Accel-Buffering': 'no' } });
}

/** Turns work that calls back into a generator that hands on what it was told; the work waits until it was taken. */
async function* handedOn<Item>(work: (give: (item: Item) => Promise<void>) => Promise<void>): AsyncGenerator<Item> {
  type Gift = { item: Item; taken: () => void };
  let gifts = Promise.withResolvers<Gift | null>();
  const left = new Error('the reader has gone');
  let gone = false;
  const working = work((item) => new Promise<void>((resolve, reject) => {
    if (gone) reject(left);
    else gifts.resolve({ item, taken: () => { if (gone) reject(left); else resolve(); } });
  })).then(() => { gifts.resolve(null); }, (error: unknown) => { gifts.reject(error as Error); });
  let last: Gift | undefined;
  try {
    for (;;) {
      const gift = await gifts.promise;
      if (gift === null) break;
      last = gift;
      yield gift.item;
      gifts = Promise.withResolvers<Gift | null>();
      last = undefined;
      gift.taken();
    }
  } finally {
    gone = true;
    last?.taken();
    gifts.promise.catch(() => undefined);
    await working;
  }
}

/** Does `work` in a scratch transaction of its own, one of a bounded number. A failure is logged and told as one line. */
async function* inScratch(reader: Reader, work: (tx: ReadTx, give: (text: string) => Promise<void>) => Promise<void>, failed: string): AsyncGenerator<string> {
  underWay += 1;
  try {
    yield* handedOn<string>((give) => scratchTransaction({ actorKind: reader.actor.kind, actorId: reader.actor.id, requestId: reader.requestId }, (tx) => work(tx, give)));
  } catch (error) {
    logDefect(error, { requestId: reader.requestId, operation: 'impact.getImpact' });
    yield failed;
  } finally {
    underWay -= 1;
  }
}

const cutOff = 'The time limit came first: this is what was reached by then, and there is more.';

/** The export as CSV or as one JSON document. That it was cut off is its last line, since its first is sent before the end is known. */
const exportOf = (reader: Reader, version: Version, direction: ImpactDirection, format: 'csv' | 'json'): AsyncGenerator<string> =>
  inScratch(reader, async (tx, give) => {
    const json = format === 'json';
    await give(json ? `{"version":${JSON.stringify(version)},"direction":"${direction}","items":[` : csvOf([], impactColumns));
    const { complete } = await walk(tx, version.id, direction, performance.now() + exportSeconds * 1000, () => undefined);
    await prepareAnswers(tx, answerMilliseconds);
    let first = true;
    for await (const items of itemsReached(tx, reader.teams, version.id, direction)) {
      await give(json ? `${first ? '' : ','}${items.map((item) => JSON.stringify(item)).join(',\n')}` : csvOf(items, impactColumns).slice(impactColumns.join(',').length + 2));
      first = false;
    }
    const { restricted } = await countReached(tx, reader.teams, version.id, direction);
    if (json) await give(`],"restricted":${restricted},"complete":${complete}}`);
    else await give(`${restricted > 0 ? `restricted,,,${restricted} of teams that you may not see,,,,,,\r\n` : ''}${complete ? '' : `incomplete,,,${cutOff},,,,,,\r\n`}`);
  }, format === 'json' ? '],"restricted":null,"complete":false,"problem":"The export failed; it is not complete."}' : 'incomplete,,,The export failed; it is not complete.,,,,,,\r\n');

const progressOf = (reader: Reader, version: Version, direction: ImpactDirection, limitSeconds: number): AsyncGenerator<string> =>
  inScratch(reader, async (tx, give) => {
    let reached = 0;
    let working = true;
    const answer = impactOf(tx, reader.teams, version, direction, limitSeconds, (count) => { reached = count; }).finally(() => { working = false; });
    answer.catch(() => undefined);
    while (working) {
      await give(`${JSON.stringify({ reached })}\n`);
      await Promise.race([answer.then(() => undefined, () => undefined), new Promise((resolve) => { setTimeout(resolve, 400); })]);
    }
    await give(`${JSON.stringify({ answer: await answer })}\n`);
  }, `${JSON.stringify({ problem: 'The blast radius could not be worked out.' })}\n`);

type Answer = { readonly view: ImpactView } | { readonly stream: AsyncGenerator<string>; readonly headers: Record<string, string> };

export const getImpact = query({
  name: 'impact.getImpact',
  summary: 'The blast radius of an asset version: every run, version, model version, deployment and open promotion downstream (or upstream, to where data came in), counted and listed; `csv` and `json` stream all of it',
  input: z.strictObject({
    id,
    direction: z.enum(impactDirections).default('downstream'),
    seconds: seconds.describe('How long the walk may take before it answers with what it has, marked incomplete.'),
    format: z.union([exportFormat, z.literal('progress')]).describe('`page`: counts and the first of each list. `csv`, `json`: everything, streamed. `progress`: lines of JSON, how far the walk is and at the end the answer.'),
  }),
  output: z.custom<Answer>((value) => typeof value === 'object' && value !== null),
  permission: 'read',
  scratch: true,
  run: async (tx, { id: versionId, direction, seconds: limit, format }, reader) => {
    const found = await visibleVersion(tx, reader.teams, versionId);
    if (!found) return notFound('asset version');
    if (underWay >= mostAtOnce) return busy();
    const version = { id: found.id, digest: found.digest, label: found.label };
    const filename = `impact-${direction}-${version.id}`;
    switch (format) {
      case 'page':
        underWay += 1;
        try {
          return ok<Answer>({ view: await impactOf(tx, reader.teams, version, direction, limit, () => undefined) });
        } finally {
          underWay -= 1;
        }
      case 'progress':
        return ok<Answer>({ stream: progressOf(reader, version, direction, limit), headers: { 'Content-Type': 'application/x-ndjson' } });
      case 'csv':
        return ok<Answer>({ stream: exportOf(reader, version, direction, 'csv'), headers: { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': `attachment; filename="${filename}.csv"` } });
      case 'json':
        return ok<Answer>({ stream: exportOf(reader, version, direction, 'json'), headers: { 'Content-Type': 'application/json', 'Content-Disposition': `attachment; filename="${filename}.json"` } });
    }
  },
  http: {
    method: 'GET', path: '/api/v1/asset-versions/{id}/impact', tag: 'Lineage', body: 'none',
    present: (answer: Answer) => ('view' in answer ? impactView.parse(answer.view) : streamed(answer.stream, answer.headers)),
  },
});
