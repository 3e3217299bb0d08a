// Deploying: by the wire, by the clock, at once, by SQL; and no sequence of commands that slips into production.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GET as askRoute, POST as askByJson } from '#app/api/v1/decisions/deploy/route.ts';
import { POST as deployRoute } from '#app/api/v1/deployments/route.ts';
import { decidePromotion, requestPromotion, withdrawPromotion } from '#lib/approvals/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { ensureShippedPolicies } from '#lib/policy/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { makePipeline, type Pipeline } from '#lib/testing/pipeline.ts';
import { approved, ask, decide, decision, deploy, personOfConflictingRoles, type Request as PromotionRequest } from '#lib/testing/promotion.ts';
import { currentDeployments, decideDeploy, listDeployDecisions, listDeployments, recordDeployment } from './index.ts';

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
const fresh = () => pipeline.goodVersion(`d${(count += 1)}`, { name: `deployed-${count}` });
const behind = (sql: string) => admin.query(`BEGIN; SET LOCAL session_replication_role = replica; ${sql}; COMMIT`);
const stateOf = async (promotionId: string) => (await admin.query<{ state: string }>('SELECT state FROM promotion WHERE id = $1', [promotionId])).rows[0]?.state;
const answerFor = async (digest: string, environment: 'sandbox' | 'staging' | 'production' = 'production', actor: Actor = organisation.deployer) => must(await decideDeploy.execute(as(actor), { digest, environment })).value;
const unknown = `sha256:${'0'.repeat(64)}`;
const endpoint = () => `endpoint-${newId()}`;

describe('over the wire', () => {
  const authorised = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });
  const get = (query: string, token = organisation.deployer.token) => askRoute(new Request(`http://portal.test/api/v1/decisions/deploy?${query}`, { headers: authorised(token) }), { params: Promise.resolve({}) });
  const post = (body: unknown, token = organisation.deployer.token) => deployRoute(new Request('http://portal.test/api/v1/deployments', { method: 'POST', headers: authorised(token), body: JSON.stringify(body) }), { params: Promise.resolve({}) });

  it('the question is answered with 200, also when the answer is no', async () => {
    const answer = await get(`digest=${unknown}&environment=production`);
    expect([answer.status, await answer.json()]).toEqual([200, { allowed: false, digest: unknown, environment: 'production', endpoint: null, identity: null, reasons: [{ code: 'not_registered', message: expect.any(String) as string }], decidedAt: expect.any(String) as string, requestId: expect.any(String) as string, promotionId: null }]);
    const byJson = await askByJson(new Request('http://portal.test/api/v1/decisions/deploy', { method: 'POST', headers: authorised(organisation.deployer.token), body: JSON.stringify({ digest: unknown, environment: 'production' }) }), { params: Promise.resolve({}) });
    expect([byJson.status, ((await byJson.json()) as { allowed: boolean }).allowed]).toEqual([200, false]);
  });

  it('a deployment is answered with 201, a refused one with 409 and the reasons', async () => {
    const version = await fresh();
    const refused = await post({ digest: version.digest, environment: 'production', endpoint: 'wire', servingSince: null });
    expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'deployments.not_allowed', allowed: false, reasons: [{ code: 'not_promoted' }] }]);
    await approved(organisation, version.modelVersionId);
    const done = await post({ digest: version.digest, environment: 'production', endpoint: 'wire', servingSince: '2026-01-01T00:00:00+01:00' });
    expect([done.status, await done.json()]).toEqual([201, { deploymentId: expect.any(String) as string, allowed: true }]);
    expect((await admin.query(`SELECT 1 FROM audit_event WHERE action = 'deployments.recordDeployment' AND outcome = 'refused' AND after ->> 'endpoint' = 'wire'`)).rowCount).toBe(1);
  });

  it.each([['no digest', 'environment=production'], ['a short digest', 'digest=sha256:00&environment=production'], ['an unknown environment', `digest=${unknown}&environment=moon`], ['a digest twice', `digest=${unknown}&digest=${unknown}&environment=production`]])('%s is answered with 422', async (_what, query) => {
    expect((await get(query)).status).toBe(422);
  });

  it.each([[{ endpoint: '' }], [{ endpoint: 'a\0b' }], [{ servingSince: 'yesterday' }], [{ servingSince: '99999-01-01T00:00:00Z' }], [{ environment: 7 }], [{ digest: null }]])('a deployment with %j is answered with 422', async (changes) => {
    expect((await post({ digest: unknown, environment: 'production', endpoint: 'wire', servingSince: null, ...changes })).status).toBe(422);
  });

  it('a pipeline’s token asks and does not deploy; nobody’s token does neither', async () => {
    expect((await get(`digest=${unknown}&environment=production`, organisation.pipeline.token)).status).toBe(200);
    expect((await post({ digest: unknown, environment: 'sandbox', endpoint: 'wire' }, organisation.pipeline.token)).status).toBe(403);
    expect((await get(`digest=${unknown}&environment=production`, 'gh_nothing')).status).toBe(401);
  });
});

