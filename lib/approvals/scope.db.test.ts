// Which policy decides: the narrowest that holds for a version; and what a narrower one may not take away unnoticed.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/kernel/ids.ts';
import { confirmPolicy, ensureShippedPolicies, getPolicy, listPolicies, proposePolicy, shippedPolicies, type PolicyContent } from '#lib/policy/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { makePipeline, type Pipeline } from '#lib/testing/pipeline.ts';
import { approved, ask, deploy } from '#lib/testing/promotion.ts';
import { handlePolicyActivated } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let pipeline: Pipeline;
let admin: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  await ensureShippedPolicies();
  pipeline = makePipeline({ organisation });
  await pipeline.trust();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

const production = shippedPolicies.production;
const reason = 'For this scope.';
const stricter = (title: string): PolicyContent => ({ ...production, title, rules: [...production.rules, { id: 'seed-known', title: 'The seed is known', level: 'block', requires: [], expression: 'training != null && training.seed != null && training.seed == "none of ours"', expected: 'a seed', actual: '"none"', remedy: 'Report it.' }] });
const looser: PolicyContent = { ...production, title: 'Looser', rules: production.rules.map((rule) => (rule.id === 'auc-at-least-minimum' ? { ...rule, level: 'warn' as const } : rule)) };

type Scope = { environment?: 'staging' | 'production'; teamId?: string; modelId?: string; loosening?: boolean };
const propose = (content: PolicyContent, scope: Scope) => proposePolicy.execute(as(organisation.security), { environment: 'production', content, reason, ...scope });
async function activate(content: PolicyContent, scope: Scope) {
  const { policyVersionId, digest } = must(await propose(content, scope)).value;
  must(await confirmPolicy.execute(as(organisation.secondSecurity), { policyVersionId, digest, reason, loosening: scope.loosening ?? false }));
  return policyVersionId;
}
let count = 0;
const fresh = async () => {
  const version = await pipeline.goodVersion(`s${(count += 1)}`, { name: `scoped-${count}` });
  const { rows } = await admin.query<{ model_id: string }>('SELECT model_id FROM model_version WHERE id = $1', [version.modelVersionId]);
  return { ...version, modelId: rows[0]?.model_id ?? '' };
};
const boundTo = async (promotionId: string) => (await admin.query<{ policy_version_id: string }>('SELECT policy_version_id FROM promotion WHERE id = $1', [promotionId])).rows[0]?.policy_version_id;

