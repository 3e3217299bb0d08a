// Environments by configuration: two people make one, and one of the tier production is held by everything that holds production.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handleEnvironmentChanged } from '#lib/approvals/index.ts';
import { currentDeployments, decideDeploy, listDeployments, recordDeployment } from './index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { makePipeline } from '#lib/testing/pipeline.ts';
import { confirmEnvironment, ensureShippedPolicies, listEnvironments, listPolicies, proposeEnvironment, proposePolicy, rejectEnvironment, shippedPolicies, type EnvironmentTier, type MetadataField } from '#lib/policy/index.ts';

let database: TestDatabase;
let organisation: Organisation;
let digest = '';
let versionId = '';
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  await ensureShippedPolicies();
  const pipeline = makePipeline({ organisation });
  await pipeline.trust();
  const version = await pipeline.goodVersion('one');
  digest = version.digest;
  versionId = version.modelVersionId;
});
afterAll(() => database.drop());

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
const settings = (environment: string, tier: EnvironmentTier, changes: Partial<{ requiredMetadata: MetadataField[]; archived: boolean; position: number; description: string }> = {}) => ({ environment, tier, position: 310, description: 'A second region', requiredMetadata: ['owner' as const], reason: 'The second region', ...changes });
const propose = async (input: ReturnType<typeof settings>) => must(await proposeEnvironment.execute(as(organisation.admin), input)).value;
async function make(environment: string, tier: EnvironmentTier, changes: Parameters<typeof settings>[2] = {}) {
  const { changeId } = await propose(settings(environment, tier, changes));
  must(await confirmEnvironment.execute(as(organisation.security), { changeId, reason: 'Looked at' }));
  await handleEnvironmentChanged({ environment });
}
const code = (result: { ok: boolean; error?: { code: string } }) => (result.ok ? 'ok' : result.error?.code);
const named = async (name: string) => must(await listEnvironments.execute(as(organisation.engineer), {})).items.find((each) => each.name === name);

