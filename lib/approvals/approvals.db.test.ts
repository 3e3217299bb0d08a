// Asking, deciding, and everything that may not slip through: by command, by database, by clock, at once.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { revokeTrustKey } from '#lib/evidence/index.ts';
import { revokeRole } from '#lib/identity/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import { confirmPolicy, ensureShippedPolicies, proposePolicy, shippedPolicies } from '#lib/policy/index.ts';
import { makeKey } from '#lib/testing/attestations.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { goodMetrics, makePipeline, type Pipeline } from '#lib/testing/pipeline.ts';
import { anotherPerson, approved, ask, decide, decision, deploy, personOfConflictingRoles } from '#lib/testing/promotion.ts';
import { decidePromotion, getPromotion, handlePolicyActivated, listPromotions, requestPromotion, withdrawPromotion } from './index.ts';

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

let count = 0;
/** A fresh good version of a model of its own. */
const fresh = () => pipeline.goodVersion(`v${(count += 1)}`, { name: `model-${count}` });
const detail = async (promotionId: string, actor: Parameters<typeof as>[0] = organisation.reviewer) => must(await getPromotion.execute(as(actor), { promotionId }));
const stateOf = async (promotionId: string) => (await admin.query<{ state: string }>('SELECT state FROM promotion WHERE id = $1', [promotionId])).rows[0]?.state;
const approvalsIn = async (promotionId: string) => (await admin.query('SELECT 1 FROM approval WHERE promotion_id = $1', [promotionId])).rowCount;
/** Changes behind the portal's back: by a superuser with triggers off. */
const behind = (sql: string) => admin.query(`BEGIN; SET LOCAL session_replication_role = replica; ${sql}; COMMIT`);

describe('a request', () => {
  it('is evaluated on frozen evidence, approved by a reviewer and by security, and remembered with audit numbers', async () => {
    const version = await fresh();
    const request = await ask(organisation.engineer, version.modelVersionId);
    expect(request).toMatchObject({ verdict: 'passed', artifactDigest: version.digest });
    const first = must(await decide(organisation.reviewer, request));
    expect(first.value).toMatchObject({ recorded: true, state: 'open', needs: [{ role: 'reviewer', needed: 1, given: 1 }, { role: 'security', needed: 1, given: 0 }] });
    const second = must(await decide(organisation.security, request));
    expect(second.value).toMatchObject({ recorded: true, state: 'approved' });
    expect(second.auditNumbers).toHaveLength(2);
    const seen = await detail(request.promotionId);
    expect(seen.history.map(({ action }) => action)).toEqual(['approvals.requestPromotion', 'approvals.decidePromotion', 'approvals.decidePromotion', 'approvals.approved']);
    expect(seen.history.map(({ number }) => number)).toEqual([...seen.history.map(({ number }) => number)].sort((a, b) => a - b));
    expect(seen.approvals.every(({ snapshotDigest, policyDigest, artifactDigest }) => snapshotDigest === request.snapshotDigest && policyDigest === request.policyDigest && artifactDigest === version.digest)).toBe(true);
    expect(seen.wouldBeStale).toEqual([]);
  });

  it('is made by engineers of the team alone', async () => {
    const { modelVersionId } = await fresh();
    const attempt = { modelVersionId, environment: 'production' as const, reason: 'Please.' };
    for (const who of ['reviewer', 'security', 'auditor', 'admin', 'pipeline', 'deployer'] as const) expect(await requestPromotion.execute(as(organisation[who]), attempt), who).toMatchObject({ error: { kind: 'forbidden' } });
    expect(await requestPromotion.execute(as(organisation.otherEngineer), attempt)).toMatchObject({ error: { kind: 'not_found' } });
  });

  it('is the only open one of its version and environment, also when many ask at once', async () => {
    const { modelVersionId } = await fresh();
    const results = await Promise.all(Array.from({ length: 10 }, () => requestPromotion.execute(as(organisation.engineer), { modelVersionId, environment: 'production', reason: 'At once.' })));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    for (const result of results) if (!result.ok) expect(result.error.code).toBe('approvals.already_open');
  });

  it('is not needed where the policy asks for no approval', async () => {
    const { modelVersionId } = await fresh();
    expect(await requestPromotion.execute(as(organisation.engineer), { modelVersionId, environment: 'staging', reason: 'Please.' })).toMatchObject({ error: { code: 'approvals.not_needed' } });
  });

  it('that the policy blocks is shown with its failing rules first, can be rejected, and cannot be approved', async () => {
    const { assets } = await fresh();
    const model = { ...assets.model, digest: assets.features.digest };
    const { modelVersionId } = await pipeline.publish(model, `blocked-${count}`);
    const request = await ask(organisation.engineer, modelVersionId);
    expect(request.verdict).toBe('blocked');
    expect(await decide(organisation.reviewer, request)).toMatchObject({ error: { kind: 'conflict', code: 'approvals.blocked' } });
    const seen = await detail(request.promotionId);
    expect(seen.results[0]).toMatchObject({ ruleId: 'required-metadata', verdict: 'failed', level: 'block' });
    expect(seen.results[1]).toMatchObject({ verdict: 'not_evaluated', level: 'block', reason: expect.stringMatching(/needs evaluation/) as string });
    expect(seen.rights).toMatchObject({ mayApprove: false, mayReject: true });
    expect(must(await decide(organisation.reviewer, request, 'reject')).value.state).toBe('rejected');
  });

  it('is withdrawn by an engineer of the team, also after it was approved, and never comes back', async () => {
    const { modelVersionId } = await fresh();
    const request = await approved(organisation, modelVersionId);
    expect(await withdrawPromotion.execute(as(organisation.reviewer), { promotionId: request.promotionId, reason: 'No.' })).toMatchObject({ error: { kind: 'forbidden' } });
    must(await withdrawPromotion.execute(as(organisation.secondEngineer), { promotionId: request.promotionId, reason: 'A mistake.' }));
    expect(await withdrawPromotion.execute(as(organisation.secondEngineer), { promotionId: request.promotionId, reason: 'Again.' })).toMatchObject({ error: { code: 'approvals.not_open' } });
    expect(await decide(organisation.secondSecurity, request)).toMatchObject({ error: { code: 'approvals.not_open' } });
  });
});

