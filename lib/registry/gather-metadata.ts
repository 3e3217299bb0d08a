// Gathers what cards, accounts and settings say about a version's metadata.
import type { ReadTx } from '#lib/db/client.ts';
import { knownAbout } from '#lib/cards/index.ts';
import { requiredByEnvironment } from '#lib/policy/index.ts';
import { dataSources, lineageComplete } from './domain.ts';
import { biasOf, firstOnEachDataset } from './evaluation.ts';
import type { VersionFacts } from './facts.ts';
import type { VersionMetadata } from './metadata.ts';
import { accountsById } from './store/lineage.ts';

/** What there is of a version's metadata, from its other facts. */
export async function gatherMetadata(tx: ReadTx, facts: Omit<VersionFacts, 'metadata'>): Promise<VersionMetadata> {
  const sources = dataSources(facts);
  const { modelCard, datasheets } = await knownAbout(tx, facts.version.id, facts.version.teamId, sources.map(({ version }) => version.id));
  const [account] = await accountsById(tx, [facts.version.publishedBy]);
  const evaluation = firstOnEachDataset(facts.evaluations)[0] ?? null;
  const bias = evaluation && biasOf(evaluation.metrics);
  return {
    modelCard,
    datasets: sources.map(({ version: { id, name, digest } }) => {
      const sheet = datasheets.get(id);
      return { versionId: id, name: name ?? digest?.slice(0, 19) ?? id, digest, sheet: sheet ? { digest: sheet.digest, own: sheet.own, missing: sheet.facts.missing } : null };
    }),
    answersFor: account?.responsibleActive ? account.responsibleName : null,
    lineageComplete: lineageComplete(facts),
    evaluated: evaluation !== null,
    biasReported: bias !== null && bias.disparateImpact !== null && bias.difference !== null,
    required: await requiredByEnvironment(tx),
  };
}
