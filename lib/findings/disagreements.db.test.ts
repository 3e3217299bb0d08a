// Two sides that disagree: one finding for each contradiction, found from both, and settled when it is so no more.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmTrustKey, proposeTrustKey, revokeTrustKey } from '#lib/evidence/index.ts';
import { ensureShippedPolicies } from '#lib/policy/index.ts';
import { makeKey } from '#lib/testing/attestations.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { digestOfText, goodMetrics, makePipeline, type Pipeline } from '#lib/testing/pipeline.ts';
import { handleEvidenceVerified, handleVersionPublished, listFindings } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let pipeline: Pipeline;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  await ensureShippedPolicies();
  pipeline = makePipeline({ organisation });
  await pipeline.trust();
});
afterAll(() => database.drop());

const otherBuilder = 'https://builds.example/second/v1';
const told = async (...evidenceIds: string[]) => { for (const evidenceId of evidenceIds) await handleEvidenceVerified({ evidenceId, verificationId: evidenceId }); };
const findings = async (rule: string, filter: object = {}) => must(await listFindings.execute(as(organisation.security), { limit: 100, ...filter })).items.filter((one) => one.rule === rule);
async function secondKey() {
  const key = makeKey();
  const { id } = must(await proposeTrustKey.execute(as(organisation.security), { teamId: organisation.teamId, name: 'second', publicKeyPem: key.publicKeyPem, builderIds: [otherBuilder] })).value;
  must(await confirmTrustKey.execute(as(organisation.secondSecurity), { id }));
  return { key, id };
}
const train = (tag: string) => pipeline.report({ stage: 'train', inputs: [{ name: 'flights', digest: digestOfText(`data ${tag}`) }], outputs: [{ name: 'flight-delay', digest: digestOfText(`model ${tag}`), kind: 'model' }] });

describe('two builders of the same bytes', () => {
  it('that name different commits are one finding, found from both sides, and settled when one key is revoked', async () => {
    const run = await train('builders');
    const { key, id } = await secondKey();
    const first = await pipeline.provenance(run);
    const second = await pipeline.provenance(run, { commit: 'd'.repeat(40), builderId: otherBuilder }, [key]);
    await told(first.evidenceId, second.evidenceId, second.evidenceId, first.evidenceId);
    const [found, ...more] = await findings('builds_disagree');
    expect(more).toEqual([]);
    expect(found).toMatchObject({ severity: 'critical', state: 'open', occurrences: 2 });
    for (const { evidenceId } of [first, second]) expect((await findings('builds_disagree', { evidenceId })).map((one) => one.id)).toEqual([found?.id]);
    must(await revokeTrustKey.execute(as(organisation.security), { id, reason: 'it signed what was not built' }));
    await told(second.evidenceId);
    expect(await findings('builds_disagree')).toMatchObject([{ id: found?.id, state: 'resolved' }]);
  });

  it('that name the same are none, and neither is one builder that found the same bytes again in another run', async () => {
    const run = await train('agreeing');
    const { key } = await secondKey();
    await told((await pipeline.provenance(run)).evidenceId, (await pipeline.provenance(run, { builderId: otherBuilder }, [key])).evidenceId);
    const [once, again] = [await train('again'), await train('again')];
    await told((await pipeline.provenance(once)).evidenceId, (await pipeline.provenance(again, { commit: 'e'.repeat(40) })).evidenceId);
    expect((await findings('builds_disagree')).filter(({ state }) => state === 'open')).toEqual([]);
  });
});

describe('two evaluations of the same bytes', () => {
  it('that disagree are one finding; a third that agrees with one of them adds nothing new', async () => {
    const run = await train('evaluated');
    const [model] = run.outputs;
    if (!model) throw new Error('no model');
    const holdout = { name: 'holdout', digest: digestOfText('holdout') };
    const first = await pipeline.evaluate(model, holdout);
    await told(first.evidenceId);
    expect(await findings('evaluations_disagree')).toEqual([]);
    const second = await pipeline.evaluate(model, holdout, goodMetrics.map((metric) => ({ ...metric, value: metric.value - 0.1 })));
    await told(second.evidenceId, first.evidenceId);
    expect(await findings('evaluations_disagree')).toMatchObject([{ severity: 'high', state: 'open', occurrences: 2 }]);
  });
});

describe('a registered artifact', () => {
  it('that is not what its run attested is one finding, whichever comes first, settled by provenance of these bytes', async () => {
    for (const order of ['evidence first', 'publication first'] as const) {
      const run = await train(order);
      const [model] = run.outputs;
      if (!model) throw new Error('no model');
      const name = order.replace(' ', '-');
      const attest = () => pipeline.provenance(run, { outputs: [{ ...model, digest: digestOfText(`attested ${order}`) }] });
      const evidence = order === 'evidence first' ? await attest() : null;
      const { modelVersionId } = await pipeline.publish(model, name, run.runId);
      await handleVersionPublished({ modelVersionId });
      const later = evidence ?? (await attest());
      await told(later.evidenceId);
      const own = async () => (await findings('registry_differs_from_run')).filter(({ title }) => title.startsWith(name));
      expect(await own()).toMatchObject([{ severity: 'critical', state: 'open', occurrences: 1, evidenceId: later.evidenceId }]);
      const right = await pipeline.provenance(run);
      await told(right.evidenceId);
      expect(await own()).toMatchObject([{ state: 'resolved' }]);
    }
  });
});
