// Exceptions: two people, one rule, one version, a moment when they end; and what they do to requests.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPromotion, handleExceptionsChanged } from '#lib/approvals/index.ts';
import { decide as mayRun } from '#lib/deployments/decide.ts';
import { readTransaction } from '#lib/db/client.ts';
import { newId } from '#lib/kernel/ids.ts';
import { ensureShippedPolicies } from '#lib/policy/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { goodMetrics, makePipeline, type Pipeline } from '#lib/testing/pipeline.ts';
import { approved, ask, decide, deploy } from '#lib/testing/promotion.ts';
import { confirmException, endException, listExceptions, proposeException } from './index.ts';

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

const reason = 'The airport closed for a week; the new data is due on Monday.';
const soon = (days = 7) => new Date(Date.now() + days * 86_400_000).toISOString();
const ruleId = 'calibration-error-bounded';
let count = 0;
/** A version that fails exactly one blocking rule. */
const flawed = () => pipeline.goodVersion(`f${(count += 1)}`, { name: `flawed-${count}`, metrics: goodMetrics.map((metric) => (metric.name === 'expected_calibration_error' ? { ...metric, value: 0.3 } : metric)) });
const propose = (modelVersionId: string, changes: Partial<Parameters<typeof proposeException.execute>[1]> = {}, who: Parameters<typeof as>[0] = organisation.engineer) => proposeException.execute(as(who), { modelVersionId, environment: 'production', ruleId, expiresAt: soon(), reason, ...changes });
const confirm = (exceptionId: string, who: Parameters<typeof as>[0] = organisation.secondSecurity) => confirmException.execute(as(who), { exceptionId, reason: 'Understood.' });
const granted = async (modelVersionId: string) => {
  const { exceptionId } = must(await propose(modelVersionId)).value;
  must(await confirm(exceptionId));
  return exceptionId;
};
const detail = async (promotionId: string) => must(await getPromotion.execute(as(organisation.reviewer), { promotionId }));
const stateOf = async (promotionId: string) => (await admin.query<{ state: string }>('SELECT state FROM promotion WHERE id = $1', [promotionId])).rows[0]?.state;
const behind = (sql: string) => admin.query(`BEGIN; SET LOCAL session_replication_role = replica; ${sql}; COMMIT`);

