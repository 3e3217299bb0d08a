// Evidence and trust in a real database: what is kept, what is believed, and what a change of trust does to it.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTransaction } from '#lib/db/client.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { newId } from '#lib/kernel/ids.ts';
import { envelopeOf, makeKey, provenanceStatement, testBuilder, testResultStatement, type SigningKey } from '#lib/testing/attestations.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import {
  confirmTrustKey, evidenceForSubject, getEvidence, getEvidenceBytes, handleSweepDue, listEvidence, listRunEvidence, listTrustKeys, proposeTrustKey, rejectTrustKey, retireTrustKey, revokeTrustKey, submitEvidence,
  verifiedProvenance,
} from './index.ts';
import { MOST_AT_ONCE } from './reverify.ts';

let database: TestDatabase;
let organisation: Organisation;
let superuser: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  superuser = new pg.Client({ connectionString: database.adminUrl });
  await superuser.connect();
});
afterAll(async () => {
  await superuser.end();
  await database.drop();
});

const contentType = 'application/vnd.dsse.envelope.v1+json';
const submitted = (bytes: Buffer, actor: Actor = organisation.pipeline) => submitEvidence.execute(as(actor), { bytes: new Uint8Array(bytes), contentType });
const submit = async (bytes: Buffer, actor?: Actor) => must(await submitted(bytes, actor)).value;
const freshDigest = () => sha256(newId());
const attestation = (key: SigningKey, digest = freshDigest(), more: Partial<Parameters<typeof provenanceStatement>[1]> = {}) => envelopeOf(provenanceStatement([{ name: 'model', digest }], { runId: newId(), ...more }), [key]);
const propose = async (key: SigningKey, more: Partial<Parameters<typeof proposeTrustKey.execute>[1]> = {}) =>
  must(await proposeTrustKey.execute(as(organisation.security), { teamId: organisation.teamId, name: 'pipeline key', publicKeyPem: key.publicKeyPem, builderIds: [testBuilder], ...more })).value.id;
const confirm = async (id: string) => must(await confirmTrustKey.execute(as(organisation.secondSecurity), { id })).value;
async function trustedKey(more: Parameters<typeof propose>[1] = {}): Promise<SigningKey & { id: string }> {
  const key = makeKey();
  const id = await propose(key, more);
  await confirm(id);
  return { ...key, id };
}
const read = <T>(work: Parameters<typeof readTransaction<T>>[1]) => readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, work);
const believed = (digest: string, teamId = organisation.teamId) => read(async (tx) => (await evidenceForSubject(tx, { digest, teamId })).filter(({ verdict }) => verdict === 'passed'));
const detailOf = async (id: string, actor: Actor = organisation.engineer) => must(await getEvidence.execute(as(actor), { id }));
const count = async (table: string, where: string, ...values: unknown[]) => Number((await superuser.query<{ count: string }>(`SELECT count(*) FROM ${table} WHERE ${where}`, values)).rows[0]?.count);
/** What somebody with the superuser's rights could do to the database. */
const tamper = async (text: string, ...values: unknown[]) => {
  await superuser.query('BEGIN');
  await superuser.query('SET LOCAL session_replication_role = replica');
  await superuser.query(text, values);
  await superuser.query('COMMIT');
};
/** A run with edges, as ingestion would record it. */
async function runWith(teamId: string, serviceAccountId: string, digests: readonly string[]): Promise<string> {
  const [runId, jobId, assetId] = [newId(), newId(), newId()];
  await tamper(`INSERT INTO job (id, team_id, namespace, name) VALUES ($1, $2, 'test', $3)`, jobId, teamId, newId());
  await tamper(`INSERT INTO run (id, team_id, job_id, state, state_rank, state_event_time, started_at, reported_by) VALUES ($1, $2, $3, 'complete', 2, now(), now(), $4)`, runId, teamId, jobId, serviceAccountId);
  await tamper(`INSERT INTO asset (id, namespace, name, kind, team_id) VALUES ($1, 'test', $2, 'model', $3)`, assetId, newId(), teamId);
  for (const digest of digests) {
    await tamper(`INSERT INTO asset_version (id, digest) VALUES ($1, $2) ON CONFLICT DO NOTHING`, newId(), digest);
    await tamper(`INSERT INTO run_asset (id, run_id, asset_version_id, asset_id, direction, team_id) SELECT $1, $2, id, $3, 'output', $4 FROM asset_version WHERE digest = $5`, newId(), runId, assetId, teamId, digest);
  }
  return runId;
}

