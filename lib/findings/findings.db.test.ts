// Findings in a real database: raised once, counted, opened again, triaged, listed.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTransaction } from '#lib/db/client.ts';
import { confirmTrustKey, confirmTrustPolicy, proposeTrustKey, proposeTrustPolicy, submitEvidence } from '#lib/evidence/index.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { newId } from '#lib/kernel/ids.ts';
import { settled, systemCommand } from '#lib/kernel/system-command.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { envelopeOf, evaluationStatement, makeKey, provenanceStatement, testBuilder, testResultStatement, type SigningKey } from '#lib/testing/attestations.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { reopens, triaged } from './domain.ts';
import {
  countFindings, getFinding, handleContradiction, handleEvidenceVerified, handleRunFailed, handleTrustChanged, listFindings, openFindingsFor, raiseFinding, triageFinding,
  type FindingItem, type FindingState, type NewFinding, type Severity, type TriageVerb,
} from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let superuser: pg.Client;
let trusted: SigningKey;

beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  superuser = new pg.Client({ connectionString: database.adminUrl });
  await superuser.connect();
  trusted = makeKey();
  await trust(trusted);
});
afterAll(async () => {
  await superuser.end();
  await database.drop();
});

async function trust(key: SigningKey): Promise<string> {
  const { id } = must(await proposeTrustKey.execute(as(organisation.security), { teamId: organisation.teamId, name: 'pipeline', publicKeyPem: key.publicKeyPem, builderIds: [testBuilder] })).value;
  must(await confirmTrustKey.execute(as(organisation.secondSecurity), { id }));
  return id;
}
async function submit(bytes: Buffer): Promise<{ evidenceId: string; verificationId: string }> {
  const { evidenceId } = must(await submitEvidence.execute(as(organisation.pipeline), { bytes: new Uint8Array(bytes), contentType: 'application/json' })).value;
  const { rows } = await superuser.query<{ id: string }>('SELECT id FROM verification WHERE evidence_id = $1 ORDER BY at DESC LIMIT 1', [evidenceId]);
  return { evidenceId, verificationId: rows[0]?.id ?? '' };
}
const provenance = (key: SigningKey, options: { hint?: string } = {}) => envelopeOf(provenanceStatement([{ name: 'model', digest: sha256(newId()) }], { runId: newId() }), [key], options);
const list = async (filters: Parameters<typeof listFindings.execute>[1] = {}, actor: Actor = organisation.engineer): Promise<FindingItem[]> => must(await listFindings.execute(as(actor), { limit: 200, ...filters })).items;
const about = (evidenceId: string) => list({ evidenceId });
const detailOf = async (id: string) => must(await getFinding.execute(as(organisation.security), { id }));
const triage = (id: string, verb: TriageVerb, reason = '', actor: Actor = organisation.reviewer) => triageFinding.execute(as(actor), { id, verb, reason });
const raise = (report: NewFinding) => systemCommand('test.raise', async (tx, context) => settled(await raiseFinding(tx, context, report)));
const report = (more: Partial<NewFinding> = {}): NewFinding => ({
  teamId: organisation.teamId, source: 'drift', rule: 'test_rule', identity: [newId()], occurrence: newId(), title: 'Something is wrong', detail: 'It is.', recommendation: 'Look at it.', severity: 'medium',
  references: [], facts: [{ name: 'score', value: 0.5, unit: 'PSI' }], ...more,
});
const tamper = async (text: string, ...values: unknown[]) => {
  await superuser.query('BEGIN');
  await superuser.query('SET LOCAL session_replication_role = replica');
  await superuser.query(text, values);
  await superuser.query('COMMIT');
};

