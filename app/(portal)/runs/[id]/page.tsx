// One run. What failed comes first; then stages, data, evidence, and everything that explains the result.
import { GitCompareArrows, GitFork } from 'lucide-react';
import type { Metadata } from 'next';
import { RunEvidence } from '#components/evidence/run-evidence.tsx';
import { RunIsolation } from '#components/evidence/run-isolation.tsx';
import { RunState as RunStateMark } from '#components/evidence/verdict.tsx';
import { RunFacets } from '#components/facets/run-facets.tsx';
import { Problem } from '#components/kernel-problem.tsx';
import { RunEdges } from '#components/runs/run-edges.tsx';
import { Environment, Events, executionFacts, lineageHref, Packages, Parameters, RunLog, sourceFacts } from '#components/runs/run-facts.tsx';
import { FailedChecks, RunFailure } from '#components/runs/run-failure.tsx';
import { RunLive } from '#components/runs/run-live.tsx';
import { RunMetrics } from '#components/runs/run-metrics.tsx';
import { Attempts, Reproductions } from '#components/runs/run-relatives.tsx';
import { RunTree } from '#components/runs/run-tree.tsx';
import { pipelineHref } from '#components/runs/sections.ts';
import { Took } from '#components/runs/took.tsx';
import { runTitle } from '#components/runs/words.ts';
import { PageActions } from '#components/shell/page-actions.tsx';
import { DescriptionList } from '#components/ui/description-list.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton, TextLink } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { getRunEnvironment, listRunEvidence } from '#lib/evidence/index.ts';
import { currentContext } from '#lib/http.ts';
import { getRun, getRunRelatives, getRunTree, type RunDetail, type RunState } from '#lib/runs/index.ts';

type Props = { params: Promise<{ id: string }> };

export const metadata: Metadata = { title: 'Run' };

