// Reading policies: everyone who is signed in may know the rules that bind them.
import { z } from 'zod';
import { historyView } from '#lib/audit/index.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { id } from '#lib/kernel/ids.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { activePolicy } from './active.ts';
import { policyDigest } from './digest.ts';
import { expectationsOf } from './domain.ts';
import { examinePolicy } from './examine.ts';
import { environment, policyContent, policyDetail, policySummary, type Environment, type PolicySummary } from './schema.ts';
import { loosened } from './scope.ts';
import { documentedPaths } from './shape.ts';
import { listPolicyRows, policyWithPeople } from './store.ts';
import { unknownEnvironment } from './environment-queries.ts';
import { environmentRows } from './store/environments.ts';

type Row = NonNullable<Awaited<ReturnType<typeof policyWithPeople>>>;

function summary({ policy, proposer, confirmer, teamName, modelName }: Row): PolicySummary {
  const content = policyContent.safeParse(policy.content);
  return {
    id: policy.id,
    environment: policy.environment,
    scope: { teamId: policy.teamId, modelId: policy.modelId, name: modelName ?? teamName ?? 'the organisation' },
    digest: policy.digest,
    title: content.success ? content.data.title : 'Unreadable policy',
    state: policy.state,
    ruleCount: content.success ? content.data.rules.length : 0,
    proposedBy: proposer?.id ? { id: proposer.id, name: proposer.name } : null,
    proposedAt: policy.proposedAt,
    confirmedBy: confirmer?.id ? { id: confirmer.id, name: confirmer.name } : null,
    confirmedAt: policy.confirmedAt,
    retiredAt: policy.retiredAt,
  };
}

export const listPolicies = query({
  name: 'policy.listPolicies',
  summary: 'All versions of the policies, newest first',
  input: z.object({ environment: environment.optional() }),
  output: z.object({ items: z.array(policySummary) }),
  permission: 'read',
  run: async (tx, input, { teams }) => (await unknownEnvironment(tx, input.environment === undefined ? [] : [input.environment])) ?? ok({ items: (await listPolicyRows(tx, teams, input.environment)).map(summary) }),
  http: { method: 'GET', path: '/api/v1/policies', tag: 'Policies', body: 'none' },
});

export const getPolicy = query({
  name: 'policy.getPolicy',
  summary: 'One version of a policy: its rules, parameters, needed approvals and history',
  input: z.object({ policyVersionId: id }),
  output: policyDetail,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const row = await policyWithPeople(tx, teams, input.policyVersionId);
    const content = policyContent.safeParse(row?.policy.content);
    if (!row || !content.success) return notFound('policy');
    const wide = row.policy.teamId === null ? null : await activePolicy(tx, row.policy.environment, false, null);
    return ok({
      ...summary(row),
      loosens: wide ? loosened(content.data, wide.content) : [],
      content: content.data,
      expectations: expectationsOf(content.data),
      tests: (await examinePolicy(tx, content.data, row.policy.environment)).tests.map(({ name, problems }) => ({ name, problems: [...problems] })),
      intact: policyDigest(content.data) === row.policy.digest,
      history: (await historyView(tx, 'policy_version', input.policyVersionId)).map(({ number, at, action, actorName, outcome, reason }) => ({ number, at, action, actorName, outcome, reason })),
    });
  },
  http: { method: 'GET', path: '/api/v1/policies/{policyVersionId}', tag: 'Policies', body: 'none' },
});

export const describePolicyInput = query({
  name: 'policy.describeInput',
  summary: 'The input document of policies, path by path',
  input: z.object({}),
  output: z.object({ paths: z.array(z.object({ path: z.string(), type: z.string(), description: z.string().nullable() })) }),
  permission: 'read',
  run: async () => ok({ paths: documentedPaths() }),
  http: { method: 'GET', path: '/api/v1/policies/input', tag: 'Policies', body: 'none' },
});

export const activeApprovalEnvironments = query({
  name: 'policy.activeApprovalEnvironments',
  summary: 'Environments whose active policy asks for approvals: those that promotions lead into',
  input: z.strictObject({}),
  output: z.object({ items: z.array(environment) }),
  permission: 'read',
  run: async (tx) => {
    const items: Environment[] = [];
    for (const { name } of (await environmentRows(tx)).reverse()) {
      const policy = await activePolicy(tx, name, false, null);
      if (policy && (policy.tier === 'production' || policy.content.approvals.length > 0)) items.push(name);
    }
    return ok({ items });
  },
  http: null,
});
