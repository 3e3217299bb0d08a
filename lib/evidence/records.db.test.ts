// Rows changed behind the portal's back, by whoever owns the database: whatever is changed, nothing reads as verified that was touched.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTransaction } from '#lib/db/client.ts';
import { handleRecordDoubted, listFindings, sweepRecords } from '#lib/findings/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import { ensureShippedPolicies, evaluatePolicy, shippedPolicies } from '#lib/policy/index.ts';
import { gatherFacts, getModelVersion, policyInputOf, versionById } from '#lib/registry/index.ts';
import { makeKey, provenanceStatement } from '#lib/testing/attestations.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { digestOfText, isolatedBuilder, makePipeline, type Pipeline } from '#lib/testing/pipeline.ts';
import { evidenceForSubject, getEvidence, listEvidence, verifiedProvenance } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let pipeline: Pipeline;
let owner: pg.Client;
let digest: string;
let evidenceId: string;
let keyRow: string;
let other: { readonly evidenceId: string };
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  await ensureShippedPolicies();
  pipeline = makePipeline({ organisation });
  keyRow = await pipeline.trust();
  digest = digestOfText('attested');
  ({ evidenceId } = await pipeline.submit(provenanceStatement([{ name: 'model', digest }], { runId: newId(), builderId: isolatedBuilder })));
  other = await pipeline.submit(provenanceStatement([{ name: 'other', digest: digestOfText('other') }], { runId: newId(), builderId: isolatedBuilder }));
  owner = new pg.Client({ connectionString: database.adminUrl });
  await owner.connect();
  await owner.query('SET session_replication_role = replica');
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

const read = <T>(work: Parameters<typeof readTransaction<T>>[1]) => readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, work);
const believed = async () => (await read(async (tx) => verifiedProvenance(await evidenceForSubject(tx, { digest, teamId: organisation.teamId }), digest))).length > 0;
const shown = async () => { const found = await getEvidence.execute(as(organisation.security), { id: evidenceId }); return found.ok && found.value.verdict === 'passed'; };
const listed = async () => must(await listEvidence.execute(as(organisation.security), { limit: 50 })).items.some(({ id, verdict }) => id === evidenceId && verdict === 'passed');

/** Makes a change as the owner, looks, and takes it back. Answers where the evidence still reads as verified. */
async function after(sql: string, values: unknown[] = []): Promise<string[]> {
  // The portal looks through connections of its own, so the change must be committed: a copy restores it.
  const [saved] = (await owner.query<{ e: string; v: string; s: string; k: string }>(`SELECT (SELECT row_to_json(e)::text FROM evidence e WHERE id = $1) AS e, 
    (SELECT json_agg(v)::text FROM verification v WHERE evidence_id = $1) AS v, (SELECT json_agg(s)::text FROM evidence_subject s WHERE evidence_id = $1) AS s, (SELECT row_to_json(k)::text FROM trust_key k WHERE id = $2) AS k`, [evidenceId, keyRow])).rows;
  if (!saved) throw new Error('nothing saved');
  const changed = await owner.query(sql, values);
  expect(changed.rowCount, sql).toBeGreaterThan(0);
  const found = [...((await believed()) ? ['gates'] : []), ...((await shown()) ? ['its page'] : []), ...((await listed()) ? ['the list'] : [])];
  await owner.query('DELETE FROM evidence WHERE id = $1', [evidenceId]);
  await owner.query('DELETE FROM verification WHERE evidence_id = $1 OR id IN (SELECT id FROM json_populate_recordset(NULL::verification, $2::json))', [evidenceId, saved.v]);
  await owner.query('DELETE FROM evidence_subject WHERE evidence_id = $1', [evidenceId]);
  await owner.query('DELETE FROM trust_key WHERE id = $1', [keyRow]);
  await owner.query('INSERT INTO evidence SELECT * FROM json_populate_record(NULL::evidence, $1::json)', [saved.e]);
  await owner.query('INSERT INTO verification SELECT * FROM json_populate_recordset(NULL::verification, $1::json)', [saved.v]);
  await owner.query('INSERT INTO evidence_subject SELECT * FROM json_populate_recordset(NULL::evidence_subject, $1::json)', [saved.s]);
  await owner.query('INSERT INTO trust_key SELECT * FROM json_populate_record(NULL::trust_key, $1::json)', [saved.k]);
  return found;
}

