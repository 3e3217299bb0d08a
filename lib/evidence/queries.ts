// Reading evidence: lists, one piece with everything that is known of it, and its exact bytes.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { id } from '#lib/kernel/ids.ts';
import { pageRequest, toPage } from '#lib/kernel/page.ts';
import { query, type Reader } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { decodeOrFail, judge, trustOf, type JudgedReport, type TeamTrust } from './judge.ts';
import { fetchCommand, signatureCommand, statementCommand } from './independent.ts';
import { evidenceDetail, evidencePage, listEvidenceInput, listTrustKeysInput, runEvidence, trustKeyPage, verificationReport, type Check, type EvidenceDetail, type EvidenceItem, type RunEvidenceItem, type TrustKeyItem } from './schema.ts';
import { reportOf } from './report.ts';
import { doubt, recordChecks } from './sealed.ts';
import type { ListedEvidence } from './store/evidence.ts';
import * as store from './store/evidence.ts';
import { trustKeyPage as trustKeyRows, type ListedTrustKey } from './store/trust.ts';
import { otherBytes } from './store/records.ts';
import { policyById } from './store/trust-policy.ts';
import { withMoment } from './cursor.ts';

const SUBJECTS_IN_LISTS = 3;
const SUBJECTS_SHOWN = 200;
const VERIFICATIONS_SHOWN = 100;
/** A larger statement is offered for download and not put into a page. */
const LARGEST_STATEMENT_SHOWN = 512 * 1024;

/** Bytes beyond this are not digested for a list; the page of the evidence does. */
const LARGEST_DIGESTED_IN_LISTS = 1024 * 1024;

/** What of a list’s row does not hold against the audit log and its own bytes: a list shows no verdict that somebody wrote into the database. */
async function intactness(tx: ReadTx, rows: readonly ListedEvidence[]): Promise<(row: Pick<EvidenceItem, 'id' | 'verdict' | 'failedChecks'>) => Pick<EvidenceItem, 'verdict' | 'failedChecks'>> {
  const sealed = await recordChecks(tx, rows);
  const other = await otherBytes(tx, rows.map(({ id: evidenceId }) => evidenceId), LARGEST_DIGESTED_IN_LISTS);
  doubt(rows.filter((row) => other.has(row.id) || sealed.get(row.id)?.verdict === 'failed').map((row) => row.id));
  return (row) => {
    const added = [...(other.has(row.id) ? ['bytes'] : []), ...(sealed.get(row.id)?.verdict === 'failed' ? ['sealed_record'] : [])];
    return added.length === 0 ? { verdict: row.verdict, failedChecks: row.failedChecks } : { verdict: 'failed', failedChecks: [...new Set([...added, ...row.failedChecks])] };
  };
}

async function withSubjects(tx: ReadTx, rows: readonly ListedEvidence[]): Promise<EvidenceItem[]> {
  const subjects = await store.subjectsOf(tx, rows.map((row) => row.id), SUBJECTS_IN_LISTS);
  const intact = await intactness(tx, rows);
  return rows.map(({ receivedFrom: _, ...row }) => {
    const own = subjects.filter((subject) => subject.evidenceId === row.id);
    return { ...row, ...intact(row), subjects: own.map(({ digest, name }) => ({ digest, name })), subjectCount: own[0]?.total ?? 0 };
  });
}

export const listEvidence = query({
  name: 'evidence.listEvidence',
  summary: 'Evidence, newest first, with the verdict of its latest verification',
  input: listEvidenceInput,
  output: evidencePage,
  permission: 'read',
  run: async (tx, input, reader) => {
    const request = withMoment(pageRequest(input, 'received'));
    if (!request.ok) return request;
    const rows = await store.evidencePage(tx, reader.teams, input, request.value);
    const page = toPage(rows, request.value, (row) => ({ value: row.receivedAt, id: row.id }), (row) => row);
    return ok({ ...page, items: await withSubjects(tx, page.items) });
  },
  http: { method: 'GET', path: '/api/v1/evidence', tag: 'Evidence', body: 'none' },
});