describe('a policy for one model', () => {
  it('decides about it and about no other, before those of the team and the organisation', async () => {
    const [one, other] = [await fresh(), await fresh()];
    const forModel = await activate(stricter('Of the model'), { modelId: one.modelId });
    const first = await ask(organisation.engineer, one.modelVersionId);
    expect([first.verdict, await boundTo(first.promotionId)]).toEqual(['blocked', forModel]);
    expect((await ask(organisation.engineer, other.modelVersionId)).verdict).toBe('passed');
  });

  it('makes approved requests of that model stale, and leaves the others', async () => {
    const [one, other] = [await fresh(), await fresh()];
    const [first, second] = [await approved(organisation, one.modelVersionId), await approved(organisation, other.modelVersionId)];
    const policyVersionId = await activate(stricter('Later'), { modelId: one.modelId });
    expect(await deploy(organisation.deployer, one.digest)).toMatchObject({ ok: false });
    await handlePolicyActivated({ policyVersionId });
    const states = (await admin.query<{ id: string; state: string }>('SELECT id, state FROM promotion WHERE id = ANY($1)', [[first.promotionId, second.promotionId]])).rows;
    expect(Object.fromEntries(states.map(({ id, state }) => [id, state]))).toEqual({ [first.promotionId]: expect.stringMatching('stale') as string, [second.promotionId]: 'approved' });
  });

  it('whose stored content was changed lets nothing pass: the wider one does not step in', async () => {
    const one = await fresh();
    const forModel = await activate(stricter('Changed'), { modelId: one.modelId });
    await admin.query(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE policy_version SET content = '{}' WHERE id = '${forModel}'; COMMIT`);
    await expect(ask(organisation.engineer, one.modelVersionId)).rejects.toThrow(/no_policy/);
  });
});

describe('a policy for a team', () => {
  it('decides about its models, and may be stricter without a word', async () => {
    const version = await fresh();
    const forTeam = await activate({ ...production, title: 'Of the team' }, { teamId: organisation.teamId });
    expect(await boundTo((await ask(organisation.engineer, version.modelVersionId)).promotionId)).toBe(forTeam);
  });

  it('asks less than the organisation’s for production only when both people of security say so, and it is on record', async () => {
    expect(await propose(looser, { teamId: organisation.otherTeamId })).toMatchObject({ error: { kind: 'conflict', code: 'policy.loosens', details: { loosens: ['auc-at-least-minimum does not block'] } } });
    const { policyVersionId, digest } = must(await propose(looser, { teamId: organisation.otherTeamId, loosening: true })).value;
    expect(await confirmPolicy.execute(as(organisation.secondSecurity), { policyVersionId, digest, reason })).toMatchObject({ error: { code: 'policy.loosens' } });
    must(await confirmPolicy.execute(as(organisation.secondSecurity), { policyVersionId, digest, reason, loosening: true }));
    expect(must(await getPolicy.execute(as(organisation.security), { policyVersionId })).loosens).toEqual(['auc-at-least-minimum does not block']);
    const { rows } = await admin.query<{ after: { loosens?: string[] } }>(`SELECT after FROM audit_event WHERE subject_id = $1 AND action = 'policy.confirmPolicy' AND outcome = 'done'`, [policyVersionId]);
    expect(rows[0]?.after.loosens).toEqual(['auc-at-least-minimum does not block']);
  });

  it('is not seen by other teams', async () => {
    const names = async (who: Parameters<typeof as>[0]) => must(await listPolicies.execute(as(who), {})).items.map(({ scope }) => scope.name);
    expect(await names(organisation.otherEngineer)).not.toContain('fraud');
    expect(await names(organisation.engineer)).toContain('fraud');
    const hidden = must(await listPolicies.execute(as(organisation.security), {})).items.find(({ scope }) => scope.teamId === organisation.teamId)?.id ?? '';
    expect(await getPolicy.execute(as(organisation.otherEngineer), { policyVersionId: hidden })).toMatchObject({ error: { kind: 'not_found' } });
  });

  it('is refused for a team or a model that is none', async () => {
    for (const scope of [{ teamId: newId() }, { modelId: newId() }]) expect(await propose(production, scope)).toMatchObject({ error: { kind: 'invalid', code: 'policy.unknown_scope' } });
  });
});

describe('the database', () => {
  it('takes no request under another policy than the narrowest', async () => {
    const version = await fresh();
    const wide = (await admin.query<{ id: string; digest: string }>(`SELECT id, digest FROM policy_version WHERE environment = 'production' AND state = 'active' AND team_id IS NULL`)).rows[0];
    const request = await ask(organisation.engineer, version.modelVersionId);
    const client = new pg.Client({ connectionString: database.applicationUrl });
    await client.connect();
    await client.query('BEGIN');
    await client.query(`SELECT set_config('gatehouse.actor_kind', 'person', true), set_config('gatehouse.actor_id', $1, true)`, [organisation.engineer.id]);
    await expect(
      client.query(
        `INSERT INTO promotion (id, team_id, model_version_id, environment, artifact_digest, snapshot_id, snapshot_digest, policy_version_id, policy_digest, results, verdict, requested_by, reason, expires_at)
         SELECT $1, team_id, model_version_id, environment, artifact_digest, snapshot_id, snapshot_digest, $2, $3, results, verdict, requested_by, reason, expires_at FROM promotion WHERE id = $4`,
        [newId(), wide?.id, wide?.digest, request.promotionId],
      ),
    ).rejects.toThrow(/narrowest active policy/);
    await client.end();
  });
});
