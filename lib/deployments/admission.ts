// The validating admission webhook of Kubernetes: what serves a model runs where that model may run, and as carefully as it should.
import { z } from 'zod';
import { settings } from '#lib/env.ts';
import { type Command, deny, failureOf, type Recorded } from '#lib/kernel/command.ts';
import type { RequestContext } from '#lib/kernel/context.ts';
import { kernelFailure, type AppError } from '#lib/kernel/errors.ts';
import { may } from '#lib/kernel/permissions.ts';
import { register, type HttpBinding } from '#lib/kernel/registry.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';
import { environment, type Environment } from '#lib/policy/schema.ts';
import { assess, namespaceRules, reviewAnswer, reviewOf, type NamespaceRule, type ReviewAnswer } from './admission-review.ts';
import { answering, type Answering } from './answering.ts';
import { askingScope } from './question.ts';

const input = z.looseObject({ apiVersion: z.string(), kind: z.string(), request: z.looseObject({ uid: z.string() }) }).describe('AdmissionReview of admission.k8s.io/v1');
const output = z.object({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  response: z.object({ uid: z.string(), allowed: z.boolean(), status: z.object({ code: z.number(), reason: z.string(), message: z.string() }).optional(), warnings: z.array(z.string()).optional() }),
}) as unknown as z.ZodType<ReviewAnswer>;

const isEnvironment = (name: string): name is Environment => environment.safeParse(name).success;
let read: { readonly text: string; readonly rules: ReadonlyMap<string, NamespaceRule> } | null = null;
function configured(): ReadonlyMap<string, NamespaceRule> {
  const text = settings().ADMISSION_NAMESPACES;
  if (read?.text !== text) read = { text, rules: namespaceRules(text, isEnvironment) };
  return read.rules;
}

/**
 * Judges an AdmissionReview (v1) and answers with one, always with 200: denied where anything is wrong, unknown or cannot be answered now.
 * A dry run is decided alike and recorded nowhere. Only what cannot be answered at all, for want of a uid, is 400, which Kubernetes'
 * `failurePolicy: Fail` turns into a refusal as well.
 *
 * @param at what the feed of changes said after the request came in, where it was asked already (milliseconds).
 */
export async function reviewAdmission(context: RequestContext, body: unknown, answers: Answering, rules: ReadonlyMap<string, NamespaceRule>, at: number | null): Promise<Result<ReviewAnswer, AppError>> {
  const review = reviewOf(body);
  if (review === null) return kernelFailure('malformed', 'kernel.malformed_json', 'This is no AdmissionReview of admission.k8s.io/v1 with a request and its uid.');
  const assessed = assess(review, rules);
  if (assessed.settled) return ok(reviewAnswer(review.uid, assessed.allowed, assessed.reasons, assessed.warnings));
  const reasons: string[] = [];
  const warnings = [...assessed.warnings];
  for (const digest of assessed.digests) {
    const question = { digest, environment: assessed.environment, endpoint: assessed.endpoint };
    const outcome = review.dryRun ? await answers.look(context, question) : at === null ? await answers.execute(context, question) : await answers.executeAt(context, question, at);
    if (!outcome.ok) return ok(reviewAnswer(review.uid, false, [`No decision about ${digest} could be had: ${outcome.error.message} (request ${context.requestId})`], warnings, outcome.error.kind === 'unavailable' || outcome.error.kind === 'defect' ? 503 : 403));
    const { allowed, reasons: given } = outcome.value.value;
    const said = given.map(({ code, message }) => `${message} [${code}]`);
    if (!allowed) reasons.push(`${digest} may not run in ${assessed.environment}: ${said.join(' ')} (request ${context.requestId})`);
    else warnings.push(...given.slice(1).map(({ code, message }) => `${message} [${code}]`));
  }
  return ok(reviewAnswer(review.uid, reasons.length === 0, reasons, warnings));
}

async function execute(context: RequestContext, body: unknown): Promise<Result<Recorded<ReviewAnswer>, AppError>> {
  const scope = askingScope(context);
  try {
    if (!may(context.actor, 'deployment.decide', scope)) return await deny(context, scope, { name, permission: 'deployment.decide', subjectTable: 'deploy_decision' }, null);
    const answer = await reviewAdmission(context, body, answering(), configured(), null);
    return answer.ok ? ok({ value: answer.value, auditNumbers: [] }) : answer;
  } catch (error) {
    return err(failureOf(error, context, name));
  }
}

/** For the decisions process, which has asked the feed already and knows that the actor may ask. */
export const admissionAt = (context: RequestContext, body: unknown, answers: Answering, at: number): Promise<Result<ReviewAnswer, AppError>> =>
  may(context.actor, 'deployment.decide', askingScope(context)) ? reviewAdmission(context, body, answers, configured(), at) : Promise.resolve(kernelFailure('forbidden', 'kernel.forbidden', 'This account may not ask for deploy decisions.'));

const name = 'deployments.reviewAdmission';
const http: HttpBinding = { method: 'POST', path: '/api/v1/decisions/admission', tag: 'Deployments', body: 'json' };
register({ kind: 'command', name, summary: 'Validating admission webhook of Kubernetes (AdmissionReview v1)', permission: 'deployment.decide', input, output, http, execute: execute as never });
export const askAdmission: Command<z.input<typeof input>, ReviewAnswer> = { kind: 'command', name, http, execute };
