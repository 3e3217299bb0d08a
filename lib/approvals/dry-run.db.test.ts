// What a policy would have decided on what was frozen; and tests beside a policy, run before it counts.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmPolicy, ensureShippedPolicies, getPolicy, policyDigest, proposePolicy, shippedPolicies, tryPolicy, type PolicyContent } from '#lib/policy/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { makePipeline } from '#lib/testing/pipeline.ts';
import { ask } from '#lib/testing/promotion.ts';
import { dryRunPolicy, getPromotion } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let admin: pg.Client;
let passed: Awaited<ReturnType<typeof ask>>;
let blocked: Awaited<ReturnType<typeof ask>>;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  await ensureShippedPolicies();
  const pipeline = makePipeline({ organisation });
  await pipeline.trust();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  const good = await pipeline.goodVersion('good', { name: 'good' });
  passed = await ask(organisation.engineer, good.modelVersionId);
  const { modelVersionId } = await pipeline.publish({ ...good.assets.model, digest: good.assets.features.digest }, 'bad');
  blocked = await ask(organisation.engineer, modelVersionId);
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

const production = shippedPolicies.production;
const stricter: PolicyContent = { ...production, parameters: { ...production.parameters, minimumAuc: { value: 0.99, meaning: 'x' } } };
const lenient: PolicyContent = { ...production, rules: [{ id: 'always', title: 'Always', level: 'block', requires: [], expression: 'true', expected: 'so', actual: '"so"', remedy: 'None.' }] };
const run = async (content: PolicyContent, actor: Parameters<typeof as>[0] = organisation.security) => must(await dryRunPolicy.execute(as(actor), { environment: 'production', content }));

describe('a dry run', () => {
  it('of the active policy changes nothing', async () => {
    expect(await run(production)).toMatchObject({ considered: 2, unreadable: 0, leftOut: 0, before: { passed: 1, blocked: 1 }, after: { passed: 1, blocked: 1 }, changed: [] });
  });

  it('lists each decision that changes, with the rules that make the difference', async () => {
    const strict = await run(stricter);
    expect(strict.changed).toMatchObject([{ promotionId: passed.promotionId, modelName: 'good', before: 'passed', after: 'blocked', rules: [{ ruleId: 'auc-at-least-minimum', before: 'passed', after: 'failed' }] }]);
    const open = await run(lenient);
    expect(open.changed).toMatchObject([{ promotionId: blocked.promotionId, before: 'blocked', after: 'passed' }]);
    expect(open.changed[0]?.rules).toContainEqual({ ruleId: 'always', before: null, after: 'passed' });
  });

  it('says nothing of other teams', async () => expect(await run(production, organisation.otherEngineer)).toMatchObject({ considered: 0, changed: [] }));

  it('counts evidence that is not what its digest says, and does not judge it', async () => {
    await admin.query(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE evidence_snapshot SET content = content || ' ' WHERE digest = '${blocked.snapshotDigest}'; COMMIT`);
    expect(await run(lenient)).toMatchObject({ considered: 1, unreadable: 1, changed: [] });
  });
});

describe('the playground', () => {
  const tryIt = async (content: unknown, document?: unknown) => must(await tryPolicy.execute(as(organisation.engineer), { environment: 'production', content, ...(document !== undefined && { document }) }));

  it('shows each rule’s expected and actual on the input of a request', async () => {
    const { snapshot } = must(await getPromotion.execute(as(organisation.engineer), { promotionId: passed.promotionId }));
    const { evaluation, problems } = await tryIt(stricter, snapshot);
    expect(problems).toEqual([]);
    expect(evaluation?.verdict).toBe('blocked');
    expect(evaluation?.results.find(({ ruleId }) => ruleId === 'auc-at-least-minimum')).toMatchObject({ verdict: 'failed', expected: 'at least 0.99', actual: '0.71' });
  });

  it('says by path what is wrong with the policy and with the document', async () => {
    const [first, ...others] = production.rules;
    const broken = { ...production, rules: [{ ...first, expression: 'artifact.digest > 1.0' }, ...others] };
    expect((await tryIt(broken)).problems).toEqual([{ path: 'content.rules.0.expression', message: 'artifact.digest is a string and the constant is a number: they are never compared' }]);
    expect(await tryIt({ rules: 'none' })).toMatchObject({ evaluation: null, problems: expect.arrayContaining([expect.objectContaining({ path: 'content.title' })]) as unknown });
    expect(await tryIt(production, { format: 'x' })).toMatchObject({ evaluation: null, documentProblems: expect.arrayContaining([expect.objectContaining({ path: 'document.artifact' })]) as unknown });
    expect((await tryIt(production, { lineage: Array.from({ length: 1_001 }, () => 0) })).documentProblems).toEqual([{ path: 'document', message: 'has a list of more than 1000 items' }]);
  });

  it('is cut off by time', async () => {
    const items = Array.from({ length: 1_000 }, (_, index) => `d${index}`);
    const { snapshot } = must(await getPromotion.execute(as(organisation.engineer), { promotionId: passed.promotionId }));
    const lineage = { ...(snapshot.lineage as object), runs: items };
    const slow = { ...production, rules: Array.from({ length: 100 }, (_, index) => ({ ...lenient.rules[0], id: `slow-${index}`, expression: 'lineage.runs.all(a, lineage.runs.all(b, a != "x" && b != "x"))' })) };
    const began = Date.now();
    const { evaluation } = await tryIt(slow, { ...snapshot, lineage });
    expect(evaluation?.results.at(-1)?.reason).toBe('the time for the evaluation was over');
    expect(Date.now() - began).toBeLessThan(30_000);
  });
});

describe('tests beside a policy', () => {
  const tests: PolicyContent['tests'] = [{ name: 'A weak model is refused', changes: { 'evaluation.overall.auc': 0.2 }, expect: { verdict: 'blocked' } }];
  const reason = 'With tests.';

  it('run when it is proposed, and are shown', async () => {
    const wrong = { ...production, tests: [{ ...tests[0], expect: { verdict: 'passed' as const } }] } as PolicyContent;
    expect(await proposePolicy.execute(as(organisation.security), { environment: 'production', content: wrong, reason })).toMatchObject({ error: { code: 'policy.unsuitable', errors: [{ path: 'content.tests.0', message: 'A weak model is refused: expected passed, is blocked' }] } });
    const { policyVersionId, digest } = must(await proposePolicy.execute(as(organisation.security), { environment: 'production', content: { ...production, tests }, reason })).value;
    expect(must(await getPolicy.execute(as(organisation.engineer), { policyVersionId })).tests).toEqual([{ name: 'A weak model is refused', problems: [] }]);
    must(await confirmPolicy.execute(as(organisation.secondSecurity), { policyVersionId, digest, reason }));
  });

  it('that fail keep a stored proposal from being confirmed', async () => {
    const content = { ...production, tests: [{ ...tests[0], expect: { verdict: 'passed' } }] } as PolicyContent;
    const policyVersionId = newId();
    await admin.query(`BEGIN; SET LOCAL session_replication_role = replica; INSERT INTO policy_version (id, environment, digest, content, state, proposed_by) VALUES ('${policyVersionId}', 'production', '${policyDigest(content)}', ${pg.escapeLiteral(JSON.stringify(content))}, 'proposed', '${organisation.security.id}'); COMMIT`);
    expect(await confirmPolicy.execute(as(organisation.secondSecurity), { policyVersionId, digest: policyDigest(content), reason })).toMatchObject({ error: { kind: 'invalid', code: 'policy.unsuitable' } });
  });
});
