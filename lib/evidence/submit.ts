// Receives evidence: the exact bytes are kept, whatever they hold, together with what verification found.
import { z } from 'zod';
import type { WriteTx } from '#lib/db/client.ts';
import { publish } from '#lib/jobs/outbox.ts';
import { announce } from '#lib/kernel/announce.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { command } from '#lib/kernel/command.ts';
import type { CommandContext } from '#lib/kernel/context.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { newId } from '#lib/kernel/ids.ts';
import { ok } from '#lib/kernel/result.ts';
import { DSSE_MEDIA_TYPE } from './format/dsse.ts';
import { BUNDLE_MEDIA_TYPE } from './format/sigstore-bundle.ts';
import type { Decoded } from './decode.ts';
import { evidenceFailure } from './errors.ts';
import { decodeOrFail, judge, standingDigest, trustOf, type JudgedReport } from './judge.ts';
import { submitted, type Submitted } from './schema.ts';
import { evidenceRecord, subjectsRecord } from './records.ts';
import * as store from './store/evidence.ts';
import { recordVerifications } from './seal.ts';
import { storable } from './text.ts';

const acceptedTypes = [DSSE_MEDIA_TYPE, 'application/json', 'application/vnd.dev.sigstore.bundle+json', BUNDLE_MEDIA_TYPE, 'text/plain', 'application/octet-stream'];

/** Names longer than this are cut in the index of subjects; the statement itself keeps them whole. */
const LONGEST_INDEXED_NAME = 300;

/** Adds a verification and tells those who act on it. Returns its id. */
async function recordVerification(tx: WriteTx, evidenceId: string, { verdict, trustDigest, checks, trustPolicyId, awaitsRun }: JudgedReport): Promise<string> {
  const id = newId();
  await recordVerifications(tx, [{ id, evidenceId, verdict, trustDigest, checks: [...checks], trustPolicyId, awaitsRun }]);
  await publish(tx, 'evidence.verified', { evidenceId, verificationId: id });
  return id;
}

type Kept = { readonly id: string; readonly receivedAt: string; readonly known: boolean; /** What the audit log is told of the new row. */ readonly sealed: { readonly record: string; readonly subjects: string } | null };

async function keep(tx: WriteTx, bytes: Buffer, mediaType: string, decoded: Decoded, teamId: string, receivedFrom: string): Promise<Kept> {
  const row = { id: newId(), teamId, digest: decoded.digest, bytes, mediaType, sizeBytes: bytes.length, receivedFrom, predicateType: decoded.predicateType === null ? null : storable(decoded.predicateType, 4_000), runId: decoded.runId };
  const inserted = await store.insertEvidence(tx, row);
  if (inserted === null) {
    const existing = await store.evidenceByDigest(tx, teamId, decoded.digest);
    if (existing === null) throw new Error('evidence that conflicts with a new row cannot be found');
    return { id: existing.id, receivedAt: existing.receivedAt, known: true, sealed: null };
  }
  const subjects = decoded.subjects.map(({ digest, name }) => ({ digest, name: storable(name, LONGEST_INDEXED_NAME) }));
  await store.insertSubjects(tx, inserted.id, subjects);
  return { ...inserted, known: false, sealed: { record: evidenceRecord({ ...row, receivedAt: inserted.receivedAt }), subjects: subjectsRecord(subjects) } };
}

async function receive(tx: WriteTx, bytes: Buffer, mediaType: string, teamId: string, context: CommandContext & { actor: { kind: 'service' } }): Promise<{ submitted: Submitted; sealed: Kept['sealed'] }> {
  const decoded = decodeOrFail(bytes);
  await store.lockTrust(tx, teamId, 'read');
  const { id: evidenceId, receivedAt, known, sealed } = await keep(tx, bytes, mediaType, decoded, teamId, context.actor.id);
  const trust = await trustOf(tx, teamId);
  const latest = known ? await store.latestVerification(tx, evidenceId) : null;
  if (latest !== null && latest.trustDigest === (await standingDigest(tx, teamId, decoded, trust))) return { submitted: { evidenceId, digest: decoded.digest, verdict: latest.verdict, checks: latest.checks, known }, sealed };
  const report = await judge(tx, { teamId, digest: decoded.digest, receivedAt }, decoded, trust);
  await recordVerification(tx, evidenceId, report);
  return { submitted: { evidenceId, digest: decoded.digest, verdict: report.verdict, checks: [...report.checks], known }, sealed };
}

/**
 * Takes one piece of evidence: a DSSE envelope (docs/wire-contract.md, Attestations), a Sigstore bundle, a model signature, a list of checksums; which one is told by its content. Evidence that fails a check is kept all the same and the answer says which
 * check failed. The same bytes again are the same evidence; they are verified again only when the team's trust has changed since.
 *
 * Errors: 400 `evidence.empty`, 413 above MAX_EVIDENCE_BYTES, 415 `evidence.unsupported_media_type`.
 */
export const submitEvidence = command({
  name: 'evidence.submitEvidence',
  summary: 'Submit an attestation: kept as received, then verified check by check',
  input: z.object({ bytes: z.instanceof(Uint8Array), contentType: z.string().max(300) }),
  output: submitted,
  permission: 'evidence.submit',
  subjectTable: 'evidence',
  resource: async (_tx, _input, { actor }) => ok({ teamId: actor.kind === 'service' ? actor.teamId : null }),
  scope: ({ teamId }) => (teamId === null ? { kind: 'organisation' } : { kind: 'team', teamId }),
  run: async (tx, { bytes, contentType }, { teamId }, context) => {
    const { actor } = context;
    if (teamId === null || actor.kind !== 'service') return notFound('team');
    const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
    if (!acceptedTypes.includes(mediaType)) return evidenceFailure('unsupported_media_type', 'evidence.unsupported_media_type', `Send a DSSE envelope, a bundle or a list of checksums as Content-Type: ${acceptedTypes.join(' or ')}.`);
    if (bytes.length === 0) return evidenceFailure('malformed', 'evidence.empty', 'The body is empty: send the evidence itself.');
    const { submitted: result, sealed } = await receive(tx, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), mediaType, teamId, { ...context, actor });
    announce('evidence', teamId);
    return ok(audited(result, { subjectTable: 'evidence', subjectId: result.evidenceId, teamId, after: { digest: result.digest, verdict: result.verdict, known: result.known, ...sealed } }));
  },
  http: {
    method: 'POST', path: '/api/v1/attestations', tag: 'Evidence', body: 'bytes', limit: 'MAX_EVIDENCE_BYTES', admission: 'bounded',
    status: (output: Submitted) => (output.known ? 200 : 201),
    present: ({ known: _, ...answer }: Submitted) => answer,
  },
});
