// The sources of the strict set, from what is reported and signed to the verdict of a request and the answer to a deployer.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPromotion, handleIncidentsChanged } from '#lib/approvals/index.ts';
import { readTransaction } from '#lib/db/client.ts';
import { askDeploy, listEndpointReports, reportEndpoint } from '#lib/deployments/index.ts';
import { closeIncident, getIncident, listIncidents, noteIncident, openIncident } from '#lib/incidents/index.ts';
import type { Json } from '#lib/kernel/canonical-json.ts';
import { newId } from '#lib/kernel/ids.ts';
import { confirmPolicy, ensureShippedPolicies, proposePolicy, shippedPolicies, strictProduction, type PolicyContent, type PolicyInput } from '#lib/policy/index.ts';
import { makeKey } from '#lib/testing/attestations.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { digestOfText, makePipeline, type Pipeline } from '#lib/testing/pipeline.ts';
import { approved, ask, decide, deploy } from '#lib/testing/promotion.ts';
import { confirmWindow, listWindows, proposeWindow, rejectWindow, weekdays } from '#lib/windows/index.ts';
import { gatherFacts, policyInputOf, versionById } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let pipeline: Pipeline;
let admin: pg.Client;

/** Rules of the strict set whose sources are the subject here; the whole default set stands beside them. */
const mine = ['artifact-scan-clean', 'training-container-scanned', 'endpoint-guarded', 'no-open-incident', 'reproducibility-verified', 'change-window-open'];
const policyWith = (ids: readonly string[], changes: Partial<PolicyContent> = {}): PolicyContent => ({ ...shippedPolicies.production, parameters: strictProduction.parameters, rules: [...shippedPolicies.production.rules, ...strictProduction.rules.filter(({ id }) => ids.includes(id))], ...changes });
const activate = async (content: PolicyContent) => {
  const { policyVersionId, digest } = must(await proposePolicy.execute(as(organisation.security), { environment: 'production', content, reason: 'For the test.' })).value;
  must(await confirmPolicy.execute(as(organisation.secondSecurity), { policyVersionId, digest, reason: 'Yes.' }));
};

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
/** A good version of a model of its own: its name, its artifact, the run that trained it. */
async function fresh() {
  count += 1;
  const name = `assured-${count}`;
  return { ...(await pipeline.goodVersion(`a${count}`, { name })), name };
}
const documentOf = (modelVersionId: string, parameters: PolicyContent['parameters'] = {}): Promise<PolicyInput> =>
  readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, async (tx) => {
    const row = await versionById(tx, modelVersionId);
    if (!row) throw new Error('no version');
    return policyInputOf((await gatherFacts(tx, row)).facts, 'production', null, [], parameters);
  });
const assurance = async (modelVersionId: string, parameters: PolicyContent['parameters'] = {}) => (await documentOf(modelVersionId, parameters)).assurance;

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
type Found = { id: string; severity?: Json };
const scan = (digest: string, result: readonly Found[] | Json = [], { version = 'v0.2', finished = daysAgo(0), uri = 'pkg:github/aquasecurity/trivy@v0.50' }: { version?: string; finished?: string | null; uri?: string } = {}, keys?: Parameters<Pipeline['submit']>[1]) =>
  pipeline.submit({
    _type: 'https://in-toto.io/Statement/v1', subject: [{ name: 'scanned', digest: { sha256: digest.replace('sha256:', '') } }], predicateType: `https://in-toto.io/attestation/vulns/${version}`,
    predicate: { scanner: { uri, version: '0.50', db: { uri: 'pkg:github/aquasecurity/trivy-db', version: 'v2', lastUpdate: finished ?? daysAgo(0) }, result }, ...(finished === null ? {} : { metadata: { scanStartedOn: finished, scanFinishedOn: finished } }) } as Json,
  }, keys);
const severity = (score: string, method = 'nvd') => [{ method, score }];

