// What ran on a day: stretches and gaps, without a database.
import { describe, expect, it } from 'vitest';
import { stretches } from './ran.ts';

type Row = Parameters<typeof stretches>[0][number];
const [from, to] = ['2026-03-02T00:00:00.000Z', '2026-03-03T00:00:00.000Z'];
const row = (version: number, deployed_at: string, ended_at: string | null, endpoint = 'api'): Row => ({ id: `d${version}`, environment: 'production', endpoint, team: 't', model: 'm', version, digest: 'sha256:0', promotion_id: null, deployed_by: 's', deployed_at, ended_at, requested_by: null, emergency: false, approvals: [] });
const told = (rows: Row[]) => stretches(rows, from, to).map((each) => [each.endpoint, each.from.slice(8, 16), each.until.slice(8, 16), each.ran?.version ?? null]);

describe('what ran on a day', () => {
  it('is cut to the day', () => expect(told([row(1, '2026-02-01T00:00:00Z', null)])).toEqual([['api', '02T00:00', '03T00:00', 1]]));
  it('follows one version after the other', () => expect(told([row(1, '2026-02-01T00:00:00Z', '2026-03-02T10:00:00Z'), row(2, '2026-03-02T10:00:00Z', null)])).toEqual([['api', '02T00:00', '02T10:00', 1], ['api', '02T10:00', '03T00:00', 2]]));
  it('shows when nothing ran: before, between and after', () => {
    expect(told([row(1, '2026-03-02T04:00:00Z', '2026-03-02T06:00:00Z'), row(2, '2026-03-02T08:00:00Z', '2026-03-02T09:00:00Z')])).toEqual([['api', '02T00:00', '02T04:00', null], ['api', '02T04:00', '02T06:00', 1], ['api', '02T06:00', '02T08:00', null], ['api', '02T08:00', '02T09:00', 2], ['api', '02T09:00', '03T00:00', null]]);
  });
  it('keeps endpoints apart', () => expect(told([row(1, '2026-03-02T12:00:00Z', null, 'a'), row(2, '2026-02-01T00:00:00Z', '2026-03-02T01:00:00Z', 'b')])).toEqual([['a', '02T00:00', '02T12:00', null], ['a', '02T12:00', '03T00:00', 1], ['b', '02T00:00', '02T01:00', 2], ['b', '02T01:00', '03T00:00', null]]));
  it('is empty where nothing is known', () => expect(told([])).toEqual([]));
});
