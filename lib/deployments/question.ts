// The question of a deployer on the wire, and the whole answer to it: examined, recorded with its audit event, in one transaction.
import { z } from 'zod';
import type { WriteTx } from '#lib/db/client.ts';
import { markStale } from '#lib/approvals/index.ts';
import { audited, type AuditEntry } from '#lib/kernel/audit-event.ts';
import { command } from '#lib/kernel/command.ts';
import type { CommandContext, RequestContext } from '#lib/kernel/context.ts';
import { digest, newId } from '#lib/kernel/ids.ts';
import { teamsWith } from '#lib/kernel/permissions.ts';
import { ok } from '#lib/kernel/result.ts';
import { unknownEnvironment } from '#lib/policy/index.ts';
import { environment } from '#lib/policy/schema.ts';
import { decide, type Decision, type Question } from './decide.ts';
import { deployAnswer, endpointName, type DeployAnswer } from './schema.ts';
import * as store from './store.ts';

export const question = z.object({
  digest,
  environment,
  endpoint: endpointName.nullable().default(null).describe('Where it would be deployed. An endpoint of another team is refused.'),
  identity: z.string().min(1).max(200).nullable().default(null).describe('Id or name of the service account that would deploy. It can only restrict: who asks is known by the token.'),
});

export const questionOf = (input: z.output<typeof question>): Question => ({ digest: input.digest, environment: input.environment, endpoint: input.endpoint, identity: input.identity });

/** Where an actor asks from: its own team, or for people the first team, or the organisation, by which it may ask at all. */
export function askingScope({ actor }: RequestContext): { kind: 'team'; teamId: string } | { kind: 'organisation' } {
  if (actor.kind === 'service') return { kind: 'team', teamId: actor.teamId };
  const teams = teamsWith(actor, 'deployment.decide');
  return teams === 'all' || teams[0] === undefined ? { kind: 'organisation' } : { kind: 'team', teamId: teams[0] };
}

/** What is sent. Endpoint and identity are repeated, so that an answer to another question cannot be taken for this one. */
export const answerOf = (asked: Question, ruling: Decision['ruling'], decidedAt: string, requestId: string): DeployAnswer => ({
  allowed: ruling.allowed, digest: asked.digest, environment: asked.environment, endpoint: asked.endpoint, identity: asked.identity, reasons: [...ruling.reasons], decidedAt, requestId, promotionId: ruling.promotionId,
});

const whole = z.object({ answer: deployAnswer, decisionId: z.string(), decision: z.custom<Decision>() });

async function answer(tx: WriteTx, input: z.output<typeof question>, context: CommandContext) {
  const asked = questionOf(input);
  const decision = await decide(tx, asked, teamsWith(context.actor, 'deployment.decide'), context.now, false, context.actor);
  const { ruling, version, stale } = decision;
  const unknown = ruling.allowed ? null : await unknownEnvironment(tx, [input.environment]);
  if (unknown) return unknown;
  const entries: AuditEntry[] = [];
  for (const { row, reasons } of stale) entries.push(await markStale(tx, row, reasons));
  const row = { id: newId(), actorKind: context.actor.kind, actorId: context.actor.id, ...asked, allowed: ruling.allowed, reasons: [...ruling.reasons], promotionId: ruling.promotionId, requestId: context.requestId };
  await store.insertDecision(tx, row);
  const after = { allowed: row.allowed, digest: row.digest, environment: row.environment, endpoint: row.endpoint, identity: row.identity, codes: row.reasons.map(({ code }) => code), promotionId: row.promotionId };
  return ok(audited({ answer: answerOf(asked, ruling, context.now, context.requestId), decisionId: row.id, decision }, { subjectTable: 'deploy_decision', subjectId: row.id, teamId: version?.teamId ?? null, after }, ...entries));
}

/** Examines everything and records the answer. What `askDeploy` does when there is no answer to give again. */
export const answerWhole = command({
  name: 'deployments.answerWhole',
  summary: 'Examine whether a digest may run somewhere, and record the answer',
  input: question,
  output: whole,
  permission: 'deployment.decide',
  subjectTable: 'deploy_decision',
  resource: async (_tx: unknown, _input: unknown, context: CommandContext) => ok({ scope: askingScope(context) }),
  scope: ({ scope }: { scope: ReturnType<typeof askingScope> }) => scope,
  run: (tx, input, _resource, context) => answer(tx, input, context),
  http: null,
});