describe('submitting', () => {
  it('keeps the exact bytes, verifies them, and answers with every check', async () => {
    const key = await trustedKey();
    const bytes = Buffer.from(attestation(key).toString().replace('{', '{ \n'));
    const answer = await submit(bytes);
    expect(answer).toMatchObject({ digest: sha256(bytes), verdict: 'passed', known: false });
    const stored = must(await getEvidenceBytes.execute(as(organisation.engineer), { id: answer.evidenceId }));
    expect(Buffer.from(stored.bytes).equals(bytes)).toBe(true);
    expect(answer.checks.filter((check) => check.verdict === 'failed')).toEqual([]);
  });

  it('keeps what fails, and says which check failed', async () => {
    const bytes = attestation(makeKey());
    const answer = await submit(bytes);
    expect(answer.verdict).toBe('failed');
    expect(answer.checks.filter((check) => check.verdict === 'failed').map((check) => check.name)).toEqual(['trusted_signer']);
    expect((await detailOf(answer.evidenceId)).computedDigest).toBe(sha256(bytes));
  });

  it('the same bytes again are the same evidence, without another verification', async () => {
    const bytes = attestation(await trustedKey());
    const first = await submit(bytes);
    const second = await submit(bytes);
    expect(second).toEqual({ ...first, known: true });
    expect(await count('verification', 'evidence_id = $1', first.evidenceId)).toBe(1);
  });

  it('many processes at once with the same bytes make one row', async () => {
    const bytes = attestation(await trustedKey());
    const answers = await Promise.all(Array.from({ length: 12 }, () => submit(bytes)));
    expect(new Set(answers.map((answer) => answer.evidenceId)).size).toBe(1);
    expect(answers.filter((answer) => !answer.known)).toHaveLength(1);
    expect(await count('verification', 'evidence_id = $1', answers[0]?.evidenceId)).toBe(1);
  });

  it('the same bytes from two teams are two pieces of evidence, each judged by its own team’s trust', async () => {
    const digest = freshDigest();
    const bytes = attestation(await trustedKey(), digest);
    const own = await submit(bytes);
    const others = await submit(bytes, organisation.otherPipeline);
    expect(own.verdict).toBe('passed');
    expect(others.verdict).toBe('failed');
    expect(others.evidenceId).not.toBe(own.evidenceId);
    expect(await believed(digest)).toHaveLength(1);
    expect(await believed(digest, organisation.otherTeamId)).toEqual([]);
  });

  it('is for pipelines: people and deployers are denied, and the attempt is recorded', async () => {
    for (const actor of [organisation.engineer, organisation.security, organisation.admin, organisation.deployer, { kind: 'anonymous', id: null } as const]) {
      const result = await submitted(attestation(makeKey()), actor);
      expect(result).toMatchObject({ ok: false, error: { kind: actor.kind === 'anonymous' ? 'unauthenticated' : 'forbidden' } });
    }
    expect(await count('audit_event', `action = 'evidence.submitEvidence' AND outcome = 'denied'`)).toBeGreaterThanOrEqual(5);
  });

  it('refuses an empty body and a body of another kind precisely', async () => {
    expect(await submitted(Buffer.alloc(0))).toMatchObject({ ok: false, error: { code: 'evidence.empty', kind: 'malformed' } });
    expect(await submitEvidence.execute(as(organisation.pipeline), { bytes: new Uint8Array(attestation(makeKey())), contentType: 'text/html' })).toMatchObject({ ok: false, error: { code: 'evidence.unsupported_media_type' } });
  });

  it('stores texts that PostgreSQL cannot hold as they are', async () => {
    const key = await trustedKey();
    const name = `\u0000\ud800${'é'.repeat(3_000)}`;
    const answer = await submit(envelopeOf(provenanceStatement([{ name, digest: freshDigest() }, { name: `${name}b`, digest: freshDigest() }], { runId: newId() }), [key]));
    expect(answer.verdict).toBe('passed');
    expect(must(await listEvidence.execute(as(organisation.engineer), {})).items[0]).toMatchObject({ id: answer.evidenceId, subjectCount: 2 });
  });

  it('takes tens of thousands of subjects', async () => {
    const key = await trustedKey();
    const subjects = Array.from({ length: 20_000 }, (_, index) => ({ name: `part-${index}`, digest: sha256(`${index}`) }));
    const answer = await submit(envelopeOf(provenanceStatement(subjects, { runId: newId() }), [key]));
    expect(answer.verdict).toBe('passed');
    expect((await detailOf(answer.evidenceId)).subjectCount).toBe(20_000);
  });
});

