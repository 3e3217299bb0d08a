// Recording what runs. A deployment is decided again, with locks, in its own transaction.
import { z } from 'zod';
import { movePromotion } from '#lib/approvals/index.ts';
import { announce } from '#lib/kernel/announce.ts';
import { audited, type AuditEntry } from '#lib/kernel/audit-event.ts';
import { command, refusal } from '#lib/kernel/command.ts';
import { failures } from '#lib/kernel/errors.ts';
import { digest, newId } from '#lib/kernel/ids.ts';
import { teamsWith } from '#lib/kernel/permissions.ts';
import { ok } from '#lib/kernel/result.ts';
import { unknownEnvironment } from '#lib/policy/index.ts';
import { environment } from '#lib/policy/schema.ts';
import { decide } from './decide.ts';
import { askingScope } from './question.ts';
import { endpointName } from './schema.ts';
import * as store from './store.ts';

export const deploymentsFailure = failures<'deployments.not_allowed' | 'deployments.endpoint_taken'>();

const recorded = z.object({ deploymentId: z.string(), allowed: z.literal(true), replaced: z.string().nullable() });
const moment = z.iso.datetime({ offset: true }).refine((text) => Date.parse(text) >= 0 && Date.parse(text) < Date.UTC(9_999, 0, 1), 'must lie between 1970 and 9998').transform((text) => new Date(text).toISOString());

/**
 * Records that a digest runs on an endpoint from now on, after deciding again, with locks, in the same transaction.
 * What ran there before ends; the promotion that allowed it becomes deployed. A refused attempt is audited.
 *
 * Errors: 409 `deployments.not_allowed` with the reasons, 409 `deployments.endpoint_taken`.
 */
export const recordDeployment = command({
  name: 'deployments.recordDeployment',
  summary: 'Record a deployment; refused unless the digest may run there',
  input: z.object({ digest, environment, endpoint: endpointName, servingSince: moment.nullable().default(null) }),
  output: recorded,
  permission: 'deployment.record',
  subjectTable: 'deployment',
  resource: async (_tx, _input, context) => ok({ scope: askingScope(context) }),
  scope: ({ scope }) => scope,
  run: async (tx, input, _resource, context) => {
    const { actor, now } = context;
    const refused = (error: ReturnType<typeof deploymentsFailure>, teamId: string | null) =>
      refusal(error.error, { subjectTable: 'deployment', subjectId: null, teamId, reason: error.error.message, after: { digest: input.digest, environment: input.environment, endpoint: input.endpoint, codes: (error.error.details?.['reasons'] as { code: string }[] | undefined)?.map(({ code }) => code) ?? [] } });
    if (actor.kind !== 'service') return refused(deploymentsFailure('conflict', 'deployments.not_allowed', 'Deployments are recorded by service accounts.', { details: { allowed: false, reasons: [{ code: 'not_a_service', message: 'Deployments are recorded by service accounts.' }] } }), null);
    await store.lockEndpoint(tx, input.environment, input.endpoint);
    await store.lockArtifact(tx, input.digest);
    const { ruling, version, promotion } = await decide(tx, { digest: input.digest, environment: input.environment, endpoint: input.endpoint, identity: null }, teamsWith(actor, 'deployment.record'), now, true, actor);
    if (!ruling.allowed || !version) {
      const unknown = await unknownEnvironment(tx, [input.environment]);
      if (unknown) return unknown;
      return refused(deploymentsFailure('conflict', 'deployments.not_allowed', ruling.reasons.map(({ message }) => message).join(' '), { details: { allowed: false, reasons: ruling.reasons } }), version?.teamId ?? actor.teamId);
    }
    const before = await store.runningOn(tx, input.environment, input.endpoint);
    if (before && before.teamId !== version.teamId) return refused(deploymentsFailure('conflict', 'deployments.endpoint_taken', 'Another team uses an endpoint of this name in this environment. Choose another name.'), version.teamId);
    const entries: AuditEntry[] = [];
    if (before) {
      await store.endDeployment(tx, before.id, now);
      entries.push({ subjectTable: 'deployment', subjectId: before.id, teamId: before.teamId, before: { running: true }, after: { running: false, endedAt: now }, action: 'deployments.endDeployment' });
    }
    const row = { id: newId(), teamId: version.teamId, modelVersionId: version.id, digest: input.digest, environment: input.environment, endpoint: input.endpoint, promotionId: promotion?.id ?? null, deployedBy: actor.id, servingSince: input.servingSince };
    await store.insertDeployment(tx, row);
    if (promotion && promotion.state === 'approved') {
      await movePromotion(tx, promotion.id, { state: 'deployed' });
      entries.push({ subjectTable: 'promotion', subjectId: promotion.id, teamId: promotion.teamId, before: { state: promotion.state }, after: { state: 'deployed', deploymentId: row.id }, action: 'approvals.deployed' });
    }
    announce('deployments', version.teamId);
    const after = { modelVersionId: version.id, digest: row.digest, environment: row.environment, endpoint: row.endpoint, promotionId: row.promotionId, replaced: before?.id ?? null, servingSince: row.servingSince };
    return ok(audited({ deploymentId: row.id, allowed: true as const, replaced: before?.id ?? null }, { subjectTable: 'deployment', subjectId: row.id, teamId: version.teamId, after }, ...entries));
  },
  http: { method: 'POST', path: '/api/v1/deployments', tag: 'Deployments', body: 'json', status: 201, present: ({ deploymentId, allowed }: z.infer<typeof recorded>) => ({ deploymentId, allowed }) },
});
