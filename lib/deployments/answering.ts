// Answers deployers thousands of times a second: an answer is examined and recorded whole once, and given again only while nothing that it rests on has changed.
//
// Every question asks the feed of changes first (one statement, shared by all questions of the same moment). What was committed before the question began
// has then ended the answers that rested on it. What is left holds, within the bounds of time that it has.
import type { z } from 'zod';
import { momentTransaction, type ReadTx } from '#lib/db/client.ts';
import { changes, watchKey, type ChangeFeed } from '#lib/db/changes.ts';
import { deny, failureOf, type Command, type Recorded } from '#lib/kernel/command.ts';
import type { RequestContext } from '#lib/kernel/context.ts';
import { kernelFailure, type AppError } from '#lib/kernel/errors.ts';
import { parseInput } from '#lib/kernel/input.ts';
import { logDefect } from '#lib/kernel/log.ts';
import { may, teamsWith, type Actor } from '#lib/kernel/permissions.ts';
import { register, type HttpBinding } from '#lib/kernel/registry.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { newId } from '#lib/kernel/ids.ts';
import { systemCommand, unchanged } from '#lib/kernel/system-command.ts';
import { decide, deployingPerson, type Decision, type Question } from './decide.ts';
import { ruling } from './domain.ts';
import { keepAnswers, type Kept } from './kept.ts';
import { answerOf, answerWhole, askingScope, question, questionOf } from './question.ts';
import { countRepeats } from './repeats.ts';
import { deployAnswer, type DeployAnswer } from './schema.ts';
import * as store from './store.ts';

/** No answer is given again for longer than this without a new examination, whatever was or was not noted. */
export const oldestMilliseconds = 5_000;
/** From this age on it is examined again beside the questions, so that none of them waits. */
const refreshMilliseconds = 3_500;
const flushMilliseconds = 10_000;
/** Examinations at a time, and those that wait for one; beyond that the answer is 503. */
const mostExaminations = 4;
const mostWaiting = 256;
const mostTries = 4;

type Outcome = Result<Recorded<DeployAnswer>, AppError>;
type Input = z.output<typeof question>;

const tooMany = () => kernelFailure('unavailable', 'kernel.overloaded', 'Too many different questions at once. There is no answer, so do not deploy; ask again.', { retryAfterSeconds: 1 });
const overtaken = () => kernelFailure('unavailable', 'kernel.unavailable', 'What the answer rests on changes faster than it can be examined. There is no answer, so do not deploy; ask again.', { retryAfterSeconds: 1 });

/** So many at a time; null where too many wait. */
function makeGate(most: number, longest: number): <T>(work: () => Promise<T>) => Promise<T> | null {
  const waiting: (() => void)[] = [];
  let inside = 0;
  return (work) => {
    if (inside >= most && waiting.length >= longest) return null;
    return (async () => {
      if (inside >= most) await new Promise<void>((resolve) => { waiting.push(resolve); });
      else inside += 1;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else inside -= 1;
      }
    })();
  };
}

/** Who gets the same answer to the same question: those who see the same things and for whom the same person answers. */
function questionKey(asked: Question, actor: Actor): string {
  const teams = teamsWith(actor, 'deployment.decide');
  return JSON.stringify([asked.digest, asked.environment, asked.endpoint, asked.identity, teams === 'all' ? 'all' : [...teams].sort(), deployingPerson(actor), asked.identity === null ? null : actor.id]);
}

const askerOf = (actor: Actor): string => `${actor.kind} ${actor.id ?? ''}`;
const wordsOf = (given: Decision['ruling']): string => JSON.stringify([given.allowed, given.promotionId, given.reasons]);

export type Answering = {
  readonly execute: (context: RequestContext, input: z.input<typeof question>) => Promise<Outcome>;
  /** The same where the feed has been asked already, after the question came in; `at` is what it said. */
  readonly executeAt: (context: RequestContext, input: z.input<typeof question>, at: number) => Promise<Outcome>;
  /** The answer as it would be now, examined and recorded nowhere: for dry runs. */
  readonly look: (context: RequestContext, input: z.input<typeof question>) => Promise<Outcome>;
  /** Writes what was counted. */
  readonly flush: () => Promise<void>;
  readonly size: () => { readonly answers: number; readonly keys: number };
};

