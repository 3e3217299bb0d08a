// Attempts at the same work, and the runs that a run reproduces. Rendered on the server.
import { RunState } from '#components/evidence/verdict.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Section } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import type { RunRelatives } from '#lib/runs/relatives.ts';
import type { RunView } from '#lib/runs/schema.ts';
import { ReproductionMark } from './reproduction-mark.tsx';
import { fieldText } from './sections.ts';
import { Took } from './took.tsx';

export function Attempts({ run, attempts }: { readonly run: RunView; readonly attempts: RunRelatives['attempts'] }) {
  if (attempts.length === 0) return null;
  return (
    <Section title="Attempts" id="attempts" description={`A run is the next attempt of another one of the same job that had failed or was aborted before it began, ${run.parentRunId === null ? 'for the same nominal time or, where none is told, on the same inputs' : 'under the same parent and for the same nominal time'}. The last attempt counts.`}>
      <SimpleTable
        caption="Attempts"
        rows={attempts}
        rowKey={({ run: one }) => one.id}
        columns={[
          { header: 'attempt', cell: ({ run: one, attempt }) => <span className="inline-flex items-center gap-2 whitespace-nowrap">{one.id === run.id ? <strong>{attempt.number}, this run</strong> : <TextLink quiet href={`/runs/${one.id}`}>{attempt.number}</TextLink>}{attempt.counts && <Badge tone="accent">counts</Badge>}</span> },
          { header: 'state', cell: ({ run: one }) => <RunState state={one.state} /> },
          { header: 'started', cell: ({ run: one }) => <Time at={one.startedAt} /> },
          { header: 'took', align: 'end', cell: ({ run: one }) => <Took run={one} /> },
          { header: 'why it failed', cell: ({ run: one }) => (one.failure === null ? '' : <span className="text-fail">{one.failure}</span>) },
          { header: '', cell: ({ run: one }) => (one.id === run.id ? null : <TextLink href={`/runs/compare?a=${one.startedAt <= run.startedAt ? one.id : run.id}&b=${one.startedAt <= run.startedAt ? run.id : one.id}`}>compare</TextLink>) },
        ]}
      />
    </Section>
  );
}

export function Reproductions({ run, reproductions }: { readonly run: RunView; readonly reproductions: RunRelatives['reproductions'] }) {
  const { items, looked, more } = reproductions;
  if (run.state !== 'complete' || looked === 0) return null;
  return (
    <Section title="Reproduces" id="reproduces" description={`Other completed runs of this job that named the same inputs, among the ${String(looked)} around this one in time${more ? '; the nearest are compared' : ''}. The earlier run of each pair is what is expected.`}>
      {items.length === 0 ? <p className="text-sm text-ink-2">None of the {looked === 1 ? 'other run' : `${String(looked)} other runs`} looked at had the same inputs, so nothing can be said about whether this run can be reproduced.</p> : (
        <SimpleTable
          caption="Runs with the same inputs"
          rows={items}
          rowKey={({ run: one }) => one.id}
          columns={[
            { header: 'verdict', cell: ({ reproduction }) => <ReproductionMark verdict={reproduction.verdict} /> },
            { header: 'run', cell: ({ run: one }) => <TextLink quiet href={`/runs/${one.id}`}>{one.id.slice(0, 13)}</TextLink> },
            { header: 'started', cell: ({ run: one }) => <Time at={one.startedAt} /> },
            { header: 'decided by', cell: ({ reproduction }) => (reproduction.first === null ? '' : <code className="text-xs break-words">{fieldText(reproduction.first)}</code>) },
            { header: '', cell: ({ run: one }) => <TextLink href={`/runs/compare?a=${one.startedAt <= run.startedAt ? one.id : run.id}&b=${one.startedAt <= run.startedAt ? run.id : one.id}`}>compare</TextLink> },
          ]}
        />
      )}
    </Section>
  );
}
