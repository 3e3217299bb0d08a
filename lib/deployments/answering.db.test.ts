// Answers that are given again: every change that an answer rests on ends it before the next question, also while both come at once; repeats are counted, and nothing grows without bound.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { revokeApproval } from '#lib/approvals/index.ts';
import { makeChangeFeed } from '#lib/db/changes.ts';
import { revokeTrustKey } from '#lib/evidence/index.ts';
import { confirmException, endException, proposeException } from '#lib/exceptions/index.ts';
import { reportEvent } from '#lib/ingest/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { confirmPolicy, ensureShippedPolicies, proposePolicy, shippedPolicies } from '#lib/policy/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { digestOfText, goodMetrics, makePipeline, type Pipeline } from '#lib/testing/pipeline.ts';
import { approved } from '#lib/testing/promotion.ts';
import { makeAnswering, type Answering } from './answering.ts';
import { listDeployDecisions, recordDeployment } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let pipeline: Pipeline;
let admin: pg.Client;
let answering: Answering;
beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

const behind = (text: string) => admin.query(`BEGIN; SET LOCAL session_replication_role = replica; ${text}; COMMIT`).catch(async (error: unknown) => {
  await admin.query('ROLLBACK');
  throw error;
});
const asks = async (digest: string, more: { environment?: 'sandbox' | 'staging' | 'production'; endpoint?: string; identity?: string; actor?: Actor; by?: Answering } = {}) => {
  const { environment = 'production', actor = organisation.deployer, by = answering, ...rest } = more;
  return must(await by.execute(as(actor), { digest, environment, ...rest })).value;
};
const wholeAnswers = async (digest: string) => Number((await admin.query<{ count: string }>('SELECT count(*) FROM deploy_decision WHERE digest = $1', [digest])).rows[0]?.count);
let count = 0;
/** A version that may run in production, and about which that was said three times, twice from memory. */
async function repeatedYes(more: Parameters<typeof asks>[1] = {}, metrics?: Parameters<Pipeline['goodVersion']>[1]) {
  const version = await pipeline.goodVersion(`a${(count += 1)}`, { ...metrics, name: `answered-${count}` });
  const request = await approved(organisation, version.modelVersionId);
  const recorded = await wholeAnswers(version.digest);
  for (let n = 0; n < 3; n += 1) expect((await asks(version.digest, more)).allowed).toBe(true);
  expect(await wholeAnswers(version.digest)).toBe(recorded + 1);
  yesAgain = async () => { expect((await asks(version.digest, more)).allowed).toBe(true); };
  return { version, request };
}
/** Asks once more about the version of `repeatedYes`, which nothing concerned yet. */
let yesAgain = () => Promise.resolve();
type Labelled = { readonly name: string; readonly digest: string | null; readonly label: string };
/** A run of old that names data by a label, with a digest or without. */
async function labelled(job: string, { inputs = [], outputs = [] }: { inputs?: readonly Labelled[]; outputs?: readonly Labelled[] }) {
  const data = ({ name, digest, label }: Labelled) => ({ namespace: 'flights', name, facets: digest === null ? { version: { datasetVersion: label } } : { gatehouse_digest: { algorithm: 'sha256', digest: digest.replace('sha256:', ''), label } } });
  const event = { eventType: 'COMPLETE', eventTime: '2025-12-01T00:00:00Z', job: { namespace: 'jobs', name: job }, run: { runId: newId() }, inputs: inputs.map(data), outputs: outputs.map(data) };
  must(await reportEvent.execute(as(organisation.pipeline), { bytes: Buffer.from(JSON.stringify(event)) as never, contentType: 'application/json' }));
}
const codesOf = ({ reasons }: { reasons: readonly { code: string }[] }) => reasons.map(({ code }) => code);

beforeAll(async () => {
  organisation = await createOrganisation();
  await ensureShippedPolicies();
  pipeline = makePipeline({ organisation });
  await pipeline.trust();
});
beforeEach(() => { answering = makeAnswering(makeChangeFeed()); });

