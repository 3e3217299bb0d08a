// Separation of duties as a matrix: each rule × directly, by a service account, by a team, near and three hops up the lineage; by API and by SQL as the application role.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServiceAccount, grantRole, revokeRole } from '#lib/identity/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { ensureShippedPolicies } from '#lib/policy/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, personActor, type Organisation } from '#lib/testing/fixtures.ts';
import { digestOfText, makePipeline, type Asset, type Pipeline, type Run } from '#lib/testing/pipeline.ts';
import { anotherPerson, approved, ask, decide, deploy, type Request } from '#lib/testing/promotion.ts';
import { getPromotion } from './index.ts';

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

/** Changes behind the portal's back: by a superuser with triggers off. */
const behind = (sql: string) => admin.query(`BEGIN; SET LOCAL session_replication_role = replica; ${sql}; COMMIT`);
type Person = Extract<Actor, { kind: 'person' }>;

/** A pipeline account for which this person answers while `work` runs; then it is handed over. */
async function bySomeAccountOf(person: Person, work: (account: Pipeline) => Promise<Run>, handOver = true): Promise<Run> {
  const { id } = must(await createServiceAccount.execute(as(organisation.admin), { name: `account-${newId()}`, teamId: organisation.teamId, role: 'pipeline', responsiblePersonId: person.id })).value;
  const account = { kind: 'service' as const, id, tokenId: newId(), responsiblePersonId: person.id, teamId: organisation.teamId, grants: [{ role: 'pipeline' as const, teamId: organisation.teamId }], token: '' };
  const run = await work(makePipeline({ organisation, pipeline: account }));
  if (handOver) await admin.query(`BEGIN; ALTER TABLE service_account DISABLE TRIGGER audit_required; UPDATE service_account SET responsible_person_id = '${organisation.engineer.id}' WHERE id = '${id}'; ALTER TABLE service_account ENABLE TRIGGER audit_required; COMMIT`);
  return run;
}

/** An engineer of the team while `work` runs; a reviewer of it afterwards. */
async function whileEngineer(work: () => Promise<Run>): Promise<{ person: Person; run: Run }> {
  const engineer = await anotherPerson(organisation, ['engineer']);
  const run = await work();
  const grant = (await admin.query<{ id: string }>('SELECT id FROM role_grant WHERE person_id = $1', [engineer.id])).rows[0]?.id ?? '';
  must(await revokeRole.execute(as(organisation.admin), { grantId: grant, reason: 'Becomes a reviewer.' }));
  must(await grantRole.execute(as(organisation.admin), { personId: engineer.id, role: 'reviewer', teamId: organisation.teamId }));
  return { person: personActor(engineer.id, [{ role: 'reviewer', teamId: organisation.teamId }]), run };
}

const emailOf = async (person: Person) => (await admin.query<{ email: string }>('SELECT email FROM person WHERE id = $1', [person.id])).rows[0]?.email ?? '';

const rules = ['training_data', 'labels', 'features', 'upstream_model', 'pipeline_definition', 'trained', 'published'] as const;
const ways = ['direct', 'service_account', 'team'] as const;
type Rule = (typeof rules)[number];
type Way = (typeof ways)[number];
type Cell = { readonly rule: Rule; readonly way: Way; readonly hops: 0 | 1 | 3 };
const cells: Cell[] = ways.flatMap((way) => [
  ...rules.slice(0, 5).flatMap((rule): Cell[] => [{ rule, way, hops: 1 }, { rule, way, hops: 3 }]),
  { rule: 'trained' as const, way, hops: 0 as const },
]);
cells.push({ rule: 'published', way: 'service_account', hops: 0 });
const nameOf = ({ rule, way, hops }: Cell) => `${rule} by ${way}, ${hops} hops up`;
const kinds: Readonly<Record<Rule, string>> = { training_data: 'dataset', labels: 'dataset', features: 'features', upstream_model: 'model', pipeline_definition: 'configuration', trained: 'model', published: 'model' };

type Involved = { readonly cell: Cell; readonly person: Person; readonly run: Run | null };

