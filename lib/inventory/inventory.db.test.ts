// The inventory in a real database: two people, what lapses, what is found wrong whatever the order, who read what, and what others may see.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTransaction } from '#lib/db/client.ts';
import { listFindings, type FindingItem } from '#lib/findings/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { gatherFacts, policyInputOf, versionById } from '#lib/registry/index.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { digestOfText, makePipeline, type Asset, type Pipeline } from '#lib/testing/pipeline.ts';
import { approveSource, changeSource, getSource, handleRunsReported, handleSourceChanged, listDataAccess, listSources, listValidations, noticeExpiries, proposeSource, submitValidation, withdrawSource, type Classification, type DataUse } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let pipeline: Pipeline;
let other: Pipeline;
let admin: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  pipeline = makePipeline({ organisation });
  other = makePipeline({ organisation, pipeline: organisation.otherPipeline });
  await pipeline.trust();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

let count = 0;
const fresh = (word: string) => `${word}-${(count += 1)}`;
const ahead = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const content = (dataset: string, more: Partial<{ classification: Classification; uses: DataUse[]; names: { namespace: string; name: string; prefix?: boolean }[]; ingestion: { namespace: string; name: string }[]; description: string; name: string }> = {}) => ({
  name: `Source of ${dataset}`, description: 'What the airlines report.', classification: 'restricted' as const, uses: ['training' as const, 'testing' as const], names: [{ namespace: 'flights', name: dataset }], ingestion: [{ namespace: 'flights', name: 'flights.ingest' }], ...more,
});
const propose = async (dataset: string, more: Parameters<typeof content>[1] = {}, who: Actor = organisation.engineer) => must(await proposeSource.execute(as(who), { teamId: organisation.teamId, ...content(dataset, more) })).value.sourceId;
const detail = async (sourceId: string, who: Actor = organisation.engineer) => must(await getSource.execute(as(who), { sourceId }));
const tryApprove = async (sourceId: string, who: Actor = organisation.security, days = 90) => approveSource.execute(as(who), { sourceId, contentDigest: (await detail(sourceId, organisation.security)).contentDigest, expiresAt: ahead(days), reason: 'Licence and owner checked.' });
const approve = async (sourceId: string) => must(await tryApprove(sourceId)).value;
const change = async (sourceId: string, dataset: string, more: Parameters<typeof content>[1] = {}, who: Actor = organisation.engineer) => must(await changeSource.execute(as(who), { sourceId, ...content(dataset, more) })).value;
const withdraw = async (sourceId: string) => must(await withdrawSource.execute(as(organisation.engineer), { sourceId, reason: 'It is poisoned.' })).value;
/** The approval ends as if time had passed. */
const expire = async (sourceId: string) => {
  await admin.query('BEGIN');
  await admin.query('SET LOCAL session_replication_role = replica');
  await admin.query(`UPDATE data_source SET expires_at = now() - interval '1 second' WHERE id = $1`, [sourceId]);
  await admin.query('COMMIT');
};
const asset = (name: string, tag = name): Asset => ({ name, digest: digestOfText(`${name} ${tag}`) });
const reported = async (...runs: { runId: string }[]) => handleRunsReported({ runIds: runs.map(({ runId }) => runId) });
const findings = async (more: Parameters<typeof listFindings.execute>[1] = {}, who: Actor = organisation.security): Promise<FindingItem[]> => must(await listFindings.execute(as(who), { limit: 200, source: ['inventory'], ...more })).items;
const open = async (more: Parameters<typeof listFindings.execute>[1] = {}) => (await findings({ state: ['open', 'acknowledged'], ...more })).map(({ rule }) => rule).sort();
const behind = async (statement: string, ...values: unknown[]) => admin.query(statement, values).then(() => 'done', (error: Error & { constraint?: string }) => error.constraint ?? error.message);

const sourcesOf = async (modelVersionId: string) => readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, async (tx) => {
  const row = await versionById(tx, modelVersionId);
  if (!row) throw new Error('no such version');
  return policyInputOf((await gatherFacts(tx, row)).facts, 'production', null).assurance.dataSources;
});