describe('a yes that was given before is a no at the next question, once', () => {
  type Made = Awaited<ReturnType<typeof repeatedYes>>;
  const cases: [string, (made: Made) => Promise<unknown>, string][] = [
    ['the artifact is in quarantine', ({ version }) => behind(`UPDATE asset_version SET state = 'quarantined' WHERE digest = '${version.digest}'`), 'quarantined'],
    ['data upstream is in quarantine', ({ version }) => behind(`UPDATE asset_version SET state = 'quarantined' WHERE digest = '${version.assets.raw.digest}'`), 'quarantined'],
    ['there is a finding about the artifact', ({ version }) => behind(`INSERT INTO finding (id, team_id, fingerprint, source, rule, title, detail, recommendation, severity, severity_rank, asset_version_id) SELECT '${newId()}', '${organisation.teamId}', '${newId()}', 'scan', 'r', 't', 'd', 'r', 'critical', 0, id FROM asset_version WHERE digest = '${version.digest}'`), 'promotion_stale'],
    ['there is a finding about a run upstream', ({ version }) => behind(`INSERT INTO finding (id, team_id, fingerprint, source, rule, title, detail, recommendation, severity, severity_rank, run_id) VALUES ('${newId()}', '${organisation.teamId}', '${newId()}', 'scan', 'r', 't', 'd', 'r', 'high', 1, '${version.runs.ingest.runId}')`), 'promotion_stale'],
    ['there is another evaluation', ({ version }) => pipeline.evaluate(version.assets.model, version.assets.holdout, [{ name: 'auc', value: 0.5, higherIsBetter: true }]), 'promotion_stale'],
    ['data upstream failed its tests', ({ version }) => pipeline.validate(version.assets.raw, 'failed'), 'promotion_stale'],
    ['what was reported about a run upstream and what was attested differ', ({ version }) => behind(`INSERT INTO contradiction (id, team_id, kind, run_id) VALUES ('${newId()}', '${organisation.teamId}', 'attested_digest_differs', '${version.runs.features.runId}')`), 'promotion_stale'],
    ['another run made what went in, too', ({ version }) => pipeline.report({ stage: 'ingest', inputs: [], outputs: [version.assets.features], startedAt: '2025-12-01T00:00:00Z' }), 'promotion_stale'],
    ['somebody wrote by its label alone what was read with a digest', async ({ version: { assets: { raw } } }) => {
      await labelled('tell', { inputs: [{ name: raw.name, digest: raw.digest, label: 'v9' }] });
      await labelled('write', { outputs: [{ name: raw.name, digest: null, label: 'v9' }] });
    }, 'promotion_stale'],
    ['what somebody wrote by a label alone turns out to be what was read', async ({ version: { assets: { raw } } }) => {
      await labelled('write', { outputs: [{ name: raw.name, digest: null, label: 'v8' }] });
      await yesAgain();
      await labelled('tell', { inputs: [{ name: raw.name, digest: raw.digest, label: 'v8' }] });
    }, 'promotion_stale'],
    ['the training run tells of another commit', ({ version: { runs: { train } } }) => pipeline.report({ ...train, commit: 'd'.repeat(40), startedAt: new Date(Date.parse(train.startedAt) + 1_000).toISOString() }), 'promotion_stale'],
    ['who answers for the deployer turns out to have started a run upstream', ({ version: { runs: { ingest } } }) => pipeline.report({ ...ingest, triggeredBy: 'operator@example.test', startedAt: new Date(Date.parse(ingest.startedAt) + 1_000).toISOString() }), 'separation_of_duties'],
    ['an approval is taken back', ({ request }) => revokeApproval.execute(as(organisation.reviewer), { promotionId: request.promotionId, reason: 'I overlooked something.' }), 'promotion_stale'],
    ['an approval is gone, behind the portal’s back', ({ request }) => behind(`DELETE FROM approval WHERE promotion_id = '${request.promotionId}' AND role = 'security'`), 'approvals_incomplete'],
    ['the promotion’s time is over', ({ request }) => behind(`UPDATE promotion SET expires_at = now() WHERE id = '${request.promotionId}'`), 'promotion_stale'],
    ['another version runs there', async () => {
      const other = await pipeline.goodVersion(`other${count}`, { name: `answered-${count}` });
      await approved(organisation, other.modelVersionId);
      must(await recordDeployment.execute(as(organisation.deployer), { digest: other.digest, environment: 'production', endpoint: newId() }));
    }, 'promotion_stale'],
  ];
  it.each(cases)('%s', async (_name, change, code) => {
    const made = await repeatedYes();
    await change(made);
    const answer = await asks(made.version.digest);
    expect([answer.allowed, codesOf(answer)]).toEqual([false, [code]]);
    // The change of the answer is recorded whole, too; what follows is counted again.
    expect(await wholeAnswers(made.version.digest)).toBe(2);
    expect((await asks(made.version.digest)).allowed).toBe(false);
  });

  it('an exception ends', async () => {
    const version = await pipeline.goodVersion('excepted', { name: 'excepted', metrics: goodMetrics.map((metric) => (metric.name === 'expected_calibration_error' ? { ...metric, value: 0.3 } : metric)) });
    const { exceptionId } = must(await proposeException.execute(as(organisation.engineer), { modelVersionId: version.modelVersionId, environment: 'production', ruleId: 'calibration-error-bounded', expiresAt: new Date(Date.now() + 86_400_000).toISOString(), reason: 'The airport closed for a week.' })).value;
    must(await confirmException.execute(as(organisation.secondSecurity), { exceptionId, reason: 'Understood.' }));
    await approved(organisation, version.modelVersionId);
    expect([(await asks(version.digest)).allowed, (await asks(version.digest)).allowed]).toEqual([true, true]);
    must(await endException.execute(as(organisation.security), { exceptionId, reason: 'The data is in.' }));
    expect((await asks(version.digest)).allowed).toBe(false);
  });

  it('the account that is named as deployer is disabled, or its endpoint is another team’s', async () => {
    const { version } = await repeatedYes({ identity: organisation.deployer.id, actor: organisation.pipeline, endpoint: 'named' });
    await behind(`UPDATE service_account SET state = 'disabled' WHERE id = '${organisation.deployer.id}'`);
    expect(codesOf(await asks(version.digest, { identity: organisation.deployer.id, actor: organisation.pipeline, endpoint: 'named' }))).toEqual(['identity_may_not_deploy']);
    await behind(`UPDATE service_account SET state = 'active' WHERE id = '${organisation.deployer.id}'`);
    expect((await asks(version.digest, { identity: 'fraud-deployer', actor: organisation.pipeline, endpoint: 'named' })).allowed).toBe(true);
    await behind(`INSERT INTO deployment (id, team_id, model_version_id, digest, environment, endpoint, deployed_by, promotion_id) SELECT '${newId()}', '${organisation.otherTeamId}', '${newId()}', 'sha256:other', 'production', 'named', '${organisation.deployer.id}', '${newId()}'`);
    expect(codesOf(await asks(version.digest, { identity: 'fraud-deployer', actor: organisation.pipeline, endpoint: 'named' }))).toEqual(['endpoint_taken']);
  });
});