describe('environments', () => {
  it('are the three shipped ones at first, in order, each with a policy', async () => {
    const { items } = must(await listEnvironments.execute(as(organisation.engineer), {}));
    expect(items.map(({ name, tier, shipped, hasPolicy }) => [name, tier, shipped, hasPolicy])).toEqual([['sandbox', 'sandbox', true, true], ['staging', 'staging', true, true], ['production', 'production', true, true]]);
  });

  it('come by two people: the proposer cannot confirm, an admin neither, and nothing is there before', async () => {
    const { changeId } = must(await proposeEnvironment.execute(as(organisation.security), settings('canary', 'staging'))).value;
    expect(await named('canary')).toBeUndefined();
    expect(code(await confirmEnvironment.execute(as(organisation.security), { changeId, reason: 'mine' }))).toBe('environments.needs_second_person');
    expect(code(await confirmEnvironment.execute(as(organisation.admin), { changeId, reason: 'mine' }))).toBe('kernel.forbidden');
    expect(code(await proposeEnvironment.execute(as(organisation.engineer), settings('other', 'staging')))).toBe('kernel.forbidden');
    expect(code(await proposeEnvironment.execute(as(organisation.admin), settings('canary', 'sandbox')))).toBe('environments.proposed_already');
    must(await rejectEnvironment.execute(as(organisation.admin), { changeId, reason: 'not now' }));
    expect(code(await confirmEnvironment.execute(as(organisation.secondSecurity), { changeId, reason: 'late' }))).toBe('environments.not_proposed');
    expect(await named('canary')).toBeUndefined();
  });

  it('are refused by name where nobody made them: no policy, no request, no decision, no list, no deployment', async () => {
    const where = 'nowhere';
    const answers = [
      await decideDeploy.execute(as(organisation.deployer), { digest, environment: where }),
      await recordDeployment.execute(as(organisation.deployer), { digest, environment: where, endpoint: 'x' }),
      await proposePolicy.execute(as(organisation.security), { environment: where, content: shippedPolicies.sandbox, reason: 'why not' }),
      await listPolicies.execute(as(organisation.engineer), { environment: where }),
      await listDeployments.execute(as(organisation.engineer), { environment: [where] }),
    ];
    expect(answers.map(code)).toEqual(answers.map(() => 'policy.unknown_environment'));
    expect(answers.map((answer) => (answer.ok ? null : answer.error.kind))).toEqual(answers.map(() => 'invalid'));
    expect(code(await decideDeploy.execute(as(organisation.deployer), { digest, environment: 'No Such' }))).toBe('kernel.invalid_input');
  });

  it('of the tier production have the shipped policy of production, ask for a promotion, and refuse without one', async () => {
    await make('production-eu', 'production');
    expect(await named('production-eu')).toMatchObject({ tier: 'production', hasPolicy: true, archived: false, shipped: false });
    const answer = must(await decideDeploy.execute(as(organisation.deployer), { digest, environment: 'production-eu' })).value;
    expect(answer).toMatchObject({ allowed: false, reasons: [{ code: 'not_promoted' }] });
    expect(code(await recordDeployment.execute(as(organisation.deployer), { digest, environment: 'production-eu', endpoint: 'api' }))).toBe('deployments.not_allowed');
    const lax = { ...shippedPolicies.production, approvals: [] };
    const refused = await proposePolicy.execute(as(organisation.security), { environment: 'production-eu', content: lax, reason: 'Fewer approvals' });
    expect(refused.ok ? '' : refused.error.message).toMatch(/needs at least one approval by reviewer/);
  });

  it('of the tier production are held by the database too: it takes no deployment without a promotion', async () => {
    const insert = (environment: string) => connected(database.ownerUrl, async (client) => {
      await client.query('begin');
      await client.query("select set_config('gatehouse.actor_id', $1, true), set_config('gatehouse.actor_kind', 'service', true)", [organisation.deployer.id]);
      try {
        await client.query("insert into deployment (id, team_id, model_version_id, digest, environment, endpoint, deployed_by) values (gen_random_uuid(), $1, $2, $3, $4, 'sql', $5)", [organisation.teamId, versionId, digest, environment, organisation.deployer.id]);
        return 'inserted';
      } catch (error) {
        return (error as { constraint?: string }).constraint;
      } finally {
        await client.query('rollback');
      }
    });
    expect(await insert('production-eu')).toBe('deployment_production_is_promoted');
    expect(await insert('production')).toBe('deployment_production_is_promoted');
    expect(await insert('staging')).toBe('inserted');
  });

  it('are not written by the application but through a confirmed change', async () => {
    for (const statement of ["update environment set tier = 'sandbox' where name = 'production-eu'", "insert into environment (name, tier, position, description, required_metadata) values ('mine', 'sandbox', 1, 'mine', '[]')", "delete from environment where name = 'production-eu'"]) {
      await expect(connected(database.applicationUrl, (client) => client.query(statement)), statement).rejects.toThrow(/permission denied/);
    }
  });

  it('that are shipped keep their tier and are never archived, whoever asks', async () => {
    expect(code(await proposeEnvironment.execute(as(organisation.security), settings('production', 'staging')))).toBe('environments.shipped');
    expect(code(await proposeEnvironment.execute(as(organisation.security), settings('sandbox', 'sandbox', { archived: true })))).toBe('environments.shipped');
  });

  it('tell what a change asks less, in the answer and in the list', async () => {
    const { changeId, weakens } = await propose(settings('production-eu', 'staging', { requiredMetadata: [] }));
    expect(weakens).toEqual(['it becomes staging, and was production', 'owner is no longer required']);
    const { changes } = must(await listEnvironments.execute(as(organisation.auditor), {}));
    expect(changes[0]).toMatchObject({ id: changeId, state: 'proposed', weakens });
    must(await rejectEnvironment.execute(as(organisation.admin), { changeId, reason: 'not now' }));
  });

  it('are raised to the tier production only with policies that ask what production asks', async () => {
    await make('shadow', 'staging');
    expect(must(await decideDeploy.execute(as(organisation.deployer), { digest, environment: 'shadow' })).value.allowed).toBe(true);
    expect(code(await proposeEnvironment.execute(as(organisation.admin), settings('shadow', 'production')))).toBe('environments.policies_unsuitable');
  });

  it('are archived only when nothing runs there, and then take nothing in', async () => {
    must(await recordDeployment.execute(as(organisation.deployer), { digest, environment: 'shadow', endpoint: 'api' }));
    expect(code(await proposeEnvironment.execute(as(organisation.admin), settings('shadow', 'staging', { archived: true })))).toBe('environments.in_use');
    await make('empty', 'sandbox');
    await make('empty', 'sandbox', { archived: true });
    expect(await named('empty')).toMatchObject({ archived: true });
    expect(must(await decideDeploy.execute(as(organisation.deployer), { digest, environment: 'empty' })).value).toMatchObject({ allowed: false, reasons: [{ code: 'no_policy' }] });
    expect(must(await currentDeployments.execute(as(organisation.engineer), {})).items.map(({ environment }) => environment)).toEqual(['shadow']);
  });
});
