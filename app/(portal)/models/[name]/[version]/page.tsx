// A model version: the five answers first, then what they rest on.
import type { Metadata } from 'next';
import { PromotionState } from '#components/approvals/promotion-state.tsx';
import { Requirements } from '#components/evidence/run-isolation.tsx';
import { Severity, Strength } from '#components/evidence/verdict.tsx';
import { ImpactPanel } from '#components/impact/impact-panel.tsx';
import { Problem } from '#components/kernel-problem.tsx';
import { EnvironmentBadge } from '#components/policy/environments.tsx';
import { AskPromotion } from '#components/registry/ask-promotion.tsx';
import { FiveAnswers } from '#components/registry/five-answers.tsx';
import { compareHref, lineageHref, modelHref, versionHref } from '#components/registry/href.ts';
import { MetadataPanel } from '#components/registry/metadata-panel.tsx';
import { MetricsPanel } from '#components/registry/metrics-panel.tsx';
import { SlsaPanel } from '#components/registry/slsa-panel.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { DescriptionList } from '#components/ui/description-list.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton, TextLink } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Columns, Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { TopicRefresh } from '#components/drift/topic-refresh.tsx';
import { listExceptions, type ExceptionView } from '#lib/exceptions/index.ts';
import { currentContext } from '#lib/http.ts';
import { activeApprovalEnvironments } from '#lib/policy/index.ts';
import { getModel, getModelVersion, getVersionMetadata, listAliases, type ModelVersionDetail } from '#lib/registry/index.ts';
import { askForPromotion } from '../../actions.ts';
import { EmergencyBanner } from '../../../emergency-banner.tsx';

type Props = { params: Promise<{ name: string; version: string }> };
const named = async (params: Props['params']) => {
  const { name, version } = await params;
  return { name: decodeURIComponent(name), version: decodeURIComponent(version) };
};

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { name, version } = await named(params);
  return { title: `${name} ${version}` };
}

export default async function ModelVersionPage({ params }: Props) {
  const { name, version } = await named(params);
  const context = await currentContext();
  const found = await getModelVersion.execute(context, { name, version });
  if (!found.ok) return <Problem error={found.error} />;
  const detail = found.value;
  const model = await getModel.execute(context, { name });
  const live = model.ok ? model.value.running.find(({ environment }) => environment === 'production') : undefined;
  const other = live && live.version !== detail.version ? live.version : detail.version > 1 ? detail.version - 1 : undefined;
  const environments = await activeApprovalEnvironments.execute(context, {});
  const exceptions = await listExceptions.execute(context, { modelVersionId: detail.id, state: ['proposed', 'active'], limit: 50 });
  const metadataOf = await getVersionMetadata.execute(context, { name, version });
  const aliases = await listAliases.execute(context, { name });
  const pointing = aliases.ok ? aliases.value.items.filter((alias) => alias.version === detail.version) : [];
  const running = detail.deployments.filter(({ endedAt }) => endedAt === null);
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Models', href: '/models' }, { label: detail.modelName, href: modelHref(detail.modelName) }]}
        title={`${detail.modelName} ${detail.version}`}
        meta={<>
          <Digest value={detail.digest} href={`/data/${detail.assetVersionId}`} algorithm />
          {running.map(({ id, environment, endpoint }) => <EnvironmentBadge key={id} name={environment}>{environment} {endpoint}</EnvironmentBadge>)}
          {pointing.map((alias) => <Badge key={alias.name}>{alias.name}</Badge>)}
          {running.length === 0 && <Badge tone="outline">runs nowhere</Badge>}
          <span>{detail.teamName}</span>
          <span>published <Time at={detail.publishedAt} /> by {detail.publishedBy.name}</span>
          <TopicRefresh topic="evidence" />
        </>}
        actions={<>
          {detail.mayRequest && environments.ok && environments.value.items.length > 0 && !detail.quarantined && <AskPromotion modelVersionId={detail.id} name={`${detail.modelName} ${detail.version}`} ask={askForPromotion} environments={environments.value.items} />}
          {other !== undefined && <LinkButton href={compareHref(detail.modelName, other, detail.version)}>Compare with {other}</LinkButton>}
        </>}
      />
      <EmergencyBanner model={detail.modelName} />
      <Stack>
        {detail.quarantined && <Alert tone="danger" title="This artifact is in quarantine">It may not run anywhere, and its promotions are stale.</Alert>}
        {detail.openIncidents.length > 0 && <Alert tone="danger" title={detail.openIncidents.length === 1 ? 'An incident is open about it, or about what it was made from' : `${detail.openIncidents.length} incidents are open about it, or about what it was made from`} actions={<LinkButton size="sm" href="/incidents?state=open">Open incidents</LinkButton>}><ul>{detail.openIncidents.map((incident) => <li key={incident} className="break-words">{incident}</li>)}</ul></Alert>}
        {detail.description !== null && <p className="max-w-prose text-sm text-ink-2">{detail.description}</p>}
        <Columns aside={<Section title="SLSA build level" level={3}><SlsaPanel slsa={detail.slsa} /></Section>}>
          <Section title="Five answers" description="Proven: a verified attestation says so. Claimed: an event says so. Contradicted: two sources disagree."><FiveAnswers answers={detail.answers} /></Section>
        </Columns>
        {metadataOf.ok && <Section title="Metadata" description="What it comes with, and what environments require." actions={<LinkButton size="sm" href={`${versionHref(detail.modelName, detail.version)}/card`}>Model card</LinkButton>}><MetadataPanel name={detail.modelName} version={detail.version} fields={metadataOf.value.fields} datasets={metadataOf.value.datasets} /></Section>}
        {detail.environment.length > 0 && <Section title="Environment of the training" id="environment" description="Proven: a signed statement that holds now says so. Claimed: a report or an event does."><Requirements requirements={detail.environment} /></Section>}
        <Findings detail={detail} />
        <Metrics detail={detail} />
        <Inputs detail={detail} />
        <Promotions detail={detail} />
        {exceptions.ok && exceptions.value.items.length > 0 && <Exceptions items={exceptions.value.items} />}
        <Deployments detail={detail} />
        <ImpactPanel versionId={detail.assetVersionId} direction="upstream" />
        <ImpactPanel versionId={detail.assetVersionId} direction="downstream" />
      </Stack>
    </>
  );
}