describe('a finding about evidence', () => {
  it('of a signature that does not match is critical and leads to the evidence', async () => {
    const event = await submit(provenance(makeKey(), { hint: trusted.keyId }));
    await handleEvidenceVerified(event);
    expect(await about(event.evidenceId)).toMatchObject([{ rule: 'signature_mismatch', severity: 'critical', state: 'open', occurrences: 1 }]);
  });

  it('is one, counted once, when its event is delivered again and again, by many at a time', async () => {
    const event = await submit(provenance(makeKey()));
    await Promise.all(Array.from({ length: 12 }, () => handleEvidenceVerified(event)));
    await handleEvidenceVerified(event);
    expect(await about(event.evidenceId)).toMatchObject([{ rule: 'untrusted_signer', severity: 'high', occurrences: 1 }]);
  });

  it('counts what one unknown key signed, and is settled when two people confirm the key', async () => {
    const key = makeKey();
    const events = [await submit(provenance(key)), await submit(provenance(key)), await submit(provenance(key))];
    await Promise.all(events.map(handleEvidenceVerified));
    const [finding] = await about(events[0]?.evidenceId ?? '');
    expect(finding).toMatchObject({ occurrences: 3, state: 'open' });
    const trustKeyId = await trust(key);
    await handleTrustChanged({ teamId: organisation.teamId, cause: 'trust_key', causeId: trustKeyId });
    await handleTrustChanged({ teamId: organisation.teamId, cause: 'trust_key', causeId: trustKeyId });
    const settledOne = await detailOf(finding?.id ?? '');
    expect(settledOne).toMatchObject({ state: 'resolved', decidedBy: null, decisionReason: expect.stringContaining(key.keyId) as string });
    expect(settledOne.history.map((event) => event.action)).toEqual(['findings.settleFinding', 'findings.raiseFinding']);
  });

  it('is settled when two people confirm a policy that names the key for all the team’s evidence, and not by one for some pipelines', async () => {
    const key = makeKey();
    const event = await submit(provenance(key));
    await handleEvidenceVerified(event);
    const [finding] = await about(event.evidenceId);
    const inForce = async (pipeline: { namespace: string; name: string } | null) => {
      const content = { pipeline, signers: [{ kind: 'key' as const, name: 'key', publicKeyPem: key.publicKeyPem }], builders: [{ signer: 'key', builderId: testBuilder }] };
      const { id, digest } = must(await proposeTrustPolicy.execute(as(organisation.security), { teamId: organisation.teamId, name: 'policy', content, reason: 'for a test' })).value;
      must(await confirmTrustPolicy.execute(as(organisation.secondSecurity), { id, digest }));
      await handleTrustChanged({ teamId: organisation.teamId, cause: 'trust_policy', causeId: id });
      return async () => {
        const aside = must(await proposeTrustPolicy.execute(as(organisation.security), { teamId: organisation.teamId, name: 'policy', content: { pipeline, standsAside: true }, reason: 'done' })).value;
        must(await confirmTrustPolicy.execute(as(organisation.secondSecurity), { id: aside.id, digest: aside.digest }));
      };
    };
    const end = await inForce({ namespace: 'fraud', name: 'elsewhere' });
    expect(await detailOf(finding?.id ?? '')).toMatchObject({ state: 'open' });
    await end();
    const endWide = await inForce(null);
    expect(await detailOf(finding?.id ?? '')).toMatchObject({ state: 'resolved' });
    await endWide();
  });

  it('is not raised for evidence that verifies by the time its event is handled', async () => {
    const key = makeKey();
    const event = await submit(provenance(key));
    await trust(key);
    await handleEvidenceVerified(event);
    expect(await about(event.evidenceId)).toEqual([]);
  });

  it('speaks of failed tests of a validation, with what was expected and found', async () => {
    const dataset = { name: 'flights', digest: sha256(newId()) };
    const event = await submit(envelopeOf(testResultStatement(dataset, [{ name: 'delay in range', column: 'delay', status: 'failed', expected: '−60 to 600', actual: '9999' }, { name: 'no nulls', status: 'passed' }]), [trusted]));
    await handleEvidenceVerified(event);
    const [finding] = await about(event.evidenceId);
    expect(finding).toMatchObject({ source: 'validation', severity: 'medium', title: 'Failed: delay in range of delay, in flights' });
    expect((await detailOf(finding?.id ?? '')).facts).toEqual(expect.arrayContaining([{ name: 'expected', value: '−60 to 600', unit: null }, { name: 'actual', value: '9999', unit: null }]));
  });

  it('speaks of each metric and slice outside its bounds, also where the statement does not verify', async () => {
    const model = { name: 'model', digest: sha256(newId()) };
    const metrics = [{ name: 'disparate_impact', slice: 'origin_region=West', value: 0.6 }, { name: 'disparate_impact', slice: null, value: 0.95 }, { name: 'expected_calibration_error', value: 0.2 }];
    const event = await submit(envelopeOf(evaluationStatement(model, { runId: newId(), dataset: { name: 'holdout', digest: sha256('holdout') }, metrics }), [makeKey()]));
    await handleEvidenceVerified(event);
    expect((await about(event.evidenceId)).map(({ source, rule, severity }) => [source, rule, severity])).toEqual(expect.arrayContaining([['evaluation', 'disparate_impact', 'high'], ['evaluation', 'expected_calibration_error', 'medium'], ['verification', 'untrusted_signer', 'high']]));
  });
});

