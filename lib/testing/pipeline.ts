// A pipeline for tests: reports runs, signs and submits evidence, publishes; all through the portal's own commands.
import { confirmTrustKey, proposeTrustKey, submitEvidence } from '#lib/evidence/index.ts';
import { EVALUATION_TYPE, PROVENANCE_TYPE, STAGE_BUILD_TYPE, STATEMENT_TYPE } from '#lib/evidence/format/statement.ts';
import { reportEvent } from '#lib/ingest/index.ts';
import { sha256, type Json } from '#lib/kernel/canonical-json.ts';
import { newId } from '#lib/kernel/ids.ts';
import { publishModelVersion } from '#lib/registry/index.ts';
import { envelopeOf, makeKey, testResultStatement, type SigningKey } from './attestations.ts';
import { documentVersion } from './cards.ts';
import { as, must, type Organisation } from './fixtures.ts';

/** A builder other than the plain command: one that isolates builds. */
export const isolatedBuilder = 'https://builds.example/isolated/v1';

/** Digest of a made-up file, by the text that it holds. */
export const digestOfText = (text: string): string => sha256(text);

export type Asset = { readonly name: string; readonly digest: string | null; readonly kind?: string; readonly label?: string };
export type Run = { readonly runId: string; readonly stage: string; readonly inputs: readonly Asset[]; readonly outputs: readonly Asset[]; readonly startedAt: string };
export type MetricInput = { readonly name: string; readonly slice?: string | null; readonly value: number; readonly higherIsBetter?: boolean | null };

export const goodMetrics: readonly MetricInput[] = [
  { name: 'auc', value: 0.71, higherIsBetter: true },
  { name: 'brier', value: 0.18, higherIsBetter: false },
  { name: 'expected_calibration_error', value: 0.03, higherIsBetter: false },
  { name: 'disparate_impact', value: 0.86 },
  { name: 'statistical_parity_difference', value: 0.03, higherIsBetter: false },
  { name: 'equal_opportunity_difference', value: 0.04, higherIsBetter: false },
  { name: 'auc', slice: 'origin_region=West', value: 0.69, higherIsBetter: true },
  { name: 'auc', slice: 'origin_region=South', value: 0.72, higherIsBetter: true },
];

const descriptor = ({ name, digest }: Asset): Json => ({ name, uri: `gatehouse:flights/${name}`, digest: { sha256: (digest ?? '').replace('sha256:', '') } });
const facets = ({ digest, kind = 'dataset', label }: Asset): Json => ({
  ...(digest === null ? {} : { gatehouse_digest: { _producer: 'test', _schemaURL: 'test', algorithm: 'sha256', digest: digest.replace('sha256:', ''), sizeBytes: 10, fileCount: 1, label: label ?? null } }),
  datasetType: { _producer: 'test', _schemaURL: 'test', datasetType: kind.toUpperCase() },
});

export type PipelineOptions = { readonly organisation: Organisation; readonly pipeline?: Organisation['pipeline'] };

