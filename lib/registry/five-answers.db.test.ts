// The five answers of one story, and what each swap turns: the artifact, the dataset, the commit, the key.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROVENANCE_TYPE_V02, STAGE_BUILD_TYPE, STATEMENT_TYPE_V01 } from '#lib/evidence/format/statement.ts';
import type { Json } from '#lib/kernel/canonical-json.ts';
import { ensureShippedPolicies } from '#lib/policy/index.ts';
import { makeKey } from '#lib/testing/attestations.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { digestOfText, isolatedBuilder, makePipeline, type Asset, type Pipeline, type Run } from '#lib/testing/pipeline.ts';
import { approved, deploy } from '#lib/testing/promotion.ts';
import { getModelVersion } from './index.ts';

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

type Attested = Parameters<Pipeline['provenance']>[1];

/** Provenance v0.2 of the same content as `Pipeline.provenance` writes in v1. */
const provenanceV02 = (run: Run, { outputs = run.outputs, inputs = run.inputs, commit = 'c'.repeat(40), builderId = isolatedBuilder }: NonNullable<Attested> = {}): Json => ({
  _type: STATEMENT_TYPE_V01,
  subject: outputs.map(({ name, digest }) => ({ name, digest: { sha256: (digest ?? '').replace('sha256:', '') } })),
  predicateType: PROVENANCE_TYPE_V02,
  predicate: {
    builder: { id: builderId },
    buildType: STAGE_BUILD_TYPE,
    invocation: {
      configSource: { uri: 'git+https://git.example/flights@refs/heads/main', digest: { sha1: commit ?? '' }, entryPoint: 'train.py' },
      parameters: { pipeline: 'flights', stage: run.stage, parameters: {}, command: ['python', 'train.py'] },
      environment: {},
    },
    metadata: { buildInvocationId: run.runId, buildStartedOn: run.startedAt, buildFinishedOn: run.startedAt, completeness: { parameters: true, environment: false, materials: true }, reproducible: false },
    materials: [
      { uri: 'git+https://git.example/flights@refs/heads/main', digest: { sha1: commit ?? '' } },
      ...inputs.map(({ name, digest }) => ({ uri: `gatehouse:flights/${name}`, digest: { sha256: (digest ?? '').replace('sha256:', '') } })),
      { uri: 'gatehouse:flights/package-lock.json', digest: { sha256: digestOfText('lock').replace('sha256:', '') } },
    ],
  },
});

type Swap = {
  /** What the training’s attestation names instead of what happened. */
  readonly attested?: Attested;
  readonly signedBy?: Parameters<Pipeline['provenance']>[2];
  /** Which bytes the evaluation is about; the published ones unless told. */
  readonly evaluated?: 'trained' | 'published';
  readonly version?: 'v1' | 'v0.2';
};

let count = 0;

/** Ingest, validation, features, training, evaluation, publication: all reported and all signed, with one thing swapped. */
async function story({ attested = {}, signedBy, evaluated = 'published', version = 'v1' }: Swap) {
  count += 1;
  const tag = `story ${count}`;
  const assets = pipeline.assetsOf(tag);
  const trained: Asset = attested.outputs?.[0] ?? assets.model;
  const ingest = await pipeline.report({ stage: 'ingest', inputs: [assets.source], outputs: [assets.raw] });
  await pipeline.validate(assets.raw);
  const features = await pipeline.report({ stage: 'features', inputs: [assets.raw], outputs: [assets.features] });
  const train = await pipeline.report({ stage: 'train', inputs: [assets.features], outputs: [assets.model], container: digestOfText('image') });
  await pipeline.provenance(ingest);
  await pipeline.provenance(features);
  if (version === 'v1') await pipeline.provenance(train, attested, signedBy);
  else await pipeline.submit(provenanceV02(train, attested), signedBy);
  await pipeline.evaluate(evaluated === 'trained' ? trained : assets.model, assets.holdout);
  const published = await pipeline.publish(assets.model, `five-${count}`, train.runId);
  return { ...published, assets, train };
}

const answersOf = async ({ name }: { name: string }) => Object.fromEntries(must(await getModelVersion.execute(as(organisation.engineer), { name, version: 1 })).answers.map(({ id, strength }) => [id, strength]));
const allProven = { data: 'proven', code: 'proven', job: 'proven', metrics: 'proven', artifact: 'proven' };
const attestedFeatures = [{ name: 'flight-features', digest: digestOfText('what was really read'), kind: 'features' }];

