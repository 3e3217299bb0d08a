// One incident: what it is about, what it reaches, notes, and how it ended.
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { TopicRefresh } from '#components/drift/topic-refresh.tsx';
import { Severity } from '#components/evidence/verdict.tsx';
import { CloseIncident, NoteForm } from '#components/incidents/incident-forms.tsx';
import { Problem } from '#components/kernel-problem.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { currentContext } from '#lib/http.ts';
import { getIncident, type IncidentSubjectView } from '#lib/incidents/index.ts';
import { may } from '#lib/kernel/permissions.ts';
import { close, note } from '../actions.ts';

export const metadata: Metadata = { title: 'Incident' };

const done: Readonly<Record<string, string>> = { 'incidents.openIncident': 'opened', 'incidents.noteIncident': 'noted', 'incidents.closeIncident': 'closed' };

const hrefOf = ({ kind, assetVersionId, modelName }: IncidentSubjectView) => (kind === 'model' ? `/models/${encodeURIComponent(modelName ?? '')}` : `/data/${assetVersionId ?? ''}`);

export default async function IncidentPage({ params }: { readonly params: Promise<{ incidentId: string }> }) {
  const context = await currentContext();
  const found = await getIncident.execute(context, { incidentId: (await params).incidentId });
  if (!found.ok && found.error.kind === 'invalid') notFound();
  if (!found.ok) return <Problem error={found.error} />;
  const incident = found.value;
  const scope = { kind: 'team', teamId: incident.teamId } as const;
  const open = incident.state === 'open';
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Incidents', href: '/incidents' }]}
        title={incident.title}
        meta={<><Severity level={incident.severity} shape="badge" /><Badge tone={open ? 'fail' : 'neutral'}>{incident.state}</Badge><span>{incident.teamName}</span><span>opened by {incident.openedBy.name}, <Time at={incident.openedAt} /></span><TopicRefresh topic="findings" /></>}
        actions={open && may(context.actor, 'incident.manage', scope) ? <CloseIncident incidentId={incident.id} close={close} /> : undefined}
      />
      <Stack>
        {incident.closedBy && incident.closedAt !== null && <Alert tone="success" title={<>Closed by {incident.closedBy.name}, <Time at={incident.closedAt} /></>}>{incident.closeReason}</Alert>}
        <Section title="What is known" id="reason"><p className="max-w-prose text-sm break-words whitespace-pre-wrap">{incident.reason}</p></Section>
        <Section title="What it is about" id="subjects" description="Everything made from these is reached: the blast radius names the models, deployments and teams.">
          <SimpleTable
            caption="Subjects of the incident"
            rows={incident.subjects}
            rowKey={(subject) => subject.assetVersionId ?? subject.modelName ?? ''}
            columns={[
              { header: 'what', cell: (subject) => <><TextLink quiet href={hrefOf(subject)}>{subject.name}</TextLink> {subject.quarantined && <Badge tone="fail">quarantined</Badge>}</> },
              { header: 'digest', cell: ({ digest, kind }) => (digest === null ? <span className="text-ink-3">{kind === 'model' ? 'all versions' : 'none'}</span> : <Digest value={digest} />) },
              { header: 'reach', cell: (subject) => (subject.kind === 'version' ? <TextLink href={`${hrefOf(subject)}#models`}>Blast radius</TextLink> : <TextLink href={hrefOf(subject)}>Versions and where they run</TextLink>) },
            ]}
          />
        </Section>
        <Section title="Notes" id="notes">
          {incident.notes.length === 0 ? <p className="text-sm text-ink-2">Nothing was written down yet.</p> : (
            <ol className="flex flex-col">
              {incident.notes.map(({ id, text, writtenBy, writtenAt }) => (
                <li key={id} id={id} className="border-t border-line py-2 text-sm first:border-t-0 target:bg-selected">
                  <p className="text-xs text-ink-2">{writtenBy.name}, <Time at={writtenAt} /></p>
                  <p className="max-w-prose break-words whitespace-pre-wrap">{text}</p>
                </li>
              ))}
            </ol>
          )}
          {open && may(context.actor, 'incident.note', scope) && <NoteForm incidentId={incident.id} note={note} />}
        </Section>
        <Section title="History" id="history">
          <SimpleTable
            caption="History"
            rows={incident.history}
            rowKey={({ number }) => String(number)}
            columns={[
              { header: 'audit event', cell: ({ number }) => <TextLink quiet href={`/audit/${number}`}>{number}</TextLink> },
              { header: 'when', cell: ({ at }) => <Time at={at} /> },
              { header: 'what', cell: ({ action, outcome }) => `${done[action] ?? action}${outcome === 'done' ? '' : ` (${outcome})`}` },
              { header: 'who', cell: ({ actorName }) => actorName },
              { header: 'reason', wide: true, cell: ({ reason }) => <span className="break-words">{reason ?? ''}</span> },
            ]}
          />
        </Section>
      </Stack>
    </>
  );
}
