// A promotion request: verdict, rules, what differs from what runs, lineage, the decision, and all that was recorded.
import type { Metadata } from 'next';
import { Decide } from '#components/approvals/decide.tsx';
import { Comment, DeclareEmergency, ReviewEmergency, Revoke } from '#components/approvals/take-part.tsx';
import { HistoryTable } from '#components/approvals/history-table.tsx';
import { PromotionState } from '#components/approvals/promotion-state.tsx';
import { Rules } from '#components/approvals/rules.tsx';
import { needsSentence, needsText } from '#components/approvals/words.ts';
import { TopicRefresh } from '#components/drift/topic-refresh.tsx';
import { JsonView } from '#components/evidence/json-diff.tsx';
import { Verdict, VerdictSummary } from '#components/evidence/verdict.tsx';
import { Problem } from '#components/kernel-problem.tsx';
import { ProposeException } from '#components/policy/exception-forms.tsx';
import { Comparison } from '#components/registry/comparison.tsx';
import { compareHref, lineageHref, versionHref } from '#components/registry/href.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { DescriptionList } from '#components/ui/description-list.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { LinkButton, TextLink } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { Columns, Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { getPromotion, type EmergencyView, type PromotionDetail } from '#lib/approvals/index.ts';
import { currentContext } from '#lib/http.ts';
import { may } from '#lib/kernel/permissions.ts';
import { propose } from '../../policies/exceptions/actions.ts';
import { comment, decide, decideLent, declare, review, revoke, withdraw } from '../actions.ts';
import { RequiredMetadata } from './required-metadata.tsx';

type Props = { params: Promise<{ promotionId: string }> };

export const metadata: Metadata = { title: 'Promotion request' };

export default async function PromotionPage({ params }: Props) {
  const context = await currentContext();
  const found = await getPromotion.execute(context, { promotionId: (await params).promotionId });
  if (!found.ok) return <Problem error={found.error} />;
  const request = found.value;
  const mayAskException = request.state !== 'deployed' && may(context.actor, 'exception.propose', { kind: 'team', teamId: request.teamId });
  const title = `${request.modelName} ${request.version} → ${request.environment}`;
  return (
    <>
      <PageHeader
        crumbs={[{ label: 'Approvals', href: '/approvals' }]}
        title={title}
        meta={<>
          <PromotionState state={request.state} />
          {request.inEmergency && <Badge tone="fail">emergency</Badge>}
          <span>asked for by {request.requestedBy.name}, <Time at={request.requestedAt} /></span>
          <span>evidence <Digest value={request.snapshotDigest} /> frozen <Time at={request.requestedAt} /></span>
          <TopicRefresh topic="approvals" />
        </>}
        actions={<><LinkButton href={versionHref(request.modelName, request.version)}>Model version</LinkButton>{(request.rights.mayApprove || request.rights.mayReject) && <LinkButton variant="primary" href="#decide">Decide</LinkButton>}</>}
      />
      <Columns aside={<Aside request={request} />}>
        <Stack>
          <Standing request={request} />
          <Section title="Rules" id="rules" description={`${request.policyTitle}, evaluated on the frozen evidence.`}><Rules results={request.results} exceptions={request.exceptions} {...(mayAskException && { remedyFor: ({ ruleId, title: rule }) => <ProposeException modelVersionId={request.modelVersionId} subject={`${request.modelName} ${request.version}`} environment={request.environment} ruleId={ruleId} title={rule} propose={propose} /> })} /></Section>
          <Difference request={request} />
          <RequiredMetadata name={request.modelName} version={request.version} environment={request.environment} frozenCard={(request.snapshot['metadata'] as { readonly modelCard?: string | null } | null | undefined)?.modelCard ?? null} />
          <Section title="Lineage and frozen evidence" actions={<><LinkButton size="sm" href={lineageHref(request.assetVersionId)}>Lineage</LinkButton>{request.trainingRunId !== null && <LinkButton size="sm" href={`/runs/${request.trainingRunId}`}>Training run</LinkButton>}</>}>
            <Disclosure summary="The facts that the rules were evaluated on"><JsonView value={JSON.parse(JSON.stringify(request.snapshot))} caption={`Canonical JSON of this document has the digest ${request.snapshotDigest}`} /></Disclosure>
          </Section>
          <Section title="Decide" id="decide">
            <Decide
              seen={{ promotionId: request.id, title, snapshotDigest: request.snapshotDigest, artifactDigest: request.artifactDigest, policyDigest: request.policyDigest }}
              rights={request.rights}
              mayWithdraw={request.mayWithdraw}
              actions={{ decide, decideLent, withdraw }}
            />
            {request.lent.map(({ delegator, rights }) => <div key={delegator.id} className="mt-4"><Decide seen={{ promotionId: request.id, title, snapshotDigest: request.snapshotDigest, artifactDigest: request.artifactDigest, policyDigest: request.policyDigest }} rights={rights} mayWithdraw={false} lentBy={delegator} actions={{ decide, decideLent, withdraw }} /></div>)}
            <div className="no-print mt-3 flex flex-wrap gap-2">
              {request.mayRevoke && <Revoke promotionId={request.id} revoke={revoke} />}
              {request.mayDeclareEmergency && <DeclareEmergency seen={{ promotionId: request.id, snapshotDigest: request.snapshotDigest, artifactDigest: request.artifactDigest, policyDigest: request.policyDigest }} title={title} declare={declare} />}
            </div>
          </Section>
          <Approvals request={request} />
          <Comments request={request} />
          <Signed request={request} />
          <Section title="History" id="history"><HistoryTable events={request.history} /></Section>
        </Stack>
      </Columns>
    </>
  );
}