/** What fails here was changed in the database. */
const RECORD_CHECKS: readonly string[] = ['bytes', 'audit_record', 'sealed_record'];

/** Checks that only the portal's own records allow: what was written when the evidence came in, against what lies there now. */
function auditChecks(digest: string, recorded: { digest: string; number: number } | null, latest: { verdict: string; trustDigest: string } | undefined, now: { verdict: string; trustDigest: string }): Check[] {
  const audit: Check = recorded === null
    ? { name: 'audit_record', verdict: 'failed', expected: 'the audit event of the submission, with this digest', actual: 'there is none' }
    : { name: 'audit_record', verdict: recorded.digest === digest ? 'passed' : 'failed', expected: `the digest in audit event ${recorded.number}, ${recorded.digest}`, actual: digest };
  if (latest === undefined) return [audit, { name: 'recorded_verdict', verdict: 'failed', expected: 'a recorded verification', actual: 'there is none' }];
  const expected = `the recorded verdict, ${latest.verdict}, when verified now`;
  if (latest.trustDigest !== now.trustDigest) return [audit, { name: 'recorded_verdict', verdict: 'not_evaluated', expected, actual: 'the team’s trust has changed since; the verdict now counts' }];
  return [audit, { name: 'recorded_verdict', verdict: latest.verdict === now.verdict ? 'passed' : 'failed', expected, actual: now.verdict }];
}

/** The commands that repeat single checks, each once, with the names of the checks that it repeats. They read the file that was fetched. */
function repeatCommands(checks: readonly Check[]): { title: string; text: string }[] {
  const byText = new Map<string, string[]>();
  for (const { name, command } of checks) if (command !== undefined) byText.set(command, [...(byText.get(command) ?? []), name]);
  return [...byText].map(([text, names]) => ({ title: `Repeat ${[...new Set(names)].join(', ')}`, text: `EVIDENCE=envelope.json  # FILE: what it is about; KEY: the public key (PEM)\n${text}` }));
}

/** The policy that decided, as its page is found; null where the team's keys did, or nothing could. */
async function decidingPolicy(tx: ReadTx, { trustPolicyId }: JudgedReport, { policies }: TeamTrust): Promise<EvidenceDetail['trustPolicy']> {
  const found = policies.find(({ id: policyId }) => policyId === trustPolicyId) ?? (trustPolicyId === null ? null : await policyById(tx, trustPolicyId));
  return found === null ? null : { id: found.id, name: found.name, version: found.version, digest: found.digest };
}