describe('environments', () => {
  it('sandbox takes what is registered, staging takes it and warns, production wants a promotion', async () => {
    const { digest } = await fresh();
    expect(await answerFor(digest, 'sandbox')).toMatchObject({ allowed: true, reasons: [{ code: 'sandbox_open' }] });
    expect(await answerFor(digest, 'staging')).toMatchObject({ allowed: true, reasons: [{ code: 'staging_open' }] });
    expect(await answerFor(digest)).toMatchObject({ allowed: false, reasons: [{ code: 'not_promoted' }] });
    const bare = pipeline.assetsOf('bare').model;
    await pipeline.report({ stage: 'train', inputs: [], outputs: [bare] });
    await pipeline.publish(bare, 'bare');
    const warned = await answerFor(bare.digest, 'staging');
    expect(warned.allowed).toBe(true);
    expect(warned.reasons.map(({ code }) => code)).toEqual(expect.arrayContaining(['data-validated', 'auc-at-least-minimum']));
    must(await deploy(organisation.deployer, bare.digest, 'sandbox', endpoint()));
    must(await deploy(organisation.deployer, bare.digest, 'staging', endpoint()));
  });

  it('a promotion is for one artifact and one environment', async () => {
    const [one, other] = [await fresh(), await fresh()];
    await approved(organisation, one.modelVersionId);
    expect((await answerFor(one.digest)).allowed).toBe(true);
    expect((await answerFor(other.digest)).allowed).toBe(false);
  });

  it('another team’s version is unknown', async () => {
    const { digest, modelVersionId } = await fresh();
    await approved(organisation, modelVersionId);
    expect(await answerFor(digest, 'sandbox', organisation.otherPipeline)).toMatchObject({ allowed: false, reasons: [{ code: 'not_registered' }] });
  });
});