describe('what the portal knows of subjects and runs', () => {
  it('is told, and changes from unknown to known without another verification', async () => {
    const key = await trustedKey();
    const digest = freshDigest();
    const answer = await submit(attestation(key, digest));
    const verdictOf = async (name: string) => (await detailOf(answer.evidenceId)).checks.find((check) => check.name === name)?.verdict;
    expect(await verdictOf('subjects_known')).toBe('not_evaluated');
    await runWith(organisation.teamId, organisation.pipeline.id, [digest]);
    expect(await verdictOf('subjects_known')).toBe('passed');
    expect((await detailOf(answer.evidenceId)).subjects[0]?.assetVersionId).not.toBeNull();
  });

  it('a statement about a run that turns out to be another team’s is no longer believed', async () => {
    const key = await trustedKey();
    const digest = freshDigest();
    const runId = await runWith(organisation.otherTeamId, organisation.otherPipeline.id, []);
    expect((await submit(attestation(key, freshDigest(), { runId }))).verdict).toBe('failed');
    const later = newId();
    const answer = await submit(attestation(key, digest, { runId: later }));
    expect(answer.verdict).toBe('passed');
    expect(await believed(digest)).toHaveLength(1);
    await tamper('UPDATE run SET id = $1 WHERE id = $2', later, runId);
    expect(await believed(digest)).toEqual([]);
    expect((await detailOf(answer.evidenceId)).verdict).toBe('failed');
    expect(must(await listEvidence.execute(as(organisation.engineer), { runId: later })).items[0]?.verdict).toBe('failed');
  });

  it('a run shows what names it and what is about its inputs and outputs', async () => {
    const key = await trustedKey();
    const digest = freshDigest();
    const runId = await runWith(organisation.teamId, organisation.pipeline.id, [digest]);
    const naming = await submit(attestation(key, digest, { runId }));
    const about = await submit(envelopeOf(testResultStatement({ name: 'data', digest }, [{ name: 'no nulls', status: 'passed' }]), [key]));
    const { items } = must(await listRunEvidence.execute(as(organisation.engineer), { runId }));
    expect(items.map(({ id, relation }) => [id, relation])).toEqual([[naming.evidenceId, 'names'], [about.evidenceId, 'about']]);
    expect(must(await listRunEvidence.execute(as(organisation.otherEngineer), { runId })).items).toEqual([]);
  });
});

