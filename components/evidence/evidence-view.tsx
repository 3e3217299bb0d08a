// One piece of evidence in full, fit for print: verdict, checks, signer, subjects, statement, independent check, history.
import { CodeBlock } from '#components/ui/code-block.tsx';
import { DescriptionList } from '#components/ui/description-list.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton, TextLink } from '#components/ui/link-button.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { KEY_WORDS, type EvidenceDetail } from '#lib/evidence/schema.ts';
import { CheckList } from './check-list.tsx';
import { JsonView } from './json-diff.tsx';
import { Verdict, VerdictSummary } from './verdict.tsx';
import { shownCheck } from './words.ts';

export function EvidenceView({ evidence }: { readonly evidence: EvidenceDetail }) {
  const altered = evidence.failedChecks.filter((name) => ['bytes', 'audit_record', 'sealed_record', 'recorded_verdict'].includes(name));
  return (
    <Stack>
      {altered.length > 0 && (
        <Alert tone="danger" title="This row was changed behind the portal’s back">
          What lies in the database is not what was received or decided. It is not believed anywhere in the portal. The checks below say what differs.
        </Alert>
      )}
      <Section title="Verification report" id="verification" description="Evaluated now, on the bytes as they lie in the database, with what this team trusts now. Each line can be repeated without Gatehouse." actions={<LinkButton size="sm" href={`/api/v1/evidence/${evidence.id}/report`} download>Report as JSON</LinkButton>}>
        <CheckList checks={evidence.report.map((check) => ({ ...shownCheck(check), id: `report-${check.name}`, ...(check.command === undefined ? {} : { evidence: <RepeatCommand command={check.command} /> }) }))} foldPassed={false} />
      </Section>
      <Section title={`All ${evidence.checks.length} checks`} id="checks" description="What the report rests on.">
        <CheckList checks={evidence.checks.map(shownCheck)} />
      </Section>
      <Section title="Facts" id="facts"><Facts evidence={evidence} /></Section>
      <Section title="Signed by" id="signers"><Signers evidence={evidence} /></Section>
      <Section title={`Subjects (${evidence.subjectCount})`} id="subjects" description="What the statement speaks about, matched by digest alone."><Subjects evidence={evidence} /></Section>
      <Section title="Statement" id="statement" actions={<LinkButton size="sm" href={`/api/v1/evidence/${evidence.id}/bytes`} download>Download the exact bytes</LinkButton>}><StatementView evidence={evidence} /></Section>
      <Section title="Check it without Gatehouse" id="independent" description="With curl, openssl and jq, in an empty folder.">
        <Stack gap="sm">{evidence.commands.map((command) => <CodeBlock key={command.title} kind="text" caption={command.title} code={command.text} maxHeight={480} />)}
          <Disclosure summary="The command of each line of the report"><Stack gap="sm">{evidence.report.flatMap((check) => (check.command === undefined ? [] : [<CodeBlock key={check.name} kind="text" caption={shownCheck(check).name} code={check.command} maxHeight={320} />]))}</Stack></Disclosure>
        </Stack>
      </Section>
      <Section title="Earlier verifications" id="history" description="Newest first. Nothing here is ever changed; a change of trust adds a line."><History evidence={evidence} /></Section>
    </Stack>
  );
}

function RepeatCommand({ command }: { readonly command: string }) {
  return <div className="no-print w-full min-w-0 text-xs md:max-w-80"><Disclosure summary="repeat it"><CodeBlock kind="text" code={command} maxHeight={240} /></Disclosure></div>;
}

function Facts({ evidence }: { readonly evidence: EvidenceDetail }) {
  return (
    <DescriptionList
      columns={2}
      items={[
        { term: 'Digest of the bytes', value: <Digest value={evidence.digest} algorithm full />, ...(evidence.recordedAs !== null && { note: <>recorded as <TextLink href={`/audit/${evidence.recordedAs}`}>audit event {evidence.recordedAs}</TextLink></> }) },
        { term: 'Predicate type', value: evidence.predicateType ?? undefined },
        { term: 'Payload type', value: evidence.payloadType ?? undefined },
        { term: 'Run', value: evidence.runId === null ? undefined : <Digest value={evidence.runId} href={`/runs/${evidence.runId}`} length={13} /> },
        { term: 'Received', value: <Time at={evidence.receivedAt} absolute />, note: `from ${evidence.receivedFrom.name}` },
        { term: 'Size', value: `${evidence.sizeBytes.toLocaleString('en')} bytes` },
        { term: 'Team', value: evidence.teamName },
        { term: 'Decided by', value: evidence.trustPolicy === null ? 'the keys of the team, or nobody: see the check of the trust policy' : <TextLink href={`/settings/trust#${evidence.trustPolicy.id}`}>{evidence.trustPolicy.name}, version {evidence.trustPolicy.version}</TextLink>, ...(evidence.trustPolicy !== null && { note: <Digest value={evidence.trustPolicy.digest} algorithm /> }) },
        { term: 'Trust used', value: <Digest value={evidence.trustDigest} algorithm />, note: 'digest of what decides: the policy or the keys, and revocations' },
      ]}
    />
  );
}