describe.each(['v1', 'v0.2'] as const)('a whole story with provenance %s', (version) => {
  it('has five proven answers', async () => {
    expect(await answersOf(await story({ version }))).toEqual(allProven);
  });

  it('swapping the artifact contradicts the last answer, and that one alone', async () => {
    expect(await answersOf(await story({ version, attested: { outputs: [{ name: 'flight-delay', digest: digestOfText(`trained by ${version}`), kind: 'model' }] } }))).toEqual({ ...allProven, artifact: 'contradicted' });
  });

  it('swapping the artifact after its evaluation leaves the bytes that are published without metrics, besides', async () => {
    expect(await answersOf(await story({ version, evaluated: 'trained', attested: { outputs: [{ name: 'flight-delay', digest: digestOfText(`evaluated by ${version}`), kind: 'model' }] } }))).toEqual({ ...allProven, artifact: 'contradicted', metrics: 'missing' });
  });

  it('swapping the dataset contradicts the first answer, and that one alone', async () => {
    expect(await answersOf(await story({ version, attested: { inputs: attestedFeatures } }))).toEqual({ ...allProven, data: 'contradicted' });
  });

  it('swapping the commit contradicts the second answer, and that one alone', async () => {
    expect(await answersOf(await story({ version, attested: { commit: 'd'.repeat(40) } }))).toEqual({ ...allProven, code: 'contradicted' });
  });

  it('swapping the key contradicts who ran it; what only that statement proved is a claim again, and what others prove stays', async () => {
    expect(await answersOf(await story({ version, signedBy: [makeKey()] }))).toEqual({ data: 'claimed', code: 'claimed', job: 'contradicted', metrics: 'proven', artifact: 'claimed' });
  });
});

describe('the answers beside a swap', () => {
  it('stay proven when somebody adds a statement by another key to a proven one', async () => {
    const made = await story({});
    await pipeline.provenance(made.train, { commit: 'e'.repeat(40) }, [makeKey()]);
    expect(await answersOf(made)).toEqual(allProven);
  });

  it('do not call a builder contradicted for whom no key speaks yet', async () => {
    expect(await answersOf(await story({ attested: { builderId: 'https://builds.example/nobody-knows-it/v1' }, signedBy: [makeKey()] }))).toMatchObject({ job: 'missing' });
  });

  it('are contradicted where a second builder attests the same bytes from another commit, and gates see it', async () => {
    const made = await story({});
    await pipeline.provenance(made.train, { commit: 'f'.repeat(40), builderId: 'https://gatehouse.dev/builders/command/v1' });
    expect(await answersOf(made)).toEqual({ ...allProven, code: 'contradicted' });
  });

  it('are contradicted where a second builder attests the same bytes from other data', async () => {
    const made = await story({});
    await pipeline.provenance(made.train, { inputs: attestedFeatures, builderId: 'https://gatehouse.dev/builders/command/v1' });
    expect(await answersOf(made)).toEqual({ ...allProven, data: 'contradicted' });
  });

  it('stay proven when the same builder finds the same bytes again in another run', async () => {
    const made = await story({});
    const again = await pipeline.report({ stage: 'train', inputs: [made.assets.features], outputs: [made.assets.model], container: digestOfText('image') });
    await pipeline.provenance(again);
    expect(await answersOf(made)).toEqual(allProven);
  });

  it('stay proven when it is approved and deployed', async () => {
    const made = await story({});
    await approved(organisation, made.modelVersionId);
    must(await deploy(organisation.deployer, made.digest, 'production', `five-${made.name}`));
    expect(await answersOf(made)).toEqual(allProven);
  });
});

describe('SLSA level 4', () => {
  const slsaOf = async ({ name }: { name: string }) => must(await getModelVersion.execute(as(organisation.engineer), { name, version: 1 })).slsa;
  const lacking = async (made: { name: string }) => (await slsaOf(made)).requirements.filter(({ verdict }) => verdict !== 'passed').map(({ id, verdict }) => `${id}: ${verdict}`);

  it('lacks only a second run where everything else is proven', async () => {
    const made = await story({});
    expect((await slsaOf(made)).level).toBe(3);
    expect(await lacking(made)).toEqual(['reproducible: not_evaluated']);
  });

  it('is reached when a second run from the same inputs attests the same digest; its claim alone does not do', async () => {
    const made = await story({});
    const again = await pipeline.report({ stage: 'train', inputs: [made.assets.features], outputs: [made.assets.model], container: digestOfText('image') });
    expect(await lacking(made)).toEqual(['reproducible: not_evaluated']);
    await pipeline.provenance(again);
    expect(await slsaOf(made)).toMatchObject({ level: 4, missing: [] });
  });

  it('is refused when a second run from the same inputs gives other bytes', async () => {
    const made = await story({});
    await pipeline.report({ stage: 'train', inputs: [made.assets.features], outputs: [{ ...made.assets.model, digest: digestOfText(`other ${made.name}`) }], container: digestOfText('image') });
    expect(await lacking(made)).toEqual(['reproducible: failed']);
  });
});