describe('separation of duties', () => {
  it('keeps the requester from deciding, whatever other roles they hold, and audits the attempt', async () => {
    const both = await personOfConflictingRoles(database.adminUrl, organisation, ['engineer', 'reviewer', 'security']);
    const { modelVersionId } = await fresh();
    const request = await ask(both, modelVersionId);
    for (const verdict of ['approve', 'reject'] as const) expect(await decide(both, request, verdict)).toMatchObject({ error: { kind: 'forbidden', code: 'approvals.not_entitled', message: expect.stringMatching(/nobody decides on their own request/) as string } });
    expect((await admin.query(`SELECT 1 FROM audit_event WHERE outcome = 'refused' AND subject_id = $1 AND actor_id = $2`, [request.promotionId, both.id])).rowCount).toBe(2);
  });

  it('keeps one person from approving in two roles', async () => {
    const both = await anotherPerson(organisation, ['reviewer', 'security']);
    const { modelVersionId } = await fresh();
    const request = await ask(organisation.engineer, modelVersionId);
    must(await decide(both, request));
    expect(await decidePromotion.execute(as(both), { ...decision(request), role: 'security' })).toMatchObject({ error: { message: expect.stringMatching(/nobody decides twice/) as string } });
    expect(await stateOf(request.promotionId)).toBe('open');
  });

  it('keeps the person who answers for the pipeline from approving what it made', async () => {
    const { createServiceAccount } = await import('#lib/identity/index.ts');
    const answering = await anotherPerson(organisation, ['reviewer']);
    const { id } = must(await createServiceAccount.execute(as(organisation.admin), { name: 'ingest-only', teamId: organisation.teamId, role: 'pipeline', responsiblePersonId: answering.id })).value;
    const account = { kind: 'service' as const, id, tokenId: newId(), responsiblePersonId: answering.id, teamId: organisation.teamId, grants: [{ role: 'pipeline' as const, teamId: organisation.teamId }], token: '' };
    const other = makePipeline({ organisation, pipeline: account });
    // The account only ingested the raw data; another one trained and published.
    const assets = pipeline.assetsOf('by-two');
    await other.report({ stage: 'ingest', inputs: [assets.source], outputs: [assets.raw], startedAt: '2025-12-01T00:00:00.000Z' });
    await pipeline.validate(assets.raw);
    await pipeline.report({ stage: 'features', inputs: [assets.raw], outputs: [assets.features] });
    const train = await pipeline.report({ stage: 'train', inputs: [assets.features], outputs: [assets.model] });
    await pipeline.provenance(train);
    await pipeline.evaluate(assets.model, assets.holdout);
    const { modelVersionId } = await pipeline.publish(assets.model, 'by-two', train.runId);
    const request = await ask(organisation.secondEngineer, modelVersionId);
    expect(await decide(answering, request)).toMatchObject({ error: { code: 'approvals.not_entitled', message: expect.stringMatching(/ingest-only, which made the dataset flights, an input of this model, on 1 December 2025/) as string } });
    expect((await detail(request.promotionId, answering)).rights.reasons.join(' ')).toMatch(/You answered for the service account ingest-only/);
  });

  it('asks for the role of this very team', async () => {
    const elsewhere = await anotherPerson(organisation, ['reviewer'], organisation.otherTeamId);
    const { modelVersionId } = await fresh();
    const request = await ask(organisation.engineer, modelVersionId);
    expect(await decide(elsewhere, request)).toMatchObject({ error: { kind: 'not_found' } });
  });

  it('asks again for the role at the moment of deciding: a session that still has it does not help', async () => {
    const leaving = await anotherPerson(organisation, ['reviewer']);
    const { modelVersionId } = await fresh();
    const request = await ask(organisation.engineer, modelVersionId);
    const grant = (await admin.query<{ id: string }>('SELECT id FROM role_grant WHERE person_id = $1', [leaving.id])).rows[0]?.id ?? '';
    must(await revokeRole.execute(as(organisation.admin), { grantId: grant, reason: 'They left the team.' }));
    expect(await decide(leaving, request)).toMatchObject({ error: { code: 'approvals.not_entitled' } });
    expect(await approvalsIn(request.promotionId)).toBe(0);
  });
});