describe('where nobody keeps an inventory', () => {
  it('reports cost no work, and the policy’s input says that nothing is known', async () => {
    const { modelVersionId, runs } = await pipeline.goodVersion(fresh('tag'));
    expect(await sourcesOf(modelVersionId)).toBeNull();
    await reported(runs.train, runs.ingest);
    expect(await findings()).toEqual([]);
    const queued = await admin.query(`SELECT 1 FROM pgboss.job WHERE name = 'inventory.runs_reported'`);
    expect(queued.rowCount).toBe(0);
  });
});

describe('an approval', () => {
  it('is given by a second person of security, until a moment', async () => {
    const id = await propose(fresh('data'));
    expect((await detail(id)).state).toBe('proposed');
    expect((await tryApprove(id, organisation.reviewer)).ok).toBe(false);
    const outcome = await approve(id);
    expect(outcome.state).toBe('approved');
    expect(await detail(id)).toMatchObject({ state: 'approved', approvedBy: { name: 'security' }, expiresSoon: false });
    expect((await tryApprove(id, organisation.security, 400)).ok).toBe(false);
    expect((await tryApprove(id, organisation.security, -1)).ok).toBe(false);
  });

  it('is not given by who proposed it, nor by who wrote part of it since the last approval', async () => {
    const dataset = fresh('data');
    const own = await propose(dataset, {}, organisation.security);
    expect(await tryApprove(own)).toMatchObject({ ok: false, error: { code: 'inventory.needs_second_person' } });
    await change(own, dataset, { classification: 'public' }, organisation.engineer);
    expect(await tryApprove(own)).toMatchObject({ ok: false, error: { code: 'inventory.needs_second_person' } });
    expect((await tryApprove(own, organisation.secondSecurity)).ok).toBe(true);
    expect((await tryApprove(own)).ok).toBe(true);
  });

  it('lapses with every change of classification, uses, names or ingestion, and with nothing else', async () => {
    const dataset = fresh('data');
    const id = await propose(dataset);
    await approve(id);
    expect(await change(id, dataset, { description: 'Other words.' })).toMatchObject({ state: 'approved', lapsed: false });
    for (const more of [{ classification: 'public' as const }, { uses: ['analytics' as const] }, { names: [{ namespace: 'flights', name: `${dataset}/`, prefix: true }] }, { ingestion: [{ namespace: 'flights', name: 'flights.other' }] }]) {
      expect(await change(id, dataset, more)).toMatchObject({ state: 'proposed', lapsed: true, expiresAt: null });
      await change(id, dataset);
      await approve(id);
    }
    expect((await detail(id)).history.filter(({ what }) => what === 'approved')).toHaveLength(5);
  });

  it('holds for what was looked at, and for nothing that was changed in between', async () => {
    const dataset = fresh('data');
    const id = await propose(dataset);
    const { contentDigest } = await detail(id);
    await change(id, dataset, { classification: 'public' });
    expect(await approveSource.execute(as(organisation.security), { sourceId: id, contentDigest, expiresAt: ahead(1), reason: 'Seen.' })).toMatchObject({ ok: false, error: { code: 'inventory.other_content' } });
  });

  it('is refused by the database too, whatever the application says', async () => {
    const id = await propose(fresh('data'), {}, organisation.security);
    const app = new pg.Client({ connectionString: database.applicationUrl });
    await app.connect();
    const said = (error: Error & { constraint?: string }) => error.constraint ?? error.message;
    const attempt = async (actor: Actor, set: string) => {
      await app.query('BEGIN');
      await app.query(`SELECT set_config('gatehouse.actor_kind', 'person', true), set_config('gatehouse.actor_id', $1, true)`, [actor.id]);
      const outcome = await app.query(`UPDATE data_source SET ${set} WHERE id = $1`, [id]).then(async () => app.query('COMMIT').then(() => 'done', said), said);
      await app.query('ROLLBACK');
      return outcome;
    };
    const approved = (by: Actor, days = 1) => `state = 'approved', changes = changes + 1, approved_by = '${by.id ?? ''}', approved_at = now(), expires_at = now() + interval '${days} days'`;
    expect(await attempt(organisation.security, approved(organisation.security))).toBe('data_source_two_people');
    expect(await attempt(organisation.security, approved(organisation.secondSecurity))).toBe('data_source_two_people');
    expect(await attempt(organisation.reviewer, approved(organisation.reviewer))).toBe('data_source_two_people');
    expect(await attempt(organisation.secondSecurity, approved(organisation.secondSecurity, 500))).toBe('data_source_in_time');
    expect(await attempt(organisation.secondSecurity, approved(organisation.secondSecurity))).toBe('audit_required');
    expect(await attempt(organisation.engineer, `classification = 'public', changes = changes + 1`)).toBe('data_source_approval_lapses');
    expect(await attempt(organisation.engineer, `team_id = '${organisation.otherTeamId}'`)).toContain('permission denied');
    await app.end();
  });
});

