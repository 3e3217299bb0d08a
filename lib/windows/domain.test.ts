// When a change window is open: weekly hours on a wall clock, freezes, and the days on which clocks are changed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowAt } from './domain.ts';
import { weekdays, windowContent, type WindowContent } from './schema.ts';

const vienna = (changes: Partial<WindowContent> = {}): WindowContent => windowContent.parse({ name: 'Business hours', timeZone: 'Europe/Vienna', openings: [{ weekdays: ['tuesday', 'wednesday', 'thursday'], from: '09:00', until: '16:00' }], ...changes });

describe('a change window', () => {
  it('is open in its hours of the place, and says when it opens next', () => {
    // 2026-03-10 is a Tuesday; Vienna is one hour ahead of UTC.
    expect(windowAt(vienna(), '2026-03-10T08:00:00Z')).toMatchObject({ open: true, opensAt: null, name: 'Business hours' });
    expect(windowAt(vienna(), '2026-03-10T07:59:59Z')).toMatchObject({ open: false, opensAt: '2026-03-10T08:00:00.000Z' });
    expect(windowAt(vienna(), '2026-03-10T15:00:00Z')).toMatchObject({ open: false, opensAt: '2026-03-11T08:00:00.000Z' });
    expect(windowAt(vienna(), '2026-03-12T15:00:00Z')).toMatchObject({ open: false, opensAt: '2026-03-17T08:00:00.000Z' });
  });

  it('follows the clock of the place over the change to summer time', () => {
    // Clocks were put forward on Sunday 2026-03-29.
    expect(windowAt(vienna(), '2026-03-26T20:00:00Z')).toMatchObject({ opensAt: '2026-03-31T07:00:00.000Z' });
    const night = vienna({ openings: [{ weekdays: ['sunday'], from: '01:30', until: '03:30' }] });
    expect(windowAt(night, '2026-03-29T00:45:00Z').open).toBe(true);
    expect(windowAt(night, '2026-03-29T01:15:00Z').open).toBe(true);
    expect(windowAt(night, '2026-03-29T01:30:00Z').open).toBe(false);
  });

  it('that begins in an hour that does not exist opens within that hour', () => {
    const skipped = vienna({ openings: [{ weekdays: ['sunday'], from: '02:30', until: '04:00' }] });
    const { opensAt } = windowAt(skipped, '2026-03-28T12:00:00Z');
    expect(Date.parse(opensAt ?? '')).toBeGreaterThanOrEqual(Date.parse('2026-03-29T01:00:00Z'));
    expect(Date.parse(opensAt ?? '')).toBeLessThanOrEqual(Date.parse('2026-03-29T01:30:00Z'));
  });

  it('may go past midnight', () => {
    const night = vienna({ openings: [{ weekdays: ['saturday'], from: '22:00', until: '02:00' }] });
    expect(windowAt(night, '2026-03-14T22:00:00Z').open).toBe(true);
    expect(windowAt(night, '2026-03-15T00:59:00Z').open).toBe(true);
    expect(windowAt(night, '2026-03-15T01:00:00Z').open).toBe(false);
    expect(windowAt(night, '2026-03-14T00:30:00Z').open).toBe(false);
  });

  it('of all days around the clock is always open, but for its freezes', () => {
    const always = vienna({ openings: [{ weekdays: [...weekdays], from: '00:00', until: '24:00' }], freezes: [{ from: '2026-12-20T00:00:00.000Z', until: '2027-01-07T00:00:00.000Z', reason: 'Year end' }] });
    expect(windowAt(always, '2026-12-19T23:59:00Z').open).toBe(true);
    expect(windowAt(always, '2026-12-24T12:00:00Z')).toMatchObject({ open: false, frozen: 'Year end', opensAt: '2027-01-07T00:00:00.000Z' });
    expect(windowAt(always, '2027-01-07T00:00:00Z').open).toBe(true);
  });

  it('whose freeze ends inside its hours opens then, and one that is frozen for longer than a year says no moment', () => {
    const frozen = vienna({ freezes: [{ from: '2026-03-01T00:00:00.000Z', until: '2026-03-11T10:00:00.000Z', reason: 'Audit' }] });
    expect(windowAt(frozen, '2026-03-05T00:00:00Z').opensAt).toBe('2026-03-11T10:00:00.000Z');
    const long = vienna({ freezes: [{ from: '2026-01-01T00:00:00.000Z', until: '2029-01-01T00:00:00.000Z', reason: 'Wound up' }] });
    expect(windowAt(long, '2026-03-05T00:00:00Z')).toMatchObject({ open: false, opensAt: null });
  });

  it('is open at the moment that it names, whatever the zone and the hours', () => {
    const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 })).map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
    const openings = fc.array(fc.record({ weekdays: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1 }), from: time, until: time }), { minLength: 1, maxLength: 3 });
    fc.assert(fc.property(openings, fc.constantFrom('Europe/Vienna', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia', 'UTC'), fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }), (found, timeZone, at) => {
      const content = { name: 'any', timeZone, openings: found, freezes: [] };
      const { open, opensAt } = windowAt(content, at.toISOString());
      if (open) return;
      expect(opensAt).not.toBeNull();
      expect(Date.parse(opensAt ?? '')).toBeGreaterThanOrEqual(at.getTime() - 60_000);
      expect(windowAt(content, opensAt ?? '').open).toBe(true);
    }), { numRuns: 150 });
  });
});

describe('what is not a change window', () => {
  it.each([
    ['an offset for a place', { timeZone: '+02:00' }], ['a place that is none', { timeZone: 'Europe/Atlantis' }], ['no hours at all', { openings: [] }],
    ['an hour that no clock shows', { openings: [{ weekdays: ['monday'], from: '25:00', until: '26:00' }] }], ['a day twice', { openings: [{ weekdays: ['monday', 'monday'], from: '01:00', until: '02:00' }] }],
    ['a freeze that ends before it begins', { freezes: [{ from: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z', reason: 'Why' }] }],
  ])('%s', (_what, changes) => {
    expect(windowContent.safeParse({ ...vienna(), ...changes }).success).toBe(false);
  });
});