describe('a decision binds to what was seen', () => {
  it.each(['snapshotDigest', 'policyDigest', 'artifactDigest'] as const)('another %s is a conflict and decides nothing', async (member) => {
    const { modelVersionId } = await fresh();
    const request = await ask(organisation.engineer, modelVersionId);
    expect(await decidePromotion.execute(as(organisation.reviewer), { ...decision(request), [member]: `sha256:${'0'.repeat(64)}` })).toMatchObject({ error: { kind: 'conflict', code: 'approvals.digest_mismatch' } });
    expect(await approvalsIn(request.promotionId)).toBe(0);
  });

  const changes: [string, (version: Awaited<ReturnType<typeof fresh>>) => Promise<unknown>, RegExp][] = [
    ['a new evaluation', ({ assets }) => pipeline.evaluate(assets.model, { ...assets.holdout, digest: `sha256:${'9'.repeat(64)}` }), /the evaluation/],
    ['an evaluation with other values', ({ assets }) => pipeline.evaluate(assets.model, assets.holdout, goodMetrics.map((metric) => ({ ...metric, value: metric.value + 0.001 }))), /the evaluation/],
    ['a failed validation', ({ assets }) => pipeline.validate(assets.raw, 'failed'), /data validation/],
    ['provenance by a stranger', ({ runs }) => pipeline.provenance(runs.train, {}, [makeKey()]), /signed provenance/],
    ['a byte of stored evidence', ({ digest }) => behind(`UPDATE evidence SET bytes = bytes || '\\x20'::bytea WHERE id IN (SELECT evidence_id FROM evidence_subject WHERE digest = '${digest}')`), /provenance/],
    ['a quarantine of the data', ({ assets }) => behind(`UPDATE asset_version SET state = 'quarantined' WHERE digest = '${assets.raw.digest}'`), /lineage/],
    ['an open critical finding', ({ digest }) => behind(`INSERT INTO finding (id, team_id, fingerprint, source, rule, title, detail, recommendation, severity, severity_rank, asset_version_id) SELECT '${newId()}', '${organisation.teamId}', 'f-${digest}', 'scan', 'r', 'Backdoor', 'd', 'r', 'critical', 0, id FROM asset_version WHERE digest = '${digest}'`), /findings/],
  ];
  it.each(changes)('%s makes the first approval stale before the second is given', async (_what, change, reason) => {
    const version = await fresh();
    const request = await ask(organisation.engineer, version.modelVersionId);
    must(await decide(organisation.reviewer, request));
    await change(version);
    expect((await detail(request.promotionId)).wouldBeStale.join(' ')).toMatch(reason);
    const second = must(await decide(organisation.security, request));
    expect(second.value).toMatchObject({ recorded: false, state: 'stale', message: expect.stringMatching(reason) as string });
    expect(await stateOf(request.promotionId)).toBe('stale');
    expect(await approvalsIn(request.promotionId)).toBe(1);
    expect((await detail(request.promotionId)).history.at(-1)).toMatchObject({ action: 'approvals.markStale', outcome: 'done' });
  });

  it('one character of the policy, confirmed by two, makes all requests under the old one stale', async () => {
    const { modelVersionId } = await fresh();
    const request = await ask(organisation.engineer, modelVersionId);
    const title = `${shippedPolicies.production.title}.`;
    const { policyVersionId, digest } = must(await proposePolicy.execute(as(organisation.security), { environment: 'production', content: { ...shippedPolicies.production, title }, reason: 'A full stop.' })).value;
    must(await confirmPolicy.execute(as(organisation.secondSecurity), { policyVersionId, digest, reason: 'It belongs there.' }));
    expect(must(await decide(organisation.reviewer, request)).value).toMatchObject({ recorded: false, state: 'stale', message: expect.stringMatching(/the policy changed/) as string });
    // The event of the activation does the same for those that nobody touches, however often it is delivered.
    const [open, decidedOn] = [await ask(organisation.engineer, modelVersionId), await approved(organisation, (await fresh()).modelVersionId)];
    const back = must(await proposePolicy.execute(as(organisation.security), { environment: 'production', content: { ...shippedPolicies.production, title: `${title}.` }, reason: 'Another one.' })).value;
    must(await confirmPolicy.execute(as(organisation.secondSecurity), { policyVersionId: back.policyVersionId, digest: back.digest, reason: 'Yes.' }));
    for (const again of [1, 2]) await handlePolicyActivated({ policyVersionId: again === 1 ? back.policyVersionId : policyVersionId });
    expect([await stateOf(open.promotionId), await stateOf(decidedOn.promotionId)]).toEqual(['stale', 'stale']);
    expect((await admin.query(`SELECT 1 FROM audit_event WHERE action = 'approvals.markStale' AND actor_kind = 'system' AND subject_id = $1`, [open.promotionId])).rowCount).toBe(1);
  });

  it('a character of the active policy, changed in the database, makes it unusable: nothing is decided or asked', async () => {
    const { modelVersionId } = await fresh();
    const request = await ask(organisation.engineer, modelVersionId);
    const content = (await admin.query<{ content: unknown }>(`SELECT content FROM policy_version WHERE environment = 'production' AND state = 'active'`)).rows[0]?.content;
    await behind(`UPDATE policy_version SET content = jsonb_set(content, '{parameters,minimumAuc,value}', '0.1') WHERE environment = 'production' AND state = 'active'`);
    expect(must(await decide(organisation.reviewer, request)).value).toMatchObject({ recorded: false, message: expect.stringMatching(/no usable policy/) as string });
    expect(await requestPromotion.execute(as(organisation.engineer), { modelVersionId, environment: 'production', reason: 'Please.' })).toMatchObject({ error: { code: 'approvals.no_policy' } });
    await behind(`UPDATE policy_version SET content = ${pg.escapeLiteral(JSON.stringify(content))}::jsonb WHERE environment = 'production' AND state = 'active'`);
  });

  it('expires by the database’s clock', async () => {
    const { modelVersionId } = await fresh();
    const request = await ask(organisation.engineer, modelVersionId);
    await behind(`UPDATE promotion SET expires_at = now() - interval '1 second' WHERE id = '${request.promotionId}'`);
    expect(must(await decide(organisation.reviewer, request)).value).toMatchObject({ recorded: false, message: expect.stringMatching(/expired/) as string });
  });

  it('gives way to a new request once it is stale', async () => {
    const version = await fresh();
    const request = await ask(organisation.engineer, version.modelVersionId);
    await pipeline.validate(version.assets.raw, 'warned');
    const again = must(await requestPromotion.execute(as(organisation.engineer), { modelVersionId: version.modelVersionId, environment: 'production', reason: 'With the new evidence.' })).value;
    expect(again.replaced).toBe(request.promotionId);
    expect(await stateOf(request.promotionId)).toBe('stale');
  });

  it('forged in the database, the verdict is found out', async () => {
    const { assets } = await fresh();
    const { modelVersionId } = await pipeline.publish({ ...assets.model, digest: assets.raw.digest }, `forged-${count}`);
    const request = await ask(organisation.engineer, modelVersionId);
    await behind(`UPDATE promotion SET verdict = 'passed' WHERE id = '${request.promotionId}'`);
    expect(must(await decide(organisation.reviewer, request)).value).toMatchObject({ recorded: false, message: expect.stringMatching(/recorded verdict/) as string });
  });

  it('rests on keys that are still trusted', async () => {
    const key = makeKey();
    const trustKeyId = await pipeline.trust(key);
    const version = await fresh();
    const assets = { ...version.assets, model: { ...version.assets.model, digest: `sha256:${'7'.repeat(64)}` } };
    const train = await pipeline.report({ stage: 'train', inputs: [assets.features], outputs: [assets.model] });
    await pipeline.provenance(train, {}, [key]);
    await pipeline.evaluate(assets.model, assets.holdout);
    const { modelVersionId } = await pipeline.publish(assets.model, 'other-key', train.runId);
    const request = await ask(organisation.engineer, modelVersionId);
    expect(request.verdict).toBe('passed');
    must(await revokeTrustKey.execute(as(organisation.security), { id: trustKeyId, reason: 'Stolen.' }));
    expect(must(await decide(organisation.reviewer, request)).value).toMatchObject({ recorded: false, message: expect.stringMatching(/provenance/) as string });
  });
});