describe('a scan of the artifact', () => {
  it('is none until a verified one is there: what a key signs that nobody trusts counts for nothing, for or against', async () => {
    const { modelVersionId, digest } = await fresh();
    expect((await assurance(modelVersionId)).scan).toBeNull();
    await scan(digest, [], {}, [makeKey()]);
    expect((await assurance(modelVersionId)).scan).toBeNull();
    await scan(digest);
    expect((await assurance(modelVersionId)).scan).toEqual({ clean: true, fresh: true, tool: 'pkg:github/aquasecurity/trivy', detail: 'nothing at or above high' });
    await scan(digest, [{ id: 'CVE-1', severity: severity('critical') }], {}, [makeKey()]);
    expect((await assurance(modelVersionId)).scan).toMatchObject({ clean: true });
  });

  it.each<[string, readonly Found[] | Json, boolean]>([
    ['a critical one in words', [{ id: 'CVE-1', severity: severity('CRITICAL') }], false],
    ['a medium one, which is below the threshold', [{ id: 'CVE-1', severity: severity('medium') }], true],
    ['a CVSS score of 7', [{ id: 'CVE-1', severity: severity('7.0', 'cvss_score') }], false],
    ['a CVSS score of 6.9', [{ id: 'CVE-1', severity: severity('6.9', 'cvss_score') }], true],
    ['one that two methods judge differently', [{ id: 'CVE-1', severity: [...severity('low'), ...severity('9.8', 'cvss_v3')] }], false],
    ['one whose severity cannot be read', [{ id: 'CVE-1', severity: severity('AV:N/AC:L', 'cvss_v3') }], false],
    ['one with a probability alone', [{ id: 'CVE-1', severity: severity('0.02', 'epss') }], false],
    ['one without a severity', [{ id: 'CVE-1' }], false],
    ['one nested as the text of v0.1 says', [{ vulnerability: { id: 'CVE-1', severity: severity('high') } }], false],
    ['a result that is no list', { Results: [] }, false],
  ])('finds %s', async (_what, result, clean) => {
    const { modelVersionId, digest } = await fresh();
    await scan(digest, result, { version: 'v0.1' });
    expect((await assurance(modelVersionId)).scan).toMatchObject({ clean });
  });

  it('is heard when it is the newest of its scanner, and two scanners must agree', async () => {
    const { modelVersionId, digest } = await fresh();
    await scan(digest, [{ id: 'CVE-1', severity: severity('high') }], { finished: daysAgo(3) });
    expect((await assurance(modelVersionId)).scan).toMatchObject({ clean: false, fresh: true, detail: '1 at or above high: CVE-1 (high)' });
    await scan(digest, [], { finished: daysAgo(2), uri: 'pkg:github/aquasecurity/trivy@v0.51' });
    expect((await assurance(modelVersionId)).scan).toMatchObject({ clean: true });
    await scan(digest, [{ id: 'GHSA-2', severity: severity('high') }], { finished: daysAgo(1), uri: 'pkg:github/anchore/grype@v1' });
    expect((await assurance(modelVersionId)).scan).toMatchObject({ clean: false, tool: 'pkg:github/anchore/grype, pkg:github/aquasecurity/trivy' });
    const moment = daysAgo(0.5);
    await scan(digest, [], { finished: moment, uri: 'pkg:github/anchore/grype@v1' });
    expect((await assurance(modelVersionId)).scan).toMatchObject({ clean: true });
    await scan(digest, [{ id: 'GHSA-3', severity: severity('critical') }], { finished: moment, uri: 'pkg:github/anchore/grype@v1' });
    expect((await assurance(modelVersionId)).scan, 'two at the same moment that disagree').toMatchObject({ clean: false });
  });

  it('grows old by the days of the policy, cannot be dated into the future, and needs a date', async () => {
    const [old, future, undated] = [await fresh(), await fresh(), await fresh()];
    await scan(old.digest, [], { finished: daysAgo(31) });
    expect((await assurance(old.modelVersionId)).scan).toMatchObject({ clean: true, fresh: false });
    expect((await assurance(old.modelVersionId, { scanFreshDays: { value: 60, meaning: 'm' } })).scan).toMatchObject({ fresh: true });
    await scan(future.digest, [], { finished: '2999-01-01T00:00:00Z' });
    await admin.query(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE evidence SET received_at = received_at - interval '40 days' WHERE id IN (SELECT evidence_id FROM evidence_subject WHERE digest = '${future.digest}'); COMMIT`);
    const late = (await assurance(future.modelVersionId)).scan;
    expect(late === null || !late.fresh).toBe(true);
    await scan(undated.digest, [], { finished: null });
    expect((await assurance(undated.modelVersionId)).scan).toMatchObject({ fresh: false });
  });

  it('with the same outcome again changes nothing about the document', async () => {
    const { modelVersionId, digest } = await fresh();
    await scan(digest, [], { finished: daysAgo(2) });
    const before = await documentOf(modelVersionId);
    await scan(digest, [], { finished: daysAgo(1) });
    expect(await documentOf(modelVersionId)).toEqual(before);
  });

  it('may be a test result whose configuration is a scan; another test result is none', async () => {
    const { modelVersionId, digest } = await fresh();
    const tested = (configuration: string, result: string, failedTests: string[] = []) => pipeline.submit({ _type: 'https://in-toto.io/Statement/v1', subject: [{ name: 'model', digest: { sha256: digest.replace('sha256:', '') } }], predicateType: 'https://in-toto.io/attestation/test-result/v0.1', predicate: { result, configuration: [{ name: configuration, digest: { sha256: 'a'.repeat(64) } }], passedTests: ['pickle opcodes'], failedTests } });
    await tested('smoke.json', 'PASSED');
    expect((await assurance(modelVersionId)).scan).toBeNull();
    await tested('modelscan.toml', 'PASSED');
    expect((await assurance(modelVersionId)).scan).toMatchObject({ clean: true, fresh: true, tool: 'modelscan.toml' });
    await tested('modelscan.toml', 'FAILED', ['unsafe operator os.system']);
    expect((await assurance(modelVersionId)).scan).toMatchObject({ clean: false, detail: '1 at or above high: unsafe operator os.system (critical)' });
  });
});

describe('a scan of the training image', () => {
  it('is about the very image that the training run names', async () => {
    const tag = `image-${newId()}`;
    const assets = pipeline.assetsOf(tag);
    const image = digestOfText(`image ${tag}`);
    await pipeline.report({ stage: 'ingest', inputs: [assets.source], outputs: [assets.raw] });
    await pipeline.validate(assets.raw);
    const train = await pipeline.report({ stage: 'train', inputs: [assets.raw], outputs: [assets.model], container: image });
    await pipeline.provenance(train);
    const { modelVersionId } = await pipeline.publish(assets.model, 'imaged', train.runId);
    expect((await assurance(modelVersionId)).container).toBeNull();
    await scan(digestOfText('another image'));
    expect((await assurance(modelVersionId)).container).toBeNull();
    await scan(image, [{ id: 'CVE-1', severity: severity('high') }], { finished: daysAgo(1) });
    expect((await assurance(modelVersionId)).container).toMatchObject({ digest: image, scanPassed: false });
    await scan(image);
    expect((await assurance(modelVersionId)).container).toMatchObject({ digest: image, scanPassed: true });
  });
});

describe('a repetition of the training', () => {
  const trained = async (tag: string, changes: { model?: string; raw?: string; commit?: string; container?: string; failed?: boolean; startedAt?: string } = {}) => {
    const assets = pipeline.assetsOf(tag);
    return pipeline.report({ stage: `train-${tag}`, inputs: [{ ...assets.raw, digest: changes.raw ?? assets.raw.digest }], outputs: [{ ...assets.model, digest: changes.model ?? assets.model.digest }], commit: changes.commit ?? 'c'.repeat(40), container: changes.container ?? digestOfText('image'), parameters: { trees: '300' }, ...(changes.failed ? { failed: true } : {}), startedAt: changes.startedAt ?? daysAgo(1) });
  };
  async function first(tag: string) {
    const run = await trained(tag, { startedAt: daysAgo(2) });
    await pipeline.provenance(run);
    return pipeline.publish(pipeline.assetsOf(tag).model, `again-${tag}`, run.runId);
  }

  it('is none where nobody tried again, or where the other run read, ran or was something else', async () => {
    const { modelVersionId } = await first('r1');
    expect((await assurance(modelVersionId)).reproducibility).toBeNull();
    await trained('r1', { raw: digestOfText('other data') });
    await trained('r1', { commit: 'd'.repeat(40) });
    await trained('r1', { container: digestOfText('other image') });
    await trained('r1', { failed: true });
    expect((await assurance(modelVersionId)).reproducibility).toBeNull();
  });

  it('matches when it wrote the same bytes, and the newest one decides', async () => {
    const { modelVersionId } = await first('r2');
    await trained('r2', { startedAt: daysAgo(1) });
    expect((await assurance(modelVersionId)).reproducibility).toEqual({ matched: true, fresh: true, detail: '' });
    const diverged = await trained('r2', { model: digestOfText('other bytes'), startedAt: daysAgo(0.5) });
    expect((await assurance(modelVersionId)).reproducibility).toEqual({ matched: false, fresh: true, detail: `run ${diverged.runId}` });
  });

  it('grows old', async () => {
    const run = await trained('r3', { startedAt: daysAgo(200) });
    await pipeline.provenance(run);
    const { modelVersionId } = await pipeline.publish(pipeline.assetsOf('r3').model, 'again-r3', run.runId);
    await trained('r3', { startedAt: daysAgo(150) });
    expect((await assurance(modelVersionId)).reproducibility).toMatchObject({ matched: true, fresh: false });
  });
});

describe('reports about endpoints', () => {
  const report = (endpoint: string, changes: Partial<Parameters<typeof reportEndpoint.execute>[1]> = {}, who: Parameters<typeof as>[0] = organisation.deployer) => reportEndpoint.execute(as(who), { environment: 'production', endpoint, public: false, ...changes });

  it('come from deployers of the team alone, are kept one by one, and are not seen by other teams', async () => {
    for (const who of ['engineer', 'reviewer', 'security', 'admin', 'pipeline', 'auditor'] as const) expect(await report('e', {}, organisation[who]), who).toMatchObject({ error: { kind: 'forbidden' } });
    expect(await report('e', { model: 'no-such-model' })).toMatchObject({ error: { kind: 'invalid', code: 'deployments.unknown_model' } });
    must(await report('kept', { public: true }));
    must(await report('kept', { public: true, wafRule: 'arn:waf/rule-1' }));
    const { items } = must(await listEndpointReports.execute(as(organisation.engineer), { q: 'kept' }));
    expect(items.map(({ wafRule, newest }) => [wafRule, newest])).toEqual([['arn:waf/rule-1', true], [null, false]]);
    expect(must(await listEndpointReports.execute(as(organisation.otherEngineer), {})).items).toEqual([]);
  });

  it('decide about the endpoints on which the model runs and those that are meant for it; one unreported or old makes it unknown', async () => {
    const { modelVersionId, name } = await fresh();
    const endpoint = async () => (await assurance(modelVersionId)).endpoint;
    expect(await endpoint()).toBeNull();
    must(await report(`${name}-a`, { model: name }));
    expect(await endpoint()).toEqual({ public: false, wafRule: false, detail: `${name}-a: private` });
    must(await report(`${name}-b`, { model: name, public: true }));
    expect(await endpoint()).toMatchObject({ public: true, wafRule: false });
    must(await report(`${name}-b`, { model: name, public: true, wafRule: 'rule-7' }));
    expect(await endpoint()).toMatchObject({ public: true, wafRule: true, detail: `${name}-a: private; ${name}-b: public, behind rule-7` });
    await admin.query(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE endpoint_report SET reported_at = reported_at - interval '8 days' WHERE endpoint = '${name}-a'; COMMIT`);
    expect(await endpoint()).toBeNull();
  });

  it('are looked at again for the very endpoint when a version is deployed', async () => {
    await activate(policyWith(['endpoint-guarded']));
    const { modelVersionId, digest, name } = await fresh();
    expect((await ask(organisation.engineer, modelVersionId)).verdict).toBe('blocked');
    must(await report(`${name}-safe`, { model: name }));
    await approved(organisation, modelVersionId);
    must(await report(`${name}-open`, { public: true }));
    expect(await deploy(organisation.deployer, digest, 'production', `${name}-open`)).toMatchObject({ error: { code: 'deployments.not_allowed', message: expect.stringMatching(/public without a rule/) as string } });
    expect(await deploy(organisation.deployer, digest, 'production', `${name}-unknown`)).toMatchObject({ error: { message: expect.stringMatching(/not evaluated/) as string } });
    const asked = must(await askDeploy.execute(as(organisation.deployer), { digest, environment: 'production', endpoint: `${name}-open` })).value;
    expect(asked).toMatchObject({ allowed: false, reasons: [{ code: 'endpoint-guarded' }] });
    must(await deploy(organisation.deployer, digest, 'production', `${name}-safe`));
    must(await deploy(organisation.deployer, digest, 'production', `${name}-safe`));
    must(await report(`${name}-safe`, { public: true }));
    expect(await deploy(organisation.deployer, digest, 'production', `${name}-safe`)).toMatchObject({ ok: false });
  });
});