describe('evidence that nobody touched', () => {
  it('is verified at gates, on its page and in the list, and agrees with the audit log', async () => {
    expect([await believed(), await shown(), await listed()]).toEqual([true, true, true]);
    expect(must(await getEvidence.execute(as(organisation.security), { id: evidenceId })).checks.find(({ name }) => name === 'sealed_record')).toMatchObject({ verdict: 'passed' });
  });
});

describe('each column that decides', () => {
  it.each([
    ['the bytes', `UPDATE evidence SET bytes = bytes || '\\x20'::bytea WHERE id = $1`],
    ['its digest', `UPDATE evidence SET digest = 'sha256:' || repeat('0', 64) WHERE id = $1`],
    ['bytes and digest together', `UPDATE evidence SET bytes = bytes || '\\x20'::bytea, digest = 'sha256:' || encode(sha256(bytes || '\\x20'::bytea), 'hex') WHERE id = $1`],
    ['the time of receipt', `UPDATE evidence SET received_at = received_at - interval '1 day' WHERE id = $1`],
    ['the time of receipt by a millisecond', `UPDATE evidence SET received_at = received_at + interval '1 millisecond' WHERE id = $1`],
    ['the sender', `UPDATE evidence SET received_from = (SELECT id FROM service_account WHERE id <> received_from LIMIT 1) WHERE id = $1`],
    ['the predicate type', `UPDATE evidence SET predicate_type = 'https://in-toto.io/attestation/test-result/v0.1' WHERE id = $1`],
    ['the run', `UPDATE evidence SET run_id = gen_random_uuid() WHERE id = $1`],
    ['the media type', `UPDATE evidence SET media_type = 'text/plain' WHERE id = $1`],
    ['the size', `UPDATE evidence SET size_bytes = size_bytes + 1 WHERE id = $1`],
    ['the team', `UPDATE evidence SET team_id = (SELECT id FROM team WHERE id <> team_id LIMIT 1) WHERE id = $1`],
    ['the checks of the verification', `UPDATE verification SET checks = '[]' WHERE evidence_id = $1`],
    ['one check of the verification', `UPDATE verification SET checks = jsonb_set(checks, '{3,verdict}', '"failed"') WHERE evidence_id = $1`],
    ['the trust of the verification', `UPDATE verification SET trust_digest = 'sha256:' || repeat('1', 64) WHERE evidence_id = $1`],
    ['the verdict', `UPDATE verification SET verdict = 'failed' WHERE evidence_id = $1`],
    ['the time of the verification', `UPDATE verification SET at = at + interval '1 hour' WHERE evidence_id = $1`],
    ['whose verification it is', `UPDATE verification SET evidence_id = '${'0'.repeat(8)}-0000-7000-8000-${'0'.repeat(12)}' WHERE evidence_id = $1`],
  ])('%s', async (_what, sql) => expect(await after(sql, [evidenceId])).toEqual([]));

  it('a second verification that nobody made', async () => {
    expect(await after(`INSERT INTO verification (id, evidence_id, verdict, trust_digest, checks) SELECT gen_random_uuid(), evidence_id, 'passed', trust_digest, checks FROM verification WHERE evidence_id = $1`, [evidenceId])).toEqual([]);
  });

  it.each([
    ['the subject’s digest', `UPDATE evidence_subject SET digest = 'sha256:' || repeat('2', 64) WHERE evidence_id = $1`],
    ['the subject’s name', `UPDATE evidence_subject SET name = 'another' WHERE evidence_id = $1`],
    ['a subject that is added', `INSERT INTO evidence_subject (evidence_id, digest, name) VALUES ($1, 'sha256:' || repeat('3', 64), 'more')`],
  ])('%s is seen on its page, and at gates the signed statement decides', async (_what, sql) => {
    expect(await after(sql, [evidenceId])).not.toContain('its page');
  });

  it.each([
    ['its builders', `UPDATE trust_key SET builder_ids = '["https://elsewhere.example/v1"]' WHERE id = $1`],
    ['its public key', `UPDATE trust_key SET public_key_pem = '${makeKey().publicKeyPem}' WHERE id = $1`],
    ['its validity', `UPDATE trust_key SET valid_from = now() - interval '1 year' WHERE id = $1`],
    ['its state', `UPDATE trust_key SET state = 'revoked', revoked_at = now() WHERE id = $1`],
  ])('of the key, %s', async (_what, sql) => expect(await after(sql, [keyRow])).not.toContain('gates'));
});