async function detail(tx: ReadTx, evidenceId: string, reader: Reader): Promise<EvidenceDetail | null> {
  const row = await store.evidenceById(tx, reader.teams, evidenceId);
  const bytes = row ? await store.bytesOf(tx, evidenceId) : null;
  if (row === null || bytes === null) return null;
  const decoded = decodeOrFail(bytes);
  const trust = await trustOf(tx, row.teamId);
  const report = await judge(tx, row, decoded, trust);
  const [history, recorded, subjects] = [await store.verificationsOf(tx, evidenceId, VERIFICATIONS_SHOWN), await store.recordedDigest(tx, evidenceId), await store.subjectsOf(tx, [evidenceId], SUBJECTS_SHOWN)];
  const [latest] = history;
  const sealed = (await recordChecks(tx, [row], { each: VERIFICATIONS_SHOWN, subjects: true })).get(evidenceId);
  const checks = [...report.checks, ...auditChecks(row.digest, recorded, latest, report), ...(sealed ? [sealed] : [])];
  if (checks.some(({ name, verdict }) => verdict === 'failed' && RECORD_CHECKS.includes(name))) doubt([evidenceId]);
  const versions = await store.visibleVersions(tx, reader.teams, subjects.map((subject) => subject.digest));
  const matching = report.signatures.flatMap((outcome, index) => (outcome.kind === 'matches' ? [{ ...outcome, index }] : []));
  const payloadBytes = decoded.payloadSize;
  const { receivedFromName, receivedFrom, ...shown } = row;
  return {
    ...shown,
    receivedFrom: { id: receivedFrom, name: receivedFromName },
    verdict: latest?.verdict === 'passed' && report.verdict === 'passed' && checks.every((check) => !['audit_record', 'sealed_record'].includes(check.name) || check.verdict !== 'failed') ? 'passed' : 'failed',
    verifiedAt: latest?.at ?? row.receivedAt,
    trustDigest: report.trustDigest,
    failedChecks: checks.filter((check) => check.verdict === 'failed').map((check) => check.name),
    report: reportOf({ evidenceId, digest: recorded?.digest ?? row.digest, receivedAt: row.receivedAt, runId: decoded.runId, form: decoded.form.kind === 'dsse' ? 'dsse' : 'other', checks, outcomes: report.signatures, signers: report.signers }),
    checks,
    computedDigest: decoded.digest,
    recordedDigest: recorded?.digest ?? null,
    recordedAs: recorded?.number ?? null,
    payloadType: decoded.payloadType,
    statement: decoded.payloadJson?.ok && payloadBytes !== null && payloadBytes <= LARGEST_STATEMENT_SHOWN ? decoded.payloadJson.value : null,
    statementBytes: payloadBytes,
    signers: (decoded.form.kind === 'dsse' && report.trustPolicyId === null ? matching.map(({ key }) => key) : report.signers).map(({ id: trustKeyId, keyId, name, algorithm, state, publicKeyPem }) => ({ trustKeyId: trustKeyId === '' ? null : trustKeyId, keyId, name, algorithm, state, publicKeyPem })),
    trustPolicy: await decidingPolicy(tx, report, trust),
    signatories: report.signatories.map(({ kind, signer, description, key, counts, why }) => ({ kind, signer, description, keyId: key.keyId, counts, why })),
    subjects: subjects.map(({ digest, name }) => ({ digest, name, assetVersionId: versions.get(digest) ?? null })),
    subjectCount: subjects[0]?.total ?? 0,
    history: history.map(({ id: verificationId, at, verdict, trustDigest, trustPolicyId, checks: found }) => ({ id: verificationId, at, verdict, trustDigest, trustPolicyId, checks: found })),
    commands: [
      fetchCommand(evidenceId, recorded?.digest ?? row.digest),
      ...matching.map(({ index, encoding, key }) => signatureCommand({ index, encoding, publicKeyPem: key.publicKeyPem, keyId: key.keyId })),
      ...(matching.length > 0 ? [statementCommand] : []),
      ...repeatCommands(report.checks),
    ],
  };
}

export const getEvidence = query({
  name: 'evidence.getEvidence',
  summary: 'One piece of evidence, verified again now on the stored bytes, with the history of its verifications',
  input: z.strictObject({ id }),
  output: evidenceDetail,
  permission: 'read',
  run: async (tx, input, reader) => {
    const found = await detail(tx, input.id, reader);
    return found ? ok(found) : notFound('evidence');
  },
  http: { method: 'GET', path: '/api/v1/evidence/{id}', tag: 'Evidence', body: 'none' },
});

export const getEvidenceBytes = query({
  name: 'evidence.getEvidenceBytes',
  summary: 'The exact bytes of a piece of evidence, as they were received',
  input: z.strictObject({ id }),
  output: z.object({ digest: z.string(), mediaType: z.string(), bytes: z.instanceof(Uint8Array) }),
  permission: 'read',
  run: async (tx, input, reader) => {
    const row = await store.evidenceById(tx, reader.teams, input.id);
    const bytes = row ? await store.bytesOf(tx, row.id) : null;
    return row && bytes ? ok({ digest: row.digest, mediaType: row.mediaType, bytes: new Uint8Array(bytes) }) : notFound('evidence');
  },
  http: {
    method: 'GET', path: '/api/v1/evidence/{id}/bytes', tag: 'Evidence', body: 'none',
    present: ({ digest, mediaType, bytes }: { digest: string; mediaType: string; bytes: Uint8Array<ArrayBuffer> }) =>
      new Response(bytes, { headers: { 'Content-Type': mediaType, 'Content-Length': String(bytes.length), 'Content-Disposition': `attachment; filename="evidence-${digest.slice(7, 23)}.json"`, ETag: `"${digest}"` } }),
  },
});

