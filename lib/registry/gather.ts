// Gathers the facts about a model version from lineage, runs, evidence and findings, as they are in this transaction.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { environmentOfRun } from '#lib/evidence/index.ts';
import { openFindingsFor } from '#lib/findings/index.ts';
import { gatherAssurance } from './assurance.ts';
import { inventoryUpstream } from '#lib/inventory/index.ts';
import { evidenceAboutArtifact, otherProvenanceOf, testedDigests, validationsAbout } from './attested.ts';
import type { Contradiction, Evaluation, OpenFinding, TrainingRun, UpstreamVersion, VersionFacts } from './facts.ts';
import { gatherMetadata } from './gather-metadata.ts';
import type { FullVersionRow } from './store/models.ts';
import { accountsById, contradictionsAbout, runById, runFacets, type ContradictionRow, type RunRow } from './store/lineage.ts';
import { readAhead, trainingRunOf, upstreamOf, type Upstream } from './upstream.ts';

const text = z.string().nullable().catch(null);
const execution = z.object({
  git: z.object({ commit: text, branch: text, dirty: z.boolean().nullable().catch(null), remote: text }).nullable().catch(null),
  container: z.object({ imageDigest: z.string() }).nullable().catch(null),
  packageLock: z.object({ digest: z.string() }).nullable().catch(null),
  runtime: z.array(z.object({ name: z.string(), version: z.string() })).catch([]),
  operatingSystem: text,
  seed: text,
  triggeredBy: text,
});
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]).transform(String);
const executionParameters = z.object({ parameters: z.array(z.object({ key: z.string(), value: scalar.catch('') })).catch([]) });

async function describe(tx: ReadTx, row: RunRow, upstream: Upstream): Promise<TrainingRun> {
  const facets = await runFacets(tx, row.id);
  const reported = execution.safeParse(facets['gatehouse_execution'] ?? {});
  const parameters = executionParameters.safeParse(facets['executionParameters'] ?? {});
  const [account] = await accountsById(tx, [row.reportedBy]);
  const run = upstream.runs.find(({ id }) => id === row.id);
  const facts = reported.success ? reported.data : null;
  return {
    id: row.id,
    teamId: row.teamId,
    job: row.job,
    state: row.state,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    reportedBy: row.reportedBy,
    inputs: run?.inputs ?? [],
    inputNames: upstream.inputNames,
    reportedByName: account?.name ?? 'a service account',
    responsiblePerson: account ? { id: account.responsiblePersonId, name: account.responsibleName } : null,
    triggeredBy: facts?.triggeredBy ?? null,
    parameters: Object.fromEntries(parameters.success ? parameters.data.parameters.map(({ key, value }) => [key, value]) : []),
    git: facts?.git ?? null,
    runtime: facts?.runtime ?? [],
    operatingSystem: facts?.operatingSystem ?? null,
    container: facts?.container?.imageDigest ?? null,
    packageLock: facts?.packageLock?.digest ?? null,
    seed: facts?.seed ?? null,
  };
}

function inWords({ kind, name, label, first, second, runId }: ContradictionRow): Contradiction {
  const what = name ?? 'a version';
  switch (kind) {
    case 'label_changed_digest':
      return { kind, text: `${what} ${label ?? ''}: first ${first ?? 'unknown'}, later ${second ?? 'unknown'}` };
    case 'attested_digest_differs':
      return { kind, text: `${what}: reported ${first ?? 'unknown'}, attested ${second ?? 'unknown'}${runId === null ? '' : ` (run ${runId})`}` };
    case 'registry_differs':
      return { kind, text: `${what}: registered ${first ?? 'unknown'}, found ${second ?? 'unknown'}` };
  }
}

async function withValidations(tx: ReadTx, teamId: string, upstream: Upstream): Promise<UpstreamVersion[]> {
  const teamOfRun = new Map(upstream.runs.map((run) => [run.id, run.teamId]));
  const tested = await testedDigests(tx, upstream.versions.flatMap(({ digest }) => (digest === null ? [] : [digest])));
  const teamsOf = ({ producers }: Upstream['versions'][number]) => [teamId, ...producers.flatMap((runId) => teamOfRun.get(runId) ?? [])];
  const asked = upstream.versions.flatMap((version) => (version.digest !== null && version.kind === 'dataset' && tested.has(version.digest) ? [{ digest: version.digest, teamIds: teamsOf(version) }] : []));
  const validations = await validationsAbout(tx, asked);
  return upstream.versions.map((version) => ({ ...version, validations: (version.kind === 'dataset' && version.digest !== null && validations.get(version.digest)) || [] }));
}

