// What a run measured, and what it declares as tolerable. Rendered on the server.
import { Strength } from '#components/evidence/verdict.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { formatNumber } from '#components/ui/time-format.ts';
import { allowedText } from '#lib/runs/metrics.ts';
import type { RunDetail } from '#lib/runs/schema.ts';
import { pipelineHref } from './sections.ts';

const shownAtOnce = 12;

export function RunMetrics({ detail }: { readonly detail: RunDetail }) {
  const { metrics, tolerances, run } = detail;
  if (metrics.length === 0 && tolerances.length === 0) return null;
  const whole = metrics.filter(({ slice }) => slice === null);
  const first = (whole.length > 0 ? whole : metrics).slice(0, shownAtOnce);
  const rest = metrics.filter((metric) => !first.includes(metric));
  return (
    <Section title="Metrics" id="metrics" {...(metrics.length > 0 && { actions: <LinkButton size="sm" href={`${pipelineHref(run.pipeline, run.team.id)}&metric=${encodeURIComponent(first[0]?.name ?? '')}#metrics`}>History</LinkButton> })}>
      <Stack gap="sm">
        {first.length > 0 && <Metrics metrics={first} />}
        {rest.length > 0 && <Disclosure summary={`${String(rest.length)} more, by part of the data`}><Metrics metrics={rest} /></Disclosure>}
        {tolerances.length > 0 && <p className="text-xs text-ink-2">Declared tolerances: {tolerances.map((one) => `${one.name}${one.slice === null ? '' : ` for ${one.slice}`} ${allowedText(one)} (by the ${one.declaredBy})`).join('; ')}.</p>}
      </Stack>
    </Section>
  );
}

function Metrics({ metrics }: { readonly metrics: RunDetail['metrics'] }) {
  return (
    <SimpleTable
      caption="Metrics"
      rows={metrics}
      rowKey={(row) => JSON.stringify([row.name, row.slice, row.dataset])}
      columns={[
        { header: 'metric', cell: (row) => row.name, mono: true },
        { header: 'of', cell: (row) => row.slice ?? 'all' },
        { header: 'value', align: 'end', cell: (row) => <span title={String(row.value)}>{formatNumber(row.value)}</span> },
        { header: 'samples', align: 'end', cell: (row) => (row.sampleCount === null ? '' : formatNumber(row.sampleCount)) },
        { header: 'on', cell: (row) => row.dataset ?? '' },
        { header: 'known', cell: (row) => <Strength state={row.source === 'evidence' ? 'proven' : 'claimed'} /> },
      ]}
    />
  );
}
