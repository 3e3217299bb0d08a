// What surrounds a decision: revoking, commenting, lent roles, emergencies, and what the portal signs about it all.
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pae } from '#lib/evidence/index.ts';
import { listFindings } from '#lib/findings/index.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { ensureShippedPolicies, policyInput } from '#lib/policy/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { makePipeline, type Pipeline } from '#lib/testing/pipeline.ts';
import { anotherPerson, approved, ask, decide, decision, deploy, type Request } from '#lib/testing/promotion.ts';
import { commentPromotion, decideOnBehalf, declareEmergency, delegateRole, endDelegation, getPromotion, getSigningKey, getStatement, handleReviewDue, listDelegations, listEmergencies, revokeApproval, reviewEmergency } from './index.ts';

process.env.GATEHOUSE_SIGNING_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');

let database: TestDatabase;
let organisation: Organisation;
let pipeline: Pipeline;
let admin: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  await ensureShippedPolicies();
  pipeline = makePipeline({ organisation });
  await pipeline.trust();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

let count = 0;
const fresh = () => pipeline.goodVersion(`v${(count += 1)}`, { name: `model-${count}` });
/** Digests of the evidence that a frozen document names. */
async function snapshotOf(promotionId: string) {
  const snapshot = policyInput.parse((await detail(promotionId)).snapshot);
  return { evidence: snapshot.provenance?.evidence ?? [], data: snapshot.data?.sources.flatMap(({ validation }) => validation?.evidence ?? []) ?? [], evaluation: snapshot.evaluation?.evidence ?? [] };
}
const detail = async (promotionId: string, actor: Actor = organisation.reviewer) => must(await getPromotion.execute(as(actor), { promotionId }));
const behind = (sql: string) => admin.query(`BEGIN; SET LOCAL session_replication_role = replica; ${sql}; COMMIT`);
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const endpoint = () => `endpoint-${(count += 1)}`;

