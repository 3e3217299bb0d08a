// Trust policies in a real database: two people, versions, what is verified again and how that goes on after a crash, and what a change meets meanwhile.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readTransaction, writeTransaction } from '#lib/db/client.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { envelopeOf, makeKey, provenanceStatement, testBuilder, type SigningKey } from '#lib/testing/attestations.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import {
  confirmTrustKey, confirmTrustPolicy, evidenceChores, evidenceForSubject, getEvidence, getTrustPolicy, handleSweepDue, listRevocations, listSweeps, listTrustPolicies, proposeTrustKey, proposeTrustPolicy, rejectTrustPolicy, revokeSigner, revokeTrustKey, revokeTrustPolicy,
  submitEvidence, type ProposeTrustPolicy,
} from './index.ts';
import { advance, MOST_AT_ONCE } from './reverify.ts';
import { lockTrust } from './store/evidence.ts';
import { sweepForUpdate } from './store/trust-policy.ts';

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

const tamper = async (text: string, ...values: unknown[]) => {
  await superuser.query('BEGIN');
  await superuser.query('SET LOCAL session_replication_role = replica');
  await superuser.query(text, values);
  await superuser.query('COMMIT');
};
const count = async (text: string, ...values: unknown[]) => Number((await superuser.query<{ count: string }>(text, values)).rows[0]?.count);
const freshDigest = () => sha256(newId());
const attestation = (key: SigningKey, { digest = freshDigest(), runId = newId() }: { digest?: string; runId?: string } = {}) => envelopeOf(provenanceStatement([{ name: 'model', digest }], { runId }), [key]);
const submit = async (bytes: Buffer, actor: Actor = organisation.pipeline) => must(await submitEvidence.execute(as(actor), { bytes: new Uint8Array(bytes), contentType: 'application/json' })).value;
const detailOf = async (id: string, actor: Actor = organisation.engineer) => must(await getEvidence.execute(as(actor), { id }));
const believed = (digest: string) => readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, async (tx) => (await evidenceForSubject(tx, { digest, teamId: organisation.teamId })).filter(({ verdict }) => verdict === 'passed').length);

type Content = ProposeTrustPolicy['content'];
const byKeys = (keys: readonly SigningKey[], more: Partial<Content> = {}): Content => ({
  signers: keys.map((key, index) => ({ kind: 'key', name: `key ${String(index)}`, publicKeyPem: key.publicKeyPem })),
  builders: keys.map((_, index) => ({ signer: `key ${String(index)}`, builderId: testBuilder })),
  ...more,
});
const propose = (content: Content, actor: Actor = organisation.security) => proposeTrustPolicy.execute(as(actor), { teamId: organisation.teamId, name: 'policy', content, reason: 'for a test' });
async function inForce(content: Content) {
  const { id, digest } = must(await propose(content)).value;
  return must(await confirmTrustPolicy.execute(as(organisation.secondSecurity), { id, digest })).value;
}
const aside = (content: Content) => inForce({ pipeline: content.pipeline, predicateTypes: content.predicateTypes, standsAside: true });
const codeOf = (result: { ok: boolean; error?: { code: string } }) => (result.ok ? 'ok' : result.error?.code);
/** A run of a job, as ingestion would record it. */
async function run(name: string, id = newId(), teamId = organisation.teamId): Promise<string> {
  const jobId = newId();
  await tamper(`INSERT INTO job (id, team_id, namespace, name) VALUES ($1, $2, 'fraud', $3) ON CONFLICT DO NOTHING`, jobId, teamId, name);
  await tamper(`INSERT INTO run (id, team_id, job_id, state, state_rank, state_event_time, started_at, reported_by) SELECT $1, $2, id, 'complete', 2, now(), now(), $3 FROM job WHERE team_id = $2 AND namespace = 'fraud' AND name = $4`, id, teamId, organisation.pipeline.id, name);
  return id;
}

