// PipelineView: success, durations, stages, definitions by digest and recent failures of one pipeline. Rendered on the server.
import { RunState } from '#components/evidence/verdict.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { NoValue } from '#components/ui/description-list.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { formatDuration } from '#components/ui/time-format.ts';
import { Time } from '#components/ui/time.tsx';
import type { PipelineDetail } from '#lib/runs/pipelines.ts';
import { LatestStates } from './latest-states.tsx';
import { runsOfPipelineHref } from './sections.ts';
import { runTitle } from './words.ts';

type Rate = PipelineDetail['executions']['all'];

const percent = (rate: number): string => (rate === 1 ? '100%' : rate === 0 ? '0%' : `${(rate * 100).toFixed(1)}%`);

function RateText({ rate }: { readonly rate: Rate }) {
  if (rate.rate === null) return <span className="text-ink-3">none ended</span>;
  return <span className="whitespace-nowrap"><span className={rate.failed > 0 ? 'font-medium' : ''}>{percent(rate.rate)}</span> <span className="text-xs text-ink-3">{rate.complete} of {rate.ended}</span></span>;
}

function Lasted({ milliseconds }: { readonly milliseconds: number | undefined }) {
  return milliseconds === undefined ? null : <span className="whitespace-nowrap">{formatDuration(milliseconds)}</span>;
}

/** What the figures of this page are about, in one sentence. */
export function windowText(pipeline: PipelineDetail): string {
  return `Figures are of the latest ${String(pipeline.jobWindow)} runs of each job${pipeline.truncated ? '; there are older ones' : ', which are all there are'}${pipeline.moreJobs ? '. Only its first 50 jobs are shown' : ''}.`;
}