async function attack(actorId: string, statement: string, values: unknown[] = []) {
  const client = new pg.Client({ connectionString: database.applicationUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT set_config('gatehouse.actor_kind', 'person', true), set_config('gatehouse.actor_id', $1, true)`, [actorId]);
    await client.query(statement, values);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

describe('an exception', () => {
  it('lets a version pass whose rule fails, and leaves the rule’s own verdict in the API, the results and the snapshot', async () => {
    const { modelVersionId, digest } = await flawed();
    expect((await ask(organisation.engineer, modelVersionId)).verdict).toBe('blocked');
    const exceptionId = await granted(modelVersionId);
    const request = await ask(organisation.engineer, modelVersionId);
    expect(request.verdict).toBe('passed');
    const seen = await detail(request.promotionId);
    expect(seen.results[0]).toMatchObject({ ruleId, verdict: 'failed', level: 'block', exception: { id: exceptionId, reason, proposedBy: organisation.engineer.id, confirmedBy: organisation.secondSecurity.id } });
    expect(seen.counts.failed).toBe(1);
    expect(seen.exceptions).toMatchObject([{ id: exceptionId, state: 'active', proposedBy: { name: 'engineer' }, confirmedBy: { name: 'second-security' } }]);
    expect(seen.snapshot).toMatchObject({ exceptions: [{ id: exceptionId, ruleId }] });
    must(await decide(organisation.reviewer, request));
    must(await decide(organisation.security, request));
    must(await deploy(organisation.deployer, digest, 'production', `flawed-${count}`));
  });

  it('is for one subject, one rule and one environment', async () => {
    const [excepted, other] = [await flawed(), await flawed()];
    must(await confirm(must(await propose(excepted.modelVersionId, { ruleId: 'auc-at-least-minimum' })).value.exceptionId));
    must(await confirm(must(await propose(excepted.modelVersionId, { environment: 'staging' })).value.exceptionId));
    expect((await ask(organisation.engineer, excepted.modelVersionId)).verdict).toBe('blocked');
    await granted(excepted.modelVersionId);
    expect((await ask(organisation.engineer, other.modelVersionId)).verdict).toBe('blocked');
  });

  it('takes a second person, who is of security', async () => {
    const { modelVersionId } = await flawed();
    const { exceptionId } = must(await propose(modelVersionId, {}, organisation.security)).value;
    expect(await confirm(exceptionId, organisation.security)).toMatchObject({ error: { code: 'exceptions.needs_second_person' } });
    for (const who of ['engineer', 'secondEngineer', 'reviewer', 'auditor', 'admin', 'pipeline'] as const) expect(await confirm(exceptionId, organisation[who]), who).toMatchObject({ error: { kind: 'forbidden' } });
    expect(await confirm(exceptionId, organisation.otherEngineer)).toMatchObject({ error: { kind: 'not_found' } });
    must(await confirm(exceptionId, organisation.secondSecurity));
    const events = await admin.query<{ action: string; outcome: string }>('SELECT action, outcome FROM audit_event WHERE subject_id = $1 ORDER BY number', [exceptionId]);
    expect(events.rows[0]).toEqual({ action: 'exceptions.proposeException', outcome: 'done' });
    expect(events.rows.at(-1)).toEqual({ action: 'exceptions.confirmException', outcome: 'done' });
    expect(events.rows).toContainEqual({ action: 'exceptions.confirmException', outcome: 'refused' });
  });

  it.each([
    ['a rule that is none', { ruleId: 'no-such-rule' }, 'exceptions.unknown_rule'],
    ['a moment in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 'exceptions.too_long'],
    ['more than ninety days', { expiresAt: soon(91) }, 'exceptions.too_long'],
    ['a year that no clock knows', { expiresAt: '9999-12-31T23:59:59Z' }, 'exceptions.too_long'],
  ])('is refused for %s', async (_what, changes, code) => {
    const { modelVersionId } = await flawed();
    expect(await propose(modelVersionId, changes)).toMatchObject({ ok: false, error: { kind: 'invalid', code } });
  });

  it('is asked for once at a time, by people who have to do with the version', async () => {
    const { modelVersionId } = await flawed();
    const results = await Promise.all([1, 2, 3, 4].map(() => propose(modelVersionId)));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(await propose(modelVersionId, {}, organisation.otherEngineer)).toMatchObject({ error: { kind: 'not_found' } });
    expect(await propose(modelVersionId, {}, organisation.pipeline)).toMatchObject({ error: { kind: 'forbidden' } });
  });

  it('that is rejected or revoked does not come back', async () => {
    const { modelVersionId } = await flawed();
    const { exceptionId } = must(await propose(modelVersionId)).value;
    expect(must(await endException.execute(as(organisation.engineer), { exceptionId, reason: 'No need.' })).value.state).toBe('rejected');
    expect(await confirm(exceptionId)).toMatchObject({ error: { code: 'exceptions.not_proposed' } });
    const second = await granted(modelVersionId);
    expect(must(await endException.execute(as(organisation.reviewer), { exceptionId: second, reason: 'Too risky.' })).value.state).toBe('revoked');
    expect(await endException.execute(as(organisation.reviewer), { exceptionId: second, reason: 'Again.' })).toMatchObject({ error: { code: 'exceptions.not_active' } });
  });
});

describe('a request that rests on an exception', () => {
  it('is stale when the exception is revoked: approved or open, when it is touched and also when nobody touches it', async () => {
    const version = await flawed();
    const exceptionId = await granted(version.modelVersionId);
    const request = await approved(organisation, version.modelVersionId);
    must(await endException.execute(as(organisation.security), { exceptionId, reason: 'Found out more.' }));
    expect((await detail(request.promotionId)).wouldBeStale.join()).toMatch(/exceptions/);
    expect(await deploy(organisation.deployer, version.digest)).toMatchObject({ ok: false });
    for (const _again of [1, 2]) await handleExceptionsChanged({ modelVersionId: version.modelVersionId, environment: 'production' });
    expect(await stateOf(request.promotionId)).toBe('stale');
    expect((await ask(organisation.engineer, version.modelVersionId)).verdict).toBe('blocked');
  });

  it('is not approved by who asked for or confirmed the exception, in the domain and in the database; they may reject it', async () => {
    const { modelVersionId } = await flawed();
    must(await confirm(must(await propose(modelVersionId, {}, organisation.reviewer)).value.exceptionId, organisation.secondSecurity));
    const request = await ask(organisation.engineer, modelVersionId);
    expect(request.verdict).toBe('passed');
    for (const [who, deed] of [[organisation.secondSecurity, 'confirmed'], [organisation.reviewer, 'asked for']] as const) {
      expect(await decide(who, request)).toMatchObject({ error: { code: 'approvals.blocked', message: expect.stringMatching(new RegExp(`You ${deed} the exception`)) as string } });
      const { rights } = must(await getPromotion.execute(as(who), { promotionId: request.promotionId }));
      expect(rights).toMatchObject({ mayApprove: false, mayReject: true });
      const forged = `INSERT INTO approval (id, promotion_id, person_id, role, verdict, comment, artifact_digest, snapshot_digest, policy_digest) SELECT gen_random_uuid(), p.id, $2, $3, 'approve', 'mine', p.artifact_digest, p.snapshot_digest, p.policy_digest FROM promotion p WHERE p.id = $1`;
      await expect(attack(who.id, forged, [request.promotionId, who.id, who === organisation.reviewer ? 'reviewer' : 'security'])).rejects.toThrow(/does not approve what rests on it/);
    }
    must(await decide(organisation.security, request));
    must(await decide(organisation.secondSecurity, request, 'reject'));
  });

  it('is stale when the exception expires, by the database’s clock', async () => {
    const version = await flawed();
    const exceptionId = await granted(version.modelVersionId);
    const request = await ask(organisation.engineer, version.modelVersionId);
    must(await decide(organisation.reviewer, request));
    await behind(`UPDATE policy_exception SET expires_at = now() - interval '1 second' WHERE id = '${exceptionId}'`);
    expect(must(await decide(organisation.security, request)).value).toMatchObject({ recorded: false, state: 'stale', message: expect.stringMatching(/exceptions/) as string });
    expect(must(await listExceptions.execute(as(organisation.engineer), { state: ['expired'] } as never)).items.map(({ id }) => id)).toEqual([exceptionId]);
  });

  it('is looked at again at the very end of the exception', async () => {
    const { modelVersionId } = await flawed();
    await granted(modelVersionId);
    const { rows } = await admin.query<{ due: boolean }>(`SELECT start_after > now() + interval '6 days' AS due FROM pgboss.job WHERE name = 'exceptions.changed' AND data ->> 'modelVersionId' = $1 ORDER BY start_after`, [modelVersionId]);
    expect(rows.map(({ due }) => due)).toEqual([false, true]);
  });
});

describe('an environment that only warns', () => {
  it('says the exception beside the warning', async () => {
    const { modelVersionId, digest } = await flawed();
    must(await confirm(must(await propose(modelVersionId, { environment: 'staging' })).value.exceptionId));
    const { ruling } = await readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, (tx) => mayRun(tx, { digest, environment: 'staging', endpoint: null, identity: null }, 'all', new Date().toISOString(), false, { kind: 'system', id: null, name: 'test' }));
    expect(ruling.reasons.find(({ code }) => code === ruleId)?.message).toMatch(/failed, found 0.3; excepted until .* because The airport/);
  });
});

describe('the application role, by SQL', () => {
  it('cannot put an exception in force with fewer than two people, longer than agreed, without security or without an audit event', async () => {
    const { modelVersionId } = await flawed();
    const { exceptionId } = must(await propose(modelVersionId, {}, organisation.security)).value;
    const activate = (by: string): [string, unknown[]] => [`UPDATE policy_exception SET state = 'active', confirmed_by = $1, confirmed_at = now() WHERE id = $2`, [by, exceptionId]];
    await expect(attack(organisation.security.id, ...activate(organisation.security.id))).rejects.toThrow(/second person/);
    await expect(attack(organisation.security.id, ...activate(organisation.secondSecurity.id))).rejects.toThrow(/second person/);
    await expect(attack(organisation.reviewer.id, ...activate(organisation.reviewer.id))).rejects.toThrow(/confirmed by security/);
    await expect(attack(organisation.secondSecurity.id, ...activate(organisation.secondSecurity.id))).rejects.toThrow(/without an audit event/);
    for (const column of ['expires_at', 'rule_id', 'model_version_id', 'reason', 'proposed_by', 'environment']) await expect(attack(organisation.security.id, `UPDATE policy_exception SET ${column} = ${column}`)).rejects.toThrow(/permission denied/);
    await expect(attack(organisation.security.id, 'DELETE FROM policy_exception')).rejects.toThrow(/permission denied/);
    const insert = (state: string, expires: string) => attack(organisation.security.id, `INSERT INTO policy_exception (id, team_id, model_version_id, environment, rule_id, reason, expires_at, state, proposed_by) VALUES ($1, $2, $3, 'production', 'x-y', 'r', now() + $4::interval, $5, $6)`, [newId(), organisation.teamId, modelVersionId, expires, state, organisation.security.id]);
    await expect(insert('active', '1 day')).rejects.toThrow(/begins as a proposal/);
    await expect(insert('proposed', '1 year')).rejects.toThrow(/limited in time/);
  });

  it('cannot deploy what an exception that has ended once let through', async () => {
    const version = await flawed();
    const exceptionId = await granted(version.modelVersionId);
    const request = await approved(organisation, version.modelVersionId);
    const { rows: [row] } = await admin.query<{ results: { level: string; verdict: string }[] }>('SELECT results FROM promotion WHERE id = $1', [request.promotionId]);
    expect(row?.results.filter(({ level, verdict }) => level === 'block' && verdict !== 'passed')).not.toEqual([]);
    await behind(`UPDATE policy_exception SET expires_at = now() - interval '1 second' WHERE id = '${exceptionId}'`);
    const write = attack(organisation.deployer.id,
      `INSERT INTO deployment (id, team_id, model_version_id, digest, environment, endpoint, promotion_id, deployed_by) SELECT gen_random_uuid(), p.team_id, p.model_version_id, p.artifact_digest, p.environment, 'by-hand', p.id, $2 FROM promotion p WHERE p.id = $1`,
      [request.promotionId, organisation.deployer.id]);
    await expect(write).rejects.toThrow(/no exception from it is in force/);
  });
});