describe('a key that nobody decided upon', () => {
  it('makes nothing verified: its row alone does not count', async () => {
    const thief = makeKey();
    const stolen = digestOfText('stolen');
    const { rows } = await owner.query<{ id: string }>(`INSERT INTO trust_key (id, name, team_id, key_id, public_key_pem, algorithm, builder_ids, state, proposed_by, confirmed_by, confirmed_at)
      SELECT gen_random_uuid(), 'thief', team_id, $2, $3, 'ecdsa-p256', builder_ids, 'active', proposed_by, confirmed_by, now() FROM trust_key WHERE id = $1 RETURNING id`, [keyRow, thief.keyId, thief.publicKeyPem]);
    expect((await pipeline.submit(provenanceStatement([{ name: 'model', digest: stolen }], { runId: newId(), builderId: isolatedBuilder }), [thief])).verdict).toBe('failed');
    await owner.query('DELETE FROM trust_key WHERE id = $1', [rows[0]?.id]);
  });

  it('a revoked key does not come back by its row', async () => {
    const key = makeKey();
    const id = await pipeline.trust(key);
    const { revokeTrustKey } = await import('./index.ts');
    must(await revokeTrustKey.execute(as(organisation.security), { id, reason: 'stolen' }));
    await owner.query(`UPDATE trust_key SET state = 'active', revoked_at = NULL WHERE id = $1`, [id]);
    expect((await pipeline.submit(provenanceStatement([{ name: 'model', digest: digestOfText('back') }], { runId: newId(), builderId: isolatedBuilder }), [key])).verdict).toBe('failed');
  });
});

