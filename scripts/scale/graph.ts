// A year of pipelines of several teams, as rows: executions of five stages, data that is used again by a power law, chains as long as the year, hubs that everything uses.
import { createHash } from 'node:crypto';
import { idOf, hexOf, random } from './numbers.ts';
import { peopleNames, pipelineName, tableName, teamNames } from './names.ts';
import type { Cell } from './copy-in.ts';

export type Rows = { readonly [Table in keyof typeof columns]: { add: (...cells: readonly Cell[]) => boolean } };

/** The tables that are filled in bulk, with the columns in the order in which rows are written. */
export const columns = {
  team: ['id', 'slug', 'name', 'created_at'],
  person: ['id', 'email', 'display_name', 'password_hash', 'created_at'],
  role_grant: ['id', 'person_id', 'role', 'team_id', 'granted_at'],
  service_account: ['id', 'name', 'team_id', 'role', 'responsible_person_id', 'created_at'],
  job: ['id', 'team_id', 'namespace', 'name', 'pipeline', 'stage', 'created_at'],
  asset: ['id', 'namespace', 'name', 'kind', 'team_id', 'created_at'],
  asset_version: ['id', 'digest', 'asset_id', 'label', 'size_bytes', 'created_at'],
  asset_sighting: ['asset_id', 'asset_version_id', 'label', 'first_seen_at', 'first_run_id'],
  run: ['id', 'team_id', 'job_id', 'parent_run_id', 'state', 'state_rank', 'state_event_time', 'started_at', 'start_reported', 'ended_at', 'reported_by', 'first_received_at', 'last_received_at'],
  run_asset: ['id', 'run_id', 'asset_version_id', 'asset_id', 'direction', 'team_id', 'first_received_at'],
  run_event: ['id', 'team_id', 'kind', 'run_id', 'job_id', 'event_type', 'event_time', 'received_at', 'digest', 'bytes', 'reported_by'],
  event_key: ['digest', 'team_id'],
  facet: ['subject_kind', 'subject_id', 'name', 'body', 'event_time', 'event_digest'],
  model: ['id', 'team_id', 'name', 'created_at'],
  model_version: ['id', 'model_id', 'team_id', 'version', 'asset_version_id', 'digest', 'run_id', 'published_by', 'published_at'],
  evidence_snapshot: ['id', 'team_id', 'digest', 'content', 'frozen_at'],
  promotion: ['id', 'team_id', 'model_version_id', 'environment', 'artifact_digest', 'snapshot_id', 'snapshot_digest', 'policy_version_id', 'policy_digest', 'results', 'verdict', 'state', 'requested_by', 'reason', 'requested_at', 'decided_at', 'expires_at'],
  deployment: ['id', 'team_id', 'model_version_id', 'digest', 'environment', 'endpoint', 'promotion_id', 'deployed_by', 'deployed_at', 'ended_at'],
} as const;

const kinds = { team: 1, person: 2, grant: 3, account: 4, job: 5, asset: 6, version: 7, run: 8, edge: 9, event: 10, model: 11, modelVersion: 12, snapshot: 13, promotion: 14, deployment: 15 } as const;
const stages = ['ingest', 'clean', 'features', 'train', 'evaluate'] as const;
const day = 86_400_000;
const year = 365 * day;

export type Policies = Readonly<Record<'sandbox' | 'staging' | 'production', { readonly id: string; readonly digest: string }>>;
export type Plan = { readonly runs: number; readonly assets: number; readonly until: number; readonly seed: number; readonly passwordHash: string; readonly policies: Policies };