/** Everything that the stages of one team's pipeline do, one call for each. */
export function makePipeline({ organisation, pipeline = organisation.pipeline }: PipelineOptions) {
  const key = makeKey();
  const context = () => as(pipeline);
  let minute = 0;

  async function report(run: Omit<Run, 'startedAt' | 'runId'> & { runId?: string; startedAt?: string; commit?: string | null; dirty?: boolean; container?: string | null; parameters?: Record<string, string>; failed?: boolean; triggeredBy?: string }): Promise<Run> {
    minute += 10;
    const startedAt = run.startedAt ?? new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
    const runId = run.runId ?? newId();
    const execution = {
      _producer: 'test', _schemaURL: 'test', command: ['python', `${run.stage}.py`], operatingSystem: 'Linux', architecture: 'x64', processorCount: 2, memoryBytes: 1024,
      runtime: [{ name: 'python', version: '3.13.1' }], packageLock: { name: 'package-lock.json', digest: digestOfText('lock') }, packages: [], packagesTruncated: false,
      git: run.commit === null ? null : { commit: run.commit ?? 'c'.repeat(40), branch: 'main', dirty: run.dirty ?? false, remote: 'https://git.example/flights' },
      container: run.container === null || run.container === undefined ? null : { imageDigest: run.container }, seed: '7', triggeredBy: run.triggeredBy ?? 'ci',
    };
    const event = (eventType: string, at: string) => ({
      eventType, eventTime: at, producer: 'https://gatehouse.dev/command/0.1.0', schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
      run: { runId, facets: { gatehouse_execution: execution, executionParameters: { _producer: 'test', _schemaURL: 'test', parameters: Object.entries(run.parameters ?? {}).map(([name, value]) => ({ key: name, name, value })) } } },
      job: { namespace: 'flights', name: `flights.${run.stage}`, facets: { gatehouse_stage: { _producer: 'test', _schemaURL: 'test', pipeline: 'flights', stage: run.stage } } },
      inputs: run.inputs.map((asset) => ({ namespace: 'flights', name: asset.name, facets: facets(asset) })),
      outputs: run.outputs.map((asset) => ({ namespace: 'flights', name: asset.name, facets: facets(asset) })),
    });
    const end = new Date(Date.parse(startedAt) + 60_000).toISOString();
    for (const body of [event('START', startedAt), event(run.failed ? 'FAIL' : 'COMPLETE', end)]) must(await reportEvent.execute(context(), { bytes: Buffer.from(JSON.stringify(body)) as never, contentType: 'application/json' }));
    return { runId, stage: run.stage, inputs: run.inputs, outputs: run.outputs, startedAt };
  }

  async function submit(statement: Json, keys: readonly SigningKey[] = [key]) {
    return must(await submitEvidence.execute(context(), { bytes: new Uint8Array(envelopeOf(statement, keys)), contentType: 'application/vnd.dsse.envelope.v1+json' })).value;
  }

  /** Signed provenance of a run, naming its outputs and inputs as they were, or as `changes` pretends. */
  const provenance = (run: Run, changes: { outputs?: readonly Asset[]; inputs?: readonly Asset[]; commit?: string | null; builderId?: string; runId?: string } = {}, keys?: readonly SigningKey[]) =>
    submit({
      _type: STATEMENT_TYPE,
      subject: (changes.outputs ?? run.outputs).map((asset) => ({ name: asset.name, digest: { sha256: (asset.digest ?? '').replace('sha256:', '') } })),
      predicateType: PROVENANCE_TYPE,
      predicate: {
        buildDefinition: {
          buildType: STAGE_BUILD_TYPE,
          externalParameters: { pipeline: 'flights', stage: run.stage, parameters: {}, command: ['python', `${run.stage}.py`] },
          internalParameters: { namespace: 'flights' },
          resolvedDependencies: [
            ...(changes.inputs ?? run.inputs).filter(({ digest }) => digest !== null).map(descriptor),
            ...(changes.commit === null ? [] : [{ name: 'source', uri: 'git+https://git.example/flights@main', digest: { gitCommit: changes.commit ?? 'c'.repeat(40) } }]),
            { name: 'package-lock.json', digest: { sha256: digestOfText('lock').replace('sha256:', '') } },
          ],
        },
        runDetails: { builder: { id: changes.builderId ?? isolatedBuilder }, metadata: { invocationId: changes.runId ?? run.runId, startedOn: run.startedAt, finishedOn: run.startedAt } },
      },
    }, keys);

  const validate = (dataset: Asset, status: 'passed' | 'warned' | 'failed' = 'passed', keys?: readonly SigningKey[]) =>
    submit(testResultStatement({ name: dataset.name, digest: dataset.digest ?? '' }, [{ name: 'delay is a number', status }]), keys);

  const evaluate = (model: Asset, dataset: Asset, metrics: readonly MetricInput[] = goodMetrics, runId: string = newId(), keys?: readonly SigningKey[]) =>
    submit({
      _type: STATEMENT_TYPE,
      subject: [{ name: model.name, digest: { sha256: (model.digest ?? '').replace('sha256:', '') } }],
      predicateType: EVALUATION_TYPE,
      predicate: {
        dataset: { name: dataset.name, digest: dataset.digest ?? '' },
        metrics: metrics.map(({ name, slice = null, value, higherIsBetter = null }) => ({ name, slice, value, sampleCount: 500, higherIsBetter })),
        threshold: 0.5,
        runId,
        evaluatedOn: '2026-02-01T00:00:00Z',
      },
    }, keys);

  async function trust(signing: SigningKey = key): Promise<string> {
    const { id } = must(await proposeTrustKey.execute(as(organisation.security), { teamId: pipeline.teamId, name: 'pipeline', publicKeyPem: signing.publicKeyPem, builderIds: [isolatedBuilder, 'https://gatehouse.dev/builders/command/v1'] })).value;
    must(await confirmTrustKey.execute(as(organisation.secondSecurity), { id }));
    return id;
  }

  /** Publishes, with a complete model card and a datasheet for each dataset that is known by then. */
  async function publish(model: Asset, name = 'flight-delay', runId: string | null = null) {
    const version = must(await publishModelVersion.execute(context(), { name, digest: model.digest ?? '', runId, description: null })).value;
    if (version.created) await documentVersion(pipeline, version.name, version.version);
    return version;
  }

  /** The datasets of a whole pipeline execution, and the model made of them. `tag` makes the bytes distinct. */
  const assetsOf = (tag: string) => ({
    source: { name: 'flights-source', digest: digestOfText('source file') },
    raw: { name: 'flights', digest: digestOfText(`raw ${tag}`), label: tag },
    features: { name: 'flight-features', digest: digestOfText(`features ${tag}`), kind: 'features' },
    model: { name: 'flight-delay', digest: digestOfText(`model ${tag}`), kind: 'model' },
    holdout: { name: 'flights-holdout', digest: digestOfText('holdout'), kind: 'features' },
  });

  /** Runs, evidence and publication of a version about which everything is known and good. */
  async function goodVersion(tag: string, { metrics = goodMetrics, name }: { metrics?: readonly MetricInput[]; name?: string } = {}) {
    const assets = assetsOf(tag);
    const ingest = await report({ stage: 'ingest', inputs: [assets.source], outputs: [assets.raw] });
    await validate(assets.raw);
    const features = await report({ stage: 'features', inputs: [assets.raw], outputs: [assets.features] });
    const train = await report({ stage: 'train', inputs: [assets.features], outputs: [assets.model], parameters: { trees: '300' }, container: digestOfText('image') });
    await provenance(ingest);
    await provenance(features);
    await provenance(train);
    await evaluate(assets.model, assets.holdout, metrics);
    const version = await publish(assets.model, name, train.runId);
    return { ...version, assets, runs: { ingest, features, train } };
  }

  return { key, report, submit, provenance, validate, evaluate, trust, publish, assetsOf, goodVersion };
}
export type Pipeline = ReturnType<typeof makePipeline>;