describe('an approved promotion', () => {
  it('becomes deployed, and what ran on the endpoint before ends', async () => {
    const [one, two] = [await fresh(), await fresh()];
    const where = endpoint();
    const first = await approved(organisation, one.modelVersionId);
    const second = await approved(organisation, two.modelVersionId);
    const before = must(await deploy(organisation.deployer, one.digest, 'production', where)).value;
    const after = must(await deploy(organisation.deployer, two.digest, 'production', where));
    expect(after.value.replaced).toBe(before.deploymentId);
    expect(after.auditNumbers).toHaveLength(3);
    expect([await stateOf(first.promotionId), await stateOf(second.promotionId)]).toEqual(['deployed', 'deployed']);
    const running = must(await currentDeployments.execute(as(organisation.engineer), {})).items.filter((item) => item.endpoint === where);
    expect(running.map(({ digest }) => digest)).toEqual([two.digest]);
  });

  it('lets its version back onto an endpoint: rolling back needs no new request while nothing changed', async () => {
    const [one, two] = [await fresh(), await fresh()];
    const where = endpoint();
    for (const { modelVersionId } of [one, two]) await approved(organisation, modelVersionId);
    for (const { digest } of [one, two, one]) must(await deploy(organisation.deployer, digest, 'production', where));
    expect(must(await currentDeployments.execute(as(organisation.engineer), {})).items.find((item) => item.endpoint === where)?.digest).toBe(one.digest);
  });

  const spoiled: [string, (version: Awaited<ReturnType<typeof fresh>>, request: PromotionRequest) => Promise<unknown>, RegExp][] = [
    ['expired', (_version, { promotionId }) => behind(`UPDATE promotion SET expires_at = now() - interval '1 second' WHERE id = '${promotionId}'`), /expired/],
    ['about quarantined bytes', ({ digest }) => behind(`UPDATE asset_version SET state = 'quarantined' WHERE digest = '${digest}'`), /quarantine/],
    ['about a model made from quarantined data', ({ assets }) => behind(`UPDATE asset_version SET state = 'quarantined' WHERE digest = '${assets.raw.digest}'`), /quarantine/],
    ['followed by a failed validation', ({ assets }) => pipeline.validate(assets.raw, 'failed'), /data validation/],
    ['robbed of an approval', (_version, { promotionId }) => behind(`DELETE FROM approval WHERE promotion_id = '${promotionId}' AND role = 'security'`), /approvals/],
    ['approved on other digests', (_version, { promotionId }) => behind(`UPDATE approval SET snapshot_digest = '${unknown}' WHERE promotion_id = '${promotionId}'`), /approvals/],
    ['withdrawn', async (_version, { promotionId }) => must(await withdrawPromotion.execute(as(organisation.engineer), { promotionId, reason: 'No longer.' })), /withdrawn/],
    ['about evidence that was changed in the database', ({ digest }) => behind(`UPDATE evidence SET bytes = bytes || '\\x20'::bytea WHERE id IN (SELECT evidence_id FROM evidence_subject WHERE digest = '${digest}')`), /stale/],
  ];
  it.each(spoiled)('that is %s lets nothing run: not by the answer, not by deploying', async (_what, spoil, reason) => {
    const version = await fresh();
    const request = await approved(organisation, version.modelVersionId);
    expect((await answerFor(version.digest)).allowed).toBe(true);
    await spoil(version, request);
    const refused = await deploy(organisation.deployer, version.digest, 'production', endpoint());
    expect(refused).toMatchObject({ ok: false, error: { code: 'deployments.not_allowed', message: expect.stringMatching(reason) as string } });
    const answer = await answerFor(version.digest);
    expect([answer.allowed, answer.reasons.map(({ message }) => message).join(' ')]).toEqual([false, expect.stringMatching(reason)]);
  });

  it('found stale by a question is stale from then on, and the question is kept', async () => {
    const version = await fresh();
    const request = await approved(organisation, version.modelVersionId);
    await pipeline.validate(version.assets.raw, 'failed');
    const answer = await answerFor(version.digest);
    expect(await stateOf(request.promotionId)).toBe('stale');
    const { items } = must(await listDeployDecisions.execute(as(organisation.auditor), { digest: version.digest }));
    expect(items[0]).toMatchObject({ allowed: false, requestId: answer.requestId, reasons: [{ code: 'promotion_stale' }] });
    expect((await admin.query(`SELECT 1 FROM audit_event WHERE subject_table = 'deploy_decision' AND subject_id = $1`, [items[0]?.id])).rowCount).toBe(1);
  });
});