function Standing({ request }: { readonly request: PromotionDetail }) {
  const excepted = request.results.filter(({ exception }) => exception !== null).length;
  return (
    <div className="flex flex-col gap-3">
      <p className="flex flex-wrap items-baseline gap-x-4 gap-y-1 text-base">
        <Verdict state={request.verdict === 'passed' ? 'passed' : 'failed'} shape="badge">{request.verdict === 'passed' ? 'the policy lets it pass' : 'the policy blocks it'}</Verdict>
        <VerdictSummary states={request.results.map(({ verdict }) => verdict)} />
        {excepted > 0 && <Badge tone="stale">{excepted === 1 ? 'with one exception' : `with ${excepted} exceptions`}</Badge>}
        <span className="text-sm text-ink-2">{needsSentence(request.needs)}</span>
      </p>
      {request.state === 'stale' && <Alert tone="warning" title="This request is stale">{request.staleReason}. Ask for a new one on the page of the model version.</Alert>}
      {request.wouldBeStale.length > 0 && <Alert tone="warning" title="It would be found stale if somebody decided or deployed now"><ul>{request.wouldBeStale.map((reason) => <li key={reason}>{reason}</li>)}</ul></Alert>}
      {request.emergency !== null && <Emergency emergency={request.emergency} mayReview={request.mayReviewEmergency} />}
      <blockquote className="border-l-2 border-line-strong pl-3 text-sm"><span className="block text-xs text-ink-3">Why {request.requestedBy.name} asks</span>{request.reason}</blockquote>
    </div>
  );
}

function Difference({ request }: { readonly request: PromotionDetail }) {
  const { difference } = request;
  if (difference === null) {
    const same = request.deployments.some(({ endedAt }) => endedAt === null);
    return <Section title={`What differs from what runs in ${request.environment}`} id="difference"><p className="text-sm text-ink-2">{same ? 'This very version runs there.' : `No version of this model runs in ${request.environment}: there is nothing to compare with.`}</p></Section>;
  }
  const labels = { a: `running ${difference.a.version}`, b: `candidate ${difference.b.version}` };
  return (
    <Section title={`What differs from version ${difference.a.version} in ${request.environment}`} id="difference" actions={<LinkButton size="sm" href={compareHref(request.modelName, difference.a.version, difference.b.version)}>Open the comparison</LinkButton>}>
      <Comparison comparison={difference} labels={labels} level={3} />
    </Section>
  );
}

function Approvals({ request }: { readonly request: PromotionDetail }) {
  return (
    <Section title="Approvals" description={`${needsText(request.needs)}. By different people, none of them the requester.`}>
      {request.approvals.length === 0
        ? <p className="text-sm text-ink-2">Nobody has decided yet.</p>
        : (
          <ul>
            {request.approvals.map(({ id, person, role, verdict, comment: said, onBehalfOf, revoked, at, snapshotDigest }) => (
              <li key={id} className="border-t border-line py-1.5 text-sm first:border-t-0">
                <p className="flex flex-wrap items-baseline gap-x-2">
                  <Verdict state={verdict === 'approve' ? 'passed' : 'failed'}>{verdict === 'approve' ? 'approved' : 'rejected'}</Verdict>
                  <span className="font-medium">{person.name}</span>
                  <Badge>{role}</Badge>
                  {onBehalfOf !== null && <span className="text-xs text-ink-2">on behalf of {onBehalfOf.name}</span>}
                  {revoked !== null && <span className="text-xs text-fail">revoked <Time at={revoked.at} />: {revoked.reason}</span>}
                  <span className="text-xs text-ink-3"><Time at={at} /></span>
                  {snapshotDigest !== request.snapshotDigest && <span className="text-xs text-fail">on other evidence: <Digest value={snapshotDigest} /></span>}
                </p>
                <p className="break-words text-ink-2">{said}</p>
              </li>
            ))}
          </ul>
        )}
    </Section>
  );
}