describe('findings about lineage and runs', () => {
  it('a label that changed its digest is raised once, with the new version', async () => {
    const [contradictionId, assetId, one, two] = [newId(), newId(), newId(), newId()];
    await tamper(`INSERT INTO asset (id, namespace, name, kind, team_id) VALUES ($1, 'test', 'flights', 'dataset', $2)`, assetId, organisation.teamId);
    for (const version of [one, two]) await tamper('INSERT INTO asset_version (id, digest) VALUES ($1, $2)', version, sha256(version));
    await tamper('INSERT INTO asset_sighting (asset_id, asset_version_id, label, first_seen_at) VALUES ($1, $2, $3, now())', assetId, two, '2001-02');
    await tamper(`INSERT INTO contradiction (id, team_id, kind, asset_id, label, first_version_id, second_version_id) VALUES ($1, $2, 'label_changed_digest', $3, '2001-02', $4, $5)`, contradictionId, organisation.teamId, assetId, one, two);
    await Promise.all([handleContradiction({ contradictionId }), handleContradiction({ contradictionId })]);
    expect(await list({ assetVersionId: two })).toMatchObject([{ severity: 'high', occurrences: 1, assetName: 'flights', assetDigest: sha256(two) }]);
    expect(await list({ assetId })).toHaveLength(1);
    expect(await list({ digest: sha256(two) })).toHaveLength(1);
    expect(await list({ digest: sha256(one) })).toEqual([]);
  });

  it('runs of a job that keep failing are one finding that grows', async () => {
    const jobId = newId();
    await tamper(`INSERT INTO job (id, team_id, namespace, name) VALUES ($1, $2, 'test', 'flights.train')`, jobId, organisation.teamId);
    const runs = Array.from({ length: 3 }, () => newId());
    for (const [index, runId] of runs.entries()) {
      await tamper(`INSERT INTO run (id, team_id, job_id, state, state_rank, state_event_time, started_at, ended_at, reported_by) VALUES ($1, $2, $3, 'failed', 2, now(), now() + $4 * interval '1 minute', now() + $4 * interval '1 minute' + interval '5 seconds', $5)`, runId, organisation.teamId, jobId, index, organisation.pipeline.id);
      await handleRunFailed({ runId });
      await handleRunFailed({ runId });
    }
    expect(await list({ runId: runs[0] ?? '' })).toMatchObject([{ rule: 'run_failed', occurrences: 3, severity: 'medium', title: 'Runs of flights.train fail' }]);
  });

  it('events about what is not there are done with', async () => {
    const before = must(await countFindings.execute(as(organisation.auditor), {}));
    await handleRunFailed({ runId: newId() });
    await handleContradiction({ contradictionId: newId() });
    await handleEvidenceVerified({ evidenceId: newId(), verificationId: newId() });
    expect(must(await countFindings.execute(as(organisation.auditor), {}))).toEqual(before);
  });
});

