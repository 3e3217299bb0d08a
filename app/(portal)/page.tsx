// The overview: what needs me now, what happened when, what runs in production.
import type { Metadata } from 'next';
import { Problem } from '#components/kernel-problem.tsx';
import { LiveRefresh } from '#components/overview/live-refresh.tsx';
import { TimeAxis } from '#components/overview/time-axis.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton, TextLink } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { currentContext } from '#lib/http.ts';
import { getOverview, overviewRanges } from '#lib/overview/index.ts';
import { EmergencyBanner } from './emergency-banner.tsx';

export const metadata: Metadata = { title: 'Overview' };

const ranges = Object.keys(overviewRanges) as (keyof typeof overviewRanges)[];
const rangeNames = { '24h': '24 hours', '7d': '7 days', '30d': '30 days' };
const changeNames = { deployment: 'deployed', promotion: 'promotion', model: 'published', contradiction: 'contradiction', finding: 'finding', failed_run: 'run failed' };
const driftNames = { stable: 'stable', drifted: 'drifted', insufficient_data: 'too few samples' };

export default async function OverviewPage({ searchParams }: { searchParams: Promise<{ range?: string }> }) {
  const asked = (await searchParams).range;
  const range = ranges.find((known) => known === asked) ?? '24h';
  const found = await getOverview.execute(await currentContext(), { range });
  if (!found.ok) return <Problem error={found.error} />;
  const overview = found.value;
  return (
    <>
      <PageHeader title="Overview" actions={<LiveRefresh />} />
      <EmergencyBanner />
      <Stack>
        <Section title="Needs you">
          {overview.needsYou.length === 0
            ? <p className="text-sm text-ink-2">Nothing waits for you.</p>
            : <ul className="flex flex-wrap gap-2">{overview.needsYou.map((entry) => <li key={entry.kind}><LinkButton href={entry.href}>{entry.label}</LinkButton></li>)}</ul>}
        </Section>
        <Section title="In production">
          {overview.production.length === 0
            ? <EmptyState kind="nothing-yet" title="Nothing runs in production yet" description="A model version gets there by a promotion that its reviewers approved." />
            : (
              <SimpleTable
                caption="In production"
                rows={overview.production}
                rowKey={(row) => `${row.model} ${row.endpoint}`}
                columns={[
                  { header: 'Model', cell: (row) => <TextLink quiet href={row.href}>{row.model} {row.version}</TextLink> },
                  { header: 'Digest', cell: (row) => <Digest value={row.digest} /> },
                  { header: 'Endpoint', cell: (row) => row.endpoint },
                  { header: 'Since', cell: (row) => <Time at={row.deployedAt} /> },
                  { header: 'Drift, newest week', cell: (row) => (row.worstDrift ? <Badge tone={row.worstDrift === 'drifted' ? 'fail' : row.worstDrift === 'stable' ? 'pass' : 'stale'}>{driftNames[row.worstDrift]}</Badge> : <span className="text-ink-3">no profile yet</span>) },
                  { header: 'Open findings', align: 'end', cell: (row) => row.openFindings },
                ]}
              />
            )}
        </Section>
        <Section title="Time axis" description={`The last ${rangeNames[range]}, by the time the portal recorded`} actions={<>{ranges.map((each) => <LinkButton key={each} size="sm" variant={each === range ? 'secondary' : 'ghost'} href={each === '24h' ? '/' : `/?range=${each}`}>{rangeNames[each]}</LinkButton>)}</>}>
          {overview.marks.length === 0 ? <EmptyState kind="nothing-yet" title={`Nothing in the last ${rangeNames[range]}`} command="gatehouse run --pipeline NAME --stage STAGE -- COMMAND" /> : <TimeAxis overview={overview} />}
        </Section>
        <Section title="What changed">
          {overview.changes.length === 0 && <p className="text-sm text-ink-2">Nothing yet.</p>}
          <ul className="text-sm">
            {overview.changes.map((change) => (
              <li key={`${change.kind} ${change.href} ${change.at}`} className="grid grid-cols-[6.5rem_7rem_minmax(0,1fr)] items-baseline gap-x-3 border-b border-line py-1 last:border-b-0">
                <span className="text-ink-3"><Time at={change.at} /></span>
                <span className="text-ink-2">{changeNames[change.kind]}</span>
                <span className="min-w-0 truncate"><TextLink quiet href={change.href}>{change.label}</TextLink> <span className="text-ink-3">{change.detail.startsWith('sha256:') ? `${change.detail.slice(0, 19)}…` : change.detail}</span></span>
              </li>
            ))}
          </ul>
        </Section>
      </Stack>
    </>
  );
}