function Signers({ evidence }: { readonly evidence: EvidenceDetail }) {
  if (evidence.signatories.length > 0) return <Signatories evidence={evidence} />;
  if (evidence.signers.length === 0) return <p className="text-sm text-ink-2">No signature verifies under a key that this team trusts or trusted.</p>;
  return (
    <SimpleTable
      caption="Keys that signed"
      rows={evidence.signers}
      rowKey={(signer) => signer.keyId}
      columns={[
        { header: 'Key', cell: (signer) => (signer.trustKeyId === null ? signer.name : <TextLink href={`/settings/trust-keys#${signer.trustKeyId}`}>{signer.name}</TextLink>) },
        { header: 'Key id', cell: (signer) => <Digest value={signer.keyId} length={16} /> },
        { header: 'Kind', cell: (signer) => KEY_WORDS[signer.algorithm] },
        { header: 'State now', cell: (signer) => signer.state },
      ]}
    />
  );
}

/** Under a trust policy: each who signed, whether it counts, and why. */
function Signatories({ evidence }: { readonly evidence: EvidenceDetail }) {
  return (
    <SimpleTable
      caption="Who signed"
      rows={evidence.signatories.map((signatory, index) => ({ ...signatory, index }))}
      rowKey={(signatory) => String(signatory.index)}
      columns={[
        { header: 'Counts', cell: (signatory) => <Verdict state={signatory.counts ? 'passed' : 'failed'}>{signatory.counts ? 'counts' : 'does not count'}</Verdict> },
        { header: 'Signer', cell: (signatory) => <>{signatory.signer ?? <span className="text-ink-3">none of the policy</span>} <span className="break-all text-ink-2">{signatory.description}</span></> },
        { header: 'Key id', cell: (signatory) => <Digest value={signatory.keyId} length={16} /> },
        { header: 'Why', cell: (signatory) => signatory.why },
      ]}
    />
  );
}

function Subjects({ evidence }: { readonly evidence: EvidenceDetail }) {
  if (evidence.subjects.length === 0) return <p className="text-sm text-ink-2">No subject with a SHA-256 can be read.</p>;
  return (
    <Stack gap="sm">
      <SimpleTable
        caption="Subjects"
        rows={evidence.subjects}
        rowKey={(subject) => `${subject.digest} ${subject.name}`}
        columns={[
          { header: 'Name', cell: (subject) => (subject.name === '' ? <span className="text-ink-3">no name</span> : subject.name) },
          { header: 'Digest', cell: (subject) => <Digest value={subject.digest} length={16} algorithm href={subject.assetVersionId === null ? undefined : `/data/${subject.assetVersionId}`} /> },
          { header: 'Here', cell: (subject) => (subject.assetVersionId === null ? <span className="text-ink-3">no run reported it</span> : 'reported by a run') },
        ]}
      />
      {evidence.subjectCount > evidence.subjects.length && <p className="text-xs text-ink-3">{evidence.subjectCount - evidence.subjects.length} more stand in the statement.</p>}
    </Stack>
  );
}

function StatementView({ evidence }: { readonly evidence: EvidenceDetail }) {
  if (evidence.statement !== null && evidence.statement !== undefined) return <JsonView value={evidence.statement as Parameters<typeof JsonView>[0]['value']} caption="Payload, decoded from the stored bytes" maxHeight={640} />;
  if (evidence.statementBytes === null) return <EmptyState kind="failed" title="The payload cannot be read" description="The failing checks above say why. The bytes can be downloaded as they were received." />;
  return <EmptyState kind="too-large" description={`The payload has ${evidence.statementBytes.toLocaleString('en')} bytes, more than a page shows, or is not JSON. Download the exact bytes instead.`} />;
}

function History({ evidence }: { readonly evidence: EvidenceDetail }) {
  return (
    <ul>
      {evidence.history.map((verification, index) => (
        <li key={verification.id} className="border-t border-line py-1 first:border-t-0">
          <Disclosure
            summary={
              <span className="flex flex-wrap items-baseline gap-x-4">
                <Verdict state={verification.verdict} />
                <Time at={verification.at} absolute />
                <span className="text-ink-3">{index === evidence.history.length - 1 ? 'when it was received' : 'after the trust changed, or its run was reported'}</span>
                <VerdictSummary states={verification.checks.map((check) => check.verdict)} />
              </span>
            }
          >
            <p className="py-1 text-xs text-ink-3">{verification.trustPolicyId === null ? 'Trust ' : <>By <TextLink href={`/settings/trust#${verification.trustPolicyId}`}>a version of a trust policy</TextLink>, trust </>}<Digest value={verification.trustDigest} algorithm full /></p>
            <CheckList checks={verification.checks.map((check) => ({ ...shownCheck(check), id: `${verification.id}-${check.name}` }))} />
          </Disclosure>
        </li>
      ))}
    </ul>
  );
}