describe('triage', () => {
  it('records who decided what and why, before and after', async () => {
    const { findingId } = await raise(report());
    must(await triage(findingId, 'acknowledge'));
    must(await triage(findingId, 'accept', 'known and harmless in this slice'));
    const detail = await detailOf(findingId);
    expect(detail).toMatchObject({ state: 'accepted', decidedBy: { id: organisation.reviewer.id }, decisionReason: 'known and harmless in this slice', mayTriage: true });
    expect(detail.history.map(({ before, after, reason }) => [before?.['state'], after?.['state'], reason])).toEqual([['acknowledged', 'accepted', 'known and harmless in this slice'], ['open', 'acknowledged', null], [undefined, 'open', null]]);
    expect(detail.history.every((event) => event.number > 0)).toBe(true);
  });

  it('asks for a reason before a risk is accepted or a finding called false', async () => {
    const { findingId } = await raise(report());
    for (const verb of ['accept', 'false_positive'] as const) expect(await triage(findingId, verb, ' ')).toMatchObject({ ok: false, error: { kind: 'invalid', errors: [{ path: 'reason' }] } });
  });

  it('says so when somebody else was faster', async () => {
    const { findingId } = await raise(report());
    const results = await Promise.all([triage(findingId, 'resolve'), triage(findingId, 'resolve'), triage(findingId, 'resolve')]);
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(results.filter((result) => !result.ok && result.error.code === 'findings.wrong_state')).toHaveLength(2);
  });

  it.each(['engineer', 'auditor', 'admin', 'pipeline', 'deployer'] as const)('is not for the role of %s', async (who) => {
    const { findingId } = await raise(report());
    expect(await triage(findingId, 'resolve', '', organisation[who])).toMatchObject({ ok: false, error: { kind: 'forbidden' } });
  });

  it('of another team’s finding looks as if there were none', async () => {
    const { findingId } = await raise(report({ teamId: organisation.otherTeamId }));
    expect(await triage(findingId, 'resolve')).toMatchObject({ ok: false, error: { kind: 'not_found' } });
    expect(await getFinding.execute(as(organisation.engineer), { id: findingId })).toMatchObject({ ok: false, error: { kind: 'not_found' } });
  });
});

describe('a recurrence', () => {
  it('opens a resolved finding again, and says so in its history', async () => {
    const first = report();
    const { findingId } = await raise(first);
    must(await triage(findingId, 'resolve'));
    expect(await raise({ ...first, occurrence: newId() })).toEqual({ findingId, outcome: 'reopened' });
    expect(await detailOf(findingId)).toMatchObject({ state: 'open', occurrences: 2, decidedBy: null, history: [{ action: 'findings.reopenFinding', before: { state: 'resolved' } }, {}, {}] });
  });

  it('behaves as its rules say, whatever happens in whatever order', async () => {
    type Step = { readonly kind: 'report'; readonly occurrence: string; readonly severity: Severity } | { readonly kind: 'triage'; readonly verb: TriageVerb };
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({ kind: fc.constant('report' as const), occurrence: fc.constantFrom('a', 'b', 'c', 'd', 'e'), severity: fc.constantFrom<Severity>('critical', 'high', 'low') }),
      fc.record({ kind: fc.constant('triage' as const), verb: fc.constantFrom<TriageVerb>('acknowledge', 'resolve', 'accept', 'false_positive', 'reopen') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const base = report({ severity: 'low', occurrence: 'first' });
        const { findingId } = await raise(base);
        const seen = new Set(['first']);
        let state: FindingState = 'open';
        let severity: Severity = 'low';
        for (const each of steps) {
          if (each.kind === 'triage') {
            const next = triaged(state, each.verb);
            expect((await triage(findingId, each.verb, 'because of a test')).ok).toBe(next !== null);
            state = next ?? state;
          } else {
            await raise({ ...base, occurrence: each.occurrence, severity: each.severity });
            if (seen.has(each.occurrence)) continue;
            seen.add(each.occurrence);
            const again = reopens(state, severity, each.severity);
            if (state !== 'accepted' || again) severity = each.severity;
            if (again) state = 'open';
          }
        }
        expect(await detailOf(findingId)).toMatchObject({ state, severity, occurrences: seen.size });
      }),
      { numRuns: 25 },
    );
  });

  it('stores texts that PostgreSQL cannot hold as they are', async () => {
    const { findingId } = await raise(report({ title: '\u0000', detail: '\ud800'.repeat(9_000), facts: [{ name: '\u0000', value: '\udfff', unit: null }] }));
    expect((await detailOf(findingId)).title).toBe('\uFFFD');
  });
});

