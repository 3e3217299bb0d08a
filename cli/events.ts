// OpenLineage run events (spec 2-0-2) of one stage.
import type { Asset, StageEnd, StageStart } from '#cli/stage.ts';
import { PRODUCER } from '#cli/version.ts';
import type { ValidationFile, ValidationTest } from '#lib/evidence/format/statement.ts';

type Json = Readonly<Record<string, unknown>>;

const EVENT_SCHEMA = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';

const standard = (version: string, name: string, content: Json): Json => ({ _producer: PRODUCER, _schemaURL: `https://openlineage.io/spec/facets/${version}/${name}.json#/$defs/${name}`, ...content });
const custom = (name: string, content: Json): Json => ({ _producer: PRODUCER, _schemaURL: `https://gatehouse.dev/spec/facets/1-0-0/${name}.json#/$defs/${name}`, ...content });

/** The START event: what is about to run, on which inputs. */
export function startEvent(start: StageStart): Json {
  return event('START', start, start.startedOn, { gatehouse_execution: executionFacet(start, null) }, start.inputs.map((asset) => dataset(start, asset)), []);
}

/** The COMPLETE or FAIL event. It repeats the inputs, so that it stands alone when START was lost. */
export function endEvent(start: StageStart, end: StageEnd): Json {
  const runFacets = {
    gatehouse_execution: executionFacet(start, end),
    ...(end.log === null ? {} : { gatehouse_log: custom('GatehouseLogRunFacet', { tail: end.log.tail, truncated: end.log.truncated, totalBytes: end.log.totalBytes, digest: end.log.digest }) }),
    ...(end.evaluations.length === 0 ? {} : { gatehouse_metrics: custom('GatehouseMetricsRunFacet', { metrics: end.evaluations.flatMap((file) => file.metrics.map((metric) => ({ ...metric, dataset: file.dataset.name }))) }) }),
    ...(end.failure === null ? {} : { errorMessage: standard('1-0-1', 'ErrorMessageRunFacet', { message: end.failure, programmingLanguage: programmingLanguage(start) }) }),
  };
  const validated = (name: string) => end.validations.filter((validation) => validation.name === name).map((validation) => validation.file);
  const inputs = start.inputs.map((asset) => {
    const files = validated(asset.name);
    const described = dataset(start, asset);
    return files.length === 0 || end.outputs.some((output) => output.name === asset.name) ? described : { ...described, inputFacets: { dataQualityAssertions: assertionsFacet(files) } };
  });
  const outputs = end.outputs.map((asset) => {
    const files = validated(asset.name);
    return dataset(start, asset, files.length === 0 ? {} : { dataQualityAssertions: assertionsFacet(files) });
  });
  return event(end.failure === null ? 'COMPLETE' : 'FAIL', start, end.finishedOn, runFacets, inputs, outputs);
}

function event(eventType: string, start: StageStart, time: Date, runFacets: Json, inputs: readonly Json[], outputs: readonly Json[]): Json {
  return {
    eventType,
    eventTime: time.toISOString(),
    producer: PRODUCER,
    schemaURL: EVENT_SCHEMA,
    run: { runId: start.runId, facets: { ...startFacets(start), ...runFacets } },
    job: { namespace: start.namespace, name: `${start.pipeline}.${start.stage}`, facets: jobFacets(start) },
    inputs,
    outputs,
  };
}

function startFacets(start: StageStart): Json {
  return {
    ...(start.pipelineRun === null ? {} : { parent: standard('1-2-0', 'ParentRunFacet', { run: { runId: start.pipelineRun }, job: { namespace: start.namespace, name: start.pipeline } }) }),
    ...(start.parameters.length === 0 ? {} : { executionParameters: standard('1-0-0', 'ExecutionParametersRunFacet', { parameters: start.parameters.map(({ name, value }) => ({ key: name, name, value })) }) }),
    ...(start.tolerances.length === 0 ? {} : { gatehouse_tolerance: custom('GatehouseToleranceRunFacet', { metrics: start.tolerances }) }),
    ...(start.machine.engine === null ? {} : { processing_engine: standard('1-1-1', 'ProcessingEngineRunFacet', { version: start.machine.engine.version, name: start.machine.engine.name }) }),
  };
}