type Reach = { readonly assetVersionIds: readonly string[]; readonly runIds: readonly string[]; readonly evidenceIds: readonly string[] };

/** Findings of all teams, since poison does not stop at a team's border; another team's words stay with that team. */
async function findingsInReach(tx: ReadTx, teamId: string, reach: Reach): Promise<OpenFinding[]> {
  const all = await openFindingsFor(tx, { teamId: null, ...reach });
  if (all.length === 0) return [];
  const own = new Set((await openFindingsFor(tx, { teamId, ...reach })).map(({ id }) => id));
  return all.filter(({ source }) => source !== 'drift').map(({ id, severity, title, source }) => ({ id, severity, title: own.has(id) ? title : 'A finding of another team, upstream', source }));
}

const nothing: Upstream = { runs: [], versions: [], truncated: false, inputNames: {}, labels: [] };

/** What was looked at to gather facts: all lineage from which they could be other ones, and what else is told by name: the image of the training, and its job. `complete` is false where that was too much to be named. */
export type Looked = { readonly runIds: readonly string[]; readonly versionIds: readonly string[]; readonly evidenceIds: readonly string[]; readonly digests: readonly string[]; readonly jobs: readonly string[]; readonly complete: boolean };

/** Everything known about a registered version, the evaluations that are only claimed (shown, never decided on), and what was looked at. */
export async function gatherFacts(tx: ReadTx, row: FullVersionRow): Promise<{ facts: VersionFacts; claimedEvaluations: readonly Evaluation[]; looked: Looked }> {
  const { teamId, digest } = row;
  const { all, evidenceIds, provenanceReceived, provenance, refusedProvenance, evaluations, claimedEvaluations } = await evidenceAboutArtifact(tx, teamId, digest);
  const attestedRunIds = provenance.flatMap(({ runId }) => (runId === null ? [] : [runId]));
  const ahead = await readAhead(tx, row.assetVersionId);
  const trainingRow = await trainingRunOf(ahead, row.assetVersionId, attestedRunIds, row.runId);
  const upstream = trainingRow ? await upstreamOf(tx, ahead, teamId, trainingRow) : nothing;
  const versionIds = [row.assetVersionId, ...upstream.versions.map(({ id }) => id)];
  const runIds = upstream.runs.map(({ id }) => id);
  const contradictions = await contradictionsAbout(tx, versionIds, runIds);
  const findings = await findingsInReach(tx, teamId, { assetVersionIds: [...versionIds, ...upstream.labels], runIds, evidenceIds });
  const claimedRun = trainingRow ?? (row.runId === null ? null : await runById(tx, row.runId));
  const training = trainingRow ? await describe(tx, trainingRow, upstream) : null;
  const facts: Omit<VersionFacts, 'metadata'> = {
    inventory: await inventoryUpstream(tx, { teamId, trainingInputs: [], ...upstream }),
    version: { id: row.id, modelId: row.modelId, modelName: row.modelName, number: row.number, teamId, claimedRunId: row.runId, publishedBy: row.publishedBy, publishedAt: row.publishedAt },
    artifact: { versionId: row.assetVersionId, digest, quarantined: row.quarantined },
    provenanceReceived,
    provenance,
    otherProvenance: claimedRun ? await otherProvenanceOf(tx, teamId, claimedRun.id, digest) : [],
    refusedProvenance,
    training,
    environment: trainingRow ? (await environmentOfRun(tx, trainingRow)).requirements : [],
    runs: upstream.runs,
    versions: await withValidations(tx, teamId, upstream),
    truncated: upstream.truncated,
    contradictions: contradictions.map(inWords),
    evaluations,
    findings,
    assurance: await gatherAssurance(tx, row, { evidence: all, training, upstream: upstream.versions.map(({ id }) => id), truncated: upstream.truncated }),
  };
  const { looked } = ahead;
  // A run that is only claimed is looked at itself, and whoever had a hand in what it read.
  const claimedElsewhere = row.runId !== null && !looked.runIds.includes(row.runId);
  return { facts: { ...facts, metadata: await gatherMetadata(tx, facts) }, claimedEvaluations, looked: { runIds: looked.runIds, versionIds: looked.versionIds, evidenceIds, digests: training?.container ? [training.container] : [], jobs: trainingRow ? [trainingRow.job] : [], complete: looked.complete && !claimedElsewhere } };
}