export default async function RunPage({ params }: Props) {
  const { id } = await params;
  const context = await currentContext();
  const found = await getRun.execute(context, { id });
  if (!found.ok) return <Problem error={found.error} />;
  const detail = found.value;
  const { run, stages } = detail;
  // A run that only binds its stages together has neither inputs nor outputs, and nothing to reproduce.
  const isExecution = stages.length > 0 && detail.inputs.length + detail.outputs.length === 0;
  const tree = await getRunTree.execute(context, { id });
  const relatives = await getRunRelatives.execute(context, { id });
  const previous = relatives.ok ? relatives.value.previousId : null;
  const evidence = isExecution ? null : await listRunEvidence.execute(context, { runId: run.id });
  const isolation = isExecution ? null : await getRunEnvironment.execute(context, { id: run.id });
  const bad = run.state === 'failed' || run.state === 'aborted';
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Runs', href: '/runs' }, ...(detail.parent ? [{ label: detail.parent.name, href: `/runs/${detail.parent.id}` }] : [])]}
        title={runTitle(run)}
        meta={
          <>
            <RunStateMark state={run.state} shape="badge" />
            <span>started <Time at={run.startedAt} /></span>
            <span>{run.endedAt === null && run.state === 'running' ? 'running for' : 'took'} <Took run={run} /></span>
            <span>{run.team.name}</span>
            <span>pipeline <TextLink href={pipelineHref(run.pipeline, run.team.id)}>{run.pipeline}</TextLink></span>
            <span>reported by {run.reportedBy.name}, for which {run.reportedBy.responsibleName} answers</span>
            <Digest value={run.id} length={8} />
            {run.state === 'running' && <RunLive />}
          </>
        }
        actions={
          <>
            {previous !== null && <LinkButton href={`/runs/compare?a=${previous}&b=${run.id}`} icon={GitCompareArrows}>Compare with the one before</LinkButton>}
            <LinkButton href={`/runs/compare?b=${run.id}`}>Compare…</LinkButton>
            <LinkButton href={lineageHref(run.id)} icon={GitFork}>Lineage</LinkButton>
          </>
        }
      />
      <PageActions actions={[{ id: 'lineage', label: 'Lineage of this run', href: lineageHref(run.id) }, ...(previous === null ? [] : [{ id: 'compare', label: 'Compare with the run before', href: `/runs/compare?a=${previous}&b=${run.id}` }])]} />
      <Stack>
        {bad && <RunFailure detail={detail} />}
        {!bad && detail.failedChecks.length > 0 && <Section title="Checks that did not hold" id="checks"><FailedChecks checks={detail.failedChecks} /></Section>}
        {tree.ok && tree.value.nodes.length > 1 && (
          <Section title={run.parentRunId === null ? 'Stages' : 'Where it belongs'} id="stages" {...(!run.reported && { description: 'The execution itself sent no event: its state and times are those of its stages.' })}>
            <RunTree key={run.id} tree={tree.value} />
          </Section>
        )}
        {relatives.ok && <Attempts run={run} attempts={relatives.value.attempts} />}
        {!isExecution && (
          <>
            <Section title="Inputs" id="inputs">{detail.inputs.length === 0 ? <NoEdges state={run.state} what="input" /> : <RunEdges caption="Inputs" edges={detail.inputs} />}</Section>
            <Section title="Outputs" id="outputs">{detail.outputs.length === 0 ? <NoEdges state={run.state} what="output" /> : <RunEdges caption="Outputs" edges={detail.outputs} />}</Section>
          </>
        )}
        <RunMetrics detail={detail} />
        {relatives.ok && !isExecution && <Reproductions run={run} reproductions={relatives.value.reproductions} />}
        {evidence !== null && <Section title="Attestations" id="attestations">{evidence.ok ? <RunEvidence items={evidence.value.items} more={evidence.value.more} /> : <Problem inside error={evidence.error} />}</Section>}
        {isolation !== null && <Section title="Isolation of the environment" id="isolation" description="Judged now. Proven: a signed statement that holds says so. Claimed: a report or an event does.">{isolation.ok ? <RunIsolation environment={isolation.value} /> : <Problem inside error={isolation.error} />}</Section>}
        {detail.parameters.length > 0 && <Section title="Parameters" id="parameters"><Parameters parameters={detail.parameters} /></Section>}
        {detail.source && <Section title="Code" id="code"><DescriptionList items={sourceFacts(detail.source)} /></Section>}
        {(detail.execution !== null || detail.packages.length > 0 || detail.environment.length > 0) && (
          <Section title="Environment" id="environment">
            {detail.execution && <DescriptionList columns={2} items={executionFacts(detail.execution)} />}
            {detail.packages.length > 0 && <Packages packages={detail.packages} truncated={detail.packagesTruncated} />}
            {detail.environment.length > 0 && <Environment environment={detail.environment} />}
          </Section>
        )}
        {detail.log && <Section title="Log" id="log"><RunLog log={detail.log} /></Section>}
        <RunFacets detail={{ ...detail, runFacets: withoutLogTail(detail.runFacets) }} />
        <Section title="Events received" id="events">{detail.events.length === 0 ? <p className="text-sm text-ink-2">None: this execution is known only because its stages name it as their parent.</p> : <Events runId={run.id} events={detail.events} count={detail.eventCount} />}</Section>
      </Stack>
    </>
  );
}

function NoEdges({ state, what }: { readonly state: RunState; readonly what: 'input' | 'output' }) {
  if (state !== 'complete') return <p className="text-sm text-ink-2">{state === 'running' ? `No ${what} reported so far.` : `No ${what} reported.`}</p>;
  return <EmptyState kind="nothing-yet" title={`No ${what} reported`} description={`Nothing tells what this run ${what === 'input' ? 'consumed' : 'produced'}.`} command={`gatehouse run --${what} NAME=PATH -- COMMAND`} />;
}

/** The log stands above; its facet is shown without repeating it. */
function withoutLogTail(facets: RunDetail['runFacets']): RunDetail['runFacets'] {
  const log = facets.gatehouse_log;
  return typeof log === 'object' && log !== null && 'tail' in log && typeof log.tail === 'string' ? { ...facets, gatehouse_log: { ...log, tail: '(shown above, under Log)' } } : facets;
}