describe('a source', () => {
  it('takes no name that another source of the team has, nor another’s own name', async () => {
    const dataset = fresh('data');
    await propose(dataset);
    expect(await proposeSource.execute(as(organisation.engineer), { teamId: organisation.teamId, ...content(dataset), name: fresh('Other') })).toMatchObject({ ok: false, error: { code: 'inventory.dataset_taken' } });
    expect(await proposeSource.execute(as(organisation.engineer), { teamId: organisation.teamId, ...content(fresh('data')), name: `SOURCE of ${dataset}` })).toMatchObject({ ok: false, error: { code: 'inventory.name_taken' } });
  });

  it('has an owner of its team, or the team', async () => {
    const dataset = fresh('data');
    expect(await proposeSource.execute(as(organisation.engineer), { teamId: organisation.teamId, ...content(dataset), ownerPersonId: organisation.otherEngineer.id })).toMatchObject({ ok: false, error: { code: 'inventory.unknown_owner' } });
    const { sourceId } = must(await proposeSource.execute(as(organisation.engineer), { teamId: organisation.teamId, ...content(dataset), ownerPersonId: organisation.engineer.id })).value;
    expect((await detail(sourceId)).owner).toMatchObject({ name: 'engineer' });
  });

  it('is not there for another team, by any way', async () => {
    const id = await propose(fresh('data'));
    expect(await getSource.execute(as(organisation.otherEngineer), { sourceId: id })).toMatchObject({ ok: false, error: { kind: 'not_found' } });
    expect(must(await listSources.execute(as(organisation.otherEngineer), {})).items).toEqual([]);
    expect(await withdrawSource.execute(as(organisation.otherEngineer), { sourceId: id, reason: 'Not ours.' })).toMatchObject({ ok: false, error: { kind: 'not_found' } });
    expect((await proposeSource.execute(as(organisation.otherEngineer), { teamId: organisation.teamId, ...content(fresh('data')) })).ok).toBe(false);
  });

  it('is listed in pages by either sort, each once', async () => {
    for (const sort of ['name', '-name', 'expiresAt', '-expiresAt'] as const) {
      const all = must(await listSources.execute(as(organisation.engineer), { sort, limit: 200 })).items.map(({ id }) => id);
      const paged: string[] = [];
      for (let after: string | undefined; ; ) {
        const page = must(await listSources.execute(as(organisation.engineer), { sort, limit: 3, ...(after && { after }) }));
        paged.push(...page.items.map(({ id }) => id));
        if (page.older === null) break;
        after = page.older;
      }
      expect(paged).toEqual(all);
      expect(new Set(paged).size).toBe(paged.length);
    }
    expect(must(await listSources.execute(as(organisation.engineer), { q: "%_\\'", classification: ['restricted'], state: ['expired'] })).items).toEqual([]);
  });
});

