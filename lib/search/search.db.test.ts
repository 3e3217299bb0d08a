// The search: what is found, in spite of typing errors, and by whom.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportBatch } from '#lib/ingest/index.ts';
import { newId } from '#lib/kernel/ids.ts';
import type { Actor } from '#lib/kernel/permissions.ts';
import { createTestDatabase, type TestDatabase } from '#lib/testing/database.ts';
import { as, createOrganisation, must, type Organisation } from '#lib/testing/fixtures.ts';
import { searchEverything } from './index.ts';

let database: TestDatabase;
let organisation: Organisation;
const digest = 'ab12cd'.padEnd(64, '0');
const runId = newId();
beforeAll(async () => {
  database = await createTestDatabase();
  organisation = await createOrganisation();
  const report = async (actor: Actor, events: readonly object[]) => {
    expect(must(await reportBatch.execute(as(actor), { bytes: Buffer.from(JSON.stringify(events)) })).value.failed_events).toEqual([]);
  };
  const event = (id: string, job: string, outputs: readonly object[], facets: object = {}) => ({ eventType: 'COMPLETE', eventTime: '2026-01-01T00:00:00Z', run: { runId: id }, job: { namespace: 'jobs', name: job, facets }, inputs: [], outputs });
  const data = (name: string, hex: string | null, more: object = {}) => ({ namespace: 'lake', name, facets: { ...(hex === null ? {} : { gatehouse_digest: { algorithm: 'sha256', digest: `sha256:${hex}` } }), ...more } });
  await report(organisation.pipeline, [
    event(runId, 'flights.clean', [data('warehouse.customer_bookings_2026', digest), data('customer', 'c'.repeat(64)), data('Übersicht', null)], { tags: { tags: [{ key: 'pii', value: 'true' }, { key: 'domain', value: 'aviation' }] } }),
    event(newId(), 'scoring', [data('customer_scores', null, { tags: { tags: [{ key: 'confidential' }] } })]),
  ]);
  await report(organisation.otherPipeline, [event(newId(), 'secretive', [data('secretive_holdings', 'ab12ff'.padEnd(64, '1'))], { tags: { tags: [{ key: 'pii' }] } })]);
});
afterAll(() => database.drop());

const find = async (q: string, actor: Actor = organisation.engineer) => must(await searchEverything.execute(as(actor), { q })).items;
const labels = async (q: string, actor?: Actor) => (await find(q, actor)).map((hit) => `${hit.kind} ${hit.label}`);

describe('the search', () => {
  it('finds names by any part, whole names and beginnings first', async () => {
    expect(await labels('customer')).toEqual(['asset customer', 'asset customer_scores', 'asset warehouse.customer_bookings_2026']);
    expect(await labels('BOOKINGS')).toEqual(['asset warehouse.customer_bookings_2026']);
    expect(await labels('customer 2026')).toEqual(['asset warehouse.customer_bookings_2026']);
    expect(await labels('flights')).toEqual(['run flights.clean']);
    expect(await labels('übers')).toEqual(['asset Übersicht']);
  });

  it('forgives typing errors where nothing is called as typed', async () => {
    expect(await labels('custmoer')).toEqual(await labels('customer'));
    expect(await labels('warehose bokings')).toEqual(['asset warehouse.customer_bookings_2026']);
    expect(await labels('flihgts')).toEqual(['run flights.clean']);
    expect(await labels('qqqqqq')).toEqual([]);
    expect(await labels('enginer', organisation.admin)).toContain('person engineer');
  });

  it('finds digests, run ids and tags', async () => {
    for (const q of ['ab12cd', `sha256:${digest}`, digest.slice(0, 20).toUpperCase()]) expect((await find(q)).map((hit) => hit.detail)).toEqual([`sha256:${digest}`]);
    for (const q of [runId, runId.slice(0, 18), runId.replaceAll('-', '')]) expect((await find(q)).map((hit) => hit.id)).toContain(runId);
    expect((await find('pii')).map(({ label, detail, href }) => [label, detail, href])).toEqual([['flights.clean', 'tag pii', expect.stringMatching(/^\/runs/) as string]]);
    expect((await find('aviation')).map((hit) => hit.detail)).toEqual(['tag domain:aviation']);
    expect((await find('confidential')).map((hit) => hit.label)).toEqual(['customer_scores']);
  });

  it('finds environments by name, in spite of typing errors', async () => {
    expect((await find('production')).filter(({ kind }) => kind === 'environment')).toEqual([{ kind: 'environment', id: 'production', label: 'production', detail: 'production · environment', href: '/settings/environments#production' }]);
    expect(await labels('stag')).toContain('environment staging');
    expect(await labels('prodcution')).toContain('environment production');
  });

  it('finds tags of the reader’s team however many others carry the same, and leads to jobs whatever they are called', async () => {
    const tagged = (namespace: string, name: string) => ({ eventTime: '2026-01-01T00:00:00Z', job: { namespace, name, facets: { tags: { tags: [{ key: 'crowded' }] } } } });
    const reported = async (actor: Actor, events: readonly object[]) => { must(await reportBatch.execute(as(actor), { bytes: Buffer.from(JSON.stringify(events)) })); };
    await reported(organisation.otherPipeline, Array.from({ length: 400 }, (_, n) => tagged('others', `other-${n}`)));
    await reported(organisation.pipeline, [tagged('jobs', 'mine & #1')]);
    expect((await find('crowded')).map(({ label, href }) => [label, href])).toEqual([['mine & #1', '/runs?q=mine%20%26%20%231']]);
  });

  it('finds nothing of other teams, by whatever way', async () => {
    for (const q of ['secretive', 'secretvie', 'holdings', 'ab12ff']) {
      expect(await find(q)).toEqual([]);
      expect((await find(q, organisation.otherEngineer)).length).toBeGreaterThan(0);
    }
    expect((await find('pii')).map((hit) => hit.label)).not.toContain('secretive');
    expect(await labels('security')).toEqual([]);
  });

  it('takes any text', async () => {
    for (const q of ['%', '_%', '\\', "'; drop table run; --", '----', 'a'.repeat(200), '  ', '🙂🙂🙂', 'e\u0301\u0301\u0301']) must(await searchEverything.execute(as(organisation.engineer), { q }));
  });
});
