// One finding: what is wrong, what to do, where, by which evidence, and what was decided.
import { Alert } from '#components/ui/alert.tsx';
import { DescriptionList, type Description } from '#components/ui/description-list.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Columns, Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { referenceOf } from '#lib/findings/references.ts';
import type { FindingDetail } from '#lib/findings/schema.ts';
import { actionWord, sourceWords, stateWords } from './words.ts';

export function FindingView({ finding }: { readonly finding: FindingDetail }) {
  return (
    <Columns aside={<Aside finding={finding} />}>
      <Stack>
        {finding.decidedAt !== null && finding.state !== 'open' && (
          <Alert tone={finding.state === 'resolved' ? 'success' : 'info'} title={<>{stateWords[finding.state]} by {finding.decidedBy?.name ?? 'Gatehouse'}, <Time at={finding.decidedAt} /></>}>
            {finding.decisionReason ?? 'No reason was given.'}
          </Alert>
        )}
        <Section title="What is wrong" id="what"><p className="max-w-prose text-sm break-words">{finding.detail}</p></Section>
        <Section title="What to do" id="recommendation"><p className="max-w-prose text-sm">{finding.recommendation}</p></Section>
        {finding.facts.length > 0 && (
          <Section title="Facts" id="facts">
            <SimpleTable
              caption="Facts"
              rows={finding.facts}
              rowKey={(fact) => `${fact.name} ${String(fact.value)}`}
              columns={[
                { header: 'What', cell: (fact) => fact.name },
                { header: 'Value', cell: (fact) => <FactValue value={fact.value} /> },
                { header: 'Unit', cell: (fact) => <span className="text-ink-3">{fact.unit ?? ''}</span> },
              ]}
            />
          </Section>
        )}
        <Section title="Threats and practices" id="references" description="What this is about in catalogues that auditors know."><References ids={finding.references} /></Section>
        <Section title="History" id="history"><History finding={finding} /></Section>
      </Stack>
    </Columns>
  );
}

function FactValue({ value }: { readonly value: string | number }) {
  if (typeof value === 'number') return <span className="font-mono text-xs">{String(value)}</span>;
  if (/^\/(?:evidence\/[0-9a-f-]{36}|models\/[\w.%-]+\/\d+)$/.test(value)) return <TextLink href={value}>{value.slice(1)}</TextLink>;
  return /^(?:sha256:)?[0-9a-f]{64}$/.test(value) ? <Digest value={value} length={16} /> : <span className="break-words">{value}</span>;
}

function Aside({ finding }: { readonly finding: FindingDetail }) {
  const items: Description[] = [
    { term: 'Version', value: finding.assetVersionId === null ? undefined : <TextLink href={`/data/${finding.assetVersionId}`}>{finding.assetName ?? 'the version'}</TextLink>, ...(finding.assetDigest !== null && { note: <Digest value={finding.assetDigest} /> }) },
    { term: 'Run', value: finding.runId === null ? undefined : <Digest value={finding.runId} href={`/runs/${finding.runId}`} length={13} /> },
    { term: 'Evidence', value: finding.evidenceId === null ? undefined : <TextLink href={`/evidence/${finding.evidenceId}`}>the evidence</TextLink> },
    { term: 'Team', value: finding.teamName },
    { term: 'Source', value: sourceWords[finding.source], note: `rule ${finding.rule}` },
    { term: 'First seen', value: <Time at={finding.firstSeenAt} /> },
    { term: 'Last seen', value: <Time at={finding.lastSeenAt} />, note: `${finding.occurrences} ${finding.occurrences === 1 ? 'time' : 'times'}` },
  ];
  return (
    <Stack>
      <Section title="Where" level={3}><DescriptionList items={items} /></Section>
      {finding.occurrences > 1 && (
        <Section title="Latest occurrences" level={3}>
          <ul className="text-sm">
            {finding.recentOccurrences.map((occurrence) => (
              <li key={`${occurrence.at} ${occurrence.runId ?? ''} ${occurrence.evidenceId ?? ''}`} className="flex flex-wrap items-baseline gap-x-3 border-t border-line py-1 first:border-t-0">
                <Time at={occurrence.at} />
                {occurrence.runId !== null && <span className="text-ink-3">run <Digest value={occurrence.runId} href={`/runs/${occurrence.runId}`} length={8} copy={false} /></span>}
                {occurrence.evidenceId !== null && <span className="text-ink-3">evidence <Digest value={occurrence.evidenceId} href={`/evidence/${occurrence.evidenceId}`} length={8} copy={false} /></span>}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Stack>
  );
}

function References({ ids }: { readonly ids: readonly string[] }) {
  if (ids.length === 0) return <p className="text-sm text-ink-3">none</p>;
  return (
    <ul className="text-sm">
      {ids.map((id) => {
        const { source, name, url } = referenceOf(id);
        return (
          <li key={id} className="flex flex-wrap items-baseline gap-x-3 border-t border-line py-1 first:border-t-0">
            <span className="font-mono text-xs">{id}</span>
            {url === null ? <span>{name}</span> : <TextLink href={url} external>{name}</TextLink>}
            <span className="text-xs text-ink-3">{source}</span>
          </li>
        );
      })}
    </ul>
  );
}

function stateIn(record: Record<string, unknown> | null): string | null {
  const state = record?.['state'];
  return typeof state === 'string' ? state.replace('_', ' ') : null;
}

function History({ finding }: { readonly finding: FindingDetail }) {
  return (
    <ol className="text-sm">
      {finding.history.map((event) => {
        const [before, after] = [stateIn(event.before), stateIn(event.after)];
        return (
          <li key={event.number} className="border-t border-line py-1.5 first:border-t-0">
            <span className="flex flex-wrap items-baseline gap-x-3">
              <TextLink href={`/audit/${event.number}`} quiet>No. {event.number}</TextLink>
              <span>{actionWord(event.action)}{before !== null && after !== null ? `: ${before} → ${after}` : ''}</span>
              <span className="text-ink-2">{event.actorName}</span>
              <span className="text-ink-3"><Time at={event.at} /></span>
            </span>
            {event.reason !== null && <p className="max-w-prose text-ink-2">{event.reason}</p>}
          </li>
        );
      })}
    </ol>
  );
}