describe('a run that reads', () => {
  it('a source that nobody approved is a finding, settled by the approval and back with the withdrawal', async () => {
    const dataset = fresh('data');
    const id = await propose(dataset);
    const ingest = await pipeline.report({ stage: 'ingest', inputs: [], outputs: [asset(dataset)] });
    const train = await pipeline.report({ stage: 'train', inputs: [asset(dataset)], outputs: [{ ...asset(fresh('model')), kind: 'model' }] });
    await reported(ingest, train);
    expect(await findings({ runId: train.runId })).toMatchObject([{ rule: 'unapproved_source', severity: 'high', state: 'open' }]);
    await approve(id);
    await handleSourceChanged({ sourceId: id });
    expect(await findings({ runId: train.runId })).toMatchObject([{ rule: 'unapproved_source', state: 'resolved' }]);
    await withdraw(id);
    await handleSourceChanged({ sourceId: id });
    expect(await findings({ runId: train.runId })).toMatchObject([{ rule: 'unapproved_source', state: 'open', occurrences: 2 }]);
    await handleSourceChanged({ sourceId: id });
    await reported(train, ingest);
    expect(await findings({ runId: train.runId })).toMatchObject([{ occurrences: 2 }]);
  });

  it('a source whose approval ended is a finding, noticed by the sweep without any event', async () => {
    const dataset = fresh('data');
    const id = await propose(dataset);
    await approve(id);
    const ingest = await pipeline.report({ stage: 'ingest', inputs: [], outputs: [asset(dataset)] });
    const train = await pipeline.report({ stage: 'train', inputs: [asset(dataset)], outputs: [] });
    await reported(ingest, train);
    expect(await open({ runId: train.runId })).toEqual([]);
    await expire(id);
    expect((await detail(id)).state).toBe('expired');
    expect(await noticeExpiries()).toBe(1);
    await handleSourceChanged({ sourceId: id });
    expect(await findings({ runId: train.runId })).toMatchObject([{ rule: 'expired_source', severity: 'medium', state: 'open' }]);
    expect(await noticeExpiries()).toBe(0);
    expect((await tryApprove(id, organisation.secondSecurity)).ok).toBe(true);
    await handleSourceChanged({ sourceId: id });
    expect(await open({ runId: train.runId })).toEqual([]);
  });

  it('a source for what it is not allowed for is a finding', async () => {
    const dataset = fresh('data');
    const id = await propose(dataset, { uses: ['analytics'], classification: 'internal' });
    await approve(id);
    const ingest = await pipeline.report({ stage: 'ingest', inputs: [], outputs: [asset(dataset)] });
    const report = await pipeline.report({ stage: 'report', inputs: [asset(dataset)], outputs: [] });
    const train = await pipeline.report({ stage: 'train', inputs: [asset(dataset)], outputs: [] });
    await reported(ingest, report);
    expect(await open({ runId: report.runId })).toEqual([]);
    await reported(train);
    expect(await findings({ runId: train.runId })).toMatchObject([{ rule: 'use_not_allowed', severity: 'medium' }]);
  });

  it('a digest that no approved ingestion produced is a finding: under the name of a source, and of none', async () => {
    const dataset = fresh('data');
    await approve(await propose(dataset));
    const poisoned = asset(dataset, 'poisoned');
    const stranger = asset(fresh('stray'));
    const train = await pipeline.report({ stage: 'train', inputs: [poisoned, stranger], outputs: [] });
    await reported(train);
    expect(await open({ runId: train.runId })).toEqual(['no_approved_ingestion', 'no_approved_ingestion']);
    expect((await findings({ digest: poisoned.digest ?? '' }))[0]).toMatchObject({ severity: 'high' });
  });

  it('a digest is fine as soon as the ingestion completes, also when its report comes late', async () => {
    const dataset = fresh('data');
    await approve(await propose(dataset));
    const train = await pipeline.report({ stage: 'train', inputs: [asset(dataset)], outputs: [] });
    await reported(train);
    expect(await open({ runId: train.runId })).toEqual(['no_approved_ingestion']);
    const failed = await pipeline.report({ stage: 'ingest', inputs: [], outputs: [asset(dataset)], failed: true });
    await reported(failed);
    expect(await open({ runId: train.runId })).toEqual(['no_approved_ingestion']);
    const impostor = await pipeline.report({ stage: 'copy', inputs: [], outputs: [asset(dataset)] });
    await reported(impostor);
    expect(await open({ runId: train.runId })).toEqual(['no_approved_ingestion']);
    const ingest = await pipeline.report({ stage: 'ingest', inputs: [asset(fresh('zone'))], outputs: [asset(dataset)] });
    await reported(ingest);
    expect(await open({ runId: train.runId })).toEqual([]);
    expect(await open({ runId: ingest.runId })).toEqual([]);
  });

  it('data that a known run made of approved data is nobody’s finding', async () => {
    const dataset = fresh('data');
    await approve(await propose(dataset));
    const features = asset(fresh('features'));
    const runs = [await pipeline.report({ stage: 'ingest', inputs: [], outputs: [asset(dataset)] }), await pipeline.report({ stage: 'features', inputs: [asset(dataset)], outputs: [features] }), await pipeline.report({ stage: 'train', inputs: [features], outputs: [] })];
    await reported(...runs);
    for (const { runId } of runs) expect(await open({ runId })).toEqual([]);
  });

  it('in a team without an inventory gives no finding about what is of no source', async () => {
    const train = await other.report({ stage: 'train', inputs: [asset(fresh('elsewhere'))], outputs: [] });
    await reported(train);
    expect(await open({ runId: train.runId })).toEqual([]);
  });

  it('another team’s source is judged by that source, and is told nothing of it', async () => {
    const dataset = fresh('data');
    const ingest = await pipeline.report({ stage: 'ingest', inputs: [], outputs: [asset(dataset)] });
    const id = await propose(dataset, { name: `Secret ${dataset}` });
    const train = await other.report({ stage: 'train', inputs: [asset(dataset)], outputs: [] });
    await reported(ingest, train);
    const [finding] = await findings({ runId: train.runId }, organisation.otherEngineer);
    expect(finding).toMatchObject({ rule: 'unapproved_source', teamId: organisation.otherTeamId });
    expect(JSON.stringify(finding)).not.toContain('Secret');
    const seen = must(await listDataAccess.execute(as(organisation.otherEngineer), { sourceId: id })).items;
    expect(seen).toMatchObject([{ sourceName: 'a source of another team', runId: train.runId }]);
    const owners = must(await listDataAccess.execute(as(organisation.engineer), { sourceId: id })).items;
    expect(owners).toMatchObject([{ sourceName: `Secret ${dataset}`, job: 'a run of another team', serviceAccount: { name: 'search-pipeline' } }]);
  });

  it('is not changed in its judgement by what another team calls the same bytes', async () => {
    const dataset = fresh('data');
    await approve(await propose(dataset));
    const ingest = await pipeline.report({ stage: 'ingest', inputs: [], outputs: [asset(dataset)] });
    const train = await pipeline.report({ stage: 'train', inputs: [asset(dataset)], outputs: [] });
    const theirs = fresh('theirs');
    const sabotage = must(await proposeSource.execute(as(organisation.otherEngineer), { teamId: organisation.otherTeamId, ...content(theirs) })).value.sourceId;
    await other.report({ stage: 'train', inputs: [{ name: theirs, digest: asset(dataset).digest }], outputs: [] });
    await reported(ingest, train);
    await handleSourceChanged({ sourceId: sabotage });
    expect(await open({ runId: train.runId })).toEqual([]);
    must(await withdrawSource.execute(as(organisation.otherEngineer), { sourceId: sabotage, reason: 'Done.' }));
  });
});

