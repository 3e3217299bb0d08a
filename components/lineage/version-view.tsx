// VersionPage: everything known of one content: what disagrees, its names, what made it, what used it, what was signed about it. Rendered on the server.
import { Strength, Verdict } from '#components/evidence/verdict.tsx';
import { predicateWord } from '#components/evidence/words.ts';
import { FacetList } from '#components/facets/facet-list.tsx';
import { VersionSources, VersionValidations, type Inventory } from '#components/inventory/version-validations.tsx';
import { ImpactPanel } from '#components/impact/impact-panel.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { DescriptionList } from '#components/ui/description-list.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { LinkButton, TextLink } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Columns, Section, Stack } from '#components/ui/section.tsx';
import { Duration, Time } from '#components/ui/time.tsx';
import type { EvidenceItem } from '#lib/evidence/schema.ts';
import { readFacet } from '#lib/lineage/facets/index.ts';
import type { ColumnLineage, VersionDetail } from '#lib/lineage/schema.ts';
import type { RunView } from '#lib/runs/schema.ts';
import { columnsHref, lineageAround } from './address.ts';
import { ColumnSources } from './column-sources.tsx';
import { Contradictions } from './contradictions.tsx';
import { RunMark } from './run-mark.tsx';

/** `evidence` null: it has no digest, so nothing can be signed about it. */
export function VersionPage({ version, evidence, columns, inventory }: { readonly inventory: Inventory; readonly version: VersionDetail; readonly evidence: { readonly items: readonly EvidenceItem[]; readonly more: boolean } | null; readonly columns: ColumnLineage }) {
  const [sighting] = version.sightings;
  const name = sighting?.name ?? 'Unnamed data';
  const node = `version:${version.id}`;
  const labels = [...new Set(version.sightings.flatMap((each) => each.labels))];
  const data = holdsData(version);
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Data', href: '/data' }, ...(sighting === undefined ? [] : [{ label: sighting.name, href: `/data/${sighting.assetId}` }])]}
        title={labels[0] === undefined ? name : `${name} ${labels[0]}`}
        meta={<>{sighting !== undefined && <Badge tone="outline">{sighting.kind}</Badge>}{version.digest === null ? <span>no digest reported</span> : <Digest value={version.digest} algorithm />}{version.quarantined && <Badge tone="fail">quarantined</Badge>}{version.contradictions.length > 0 && <Strength state="contradicted" />}</>}
        actions={<>{data && <LinkButton href={`/data/${version.id}/datasheet`}>Datasheet</LinkButton>}<LinkButton href={`/findings?assetVersionId=${version.id}`}>Findings</LinkButton><LinkButton href={lineageAround(node, 'downstream')}>What came of it</LinkButton><LinkButton variant="primary" href={lineageAround(node)}>Lineage</LinkButton></>}
      />
      <Stack>
        {version.quarantined && <Alert tone="danger" title="Quarantined">These bytes are held back. <TextLink href={`/findings?assetVersionId=${version.id}`}>The findings</TextLink> say why; decide those before you use what was made from them.</Alert>}
        {version.contradictions.length > 0 && <Contradictions contradictions={version.contradictions} />}
        {version.digest === null && <Alert tone="warning" title="Its bytes are not known">Runs named it without a digest, so nothing proves that any two of them used the same content. {version.byLabel.length > 1 && <><TextLink href="#by-label">The label stood for {version.moreByLabel ? 'more than ' : ''}{version.byLabel.length} contents.</TextLink>{' '}</>}Report it with a digest: <code>gatehouse run --input</code> and <code>--output</code> compute it.</Alert>}
        <Columns aside={<Facts version={version} labels={labels} inventory={inventory} />}>
          <Stack>
            <Section title="Produced by" id="producers"><Runs caption="Runs that produced it" runs={version.producers} more={version.moreProducers} none="No run that you may see reported producing these bytes: where they came from is not known." /></Section>
            <Section title="Used by" id="consumers"><Runs caption="Runs that used it" runs={version.consumers} more={version.moreConsumers} none="No run that you may see reported using these bytes." /></Section>
            {version.byLabel.length > 0 && <Section title="By its label" id="by-label" description={byLabelWords(version)}><ByLabel version={version} /></Section>}
            {version.restricted && <p className="text-xs text-ink-3">Runs of teams that you may not see produced or used it too.</p>}
            <ImpactPanel versionId={version.id} direction="downstream" />
            <ImpactPanel versionId={version.id} direction="upstream" />
            {(data || inventory.items.length > 0) && <Section title="Validation" id="validation" description="What tests say of these bytes: proven by a verified attestation, claimed by whoever sent it."><VersionValidations versionId={version.id} items={inventory.items} /></Section>}
            {columns.fields.length + columns.whole.length > 0 && <Section title="Columns" id="columns" description="Where each column comes from, as the runs that produced these bytes reported, and as events about the name say." actions={<LinkButton size="sm" href={columnsHref(node)}>As a graph</LinkButton>}><Columned columns={columns} /></Section>}
            <Section title="Evidence" id="evidence" description="Signed statements about this very digest." actions={version.digest === null ? undefined : <LinkButton size="sm" href={`/evidence?subject=${encodeURIComponent(version.digest)}`}>As a list</LinkButton>}><EvidenceAbout evidence={evidence} /></Section>
            <Section title="Seen as" id="names"><Names version={version} /></Section>
            <Section title="Said of it" id="facets" description="What the newest 50 runs that used it reported; of each kind the latest."><FacetList facets={version.facets} none="No run said anything about its schema or quality." /></Section>
            {version.nameFacets.length > 0 && <Section title="Said of its names" id="name-facets" description="From events about the names, without a run."><FacetList prefix="name-facet" facets={version.nameFacets.map(({ name, body, asset }) => ({ name, body, of: asset }))} none="Nothing." /></Section>}
          </Stack>
        </Columns>
      </Stack>
    </>
  );
}