function executionFacet(start: StageStart, end: StageEnd | null): Json {
  const { machine, git, locked } = start;
  return custom('GatehouseExecutionRunFacet', {
    command: start.command,
    ...(end === null ? {} : { exitCode: end.exitCode, signal: end.signal, durationMilliseconds: end.durationMilliseconds }),
    ...(end === null || end.inputsChanged.length === 0 ? {} : { inputsChanged: end.inputsChanged }),
    operatingSystem: machine.operatingSystem,
    architecture: machine.architecture,
    processorCount: machine.processorCount,
    memoryBytes: machine.memoryBytes,
    runtime: machine.runtime,
    packageLock: locked === null ? null : { name: locked.name, digest: locked.digest },
    packages: locked?.packages ?? [],
    packagesTruncated: locked?.truncated ?? false,
    git: git === null ? null : { commit: git.commit, branch: git.branch, dirty: git.dirty, remote: git.remote, author: git.author, reviewedBy: git.reviewedBy },
    container: start.imageDigest === null ? null : { imageDigest: start.imageDigest },
    seed: start.seed,
    triggeredBy: start.triggeredBy,
  });
}

function jobFacets(start: StageStart): Json {
  const { git } = start;
  return {
    jobType: standard('2-0-4', 'JobTypeJobFacet', { processingType: 'BATCH', integration: 'GATEHOUSE', jobType: 'STAGE' }),
    gatehouse_stage: custom('GatehouseStageJobFacet', { pipeline: start.pipeline, stage: start.stage }),
    // The facet requires a URL, so a repository without a remote is described in gatehouse_execution alone.
    ...(git === null || git.remote === null
      ? {}
      : {
          sourceCodeLocation: standard('1-1-0', 'SourceCodeLocationJobFacet', {
            type: 'git',
            url: git.remote,
            version: git.commit,
            ...(git.branch === null ? {} : { branch: git.branch }),
            ...(git.path === '' ? {} : { path: git.path }),
          }),
        }),
  };
}

function dataset(start: StageStart, asset: Asset, facets: Json = {}): Json {
  const { hex, sizeBytes, fileCount } = asset.digested;
  return {
    namespace: start.namespace,
    name: asset.name,
    facets: {
      version: standard('1-0-1', 'DatasetVersionDatasetFacet', { datasetVersion: `sha256:${hex}` }),
      datasetType: standard('1-0-1', 'DatasetTypeDatasetFacet', { datasetType: asset.kind.toUpperCase() }),
      gatehouse_digest: custom('GatehouseDigestDatasetFacet', { algorithm: 'sha256', digest: hex, sizeBytes, fileCount, label: asset.label }),
      ...facets,
    },
  };
}

function assertionsFacet(files: readonly ValidationFile[]): Json {
  const assertion = (test: ValidationTest): Json => ({
    assertion: test.name,
    success: test.status === 'passed',
    ...(test.column === null ? {} : { column: test.column }),
    ...(test.status === 'passed' ? {} : { severity: test.status === 'warned' ? 'warn' : 'error' }),
    expected: test.expected,
    actual: test.actual,
  });
  return standard('1-1-0', 'DataQualityAssertionsDatasetFacet', { assertions: files.flatMap((file) => file.tests.map(assertion)) });
}

function programmingLanguage(start: StageStart): string {
  const languages: Readonly<Record<string, string>> = { python: 'PYTHON', node: 'JAVASCRIPT' };
  return languages[start.machine.engine?.name ?? ''] ?? 'UNKNOWN';
}