export function PipelineFigures({ pipeline }: { readonly pipeline: PipelineDetail }) {
  const { executions, latest } = pipeline;
  const { durations } = executions;
  const figures: { label: string; value: React.ReactNode; note?: React.ReactNode }[] = [
    ...executions.windows.map((window) => ({ label: window.days === 1 ? 'Last 24 hours' : `Last ${String(window.days)} days`, value: window.rate === null ? <NoValue label="none ended" /> : percent(window.rate), note: window.rate === null ? undefined : `${String(window.complete)} of ${String(window.ended)} complete` })),
    { label: `Latest ${String(executions.runs)}`, value: executions.all.rate === null ? <NoValue label="none ended" /> : percent(executions.all.rate), note: executions.all.rate === null ? undefined : `${String(executions.all.failed)} failed, ${String(executions.all.aborted)} aborted` },
    { label: 'Median duration', value: durations === null ? <NoValue label="none completed" /> : formatDuration(durations.p50), note: durations === null ? undefined : `90% within ${formatDuration(durations.p90)}, 99% within ${formatDuration(durations.p99)}` },
  ];
  return (
    <Section title="Executions" id="executions" description="Share of executions that completed, among those that ended." actions={<LatestStates latest={latest} />}>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3 lg:grid-cols-5">
        {figures.map((figure) => (
          <div key={figure.label} className="min-w-0">
            <dt className="text-xs text-ink-3">{figure.label}</dt>
            <dd className="text-lg font-semibold">{figure.value}{figure.note !== undefined && <span className="block text-xs font-normal text-ink-2">{figure.note}</span>}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

export function PipelineStages({ pipeline }: { readonly pipeline: PipelineDetail }) {
  if (pipeline.stages.length === 0) return null;
  const teams = pipeline.teams.length > 1;
  return (
    <Section title="Stages" id="pipeline-stages">
      <SimpleTable
        caption="Stages"
        rows={pipeline.stages}
        rowKey={(stage) => `${stage.team} ${stage.namespace} ${stage.job}`}
        columns={[
          { header: 'stage', cell: (stage) => <TextLink quiet href={runsOfPipelineHref(pipeline.name, stage.stage)}>{stage.stage}</TextLink> },
          ...(teams ? [{ header: 'team', cell: (stage: PipelineDetail['stages'][number]) => stage.team }] : []),
          { header: 'runs', align: 'end', cell: (stage) => String(stage.runs) },
          { header: 'complete', align: 'end', cell: (stage) => <RateText rate={stage.rate} /> },
          { header: 'median', align: 'end', cell: (stage) => <Lasted milliseconds={stage.durations?.p50} /> },
          { header: '90%', align: 'end', cell: (stage) => <Lasted milliseconds={stage.durations?.p90} /> },
          { header: '99%', align: 'end', cell: (stage) => <Lasted milliseconds={stage.durations?.p99} /> },
          { header: 'longest', align: 'end', cell: (stage) => <Lasted milliseconds={stage.durations?.longest} /> },
          { header: 'latest', cell: (stage) => (stage.last ? <span className="inline-flex items-baseline gap-2 whitespace-nowrap"><RunState state={stage.last.state} /><TextLink quiet href={`/runs/${stage.last.runId}`}><Time at={stage.last.startedAt} /></TextLink></span> : <NoValue label="no run" />) },
        ]}
      />
    </Section>
  );
}

export function PipelineDefinitions({ pipeline }: { readonly pipeline: PipelineDetail }) {
  const { definitions, definitionsUnrecorded, definitionRuns, truncated } = pipeline;
  return (
    <Section title="Definitions" id="definitions" description={`The code that the latest ${String(definitionRuns)} stage runs used: by commit, and by digest where code was an input.${truncated ? ' First use is within these runs; a definition may be older.' : ''}`}>
      <Stack gap="sm">
        {definitions.length === 0 ? <p className="text-sm text-ink-2">No run tells which code it ran. The gatehouse command reports the commit of the repository that it is started in; other clients send the sourceCodeLocation facet.</p> : (
          <SimpleTable
            caption="Definitions"
            rows={definitions}
            rowKey={(one) => JSON.stringify([one.commit, one.dirty, one.code.map(({ digest }) => digest)])}
            columns={[
              { header: 'definition', cell: (one) => <Definition definition={one} /> },
              { header: 'stages', cell: (one) => (one.stages.length > 4 ? <span title={one.stages.join(', ')}>{one.stages.length} stages</span> : one.stages.join(', ')) },
              { header: 'runs', align: 'end', cell: (one) => String(one.runs) },
              { header: 'complete', align: 'end', cell: (one) => `${String(one.complete)} of ${String(one.ended)}` },
              { header: 'first used', cell: (one) => <TextLink quiet href={`/runs/${one.first.runId}`}><Time at={one.first.at} /></TextLink> },
              { header: 'last used', cell: (one) => <TextLink quiet href={`/runs/${one.last.runId}`}><Time at={one.last.at} /></TextLink> },
              { header: 'changed by', cell: (one) => <span className="block py-1">{one.changedBy.name}<span className="block text-xs whitespace-nowrap text-ink-3">{one.changedBy.known === 'commit' ? 'author of the commit, as reported' : 'answers for the reporting account; author not recorded'}</span></span> },
              { header: 'reviewed by', cell: (one) => (one.reviewedBy.length === 0 ? <NoValue /> : <span className="block py-1">{one.reviewedBy.join(', ')}<span className="block text-xs whitespace-nowrap text-ink-3">per the commit, as reported</span></span>) },
            ]}
          />
        )}
        {definitionsUnrecorded > 0 && definitions.length > 0 && <p className="text-xs text-ink-2">{definitionsUnrecorded} of these runs tell neither a commit nor a digest of their code.</p>}
      </Stack>
    </Section>
  );
}

function Definition({ definition: { commit, dirty, branch, code } }: { readonly definition: PipelineDetail['definitions'][number] }) {
  return (
    <span className="flex flex-col py-1">
      {commit !== null && <span className="inline-flex flex-wrap items-center gap-x-2 whitespace-nowrap">commit <Digest value={commit} />{branch !== null && <span className="text-xs text-ink-3">{branch}</span>}{dirty && <Badge tone="fail">with uncommitted changes</Badge>}</span>}
      {code.slice(0, 3).map((one) => <span key={`${one.name} ${one.digest}`} className="inline-flex items-center gap-x-2 whitespace-nowrap">{one.name} <Digest value={one.digest} href={`/data/${one.versionId}`} /></span>)}
      {code.length > 3 && <span className="text-xs text-ink-3">and {code.length - 3} more</span>}
    </span>
  );
}

export function PipelineFailures({ pipeline }: { readonly pipeline: PipelineDetail }) {
  return (
    <Section title="Recent failures" id="failures">
      {pipeline.failures.length === 0 ? <p className="text-sm text-ink-2">None of the runs that are counted failed.</p> : (
        <SimpleTable
          caption="Recent failures"
          rows={pipeline.failures}
          rowKey={(run) => run.id}
          columns={[
            { header: 'run', cell: (run) => <TextLink quiet href={`/runs/${run.id}`}>{runTitle(run)}</TextLink> },
            { header: 'started', cell: (run) => <Time at={run.startedAt} /> },
            { header: 'why it failed', cell: (run) => <span className="text-fail">{run.failure ?? 'The run told no reason.'}</span> },
          ]}
        />
      )}
    </Section>
  );
}
