// A compiled policy from its upload to a request: part of the policy's digest, asked by tests and the dry run, per scope, and useless once its bytes are others.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmPolicy, ensureShippedPolicies, getBundle, proposePolicy, shippedPolicies, tryPolicy, uploadBundle, type PolicyContent } from '#lib/policy/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { digestOfText, goodMetrics, makePipeline, type Pipeline } from '#lib/testing/pipeline.ts';
import { ask, decide } from '#lib/testing/promotion.ts';
import { dryRunPolicy, getPromotion } from './index.ts';

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

const bytes = new Uint8Array(readFileSync(join(import.meta.dirname, '..', 'testing', 'opa', 'bundle.tar.gz')));
const upload = (who: Parameters<typeof as>[0] = organisation.security, body: Uint8Array<ArrayBuffer> = bytes) => uploadBundle.execute(as(who), { bytes: body, contentType: 'application/gzip' });
const content = (opaBundle: string, changes: Partial<PolicyContent> = {}): PolicyContent => ({ ...shippedPolicies.production, opa: [{ id: 'opa-allows', title: 'OPA allows it', level: 'block', path: 'gatehouse/decision', remedy: 'Ask who writes the Rego.' }], opaBundle, ...changes });
const propose = (policy: PolicyContent, scope: { teamId?: string; modelId?: string } = {}) => proposePolicy.execute(as(organisation.security), { environment: 'production', ...scope, content: policy, reason: 'With OPA.' });
async function activate(policy: PolicyContent, scope: { teamId?: string; modelId?: string } = {}) {
  const { policyVersionId, digest } = must(await propose(policy, scope)).value;
  must(await confirmPolicy.execute(as(organisation.secondSecurity), { policyVersionId, digest, reason: 'Yes.' }));
}
const opaResult = async (promotionId: string) => must(await getPromotion.execute(as(organisation.reviewer), { promotionId })).results.find(({ ruleId }) => ruleId === 'opa-allows');

describe('a compiled bundle', () => {
  it('is uploaded by security, known by its digest, and refused with the reason where it cannot be used', async () => {
    for (const who of ['engineer', 'reviewer', 'admin', 'auditor', 'pipeline', 'deployer'] as const) expect(await upload(organisation[who]), who).toMatchObject({ error: { kind: 'forbidden' } });
    expect(await upload(organisation.security, new TextEncoder().encode('no bundle'))).toMatchObject({ error: { kind: 'invalid', code: 'policy.unusable_bundle', message: expect.stringMatching(/not gzipped/) as string } });
    const first = must(await upload()).value;
    expect(first).toMatchObject({ known: false, entrypoints: expect.arrayContaining(['gatehouse/decision']) as string[] });
    expect(must(await upload(organisation.secondSecurity)).value).toEqual({ ...first, known: true });
    expect(must(await getBundle.execute(as(organisation.engineer), { digest: first.digest }))).toMatchObject({ uploadedBy: { name: 'security' } });
  });

  it('must be there, and have the entrypoints that rules name, before a policy with it may be proposed', async () => {
    const { digest } = must(await upload()).value;
    expect(await propose(content(digestOfText('never uploaded')))).toMatchObject({ error: { errors: [{ path: 'content.opaBundle', message: 'no bundle with this digest was uploaded' }] } });
    expect(await propose(content(digest, { opa: [{ id: 'x-y', title: 'X', level: 'block', path: 'gatehouse/nothing', remedy: 'r' }] }))).toMatchObject({ error: { errors: [{ path: 'content.opa.0.path' }] } });
  });

  it('is asked by the tests of a policy, except where a test states the answer', async () => {
    const { digest } = must(await upload()).value;
    const weak = { name: 'A weak one is refused by OPA', changes: { 'evaluation.overall.auc': 0.65 }, expect: { rules: { 'opa-allows': 'failed' as const } } };
    const stated = { name: 'No answer blocks', changes: { opa: [{ path: 'gatehouse/decision', allow: null, reasons: [], problem: 'away' }] }, expect: { rules: { 'opa-allows': 'not_evaluated' as const } } };
    const tried = must(await tryPolicy.execute(as(organisation.engineer), { environment: 'production', content: content(digest, { tests: [weak, stated] }) }));
    expect([tried.problems, tried.tests.map(({ problems }) => problems)]).toEqual([[], [[], []]]);
    expect(await propose(content(digest, { tests: [{ ...weak, expect: { rules: { 'opa-allows': 'passed' } } }] }))).toMatchObject({ error: { code: 'policy.unsuitable', message: expect.stringMatching(/opa-allows expected passed, is failed/) as string } });
  });

  it('decides requests and the dry run for the organisation, and another one, or none, for a team or a model', async () => {
    const { digest } = must(await upload()).value;
    const before = await pipeline.goodVersion('bundle-weak', { name: 'weak', metrics: goodMetrics.map((metric) => (metric.name === 'auc' && metric.slice === undefined ? { ...metric, value: 0.66 } : metric)) });
    expect((await ask(organisation.engineer, before.modelVersionId)).verdict).toBe('passed');
    const dry = must(await dryRunPolicy.execute(as(organisation.security), { environment: 'production', content: content(digest) }));
    expect(dry.changed).toMatchObject([{ modelName: 'weak', before: 'passed', after: 'blocked', rules: [{ ruleId: 'opa-allows', before: null, after: 'failed' }] }]);
    await activate(content(digest));
    const good = await pipeline.goodVersion('bundle-good', { name: 'good' });
    expect(await opaResult((await ask(organisation.engineer, good.modelVersionId)).promotionId)).toMatchObject({ verdict: 'passed', actual: 'allowed' });
    expect(await opaResult((await ask(organisation.engineer, before.modelVersionId)).promotionId)).toMatchObject({ verdict: 'failed', actual: 'not allowed: weak has an AUC of 0.66, below 0.7' });
    const { opaBundle: _opaBundle, ...server } = content(digest);
    expect(await propose(server, { teamId: organisation.teamId })).toMatchObject({ error: { code: 'policy.loosens', message: expect.stringMatching(/another engine/) as string } });
    const { rows: [row] } = await admin.query<{ id: string }>(`SELECT id FROM model WHERE name = 'weak'`);
    await activate(content(digest, { opa: [{ ...(server.opa?.[0] ?? never()), path: 'gatehouse/decision' }], title: 'For one model', rules: [...shippedPolicies.production.rules] }), { modelId: row?.id ?? '' });
    expect(await opaResult((await ask(organisation.engineer, before.modelVersionId)).promotionId)).toMatchObject({ verdict: 'failed' });
  });

  it('whose stored bytes were changed decides nothing: approvals are stale, and requests are blocked', async () => {
    const { digest } = must(await upload()).value;
    const { modelVersionId } = await pipeline.goodVersion('bundle-forged', { name: 'forged' });
    const request = await ask(organisation.engineer, modelVersionId);
    expect(request.verdict).toBe('passed');
    await admin.query(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE policy_bundle SET bytes = bytes || '\\x00'::bytea WHERE digest = '${digest}'; COMMIT`);
    expect(must(await decide(organisation.reviewer, request)).value).toMatchObject({ recorded: false, state: 'stale' });
    expect(await opaResult((await ask(organisation.engineer, modelVersionId)).promotionId)).toMatchObject({ verdict: 'not_evaluated', reason: expect.stringMatching(/its bytes give another digest/) as string });
  });
});

function never(): never {
  throw new Error('the policy asks OPA');
}