/** Runs a statement as the application role, with this person as actor, and an audit event for the row. */
async function asApplication(actorId: string, table: string, id: string, text: string, values: unknown[]) {
  const client = new pg.Client({ connectionString: database.applicationUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT set_config('gatehouse.actor_kind', 'person', true), set_config('gatehouse.actor_id', $1, true)`, [actorId]);
    await client.query(text, values);
    await client.query(`INSERT INTO audit_event (id, at, actor_kind, actor_id, action, outcome, subject_table, subject_id, request_id, canonical) VALUES ($1, now(), 'person', $2, 'x', 'done', $3, $4, 'r', '{}')`, [newId(), actorId, table, id]);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

describe('an approval', () => {
  const revoke = (actor: Actor, promotionId: string) => revokeApproval.execute(as(actor), { promotionId, reason: 'I misread the slice.' });

  it('that is revoked on an open request counts no more, and its giver does not decide again', async () => {
    const request = await ask(organisation.engineer, (await fresh()).modelVersionId);
    must(await decide(organisation.reviewer, request));
    expect((await detail(request.promotionId)).mayRevoke).toBe(true);
    expect(must(await revoke(organisation.reviewer, request.promotionId)).value.state).toBe('open');
    const seen = await detail(request.promotionId);
    expect(seen).toMatchObject({ mayRevoke: false, approvals: [{ revoked: { reason: 'I misread the slice.' } }], needs: [{ role: 'reviewer', given: 0 }, { role: 'security', given: 0 }] });
    expect(seen.history.map(({ action }) => action)).toContain('approvals.revokeApproval');
    expect(await decide(organisation.reviewer, request)).toMatchObject({ error: { message: expect.stringMatching(/revoked that, and nobody decides twice/) as string } });
    expect(must(await decide(organisation.security, request)).value.state).toBe('open');
    expect(must(await decide(await anotherPerson(organisation, ['reviewer']), request)).value.state).toBe('approved');
  });

  it('that is revoked after the request was approved makes it stale: nothing is deployed by it', async () => {
    const version = await fresh();
    const request = await approved(organisation, version.modelVersionId);
    expect(must(await revoke(organisation.security, request.promotionId)).value.state).toBe('stale');
    expect((await detail(request.promotionId)).staleReason).toMatch(/an approval by security was revoked: I misread the slice/);
    expect(await deploy(organisation.deployer, version.digest, 'production', endpoint())).toMatchObject({ error: { code: 'deployments.not_allowed' } });
  });

  it('is revoked by who gave it, once, and not after the deployment; also by SQL', async () => {
    const version = await fresh();
    const request = await ask(organisation.engineer, version.modelVersionId);
    must(await decide(organisation.reviewer, request));
    for (const who of ['security', 'engineer', 'admin'] as const) expect(await revoke(organisation[who], request.promotionId), who).toMatchObject({ error: { code: 'approvals.nothing_to_revoke' } });
    const given = (await admin.query<{ id: string }>('SELECT id FROM approval WHERE promotion_id = $1', [request.promotionId])).rows[0]?.id;
    const bySql = (actorId: string) => { const id = newId(); return asApplication(actorId, 'approval_revocation', id, 'INSERT INTO approval_revocation (id, approval_id, promotion_id, person_id, reason) VALUES ($1, $2, $3, $4, $5)', [id, given, request.promotionId, actorId, 'r']); };
    await expect(bySql(organisation.security.id)).rejects.toThrow(/revoked by who gave it/);
    must(await decide(organisation.security, request));
    expect((await deploy(organisation.deployer, version.digest, 'production', endpoint())).ok).toBe(true);
    expect(await revoke(organisation.reviewer, request.promotionId)).toMatchObject({ error: { code: 'approvals.not_open', message: expect.stringMatching(/is deployed/) as string } });
    await expect(bySql(organisation.reviewer.id)).rejects.toThrow(/before the deployment/);
  });

  it('revoked by SQL alone, without a word to the request, lets nothing be deployed either', async () => {
    const version = await fresh();
    const request = await approved(organisation, version.modelVersionId);
    const given = (await admin.query<{ id: string }>(`SELECT id FROM approval WHERE promotion_id = $1 AND person_id = $2`, [request.promotionId, organisation.reviewer.id])).rows[0]?.id;
    const id = newId();
    await asApplication(organisation.reviewer.id, 'approval_revocation', id, 'INSERT INTO approval_revocation (id, approval_id, promotion_id, person_id, reason) VALUES ($1, $2, $3, $4, $5)', [id, given, request.promotionId, organisation.reviewer.id, 'r']);
    expect(await deploy(organisation.deployer, version.digest, 'production', endpoint())).toMatchObject({ error: { code: 'deployments.not_allowed', details: { reasons: [{ code: 'approvals_incomplete' }] } } });
  });

  it('and its revocation race with the deployment to one of two ends', async () => {
    for (let round = 0; round < 3; round += 1) {
      const version = await fresh();
      const request = await approved(organisation, version.modelVersionId);
      const [revoked, deployed] = await Promise.all([revoke(organisation.reviewer, request.promotionId), deploy(organisation.deployer, version.digest, 'production', endpoint())]);
      expect([revoked.ok, deployed.ok].filter(Boolean)).toHaveLength(1);
    }
  });
});

describe('a comment', () => {
  it('is made by people of the team, shown to all who read the request, and decides nothing', async () => {
    const request = await ask(organisation.engineer, (await fresh()).modelVersionId);
    must(await commentPromotion.execute(as(organisation.auditor), { promotionId: request.promotionId, text: 'Where is the January slice?' }));
    must(await commentPromotion.execute(as(organisation.engineer), { promotionId: request.promotionId, text: 'In the holdout.' }));
    expect(await detail(request.promotionId)).toMatchObject({ state: 'open', comments: [{ text: 'Where is the January slice?', person: { name: 'auditor' } }, { text: 'In the holdout.' }] });
    expect(await commentPromotion.execute(as(organisation.otherEngineer), { promotionId: request.promotionId, text: 'Hello there.' })).toMatchObject({ error: { kind: 'not_found' } });
    expect(await commentPromotion.execute(as(organisation.pipeline), { promotionId: request.promotionId, text: 'Hello there.' })).toMatchObject({ error: { kind: 'forbidden' } });
  });
});

describe('a lent role', () => {
  const lend = (from: Actor, to: { id: string }, changes: Record<string, unknown> = {}) => delegateRole.execute(as(from), { delegateId: to.id, role: 'reviewer', endsAt: inDays(7), reason: 'On leave.', ...changes } as never);
  const onBehalf = (actor: Actor, request: Request, onBehalfOf: string, verdict: 'approve' | 'reject' = 'approve') => decideOnBehalf.execute(as(actor), { ...decision(request, verdict), onBehalfOf });

  it('lets its holder decide as themselves, for a time, and counts as the lender’s decision too', async () => {
    const [lender, delegate] = [await anotherPerson(organisation, ['reviewer']), await anotherPerson(organisation, ['auditor'])];
    const request = await ask(organisation.engineer, (await fresh()).modelVersionId);
    expect(await onBehalf(delegate, request, lender.id)).toMatchObject({ error: { code: 'approvals.not_entitled' } });
    const { delegationId } = must(await lend(lender, delegate)).value;
    expect((await detail(request.promotionId, delegate)).lent).toMatchObject([{ delegator: { id: lender.id }, rights: { mayApprove: true } }]);
    must(await onBehalf(delegate, request, lender.id));
    expect((await detail(request.promotionId)).approvals).toMatchObject([{ person: { id: delegate.id }, onBehalfOf: { id: lender.id }, role: 'reviewer' }]);
    expect(await decide(lender, request)).toMatchObject({ error: { message: expect.stringMatching(/You have approved it already/) as string } });
    expect(must(await listDelegations.execute(as(delegate), {})).items).toMatchObject([{ id: delegationId, active: true, mine: false }]);
    must(await endDelegation.execute(as(lender), { delegationId, reason: 'Back.' }));
    const next = await ask(organisation.engineer, (await fresh()).modelVersionId);
    expect(await onBehalf(delegate, next, lender.id)).toMatchObject({ error: { code: 'approvals.not_entitled' } });
  });

  it('does not defeat separation of duties: neither of the two may have asked, decided, or had a hand in it; by API and by SQL', async () => {
    const lender = await anotherPerson(organisation, ['reviewer']);
    must(await lend(lender, organisation.engineer));
    must(await lend(lender, organisation.secondEngineer));
    const request = await ask(organisation.secondEngineer, (await fresh()).modelVersionId);
    const bySql = (actorId: string, onBehalfOf: string | null) => {
      const id = newId();
      return asApplication(actorId, 'approval', id, `INSERT INTO approval (id, promotion_id, person_id, role, verdict, comment, artifact_digest, snapshot_digest, policy_digest, on_behalf_of) VALUES ($1, $2, $3, 'reviewer', 'approve', 'c', $4, $5, $6, $7)`, [id, request.promotionId, actorId, request.artifactDigest, request.snapshotDigest, request.policyDigest, onBehalfOf]);
    };
    expect(await onBehalf(organisation.secondEngineer, request, lender.id)).toMatchObject({ error: { message: expect.stringMatching(/You asked for this promotion/) as string } });
    await expect(bySql(organisation.secondEngineer.id, lender.id)).rejects.toThrow(/requester may not decide/);
    expect(await onBehalf(organisation.engineer, request, lender.id)).toMatchObject({ error: { message: expect.stringMatching(/You answered for the service account fraud-pipeline/) as string } });
    await expect(bySql(organisation.engineer.id, lender.id)).rejects.toThrow(/separation of duties/);
    // The lender has decided: the role they lent is used up for this request.
    const free = await anotherPerson(organisation, ['auditor']);
    must(await lend(lender, free));
    must(await decide(lender, request));
    expect(await onBehalf(free, request, lender.id)).toMatchObject({ error: { message: expect.stringMatching(/has approved it already, and nobody decides twice/) as string } });
    await expect(bySql(free.id, lender.id)).rejects.toThrow(/nobody decides twice/);
    await expect(bySql(free.id, organisation.reviewer.id)).rejects.toThrow(/was not delegated/);
  });

  it('ends with the lender’s own role, with its time, and cannot be lent on, to oneself, or for long', async () => {
    const [lender, delegate, third] = [await anotherPerson(organisation, ['reviewer']), await anotherPerson(organisation, ['auditor']), await anotherPerson(organisation, ['auditor'])];
    must(await lend(lender, delegate));
    const request = await ask(organisation.engineer, (await fresh()).modelVersionId);
    expect(await lend(delegate, third)).toMatchObject({ error: { kind: 'forbidden' } });
    expect(await lend(lender, third, { role: 'security' })).toMatchObject({ error: { code: 'approvals.role_not_held' } });
    for (const changes of [{ endsAt: inDays(40) }, { endsAt: inDays(-1) }, { startsAt: inDays(3), endsAt: inDays(2) }]) expect(await lend(lender, third, changes)).toMatchObject({ error: { code: 'approvals.bad_delegation' } });
    expect(await lend(lender, lender)).toMatchObject({ error: { code: 'approvals.bad_delegation' } });
    must(await lend(lender, third, { startsAt: inDays(1), endsAt: inDays(2) }));
    expect(await onBehalf(third, request, lender.id)).toMatchObject({ error: { code: 'approvals.not_entitled' } });
    await behind(`UPDATE role_grant SET revoked_at = now() WHERE person_id = '${lender.id}'`);
    expect(await onBehalf(delegate, request, lender.id)).toMatchObject({ error: { code: 'approvals.not_entitled' } });
  });
});

describe('an emergency', () => {
  const reason = 'Fraud is getting through while this waits.';
  const declare = (actor: Actor, { promotionId, snapshotDigest, artifactDigest, policyDigest }: Request) => declareEmergency.execute(as(actor), { promotionId, reason, snapshotDigest, artifactDigest, policyDigest });

  it('lets a request through without approvals, is shown until it is reviewed, and audited by names of its own', async () => {
    const version = await fresh();
    const request = await ask(organisation.engineer, version.modelVersionId);
    const { emergencyId } = must(await declare(organisation.security, request)).value;
    expect((await deploy(organisation.deployer, version.digest, 'production', endpoint())).ok).toBe(true);
    const seen = await detail(request.promotionId);
    expect(seen).toMatchObject({ state: 'deployed', emergency: { id: emergencyId, reason, overdue: false, review: null, declaredBy: { name: 'security' } }, mayReviewEmergency: true });
    expect(seen.history.map(({ action }) => action)).toEqual(expect.arrayContaining(['approvals.declareEmergency', 'approvals.approvedInEmergency']));
    expect(must(await listEmergencies.execute(as(organisation.auditor), {})).items.map(({ id }) => id)).toContain(emergencyId);
    expect(must(await listEmergencies.execute(as(organisation.otherEngineer), {})).items).toEqual([]);
    for (const who of ['security', 'engineer'] as const) expect((await reviewEmergency.execute(as(organisation[who]), { emergencyId, verdict: 'justified', comment: 'It was.' })).ok, who).toBe(false);
    must(await reviewEmergency.execute(as(organisation.secondSecurity), { emergencyId, verdict: 'justified', comment: 'It was.' }));
    expect((await detail(request.promotionId)).emergency?.review).toMatchObject({ verdict: 'justified', by: { name: 'second-security' } });
    expect(must(await listEmergencies.execute(as(organisation.auditor), {})).items.map(({ id }) => id)).not.toContain(emergencyId);
    expect(await reviewEmergency.execute(as(organisation.reviewer), { emergencyId, verdict: 'not_justified', comment: 'It was not.' })).toMatchObject({ error: { code: 'approvals.reviewed_already' } });
  });

  it('goes past the gates too, and not past a quarantine', async () => {
    const { assets } = await fresh();
    const version = await pipeline.publish({ ...assets.model, digest: assets.features.digest }, `gates-${count}`);
    const request = await ask(organisation.engineer, version.modelVersionId);
    expect(request.verdict).toBe('blocked');
    must(await declare(organisation.security, request));
    const digest = assets.features.digest ?? '';
    expect((await deploy(organisation.deployer, digest, 'production', endpoint())).ok).toBe(true);
    await behind(`UPDATE asset_version SET state = 'quarantined' WHERE digest = '${digest}'`);
    expect(await deploy(organisation.deployer, digest, 'production', endpoint())).toMatchObject({ error: { details: { reasons: [{ code: 'quarantined' }] } } });
  });

  it('is declared by security of the organisation, who neither asked nor had a hand in it; also by SQL', async () => {
    const request = await ask(organisation.engineer, (await fresh()).modelVersionId);
    for (const who of ['engineer', 'reviewer', 'auditor', 'admin', 'pipeline', 'deployer'] as const) expect(await declare(organisation[who], request), who).toMatchObject({ error: { kind: 'forbidden' } });
    expect(await declare(await anotherPerson(organisation, ['security']), request)).toMatchObject({ error: { code: 'approvals.not_entitled' } });
    expect(await declareEmergency.execute(as(organisation.security), { ...request, reason, snapshotDigest: `sha256:${'0'.repeat(64)}` } as never)).toMatchObject({ ok: false });
    const bySql = (actorId: string, reviewDays = 2) => { const id = newId(); return asApplication(actorId, 'emergency', id, `INSERT INTO emergency (id, promotion_id, team_id, declared_by, reason, artifact_digest, snapshot_digest, policy_digest, expires_at, review_due_at) VALUES ($1, $2, $3, $4, 'r', $5, $6, $7, now() + interval '1 hour', $8)`, [id, request.promotionId, organisation.teamId, actorId, request.artifactDigest, request.snapshotDigest, request.policyDigest, inDays(reviewDays)]); };
    await expect(bySql(organisation.reviewer.id)).rejects.toThrow(/declared by security/);
    await expect(bySql(organisation.security.id, 30)).rejects.toThrow(/reviewed within three/);
  });

  it('holds for a day', async () => {
    const version = await fresh();
    const request = await ask(organisation.engineer, version.modelVersionId);
    const { emergencyId } = must(await declare(organisation.security, request)).value;
    await behind(`UPDATE emergency SET expires_at = now() - interval '1 second' WHERE id = '${emergencyId}'`);
    expect(await deploy(organisation.deployer, version.digest, 'production', endpoint())).toMatchObject({ error: { details: { reasons: [{ code: 'approvals_incomplete' }] } } });
  });

  it('that nobody reviews in time is a finding, once, which the review settles', async () => {
    const request = await ask(organisation.engineer, (await fresh()).modelVersionId);
    const { emergencyId } = must(await declare(organisation.security, request)).value;
    const waiting = await admin.query<{ due: boolean }>(`SELECT start_after > now() + interval '71 hours' AS due FROM pgboss.job WHERE name = 'approvals.emergency_review_due' AND data ->> 'emergencyId' = $1`, [emergencyId]);
    expect(waiting.rows).toEqual([{ due: true }]);
    const findings = async () => must(await listFindings.execute(as(organisation.security), { source: 'approval' })).items.filter(({ rule }) => rule === 'emergency_review_overdue').map(({ state }) => state);
    await handleReviewDue({ emergencyId });
    expect(await findings()).toEqual([]);
    await behind(`UPDATE emergency SET review_due_at = now() - interval '1 second' WHERE id = '${emergencyId}'`);
    for (let times = 0; times < 2; times += 1) await handleReviewDue({ emergencyId });
    expect(await findings()).toEqual(['open']);
    expect(must(await listEmergencies.execute(as(organisation.auditor), {})).items.find(({ id }) => id === emergencyId)?.overdue).toBe(true);
    must(await reviewEmergency.execute(as(organisation.reviewer), { emergencyId, verdict: 'not_justified', comment: 'It could have waited.' }));
    expect(await findings()).not.toContain('open');
    expect((await detail(request.promotionId)).state).toBe('stale');
    expect(must(await listFindings.execute(as(organisation.security), { source: 'approval', state: 'open' })).items.map(({ rule }) => rule)).toContain('emergency_not_justified');
  });
});

describe('what the portal signs', () => {
  it('is a statement for each approval and a summary of the decision, verifiable with the public key alone', async () => {
    const version = await fresh();
    const request = await approved(organisation, version.modelVersionId);
    const { key } = must(await getSigningKey.execute(as(organisation.auditor), {}));
    if (!key) throw new Error('the portal has no key');
    const { statements, signs, approvals } = await detail(request.promotionId);
    expect([signs, statements.map(({ kind }) => kind)]).toEqual([true, ['approval', 'approval', 'verification_summary']]);
    const opened = [];
    for (const { id: statementId } of statements) {
      const { envelope } = must(await getStatement.execute(as(organisation.auditor), { promotionId: request.promotionId, statementId }));
      const { payloadType, payload, signatures } = JSON.parse(envelope) as { payloadType: string; payload: string; signatures: { keyid: string; sig: string }[] };
      const bytes = Buffer.from(payload, 'base64');
      expect(signatures[0]?.keyid).toBe(key.keyId);
      expect(verify('sha256', pae(payloadType, bytes), createPublicKey(key.publicKeyPem), Buffer.from(signatures[0]?.sig ?? '', 'base64'))).toBe(true);
      bytes[20] = (bytes[20] ?? 0) ^ 1;
      expect(verify('sha256', pae(payloadType, bytes), createPublicKey(key.publicKeyPem), Buffer.from(signatures[0]?.sig ?? '', 'base64'))).toBe(false);
      opened.push({ envelope, statement: JSON.parse(Buffer.from(payload, 'base64').toString()) as { subject: unknown; predicateType: string; predicate: Record<string, unknown> } });
    }
    const subject = [{ name: expect.any(String) as string, digest: { sha256: version.digest.replace('sha256:', '') } }];
    expect(opened.map(({ statement }) => statement.subject)).toEqual([subject, subject, subject]);
    expect(opened[0]?.statement).toMatchObject({ predicateType: 'https://gatehouse.dev/predicates/approval/v1', predicate: { verdict: 'approve', role: 'reviewer', approvalId: approvals[0]?.id, person: { personId: organisation.reviewer.id }, request: { promotionId: request.promotionId, policy: { digest: { sha256: request.policyDigest.replace('sha256:', '') } } } } });
    expect(opened[2]?.statement).toMatchObject({
      predicateType: 'https://slsa.dev/verification_summary/v1',
      predicate: {
        verificationResult: 'PASSED', policy: { digest: { sha256: request.policyDigest.replace('sha256:', '') } }, verifiedLevels: expect.arrayContaining(['GATEHOUSE_PROMOTED_PRODUCTION']) as string[],
        // A summary for one environment is none for another, and what is no attestation is not among them.
        resourceUri: expect.stringMatching(/^gatehouse:environments\/production\/models\/[^/]+\/versions\/\d+$/) as string, slsaVersion: '1.1', timeVerified: expect.stringMatching(/Z$/) as string, verifier: { id: 'https://gatehouse.dev/portal/v1' },
        'https://gatehouse.dev/predicates/evidence-snapshot/v1': { digest: { sha256: request.snapshotDigest.replace('sha256:', '') } },
      },
    });
    const { inputAttestations } = opened[2]?.statement.predicate as { inputAttestations: { uri: string; digest: { sha256: string } }[] };
    const asSent = opened.slice(0, 2).map(({ envelope }) => sha256(envelope).replace('sha256:', ''));
    expect(inputAttestations.slice(-2).map(({ digest }) => digest.sha256)).toEqual(asSent);
    const { evidence, data, evaluation } = await snapshotOf(request.promotionId);
    const used = inputAttestations.map(({ digest }) => `sha256:${digest.sha256}`);
    for (const one of [...evidence, ...data, ...evaluation]) expect(used).toContain(one);
    expect(used).not.toContain(request.snapshotDigest);
    const [first] = statements;
    expect(await getStatement.execute(as(organisation.otherEngineer), { promotionId: request.promotionId, statementId: first?.id ?? '' })).toMatchObject({ error: { kind: 'not_found' } });
  });

  it('says FAILED of a rejected request, and nothing of an emergency but that it was declared', async () => {
    const rejected = await ask(organisation.engineer, (await fresh()).modelVersionId);
    must(await decide(organisation.reviewer, rejected, 'reject'));
    const summary = (await detail(rejected.promotionId)).statements.find(({ kind }) => kind === 'verification_summary');
    const { envelope } = must(await getStatement.execute(as(organisation.auditor), { promotionId: rejected.promotionId, statementId: summary?.id ?? '' }));
    expect(JSON.parse(Buffer.from((JSON.parse(envelope) as { payload: string }).payload, 'base64').toString())).toMatchObject({ predicate: { verificationResult: 'FAILED', verifiedLevels: ['FAILED'] } });
    const urgent = await ask(organisation.engineer, (await fresh()).modelVersionId);
    must(await declareEmergency.execute(as(organisation.security), { promotionId: urgent.promotionId, reason: 'Fraud is getting through.', snapshotDigest: urgent.snapshotDigest, artifactDigest: urgent.artifactDigest, policyDigest: urgent.policyDigest }));
    expect((await detail(urgent.promotionId)).statements.map(({ kind }) => kind)).toEqual(['emergency']);
  });
});
