// Aliases: moved by people in one step, remembered for ever, and worth nothing to a deployer. And: only service accounts publish, and bytes never change under a version.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decideDeploy } from '#lib/deployments/index.ts';
import { ensureShippedPolicies } from '#lib/policy/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { makePipeline } from '#lib/testing/pipeline.ts';
import { listAliases, listAliasMoves, publishModelVersion, resolveAlias, setModelAlias } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let digests: string[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  await ensureShippedPolicies();
  const pipeline = makePipeline({ organisation });
  await pipeline.trust();
  digests = [(await pipeline.goodVersion('one')).digest, (await pipeline.goodVersion('two')).digest];
});
afterAll(() => database.drop());

const name = 'flight-delay';
const move = (version: number | null, from: number | null, { actor = organisation.engineer, alias = 'champion' }: { actor?: Organisation['engineer']; alias?: string } = {}) => setModelAlias.execute(as(actor), { name, alias, version, from, reason: 'The better one' });
const code = (result: { ok: boolean; error?: { code: string } }) => (result.ok ? 'ok' : result.error?.code);
const champion = async () => must(await resolveAlias.execute(as(organisation.engineer), { name, alias: 'champion' }));

describe('an alias', () => {
  it('points at a version once somebody sets it, and resolves to its digest', async () => {
    must(await move(1, null));
    expect(await champion()).toMatchObject({ version: 1, digest: digests[0], movedBy: { id: organisation.engineer.id } });
  });

  it('is moved by one of two who move it at once; the other is told where it points', async () => {
    const answers = await Promise.all([move(2, 1), move(2, 1, { actor: organisation.secondEngineer })]);
    expect(answers.map(code).sort()).toEqual(['ok', 'registry.alias_moved']);
    expect(await champion()).toMatchObject({ version: 2 });
  });

  it('remembers every move, and being taken away', async () => {
    must(await move(null, 2));
    expect(code(await resolveAlias.execute(as(organisation.engineer), { name, alias: 'champion' }))).toBe('kernel.not_found');
    must(await move(1, null, { actor: organisation.reviewer }));
    const { items } = must(await listAliasMoves.execute(as(organisation.auditor), { name }));
    expect(items.map(({ from, to }) => [from, to])).toEqual([[null, 1], [2, null], [1, 2], [null, 1]]);
    expect(must(await listAliases.execute(as(organisation.engineer), { name })).items.map(({ name: alias, version }) => [alias, version])).toEqual([['champion', 1]]);
  });

  it.each(['production', 'staging', 'sandbox'])('is never named like the environment %s', async (alias) => expect(code(await move(1, null, { alias }))).toBe('registry.alias_is_environment'));
  it.each(['1', 'v2', 'Champion', 'a b', '', '../x'])('is never named %j', async (alias) => expect(code(await move(1, null, { alias }))).toBe('kernel.invalid_input'));

  it('is moved neither by a service account, nor by an auditor, nor by another team, which sees nothing of it', async () => {
    expect(code(await setModelAlias.execute(as(organisation.pipeline), { name, alias: 'champion', version: 2, from: 1, reason: 'Because' }))).toBe('kernel.forbidden');
    expect(code(await move(2, 1, { actor: organisation.auditor }))).toBe('kernel.forbidden');
    expect(code(await move(2, 1, { actor: organisation.otherEngineer }))).toBe('kernel.not_found');
    expect(code(await resolveAlias.execute(as(organisation.otherEngineer), { name, alias: 'champion' }))).toBe('kernel.not_found');
    expect(must(await listAliasMoves.execute(as(organisation.otherEngineer), { name })).items).toEqual([]);
  });

  it('grants nothing: what it points at is no more allowed into production', async () => {
    expect(must(await decideDeploy.execute(as(organisation.deployer), { digest: digests[0] ?? '', environment: 'production' })).value).toMatchObject({ allowed: false, reasons: [{ code: 'not_promoted' }] });
  });
});

async function asApplication(statement: string, values: unknown[] = []): Promise<string> {
  const client = new pg.Client({ connectionString: database.applicationUrl });
  await client.connect();
  try {
    await client.query('begin');
    await client.query("select set_config('gatehouse.actor_id', $1, true), set_config('gatehouse.actor_kind', 'person', true)", [organisation.engineer.id]);
    const { rowCount } = await client.query(statement, values);
    await client.query('set constraints all immediate');
    return `${rowCount} rows`;
  } catch (error) {
    return (error as { constraint?: string; message: string }).constraint ?? (error as Error).message;
  } finally {
    await client.query('rollback');
    await client.end();
  }
}

describe('the application’s role, by SQL', () => {
  it('never changes the artifact of a version, nor takes one away', async () => {
    expect(await asApplication('update model_version set digest = $1', [digests[1]])).toMatch(/permission denied/);
    expect(await asApplication('update model_version set asset_version_id = (select id from asset_version limit 1)')).toMatch(/permission denied/);
    expect(await asApplication('update asset_version set digest = $1', [digests[1]])).toMatch(/permission denied/);
    expect(await asApplication('delete from model_version')).toMatch(/permission denied/);
  });

  it('moves no alias without an audit event, for somebody else, to another model’s version, or out of its history', async () => {
    expect(await asApplication('update model_alias set moved_by = $1, reason = $2', [organisation.engineer.id, 'quietly'])).toBe('audit_required');
    expect(await asApplication('update model_alias set moved_by = $1', [organisation.reviewer.id])).toBe('model_alias_by_actor');
    expect(await asApplication('delete from model_alias_move')).toMatch(/permission denied/);
    expect(await asApplication('insert into model_alias_move (alias_id, moved_by, at, reason) select id, moved_by, now(), reason from model_alias')).toMatch(/permission denied/);
    expect(await asApplication("insert into model_alias (id, team_id, model_id, name, moved_by, reason) select gen_random_uuid(), team_id, id, 'production', $1, 'x' from model", [organisation.engineer.id])).toBe('model_alias_is_no_environment');
  });
});

describe('publishing', () => {
  it.each(['engineer', 'reviewer', 'security', 'admin', 'auditor'] as const)('is for service accounts alone: a person with the role %s is refused', async (role) => {
    const answer = await publishModelVersion.execute(as(organisation[role]), { name, digest: digests[0] ?? '', runId: null, description: null });
    expect(answer.ok ? 'published' : answer.error.kind).toMatch(/forbidden|not_found/);
  });

  it('is for pipeline accounts among them: a deployer’s is refused', async () => {
    const answer = await publishModelVersion.execute(as(organisation.deployer), { name, digest: digests[0] ?? '', runId: null, description: null });
    expect(answer.ok ? 'published' : answer.error.kind).toBe('forbidden');
  });

  it('of the same bytes again is the same version', async () => {
    const answer = must(await publishModelVersion.execute(as(organisation.pipeline), { name, digest: digests[0] ?? '', runId: null, description: 'Another text' })).value;
    expect(answer).toMatchObject({ version: 1, created: false });
  });
});