export const getVerificationReport = query({
  name: 'evidence.getVerificationReport',
  summary: 'The verification report of a piece of evidence as a JSON file: every check with expected, found, verdict and the command that repeats it',
  input: z.strictObject({ id }),
  output: verificationReport,
  permission: 'read',
  run: async (tx, input, reader) => {
    const found = await detail(tx, input.id, reader);
    if (!found) return notFound('evidence');
    const { digest, mediaType, sizeBytes, receivedAt, receivedFrom, teamName, predicateType, payloadType, runId, recordedDigest, recordedAs, verdict, trustDigest, report, checks, signers, subjects, subjectCount, commands } = found;
    const evidence = { id: found.id, digest, mediaType, sizeBytes, receivedAt, receivedFrom, teamName, predicateType, payloadType, runId, recordedDigest, recordedAs };
    return ok({ format: 'https://gatehouse.dev/verification-report/v1' as const, evidence, verifiedNowAt: await store.databaseTime(tx), verdict, trustDigest, report, checks, signers, subjects, subjectCount, commands });
  },
  http: {
    method: 'GET', path: '/api/v1/evidence/{id}/report', tag: 'Evidence', body: 'none',
    present: (report: z.infer<typeof verificationReport>) => new Response(`${JSON.stringify(report, null, 2)}\n`, { headers: { 'Content-Type': 'application/json', 'Content-Disposition': `attachment; filename="verification-${report.evidence.digest.slice(7, 23)}.json"` } }),
  },
});

/** Attestations of a run: those that name it first, then those about what it consumed or produced. */
export const listRunEvidence = query({
  name: 'evidence.listRunEvidence',
  summary: 'Evidence that names a run, or is about what it consumed or produced',
  input: z.strictObject({ runId: id }),
  output: runEvidence,
  permission: 'read',
  run: async (tx, { runId }, reader) => {
    const most = 100;
    const naming = await store.evidenceNaming(tx, reader.teams, runId, most);
    const digests = await store.digestsOfRun(tx, reader.teams, runId);
    const about = await store.evidenceAbout(tx, reader.teams, digests.map(({ digest }) => digest), { predicateType: null, verdict: null }, most);
    const others = about.filter((row) => row.runId === null && !naming.some((known) => known.id === row.id));
    const items: RunEvidenceItem[] = [];
    for (const [relation, rows] of [['names', naming], ['about', others]] as const) {
      for (const item of await withSubjects(tx, rows)) items.push({ ...item, relation, checks: (await store.latestVerification(tx, item.id))?.checks ?? [] });
    }
    return ok({ items, more: naming.length === most || about.length === most });
  },
  http: null,
});

const shownKey = ({ proposedBy, proposerName, confirmedBy, confirmerName, revocationReason, ...key }: ListedTrustKey): TrustKeyItem => ({
  ...key,
  proposedBy: { id: proposedBy, name: proposerName },
  confirmedBy: confirmedBy === null ? null : { id: confirmedBy, name: confirmerName ?? 'unknown' },
  reason: revocationReason,
});

export const listTrustKeys = query({
  name: 'evidence.listTrustKeys',
  summary: 'Keys that teams trust, trusted or may trust, newest first',
  input: listTrustKeysInput,
  output: trustKeyPage,
  permission: 'read',
  run: async (tx, input, reader) => {
    const request = withMoment(pageRequest(input, 'proposed'));
    if (!request.ok) return request;
    const rows = await trustKeyRows(tx, reader.teams, input, request.value);
    return ok(toPage(rows, request.value, (row) => ({ value: row.proposedAt, id: row.id }), shownKey));
  },
  http: { method: 'GET', path: '/api/v1/trust-keys', tag: 'Trust keys', body: 'none' },
});
