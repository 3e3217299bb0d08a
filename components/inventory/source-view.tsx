// The parts of a source's page: facts, versions, who uses it, history. Rendered on the server.
import type { Json } from '#components/evidence/diff.ts';
import { JsonView } from '#components/evidence/json-diff.tsx';
import { Verdict } from '#components/evidence/verdict.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { DescriptionList } from '#components/ui/description-list.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { LinkButton, TextLink } from '#components/ui/link-button.tsx';
import { Section } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { useMeanings, type SourceDetail } from '#lib/inventory/schema.ts';

type Props = { readonly source: SourceDetail };

const Names = ({ items }: { readonly items: readonly { readonly key: string; readonly namespace: string; readonly name: string; readonly href?: string }[] }) => (
  <ul className="flex flex-col gap-1">{items.map(({ key, namespace, name, href }) => <li key={key} className="text-xs wrap-anywhere"><span className="text-ink-3">{namespace} / </span><span className="font-mono">{href === undefined ? name : <TextLink quiet href={href}>{name}</TextLink>}</span></li>)}</ul>
);

export function Facts({ source }: Props) {
  return (
    <Section title="Facts" level={3}>
      <DescriptionList
        items={[
          { term: 'Description', value: <span className="break-words whitespace-pre-line">{source.description}</span> },
          { term: 'Owner', value: source.owner?.name ?? `the team ${source.teamName}` },
          { term: 'Team', value: source.teamName },
          { term: 'Allowed uses', value: <ul>{source.uses.map((use) => <li key={use}>{use}<span className="block text-xs text-ink-3">{useMeanings[use]}</span></li>)}</ul> },
          { term: 'Datasets', value: <Names items={source.names.map(({ namespace, name, prefix }) => ({ key: `${namespace} ${name} ${String(prefix)}`, namespace, name: `${name}${prefix ? '*' : ''}` }))} /> },
          { term: 'Brought in by', value: <Names items={source.ingestion.map(({ namespace, name }) => ({ key: `${namespace} ${name}`, namespace, name }))} /> },
          { term: 'Names seen', value: source.assets.length === 0 ? undefined : <Names items={source.assets.map(({ id, namespace, name }) => ({ key: id, namespace, name, href: `/data/${id}` }))} /> },
          { term: 'Licence', value: source.licence ?? undefined },
          { term: 'Kept for', value: source.retentionDays === null ? undefined : `${source.retentionDays} days` },
          { term: 'Approved', value: source.approvedBy === null || source.approvedAt === null ? undefined : <>{source.approvedBy.name}, <Time at={source.approvedAt} /></>, ...(source.expiresAt !== null && { note: <>until <Time at={source.expiresAt} /></> }) },
          { term: 'Approved content', value: <Digest value={source.contentDigest} length={8} /> },
        ]}
      />
    </Section>
  );
}

export function Versions({ source }: Props) {
  if (source.versions.length === 0) return <p className="text-sm text-ink-2">No run has named any of its datasets yet.</p>;
  return (
    <SimpleTable
      caption="Versions" rows={source.versions} rowKey={(version) => version.versionId}
      columns={[
        { header: 'Name', wide: true, cell: (version) => <TextLink quiet href={`/data/${version.versionId}`}>{version.name}{version.label === null ? '' : ` ${version.label}`}</TextLink> },
        { header: 'Digest', cell: (version) => (version.digest === null ? <span className="text-ink-3">no digest</span> : <Digest value={version.digest} href={`/data/${version.versionId}`} />) },
        { header: 'Approved ingestion', cell: (version) => <Verdict state={version.ingested ? 'passed' : version.digest === null ? 'not_evaluated' : 'failed'}>{version.ingested ? 'brought it in' : version.digest === null ? 'not known' : 'did not'}</Verdict> },
        { header: '', cell: (version) => (version.quarantined ? <Badge tone="fail">quarantined</Badge> : null) },
        { header: 'First seen', cell: (version) => <Time at={version.firstSeenAt} /> },
        { header: '', align: 'end', cell: (version) => <LinkButton size="sm" href={`/data/${version.versionId}#models`}>Blast radius</LinkButton> },
      ]}
    />
  );
}

export function Consumers({ source }: Props) {
  if (source.consumers.length === 0) return <p className="text-sm text-ink-2">No run has read it, but for those that bring it in.</p>;
  return (
    <SimpleTable
      caption="Used by" rows={source.consumers} rowKey={(consumer) => `${consumer.teamId} ${consumer.use ?? ''}`}
      columns={[
        { header: 'Team', cell: (consumer) => consumer.teamName },
        { header: 'For', cell: (consumer) => (consumer.use === null ? <span className="text-ink-3">not told</span> : source.uses.includes(consumer.use) ? consumer.use : <Verdict state="failed">{consumer.use}</Verdict>) },
        { header: 'By', cell: (consumer) => (consumer.job === 'a run of this team' ? consumer.job : <TextLink quiet href={`/runs/${consumer.runId}`}>{consumer.job}</TextLink>) },
        { header: 'Last', cell: (consumer) => <Time at={consumer.lastAt} /> },
      ]}
    />
  );
}

export function History({ source }: Props) {
  return (
    <ol>
      {source.history.map((each) => (
        <li key={each.id} className="border-t border-line py-2 text-sm first:border-t-0">
          <p className="flex flex-wrap items-baseline gap-x-2"><Badge tone={each.what === 'approved' ? 'pass' : each.what === 'withdrawn' ? 'fail' : 'neutral'}>{each.what}</Badge><span>{each.by.name}, <Time at={each.at} /></span>{each.expiresAt !== null && <span className="text-ink-2">until <Time at={each.expiresAt} /></span>}<Digest value={each.contentDigest} copy={false} /></p>
          {each.reason !== null && <p className="break-words">{each.reason}</p>}
          {each.content !== null && <Disclosure summary="What it says"><JsonView value={each.content as Json} /></Disclosure>}
        </li>
      ))}
    </ol>
  );
}
