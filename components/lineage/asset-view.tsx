// AssetPage: one name of data with every version of its bytes. Rendered on the server.
import { FacetList } from '#components/facets/facet-list.tsx';
import { DeclaredByJobs, NamesPanel } from '#components/facets/names-panel.tsx';
import { ExportMenu } from '#components/table/export-menu.tsx';
import { Strength } from '#components/evidence/verdict.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton, TextLink } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import type { Page } from '#lib/kernel/page.ts';
import type { AssetDetail, SightingView } from '#lib/lineage/schema.ts';
import { lineageAround } from './address.ts';
import { Contradictions } from './contradictions.tsx';

/** `first` where this is the first page of versions. */
export function AssetPage({ detail, versions, first }: { readonly detail: AssetDetail; readonly versions: Page<SightingView>; readonly first: boolean }) {
  const { asset, facets, contradictions, names, declaredBy } = detail;
  const severalNames = names.sameAs.length > 1;
  const base = `/data/${asset.id}`;
  const turn = (name: 'after' | 'before', cursor: string | null) => (cursor === null ? undefined : `${base}?${name}=${encodeURIComponent(cursor)}`);
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Data', href: '/data' }]} title={asset.name}
        meta={<><Badge tone="outline">{asset.kind}</Badge><span className="break-all">{asset.namespace}</span><span>{asset.team.name}</span><Time at={asset.createdAt} /></>}
        actions={<>{['dataset', 'features'].includes(asset.kind) && <LinkButton href={`/data/${asset.id}/datasheet`}>Datasheet</LinkButton>}<LinkButton href={`/findings?assetId=${asset.id}`}>Findings</LinkButton><LinkButton variant="primary" href={lineageAround(`asset:${asset.id}`)}>Lineage</LinkButton></>}
      />
      <Stack>
        {contradictions.length > 0 && <Contradictions contradictions={contradictions} />}
        <Section
          title={severalNames ? 'Versions under all its names' : `Versions (${asset.versions >= 1000 ? '1000 or more' : asset.versions})`} id="versions" description="By when their bytes were first seen, newest first."
          actions={<ExportMenu links={[{ label: 'CSV', href: `/api/v1/assets/${asset.id}/versions?format=csv` }, { label: 'JSON', href: `/api/v1/assets/${asset.id}/versions?format=json` }]} />}
        >
          {versions.items.length === 0 ? <EmptyState kind="nothing-yet" title="No version yet" description="An event described this name; no run has read or written it." /> : (
            <>
              <SimpleTable
                caption="Versions" rows={versions.items} rowKey={(version) => version.versionId}
                columns={[
                  ...(severalNames ? [{ header: 'Seen as', cell: (version: SightingView) => version.name }] : []),
                  { header: 'Version', cell: (version) => (version.digest === null ? <TextLink quiet href={`/data/${version.versionId}`}>no digest</TextLink> : <Digest value={version.digest} algorithm href={`/data/${version.versionId}`} />) },
                  { header: 'State', cell: (version) => (version.quarantined ? <Badge tone="fail">quarantined</Badge> : version.contradicted ? <Strength state="contradicted" /> : version.digest === null ? <span className="text-ink-3">bytes not known</span> : '') },
                  { header: 'Labels', cell: (version) => version.labels.join(', ') },
                  { header: 'Bytes', align: 'end', cell: (version) => version.sizeBytes?.toLocaleString('en') ?? '' },
                  { header: 'First run', cell: (version) => (version.firstRunId === null ? '' : <Digest value={version.firstRunId} length={8} copy={false} href={`/runs/${version.firstRunId}`} />) },
                  { header: 'First seen', cell: (version) => <Time at={version.firstSeenAt} /> },
                ]}
              />
              <Pagination newer={turn('before', versions.newer)} older={turn('after', versions.older)} first={first ? undefined : base} summary={`${versions.items.length} shown`} />
            </>
          )}
        </Section>
        {names.sameAs.length - 1 + names.claims.length + names.claimedBy.length > 0 && <Section title="Names" id="names" description="What the team that the name belongs to says it is called elsewhere. Names of two teams are one thing only where both say so."><NamesPanel names={names} assetId={asset.id} /></Section>}
        {declaredBy.length > 0 && <Section title="Declared by jobs" id="declared" description="From job events: what jobs say they read and write, whether they ran or not. No edge of the lineage."><DeclaredByJobs jobs={declaredBy} /></Section>}
        <Section title="Said of the name" id="facets" description="From events about the name itself, without a run."><FacetList facets={Object.entries(facets).map(([name, body]) => ({ name, body }))} none="Nothing." /></Section>
      </Stack>
    </>
  );
}
