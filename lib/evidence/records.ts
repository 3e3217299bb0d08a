// Records of evidence and of its verifications: one digest over every column that decides, written into the audit log. Pure.
//
// The application’s role cannot change these rows; who owns the database can. What they change then disagrees with the log, and is believed no more.
import { digestOf, type Json } from '#lib/kernel/canonical-json.ts';
import type { Check } from './schema.ts';

export type EvidenceColumns = { readonly id: string; readonly teamId: string; readonly digest: string; readonly mediaType: string; readonly sizeBytes: number; readonly receivedAt: string; readonly receivedFrom: string; readonly predicateType: string | null; readonly runId: string | null };
export type VerificationColumns = { readonly id: string; readonly evidenceId: string; readonly at: string; readonly verdict: string; readonly trustDigest: string; readonly checks: readonly unknown[]; /** The policy that decided. */ readonly trustPolicyId: string | null };

/** The digest over a row of evidence; its bytes are in it by their digest. */
export const evidenceRecord = ({ id, teamId, digest, mediaType, sizeBytes, receivedAt, receivedFrom, predicateType, runId }: EvidenceColumns): string =>
  digestOf({ id, teamId, digest, mediaType, sizeBytes, receivedAt, receivedFrom, predicateType, runId });

/** The digest over the subjects under which evidence is found. */
export const subjectsRecord = (subjects: readonly { readonly digest: string; readonly name: string }[]): string =>
  digestOf([...new Set(subjects.map(({ digest, name }) => JSON.stringify([digest, name])))].sort());

/** The digest over a verification: verdict, checks, and the trust and the policy it rests on. */
export const verificationRecord = ({ id, evidenceId, at, verdict, trustDigest, checks, trustPolicyId }: VerificationColumns): string =>
  digestOf({ id, evidenceId, at, verdict, trustDigest, trustPolicyId, checks: checks as Json });

/** What the audit log holds: `record` is null for what was written before records were. */
export type Logged = { readonly number: number; readonly digest: string | null; readonly record: string | null; readonly subjects: string | null };

const expected = 'every column of this evidence and of its verifications as the audit log recorded it';
const failed = (actual: string): Check => ({ name: 'sealed_record', verdict: 'failed', expected, actual });

export type Recorded = {
  readonly evidence: EvidenceColumns;
  /** The audit event of its submission; null where there is none. */
  readonly submission: Logged | null;
  /** The verifications that are looked at, newest first, each with its audit event. */
  readonly verifications: readonly { readonly row: VerificationColumns; readonly logged: Logged | null }[];
  /** The subjects in the index, and those that the bytes name; null where they are not compared. */
  readonly subjects: { readonly indexed: readonly { readonly digest: string; readonly name: string }[] } | null;
};

/** Compares rows with the audit log. Whatever is missing on one side fails, except that what was received before records were kept has none. */
export function recordCheck({ evidence, submission, verifications, subjects }: Recorded): Check {
  if (submission === null) return failed('the audit log knows no submission of it');
  if (submission.digest !== evidence.digest) return failed(`audit event ${submission.number} recorded the digest ${submission.digest ?? 'none'}, the row has ${evidence.digest}`);
  if (submission.record !== null && submission.record !== evidenceRecord(evidence)) return failed(`the row is not the one that audit event ${submission.number} recorded: its team, type, run, size, sender or time of receipt was changed`);
  if (subjects !== null && submission.subjects !== null && submission.subjects !== subjectsRecord(subjects.indexed)) return failed(`the subjects under which it is found are not those of audit event ${submission.number}`);
  const [latest] = verifications;
  if (latest === undefined) return failed('there is no verification of it');
  for (const { row, logged } of verifications) {
    if (logged === null && submission.record !== null) return failed(`the verification of ${row.at} is not in the audit log`);
    if (logged !== null && logged.record !== verificationRecord(row)) return failed(`the verification of ${row.at} is not the one that audit event ${logged.number} recorded: its verdict, checks, trust or time was changed`);
  }
  if (submission.record === null) return { name: 'sealed_record', verdict: 'not_evaluated', expected, actual: 'it was received before records were kept in the audit log' };
  return { name: 'sealed_record', verdict: 'passed', expected, actual: `as audit event${verifications.length === 0 ? '' : 's'} ${[submission.number, ...verifications.flatMap(({ logged }) => logged?.number ?? [])].slice(0, 5).join(', ')} recorded it` };
}

/** What must be true of a key for it to be the one that people decided upon. */
export type DecidedKey = { readonly keyId: string; readonly state: string; readonly builderIds: readonly string[]; readonly validFrom: string | null; readonly validUntil: string | null };

export type KeyEvent = { readonly action: string; readonly after: Readonly<Record<string, unknown>> };

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** A key as its audit events tell it, in their order; null where they do not begin with its proposal. */
export function keyAsDecided(events: readonly KeyEvent[]): DecidedKey | null {
  let key = null as DecidedKey | null;
  for (const { after } of events) {
    const state = textOrNull(after['state']);
    const keyId = textOrNull(after['keyId']);
    if (state === null || keyId === null) continue;
    if (state === 'proposed') {
      const builderIds = Array.isArray(after['builderIds']) ? after['builderIds'].filter((one): one is string => typeof one === 'string') : [];
      key = { keyId, state, builderIds, validFrom: textOrNull(after['validFrom']), validUntil: textOrNull(after['validUntil']) };
    } else if (key !== null && keyId === key.keyId) {
      key = { ...key, state: key.state === 'revoked' ? 'revoked' : state, ...(typeof after['validUntil'] === 'string' ? { validUntil: after['validUntil'] } : {}) };
    }
  }
  return key;
}

const near = (a: string | null, b: string | null): boolean => a === b || (a !== null && b !== null && Math.abs(Date.parse(a) - Date.parse(b)) <= 2);

/** Whether a row of a key says what people decided. A retirement that was decided may not be undone, nor a revocation. */
export function keyAgrees(row: DecidedKey, decided: DecidedKey | null): boolean {
  if (decided === null) return false;
  return row.keyId === decided.keyId && row.state === decided.state && near(row.validFrom, decided.validFrom) && near(row.validUntil, decided.validUntil)
    && JSON.stringify([...row.builderIds].sort()) === JSON.stringify([...decided.builderIds].sort());
}
