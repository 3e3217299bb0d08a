// What is wrong in the inventory, as findings in words. Pure.
import type { Fact, NewFinding } from '#lib/findings/index.ts';
import { severityOf, type SourceRule } from './domain.ts';
import { useMeanings, type Classification, type DataUse } from './schema.ts';

const PROVENANCE = ['ML02:2023', 'AML.T0020', 'AML.M0025'];
const GOVERNED = ['NIST MAP 4.1', 'AML.M0025'];
const text = (name: string, value: string): Fact => ({ name, value, unit: null });

type Named = { readonly id: string; readonly teamId: string; readonly name: string; readonly classification: Classification; readonly changes: number; readonly expiresAt: string | null; readonly uses: readonly DataUse[]; readonly stored: 'proposed' | 'approved' | 'withdrawn' };
type By = { readonly runId: string; readonly versionId: string; readonly job: string };

/** What makes two reports about a source the same finding of a team. */
export const sourceIdentity = (rule: SourceRule, sourceId: string, use: DataUse | null) => ({ source: 'inventory' as const, rule, identity: use === null ? [sourceId] : [sourceId, use] });
export const arrivalIdentity = (versionId: string) => ({ source: 'inventory' as const, rule: 'no_approved_ingestion', identity: [versionId] });

/** A source that is in use and may not be. Another team's source is named by its id: its name is that team's own. */
export function ofSource(teamId: string, source: Named, rule: SourceRule, use: DataUse | null, by: By, inProduction: boolean): NewFinding {
  const called = source.teamId === teamId ? `“${source.name}”` : 'of another team';
  const said = {
    unapproved_source: {
      title: `Data is read from the source ${called}, which nobody approved`,
      detail: source.stored === 'withdrawn' ? 'Its approval was withdrawn; runs read it all the same.' : 'It is proposed and waits for a second person of security, or it was changed since its approval: what was changed is not approved.',
      recommendation: 'Have a second person of security approve the source on its page (Data, Sources), or stop reading it and train again without it. What was trained on it is not promoted by a policy that asks for approved sources.',
    },
    expired_source: {
      title: `Data is read from the source ${called}, whose approval is over`,
      detail: `The approval ended ${source.expiresAt ?? ''}.`,
      recommendation: 'Look through the source again (licence, owner, classification, use) and have a second person of security approve it once more, or stop reading it.',
    },
    use_not_allowed: {
      title: `Data of the source ${called} is used for ${use ?? ''}, which it is not allowed for`,
      detail: `Allowed: ${source.uses.join(', ')}. Used for ${use ?? ''}: ${use === null ? '' : useMeanings[use]}.`,
      recommendation: 'Stop this use, or propose the use on the page of the source; a second person of security then approves the source anew.',
    },
  }[rule];
  return {
    ...said, ...sourceIdentity(rule, source.id, use), teamId, references: rule === 'use_not_allowed' ? GOVERNED : [...PROVENANCE, ...GOVERNED.slice(0, 1)],
    occurrence: `run:${by.runId}:${source.changes}`, severity: severityOf(rule, source.classification, inProduction),
    facts: [text('source', source.id), text('classification', source.classification), text('read by', by.job)], runId: by.runId, assetVersionId: by.versionId,
  };
}

/** A digest that was read and that no approved ingestion produced. `sourceNames` empty: it belongs to no source. */
export function ofArrival(teamId: string, version: { readonly id: string; readonly digest: string; readonly name: string | null }, sources: readonly Named[], by: Pick<By, 'runId' | 'job'>, changes: number, inProduction: boolean): NewFinding {
  const worst = (['restricted', 'confidential', 'internal', 'public'] as const).find((level) => sources.some(({ classification }) => classification === level)) ?? null;
  const named = version.name ?? 'Data';
  const own = sources.filter((source) => source.teamId === teamId).map(({ name }) => `“${name}”`);
  return {
    ...arrivalIdentity(version.id), teamId, references: PROVENANCE, occurrence: `run:${by.runId}:${changes}`, severity: severityOf('no_approved_ingestion', worst, inProduction),
    title: sources.length === 0 ? `${named} was read, and belongs to no source of the inventory` : `${named} was read, and no approved ingestion produced these bytes`,
    detail: sources.length === 0
      ? `${version.digest} was made by no known run from other data, and no source of the inventory has its name: nobody approved where it came from.`
      : `${version.digest} goes by a name of the source ${own.join(', ') || 'of another team'}, and no completed run of its ingestion jobs produced it: somebody else put it there, or the ingestion was not reported.`,
    recommendation: sources.length === 0
      ? 'Add its name to a source, with the job that brings it in (Data, Sources), and have it approved; or find out who put it where the run read it.'
      : 'Compare the bytes with those of the ingestion. If another job may bring them in, propose it on the page of the source. If nobody knows them, quarantine the version and look at what was trained on it: the page of the version shows its blast radius.',
    facts: [text('digest', version.digest), text('read by', by.job), ...(own.length > 0 ? [text('source', own.join(', '))] : [])], runId: by.runId, assetVersionId: version.id,
  };
}