function Findings({ detail }: { readonly detail: ModelVersionDetail }) {
  return (
    <Section title="Open findings in reach" description="On the artifact, its runs, and everything upstream.">
      {detail.findings.length === 0
        ? <p className="text-sm text-ink-2">None open.</p>
        : <SimpleTable caption="Open findings" rows={detail.findings} rowKey={({ id }) => id} columns={[{ header: 'severity', cell: ({ severity }) => <Severity level={severity as 'high'} /> }, { header: 'finding', cell: ({ id, title }) => <TextLink quiet href={`/findings/${id}`}>{title}</TextLink> }, { header: 'source', cell: ({ source }) => <span className="text-ink-2">{source}</span> }]} />}
    </Section>
  );
}

function Metrics({ detail }: { readonly detail: ModelVersionDetail }) {
  const [newest, ...earlier] = detail.evaluations;
  return (
    <Section title="Metrics" description="Thresholds are those of the production policy.">
      {detail.disagreements.length > 0 && <Alert tone="danger" title="Evaluations of these bytes disagree">{detail.disagreements.join('; ')}</Alert>}
      {newest === undefined
        ? <EmptyState kind="nothing-yet" title="No evaluation yet" description="Evaluate the model in a stage of its pipeline; the command signs what the stage measured." command="gatehouse run --pipeline NAME --stage evaluate --input MODEL=FILE --evaluation MODEL=metrics.json -- COMMAND" />
        : <MetricsPanel evaluation={newest} thresholds={detail.thresholds} />}
      {earlier.map((evaluation) => <Disclosure key={evaluation.evidenceId} summary={`on ${evaluation.dataset.name} ${evaluation.dataset.digest.slice(7, 19)}${evaluation.strength === 'claimed' ? ', claimed' : ''}`}><MetricsPanel evaluation={evaluation} thresholds={detail.thresholds} /></Disclosure>)}
    </Section>
  );
}

function Inputs({ detail }: { readonly detail: ModelVersionDetail }) {
  const parameters = Object.entries(detail.parameters);
  return (
    <Section
      title="Inputs and lineage"
      description={`${detail.upstream.runs} ${detail.upstream.runs === 1 ? 'run' : 'runs'} and ${detail.upstream.versions} ${detail.upstream.versions === 1 ? 'version' : 'versions'} upstream${detail.upstream.truncated ? ', and more: the walk was cut off' : ''}.`}
      actions={<><LinkButton size="sm" href={lineageHref(detail.assetVersionId)}>Lineage</LinkButton>{detail.trainingRunId !== null && <LinkButton size="sm" href={`/runs/${detail.trainingRunId}`}>Training run</LinkButton>}</>}
    >
      {detail.inputs.length === 0
        ? <p className="text-sm text-ink-2">No input of a training run is known.</p>
        : (
          <SimpleTable
            caption="Inputs of the training run"
            rows={detail.inputs}
            rowKey={({ name, digest }) => `${name} ${digest ?? ''}`}
            columns={[
              { header: 'input', cell: ({ name, kind }) => <>{name} <span className="text-xs text-ink-3">{kind}</span></> },
              { header: 'digest', cell: ({ digest, versionId }) => (digest === null ? <span className="text-ink-3">no digest</span> : <Digest value={digest} href={versionId === null ? undefined : `/data/${versionId}`} />) },
              { header: 'known', cell: ({ strength, attestedDigest }) => <span className="inline-flex flex-wrap items-baseline gap-2"><Strength state={strength} />{attestedDigest !== null && <span className="text-xs text-fail">attested: <Digest value={attestedDigest} /></span>}</span> },
            ]}
          />
        )}
      {parameters.length > 0 && <Disclosure summary={`${parameters.length} parameters of the training run`}><DescriptionList columns={2} items={parameters.map(([term, value]) => ({ term, value: <code className="text-xs">{value}</code> }))} /></Disclosure>}
    </Section>
  );
}