describe('who read what', () => {
  it('is the service account, who answered for it then, who triggered the run, when; once for a run and version', async () => {
    const dataset = fresh('data');
    const id = await propose(dataset);
    const runs = [await pipeline.report({ stage: 'ingest', inputs: [], outputs: [asset(dataset)] }), await pipeline.report({ stage: 'train', inputs: [asset(dataset)], outputs: [], triggeredBy: 'ada@example.test' })];
    await reported(...runs);
    await reported(...runs);
    const { items } = must(await listDataAccess.execute(as(organisation.auditor), { sourceId: id }));
    expect(items).toMatchObject([{ serviceAccount: { name: 'fraud-pipeline' }, responsible: { name: 'engineer' }, triggeredBy: 'ada@example.test', use: 'training', classification: 'restricted', ingestion: false, runId: runs[1]?.runId }]);
    const byPerson = must(await listDataAccess.execute(as(organisation.auditor), { person: organisation.engineer.id, sourceId: id, classification: ['restricted'], use: ['training'] }));
    expect(byPerson.items).toHaveLength(1);
    expect(must(await listDataAccess.execute(as(organisation.auditor), { person: organisation.security.id })).items).toEqual([]);
  });

  it('is found for runs that were reported before anybody wrote the source', async () => {
    const dataset = fresh('data');
    const runs = [await pipeline.report({ stage: 'ingest', inputs: [], outputs: [asset(dataset)] }), await pipeline.report({ stage: 'train', inputs: [asset(dataset)], outputs: [] })];
    await reported(...runs);
    const id = await propose(dataset);
    await handleSourceChanged({ sourceId: id });
    expect(must(await listDataAccess.execute(as(organisation.engineer), { sourceId: id })).items).toHaveLength(1);
    expect(await open({ runId: runs[1]?.runId ?? '' })).toEqual(['unapproved_source']);
  });

  it('cannot be changed or removed by the application', async () => {
    const app = new pg.Client({ connectionString: database.applicationUrl });
    await app.connect();
    await expect(app.query('DELETE FROM data_access')).rejects.toThrow('permission denied');
    await expect(app.query('UPDATE data_access SET service_account_id = service_account_id')).rejects.toThrow('permission denied');
    await expect(app.query('DELETE FROM data_source_decision')).rejects.toThrow('permission denied');
    await expect(app.query('UPDATE data_source_revision SET at = at')).rejects.toThrow('permission denied');
    await app.end();
  });
});

