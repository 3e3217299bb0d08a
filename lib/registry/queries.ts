// Reading models: the list, a model's versions, one version with its five answers, two versions side by side.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { searchText, several } from '#lib/kernel/list-input.ts';
import { pageInput, pageRequest, toPage } from '#lib/kernel/page.ts';
import { may } from '#lib/kernel/permissions.ts';
import { query } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { activePolicy, environment, unknownEnvironment, type PolicyContent } from '#lib/policy/index.ts';
import { reproductionsOf } from '#lib/runs/index.ts';
import { fiveAnswers } from './answers.ts';
import { compareFacts } from './compare.ts';
import { trainingInputs } from './domain.ts';
import { slsaOf } from './slsa.ts';
import { disagreements, firstOnEachDataset, sortedMetrics } from './evaluation.ts';
import type { Evaluation } from './facts.ts';
import { gatherFacts } from './gather.ts';
import { modelName, modelPage, modelSummary, modelVersionDetail, versionComparison, versionPage, type EvaluationView, type ModelSummary, type ThresholdMark, type VersionSummary } from './schema.ts';
import * as store from './store/models.ts';

type ListedModel = Awaited<ReturnType<typeof store.modelPage>>[number];

async function summaries(tx: ReadTx, rows: readonly ListedModel[]): Promise<ModelSummary[]> {
  const ids = rows.map(({ id }) => id);
  const running = await store.runningOf(tx, ids);
  const requests = await store.openRequestsOf(tx, ids);
  const counts = await store.versionCounts(tx, ids);
  return rows.map((row) => {
    const request = requests.find(({ modelId }) => modelId === row.id);
    return {
      ...row,
      versionCount: counts.get(row.id) ?? 0,
      running: running.filter(({ modelId }) => modelId === row.id).map(({ modelId: _, ...at }) => at),
      openRequest: request ? { id: request.id, environment: request.environment, version: request.version, requestedAt: request.requestedAt } : null,
    };
  });
}

export const listModels = query({
  name: 'registry.listModels',
  summary: 'Models with their latest version, what runs where, and an open request',
  input: z.strictObject({ ...pageInput, q: searchText, team: several(z.guid()), environment: several(environment), sort: z.enum(['name', '-name', 'createdAt', '-createdAt']).default('name') }),
  output: modelPage,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const request = pageRequest(input, input.sort);
    if (!request.ok) return request;
    const unknown = await unknownEnvironment(tx, input.environment);
    if (unknown) return unknown;
    const rows = await store.modelPage(tx, teams, { search: input.q, teamIds: input.team, runsIn: input.environment }, request.value);
    const page = toPage(rows, request.value, (row) => ({ value: input.sort.endsWith('name') ? row.name : row.id, id: row.id }), (row) => row);
    return ok({ ...page, items: await summaries(tx, page.items) });
  },
  http: { method: 'GET', path: '/api/v1/models', tag: 'Models', body: 'none' },
});

async function oneModel(tx: ReadTx, teams: Parameters<typeof store.modelPage>[1], name: string) {
  const [row] = await store.modelPage(tx, teams, { name }, { sort: 'name', cursor: null, towards: 'older', limit: 1 });
  return row ?? null;
}

export const getModel = query({
  name: 'registry.getModel',
  summary: 'One model',
  input: z.strictObject({ name: modelName }),
  output: modelSummary,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const row = await oneModel(tx, teams, input.name);
    const [model] = row ? await summaries(tx, [row]) : [];
    return model ? ok(model) : notFound('model');
  },
  http: { method: 'GET', path: '/api/v1/models/{name}', tag: 'Models', body: 'none' },
});

export const listModelVersions = query({
  name: 'registry.listModelVersions',
  summary: 'Versions of a model, newest first',
  input: z.strictObject({ ...pageInput, name: modelName, sort: z.enum(['version', '-version']).default('-version') }),
  output: versionPage,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const row = await oneModel(tx, teams, input.name);
    if (!row) return notFound('model');
    const request = pageRequest(input, input.sort);
    if (!request.ok) return request;
    const page = toPage(await store.versionPage(tx, row.id, request.value), request.value, (version) => ({ value: version.number, id: version.id }), (version) => version);
    const running = await store.runningOf(tx, [row.id]);
    const promotions = await store.latestPromotionsOf(tx, page.items.map(({ id }) => id));
    const items = page.items.map((version): VersionSummary => {
      const promotion = promotions.find(({ modelVersionId }) => modelVersionId === version.id);
      return {
        id: version.id,
        version: version.number,
        digest: version.digest,
        description: version.description,
        publishedAt: version.publishedAt,
        publishedBy: { id: version.publishedBy, name: version.publisherName },
        running: running.filter(({ modelVersionId }) => modelVersionId === version.id).map(({ modelId: _, ...at }) => at),
        promotion: promotion ? { id: promotion.id, environment: promotion.environment, state: promotion.state } : null,
      };
    });
    return ok({ ...page, items });
  },
  http: { method: 'GET', path: '/api/v1/models/{name}/versions', tag: 'Models', body: 'none' },
});