/** Answers with a memory of its own. A process needs one. */
export function makeAnswering(feed: ChangeFeed): Answering {
  const kept = keepAnswers({ mostAnswers: 4_000, mostOfOneOwner: 500, mostKeys: 300_000 });
  const repeats = countRepeats();
  const gate = makeGate(mostExaminations, mostWaiting);
  const underWay = new Map<string, Promise<unknown>>();
  feed.follow((keys) => { kept.changed(keys); });

  /** What is kept of a decision; null where it rests on what nobody notes. */
  async function keepable(tx: ReadTx, { ruling: given, version, rests }: Decision, now: string): Promise<Kept | null> {
    const known = rests.known();
    if (!known.repeatable) return null;
    const looked = await store.lookedAt(tx, [...known.versionIds]);
    const moment = await store.nextMoment(tx, [...known.promotionIds], [...known.modelVersionIds]);
    const keys = [
      ...known.keys, ...looked.runIds, ...looked.digests.map((one) => watchKey('digest', one)), ...(looked.unnamed ? [watchKey('names')] : []),
      ...looked.labels.map((one) => watchKey('label', one)), ...(looked.labels.length > 0 ? [watchKey('names', 'symlinks')] : []),
    ];
    const examinedAt = Date.parse(now);
    return { ruling: given, teamId: version?.teamId ?? null, keys: known.complete ? [...new Set(keys)] : [], onAnything: !known.complete, examinedAt, until: Math.min(examinedAt + oldestMilliseconds, moment ?? Number.POSITIVE_INFINITY) };
  }

  /** One at a time for each name; who comes meanwhile waits for its end and gets nothing of it. */
  async function alone(name: string, work: () => Promise<void>): Promise<boolean> {
    const running = underWay.get(name);
    if (running) {
      await running.catch(() => undefined);
      return true;
    }
    const begun = gate(work);
    if (begun === null) return false;
    underWay.set(name, begun);
    try {
      await begun;
    } finally {
      underWay.delete(name);
    }
    return true;
  }

  /** Examines without recording, all of it as of one moment, and keeps what comes out. */
  async function examineAgain(key: string, context: RequestContext, asked: Question): Promise<void> {
    const watch = kept.begin();
    try {
      const value = await momentTransaction({ actorKind: context.actor.kind, actorId: context.actor.id, requestId: context.requestId }, async (tx, now) =>
        keepable(tx, await decide(tx, asked, teamsWith(context.actor, 'deployment.decide'), now, false, context.actor), now));
      if (value === null) kept.drop(key);
      else watch.keep(key, askerOf(context.actor), value);
    } finally {
      watch.cancel();
    }
  }

  /** Examines and records; what is recorded is the answer, and is kept. */
  async function recordWhole(key: string, context: RequestContext, input: Input): Promise<Outcome> {
    const watch = kept.begin();
    try {
      const recorded = await answerWhole.execute(context, input);
      if (!recorded.ok) return recorded;
      const { answer, decisionId, decision } = recorded.value.value;
      repeats.recorded(askerOf(context.actor), key, { decisionId, answer: wordsOf(decision.ruling), recordedAt: Date.parse(answer.decidedAt) }, decision.version === null);
      const value = await momentTransaction({ actorKind: 'system', actorId: null, requestId: context.requestId }, (tx) => keepable(tx, decision, answer.decidedAt)).catch((error: unknown) => {
        logDefect(error, { requestId: context.requestId, operation: 'deployments.keep' });
        return null;
      });
      if (value !== null) watch.keep(key, askerOf(context.actor), value);
      return ok({ value: answer, auditNumbers: recorded.value.auditNumbers });
    } finally {
      watch.cancel();
    }
  }

  const given = (context: RequestContext, asked: Question, said: Decision['ruling'], at: number): Outcome => ok({ value: answerOf(asked, said, new Date(at).toISOString(), context.requestId), auditNumbers: [] });

  /** An answer about a digest that nobody registered, where the asker has had so many of them that they are only counted. */
  async function unlisted(context: RequestContext, asked: Question, at: number): Promise<Outcome | null> {
    const teams = teamsWith(context.actor, 'deployment.decide');
    const actor = { actorKind: context.actor.kind, actorId: context.actor.id, requestId: context.requestId };
    if (await momentTransaction(actor, (tx) => store.isRegistered(tx, asked.digest, teams))) return null;
    const asker = askerOf(context.actor);
    if (repeats.mayList(asker, at) || !repeats.unlistedAgain(asker, at, context.requestId)) return null;
    return given(context, asked, ruling({ environment: asked.environment, tier: 'production', registered: false, quarantined: false, needsPromotion: true, policyUsable: true, results: [], candidates: [], separation: [], latest: null }), at);
  }

  async function answerAt(context: RequestContext, input: Input, begun: number): Promise<Outcome> {
    const asked = questionOf(input);
    const key = questionKey(asked, context.actor);
    const asker = askerOf(context.actor);
    let at = begun;
    for (let tries = 0; tries < mostTries; tries += 1) {
      const known = kept.find(key, at);
      const said = repeats.said(asker, key, at);
      if (known && said && said.answer === wordsOf(known.ruling)) {
        if (at - known.examinedAt >= refreshMilliseconds && !underWay.has(key)) void alone(key, () => examineAgain(key, context, asked)).catch((error: unknown) => { logDefect(error, { requestId: context.requestId, operation: 'deployments.examineAgain' }); });
        repeats.again(asker, key, at, context.requestId);
        return given(context, asked, known.ruling, at);
      }
      if (!said) {
        const only = await unlisted(context, asked, at);
        if (only) return only;
      }
      // What is known to this asker is examined first, since it may be what it was; what is new, or has changed, is recorded.
      let outcome: Outcome | null = null;
      const done = said && !known
        ? await alone(key, () => examineAgain(key, context, asked))
        : await alone(`${asker} ${key}`, async () => { outcome = await recordWhole(key, context, input); });
      if (!done) return tooMany();
      if (outcome !== null) return outcome;
      at = await feed.now();
      // What rests on somebody outside is never kept, so it is examined and recorded at each question.
      if (said && !kept.find(key, at)) {
        const whole = await alone(`${asker} ${key} ${context.requestId}`, async () => { outcome = await recordWhole(key, context, input); });
        return whole ? (outcome ?? overtaken()) : tooMany();
      }
    }
    return overtaken();
  }

  async function executeAt(context: RequestContext, rawInput: z.input<typeof question>, begun: number | null): Promise<Outcome> {
    const parsed = parseInput(question, rawInput);
    if (!parsed.ok) return parsed;
    const scope = askingScope(context);
    try {
      if (!may(context.actor, 'deployment.decide', scope)) return await deny(context, scope, { name: 'deployments.askDeploy', permission: 'deployment.decide', subjectTable: 'deploy_decision' }, null);
      return await answerAt(context, parsed.value, begun ?? (await feed.now()));
    } catch (error) {
      return err(failureOf(error, context, 'deployments.askDeploy'));
    }
  }

  async function look(context: RequestContext, rawInput: z.input<typeof question>): Promise<Outcome> {
    const parsed = parseInput(question, rawInput);
    if (!parsed.ok) return parsed;
    const scope = askingScope(context);
    try {
      if (!may(context.actor, 'deployment.decide', scope)) return await deny(context, scope, { name: 'deployments.askDeploy', permission: 'deployment.decide', subjectTable: 'deploy_decision' }, null);
      const asked = questionOf(parsed.value);
      const looking = gate(() => momentTransaction({ actorKind: context.actor.kind, actorId: context.actor.id, requestId: context.requestId }, async (tx, now): Promise<Outcome> =>
        ok({ value: answerOf(asked, (await decide(tx, asked, teamsWith(context.actor, 'deployment.decide'), now, false, context.actor)).ruling, now, context.requestId), auditNumbers: [] })));
      return await (looking ?? Promise.resolve(tooMany()));
    } catch (error) {
      return err(failureOf(error, context, 'deployments.askDeploy'));
    }
  }

  let timer: NodeJS.Timeout | null = null;
  async function flush(): Promise<void> {
    const counts = repeats.take();
    if (counts.length === 0) return;
    const rows = counts.map(({ firstAt, lastAt, ...count }) => ({ id: newId(), ...count, firstAt: new Date(firstAt).toISOString(), lastAt: new Date(lastAt).toISOString() }));
    try {
      await systemCommand('deployments.countRepeats', async (tx) => {
        const [first] = rows;
        if (!first) return unchanged(null);
        for (let from = 0; from < rows.length; from += 1_000) await store.insertRepeats(tx, rows.slice(from, from + 1_000));
        return audited(null, { subjectTable: 'deploy_decision_repeat', subjectId: first.id, teamId: null, after: { rows: rows.length, answers: rows.reduce((sum, { count }) => sum + count, 0) } });
      });
    } catch (error) {
      repeats.giveBack(counts);
      throw error;
    }
  }
  function soon(): void {
    timer ??= setTimeout(() => {
      timer = null;
      flush().catch((error: unknown) => { logDefect(error, { operation: 'deployments.countRepeats' }); });
    }, flushMilliseconds).unref();
  }

  const withFlush = async (outcome: Promise<Outcome>): Promise<Outcome> => {
    soon();
    return outcome;
  };
  return {
    execute: (context, input) => withFlush(executeAt(context, input, null)),
    executeAt: (context, input, at) => withFlush(executeAt(context, input, at)),
    look,
    flush,
    size: kept.size,
  };
}

