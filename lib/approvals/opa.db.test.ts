// OPA's answer is part of what is frozen: a request rests on it, and a server that is away lets nothing pass.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmPolicy, ensureShippedPolicies, proposePolicy, shippedPolicies, tryPolicy } from '#lib/policy/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { makePipeline, type Pipeline } from '#lib/testing/pipeline.ts';
import { ask, decide } from '#lib/testing/promotion.ts';
import { getPromotion } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let pipeline: Pipeline;
let opa: Server;
let answer = { status: 200, body: '{"result": true}' };
const content = { ...shippedPolicies.production, opa: [{ id: 'opa-allows', title: 'OPA allows it', level: 'block' as const, path: 'gatehouse/decision', remedy: 'Ask who writes the Rego.' }] };
beforeAll(async () => {
  opa = createServer((request, response) => { request.resume().on('end', () => { response.writeHead(answer.status).end(answer.body); }); });
  await new Promise<void>((resolve) => { opa.listen(0, '127.0.0.1', resolve); });
  process.env.OPA_URL = `http://127.0.0.1:${(opa.address() as AddressInfo).port}`;
  database = await createTestDatabase();
  organisation = await createOrganisation();
  await ensureShippedPolicies();
  pipeline = makePipeline({ organisation });
  await pipeline.trust();
  const { policyVersionId, digest } = must(await proposePolicy.execute(as(organisation.security), { environment: 'production', content, reason: 'OPA too.' })).value;
  must(await confirmPolicy.execute(as(organisation.secondSecurity), { policyVersionId, digest, reason: 'Yes.' }));
});
afterAll(async () => {
  await new Promise((resolve) => opa.close(resolve));
  await database.drop();
});

describe('a request under a policy that asks OPA', () => {
  it('passes while OPA allows it, shows its answer, and is stale when OPA says otherwise or is away', async () => {
    const { modelVersionId } = await pipeline.goodVersion('opa', { name: 'with-opa' });
    const request = await ask(organisation.engineer, modelVersionId);
    expect(request.verdict).toBe('passed');
    const seen = must(await getPromotion.execute(as(organisation.reviewer), { promotionId: request.promotionId }));
    expect(seen.snapshot).toMatchObject({ opa: [{ path: 'gatehouse/decision', allow: true }] });
    expect(seen.wouldBeStale).toEqual([]);
    answer = { status: 503, body: '' };
    expect(must(await decide(organisation.reviewer, request)).value).toMatchObject({ recorded: false, state: 'stale', message: expect.stringMatching(/the answer of OPA/) as string });
    const blocked = await ask(organisation.engineer, modelVersionId);
    expect(blocked.verdict).toBe('blocked');
    const now = must(await getPromotion.execute(as(organisation.reviewer), { promotionId: blocked.promotionId }));
    expect(now.results[0]).toMatchObject({ ruleId: 'opa-allows', verdict: 'not_evaluated', reason: 'OPA answered with status 503' });
    answer = { status: 200, body: '{"result": {"allow": false, "reasons": ["not in December"]}}' };
    const { evaluation } = must(await tryPolicy.execute(as(organisation.engineer), { environment: 'production', content, document: now.snapshot }));
    expect(evaluation?.results.find(({ ruleId }) => ruleId === 'opa-allows')).toMatchObject({ verdict: 'failed', actual: 'not allowed: not in December' });
  });
});