describe('an incident', () => {
  const open = (changes: Partial<Parameters<typeof openIncident.execute>[1]> = {}, who: Parameters<typeof as>[0] = organisation.security) => openIncident.execute(as(who), { teamId: organisation.teamId, title: 'Poisoned labels', severity: 'critical', reason: 'An uploader was compromised on Monday.', ...changes });
  const incidents = async (modelVersionId: string) => (await assurance(modelVersionId)).incidents;

  it('is opened and closed by security, with notes of those who look into it, all of it on record', async () => {
    const { digest } = await fresh();
    for (const who of ['engineer', 'reviewer', 'admin', 'auditor', 'pipeline', 'deployer'] as const) expect(await open({ digests: [digest] }, organisation[who]), who).toMatchObject({ error: { kind: 'forbidden' } });
    expect(await open({ digests: [digestOfText('nowhere')] })).toMatchObject({ error: { code: 'incidents.unknown_subject' } });
    expect(await open({})).toMatchObject({ error: { kind: 'invalid' } });
    expect(await open({ teamId: organisation.otherTeamId, digests: [digest] })).toMatchObject({ error: { code: 'incidents.unknown_subject' } });
    const { incidentId } = must(await open({ digests: [digest] })).value;
    must(await noteIncident.execute(as(organisation.engineer), { incidentId, text: 'The upload log ends at 03:12.' }));
    expect(await noteIncident.execute(as(organisation.otherEngineer), { incidentId, text: 'Hello there.' })).toMatchObject({ error: { kind: 'not_found' } });
    expect(await closeIncident.execute(as(organisation.engineer), { incidentId, reason: 'It is nothing, really.' })).toMatchObject({ error: { kind: 'forbidden' } });
    must(await closeIncident.execute(as(organisation.secondSecurity), { incidentId, reason: 'The bytes were compared with the backup.' }));
    expect(await closeIncident.execute(as(organisation.security), { incidentId, reason: 'Once more, to be sure.' })).toMatchObject({ error: { code: 'incidents.closed' } });
    expect(await noteIncident.execute(as(organisation.engineer), { incidentId, text: 'Too late.' })).toMatchObject({ error: { code: 'incidents.closed' } });
    const seen = must(await getIncident.execute(as(organisation.auditor), { incidentId }));
    expect(seen).toMatchObject({ state: 'closed', closedBy: { name: 'second-security' }, notes: [{ writtenBy: { name: 'engineer' } }], subjects: [{ kind: 'version', digest }] });
    expect(seen.history.filter(({ outcome }) => outcome === 'done').map(({ action }) => action)).toEqual(['incidents.openIncident', 'incidents.closeIncident']);
    expect(await getIncident.execute(as(organisation.otherEngineer), { incidentId })).toMatchObject({ error: { kind: 'not_found' } });
    expect(must(await listIncidents.execute(as(organisation.otherEngineer), {})).items).toEqual([]);
  });

  it('stands among the facts of what it is about and of everything made from it, while it is open', async () => {
    const { modelVersionId, name, assets } = await fresh();
    expect(await incidents(modelVersionId)).toEqual({ open: [] });
    const upstream = must(await open({ digests: [assets.raw.digest] })).value.incidentId;
    expect(await incidents(modelVersionId)).toEqual({ open: ['critical: Poisoned labels'] });
    const whole = must(await open({ models: [name], title: 'Wrong threshold', severity: 'low' })).value.incidentId;
    expect(await incidents(modelVersionId)).toEqual({ open: ['critical: Poisoned labels', 'low: Wrong threshold'] });
    for (const incidentId of [upstream, whole]) must(await closeIncident.execute(as(organisation.security), { incidentId, reason: 'Looked into and settled.' }));
    expect(await incidents(modelVersionId)).toEqual({ open: [] });
  });

  it('of another team upstream counts, and its words stay there', async () => {
    const shared = { name: 'shared', digest: digestOfText(`shared ${newId()}`) };
    const other = makePipeline({ organisation, pipeline: organisation.otherPipeline });
    await other.report({ stage: 'collect', inputs: [], outputs: [shared] });
    const assets = pipeline.assetsOf(`x-${newId()}`);
    const train = await pipeline.report({ stage: 'train', inputs: [shared], outputs: [assets.model] });
    const { modelVersionId } = await pipeline.publish(assets.model, 'of-shared', train.runId);
    must(await open({ teamId: organisation.otherTeamId, digests: [shared.digest], title: 'Secret words' }));
    expect(await incidents(modelVersionId)).toEqual({ open: ['critical: an incident of another team, upstream'] });
  });

  it('makes approvals stale, blocks the deployment, and the next request, until it is closed', async () => {
    await activate(policyWith(['no-open-incident']));
    const { modelVersionId, digest, assets } = await fresh();
    const request = await approved(organisation, modelVersionId);
    const another = await fresh();
    const untouched = await ask(organisation.engineer, another.modelVersionId);
    const { incidentId } = must(await open({ digests: [assets.features.digest] })).value;
    expect(must(await askDeploy.execute(as(organisation.deployer), { digest, environment: 'production' })).value).toMatchObject({ allowed: false, reasons: [{ code: 'promotion_stale' }] });
    await handleIncidentsChanged({ incidentId });
    expect(must(await getPromotion.execute(as(organisation.reviewer), { promotionId: request.promotionId })).state).toBe('stale');
    expect(must(await getPromotion.execute(as(organisation.reviewer), { promotionId: untouched.promotionId })).state).toBe('open');
    expect(await deploy(organisation.deployer, digest, 'production', 'incident')).toMatchObject({ ok: false });
    const blocked = await ask(organisation.engineer, modelVersionId);
    expect(must(await getPromotion.execute(as(organisation.reviewer), { promotionId: blocked.promotionId })).results[0]).toMatchObject({ ruleId: 'no-open-incident', verdict: 'failed', actual: 'critical: Poisoned labels' });
    must(await closeIncident.execute(as(organisation.security), { incidentId, reason: 'Retrained from clean data.' }));
    await approved(organisation, modelVersionId);
    must(await deploy(organisation.deployer, digest, 'production', 'incident'));
  });

  it('is found among ten thousand versions upstream in one statement', async () => {
    const { modelVersionId } = await fresh();
    const ids = Array.from({ length: 10_000 }, () => newId());
    const { openIncidentsFor } = await import('#lib/incidents/index.ts');
    const { rows: [row] } = await admin.query<{ asset_version_id: string; model_id: string }>('SELECT asset_version_id, model_id FROM model_version WHERE id = $1', [modelVersionId]);
    await admin.query(`BEGIN; SET LOCAL session_replication_role = replica; INSERT INTO incident (id, team_id, title, severity, reason, opened_by) SELECT gen_random_uuid(), '${organisation.teamId}', 'Old', 'low', 'r', '${organisation.security.id}' FROM generate_series(1, 5000); UPDATE incident SET state = 'closed', closed_by = opened_by, closed_at = now(), close_reason = 'r' WHERE title = 'Old'; COMMIT`);
    const began = performance.now();
    const found = await readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, (tx) => openIncidentsFor(tx, { teamId: organisation.teamId, modelId: row?.model_id ?? '', versionIds: [...ids, row?.asset_version_id ?? ''] }));
    expect(found).toEqual([]);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('cannot be opened, closed, changed or removed by the application’s role but by security and with an audit event', async () => {
    const { digest } = await fresh();
    const { incidentId } = must(await open({ digests: [digest] })).value;
    const attack = async (actorId: string, statement: string) => {
      const client = new pg.Client({ connectionString: database.applicationUrl });
      await client.connect();
      try {
        await client.query('BEGIN');
        await client.query(`SELECT set_config('gatehouse.actor_kind', 'person', true), set_config('gatehouse.actor_id', $1, true)`, [actorId]);
        await client.query(statement);
        await client.query('COMMIT');
      } finally {
        await client.end();
      }
    };
    const close = (by: string) => `UPDATE incident SET state = 'closed', closed_by = '${by}', closed_at = now(), close_reason = 'nothing' WHERE id = '${incidentId}'`;
    await expect(attack(organisation.engineer.id, close(organisation.engineer.id))).rejects.toThrow(/person of security/);
    await expect(attack(organisation.engineer.id, close(organisation.security.id))).rejects.toThrow(/person of security/);
    await expect(attack(organisation.security.id, close(organisation.security.id))).rejects.toThrow(/without an audit event/);
    for (const statement of ['DELETE FROM incident', 'DELETE FROM incident_subject', 'UPDATE incident_subject SET model_id = model_id', `UPDATE incident SET title = 'x'`, `UPDATE incident_note SET text = 'x'`, `UPDATE endpoint_report SET is_public = false`, `UPDATE policy_bundle SET digest = 'x'`, `UPDATE change_window SET content = content`]) await expect(attack(organisation.security.id, statement), statement).rejects.toThrow(/permission denied/);
    await expect(attack(organisation.security.id, `INSERT INTO incident_subject (id, incident_id, model_id) SELECT gen_random_uuid(), '${incidentId}', id FROM model LIMIT 1`)).rejects.toThrow(/said when it is opened/);
    await expect(attack(organisation.deployer.id, `INSERT INTO endpoint_report (id, team_id, environment, endpoint, is_public, reported_by) VALUES (gen_random_uuid(), '${organisation.otherTeamId}', 'production', 'x', false, '${organisation.deployer.id}')`)).rejects.toThrow(/deployer of the team/);
    await expect(attack(organisation.pipeline.id, `INSERT INTO endpoint_report (id, team_id, environment, endpoint, is_public, reported_by) VALUES (gen_random_uuid(), '${organisation.teamId}', 'production', 'x', false, '${organisation.pipeline.id}')`)).rejects.toThrow(/deployer of the team/);
    await expect(attack(organisation.security.id, `INSERT INTO change_window (id, environment, digest, content, state, proposed_by) VALUES (gen_random_uuid(), 'production', 'd', '{}', 'active', '${organisation.security.id}')`)).rejects.toThrow(/begins as a proposal/);
  });
});

describe('a change window', () => {
  const always = { name: 'Always', timeZone: 'Europe/Vienna', openings: [{ weekdays: [...weekdays], from: '00:00', until: '24:00' }] };
  const frozen = () => ({ ...always, name: 'Always', freezes: [{ from: daysAgo(1), until: daysAgo(-2), reason: 'Year end' }] });
  const propose = (content: Parameters<typeof proposeWindow.execute>[1]['content'], who: Parameters<typeof as>[0] = organisation.security) => proposeWindow.execute(as(who), { environment: 'production', content, reason: 'As agreed.' });
  const agree = async (content: Parameters<typeof proposeWindow.execute>[1]['content']) => {
    const { windowId, digest } = must(await propose(content)).value;
    must(await confirmWindow.execute(as(organisation.secondSecurity), { windowId, digest, reason: 'Yes.' }));
    return windowId;
  };

  it('takes two people of security, and the digest that was read', async () => {
    const { modelVersionId } = await fresh();
    expect((await assurance(modelVersionId)).changeWindow).toBeNull();
    for (const who of ['engineer', 'reviewer', 'admin', 'auditor', 'deployer'] as const) expect(await propose(always, organisation[who]), who).toMatchObject({ error: { kind: 'forbidden' } });
    const { windowId, digest } = must(await propose(always)).value;
    expect((await assurance(modelVersionId)).changeWindow).toBeNull();
    expect(await propose(frozen())).toMatchObject({ error: { code: 'windows.proposed_already' } });
    const confirm = (who: Parameters<typeof as>[0], named = digest) => confirmWindow.execute(as(who), { windowId, digest: named, reason: 'Yes.' });
    expect(await confirm(organisation.security)).toMatchObject({ error: { code: 'windows.needs_second_person' } });
    expect(await confirm(organisation.secondSecurity, digestOfText('another'))).toMatchObject({ error: { code: 'windows.changed' } });
    must(await confirm(organisation.secondSecurity));
    expect(await confirm(organisation.secondSecurity)).toMatchObject({ error: { code: 'windows.not_proposed' } });
    expect((await assurance(modelVersionId)).changeWindow).toEqual({ open: true, name: 'Always' });
    expect(await propose(always)).toMatchObject({ error: { code: 'windows.unchanged' } });
    const other = must(await propose(frozen())).value;
    must(await rejectWindow.execute(as(organisation.security), { windowId: other.windowId, reason: 'Not yet.' }));
    expect(must(await listWindows.execute(as(organisation.engineer), {})).items.map(({ state }) => state)).toEqual(['rejected', 'active']);
  });

  it('that closes makes no approval stale, but nothing is deployed until it opens, and the answer says when', async () => {
    await activate(policyWith(['change-window-open']));
    const { modelVersionId, digest } = await fresh();
    const request = await approved(organisation, modelVersionId);
    await agree(frozen());
    const { wouldBeStale, state } = must(await getPromotion.execute(as(organisation.reviewer), { promotionId: request.promotionId }));
    expect([state, wouldBeStale]).toEqual(['approved', []]);
    const refused = must(await askDeploy.execute(as(organisation.deployer), { digest, environment: 'production' })).value;
    expect(refused).toMatchObject({ allowed: false, reasons: [{ code: 'change-window-open', message: expect.stringMatching(/Always: closed \(frozen: Year end\); it opens on \d{4}-\d\d-\d\dT/) as string }] });
    expect(await deploy(organisation.deployer, digest, 'production', 'windowed')).toMatchObject({ error: { code: 'deployments.not_allowed', message: expect.stringMatching(/opens on/) as string } });
    await agree(always);
    must(await deploy(organisation.deployer, digest, 'production', 'windowed'));
  });

  it('that is closed blocks a request, which is stale once it opens, so that one asks again', async () => {
    await agree(frozen());
    const { modelVersionId } = await fresh();
    const blocked = await ask(organisation.engineer, modelVersionId);
    expect(blocked.verdict).toBe('blocked');
    await agree(always);
    expect(must(await getPromotion.execute(as(organisation.reviewer), { promotionId: blocked.promotionId })).wouldBeStale).toEqual([expect.stringMatching(/what other sources say/)]);
    expect((await ask(organisation.engineer, modelVersionId)).verdict).toBe('passed');
  });

  it('whose stored content was changed holds for nobody', async () => {
    const { modelVersionId } = await fresh();
    await admin.query(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE change_window SET content = jsonb_set(content, '{name}', '"Forged"') WHERE state = 'active'; COMMIT`);
    expect((await assurance(modelVersionId)).changeWindow).toBeNull();
    await agree({ ...always, name: 'Again' });
  });
});

describe('the strict set over all of it', () => {
  it('lets a version pass about which every source here has reported well, and is signed for by two', async () => {
    await activate(policyWith(mine));
    const { modelVersionId, digest, name, assets } = await fresh();
    expect((await ask(organisation.engineer, modelVersionId)).verdict).toBe('blocked');
    await scan(digest);
    await scan(digestOfText('image'));
    await pipeline.report({ stage: 'train', inputs: [assets.features], outputs: [assets.model], parameters: { trees: '300' }, container: digestOfText('image'), startedAt: daysAgo(1) });
    must(await reportEndpoint.execute(as(organisation.deployer), { environment: 'production', endpoint: `${name}-api`, public: true, wafRule: 'rule', model: name }));
    const request = await ask(organisation.engineer, modelVersionId);
    const seen = must(await getPromotion.execute(as(organisation.reviewer), { promotionId: request.promotionId }));
    expect(seen.results.filter(({ ruleId }) => mine.includes(ruleId)).map(({ ruleId, verdict }) => [ruleId, verdict]).sort()).toEqual([...mine].sort().map((ruleId) => [ruleId, 'passed']));
    must(await decide(organisation.reviewer, request));
    must(await decide(organisation.security, request));
    must(await deploy(organisation.deployer, digest, 'production', `${name}-api`));
  });

  it('a narrower policy that lets scans grow older asks less, though no expression names the days', async () => {
    const narrow = policyWith(mine, { parameters: { ...strictProduction.parameters, scanFreshDays: { value: 3_650, meaning: 'm' } } });
    expect(await proposePolicy.execute(as(organisation.security), { environment: 'production', teamId: organisation.teamId, content: narrow, reason: 'Easier.' })).toMatchObject({ error: { code: 'policy.loosens', message: expect.stringMatching(/another scanFreshDays/) as string } });
  });
});