describe('while questions and changes come at once', () => {
  it('no yes is given whose question began after the change was committed, and no no after it was taken back', async () => {
    const version = await pipeline.goodVersion('raced', { name: 'raced' });
    const others = [answering, makeAnswering(makeChangeFeed())];
    // Odd: in quarantine. `written` is what is committed for sure; `writing` what may be.
    let written = 0;
    let writing = 0;
    let over = false;
    let asked = 0;
    const wrong: string[] = [];
    const asker = async (by: Answering) => {
      while (!over) {
        const before = written;
        const { allowed } = await asks(version.digest, { environment: 'sandbox', by });
        const after = writing;
        asked += 1;
        // Some state between the beginning and the end of the question explains the answer.
        const explained = Array.from({ length: after - before + 1 }, (_, n) => (before + n) % 2 === 0).includes(allowed);
        if (!explained) wrong.push(`${allowed} between ${before} and ${after}`);
      }
    };
    const changer = async () => {
      for (let n = 1; n <= 24; n += 1) {
        writing = n;
        await behind(`UPDATE asset_version SET state = '${n % 2 === 1 ? 'quarantined' : 'usable'}' WHERE digest = '${version.digest}'`);
        written = n;
        const enough = asked + 12;
        while (asked < enough) await admin.query('SELECT 1');
      }
      over = true;
    };
    await Promise.all([changer(), ...Array.from({ length: 8 }, (_, n) => asker(others[n % 2] ?? answering))]);
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(250);
    for (const by of others) await by.flush();
  });

  it('a change by a transaction that began long before the answer, and committed after it, ends it', async () => {
    const version = await pipeline.goodVersion('slow', { name: 'slow' });
    const slow = new pg.Client({ connectionString: database.adminUrl });
    await slow.connect();
    await slow.query(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE asset_version SET state = 'quarantined' WHERE digest = '${version.digest}'`);
    for (let n = 0; n < 3; n += 1) expect((await asks(version.digest, { environment: 'sandbox' })).allowed).toBe(true);
    // Transactions with higher numbers come and go meanwhile, and are read by the feed.
    await pipeline.report({ stage: 'unrelated', inputs: [], outputs: [] });
    expect((await asks(version.digest, { environment: 'sandbox' })).allowed).toBe(true);
    await slow.query('COMMIT');
    expect((await asks(version.digest, { environment: 'sandbox' })).allowed).toBe(false);
    await slow.end();
  });

  it('reports that have nothing to do with it end no answer', async () => {
    const { version } = await repeatedYes();
    for (let n = 0; n < 5; n += 1) await pipeline.report({ stage: 'train', inputs: [version.assets.source, version.assets.features], outputs: [{ name: 'another-model', digest: digestOfText(newId()), kind: 'model' }] });
    expect(answering.size().answers).toBe(1);
    expect((await asks(version.digest)).allowed).toBe(true);
    expect(await wholeAnswers(version.digest)).toBe(1);
  });
});

describe('the record', () => {
  it('holds the first answer whole, and how often it was given again', async () => {
    const { version } = await repeatedYes();
    await Promise.all(Array.from({ length: 40 }, () => asks(version.digest)));
    await answering.flush();
    await answering.flush();
    const { items } = must(await listDeployDecisions.execute(as(organisation.security), { digest: version.digest }));
    expect(items).toMatchObject([{ allowed: true, repeated: 42 }]);
    expect(Date.parse(items[0]?.lastGivenAt ?? '')).toBeGreaterThanOrEqual(Date.parse(items[0]?.at ?? ''));
  });

  it('holds the first answer to each asker', async () => {
    const { version } = await repeatedYes();
    await asks(version.digest, { actor: organisation.engineer });
    expect(await wholeAnswers(version.digest)).toBe(2);
  });

  it('counts digests that nobody registered beyond a share of each asker, and nothing grows with them', async () => {
    const { version } = await repeatedYes();
    const before = Number((await admin.query<{ count: string }>('SELECT count(*) FROM deploy_decision')).rows[0]?.count);
    for (let n = 0; n < 150; n += 1) expect(codesOf(await asks(digestOfText(newId()), { actor: organisation.otherPipeline }))).toEqual(['not_registered']);
    await answering.flush();
    const after = Number((await admin.query<{ count: string }>('SELECT count(*) FROM deploy_decision')).rows[0]?.count);
    expect(after - before).toBeLessThan(120);
    const { rows } = await admin.query<{ count: string }>('SELECT coalesce(sum(count), 0) AS count FROM deploy_decision_repeat WHERE other_digests');
    expect(Number(rows[0]?.count) + after - before).toBe(150);
    // The honest answer is still there.
    expect((await asks(version.digest)).allowed).toBe(true);
    expect(await wholeAnswers(version.digest)).toBe(1);
  });

  it('shows nothing to another team, whose question about the same digest is answered with not registered', async () => {
    const { version } = await repeatedYes();
    expect(codesOf(await asks(version.digest, { actor: organisation.otherPipeline }))).toEqual(['not_registered']);
    expect((await asks(version.digest)).allowed).toBe(true);
  });
});

describe('endpoint and identity', () => {
  it('only restrict: they never make a yes of a no, and who asks is known by the token', async () => {
    const version = await pipeline.goodVersion(`i${(count += 1)}`, { name: `identified-${count}` });
    expect(codesOf(await asks(version.digest, { identity: 'fraud-deployer' }))).toEqual(['not_promoted']);
    await approved(organisation, version.modelVersionId);
    expect(codesOf(await asks(version.digest, { identity: 'fraud-pipeline' }))).toEqual(['identity_differs']);
    expect(codesOf(await asks(version.digest, { identity: 'fraud-pipeline', actor: organisation.pipeline }))).toEqual(['identity_may_not_deploy']);
    expect(codesOf(await asks(version.digest, { identity: 'search-pipeline', actor: organisation.pipeline }))).toEqual(['identity_unknown']);
    expect(codesOf(await asks(version.digest, { identity: newId(), actor: organisation.pipeline }))).toEqual(['identity_unknown']);
    expect(await asks(version.digest, { identity: 'fraud-deployer', endpoint: 'here' })).toMatchObject({ allowed: true, identity: 'fraud-deployer', endpoint: 'here' });
  });
});

describe('who speaks SQL as the application', () => {
  it('can neither note, nor change, nor remove what was noted, nor forget anything recent', async () => {
    const client = new pg.Client({ connectionString: database.applicationUrl });
    await client.connect();
    for (const text of ['INSERT INTO watched_change (xid, keys) VALUES (pg_current_xact_id(), NULL)', 'UPDATE watched_change SET keys = NULL', 'DELETE FROM watched_change', 'SELECT * FROM watched_change_horizon', 'ALTER TABLE asset_version DISABLE TRIGGER note_update_of_asset_version', 'SET session_replication_role = replica', 'DELETE FROM deploy_decision_repeat'])
      await expect(client.query(text), text).rejects.toThrow(/permission denied|must be owner/);
    await admin.query('UPDATE watched_change_horizon SET at = now()');
    const noted = Number((await admin.query<{ count: string }>('SELECT count(*) FROM watched_change')).rows[0]?.count);
    expect(noted).toBeGreaterThan(0);
    expect((await client.query<{ forgotten: string }>('SELECT forget_watched_changes() AS forgotten')).rows[0]?.forgotten).toBe('0');
    await client.end();
    await admin.query(`UPDATE watched_change_horizon SET at = at - interval '3 minutes'`);
    await admin.query('SELECT forget_watched_changes()');
    expect(Number((await admin.query<{ count: string }>('SELECT count(*) FROM watched_change')).rows[0]?.count)).toBe(noted);
    await admin.query(`UPDATE watched_change_horizon SET at = at - interval '3 minutes'`);
    await admin.query('SELECT forget_watched_changes()');
    expect(Number((await admin.query<{ count: string }>('SELECT count(*) FROM watched_change')).rows[0]?.count)).toBe(0);
  });

  it('every table that is watched is watched for what is removed, too, whatever triggers are set aside', async () => {
    const { rows } = await admin.query<{ relname: string; tgname: string; tgenabled: string }>(`SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname LIKE 'note_%'`);
    expect(rows.filter(({ tgenabled }) => tgenabled !== 'A')).toEqual([]);
    const watched = [...new Set(rows.map(({ relname }) => relname))];
    expect(watched.length).toBeGreaterThan(20);
    expect(watched.filter((table) => !rows.some(({ relname, tgname }) => relname === table && tgname === 'note_removal'))).toEqual(['evidence_snapshot']);
  });
});

describe('a yes that was given before is a no, finally,', () => {
  it('when the key that signed is revoked, or the policy changed', async () => {
    const { version } = await repeatedYes();
    const title = shippedPolicies.production.title;
    const { policyVersionId, digest } = must(await proposePolicy.execute(as(organisation.security), { environment: 'production', content: { ...shippedPolicies.production, title: `${title}!` }, reason: 'Louder.' })).value;
    must(await confirmPolicy.execute(as(organisation.secondSecurity), { policyVersionId, digest, reason: 'Yes.' }));
    expect((await asks(version.digest)).allowed).toBe(false);
    const { version: signed } = await repeatedYes();
    const { id } = (await admin.query<{ id: string }>(`SELECT id FROM trust_key WHERE state = 'active'`)).rows[0] ?? { id: '' };
    must(await revokeTrustKey.execute(as(organisation.security), { id, reason: 'It was lost.' }));
    expect((await asks(signed.digest)).allowed).toBe(false);
  });
});