describe('thousands of random changes', () => {
  it('of stored bytes: none of them is believed', async () => {
    const { rows: [stored] } = await owner.query<{ bytes: Buffer }>('SELECT bytes FROM evidence WHERE id = $1', [evidenceId]);
    if (!stored) throw new Error('nothing stored');
    const { judgeStored, trustOf } = await import('./judge.ts');
    const { evidenceListed } = await import('./store/evidence.ts');
    const [row] = await read((tx) => evidenceListed(tx, [evidenceId]));
    const trust = await read((tx) => trustOf(tx, organisation.teamId));
    if (!row) throw new Error('no row');
    // The same judgement as everywhere, over bytes that are changed in the row, in groups: the database is asked once for each group.
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(stored.bytes.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 100, maxLength: 100 }), async (flips) => {
      const copies = flips.map(([at, bits]) => { const bytes = Buffer.from(stored.bytes); bytes[at] = (bytes[at] ?? 0) ^ bits; return { id: newId(), bytes }; });
      await owner.query(`INSERT INTO evidence (id, team_id, digest, bytes, media_type, size_bytes, received_from) SELECT c.id, e.team_id, 'copy ' || c.id, c.bytes, e.media_type, e.size_bytes, e.received_from FROM unnest($2::uuid[], $3::bytea[]) AS c (id, bytes), evidence e WHERE e.id = $1`, [evidenceId, copies.map(({ id }) => id), copies.map(({ bytes }) => bytes)]);
      const judged = await read((tx) => judgeStored(tx, copies.map(({ id }) => ({ ...row, id })), trust));
      await owner.query('DELETE FROM evidence WHERE id = ANY($1::uuid[])', [copies.map(({ id }) => id)]);
      expect(judged.filter(({ report }) => report.verdict === 'passed')).toEqual([]);
      expect(judged.every(({ report }) => report.checks.some(({ name, verdict }) => name === 'bytes' && verdict === 'failed'))).toBe(true);
    }), { numRuns: 30 });
  });

  it('of columns, each to a value of its kind: nothing reads as verified', async () => {
    const text = fc.string({ minLength: 1, maxLength: 40 }).filter((value) => !value.includes('\u0000') && value.isWellFormed());
    const time = fc.date({ min: new Date('2000-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }).map((value) => value.toISOString());
    const change = fc.oneof(
      fc.tuple(fc.constantFrom('evidence.digest', 'evidence.media_type', 'evidence.predicate_type', 'verification.trust_digest'), text),
      fc.tuple(fc.constantFrom('evidence.received_at', 'verification.at'), time),
      fc.tuple(fc.constantFrom('evidence.run_id', 'evidence.received_from', 'evidence.team_id', 'verification.evidence_id'), fc.uuid()),
      fc.tuple(fc.constant('evidence.size_bytes'), fc.integer({ min: 0, max: 1_000_000 }).map(String)),
      fc.tuple(fc.constant('verification.checks'), fc.jsonValue().map((value) => JSON.stringify([{ name: 'x', verdict: 'passed', expected: '', actual: '', value }]).replaceAll('\\u0000', ''))),
    );
    await fc.assert(fc.asyncProperty(change, async ([where, value]) => {
      const [table = '', column = ''] = where.split('.');
      const id = table === 'evidence' ? 'id' : 'evidence_id';
      const type = ['received_at', 'at'].includes(column) ? 'timestamptz' : column === 'size_bytes' ? 'int' : column === 'checks' ? 'jsonb' : ['run_id', 'received_from', 'team_id', 'evidence_id'].includes(column) ? 'uuid' : 'text';
      const same = await owner.query(`SELECT 1 FROM ${table} WHERE ${id} = $1 AND ${column} = $2::${type}`, [evidenceId, value]);
      fc.pre(same.rowCount === 0);
      expect(await after(`UPDATE ${table} SET ${column} = $2::${type} WHERE ${id} = $1`, [evidenceId, value])).toEqual([]);
    }), { numRuns: 40 });
  });
});

describe('what becomes of it', () => {
  const critical = async () => must(await listFindings.execute(as(organisation.security), { severity: ['critical'], limit: 50 })).items.filter(({ rule }) => rule === 'evidence_record_changed');

  it('using it raises one critical finding; restoring it settles that', async () => {
    await owner.query(`UPDATE evidence SET predicate_type = 'x' WHERE id = $1`, [evidenceId]);
    await handleRecordDoubted({ evidenceId });
    await handleRecordDoubted({ evidenceId });
    expect(await critical()).toMatchObject([{ state: 'open', occurrences: 1, evidenceId }]);
    await owner.query(`UPDATE evidence SET predicate_type = 'https://slsa.dev/provenance/v1' WHERE id = $1`, [evidenceId]);
    await sweepRecords();
    expect(await critical()).toMatchObject([{ state: 'resolved' }]);
    expect(await believed()).toBe(true);
  });

  it('the sweep finds what nobody uses: a changed subject, a removed verification, a removed row', async () => {
    const gone = await pipeline.submit(provenanceStatement([{ name: 'gone', digest: digestOfText('gone') }], { runId: newId(), builderId: isolatedBuilder }));
    const silent = await pipeline.submit(provenanceStatement([{ name: 'silent', digest: digestOfText('silent') }], { runId: newId(), builderId: isolatedBuilder }));
    await owner.query('DELETE FROM evidence WHERE id = $1', [gone.evidenceId]);
    await owner.query('DELETE FROM verification WHERE evidence_id = $1', [silent.evidenceId]);
    await owner.query(`UPDATE evidence_subject SET name = 'hidden' WHERE evidence_id = $1`, [other.evidenceId]);
    await sweepRecords();
    await sweepRecords();
    const open = (await critical()).filter(({ state }) => state === 'open');
    expect(open.map(({ title, occurrences }) => [title, occurrences]).sort()).toEqual([['Evidence was changed in the database', 1], ['Evidence was changed in the database', 1], ['Evidence was removed from the database', 1]]);
    expect(open.flatMap(({ evidenceId: id }) => id ?? []).sort()).toEqual([other.evidenceId, silent.evidenceId].sort());
  });
});

describe('a gate over changed evidence', () => {
  it('blocks, and the answers are no longer proven', async () => {
    const version = await pipeline.goodVersion('sealed');
    const blocked = () => read(async (tx) => {
      const row = await versionById(tx, version.modelVersionId);
      if (!row) throw new Error('no such version');
      return evaluatePolicy(shippedPolicies.production, policyInputOf((await gatherFacts(tx, row)).facts, 'production', null)).results.filter(({ verdict }) => verdict !== 'passed').map(({ ruleId }) => ruleId);
    });
    expect(await blocked()).toEqual([]);
    await owner.query(`UPDATE verification SET checks = '[]' WHERE evidence_id IN (SELECT evidence_id FROM evidence_subject WHERE digest = $1)`, [version.digest]);
    expect(await blocked()).toContain('provenance-signed-by-trusted-key');
    const { answers } = must(await getModelVersion.execute(as(organisation.engineer), { name: version.name, version: version.version }));
    expect(answers.filter(({ strength }) => strength === 'proven')).toEqual([]);
  });
});