/** One model into which every cell of the matrix went, each by a person of its own, none of whom has any other part in it. */
async function modelOfMany(): Promise<{ modelVersionId: string; digest: string; involved: Involved[] }> {
  const tag = newId();
  const involved: Involved[] = [];
  const inputs: Asset[] = [];
  const asset = (name: string, kind: string): Asset => ({ name: `${name}-${tag}`, digest: digestOfText(`${name} ${tag}`), kind });
  const day = (n: number) => new Date(Date.UTC(2025, 4, n)).toISOString();
  async function perform(cell: Cell, run: { stage: string; inputs: readonly Asset[]; outputs: readonly Asset[]; startedAt: string }): Promise<void> {
    if (cell.way === 'team') {
      involved.push({ cell, ...(await whileEngineer(() => pipeline.report(run))) });
      return;
    }
    const person = await anotherPerson(organisation, ['reviewer']);
    const done = cell.way === 'direct' ? await pipeline.report({ ...run, triggeredBy: await emailOf(person) }) : await bySomeAccountOf(person, (account) => account.report(run));
    involved.push({ cell, person, run: done });
  }
  const raw = asset('raw', 'dataset');
  await pipeline.report({ stage: 'ingest', inputs: [], outputs: [raw], startedAt: day(2) });
  await pipeline.validate(raw);
  for (const cell of cells.filter(({ hops }) => hops > 0)) {
    const label = `${cell.rule === 'labels' ? 'label' : cell.rule.replace('_', '-')}-${cell.way.replace('_', '-')}-${cell.hops}`;
    const made = asset(label, kinds[cell.rule]);
    await perform(cell, { stage: `make-${label}`, inputs: [raw], outputs: [made], startedAt: day(3) });
    if (made.kind === 'dataset') await pipeline.validate(made);
    if (cell.hops === 1) {
      inputs.push(made);
      continue;
    }
    const middle = asset(`${label}-middle`, 'features');
    const near = asset(`${label}-near`, 'features');
    await pipeline.report({ stage: `middle-${label}`, inputs: [made, raw], outputs: [middle], startedAt: day(4) });
    await pipeline.report({ stage: `near-${label}`, inputs: [middle], outputs: [near], startedAt: day(5) });
    inputs.push(near);
  }
  const model = asset('model', 'model');
  const train = { stage: 'train', inputs: [...inputs, raw], outputs: [model], startedAt: day(6) };
  const ofTeam = await pipeline.report(train);
  for (const way of ways) await perform({ rule: 'trained', way, hops: 0 }, { ...train, startedAt: day(6) });
  await pipeline.provenance(ofTeam);
  await pipeline.evaluate(model, pipeline.assetsOf('x').holdout);
  const publisher = await anotherPerson(organisation, ['reviewer']);
  let published = { modelVersionId: '', digest: '' };
  await bySomeAccountOf(publisher, async (account) => {
    published = await account.publish(model, `matrix-${tag.slice(-12)}`, ofTeam.runId);
    return ofTeam;
  });
  involved.push({ cell: { rule: 'published', way: 'service_account', hops: 0 }, person: publisher, run: null });
  return { ...published, involved };
}