function Exceptions({ items }: { readonly items: readonly ExceptionView[] }) {
  return (
    <Section title="Exceptions" description="Rules that do not have to pass for this version, for a time. Their verdicts stay what they are.">
      <SimpleTable
        caption="Exceptions"
        rows={items}
        rowKey={({ id }) => id}
        columns={[
          { header: 'rule', cell: ({ id, ruleId }) => <TextLink quiet href={`/policies/exceptions#${id}`}>{ruleId}</TextLink> },
          { header: 'in', cell: ({ environment }) => environment },
          { header: 'state', cell: ({ state }) => <Badge tone={state === 'active' ? 'stale' : 'neutral'}>{state}</Badge> },
          { header: 'ends', cell: ({ expiresAt }) => <Time at={expiresAt} /> },
          { header: 'by', cell: ({ proposedBy, confirmedBy }) => <span className="text-ink-2">{proposedBy.name}{confirmedBy && ` and ${confirmedBy.name}`}</span> },
          { header: 'because', cell: ({ reason }) => reason },
        ]}
      />
    </Section>
  );
}

function Promotions({ detail }: { readonly detail: ModelVersionDetail }) {
  return (
    <Section title="Promotions">
      {detail.promotions.length === 0
        ? <p className="text-sm text-ink-2">Promotion was never asked for.</p>
        : (
          <SimpleTable
            caption="Promotion requests"
            rows={detail.promotions}
            rowKey={({ id }) => id}
            columns={[
              { header: 'request', cell: ({ id, environment }) => <TextLink quiet href={`/approvals/${id}`}>{environment}</TextLink> },
              { header: 'state', cell: ({ state, staleReason }) => <span title={staleReason ?? undefined}><PromotionState state={state} /></span> },
              { header: 'policy', cell: ({ verdict }) => <span className={verdict === 'blocked' ? 'text-fail' : 'text-ink-2'}>{verdict}</span> },
              { header: 'asked', cell: ({ requestedBy, requestedAt }) => <span className="text-ink-2">{requestedBy}, <Time at={requestedAt} /></span> },
              { header: 'decided by', cell: ({ approvals }) => <span className="text-ink-2">{approvals.map(({ person, role, verdict }) => `${person} (${role}${verdict === 'reject' ? ', rejected' : ''})`).join(', ')}</span> },
            ]}
          />
        )}
    </Section>
  );
}

function Deployments({ detail }: { readonly detail: ModelVersionDetail }) {
  return (
    <Section title="Where it runs and ran" actions={<LinkButton size="sm" href={`/drift/${encodeURIComponent(detail.modelName)}/${detail.version}`}>Drift</LinkButton>}>
      {detail.deployments.length === 0
        ? <p className="text-sm text-ink-2">It never ran anywhere.</p>
        : (
          <SimpleTable
            caption="Deployments"
            rows={detail.deployments}
            rowKey={({ id }) => id}
            columns={[
              { header: 'endpoint', cell: ({ endpoint, environment }) => <>{endpoint} <EnvironmentBadge name={environment} /></> },
              { header: 'from', cell: ({ deployedAt }) => <Time at={deployedAt} /> },
              { header: 'until', cell: ({ endedAt }) => (endedAt === null ? <Badge tone="pass">running</Badge> : <Time at={endedAt} />) },
              { header: 'digest', cell: ({ digest }) => (digest === detail.digest ? <Strength state="proven" /> : <Digest value={digest} />) },
              { header: 'deployed by', cell: ({ deployedBy }) => <span className="text-ink-2">{deployedBy}</span> },
              { header: 'request', cell: ({ promotionId }) => (promotionId === null ? <span className="text-ink-3">none</span> : <TextLink quiet href={`/approvals/${promotionId}`}>request</TextLink>) },
            ]}
          />
        )}
    </Section>
  );
}