describe('a trust key', () => {
  it('counts once a second person has confirmed it, also for what was received before', async () => {
    const key = makeKey();
    const digest = freshDigest();
    const answer = await submit(attestation(key, digest));
    const id = await propose(key);
    expect((await submit(attestation(key))).checks.find((check) => check.name === 'trusted_signer')?.actual).toMatch(/waits for a second person/);
    expect(await believed(digest)).toEqual([]);
    expect((await confirm(id)).verifiedAgain).toBe(2);
    expect(await believed(digest)).toHaveLength(1);
    const history = (await detailOf(answer.evidenceId)).history;
    expect(history.map((verification) => verification.verdict)).toEqual(['passed', 'failed']);
    expect(new Set(history.map((verification) => verification.trustDigest)).size).toBe(2);
  });

  it('is not confirmed by who proposed it, and the attempt is recorded as refused', async () => {
    const id = await propose(makeKey());
    expect(await confirmTrustKey.execute(as(organisation.security), { id })).toMatchObject({ ok: false, error: { code: 'evidence.second_person', kind: 'forbidden' } });
    expect(await count('audit_event', `subject_id = $1 AND outcome = 'refused'`, id)).toBe(1);
    expect(await count('trust_key', `id = $1 AND state = 'proposed'`, id)).toBe(1);
  });

  it.each(['engineer', 'reviewer', 'auditor', 'admin', 'pipeline'] as const)('is neither proposed nor confirmed by the role of %s', async (who) => {
    const id = await propose(makeKey());
    expect(await confirmTrustKey.execute(as(organisation[who]), { id })).toMatchObject({ ok: false, error: { kind: 'forbidden' } });
    expect(await proposeTrustKey.execute(as(organisation[who]), { teamId: organisation.teamId, name: 'x', publicKeyPem: makeKey().publicKeyPem, builderIds: [] })).toMatchObject({ ok: false, error: { kind: 'forbidden' } });
  });

  it('once revoked fails everything it ever signed, keeps the history, and does not come back', async () => {
    const key = await trustedKey();
    const digest = freshDigest();
    const answer = await submit(attestation(key, digest));
    expect(await believed(digest)).toHaveLength(1);
    expect(must(await revokeTrustKey.execute(as(organisation.security), { id: key.id, reason: 'the laptop was stolen' })).value).toMatchObject({ state: 'revoked', verifiedAgain: 1, pending: 0 });
    expect(await believed(digest)).toEqual([]);
    const detail = await detailOf(answer.evidenceId);
    expect(detail).toMatchObject({ verdict: 'failed', failedChecks: ['trusted_signer'] });
    expect(detail.history.map((verification) => verification.verdict)).toEqual(['failed', 'passed']);
    expect(await proposeTrustKey.execute(as(organisation.security), { teamId: organisation.teamId, name: 'again', publicKeyPem: key.publicKeyPem, builderIds: [] })).toMatchObject({ ok: false, error: { code: 'evidence.key_was_revoked' } });
  });

  it('once retired keeps what it signed until then, and nothing later', async () => {
    const key = await trustedKey();
    const digest = freshDigest();
    await submit(attestation(key, digest));
    must(await retireTrustKey.execute(as(organisation.security), { id: key.id, reason: 'rotated' }));
    expect(await believed(digest)).toHaveLength(1);
    expect((await submit(attestation(key))).checks.find((check) => check.name === 'trusted_signer')?.actual).toMatch(/not valid since/);
    expect(await retireTrustKey.execute(as(organisation.security), { id: key.id, reason: 'rotated again' })).toMatchObject({ ok: false, error: { code: 'evidence.wrong_state' } });
  });

  it('goes one way: a rejected or revoked one is neither confirmed nor revoked again', async () => {
    const id = await propose(makeKey());
    must(await rejectTrustKey.execute(as(organisation.security), { id, reason: 'wrong key' }));
    expect(await confirmTrustKey.execute(as(organisation.secondSecurity), { id })).toMatchObject({ ok: false, error: { code: 'evidence.wrong_state' } });
    expect(await revokeTrustKey.execute(as(organisation.secondSecurity), { id, reason: 'whatever' })).toMatchObject({ ok: false, error: { code: 'evidence.wrong_state' } });
  });

  it('a duplicate that arrives after the trust changed is verified again', async () => {
    const key = makeKey();
    const bytes = attestation(key);
    const first = await submit(bytes);
    await trustedKey();
    expect(await submit(bytes)).toMatchObject({ evidenceId: first.evidenceId, known: true, verdict: 'failed' });
    expect(await count('verification', 'evidence_id = $1', first.evidenceId)).toBe(2);
  });

  it.each([
    ['a private key', makeKey().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), /private key/],
    ['no PEM', 'ssh-ed25519 AAAA', /exactly one block/],
    ['two keys', `${makeKey().publicKeyPem}${makeKey().publicKeyPem}`, /exactly one block/],
    ['an empty block', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', /not hold a public key/],
  ])('is not proposed with %s', async (_, publicKeyPem, message) => {
    const result = await proposeTrustKey.execute(as(organisation.security), { teamId: organisation.teamId, name: 'x', publicKeyPem, builderIds: [] });
    expect(result).toMatchObject({ ok: false, error: { code: 'evidence.unsuitable_key' } });
    expect(result.ok ? '' : result.error.message).toMatch(message);
  });

  it('is listed to the team and hidden from others', async () => {
    const { id } = await trustedKey();
    expect(must(await listTrustKeys.execute(as(organisation.engineer), {})).items.map((key) => key.id)).toContain(id);
    expect(must(await listTrustKeys.execute(as(organisation.otherEngineer), {})).items).toEqual([]);
  });
});