/** Approves as the application role with the person as actor, as a subverted process could. */
async function approveBySql(request: Request, personId: string, role: string, onBehalfOf: string | null = null) {
  const client = new pg.Client({ connectionString: database.applicationUrl });
  await client.connect();
  try {
    const id = newId();
    await client.query('BEGIN');
    await client.query(`SELECT set_config('gatehouse.actor_kind', 'person', true), set_config('gatehouse.actor_id', $1, true)`, [personId]);
    await client.query(`INSERT INTO approval (id, promotion_id, person_id, role, verdict, comment, artifact_digest, snapshot_digest, policy_digest, on_behalf_of) VALUES ($1, $2, $3, $4, 'approve', 'c', $5, $6, $7, $8)`, [id, request.promotionId, personId, role, request.artifactDigest, request.snapshotDigest, request.policyDigest, onBehalfOf]);
    await client.query(`INSERT INTO audit_event (id, at, actor_kind, actor_id, action, outcome, subject_table, subject_id, request_id, canonical) VALUES ($1, now(), 'person', $2, 'x', 'done', 'approval', $3, 'r', '{}')`, [newId(), personId, id]);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

describe('nobody who had a hand in a model decides on it', () => {
  let made: Awaited<ReturnType<typeof modelOfMany>>;
  let request: Request;
  beforeAll(async () => {
    made = await modelOfMany();
    request = await ask(organisation.secondEngineer, made.modelVersionId);
    expect(request.verdict, JSON.stringify((await getPromotion.execute(as(organisation.reviewer), { promotionId: request.promotionId })))).toBe('passed');
  }, 120_000);

  it.each(cells.map((cell) => [nameOf(cell), cell] as const))('%s', async (_name, cell) => {
    const found = made.involved.find(({ cell: other }) => nameOf(other) === nameOf(cell));
    if (!found) throw new Error('the matrix has no such cell');
    const { person, run } = found;
    for (const verdict of ['approve', 'reject'] as const) expect(await decide(person, request, verdict)).toMatchObject({ error: { kind: 'forbidden', code: 'approvals.not_entitled' } });
    const { rights } = must(await getPromotion.execute(as(person), { promotionId: request.promotionId }));
    expect(rights).toMatchObject({ mayApprove: false, mayReject: false, conflicts: [{ rule: cell.rule, href: run === null ? null : `/runs/${run.runId}` }] });
    expect(rights.conflicts[0]?.text).toMatch(cell.way === 'direct' ? /^You .* on \d+ May 2025, as the run names/ : cell.way === 'team' ? /^You were an engineer of the team fraud, which .* on \d+ May 2025/ : /^You answered for the service account account-.*, which .* on \d+ \w+ \d{4}/);
    expect(rights.reasons).toEqual(rights.conflicts.map(({ text }) => text));
    await expect(approveBySql(request, person.id, 'reviewer')).rejects.toThrow(/separation of duties/);
  });

  it('was frozen with the request, where the application can neither add to it nor take from it', async () => {
    const frozen = await admin.query<{ person_id: string }>('SELECT person_id FROM promotion_conflict WHERE promotion_id = $1', [request.promotionId]);
    expect(new Set(frozen.rows.map(({ person_id }) => person_id))).toEqual(new Set([organisation.engineer.id, organisation.secondEngineer.id, ...made.involved.map(({ person }) => person.id)]));
    const client = new pg.Client({ connectionString: database.applicationUrl });
    await client.connect();
    for (const sql of ['DELETE FROM promotion_conflict', 'UPDATE promotion_conflict SET person_id = NULL', 'INSERT INTO promotion_conflict SELECT * FROM promotion_conflict LIMIT 1', 'DELETE FROM service_account_responsibility', 'UPDATE service_account_responsibility SET until = now()', 'ALTER TABLE approval DISABLE TRIGGER ALL']) await expect(client.query(sql), sql).rejects.toThrow(/permission denied|must be owner/);
    await client.end();
  });

  it('the requester neither decides nor has it decided by SQL; one person counts once', async () => {
    await behind(`INSERT INTO role_grant (id, person_id, role, team_id) VALUES ('${newId()}', '${organisation.secondEngineer.id}', 'reviewer', '${organisation.teamId}')`);
    expect(await decide({ ...organisation.secondEngineer, grants: [{ role: 'reviewer', teamId: organisation.teamId }] }, request)).toMatchObject({ error: { code: 'approvals.not_entitled' } });
    await expect(approveBySql(request, organisation.secondEngineer.id, 'reviewer')).rejects.toThrow(/requester may not decide/);
    const both = await anotherPerson(organisation, ['reviewer', 'security']);
    must(await decide(both, request));
    expect(await decide(both, request)).toMatchObject({ error: { code: 'approvals.not_entitled' } });
    await expect(approveBySql(request, both.id, 'security')).rejects.toThrow(/nobody decides twice/);
  });

  it('who answers for the deploying account is nobody of these either, by API or by SQL', async () => {
    must(await decide(organisation.security, request));
    for (const way of ways) {
      const person = made.involved.find(({ cell }) => cell.way === way && cell.hops === 3)?.person;
      if (!person) throw new Error('the matrix has no such cell');
      const { id } = must(await createServiceAccount.execute(as(organisation.admin), { name: `deployer-${newId()}`, teamId: organisation.teamId, role: 'deployer', responsiblePersonId: person.id })).value;
      const deployer: Actor = { kind: 'service', id, tokenId: newId(), responsiblePersonId: person.id, teamId: organisation.teamId, grants: [{ role: 'deployer', teamId: organisation.teamId }] };
      expect(await deploy(deployer, made.digest)).toMatchObject({ error: { code: 'deployments.not_allowed', details: { reasons: [{ code: 'separation_of_duties' }] } } });
      const client = new pg.Client({ connectionString: database.applicationUrl });
      await client.connect();
      await client.query('BEGIN');
      await client.query(`SELECT set_config('gatehouse.actor_kind', 'service', true), set_config('gatehouse.actor_id', $1, true)`, [id]);
      await expect(client.query(`INSERT INTO deployment (id, team_id, model_version_id, digest, environment, endpoint, promotion_id, deployed_by) VALUES ($1, $2, $3, $4, 'production', 'e', $5, $6)`, [newId(), organisation.teamId, made.modelVersionId, made.digest, request.promotionId, id])).rejects.toThrow(/separation of duties/);
      await client.end();
    }
    expect((await deploy(organisation.deployer, made.digest)).ok).toBe(true);
  });
});

describe('the past of an account', () => {
  it('stays with who answered for it then; who takes it over answers too', async () => {
    const [before, after] = [await anotherPerson(organisation, ['reviewer']), await anotherPerson(organisation, ['reviewer'])];
    const version = await pipeline.goodVersion('handed-over', { name: 'handed-over' });
    const again = await bySomeAccountOf(before, (account) => account.report({ stage: 'ingest', inputs: [version.assets.source], outputs: [version.assets.raw], startedAt: '2025-05-03T00:00:00.000Z' }));
    const account = (await admin.query<{ reported_by: string }>('SELECT reported_by FROM run WHERE id = $1', [again.runId])).rows[0]?.reported_by ?? '';
    await admin.query(`BEGIN; ALTER TABLE service_account DISABLE TRIGGER audit_required; UPDATE service_account SET responsible_person_id = '${after.id}' WHERE id = '${account}'; ALTER TABLE service_account ENABLE TRIGGER audit_required; COMMIT`);
    const request = await ask(organisation.engineer, version.modelVersionId);
    for (const person of [before, after]) expect(await decide(person, request)).toMatchObject({ error: { code: 'approvals.not_entitled', message: expect.stringMatching(/made the dataset flights, an input of this model, on 3 May 2025/) as string } });
  });
});

describe('what becomes known after the request', () => {
  it('keeps its author from deciding as well', async () => {
    const version = await pipeline.goodVersion('late', { name: 'late' });
    const request = await ask(organisation.engineer, version.modelVersionId);
    const late = await anotherPerson(organisation, ['reviewer']);
    await pipeline.report({ stage: 'label', inputs: [], outputs: [version.assets.raw], startedAt: '2025-05-03T00:00:00.000Z', triggeredBy: await emailOf(late) });
    const result = await decide(late, request);
    expect(result.ok ? result.value.value.recorded : false).toBe(false);
    await expect(approveBySql(request, late.id, 'reviewer')).rejects.toThrow(/separation of duties|no longer open/);
  });
});

describe('a lineage that cannot be walked to its end', () => {
  it('lets nobody approve, by API or by SQL, and says so', async () => {
    // A bound that a test can pass: PostgreSQL asks this function for it.
    const bound = (most: number) => admin.query(`CREATE OR REPLACE FUNCTION most_walked() RETURNS int LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$ SELECT ${most} $$`);
    await bound(1_000);
    const version = await pipeline.goodVersion('endless', { name: 'endless' });
    await behind(`INSERT INTO run (id, team_id, job_id, state, state_rank, state_event_time, started_at, reported_by) SELECT gen_random_uuid(), r.team_id, r.job_id, 'complete', 3, r.state_event_time, r.started_at - n * interval '1 second', r.reported_by FROM run r, generate_series(1, 2100) AS n WHERE r.id = '${version.runs.features.runId}';
      INSERT INTO run_asset (id, run_id, asset_version_id, asset_id, direction, team_id) SELECT gen_random_uuid(), r.id, e.asset_version_id, e.asset_id, 'output', e.team_id FROM run r, run_asset e WHERE e.run_id = '${version.runs.features.runId}' AND e.direction = 'output' AND r.state_rank = 3 AND NOT EXISTS (SELECT 1 FROM run_asset o WHERE o.run_id = r.id)`);
    const request = await ask(organisation.engineer, version.modelVersionId);
    const { rights } = must(await getPromotion.execute(as(organisation.reviewer), { promotionId: request.promotionId }));
    expect(rights).toMatchObject({ mayApprove: false, mayReject: true, conflicts: [{ rule: 'lineage_cut_off' }] });
    expect(await decide(organisation.reviewer, request)).toMatchObject({ error: { message: expect.stringMatching(/larger than can be walked to the end/) as string } });
    if (request.verdict === 'blocked') await behind(`UPDATE promotion SET verdict = 'passed' WHERE id = '${request.promotionId}'`);
    await expect(approveBySql(request, organisation.reviewer.id, 'reviewer')).rejects.toThrow(/lineage_cut_off/);
    await bound(200_000);
  }, 60_000);
});

describe('standing conflicts are refused where roles and accounts are given', () => {
  const refused = { error: { kind: 'conflict', code: 'identity.standing_conflict' } };
  const grant = (personId: string, role: 'engineer' | 'reviewer' | 'security', teamId: string | null) => grantRole.execute(as(organisation.admin), { personId, role, teamId });
  const account = (role: 'pipeline' | 'deployer', responsiblePersonId: string, teamId = organisation.teamId) => createServiceAccount.execute(as(organisation.admin), { name: `a-${newId()}`, teamId, role, responsiblePersonId });

  it('engineer and approver of one team, in either order, also by a role for the organisation', async () => {
    expect(await grant(organisation.engineer.id, 'reviewer', organisation.teamId)).toMatchObject(refused);
    expect(await grant(organisation.engineer.id, 'security', null)).toMatchObject(refused);
    expect(await grant(organisation.reviewer.id, 'engineer', organisation.teamId)).toMatchObject(refused);
    expect(await grant(organisation.security.id, 'engineer', organisation.teamId)).toMatchObject(refused);
    expect((await grant(organisation.reviewer.id, 'engineer', organisation.otherTeamId)).ok).toBe(true);
  });

  it('engineer, and answering for the deployer, of one team', async () => {
    expect(await account('deployer', organisation.engineer.id)).toMatchObject(refused);
    const operator = (await admin.query<{ id: string }>(`SELECT responsible_person_id AS id FROM service_account WHERE name = 'fraud-deployer'`)).rows[0]?.id ?? '';
    expect(await grant(operator, 'engineer', organisation.teamId)).toMatchObject(refused);
    expect(await grant(operator, 'engineer', null)).toMatchObject(refused);
  });

  it('answering for the pipeline and for the deployer of one team', async () => {
    const person = await anotherPerson(organisation, ['auditor']);
    must(await account('pipeline', person.id));
    expect(await account('deployer', person.id)).toMatchObject(refused);
    expect((await account('deployer', person.id, organisation.otherTeamId)).ok).toBe(true);
  });

  it('two grants at once: one of the two', async () => {
    const person = await anotherPerson(organisation, []);
    const results = await Promise.all(Array.from({ length: 8 }, (_, index) => grant(person.id, index % 2 ? 'engineer' : 'reviewer', organisation.teamId)));
    const roles = (await admin.query<{ role: string }>('SELECT role FROM role_grant WHERE person_id = $1', [person.id])).rows.map(({ role }) => role);
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(roles).toHaveLength(1);
  });
});

it('a whole promotion still goes through for people who had no hand in it', async () => {
  const version = await pipeline.goodVersion('plain', { name: 'plain' });
  await approved(organisation, version.modelVersionId);
  expect((await deploy(organisation.deployer, version.digest, 'production', 'plain')).ok).toBe(true);
});