describe('at once', () => {
  it('two hundred attempts to decide by ten people give one consistent outcome', async () => {
    const requester = await personOfConflictingRoles(database.adminUrl, organisation, ['engineer', 'reviewer']);
    const alsoEngineer = await personOfConflictingRoles(database.adminUrl, organisation, ['engineer', 'security']);
    const { modelVersionId } = await fresh();
    const request = await ask(requester, modelVersionId);
    const entitled = [organisation.reviewer, organisation.security, organisation.secondSecurity, await anotherPerson(organisation, ['reviewer']), await anotherPerson(organisation, ['reviewer', 'security'])];
    const others = [requester, organisation.engineer, organisation.auditor, await anotherPerson(organisation, ['reviewer'], organisation.otherTeamId), alsoEngineer];
    const people = [...entitled, ...others];
    const results = await Promise.all(Array.from({ length: 200 }, (_, index) => decide(people[index % people.length] ?? requester, request)));
    const recorded = results.filter((result) => result.ok && result.value.value.recorded);
    expect(recorded.length).toBe(await approvalsIn(request.promotionId));
    expect(results.filter((result) => result.ok && result.value.value.state === 'approved')).toHaveLength(1);
    expect(await stateOf(request.promotionId)).toBe('approved');
    for (const result of results) if (!result.ok) expect(['approvals.not_open', 'approvals.not_entitled', 'kernel.forbidden', 'kernel.not_found']).toContain(result.error.code);
    const given = (await admin.query<{ role: string; person_id: string }>('SELECT role, person_id FROM approval WHERE promotion_id = $1', [request.promotionId])).rows;
    expect(new Set(given.map(({ role }) => role))).toEqual(new Set(['reviewer', 'security']));
    expect(new Set(given.map(({ person_id }) => person_id)).size).toBe(given.length);
    for (const { person_id } of given) expect(entitled.map(({ id }) => id)).toContain(person_id);
  }, 60_000);

  it('a role taken away while its holder decides: the approval came first or is not there', async () => {
    for (const round of [1, 2, 3, 4]) {
      const leaving = await anotherPerson(organisation, ['reviewer']);
      const { modelVersionId } = await fresh();
      const request = await ask(organisation.engineer, modelVersionId);
      const grant = (await admin.query<{ id: string }>('SELECT id FROM role_grant WHERE person_id = $1', [leaving.id])).rows[0]?.id ?? '';
      const [decided] = await Promise.all([decide(leaving, request), revokeRole.execute(as(organisation.admin), { grantId: grant, reason: `Round ${round}.` })]);
      expect(await approvalsIn(request.promotionId)).toBe(decided.ok ? 1 : 0);
      if (!decided.ok) expect(decided.error.code).toBe('approvals.not_entitled');
    }
  });

  it('an approval and a rejection race to one of the two ends', async () => {
    const { modelVersionId } = await fresh();
    const request = await ask(organisation.engineer, modelVersionId);
    must(await decide(organisation.reviewer, request));
    await Promise.all([decide(organisation.security, request), decide(organisation.secondSecurity, request, 'reject'), withdrawPromotion.execute(as(organisation.engineer), { promotionId: request.promotionId, reason: 'Never mind.' })]);
    expect(['approved', 'rejected', 'withdrawn']).toContain(await stateOf(request.promotionId));
  });
});