const evaluationView = (strength: EvaluationView['strength']) => ({ evidenceId, runId, evaluatedOn, dataset, threshold, metrics }: Evaluation): EvaluationView => ({ strength, evidenceId, runId, evaluatedOn, dataset: { ...dataset }, threshold, metrics: sortedMetrics(metrics).map((metric) => ({ ...metric })) });

/** The thresholds of a policy that charts can mark. */
export const thresholdsOf = (policy: PolicyContent | undefined): ThresholdMark[] =>
  Object.entries(policy?.parameters ?? {}).flatMap(([parameter, { value, meaning, marks }]) => (typeof value === 'number' ? (marks ?? []).map(({ metric, bound }) => ({ parameter, metric, bound, value, meaning })) : []));

const versionNumber = z.coerce.number().int().min(1).max(2_147_483_647);

export const getModelVersion = query({
  name: 'registry.getModelVersion',
  summary: 'One version: the five answers with their evidence, SLSA level, metrics, promotions, deployments, findings',
  input: z.strictObject({ name: modelName, version: versionNumber }),
  output: modelVersionDetail,
  permission: 'read',
  run: async (tx, input, { teams, actor }) => {
    const row = await store.visibleVersion(tx, teams, input.name, input.version);
    if (!row) return notFound('model version');
    const { facts, claimedEvaluations } = await gatherFacts(tx, row);
    const promotions = await store.promotionsOfVersion(tx, row.id);
    const approvals = await store.approvalsOf(tx, promotions.map(({ id }) => id));
    const deployments = await store.deploymentsOfVersion(tx, row.id);
    const policy = await activePolicy(tx, 'production', false, row);
    const environmentOf = new Map(promotions.map(({ id, environment: where }) => [id, where]));
    const outcome = {
      promotions: promotions.length,
      approvals: approvals.map(({ promotionId, person, role, verdict, at }) => ({ promotionId, environment: environmentOf.get(promotionId) ?? '', person, role, verdict, at })),
      deployments: deployments.map(({ id, environment: where, endpoint, digest, endedAt }) => ({ id, environment: where, endpoint, digest, current: endedAt === null })),
      claimedEvaluations,
    };
    return ok({
      id: row.id,
      modelId: row.modelId,
      modelName: row.modelName,
      teamId: row.teamId,
      teamName: row.teamName,
      version: row.number,
      digest: row.digest,
      assetVersionId: row.assetVersionId,
      quarantined: row.quarantined,
      openIncidents: [...(facts.assurance?.incidents ?? [])],
      description: row.description,
      publishedAt: row.publishedAt,
      publishedBy: { id: row.publishedBy, name: row.publisherName },
      trainingRunId: facts.training?.id ?? null,
      answers: fiveAnswers(facts, outcome),
      slsa: slsaOf(facts, facts.training ? await reproductionsOf(tx, [row.teamId], facts.training.id) : []),
      environment: facts.environment.map((one) => ({ ...one, references: one.references.map((reference) => ({ ...reference })) })),
      evaluations: [...firstOnEachDataset(facts.evaluations).map(evaluationView('proven')), ...firstOnEachDataset(claimedEvaluations).map(evaluationView('claimed'))],
      disagreements: disagreements(facts.evaluations),
      thresholds: thresholdsOf(policy?.content),
      inputs: trainingInputs(facts).map((input) => ({ ...input })),
      parameters: { ...(facts.training?.parameters ?? {}) },
      upstream: { runs: facts.runs.length, versions: facts.versions.length, truncated: facts.truncated },
      promotions: promotions.map((promotion) => ({ ...promotion, approvals: approvals.filter(({ promotionId }) => promotionId === promotion.id).map(({ promotionId: _, ...approval }) => approval) })),
      deployments,
      findings: facts.findings.map((finding) => ({ ...finding })),
      mayRequest: may(actor, 'promotion.request', { kind: 'team', teamId: row.teamId }),
    });
  },
  http: { method: 'GET', path: '/api/v1/models/{name}/versions/{version}', tag: 'Models', body: 'none' },
});

export const compareModelVersions = query({
  name: 'registry.compareModelVersions',
  summary: 'Two versions of a model side by side: what differs first',
  input: z.strictObject({ name: modelName, a: versionNumber, b: versionNumber }),
  output: versionComparison,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const a = await store.visibleVersion(tx, teams, input.name, input.a);
    const b = await store.visibleVersion(tx, teams, input.name, input.b);
    if (!a || !b) return notFound('model version');
    return ok(compareFacts((await gatherFacts(tx, a)).facts, (await gatherFacts(tx, b)).facts));
  },
  http: { method: 'GET', path: '/api/v1/models/{name}/compare', tag: 'Models', body: 'none' },
});