describe('findings', () => {
  it('are the same in whatever order sources, approvals and events come', async () => {
    const steps = ['propose', 'approve', 'ingest', 'train', 'stray', 'withdraw-other', 'evaluate'] as const;
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...steps], { minLength: steps.length }), fc.infiniteStream(fc.boolean()), async (order, twice) => {
        const dataset = fresh('ordered');
        const [late, stray, withdrawn] = [asset(dataset), asset(fresh('stray')), asset(fresh('gone'))];
        let source: string | null = null;
        let approving = false;
        const say = async (run: { runId: string }) => { await reported(run); if (twice.next().value) await reported(run); };
        for (const step of order) {
          if (step === 'propose') { source = await propose(dataset, { uses: ['training'] }); await handleSourceChanged({ sourceId: source }); }
          if (step === 'approve') approving = true;
          if (approving && source !== null) { approving = false; await approve(source); await handleSourceChanged({ sourceId: source }); }
          if (step === 'ingest') await say(await pipeline.report({ stage: 'ingest', inputs: [], outputs: [late], startedAt: '2026-01-01T00:00:00.000Z' }));
          if (step === 'train') await say(await pipeline.report({ stage: 'train', inputs: [late, withdrawn], outputs: [], startedAt: '2026-01-02T00:00:00.000Z' }));
          if (step === 'evaluate') await say(await pipeline.report({ stage: 'evaluate', inputs: [late], outputs: [], startedAt: '2026-01-03T00:00:00.000Z' }));
          if (step === 'stray') await say(await pipeline.report({ stage: 'train', inputs: [stray], outputs: [], startedAt: '2026-01-04T00:00:00.000Z' }));
          if (step === 'withdraw-other') { const id = await propose(withdrawn.name); await withdraw(id); await handleSourceChanged({ sourceId: id }); }
        }
        const rules = async ({ digest }: Asset) => (await findings({ digest: digest ?? '', state: ['open'] })).map(({ rule, severity }) => `${rule} ${severity}`).sort();
        expect([await rules(late), await rules(stray), await rules(withdrawn)]).toEqual([['use_not_allowed high'], ['no_approved_ingestion high'], ['no_approved_ingestion high', 'unapproved_source high']]);
      }),
      { numRuns: 8 },
    );
  }, 240_000);
});

describe('the policy’s input', () => {
  it('names what is of no approved source, and nothing when all is', async () => {
    const { modelVersionId } = await pipeline.goodVersion(fresh('tag'));
    expect((await sourcesOf(modelVersionId))?.unapproved).toEqual([expect.stringContaining('flights-source')]);
    const id = await propose('flights');
    expect((await sourcesOf(modelVersionId))?.unapproved).toEqual([expect.stringContaining('source Source of flights, not approved')]);
    await approve(id);
    expect(await sourcesOf(modelVersionId)).toEqual({ unapproved: [] });
    await expire(id);
    expect((await sourcesOf(modelVersionId))?.unapproved).toEqual([expect.stringContaining('the approval is over')]);
  });
});