describe('more evidence than one transaction takes', () => {
  it('is verified again by a job, and counts for nothing before', async () => {
    const key = await trustedKey();
    const digest = freshDigest();
    const answer = await submit(attestation(key, digest));
    await tamper(
      `INSERT INTO evidence (id, team_id, digest, bytes, media_type, size_bytes, received_from)
       SELECT gen_random_uuid(), $1, 'sha256:' || encode(sha256(n::text::bytea), 'hex'), 'x', 'application/json', 1, $2 FROM generate_series(1, $3::int) AS n`, organisation.teamId, organisation.pipeline.id, MOST_AT_ONCE.pieces);
    const revoked = must(await revokeTrustKey.execute(as(organisation.security), { id: key.id, reason: 'stolen' })).value;
    expect(revoked.pending).toBeGreaterThan(MOST_AT_ONCE.pieces);
    expect(await believed(digest)).toEqual([]);
    expect((await detailOf(answer.evidenceId)).verdict).toBe('failed');
    await handleSweepDue({ sweepId: revoked.sweepId ?? '' });
    expect((await detailOf(answer.evidenceId)).history.map((verification) => verification.verdict)).toEqual(['failed', 'passed']);
    const verifications = await count('verification', 'true');
    await handleSweepDue({ sweepId: revoked.sweepId ?? '' });
    expect(await count('verification', 'true')).toBe(verifications);
    await tamper(`DELETE FROM evidence WHERE size_bytes = 1`);
    await tamper(`DELETE FROM verification WHERE NOT EXISTS (SELECT 1 FROM evidence WHERE evidence.id = evidence_id)`);
  });
});

describe('a row changed behind the portal’s back', () => {
  const stored = async () => {
    const key = await trustedKey();
    const digest = freshDigest();
    return { key, digest, id: (await submit(attestation(key, digest))).evidenceId };
  };

  it('other bytes are noticed, shown as failed and not believed', async () => {
    const { key, digest, id } = await stored();
    await tamper('UPDATE evidence SET bytes = $1 WHERE id = $2', attestation(key, digest), id);
    expect(await detailOf(id)).toMatchObject({ verdict: 'failed', failedChecks: ['bytes', 'recorded_verdict'] });
    expect(await believed(digest)).toEqual([]);
  });

  it('other bytes with their digest are noticed by the audit log', async () => {
    const { key, digest, id } = await stored();
    const bytes = attestation(key, digest);
    await tamper('UPDATE evidence SET bytes = $1, digest = $2 WHERE id = $3', bytes, sha256(bytes), id);
    expect(await detailOf(id)).toMatchObject({ verdict: 'failed', failedChecks: ['audit_record', 'sealed_record'] });
  });

  it('a recorded verdict that was made to pass is not believed', async () => {
    const digest = freshDigest();
    const { evidenceId } = await submit(attestation(makeKey(), digest));
    await tamper(`UPDATE verification SET verdict = 'passed', checks = '[]' WHERE evidence_id = $1`, evidenceId);
    expect(await believed(digest)).toEqual([]);
    expect((await detailOf(evidenceId)).failedChecks).toEqual(['trusted_signer', 'recorded_verdict', 'sealed_record']);
  });

  it('an exchanged public key under a trusted id makes nobody a signer', async () => {
    const { key, digest } = await stored();
    const thief = makeKey();
    await tamper('UPDATE trust_key SET public_key_pem = $1 WHERE id = $2', thief.publicKeyPem, key.id);
    const stolen = freshDigest();
    await submit(envelopeOf(provenanceStatement([{ name: 'model', digest: stolen }], { runId: newId() }), [thief], { hint: key.keyId }));
    expect(await believed(stolen)).toEqual([]);
    expect(await believed(digest)).toEqual([]);
  });

  it('a subject added to the index is not believed: the statement itself must name it', async () => {
    const { id } = await stored();
    const smuggled = freshDigest();
    await tamper(`INSERT INTO evidence_subject (evidence_id, digest, name) VALUES ($1, $2, '')`, id, smuggled);
    expect(await believed(smuggled)).toEqual([]);
  });
});

