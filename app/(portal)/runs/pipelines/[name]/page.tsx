// One pipeline: how it does, what it measured, which definitions ran, who changed and reviewed them.
import { List } from 'lucide-react';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { Problem } from '#components/kernel-problem.tsx';
import { MetricSection } from '#components/runs/metric-section.tsx';
import { PipelineDefinitions, PipelineFailures, PipelineFigures, PipelineStages, windowText } from '#components/runs/pipeline-view.tsx';
import { RunLive } from '#components/runs/run-live.tsx';
import { runsOfPipelineHref } from '#components/runs/sections.ts';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { currentContext } from '#lib/http.ts';
import { getMetricHistory, getPipeline } from '#lib/runs/index.ts';

export const metadata: Metadata = { title: 'Pipeline' };

type Props = { params: Promise<{ name: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> };

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value.at(-1) : value) || undefined;

/** The name as it was before it was put into the address; null where the address is malformed. */
function decoded(name: string): string | null {
  try {
    return decodeURIComponent(name);
  } catch {
    return null;
  }
}

export default async function PipelinePage({ params, searchParams }: Props) {
  const name = decoded((await params).name);
  if (name === null) notFound();
  const query = await searchParams;
  const [team, metric, stage] = [one(query.team), one(query.metric), one(query.stage)];
  const context = await currentContext();
  const scope = { name, ...(team !== undefined && { team }) };
  const found = await getPipeline.execute(context, scope);
  if (!found.ok) return <Problem error={found.error} />;
  const pipeline = found.value;
  const history = await getMetricHistory.execute(context, { ...scope, ...(metric !== undefined && { metric }), ...(stage !== undefined && { stage }) });
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Runs', href: '/runs' }, { label: 'Pipelines', href: '/runs/pipelines' }]}
        title={pipeline.name}
        meta={<><span>{pipeline.teams.map((each) => each.name).join(', ')}</span><span>{windowText(pipeline)}</span><RunLive /></>}
        actions={<LinkButton href={runsOfPipelineHref(pipeline.name)} icon={List}>Its runs</LinkButton>}
      />
      <Stack>
        <PipelineFigures pipeline={pipeline} />
        <PipelineStages pipeline={pipeline} />
        <Section title="Metrics" id="metrics">
          {!history.ok ? <Problem inside error={history.error} /> : history.value.metric === null
            ? <EmptyState kind="nothing-yet" title="No metric yet" description={`None of the latest ${String(history.value.looked)} runs reported a metric. Values that a stage evaluates are drawn here, run by run.`} command="gatehouse run --pipeline NAME --stage evaluate --evaluation model=out/evaluation.json -- COMMAND" />
            : <MetricSection history={history.value} />}
        </Section>
        <PipelineDefinitions pipeline={pipeline} />
        <PipelineFailures pipeline={pipeline} />
      </Stack>
    </>
  );
}