type Asset = { readonly id: string; readonly name: string; readonly namespace: string; readonly teamId: string };
type Version = { readonly n: number; readonly id: string; readonly hex: string; readonly asset: Asset };
type Team = { readonly id: string; readonly name: string; readonly personId: string; readonly pipelineAccount: string; readonly deployAccount: string; readonly shared: Version[]; readonly images: Version[] };
type Deployed = { readonly id: string; readonly cells: readonly Cell[] };
type Pipeline = {
  readonly team: Team; readonly name: string; readonly jobs: Readonly<Record<(typeof stages)[number] | 'pipeline', string>>;
  readonly assets: Readonly<Record<'source' | 'raw' | 'clean' | 'features' | 'model' | 'evaluation' | 'report' | 'code' | 'configuration', Asset>>;
  /** Takes the features of its last execution into the next one: a chain as long as the year. */
  readonly incremental: boolean;
  readonly modelId: string; versions: number;
  source: Version | null; code: Version | null; configuration: Version | null; features: Version | null; test: Version | null;
  readonly current: Map<string, Deployed>;
};

const sharedAtMost = 4_000;
const at = (milliseconds: number) => new Date(milliseconds).toISOString();

/** Writes the whole graph. Yields after each execution how many runs there are, so that the caller can send what has gathered. */
export function* graph(plan: Plan, rows: Rows): Generator<number> {
  const draw = random(plan.seed);
  const below = (n: number) => Math.floor(draw() * n);
  const began = plan.until - year;
  const counts = { asset: 0, version: 0, run: 0, edge: 0, event: 0, model: 0, modelVersion: 0, promotion: 0, deployment: 0, job: 0 };

  const asset = (team: Team, namespace: string, name: string, kind: string, time: number): Asset => {
    counts.asset += 1;
    const made = { id: idOf(kinds.asset, counts.asset, time), name, namespace, teamId: team.id };
    rows.asset.add(made.id, namespace, name, kind, team.id, at(time));
    return made;
  };
  const version = (of: Asset, time: number, runId: string | null): Version => {
    counts.version += 1;
    const n = counts.version;
    const made = { n, id: idOf(kinds.version, n, time), hex: hexOf(n), asset: of };
    rows.asset_version.add(made.id, `sha256:${made.hex}`, null, null, 1_000 + (n % 997) * 4_096, at(time));
    rows.asset_sighting.add(of.id, made.id, n % 10 === 0 ? `v${n}` : '', at(time), runId);
    return made;
  };

  const teams = teamNames.map((name, n): Team => {
    const number = (more: number) => n * 4 + more;
    const [teamId, personId] = [idOf(kinds.team, n, began), idOf(kinds.person, n, began)];
    rows.team.add(teamId, name, name, at(began));
    rows.person.add(personId, `${(peopleNames[n] ?? name).toLowerCase().replace(' ', '.')}@scale.example`, peopleNames[n] ?? name, null, at(began));
    rows.role_grant.add(idOf(kinds.grant, n, began), personId, 'engineer', teamId, at(began));
    const accounts = (['pipeline', 'deployer'] as const).map((role, more) => {
      const id = idOf(kinds.account, number(more), began);
      rows.service_account.add(id, `${name}-${role}`, teamId, role, personId, at(began));
      return id;
    });
    return { id: teamId, name, personId, pipelineAccount: accounts[0] ?? '', deployAccount: accounts[1] ?? '', shared: [], images: [] };
  });
  const adminId = idOf(kinds.person, 900, began);
  rows.person.add(adminId, 'admin@scale.example', 'Admin of the scale test', plan.passwordHash, at(began));
  rows.role_grant.add(idOf(kinds.grant, 900, began), adminId, 'admin', null, at(began));
  rows.role_grant.add(idOf(kinds.grant, 901, began), adminId, 'auditor', null, at(began));
  const teamOf = (n: number) => teams[n % teams.length] as Team;

  // One base image that everybody builds on, and a calendar that everybody reads: hubs.
  const hubTeam = teamOf(0);
  const baseImage = version(asset(hubTeam, 'registry', 'platform/base-image', 'image', began), began, null);
  const calendar = version(asset(hubTeam, 'warehouse', 'organisation.calendar', 'dataset', began), began, null);
  for (const team of teams) team.images.push(baseImage);

  const pipelines = Array.from({ length: Math.max(8, Math.min(4_000, Math.round(plan.runs / 2_500))) }, (_, n): Pipeline => {
    const team = teamOf(n);
    const name = pipelineName(n);
    const job = (stage: string | null) => {
      counts.job += 1;
      const id = idOf(kinds.job, counts.job, began);
      rows.job.add(id, team.id, team.name, stage === null ? name : `${name}.${stage}`, name, stage, at(began));
      if (counts.job % 5 === 0) rows.facet.add('job', id, 'tags', JSON.stringify({ tags: [{ key: ['pii', 'gdpr', 'critical', 'experimental'][counts.job % 4], value: 'true' }, { key: 'owner', value: team.name }] }), at(began), `sha256:${hexOf(counts.job)}`);
      return id;
    };
    const named = (suffix: string, kind: string) => asset(team, team.name, `${name}/${suffix}`, kind, began);
    const modelId = idOf(kinds.model, n, began);
    rows.model.add(modelId, team.id, name, at(began));
    return {
      team, name, incremental: n % 3 === 0, modelId, versions: 0, source: null, code: null, configuration: null, features: null, test: null, current: new Map(),
      jobs: { pipeline: job(null), ingest: job('ingest'), clean: job('clean'), features: job('features'), train: job('train'), evaluate: job('evaluate') },
      assets: {
        source: named('source', 'dataset'), raw: named('raw', 'dataset'), clean: named('clean', 'dataset'), features: named('features', 'features'), model: named('model', 'model'),
        evaluation: named('evaluation', 'evaluation'), report: named('report', 'report'), code: named('code', 'code'), configuration: named('configuration', 'configuration'),
      },
    };
  });
  // Some pipelines run every hour, most now and then.
  const pipelineOf = () => pipelines[Math.min(pipelines.length - 1, Math.floor(pipelines.length * draw() ** 2))] as Pipeline;
  /** Of what a team shares the old and much used: a power law. */
  const reused = (team: Team): Version | null => (team.shared.length === 0 ? null : (team.shared[Math.floor(team.shared.length * draw() ** 3)] ?? null));

  yield 0;
  for (let n = 0; n < plan.assets; n += 1) {
    asset(teamOf(n), 'lake', tableName(n), 'dataset', began);
    if (n % 10_000 === 0) yield 0;
  }

  const executions = Math.floor(plan.runs / (stages.length + 1));
  const step = year / Math.max(1, executions);
  for (let n = 0; n < executions; n += 1) {
    const time = began + n * step;
    execute(pipelineOf(), n, time, n >= executions - Math.ceil(executions / 500));
    yield counts.run;
  }
  for (const pipeline of pipelines) for (const deployed of pipeline.current.values()) rows.deployment.add(...deployed.cells, null);
  yield counts.run;

  function event(team: Team, kind: 'START' | 'COMPLETE' | 'FAIL' | 'ABORT', runId: string, jobId: string, jobName: string, parent: string | null, time: number, inputs: readonly Version[], outputs: readonly Version[], pipelineName: string): string {
    counts.event += 1;
    const data = (versions: readonly Version[]) => versions.map((one) => `{"namespace":"${one.asset.namespace}","name":"${one.asset.name}","facets":{"version":{"_producer":"https://gatehouse.dev/command","_schemaURL":"https://openlineage.io/spec/facets/1-0-1/DatasetVersionDatasetFacet.json","datasetVersion":"sha256:${one.hex}"}}}`).join(',');
    const parentFacet = parent === null ? '' : `"parent":{"_producer":"https://gatehouse.dev/command","_schemaURL":"https://openlineage.io/spec/facets/1-1-0/ParentRunFacet.json","run":{"runId":"${parent}"},"job":{"namespace":"${team.name}","name":"${pipelineName}"}}`;
    const text = `{"eventType":"${kind}","eventTime":"${at(time)}","producer":"https://gatehouse.dev/command","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent","run":{"runId":"${runId}","facets":{${parentFacet}}},"job":{"namespace":"${team.name}","name":"${jobName}"},"inputs":[${data(inputs)}],"outputs":[${data(outputs)}]}`;
    const hex = createHash('sha256').update(text).digest('hex');
    const received = at(time + 40);
    rows.run_event.add(idOf(kinds.event, counts.event, time), team.id, 'run', runId, jobId, kind, at(time), received, `sha256:${hex}`, `\\x${Buffer.from(text).toString('hex')}`, team.pipelineAccount);
    rows.event_key.add(`\\x${hex}`, team.id);
    return `sha256:${hex}`;
  }

  function edges(team: Team, runId: string, direction: 'input' | 'output', versions: readonly Version[], time: number): void {
    for (const one of versions) {
      counts.edge += 1;
      rows.run_asset.add(idOf(kinds.edge, counts.edge, time), runId, one.id, one.asset.id, direction, team.id, at(time));
    }
  }

  type Told = { id: string; jobId: string; jobName: string; parent: string | null; state: string; started: number; ended: number | null; inputs: readonly Version[]; outputs: readonly Version[] };
  function run(pipeline: Pipeline, told: Told): string {
    const { team } = pipeline;
    const { id, jobId, jobName, parent, state, started, ended, inputs, outputs } = told;
    const last = ended ?? started;
    rows.run.add(id, team.id, jobId, parent, state, ended === null ? 1 : 2, at(last), at(started), true, ended === null ? null : at(ended), team.pipelineAccount, at(started + 40), at(last + 40));
    event(team, 'START', id, jobId, jobName, parent, started, inputs, [], pipeline.name);
    const digest = ended === null ? '' : event(team, state === 'failed' ? 'FAIL' : state === 'aborted' ? 'ABORT' : 'COMPLETE', id, jobId, jobName, parent, ended, inputs, outputs, pipeline.name);
    edges(team, id, 'input', inputs, started);
    edges(team, id, 'output', outputs, last);
    return digest;
  }

  function execute(pipeline: Pipeline, n: number, time: number, recent: boolean): void {
    const { team, assets, jobs, name } = pipeline;
    counts.run += 1;
    const executionId = idOf(kinds.run, counts.run, time);
    if (n % 400 < teams.length) teamOf(n).images.push(version(assets.code, time, null));
    if (pipeline.code === null || draw() < 0.1) pipeline.code = version(assets.code, time, null);
    if (pipeline.configuration === null || draw() < 0.05) pipeline.configuration = version(assets.configuration, time, null);
    if (pipeline.source === null || draw() < 0.35) pipeline.source = version(assets.source, time, null);
    const [code, configuration, source] = [pipeline.code, pipeline.configuration, pipeline.source];
    const image = draw() < 0.5 ? baseImage : (team.images[below(team.images.length)] ?? baseImage);
    const foreign = () => reused(draw() < 0.1 ? teamOf(below(teams.length)) : team) ?? calendar;
    const failing = draw() < 0.05 ? below(stages.length) : -1;
    const unfinished = recent && draw() < 0.3 ? below(stages.length) : -1;

    let clock = time + 500;
    let made: { raw?: Version; clean?: Version; features?: Version; model?: Version } = {};
    let state: 'complete' | 'failed' | 'running' = 'complete';
    for (const [position, stage] of stages.entries()) {
      counts.run += 1;
      const id = idOf(kinds.run, counts.run, clock);
      const took = 1_000 + Math.floor(600_000 * draw() ** 3);
      const stageState = state === 'failed' ? 'aborted' : position === failing ? 'failed' : position === unfinished ? 'running' : 'complete';
      const ended = stageState === 'running' ? null : clock + took;
      const inputs: Version[] = [code, image];
      const outputs: Version[] = [];
      const produce = (what: Asset) => {
        const produced = version(what, clock + took, id);
        outputs.push(produced);
        return produced;
      };
      const consume = (...used: readonly (Version | null | undefined)[]) => { for (const one of used) if (one && !inputs.includes(one)) inputs.push(one); };
      const complete = stageState === 'complete';
      switch (stage) {
        case 'ingest':
          consume(source, n % 3 === 0 ? calendar : null);
          if (complete) made = { ...made, raw: produce(assets.raw) };
          break;
        case 'clean':
          consume(made.raw, configuration, foreign());
          if (complete) made = { ...made, clean: produce(assets.clean) };
          break;
        case 'features':
          consume(made.clean, configuration, foreign(), foreign(), pipeline.incremental ? pipeline.features : null);
          if (complete) made = { ...made, features: produce(assets.features) };
          break;
        case 'train':
          consume(made.features, configuration, foreign());
          if (complete) made = { ...made, model: produce(assets.model) };
          break;
        case 'evaluate':
          consume(made.model, made.features, pipeline.test, foreign());
          if (complete) outputs.push(version(assets.evaluation, clock + took, id), version(assets.report, clock + took, id));
          break;
      }
      const digest = run(pipeline, { id, jobId: jobs[stage], jobName: `${name}.${stage}`, parent: executionId, state: stageState, started: clock, ended, inputs, outputs });
      if (stage === 'train' || stage === 'features') {
        const facet = { parameters: [{ key: 'learning_rate', name: 'learning_rate', value: String(0.01 * (1 + (n % 9))) }, { key: 'depth', name: 'depth', value: String(3 + (n % 5)) }] };
        rows.facet.add('run', id, 'executionParameters', JSON.stringify(facet), at(clock), digest === '' ? `sha256:${hexOf(counts.run)}` : digest);
      }
      if (stage === 'train' && made.model && draw() < 0.2) register(pipeline, made.model, id, clock + took, recent);
      if (stageState === 'failed') state = 'failed';
      clock += took + 200;
      if (stageState === 'running') {
        state = 'running';
        break;
      }
    }
    if (made.features) pipeline.features = made.features;
    if (made.clean) {
      pipeline.test = made.clean;
      // What is shared is what others build on; most stays in its pipeline.
      if (draw() < 0.15 && team.shared.length < sharedAtMost) team.shared.push(made.clean);
    }
    run(pipeline, { id: executionId, jobId: jobs.pipeline, jobName: name, parent: null, state, started: time, ended: state === 'running' ? null : clock, inputs: [], outputs: [] });
  }

  function register(pipeline: Pipeline, model: Version, runId: string, time: number, recent: boolean): void {
    const { team } = pipeline;
    counts.modelVersion += 1;
    pipeline.versions += 1;
    const id = idOf(kinds.modelVersion, counts.modelVersion, time);
    const digest = `sha256:${model.hex}`;
    rows.model_version.add(id, pipeline.modelId, team.id, pipeline.versions, model.id, digest, runId, team.pipelineAccount, at(time));
    const promote = (environment: 'staging' | 'production', state: 'open' | 'deployed') => {
      counts.promotion += 1;
      const promotionId = idOf(kinds.promotion, counts.promotion, time);
      const snapshotId = idOf(kinds.snapshot, counts.promotion, time);
      const content = `{"digest":"${digest}","environment":"${environment}"}`;
      const snapshotDigest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
      const policy = plan.policies[environment];
      rows.evidence_snapshot.add(snapshotId, team.id, snapshotDigest, content, at(time));
      rows.promotion.add(promotionId, team.id, id, environment, digest, snapshotId, snapshotDigest, policy.id, policy.digest, '[]', 'passed', state, team.personId, 'scale test', at(time), state === 'open' ? null : at(time + 1_000), at(time + 30 * day));
      return promotionId;
    };
    const deploy = (environment: 'staging' | 'production', promotionId: string | null) => {
      counts.deployment += 1;
      const earlier = pipeline.current.get(environment);
      if (earlier) rows.deployment.add(...earlier.cells, at(time));
      const deploymentId = idOf(kinds.deployment, counts.deployment, time);
      pipeline.current.set(environment, { id: deploymentId, cells: [deploymentId, team.id, id, digest, environment, `${pipeline.name}-${environment}`, promotionId, team.deployAccount, at(time)] });
    };
    if (draw() < 0.6) deploy('staging', null);
    if (draw() < 0.3) deploy('production', promote('production', 'deployed'));
    else if (recent || draw() < 0.02) promote('production', 'open');
  }
}
