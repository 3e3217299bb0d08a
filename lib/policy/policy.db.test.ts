// Policies in the database: installed once, changed only by two security people, never silently.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestContext } from '#lib/kernel/context.ts';
import { newId } from '#lib/kernel/ids.ts';
import { readTransaction } from '#lib/db/client.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { activePolicy, confirmPolicy, describePolicyInput, ensureShippedPolicies, getPolicy, listPolicies, proposePolicy, rejectPolicy, shippedPolicies, type PolicyContent } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
let admin: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

const reason = 'Because the tests say so.';
const active = () => readTransaction({ actorKind: 'system', actorId: null, requestId: newId() }, (tx) => activePolicy(tx, 'production', false, null));
const variant = (title: string): PolicyContent => ({ ...shippedPolicies.production, title });
const proposed = async (title: string, context: RequestContext = as(organisation.security)) => must(await proposePolicy.execute(context, { environment: 'production', content: variant(title), reason })).value;

describe('the shipped policies', () => {
  it('are installed once, however often and from however many processes', async () => {
    const installed = await Promise.all([ensureShippedPolicies(), ensureShippedPolicies(), ensureShippedPolicies()]);
    expect(installed.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(await ensureShippedPolicies()).toBe(0);
    const { items } = must(await listPolicies.execute(as(organisation.engineer), {}));
    expect(items.map(({ environment, state, proposedBy }) => [environment, state, proposedBy]).sort()).toEqual([['production', 'active', null], ['sandbox', 'active', null], ['staging', 'active', null]]);
  });

  it('leave a system event each', async () => {
    const events = await admin.query(`SELECT actor_kind FROM audit_event WHERE action = 'policy.installShipped'`);
    expect(events.rows).toEqual([{ actor_kind: 'system' }, { actor_kind: 'system' }, { actor_kind: 'system' }]);
  });
});

describe('a policy', () => {
  it('takes a proposal and a confirmation by another security person', async () => {
    const before = await active();
    const { policyVersionId, digest } = await proposed('First change');
    expect((await active())?.id).toBe(before?.id);
    expect(await confirmPolicy.execute(as(organisation.security), { policyVersionId, digest, reason })).toMatchObject({ ok: false, error: { code: 'policy.needs_second_person' } });
    const confirmed = must(await confirmPolicy.execute(as(organisation.secondSecurity), { policyVersionId, digest, reason }));
    expect(confirmed.value.retired).toBe(before?.id);
    expect(confirmed.auditNumbers).toHaveLength(2);
    expect((await active())?.digest).toBe(digest);
    const detail = must(await getPolicy.execute(as(organisation.engineer), { policyVersionId }));
    expect(detail).toMatchObject({ intact: true, state: 'active', proposedBy: { id: organisation.security.id }, confirmedBy: { id: organisation.secondSecurity.id } });
    expect(detail.history.map((event) => event.action)).toEqual(['policy.proposePolicy', 'policy.confirmPolicy', 'policy.confirmPolicy']);
  });

  it('is not confirmed under another digest than the one that was read', async () => {
    const { policyVersionId } = await proposed('Second change');
    expect(await confirmPolicy.execute(as(organisation.secondSecurity), { policyVersionId, digest: `sha256:${'0'.repeat(64)}`, reason })).toMatchObject({ ok: false, error: { kind: 'conflict', code: 'policy.changed' } });
  });

  it('is decided once: a rejected one is not confirmed, a confirmed one not rejected', async () => {
    const { policyVersionId, digest } = await proposed('Third change');
    must(await rejectPolicy.execute(as(organisation.security), { policyVersionId, reason }));
    expect(await confirmPolicy.execute(as(organisation.secondSecurity), { policyVersionId, digest, reason })).toMatchObject({ ok: false, error: { code: 'policy.not_proposed' } });
    const current = await active();
    expect(await rejectPolicy.execute(as(organisation.secondSecurity), { policyVersionId: current?.id ?? '', reason })).toMatchObject({ ok: false, error: { code: 'policy.not_proposed' } });
  });

  it('is the only active one of its environment, when several are confirmed at once', async () => {
    const proposals = await Promise.all(['A', 'B', 'C', 'D'].map((title) => proposed(`Race ${title}`)));
    const results = await Promise.all(proposals.map(({ policyVersionId, digest }) => confirmPolicy.execute(as(organisation.secondSecurity), { policyVersionId, digest, reason })));
    expect(results.map((result) => result.ok)).toEqual([true, true, true, true]);
    expect((await admin.query(`SELECT 1 FROM policy_version WHERE environment = 'production' AND state = 'active'`)).rowCount).toBe(1);
  });

  it('is refused with the path of each mistake', async () => {
    const content = { ...variant('Broken'), rules: [{ ...(shippedPolicies.production.rules[0] ?? never()), expression: 'artefact.digest == ""' }] };
    expect(await proposePolicy.execute(as(organisation.security), { environment: 'production', content, reason })).toMatchObject({
      ok: false,
      error: { kind: 'invalid', code: 'policy.unsuitable', errors: [{ path: 'content.rules.0.expression', message: 'there is no artefact in the input document' }] },
    });
  });

  it.each(['engineer', 'reviewer', 'auditor', 'admin', 'pipeline'] as const)('is not proposed by %s', async (who) => {
    const result = await proposePolicy.execute(as(organisation[who]), { environment: 'sandbox', content: variant('x'), reason });
    expect(result).toMatchObject({ ok: false, error: { kind: 'forbidden' } });
  });

  it('whose stored content no longer gives its digest is not used at all', async () => {
    const current = await active();
    await admin.query(`BEGIN; SET LOCAL session_replication_role = replica; UPDATE policy_version SET content = jsonb_set(content, '{parameters,minimumAuc,value}', '0.1') WHERE id = '${current?.id ?? ''}'; COMMIT`);
    expect(await active()).toBeNull();
    expect(must(await getPolicy.execute(as(organisation.engineer), { policyVersionId: current?.id ?? '' })).intact).toBe(false);
  });

  it('documents what its rules may read', async () => {
    expect(must(await describePolicyInput.execute(as(organisation.engineer), {})).paths.length).toBeGreaterThan(50);
  });
});

describe('the application role', () => {
  it('cannot change what a policy says, nor remove it', async () => {
    const application = new pg.Client({ connectionString: database.applicationUrl });
    await application.connect();
    for (const statement of [`UPDATE policy_version SET content = '{}'`, `UPDATE policy_version SET digest = 'x'`, `UPDATE policy_version SET environment = 'sandbox'`, 'DELETE FROM policy_version']) {
      await expect(application.query(statement)).rejects.toThrow(/permission denied/);
    }
    await expect(application.query(`UPDATE policy_version SET state = 'retired' WHERE state = 'active'`)).rejects.toThrow(/without an audit event/);
    await expect(application.query(`UPDATE policy_version SET confirmed_by = proposed_by WHERE proposed_by IS NOT NULL`)).rejects.toThrow(/policy_version_two_people/);
    await application.end();
  });
});

function never(): never {
  throw new Error('the shipped policy has no rules');
}
