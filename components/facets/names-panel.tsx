// NamesPanel: the names of one thing, what its team claims and who else claims it; DeclaredByJobs: jobs that say they read or write it. Rendered on the server.
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import type { AssetNames, DeclaredBy } from '#lib/lineage/schema.ts';

const standing: Record<AssetNames['claims'][number]['standing'], string> = {
  same: 'one thing',
  not_confirmed: 'claimed: that name’s own team does not say so',
  not_reported: 'no event spoke of that name, or you may not see it',
};

export function NamesPanel({ names, assetId }: { readonly names: AssetNames; readonly assetId: string }) {
  const others = names.sameAs.filter((name) => name.assetId !== assetId);
  const rows = [
    ...others.map((name) => ({ key: name.assetId, name: name.name, namespace: name.namespace, assetId: name.assetId as string | null, says: `team ${name.team}`, state: <Badge tone="accent">one thing</Badge> })),
    ...names.claims.filter((claim) => claim.standing !== 'same').map((claim) => ({ key: `${claim.namespace} ${claim.name}`, name: claim.name, namespace: claim.namespace, assetId: claim.assetId, says: 'its own team', state: <span className="text-ink-2">{standing[claim.standing]}</span> })),
    ...names.claimedBy.map((claim) => ({ key: `by ${claim.assetId}`, name: claim.name, namespace: claim.namespace, assetId: claim.assetId as string | null, says: `team ${claim.team}`, state: <span className="text-stale">claimed by that team alone, so it counts for nothing here</span> })),
  ];
  return (
    <SimpleTable
      caption="Other names" rows={rows} rowKey={(row) => row.key}
      columns={[{ header: 'Name', cell: (row) => (row.assetId === null ? row.name : <TextLink quiet href={`/data/${row.assetId}`}>{row.name}</TextLink>) }, { header: 'Namespace', mono: true, cell: (row) => row.namespace }, { header: 'Says', cell: (row) => row.says }, { header: 'Standing', cell: (row) => row.state }]}
    />
  );
}

export function DeclaredByJobs({ jobs }: { readonly jobs: readonly DeclaredBy[] }) {
  return (
    <SimpleTable
      caption="Jobs that declare it" rows={jobs} rowKey={(job) => `${job.jobId} ${job.direction}`}
      columns={[{ header: 'Job', cell: (job) => (job.hasRun ? <TextLink quiet href={`/runs?q=${encodeURIComponent(job.name)}`}>{job.name}</TextLink> : job.name) }, { header: 'Says that it', cell: (job) => (job.direction === 'input' ? 'reads it' : 'writes it') }, { header: 'Ran', cell: (job) => (job.hasRun ? 'yes' : <span className="text-ink-3">never reported a run</span>) }, { header: 'Team', cell: (job) => job.team }, { header: 'Declared', cell: (job) => <Time at={job.at} /> }]}
    />
  );
}