/** Whether rows, columns, sources and tests are told of it: a model or a report has none of them. */
const holdsData = ({ sightings }: VersionDetail): boolean => ['dataset', 'features'].includes(sightings[0]?.kind ?? '');

/** As the newest run that said it reports; its profile and its schema stand below, under what was said of it. */
function rowsOf({ facets }: VersionDetail): number | undefined {
  for (const { name, body } of facets) {
    const reading = readFacet(name, body);
    if (reading.state === 'read' && reading.facet.kind === 'metrics' && reading.facet.rowCount !== null) return reading.facet.rowCount;
  }
  return undefined;
}

function columnsOf({ facets }: VersionDetail): number | undefined {
  for (const { name, body } of facets) {
    const reading = readFacet(name, body);
    if (reading.state === 'read' && reading.facet.kind === 'schema') return reading.facet.fields.filter(({ depth }) => depth === 0).length;
  }
  return undefined;
}

function Facts({ version, labels, inventory }: { readonly inventory: Inventory; readonly version: VersionDetail; readonly labels: readonly string[] }) {
  const first = version.sightings[0];
  const data = holdsData(version);
  return (
    <Section title="Facts" level={3}>
      <DescriptionList
        items={[
          { term: 'Digest', value: version.digest === null ? undefined : <Digest value={version.digest} algorithm full /> },
          { term: 'State', value: version.quarantined ? <Badge tone="fail">quarantined</Badge> : version.contradictions.length > 0 ? <Strength state="contradicted" /> : 'nothing against it' },
          { term: 'Size', value: version.sizeBytes === null ? undefined : `${version.sizeBytes.toLocaleString('en')} bytes` },
          ...(data ? [{ term: 'Rows', value: rowsOf(version)?.toLocaleString('en') }, { term: 'Columns', value: columnsOf(version)?.toLocaleString('en') }] : []),
          { term: 'Labels', value: labels.length === 0 ? (version.label ?? undefined) : labels.join(', ') },
          ...(data || inventory.sources.length > 0 ? [{ term: 'Source', value: <VersionSources sources={inventory.sources} /> }] : []),
          { term: 'First seen', value: first === undefined ? undefined : <Time at={first.firstSeenAt} />, ...(first !== undefined && first.firstRunId !== null && { note: <TextLink href={`/runs/${first.firstRunId}`}>in a run</TextLink> }) },
          { term: 'Version id', value: <Digest value={version.id} length={8} /> },
        ]}
      />
    </Section>
  );
}

function Runs({ caption, runs, more, none }: { readonly caption: string; readonly runs: readonly RunView[]; readonly more: boolean; readonly none: string }) {
  if (runs.length === 0) return <p className="text-sm text-ink-2">{none}</p>;
  return (
    <>
      <SimpleTable
        caption={caption} rows={runs} rowKey={(run) => run.id}
        columns={[
          { header: 'Run', cell: (run) => <TextLink quiet href={`/runs/${run.id}`}>{run.stage === null ? run.job.name : `${run.pipeline} · ${run.stage}`}</TextLink> },
          { header: 'State', cell: (run) => <RunMark state={run.state} /> },
          { header: 'Team', cell: (run) => run.team.name },
          { header: 'Started', cell: (run) => <Time at={run.startedAt} /> },
          { header: 'Took', align: 'end', cell: (run) => (run.endedAt === null ? '' : <Duration from={run.startedAt} to={run.endedAt} />) },
        ]}
      />
      {more && <p className="text-xs text-ink-3">The newest 50 are shown; there are more.</p>}
    </>
  );
}