describe('a trust policy', () => {
  it('takes two people of security, decides from its confirmation on, and says who and what', async () => {
    const key = makeKey();
    const content = byKeys([key], { pipeline: { namespace: 'fraud', namePrefix: 'two-people.' } });
    const runId = await run('two-people.train');
    const { evidenceId } = await submit(attestation(key, { runId }));
    const { id, digest } = must(await propose(content)).value;
    expect((await detailOf(evidenceId)).verdict).toBe('failed');
    expect(codeOf(await confirmTrustPolicy.execute(as(organisation.security), { id, digest }))).toBe('evidence.second_person');
    expect(codeOf(await confirmTrustPolicy.execute(as(organisation.engineer), { id, digest }))).toBe('kernel.forbidden');
    expect(codeOf(await confirmTrustPolicy.execute(as(organisation.secondSecurity), { id, digest: freshDigest() }))).toBe('evidence.policy_changed');
    expect(codeOf(await propose(content))).toBe('evidence.policy_proposed');
    expect(must(await confirmTrustPolicy.execute(as(organisation.secondSecurity), { id, digest })).value).toMatchObject({ state: 'active', pending: 0 });
    expect(codeOf(await confirmTrustPolicy.execute(as(organisation.secondSecurity), { id, digest }))).toBe('evidence.wrong_state');
    expect(codeOf(await propose(content))).toBe('evidence.policy_unchanged');
    const shown = await detailOf(evidenceId);
    expect(shown).toMatchObject({ verdict: 'passed', trustPolicy: { id }, signatories: [{ counts: true }] });
    expect(shown.checks.find(({ name }) => name === 'trust_policy')).toMatchObject({ verdict: 'passed', actual: expect.stringContaining('the pipelines of fraud that begin with two-people.') as string });
    const { rows } = await superuser.query<{ action: string; outcome: string }>(`SELECT action, outcome FROM audit_event WHERE subject_id = $1 ORDER BY number`, [id]);
    expect(rows.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual(['evidence.proposeTrustPolicy done', 'evidence.confirmTrustPolicy refused', 'evidence.confirmTrustPolicy denied', 'evidence.confirmTrustPolicy done']);
  });

  it('is proposed and revoked by security alone, and a proposal can be withdrawn', async () => {
    const content = byKeys([makeKey()], { predicateTypes: ['https://example.test/withdrawn'] });
    for (const actor of [organisation.engineer, organisation.reviewer, organisation.admin, organisation.auditor, organisation.pipeline]) expect(codeOf(await propose(content, actor))).toBe('kernel.forbidden');
    const { id } = must(await propose(content)).value;
    expect(must(await rejectTrustPolicy.execute(as(organisation.security), { id, reason: 'typo' })).value.state).toBe('rejected');
    expect(codeOf(await revokeTrustPolicy.execute(as(organisation.security), { id, reason: 'typo' }))).toBe('evidence.wrong_state');
    expect(codeOf(await getTrustPolicy.execute(as(organisation.otherEngineer), { id }))).toBe('kernel.not_found');
    expect(must(await listTrustPolicies.execute(as(organisation.otherEngineer), {})).items).toEqual([]);
    expect(must(await listSweeps.execute(as(organisation.otherEngineer), {})).items).toEqual([]);
  });

  it('whose state or content is written past the portal is refused by the database', async () => {
    const { id } = must(await propose(byKeys([makeKey()], { predicateTypes: ['https://example.test/past'] }))).value;
    const actor = { actorKind: 'person', actorId: organisation.security.id, requestId: newId() };
    const attempt = (text: string) => writeTransaction(actor, async (tx) => { await tx.execute(text); return { commit: true, value: null }; });
    await expect(attempt(`UPDATE trust_policy SET content = '{}' WHERE id = '${id}'`)).rejects.toThrow();
    await expect(attempt(`UPDATE trust_policy SET state = 'active', confirmed_by = '${organisation.security.id}', confirmed_at = now() WHERE id = '${id}'`)).rejects.toThrow();
    await expect(attempt(`UPDATE trust_policy SET state = 'active', confirmed_by = '${organisation.secondSecurity.id}', confirmed_at = now() WHERE id = '${id}'`)).rejects.toThrow();
    await expect(attempt(`DELETE FROM trust_policy WHERE id = '${id}'`)).rejects.toThrow();
    must(await rejectTrustPolicy.execute(as(organisation.security), { id, reason: 'done' }));
  });

  it('of another team decides nothing here', async () => {
    const key = makeKey();
    const { id, digest } = must(await proposeTrustPolicy.execute(as(organisation.security), { teamId: organisation.otherTeamId, name: 'theirs', content: byKeys([key]), reason: 'theirs' })).value;
    must(await confirmTrustPolicy.execute(as(organisation.secondSecurity), { id, digest }));
    expect((await submit(attestation(key))).verdict).toBe('failed');
    expect((await submit(attestation(key), organisation.otherPipeline)).verdict).toBe('passed');
  });

  it('that would be as narrow as another about the same type is refused, also when the other came into force meanwhile', async () => {
    const types = (...names: string[]) => ({ predicateTypes: names.map((name) => `https://example.test/collide/${name}`) });
    const first = must(await propose(byKeys([makeKey()], types('a', 'b')))).value;
    const second = must(await propose(byKeys([makeKey()], types('b', 'c')))).value;
    must(await confirmTrustPolicy.execute(as(organisation.secondSecurity), { id: first.id, digest: first.digest }));
    expect(codeOf(await confirmTrustPolicy.execute(as(organisation.secondSecurity), { id: second.id, digest: second.digest }))).toBe('evidence.policy_collides');
    expect(codeOf(await propose(byKeys([makeKey()], types('b'))))).toBe('evidence.policy_collides');
    expect(codeOf(await propose(byKeys([makeKey()], types('c'))))).toBe('ok');
  });

  it('gives way to its next version, which shows what differs; the history keeps which version decided', async () => {
    const [first, second] = [makeKey(), makeKey()];
    const scope = { pipeline: { namespace: 'fraud', name: 'versions' } };
    const runId = await run('versions');
    const one = await inForce(byKeys([first], scope));
    const { evidenceId } = await submit(attestation(first, { runId }));
    const two = await inForce(byKeys([first, second], { ...scope, threshold: 2 }));
    const shown = await detailOf(evidenceId);
    expect(shown.history.map((verification) => [verification.verdict, verification.trustPolicyId])).toEqual([['failed', two.id], ['passed', one.id]]);
    expect(must(await getTrustPolicy.execute(as(organisation.engineer), { id: one.id }))).toMatchObject({ state: 'superseded', inForce: false, version: 1 });
    const next = must(await getTrustPolicy.execute(as(organisation.engineer), { id: two.id }));
    expect(next).toMatchObject({ state: 'active', inForce: true, version: 2, usable: true });
    expect(next.changes).toContainEqual({ path: 'threshold', before: '1', after: '2' });
    expect(next.changes.map(({ path }) => path)).toContain('signers[key 1].publicKeyPem');
  });

  it('once revoked bars what it covers, by one person, until two replace or end it', async () => {
    const key = makeKey();
    const teamKey = must(await proposeTrustKey.execute(as(organisation.security), { teamId: organisation.teamId, name: 'team key', publicKeyPem: key.publicKeyPem, builderIds: [testBuilder] })).value;
    must(await confirmTrustKey.execute(as(organisation.secondSecurity), { id: teamKey.id }));
    const content = byKeys([key], { pipeline: { namespace: 'fraud', name: 'barred' } });
    const runId = await run('barred');
    const [digest, elsewhere] = [freshDigest(), freshDigest()];
    const { id } = await inForce(content);
    const { evidenceId } = await submit(attestation(key, { digest, runId }));
    await submit(attestation(key, { digest: elsewhere, runId: await run('open') }));
    expect([await believed(digest), await believed(elsewhere)]).toEqual([1, 1]);
    must(await revokeTrustPolicy.execute(as(organisation.security), { id, reason: 'the key may be stolen' }));
    // The team's own keys hold the same key and do not step in.
    expect([await believed(digest), await believed(elsewhere)]).toEqual([0, 1]);
    expect((await detailOf(evidenceId)).checks.find(({ name }) => name === 'trust_policy')).toMatchObject({ verdict: 'failed', actual: expect.stringContaining('the key may be stolen') as string });
    await aside(content);
    expect([await believed(digest), await believed(elsewhere)]).toEqual([1, 1]);
    expect((await detailOf(evidenceId)).history.map(({ verdict }) => verdict)).toEqual(['passed', 'failed', 'passed']);
  });

  it('changed behind the portal’s back lets nothing pass that it covers', async () => {
    const [key, thief] = [makeKey(), makeKey()];
    const runId = await run('changed');
    const { id } = await inForce(byKeys([key], { pipeline: { namespace: 'fraud', name: 'changed' } }));
    const digest = freshDigest();
    await submit(attestation(key, { digest, runId }));
    await tamper(`UPDATE trust_policy SET content = jsonb_set(content, '{signers,0,publicKeyPem}', to_jsonb($2::text)) WHERE id = $1`, id, thief.publicKeyPem);
    expect(await believed(digest)).toBe(0);
    expect((await submit(attestation(thief, { runId }))).checks.find(({ name }) => name === 'trust_policy')).toMatchObject({ verdict: 'failed' });
    expect(must(await getTrustPolicy.execute(as(organisation.engineer), { id }))).toMatchObject({ usable: false, problem: expect.stringContaining('somebody changed it') as string });
  });
});

describe('the pipeline of evidence', () => {
  it('is that of the run it names: while nobody has reported it nothing passes, then it is verified by itself', async () => {
    const [strict, other] = [makeKey(), makeKey()];
    await inForce(byKeys([strict], { pipeline: { namespace: 'fraud', name: 'awaited' } }));
    const runId = newId();
    const [own, stranger] = [await submit(attestation(strict, { runId })), await submit(attestation(other, { runId }))];
    expect(own).toMatchObject({ verdict: 'failed' });
    expect(own.checks.find(({ name }) => name === 'trust_policy')).toMatchObject({ verdict: 'not_evaluated' });
    await evidenceChores();
    expect((await detailOf(own.evidenceId)).history).toHaveLength(1);
    await run('awaited', runId);
    await evidenceChores();
    expect((await detailOf(own.evidenceId)).history.map(({ verdict }) => verdict)).toEqual(['passed', 'failed']);
    expect((await detailOf(stranger.evidenceId)).history.map(({ verdict }) => verdict)).toEqual(['failed', 'failed']);
    await evidenceChores();
    expect((await detailOf(own.evidenceId)).history).toHaveLength(2);
  });

  it('is nobody’s word: a run of another team gives none', async () => {
    const key = makeKey();
    await inForce(byKeys([key], { pipeline: { namespace: 'fraud', name: 'foreign' } }));
    const runId = await run('foreign', newId(), organisation.otherTeamId);
    expect((await submit(attestation(key, { runId }))).verdict).toBe('failed');
  });
});

describe('a revoked signer', () => {
  it('counts under no policy and as no key of the team, from a moment on or for ever, and does not come back', async () => {
    const key = makeKey();
    const teamKey = must(await proposeTrustKey.execute(as(organisation.security), { teamId: organisation.teamId, name: 'both', publicKeyPem: key.publicKeyPem, builderIds: [testBuilder] })).value;
    must(await confirmTrustKey.execute(as(organisation.secondSecurity), { id: teamKey.id }));
    const content = byKeys([key], { pipeline: { namespace: 'fraud', name: 'revoked-signer' } });
    await inForce(content);
    const runId = await run('revoked-signer');
    const [underPolicy, underKeys] = [await submit(attestation(key, { runId })), await submit(attestation(key, { runId: await run('of the team') }))];
    expect([underPolicy.verdict, underKeys.verdict]).toEqual(['passed', 'passed']);
    const later = new Date(Date.now() + 3_600_000).toISOString();
    must(await revokeSigner.execute(as(organisation.security), { teamId: organisation.teamId, kind: 'key', signerId: key.keyId, since: later, reason: 'rotated' }));
    expect([(await detailOf(underPolicy.evidenceId)).verdict, (await detailOf(underKeys.evidenceId)).verdict]).toEqual(['passed', 'passed']);
    must(await revokeSigner.execute(as(organisation.security), { teamId: organisation.teamId, kind: 'key', signerId: key.keyId, reason: 'stolen' }));
    expect([(await detailOf(underPolicy.evidenceId)).verdict, (await detailOf(underKeys.evidenceId)).verdict]).toEqual(['failed', 'failed']);
    expect(codeOf(await revokeSigner.execute(as(organisation.security), { teamId: organisation.teamId, kind: 'key', signerId: key.keyId, reason: 'again' }))).toBe('evidence.signer_revoked');
    expect(codeOf(await propose(byKeys([key], { predicateTypes: ['https://example.test/again'] })))).toBe('evidence.signer_revoked');
    expect(must(await listRevocations.execute(as(organisation.engineer), {})).items.filter(({ signerId }) => signerId === key.keyId)).toMatchObject([{ reason: 'stolen' }, { reason: 'rotated' }]);
    expect(codeOf(await revokeSigner.execute(as(organisation.engineer), { teamId: organisation.teamId, kind: 'key', signerId: makeKey().keyId, reason: 'mine' }))).toBe('kernel.forbidden');
  });

  it('as a key of the team counts under no policy either', async () => {
    const key = makeKey();
    const teamKey = must(await proposeTrustKey.execute(as(organisation.security), { teamId: organisation.teamId, name: 'both', publicKeyPem: key.publicKeyPem, builderIds: [] })).value;
    must(await confirmTrustKey.execute(as(organisation.secondSecurity), { id: teamKey.id }));
    await inForce(byKeys([key], { pipeline: { namespace: 'fraud', name: 'both' } }));
    const { evidenceId, verdict } = await submit(attestation(key, { runId: await run('both') }));
    expect(verdict).toBe('passed');
    must(await revokeTrustKey.execute(as(organisation.security), { id: teamKey.id, reason: 'stolen' }));
    expect(await detailOf(evidenceId)).toMatchObject({ verdict: 'failed', signatories: [{ counts: false }] });
  });
});

describe('a change that touches much', () => {
  const key = makeKey();
  const content = byKeys([key], { predicateTypes: ['https://slsa.dev/provenance/v1'] });
  const sweeps = async () => must(await listSweeps.execute(as(organisation.engineer), { state: ['running'] })).items;

  /** So much more of one team's evidence that no change verifies it itself; real envelopes with real signatures. */
  async function much(): Promise<void> {
    const items = Array.from({ length: MOST_AT_ONCE.pieces + 1 }, () => { const bytes = attestation(key); return { id: newId(), bytes, digest: sha256(bytes) }; });
    await tamper(`INSERT INTO evidence (id, team_id, digest, bytes, media_type, size_bytes, received_from, predicate_type) SELECT id, $1, digest, bytes, 'application/json', length(bytes), $2, 'https://slsa.dev/provenance/v1' FROM unnest($3::uuid[], $4::text[], $5::bytea[]) AS given (id, digest, bytes)`,
      organisation.teamId, organisation.pipeline.id, items.map(({ id }) => id), items.map(({ digest }) => digest), items.map(({ bytes }) => bytes));
    await tamper(`INSERT INTO verification (id, evidence_id, verdict, trust_digest, checks) SELECT gen_random_uuid(), id, 'failed', 'sha256:none', '[]' FROM evidence WHERE NOT EXISTS (SELECT 1 FROM verification WHERE evidence_id = evidence.id)`);
  }
  const latestPassed = () => count(`SELECT count(*) FROM evidence JOIN LATERAL (SELECT verdict FROM verification WHERE evidence_id = evidence.id ORDER BY at DESC, id DESC LIMIT 1) AS latest ON true WHERE team_id = $1 AND latest.verdict = 'passed'`, organisation.teamId);
  const batchOf = (sweepId: string, limit: number, commit: boolean) => writeTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, async (tx) => {
    const sweep = await sweepForUpdate(tx, sweepId);
    if (sweep === null) throw new Error('no sweep');
    await lockTrust(tx, sweep.teamId, 'read');
    return { commit, value: await advance(tx, sweep, limit) };
  });

  it('is worked off in the background with progress, goes on after a crash where it was, meets a second change, and verifies what arrives meanwhile once', { timeout: 240_000 }, async () => {
    // Pipelines' policies of the tests above would keep evidence of unknown runs waiting.
    for (const item of must(await listTrustPolicies.execute(as(organisation.engineer), { state: ['active', 'revoked'], limit: 200 })).items) if (item.inForce && item.content !== null && (item.content as Content).pipeline && !(item.content as Content).standsAside) await aside(item.content as Content);
    await much();
    const before = await latestPassed();
    const changed = await inForce(content);
    const { sweepId, pending } = changed;
    if (sweepId === null) throw new Error('nothing is left to a job');
    expect(pending).toBeGreaterThan(MOST_AT_ONCE.pieces);
    expect(await sweeps()).toMatchObject([{ id: sweepId, cause: 'trust_policy', causeId: changed.id, done: 0, total: pending }]);

    // Two batches, and a third whose process dies before its commit: the row and the verifications of it are as if it had not been.
    await batchOf(sweepId, 100, true);
    await batchOf(sweepId, 100, true);
    const standing = [await sweeps(), await latestPassed(), await count('SELECT count(*) FROM verification')];
    await batchOf(sweepId, 100, false);
    expect([await sweeps(), await latestPassed(), await count('SELECT count(*) FROM verification')]).toEqual(standing);
    expect(await sweeps()).toMatchObject([{ done: 200 }]);

    // What arrives meanwhile is judged with the new trust at once, and is not the sweep's.
    const arrived = await submit(attestation(key));
    expect(arrived.verdict).toBe('passed');

    // A second change while the first is under way: a key that signed some of what comes.
    const second = must(await revokeSigner.execute(as(organisation.security), { teamId: organisation.teamId, kind: 'key', signerId: makeKey().keyId, reason: 'of nobody here' })).value;
    expect(await sweeps()).toHaveLength(2);

    // Another process takes up what was forsaken.
    await tamper(`UPDATE trust_sweep SET touched_at = now() - interval '1 minute' WHERE state = 'running'`);
    await Promise.all([evidenceChores(), evidenceChores()]);
    expect(await sweeps()).toEqual([]);
    const done = must(await listSweeps.execute(as(organisation.engineer), {})).items;
    expect(done.find(({ id }) => id === sweepId)).toMatchObject({ state: 'done', done: pending, total: pending });
    expect(done.find(({ id }) => id === second.sweepId)).toMatchObject({ state: 'done', nowFailed: 0 });
    expect(await latestPassed()).toBeGreaterThanOrEqual(before + MOST_AT_ONCE.pieces);
    expect((await detailOf(arrived.evidenceId)).history).toHaveLength(1);

    // Nothing was verified twice by one sweep, and repeating it changes nothing.
    expect(await count(`SELECT count(*) FROM (SELECT evidence_id FROM verification WHERE trust_policy_id = $1 GROUP BY evidence_id HAVING count(*) > 1) AS twice`, changed.id)).toBe(0);
    const verifications = await count('SELECT count(*) FROM verification');
    await handleSweepDue({ sweepId });
    expect(await count('SELECT count(*) FROM verification')).toBe(verifications);
  });

  it('goes on where a killed process left it', { timeout: 120_000 }, async () => {
    const { sweepId } = must(await revokeSigner.execute(as(organisation.security), { teamId: organisation.teamId, kind: 'key', signerId: makeKey().keyId, reason: 'of nobody here' })).value;
    const child = spawn(process.execPath, ['--input-type=module', '-e', `const { handleSweepDue } = await import('#lib/evidence/index.ts'); await handleSweepDue({ sweepId: '${sweepId ?? ''}' });`], { env: { ...process.env, DATABASE_URL: database.applicationUrl }, stdio: 'ignore' });
    const ended = once(child, 'exit');
    await vi.waitFor(async () => { expect((await sweeps())[0]?.done).toBeGreaterThanOrEqual(100); }, { timeout: 100_000, interval: 10 });
    // Whoever holds the row stands between two batches; there the process is killed.
    await superuser.query('BEGIN');
    const { rows: [held] } = await superuser.query<{ state: string; done: number; total: number }>('SELECT state, done, total FROM trust_sweep WHERE id = $1 FOR UPDATE', [sweepId]);
    child.kill('SIGKILL');
    await ended;
    await superuser.query('ROLLBACK');
    expect(held).toMatchObject({ state: 'running' });
    expect(held?.done).toBeLessThan(held?.total ?? 0);
    await tamper(`UPDATE trust_sweep SET touched_at = now() - interval '1 minute' WHERE state = 'running'`);
    await evidenceChores();
    expect(must(await listSweeps.execute(as(organisation.engineer), {})).items.find(({ id }) => id === sweepId)).toMatchObject({ state: 'done', done: held?.total, verifiedAgain: 0 });
  });

  it('hands the rest to another job before it comes near its time limit', async () => {
    const { id } = must(await revokeSigner.execute(as(organisation.security), { teamId: organisation.teamId, kind: 'key', signerId: key.keyId, reason: 'stolen' })).value;
    const [sweep] = await sweeps();
    expect(sweep).toMatchObject({ cause: 'trust_revocation', causeId: id });
    const jobs = () => count(`SELECT count(*) FROM pgboss.job WHERE name = 'evidence.sweep_due' AND data->>'sweepId' = $1`, sweep?.id);
    expect(await jobs()).toBe(1);
    await handleSweepDue({ sweepId: sweep?.id ?? '' }, 0);
    expect(await jobs()).toBe(2);
    expect((await sweeps())[0]?.done).toBe(100);
    await handleSweepDue({ sweepId: sweep?.id ?? '' }, 60_000);
    expect(await sweeps()).toEqual([]);
    expect(await latestPassed()).toBeLessThan(MOST_AT_ONCE.pieces);
  });

  it('never rewrites history: no row of an earlier verification has changed', async () => {
    expect(await count(`SELECT count(*) FROM verification WHERE trust_digest = 'sha256:none'`)).toBe(MOST_AT_ONCE.pieces + 1);
    await expect(writeTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, async (tx) => { await tx.execute(`UPDATE verification SET verdict = 'passed'`); return { commit: true, value: null }; })).rejects.toThrow();
  });
});
