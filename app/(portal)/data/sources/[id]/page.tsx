// One source of data: what is approved by whom until when, its versions, who uses and who read it, its history.
import type { Metadata } from 'next';
import { TopicRefresh } from '#components/drift/topic-refresh.tsx';
import { AccessTable } from '#components/inventory/access-table.tsx';
import { ClassificationMark, SourceStateMark } from '#components/inventory/marks.tsx';
import { SourceActions } from '#components/inventory/source-actions.tsx';
import { Consumers, Facts, History, Versions } from '#components/inventory/source-view.tsx';
import { Problem } from '#components/kernel-problem.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Columns, Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { currentContext } from '#lib/http.ts';
import { getSource, listSourceOwners } from '#lib/inventory/index.ts';
import { approve, change, withdraw } from '../actions.ts';

export const metadata: Metadata = { title: 'Data source' };

export default async function SourcePage({ params }: { readonly params: Promise<{ id: string }> }) {
  const context = await currentContext();
  const found = await getSource.execute(context, { sourceId: (await params).id });
  if (!found.ok) return <Problem error={found.error.kind === 'invalid' ? { ...found.error, kind: 'not_found' } : found.error} />;
  const source = found.value;
  const owners = source.may.propose ? await listSourceOwners.execute(context, { teamId: source.teamId }) : null;
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Data', href: '/data' }, { label: 'Sources', href: '/data/sources' }]} title={source.name}
        meta={<><ClassificationMark level={source.classification} /><SourceStateMark state={source.state} soon={source.expiresSoon} />{source.expiresAt !== null && <span>{source.state === 'expired' ? 'ended' : 'until'} <Time at={source.expiresAt} /></span>}<span>{source.owner?.name ?? source.teamName}</span><TopicRefresh topic="sources" /></>}
        actions={<SourceActions source={source} owners={owners?.ok ? owners.value.items : []} actions={{ change, approve, withdraw }} />}
      />
      <Stack>
        {source.withdrawn !== null && <Alert tone="danger" title="Withdrawn">{source.withdrawn.reason} ({source.withdrawn.by.name}, <Time at={source.withdrawn.at} />)</Alert>}
        {source.state === 'proposed' && <Alert tone="warning" title="Not approved">{source.proposedBy.name} wrote it <Time at={source.proposedAt} />. What reads it is a finding until a second person of security approves it.</Alert>}
        {source.state === 'expired' && <Alert tone="warning" title="The approval is over">What reads it is a finding until somebody of security approves it again.</Alert>}
        {source.openFindings > 0 && <Alert tone="warning" title={`${source.openFindings === 100 ? '100 or more' : source.openFindings} open ${source.openFindings === 1 ? 'finding' : 'findings'} about what was read from it`} actions={<LinkButton size="sm" href="/findings?source=inventory&state=open,acknowledged">Findings of the inventory</LinkButton>} />}
        <Columns aside={<Facts source={source} />}>
          <Stack>
            <Section title="Versions" id="versions" description="The newest seen under its names. A version leads to its blast radius: everything made from it."><Versions source={source} /></Section>
            <Section title="Used by" id="consumers" description="The latest run of each team and use."><Consumers source={source} /></Section>
            <Section title="History" id="history" description="What was written, approved and withdrawn, by whom."><History source={source} /></Section>
          </Stack>
        </Columns>
        <Section title="Who read it" id="access" description="As the events of runs say."><AccessTable sourceId={source.id} /></Section>
      </Stack>
    </>
  );
}