describe('the application role, by SQL', () => {
  /** Runs statements as the application with an actor and an audit event for the row, as a subverted process could. */
  async function attack(actorId: string, statements: (client: pg.Client) => Promise<unknown>, audits: [string, string][]) {
    const client = new pg.Client({ connectionString: database.applicationUrl });
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query(`SELECT set_config('gatehouse.actor_kind', 'person', true), set_config('gatehouse.actor_id', $1, true)`, [actorId]);
      await statements(client);
      for (const [table, id] of audits) await client.query(`INSERT INTO audit_event (id, at, actor_kind, actor_id, action, outcome, subject_table, subject_id, request_id, canonical) VALUES ($1, now(), 'person', $2, 'x', 'done', $3, $4, 'r', '{}')`, [newId(), actorId, table, id]);
      await client.query('COMMIT');
    } finally {
      await client.end();
    }
  }
  const approve = (client: pg.Client, request: Awaited<ReturnType<typeof ask>>, personId: string, role: string, changes: { snapshot?: string; verdict?: string } = {}) =>
    client.query(`INSERT INTO approval (id, promotion_id, person_id, role, verdict, comment, artifact_digest, snapshot_digest, policy_digest) VALUES ($1, $2, $3, $4, $5, 'c', $6, $7, $8)`, [newId(), request.promotionId, personId, role, changes.verdict ?? 'approve', request.artifactDigest, changes.snapshot ?? request.snapshotDigest, request.policyDigest]);

  it('cannot approve for the requester, for another, twice, by a role not held, on other digests, or what is blocked', async () => {
    const { modelVersionId } = await fresh();
    const request = await ask(organisation.secondEngineer, modelVersionId);
    const { reviewer, security, secondEngineer } = organisation;
    await expect(attack(secondEngineer.id, (client) => approve(client, request, secondEngineer.id, 'reviewer'), [])).rejects.toThrow(/requester may not decide/);
    await expect(attack(reviewer.id, (client) => approve(client, request, security.id, 'security'), [])).rejects.toThrow(/given by the person who acts/);
    await expect(attack(reviewer.id, (client) => approve(client, request, reviewer.id, 'security'), [])).rejects.toThrow(/does not hold the role/);
    await expect(attack(reviewer.id, (client) => approve(client, request, reviewer.id, 'reviewer', { snapshot: `sha256:${'0'.repeat(64)}` }), [])).rejects.toThrow(/other digests/);
    must(await decide(reviewer, request));
    await expect(attack(reviewer.id, (client) => approve(client, request, reviewer.id, 'reviewer'), [])).rejects.toThrow(/approval_once/);
    await behind(`UPDATE promotion SET verdict = 'blocked' WHERE id = '${request.promotionId}'`);
    await expect(attack(security.id, (client) => approve(client, request, security.id, 'security'), [])).rejects.toThrow(/blocked request/);
  });

  it('cannot approve for who answers for the account that made it', async () => {
    const { modelVersionId } = await fresh();
    const request = await ask(organisation.secondEngineer, modelVersionId);
    await behind(`INSERT INTO role_grant (id, person_id, role, team_id) VALUES ('${newId()}', '${organisation.engineer.id}', 'reviewer', '${organisation.teamId}')`);
    await expect(attack(organisation.engineer.id, (client) => approve(client, request, organisation.engineer.id, 'reviewer'), [])).rejects.toThrow(/answers for an account or a team/);
    await behind(`DELETE FROM role_grant WHERE person_id = '${organisation.engineer.id}' AND role = 'reviewer'`);
  });

  it('cannot move a request to approved without the approvals of its policy', async () => {
    const { modelVersionId } = await fresh();
    const request = await ask(organisation.engineer, modelVersionId);
    const move = (state: string) => attack(organisation.reviewer.id, (client) => client.query('UPDATE promotion SET state = $1 WHERE id = $2', [state, request.promotionId]), [['promotion', request.promotionId]]);
    await expect(move('approved')).rejects.toThrow(/0 of 1 approvals by reviewer/);
    must(await decide(organisation.reviewer, request));
    await expect(move('approved')).rejects.toThrow(/0 of 1 approvals by security/);
    await expect(move('deployed')).rejects.toThrow(/deployed by a deployment/);
    must(await decide(organisation.security, request));
    await expect(move('open')).rejects.toThrow(/cannot go from approved to open/);
    await expect(move('rejected')).rejects.toThrow(/cannot go from approved to rejected/);
  });

  it('cannot insert a request that is approved already, by another, on other digests, or under another policy', async () => {
    const version = await fresh();
    const request = await ask(organisation.engineer, version.modelVersionId);
    const insert = (changes: Record<string, string>) => {
      const id = newId();
      const columns = ['team_id', 'model_version_id', 'environment', 'artifact_digest', 'snapshot_id', 'snapshot_digest', 'policy_version_id', 'policy_digest', 'results', 'verdict', 'state', 'requested_by', 'reason', 'expires_at'];
      const values = columns.map((column) => (column in changes ? pg.escapeLiteral(changes[column] ?? '') : column === 'state' ? `'open'` : column));
      return attack(organisation.engineer.id, (client) => client.query(`INSERT INTO promotion (id, ${columns.join(', ')}) SELECT '${id}', ${values.join(', ')} FROM promotion WHERE id = '${request.promotionId}'`), [['promotion', id]]);
    };
    await expect(insert({ state: 'approved' })).rejects.toThrow(/begins open/);
    await expect(insert({ requested_by: organisation.secondEngineer.id })).rejects.toThrow(/made by the person who acts/);
    await expect(insert({ artifact_digest: `sha256:${'0'.repeat(64)}` })).rejects.toThrow(/artifact and the team/);
    await expect(insert({ snapshot_digest: `sha256:${'0'.repeat(64)}` })).rejects.toThrow(/digest of its snapshot/);
    await expect(insert({ policy_digest: `sha256:${'0'.repeat(64)}` })).rejects.toThrow(/active policy/);
    await expect(insert({})).rejects.toThrow(/promotion_one_open/);
  });

  it('cannot freeze a snapshot under another digest, nor change what is frozen', async () => {
    await expect(attack(organisation.engineer.id, (client) => client.query(`INSERT INTO evidence_snapshot (id, team_id, digest, content) VALUES ($1, $2, $3, '{}')`, [newId(), organisation.teamId, `sha256:${'0'.repeat(64)}`]), [])).rejects.toThrow(/does not have this digest/);
    for (const column of ['artifact_digest', 'snapshot_digest', 'policy_digest', 'results', 'verdict', 'requested_by', 'expires_at']) {
      await expect(attack(organisation.engineer.id, (client) => client.query(`UPDATE promotion SET ${column} = ${column}`), [])).rejects.toThrow(/permission denied/);
    }
  });

  it('cannot put an active policy in place', async () => {
    const insert = (state: string, proposedBy: string | null) => attack(organisation.security.id, (client) => client.query(`INSERT INTO policy_version (id, environment, digest, content, state, proposed_by) VALUES ($1, 'production', 'd', '{}', $2, $3)`, [newId(), state, proposedBy]), []);
    await expect(insert('active', null)).rejects.toThrow(/begins as a proposal/);
    await expect(insert('active', organisation.security.id)).rejects.toThrow(/begins as a proposal/);
    await expect(insert('proposed', organisation.secondSecurity.id)).rejects.toThrow(/of the person who acts/);
  });
});