describe('a validation result', () => {
  const document = (success = true) => Buffer.from(JSON.stringify({ success, suite_name: 'flights', results: [{ success, expectation_config: { type: 'not_null', kwargs: { column: 'dep_delay' } }, result: {}, exception_info: {} }], meta: {} }));
  const versionOf = async (digest: string) => (await admin.query<{ id: string }>('SELECT id FROM asset_version WHERE digest = $1', [digest])).rows[0]?.id ?? '';
  const send = (id: string, bytes: Buffer, who: Actor = organisation.pipeline, contentType = 'application/json') => submitValidation.execute(as(who), { id, bytes: bytes as never, contentType });

  it('is kept once, shown as claimed, and by whom; from an account or a person', async () => {
    const data = asset(fresh('data'));
    await pipeline.report({ stage: 'ingest', inputs: [], outputs: [data] });
    const id = await versionOf(data.digest ?? '');
    const first = must(await send(id, document())).value;
    expect(first).toMatchObject({ success: true, evaluated: 1, failed: 0, known: false });
    expect(must(await send(id, document())).value).toMatchObject({ validationId: first.validationId, known: true });
    expect(must(await send(id, document(false), organisation.engineer)).value).toMatchObject({ failed: 1 });
    const { items } = must(await listValidations.execute(as(organisation.engineer), { id }));
    expect(items).toMatchObject([{ strength: 'claimed', success: false, by: 'engineer' }, { strength: 'claimed', success: true, by: 'fraud-pipeline', results: [{ expectation: 'not_null', column: 'dep_delay', passed: true }] }]);
  });

  it('beside a verified test result is proven by it or contradicted', async () => {
    const data = asset(fresh('data'));
    await pipeline.report({ stage: 'ingest', inputs: [], outputs: [data] });
    await pipeline.validate(data);
    const id = await versionOf(data.digest ?? '');
    const { items } = must(await listValidations.execute(as(organisation.engineer), { id }));
    expect(items).toMatchObject([{ kind: 'attestation', strength: 'proven', success: true }]);
    const test = items[0]?.results[0];
    if (!test) return;
    const opposite = Buffer.from(JSON.stringify({ success: false, results: [{ success: false, expectation_config: { type: test.expectation, kwargs: { column: test.column } } }] }));
    must(await send(id, opposite));
    expect(must(await listValidations.execute(as(organisation.engineer), { id })).items.find(({ kind }) => kind === 'great_expectations')).toMatchObject({ strength: 'contradicted' });
  });

  it('about what the sender may not see looks like one about nothing', async () => {
    const data = asset(fresh('data'));
    await pipeline.report({ stage: 'ingest', inputs: [], outputs: [data] });
    const id = await versionOf(data.digest ?? '');
    expect(await send(id, document(), organisation.otherPipeline)).toEqual(await send(newId(), document(), organisation.otherPipeline).then((result) => ({ ...result })));
    expect((await send(id, document(), organisation.deployer)).ok).toBe(false);
    expect((await listValidations.execute(as(organisation.otherEngineer), { id })).ok).toBe(false);
  });

  it('in another form is refused with its reason, and nothing is kept', async () => {
    const data = asset(fresh('data'));
    await pipeline.report({ stage: 'ingest', inputs: [], outputs: [data] });
    const id = await versionOf(data.digest ?? '');
    expect(await send(id, Buffer.from('{"success": NaN}'))).toMatchObject({ ok: false, error: { kind: 'malformed' } });
    expect(await send(id, Buffer.from('{}'))).toMatchObject({ ok: false, error: { kind: 'invalid' } });
    expect(await send(id, document(), organisation.pipeline, 'text/plain')).toMatchObject({ ok: false, error: { kind: 'unsupported_media_type' } });
    expect(must(await listValidations.execute(as(organisation.engineer), { id })).items).toEqual([]);
  });
});

describe('the database', () => {
  it('keeps who approved: nobody approves by writing the row, and a decision names who acts', async () => {
    expect(await behind(`INSERT INTO data_source_decision (id, source_id, verdict, content_digest, person_id, reason) SELECT gen_random_uuid(), id, 'approved', content_digest, '${organisation.security.id}', 'x' FROM data_source LIMIT 1`)).toBe('data_source_by_actor');
  });
});