const byLabelWords = ({ digest }: VersionDetail): string =>
  digest === null ? 'Contents that were seen under this label. Whoever used it by the label alone used one of them, or bytes that nobody reported.' : 'Used by its label alone, without a digest: lineage and blast radius go through it, and say so.';

function ByLabel({ version }: { readonly version: VersionDetail }) {
  return (
    <>
      <SimpleTable
        caption="By its label" rows={version.byLabel} rowKey={(each) => each.versionId}
        columns={[
          { header: 'Version', cell: (each) => <TextLink quiet href={`/data/${each.versionId}`}>{each.name ?? 'Unnamed data'} {each.label ?? ''}</TextLink> },
          { header: 'Digest', cell: (each) => (each.digest === null ? <span className="text-ink-3">by label alone</span> : <Digest value={each.digest} />) },
          { header: 'First seen', cell: (each) => (each.seenAt === null ? '' : <Time at={each.seenAt} />) },
          { header: 'How sure', cell: (each) => (each.how === 'sole' ? 'no other content was ever seen under the label' : 'less sure: the label stood for several contents') },
        ]}
      />
      {version.moreByLabel && <p className="text-xs text-ink-3">The newest 200 are shown; there are more. Lineage goes through all of them in the blast radius and for every gate.</p>}
    </>
  );
}

function Columned({ columns: { fields, whole, truncated } }: { readonly columns: ColumnLineage }) {
  return (
    <>
      {fields.length > 0 && (
        <SimpleTable
          caption="Columns" rows={fields} rowKey={(field) => field.name}
          columns={[{ header: 'Column', cell: (field) => <span className="font-mono break-all">{field.name}{field.type !== null && <span className="ml-2 text-ink-3">{field.type}</span>}</span> }, { header: 'Comes from', cell: (field) => (field.from.length === 0 ? <span className="text-ink-3">nobody says</span> : <ColumnSources sources={field.from} />) }]}
        />
      )}
      {whole.length > 0 && <div className="mt-2 text-sm"><p className="text-ink-2">Affects every column:</p><ColumnSources sources={whole} /></div>}
      {truncated && <p className="text-xs text-stale">More was reported than is shown.</p>}
    </>
  );
}

function EvidenceAbout({ evidence }: { readonly evidence: { readonly items: readonly EvidenceItem[]; readonly more: boolean } | null }) {
  if (evidence === null) return <p className="text-sm text-ink-2">Without a digest nothing can be signed about it.</p>;
  if (evidence.items.length === 0) return <p className="text-sm text-ink-2">Nothing signed speaks of these bytes: what runs reported of them is claimed, not proven.</p>;
  return (
    <>
      <SimpleTable
        caption="Evidence" rows={evidence.items.toSorted((a, b) => Number(a.verdict === 'passed') - Number(b.verdict === 'passed'))} rowKey={(item) => item.id}
        columns={[
          { header: 'Verdict', cell: (item) => <Verdict state={item.verdict} /> },
          { header: 'What', cell: (item) => <TextLink quiet href={`/evidence/${item.id}`}>{predicateWord(item.predicateType)}</TextLink> },
          { header: 'Digest', cell: (item) => <Digest value={item.digest} href={`/evidence/${item.id}`} /> },
          { header: 'Received', cell: (item) => <Time at={item.receivedAt} /> },
        ]}
      />
      {evidence.more && <p className="text-xs text-ink-3">The newest {evidence.items.length} are shown; the list has all.</p>}
    </>
  );
}

function Names({ version }: { readonly version: VersionDetail }) {
  if (version.sightings.length === 0) return <p className="text-sm text-ink-2">Under no name that you may see.</p>;
  return (
    <SimpleTable
      caption="Names and labels" rows={version.sightings} rowKey={(each) => each.assetId}
      columns={[
        { header: 'Name', cell: (each) => <TextLink quiet href={`/data/${each.assetId}`}>{each.name}</TextLink> },
        { header: 'Kind', cell: (each) => each.kind },
        { header: 'Namespace', cell: (each) => <span className="text-ink-2">{each.namespace}</span> },
        { header: 'Labels', cell: (each) => each.labels.join(', ') },
        { header: 'First seen', cell: (each) => <Time at={each.firstSeenAt} /> },
      ]}
    />
  );
}