describe('at once', () => {
  it('many deployments on one endpoint leave one running, and each ended one ends when the next begins', async () => {
    const versions = [await fresh(), await fresh(), await fresh()];
    for (const { modelVersionId } of versions) await approved(organisation, modelVersionId);
    const where = endpoint();
    const results = await Promise.all(Array.from({ length: 12 }, (_, index) => deploy(organisation.deployer, versions[index % 3]?.digest ?? '', 'production', where)));
    expect(results.every((result) => result.ok)).toBe(true);
    const rows = (await admin.query<{ ended_at: Date | null }>('SELECT ended_at FROM deployment WHERE endpoint = $1', [where])).rows;
    expect(rows).toHaveLength(12);
    expect(rows.filter((row) => row.ended_at === null)).toHaveLength(1);
  });

  it('a deployment and a withdrawal come one after the other', async () => {
    const version = await fresh();
    const request = await approved(organisation, version.modelVersionId);
    const [deployed, withdrawn] = await Promise.all([deploy(organisation.deployer, version.digest, 'production', endpoint()), withdrawPromotion.execute(as(organisation.engineer), { promotionId: request.promotionId, reason: 'Stop.' })]);
    expect([deployed.ok, withdrawn.ok].filter(Boolean)).toHaveLength(1);
    expect(await stateOf(request.promotionId)).toBe(deployed.ok ? 'deployed' : 'withdrawn');
  });

  it('an endpoint that another team uses is not taken over', async () => {
    const version = await fresh();
    const where = endpoint();
    must(await deploy(organisation.deployer, version.digest, 'sandbox', where));
    const other = makePipeline({ organisation, pipeline: organisation.otherPipeline });
    const model = { name: 'other', digest: `sha256:${'5'.repeat(64)}`, kind: 'model' };
    await other.report({ stage: 'train', inputs: [], outputs: [model] });
    await other.publish(model, 'other-model');
    const otherDeployer: Actor = { ...organisation.otherPipeline, grants: [{ role: 'deployer', teamId: organisation.otherTeamId }] };
    expect(await deploy(otherDeployer, model.digest, 'sandbox', where)).toMatchObject({ error: { code: 'deployments.endpoint_taken' } });
  });
});

describe('the application role, by SQL', () => {
  it('cannot put into production what is not promoted, nor by another’s promotion, nor end and begin again', async () => {
    const [promoted, other] = [await fresh(), await fresh()];
    const request = await approved(organisation, promoted.modelVersionId);
    const client = new pg.Client({ connectionString: database.applicationUrl });
    await client.connect();
    const insert = async (modelVersionId: string, digest: string, promotionId: string | null, actor = organisation.deployer.id) => {
      const id = newId();
      await client.query('BEGIN');
      try {
        await client.query(`SELECT set_config('gatehouse.actor_kind', 'service', true), set_config('gatehouse.actor_id', $1, true)`, [actor]);
        await client.query(`INSERT INTO deployment (id, team_id, model_version_id, digest, environment, endpoint, promotion_id, deployed_by) VALUES ($1, $2, $3, $4, 'production', $5, $6, $7)`, [id, organisation.teamId, modelVersionId, digest, endpoint(), promotionId, organisation.deployer.id]);
        await client.query('COMMIT');
      } finally {
        await client.query('ROLLBACK');
      }
    };
    await expect(insert(other.modelVersionId, other.digest, null)).rejects.toThrow(/runs only what was promoted/);
    await expect(insert(other.modelVersionId, other.digest, request.promotionId)).rejects.toThrow(/does not allow this deployment/);
    await expect(insert(promoted.modelVersionId, other.digest, request.promotionId)).rejects.toThrow(/artifact of its version/);
    await expect(insert(promoted.modelVersionId, promoted.digest, request.promotionId, organisation.reviewer.id)).rejects.toThrow(/by the account that acts/);
    await expect(insert(promoted.modelVersionId, promoted.digest, request.promotionId)).rejects.toThrow(/without an audit event/);
    must(await deploy(organisation.deployer, promoted.digest, 'production', 'ends-once'));
    must(await deploy(organisation.deployer, promoted.digest, 'production', 'ends-once'));
    await expect(client.query(`UPDATE deployment SET ended_at = NULL WHERE endpoint = 'ends-once' AND ended_at IS NOT NULL`)).rejects.toThrow(/does not begin again/);
    await expect(client.query(`UPDATE deployment SET digest = digest`)).rejects.toThrow(/permission denied/);
    await expect(client.query(`UPDATE deploy_decision SET allowed = true`)).rejects.toThrow(/permission denied/);
    await client.end();
  });
});