function Emergency({ emergency, mayReview }: { readonly emergency: EmergencyView; readonly mayReview: boolean }) {
  const { declaredBy, declaredAt, expiresAt, reviewDueAt, reason, review: reviewed } = emergency;
  return (
    <Alert tone={reviewed?.verdict === 'justified' ? 'warning' : 'danger'} title={`Let through in an emergency, without its approvals, by ${declaredBy.name}`} actions={mayReview ? <ReviewEmergency emergencyId={emergency.id} review={review} /> : undefined}>
      <p className="break-words">“{reason}” Declared <Time at={declaredAt} />, held until <Time at={expiresAt} absolute />.</p>
      <p className="break-words">{reviewed === null
        ? <>Nobody has reviewed it yet; {emergency.overdue ? 'that was' : 'that is'} due <Time at={reviewDueAt} absolute />.</>
        : <>Reviewed by {reviewed.by.name} <Time at={reviewed.at} />: {reviewed.verdict === 'justified' ? 'justified' : 'not justified'}. {reviewed.comment}</>}
      </p>
    </Alert>
  );
}

function Comments({ request }: { readonly request: PromotionDetail }) {
  return (
    <Section title="Comments" id="comments" actions={request.mayComment ? <Comment promotionId={request.id} comment={comment} /> : undefined}>
      {request.comments.length === 0
        ? <p className="text-sm text-ink-2">Nobody has commented.</p>
        : <ul>{request.comments.map(({ id, person, text, at }) => <li key={id} className="border-t border-line py-1.5 text-sm first:border-t-0"><p className="flex flex-wrap items-baseline gap-x-2"><span className="font-medium">{person.name}</span><span className="text-xs text-ink-3"><Time at={at} /></span></p><p className="break-words text-ink-2">{text}</p></li>)}</ul>}
    </Section>
  );
}

const statementNames = { approval: 'Approval, in-toto statement', verification_summary: 'Decision, SLSA verification summary', emergency: 'Emergency, in-toto statement' };

function Signed({ request }: { readonly request: PromotionDetail }) {
  return (
    <Section title="Signed by this portal" id="signed" description="DSSE envelopes: download them and check them anywhere with the portal’s public key.">
      {!request.signs && <Alert tone="warning" title="This portal has no signing key">Decisions are recorded and audited, and nothing is signed. Set GATEHOUSE_SIGNING_KEY, as the operating manual says.</Alert>}
      {request.statements.length === 0
        ? <p className="text-sm text-ink-2">Nothing has been signed about this request.</p>
        : (
          <ul className="text-sm">
            {request.statements.map(({ id, kind, keyId, approvalId, at }) => (
              <li key={id} className="flex flex-wrap items-baseline gap-x-2 border-t border-line py-1.5 first:border-t-0">
                <LinkButton size="sm" download href={`/api/v1/promotions/${request.id}/statements/${id}`}>Download</LinkButton>
                <span>{statementNames[kind]}{approvalId === null ? '' : ` of ${request.approvals.find((approval) => approval.id === approvalId)?.person.name ?? 'somebody'}`}</span>
                <span className="text-xs text-ink-3"><Time at={at} />, key <code>{keyId.slice(0, 16)}</code></span>
              </li>
            ))}
          </ul>
        )}
      {request.signs && <p className="flex flex-wrap items-baseline gap-2 text-sm"><LinkButton size="sm" download href="/api/v1/signing-key?format=pem">Download the public key</LinkButton><code className="text-xs text-ink-2">gatehouse verify ARTIFACT --evidence STATEMENT --trust gatehouse-portal.pem</code></p>}
    </Section>
  );
}

function Aside({ request }: { readonly request: PromotionDetail }) {
  return (
    <Stack gap="md">
      <Section title="What is decided on" level={3} description="Any change of these makes approvals stale.">
        <DescriptionList
          items={[
            { term: 'Artifact', value: <Digest value={request.artifactDigest} href={`/data/${request.assetVersionId}`} /> },
            { term: 'Evidence', value: <Digest value={request.snapshotDigest} /> },
            { term: 'Policy', value: <Digest value={request.policyDigest} href={`/policies/${request.policyVersionId}`} /> },
            { term: 'Holds until', value: <Time at={request.expiresAt} /> },
            { term: 'Team', value: request.teamName },
          ]}
        />
      </Section>
      <Section title="Approvals needed" level={3}>
        <ul className="text-sm">{request.needs.map(({ role, needed, given }) => <li key={role} className="flex items-baseline justify-between gap-2 border-b border-line py-1 last:border-b-0"><span>{role}</span><Verdict state={given >= needed ? 'passed' : 'not_evaluated'}>{given} of {needed}</Verdict></li>)}</ul>
      </Section>
      {request.deployments.length > 0 && (
        <Section title="Deployed by it" level={3}>
          <ul className="text-sm">{request.deployments.map(({ id, endpoint, deployedAt, endedAt }) => <li key={id}><TextLink quiet href={`/deployments#${id}`}>{endpoint}</TextLink> <span className="text-ink-2"><Time at={deployedAt} />{endedAt !== null && ', ended'}</span></li>)}</ul>
        </Section>
      )}
    </Stack>
  );
}