describe('the list', () => {
  it('has the most severe first, then the latest, and pages both ways without losing or repeating any', async () => {
    for (let index = 0; index < 7; index += 1) await raise(report({ rule: 'paged', severity: index % 2 === 0 ? 'high' : 'low' }));
    for (const sort of ['-severity', 'severity', '-lastSeen', 'lastSeen'] as const) {
      const whole = await list({ sort, q: 'paged' });
      expect(whole).toHaveLength(7);
      const forth: string[] = [];
      let last = must(await listFindings.execute(as(organisation.engineer), { sort, q: 'paged', limit: 3 }));
      for (forth.push(...last.items.map((item) => item.id)); last.older !== null; forth.push(...last.items.map((item) => item.id))) last = must(await listFindings.execute(as(organisation.engineer), { sort, q: 'paged', limit: 3, after: last.older }));
      expect(forth).toEqual(whole.map((item) => item.id));
      const back = [...last.items.map((item) => item.id)];
      while (last.newer !== null) {
        last = must(await listFindings.execute(as(organisation.engineer), { sort, q: 'paged', limit: 3, before: last.newer }));
        back.unshift(...last.items.map((item) => item.id));
      }
      expect(back).toEqual(forth);
    }
    const natural = await list({ q: 'paged' });
    expect(natural.map((item) => item.severity)).toEqual(['high', 'high', 'high', 'high', 'low', 'low', 'low']);
    expect((await list({ q: 'paged', sort: 'severity' })).map((item) => item.id)).toEqual(natural.map((item) => item.id).toReversed());
  });

  it('shows a team its own findings alone', async () => {
    await raise(report({ teamId: organisation.otherTeamId, rule: 'theirs' }));
    expect(await list({ q: 'theirs' })).toEqual([]);
    expect(await list({ q: 'theirs' }, organisation.auditor)).toHaveLength(1);
    expect(await list({}, organisation.otherEngineer)).toSatisfy((items: FindingItem[]) => items.length > 0 && items.every((item) => item.teamId === organisation.otherTeamId));
  });

  it('filters by severity, state and source, one or several', async () => {
    const all = await list();
    const wanted = all.filter((item) => (item.severity === 'high' || item.severity === 'critical') && item.state === 'open');
    expect(await list({ severity: 'high,critical', state: 'open' })).toEqual(wanted);
    expect((await list({ source: 'lineage' })).every((item) => item.source === 'lineage')).toBe(true);
  });

  it('never fails, whatever is asked', async () => {
    const key = fc.constantFrom('after', 'before', 'sort', 'severity', 'state', 'source', 'q', 'runId', 'assetVersionId', 'assetId', 'digest', 'modelId', 'evidenceId', 'from', 'to', 'limit', 'format');
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('%', '\\', '\u0000', 'high', '-severity', '0000-01-01T00:00:00Z', newId(), Buffer.from(`["-severity","0 2026-99-99T00:00:00.000Z","${newId()}"]`).toString('base64url'), Buffer.from(`["-severity","9 x","${newId()}"]`).toString('base64url')));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, value, { maxKeys: 4 }), async (question) => {
        const result = await listFindings.execute(as(organisation.engineer), question as Parameters<typeof listFindings.execute>[1]);
        expect(result.ok ? 'ok' : result.error.kind).toMatch(/^(ok|invalid)$/);
      }),
      { numRuns: 600 },
    );
  });
});

describe('gates', () => {
  it('see what is open or acknowledged about versions and runs, the most severe first', async () => {
    const assetVersionId = newId();
    await tamper('INSERT INTO asset_version (id, digest) VALUES ($1, $2)', assetVersionId, sha256(assetVersionId));
    const runId = newId();
    const low = await raise(report({ assetVersionId, severity: 'low' }));
    const high = await raise(report({ runId, severity: 'high' }));
    const done = await raise(report({ assetVersionId }));
    must(await triage(done.findingId, 'resolve'));
    must(await triage(low.findingId, 'acknowledge'));
    const open = await readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, (tx) => openFindingsFor(tx, { teamId: organisation.teamId, assetVersionIds: [assetVersionId], runIds: [runId] }));
    expect(open.map(({ id, state }) => [id, state])).toEqual([[high.findingId, 'open'], [low.findingId, 'acknowledged']]);
    const others = await readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, (tx) => openFindingsFor(tx, { teamId: organisation.otherTeamId, assetVersionIds: [assetVersionId] }));
    expect(others).toEqual([]);
  });
});
