// Change windows as people write them.
import { expect, it } from 'vitest';
import { readFreezes, readOpenings, writeFreeze, writeOpening } from './lines.ts';

it('hours are read by days and ranges of days, also over the end of the week', () => {
  expect(readOpenings('mon-thu 09:00-16:00\n\nfri 09:00 – 12:00')).toEqual({ ok: true, value: [{ weekdays: ['monday', 'tuesday', 'wednesday', 'thursday'], from: '09:00', until: '16:00' }, { weekdays: ['friday'], from: '09:00', until: '12:00' }] });
  expect(readOpenings('sat-mon,we 22:00-02:00')).toMatchObject({ value: [{ weekdays: ['monday', 'wednesday', 'saturday', 'sunday'] }] });
});

it.each(['', 'always', 'mon 9-16', 'mo-xx 09:00-16:00', 'm 09:00-16:00', 'mon-tue-wed 09:00-10:00'])('what is no line of hours is told: %j', (text) => {
  expect(readOpenings(text).ok).toBe(false);
});

it('freezes are two moments and a reason', () => {
  expect(readFreezes('2026-12-20T00:00+01:00 2027-01-07T00:00+01:00 Year end')).toEqual({ ok: true, value: [{ from: '2026-12-19T23:00:00.000Z', until: '2027-01-06T23:00:00.000Z', reason: 'Year end' }] });
  expect(readFreezes('')).toEqual({ ok: true, value: [] });
  expect(readFreezes('tomorrow later because').ok).toBe(false);
});

it('what is written is read as it was', () => {
  const openings = [{ weekdays: ['monday' as const, 'tuesday' as const, 'wednesday' as const], from: '09:00', until: '16:00' }, { weekdays: ['saturday' as const], from: '22:00', until: '02:00' }];
  expect(readOpenings(openings.map(writeOpening).join('\n'))).toEqual({ ok: true, value: openings });
  const freeze = { from: '2026-12-19T23:00:00.000Z', until: '2027-01-06T23:00:00.000Z', reason: 'Year end' };
  expect(readFreezes(writeFreeze(freeze))).toEqual({ ok: true, value: [freeze] });
});