describe('reading', () => {
  it('tells what ran at a moment', async () => {
    const [one, two] = [await fresh(), await fresh()];
    const where = endpoint();
    must(await deploy(organisation.deployer, one.digest, 'sandbox', where));
    const between = must(await listDeployments.execute(as(organisation.engineer), { current: 'true', q: where })).items[0]?.deployedAt ?? '';
    must(await deploy(organisation.deployer, two.digest, 'sandbox', where));
    const ran = must(await listDeployments.execute(as(organisation.engineer), { at: between, q: where })).items;
    expect(ran.map(({ digest }) => digest)).toEqual([one.digest]);
    expect(must(await listDeployments.execute(as(organisation.engineer), { current: 'true', q: where })).items.map(({ digest }) => digest)).toEqual([two.digest]);
    expect(must(await listDeployments.execute(as(organisation.otherEngineer), { q: where })).items).toEqual([]);
  });

  it('shows answers to those who may know the digest', async () => {
    const { digest } = await fresh();
    await answerFor(digest);
    expect(must(await listDeployDecisions.execute(as(organisation.engineer), { digest })).items).toHaveLength(1);
    expect(must(await listDeployDecisions.execute(as(organisation.otherEngineer), { digest })).items).toEqual([]);
  });
});

describe('no sequence of commands', () => {
  it('reaches production without an approval by a reviewer and one by security, neither the requester, on the digests evaluated', async () => {
    const both = await personOfConflictingRoles(database.adminUrl, organisation, ['engineer', 'reviewer', 'security']);
    const people = { engineer: organisation.engineer, both, reviewer: organisation.reviewer, security: organisation.security, secondSecurity: organisation.secondSecurity };
    type Name = keyof typeof people;
    const name = fc.constantFrom<Name>('engineer', 'both', 'reviewer', 'security', 'secondSecurity');
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('ask' as const), who: fc.constantFrom<Name>('engineer', 'both') }) },
      { weight: 8, arbitrary: fc.record({ do: fc.constant('decide' as const), who: name, verdict: fc.constantFrom('approve' as const, 'approve' as const, 'approve' as const, 'reject' as const), which: fc.nat(2) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), who: fc.constantFrom<Name>('engineer', 'both') }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('evidence' as const) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('deploy' as const) }) },
    );
    const reached = { deployed: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        const version = await fresh();
        const where = endpoint();
        /** What should be so, kept apart from the portal: each request with its approvals, newest last. */
        const requests: { request: PromotionRequest; by: Name; approvals: Map<Name, string>; open: boolean; approved: boolean; spoiled: boolean }[] = [];
        for (const each of steps) {
          const current = requests.at(-1);
          switch (each.do) {
            case 'ask': {
              const result = await requestPromotion.execute(as(people[each.who]), { modelVersionId: version.modelVersionId, environment: 'production', reason: 'A step.' });
              if (!result.ok) break;
              if (current) current.open = false;
              requests.push({ request: { ...result.value.value }, by: each.who, approvals: new Map(), open: true, approved: false, spoiled: false });
              break;
            }
            case 'decide': {
              const target = requests[Math.max(0, requests.length - 1 - each.which)];
              if (!target) break;
              const result = await decidePromotion.execute(as(people[each.who]), decision(target.request, each.verdict));
              if (!result.ok || !result.value.value.recorded) break;
              expect(target.open && !target.spoiled && each.who !== target.by && each.who !== 'both' && !target.approvals.has(each.who), 'a decision was recorded that should not have been').toBe(true);
              const role = (await admin.query<{ role: string }>('SELECT role FROM approval WHERE id = $1', [result.value.value.approvalId])).rows[0]?.role ?? '';
              if (each.verdict === 'reject') target.open = false;
              else target.approvals.set(each.who, role);
              const roles = [...target.approvals.values()];
              target.approved = target.open && roles.includes('reviewer') && roles.includes('security') && target.approvals.size >= 2;
              if (target.approved) target.open = false;
              break;
            }
            case 'withdraw': {
              if (!current) break;
              const result = await withdrawPromotion.execute(as(people[each.who]), { promotionId: current.request.promotionId, reason: 'A step.' });
              if (result.ok) Object.assign(current, { open: false, approved: false });
              break;
            }
            case 'evidence':
              await pipeline.evaluate(version.assets.model, { name: 'another', digest: `sha256:${newId().replaceAll('-', '').repeat(2)}` });
              for (const request of requests) request.spoiled = true;
              break;
            case 'deploy': {
              const should = requests.some(({ approved: given, spoiled }) => given && !spoiled);
              const result = await recordDeployment.execute(as(organisation.deployer), { digest: version.digest, environment: 'production', endpoint: where });
              expect(result.ok, JSON.stringify({ steps, requests: requests.map(({ approvals, ...rest }) => ({ ...rest, approvals: [...approvals] })), result })).toBe(should);
              reached[result.ok ? 'deployed' : 'refused'] += 1;
              break;
            }
          }
        }
        const rows = await admin.query<{ roles: string[]; people: string[]; requested_by: string; same: boolean }>(
          `SELECT array_agg(a.role) AS roles, array_agg(DISTINCT a.person_id::text) AS people, p.requested_by, bool_and(a.snapshot_digest = p.snapshot_digest AND a.policy_digest = p.policy_digest AND a.artifact_digest = d.digest) AS same
             FROM deployment d JOIN promotion p ON p.id = d.promotion_id JOIN approval a ON a.promotion_id = p.id AND a.verdict = 'approve' WHERE d.model_version_id = $1 GROUP BY d.id, p.id`, [version.modelVersionId]);
        for (const row of rows.rows) {
          expect(row.roles).toEqual(expect.arrayContaining(['reviewer', 'security']));
          expect(row.people.length).toBeGreaterThanOrEqual(2);
          expect(row.people).not.toContain(row.requested_by);
          expect(row.same).toBe(true);
        }
      }),
      {
        numRuns: 15,
        endOnFailure: true,
        examples: [[[{ do: 'ask', who: 'both' }, { do: 'decide', who: 'reviewer', verdict: 'approve', which: 0 }, { do: 'deploy' }, { do: 'decide', who: 'both', verdict: 'approve', which: 0 }, { do: 'decide', who: 'security', verdict: 'approve', which: 0 }, { do: 'deploy' }, { do: 'evidence' }, { do: 'deploy' }]]],
      },
    );
    // The walk must have met both ends, or it has shown nothing.
    expect(reached.deployed).toBeGreaterThan(0);
    expect(reached.refused).toBeGreaterThan(0);
  }, 240_000);

  it('is needed but the shortest: ask, approve twice, deploy', async () => {
    const version = await fresh();
    const request = await ask(organisation.engineer, version.modelVersionId);
    expect((await deploy(organisation.deployer, version.digest, 'production', endpoint())).ok).toBe(false);
    must(await decide(organisation.security, request));
    expect((await deploy(organisation.deployer, version.digest, 'production', endpoint())).ok).toBe(false);
    must(await decide(organisation.reviewer, request));
    expect((await deploy(organisation.deployer, version.digest, 'production', endpoint())).ok).toBe(true);
  });
});