describe('reading', () => {
  it('a team’s evidence looks to others as if it did not exist', async () => {
    const { evidenceId } = await submit(attestation(await trustedKey()));
    expect(await getEvidence.execute(as(organisation.otherEngineer), { id: evidenceId })).toMatchObject({ ok: false, error: { kind: 'not_found' } });
    expect(await getEvidenceBytes.execute(as(organisation.otherEngineer), { id: evidenceId })).toEqual(await getEvidenceBytes.execute(as(organisation.otherEngineer), { id: newId() }));
    const { items } = must(await listEvidence.execute(as(organisation.otherEngineer), { limit: 200 }));
    expect(items.every((item) => item.teamId === organisation.otherTeamId)).toBe(true);
  });

  it('pages through everything once, newest first, with every filter', async () => {
    const digest = freshDigest();
    const key = await trustedKey();
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push((await submit(attestation(key, digest))).evidenceId);
    const seen: string[] = [];
    const filters = { subject: digest, verdict: 'passed', predicateType: 'https://slsa.dev/provenance/v1', limit: 2 };
    let newer: string | null = null;
    for (let after: string | undefined; ; ) {
      const page = must(await listEvidence.execute(as(organisation.auditor), { ...filters, after }));
      seen.push(...page.items.map((item) => item.id));
      newer = page.newer;
      if (page.older === null) break;
      after = page.older;
    }
    expect(seen).toEqual(ids.toReversed());
    const back = must(await listEvidence.execute(as(organisation.auditor), { ...filters, before: newer ?? undefined }));
    expect(back.items.map((item) => item.id)).toEqual(seen.slice(2, 4));
    expect(must(await listEvidence.execute(as(organisation.auditor), { subject: digest, verdict: 'failed' })).items).toEqual([]);
  });

  it.each(['x', Buffer.from('["received","not a time","0195f000-0000-7000-8000-000000000001"]').toString('base64url'), Buffer.from('["received","9999-99-99T99:99:99.999Z","0195f000-0000-7000-8000-000000000001"]').toString('base64url'), Buffer.from('["received",null,"0195f000-0000-7000-8000-000000000001"]').toString('base64url')])('a cursor that was not made here is refused (%s)', async (after) => {
    expect(await listEvidence.execute(as(organisation.auditor), { after })).toMatchObject({ ok: false, error: { kind: 'invalid' } });
  });

  it('gives higher domains parsed provenance with its builder, and failed evidence apart', async () => {
    const digest = freshDigest();
    const key = await trustedKey();
    const good = await submit(attestation(key, digest));
    const bad = await submit(attestation(makeKey(), digest));
    const evidence = await read((tx) => evidenceForSubject(tx, { digest, teamId: organisation.teamId }));
    expect(evidence.map(({ evidenceId, verdict }) => [evidenceId, verdict])).toEqual([[bad.evidenceId, 'failed'], [good.evidenceId, 'passed']]);
    expect(verifiedProvenance(evidence, digest)).toMatchObject([{ evidenceId: good.evidenceId, builderId: testBuilder, keyIds: [key.keyId] }]);
  });
});