describe('reading requests', () => {
  it('shows each person what waits for them, and not what they asked for or decided', async () => {
    const { modelVersionId } = await fresh();
    const request = await ask(organisation.engineer, modelVersionId);
    const waiting = async (actor: Parameters<typeof as>[0]) => must(await listPromotions.execute(as(actor), { needsMe: 'true', limit: 200 })).items.map(({ id }) => id);
    expect(await waiting(organisation.reviewer)).toContain(request.promotionId);
    expect(await waiting(organisation.security)).toContain(request.promotionId);
    expect(await waiting(organisation.engineer)).toEqual([]);
    expect(await waiting(organisation.auditor)).toEqual([]);
    must(await decide(organisation.reviewer, request));
    expect(await waiting(organisation.reviewer)).not.toContain(request.promotionId);
    expect(await waiting(organisation.security)).toContain(request.promotionId);
  });

  it('shows another team nothing', async () => {
    const { modelVersionId } = await fresh();
    const request = await ask(organisation.engineer, modelVersionId);
    expect(await getPromotion.execute(as(organisation.otherEngineer), { promotionId: request.promotionId })).toMatchObject({ error: { kind: 'not_found' } });
    expect(must(await listPromotions.execute(as(organisation.otherEngineer), {})).items).toEqual([]);
  });

  it('pages and filters', async () => {
    const all = must(await listPromotions.execute(as(organisation.auditor), { limit: 200 })).items;
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = must(await listPromotions.execute(as(organisation.auditor), { limit: 4, ...(after ? { after } : {}) }));
      seen.push(...page.items.map(({ id }) => id));
      if (page.older === null) break;
      after = page.older;
    }
    expect(seen).toEqual(all.map(({ id }) => id));
    const stale = must(await listPromotions.execute(as(organisation.auditor), { state: 'stale', limit: 200 } as never)).items;
    expect(stale.length).toBeGreaterThan(0);
    expect(stale.every(({ state }) => state === 'stale')).toBe(true);
  });

  it('shows what differs from what runs there', async () => {
    const first = await pipeline.goodVersion('one', { name: 'differing' });
    await approved(organisation, first.modelVersionId);
    must(await deploy(organisation.deployer, first.digest, 'production', 'differing'));
    const second = await pipeline.goodVersion('two', { name: 'differing', metrics: goodMetrics.map((metric) => (metric.name === 'auc' ? { ...metric, value: metric.value + 0.01 } : metric)) });
    const request = await ask(organisation.engineer, second.modelVersionId);
    expect(request.verdict).toBe('passed');
    const { difference } = await detail(request.promotionId);
    expect(difference).toMatchObject({ a: { version: 1 }, b: { version: 2 }, metrics: { dataset: { name: 'flights-holdout' } } });
    expect(difference?.metrics.rows.find(({ name, slice }) => name === 'auc' && slice === null)).toMatchObject({ a: 0.71, b: 0.72, worseBy: -0.01 });
    expect(difference?.data[0]).toMatchObject({ name: 'flight-features', same: false });
  });

  it.each([['an id that is none', 'x'], ['an unknown id', newId()]])('answers %s without a defect', async (_what, promotionId) => {
    const result = await getPromotion.execute(as(organisation.reviewer), { promotionId });
    expect(result.ok ? '' : result.error.kind).toMatch(/invalid|not_found/);
  });
});