const globalAnswering = globalThis as { gatehouseAnswering?: Answering };

/** The process's own. */
export const answering = (): Answering => (globalAnswering.gatehouseAnswering ??= makeAnswering(changes()));

/** Writes what is counted and not written yet; for the end of a process. */
export const flushAnswers = async (): Promise<void> => globalAnswering.gatehouseAnswering?.flush();

/** A command in all but its transaction: it is made of one that records, and of answers that are given again. */
function asked(name: string, summary: string, http: HttpBinding): Command<z.input<typeof question>, DeployAnswer> {
  const execute = (context: RequestContext, input: z.input<typeof question>): Promise<Outcome> => answering().execute(context, input);
  register({ kind: 'command', name, summary, permission: 'deployment.decide', input: question, output: deployAnswer, http, execute });
  return { kind: 'command', name, http, execute };
}

/**
 * May this digest run here? Fails closed: an unknown digest, an unusable policy, a promotion that anything has changed
 * about, is a no; 503 is no answer. It is an answer for now, and recording a deployment asks again.
 */
export const decideDeploy = asked('deployments.decideDeploy', 'May this digest run here?', { method: 'GET', path: '/api/v1/decisions/deploy', tag: 'Deployments', body: 'none' });

/** The same question, for callers that send JSON. */
export const askDeploy = asked('deployments.askDeploy', 'May this digest run here? (question as JSON)', { method: 'POST', path: '/api/v1/decisions/deploy', tag: 'Deployments', body: 'json' });
