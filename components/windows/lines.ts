// A change window as people write it: hours and freezes, one on each line. Pure.
import { weekdays, type Freeze, type Opening, type Weekday } from '#lib/windows/schema.ts';

type Read<T> = { readonly ok: true; readonly value: T[] } | { readonly ok: false; readonly message: string };

const dayOf = (text: string): Weekday | null => weekdays.find((name) => name.startsWith(text.toLowerCase()) && text.length >= 2) ?? null;

/** `mon-fri`, `sat,sun`, `tuesday`: each day once, in the order of the week. */
function daysOf(text: string): Weekday[] | null {
  const found = new Set<Weekday>();
  for (const part of text.split(',')) {
    const [first, last, more] = part.split('-').map(dayOf);
    if (!first || last === null || more !== undefined) return null;
    const [from, to] = [weekdays.indexOf(first), weekdays.indexOf(last ?? first)];
    for (let at = 0; at <= (to - from + 7) % 7; at += 1) found.add(weekdays[(from + at) % 7] ?? first);
  }
  return weekdays.filter((name) => found.has(name));
}

const lines = (text: string) => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

/** `mon-thu 09:00-16:00`, one line for each part of the week. */
export function readOpenings(text: string): Read<Opening> {
  const value: Opening[] = [];
  for (const line of lines(text)) {
    const [, days, from, until] = /^([A-Za-z,-]+)\s+(\d\d:\d\d)\s*[-–]\s*(\d\d:\d\d)$/.exec(line) ?? [];
    const named = days === undefined ? null : daysOf(days);
    if (!named || named.length === 0 || from === undefined || until === undefined) return { ok: false, message: `“${line}” is not written like: mon-thu 09:00-16:00` };
    value.push({ weekdays: named, from, until });
  }
  return value.length === 0 ? { ok: false, message: 'say on which days and at which hours' } : { ok: true, value };
}

/** `2026-12-20T00:00+01:00 2027-01-07T00:00+01:00 Year end`: from, until, reason. */
export function readFreezes(text: string): Read<Freeze> {
  const value: Freeze[] = [];
  for (const line of lines(text)) {
    const [, from, until, reason] = /^(\S+)\s+(\S+)\s+(.{3,})$/.exec(line) ?? [];
    const [start, end] = [Date.parse(from ?? ''), Date.parse(until ?? '')];
    if (reason === undefined || Number.isNaN(start) || Number.isNaN(end)) return { ok: false, message: `“${line}” is not written like: 2026-12-20T00:00Z 2027-01-07T00:00Z Year end` };
    value.push({ from: new Date(start).toISOString(), until: new Date(end).toISOString(), reason });
  }
  return { ok: true, value };
}

const short = (name: Weekday) => name.slice(0, 3);

export const writeOpening = ({ weekdays: days, from, until }: Opening): string => {
  const at = days.map((name) => weekdays.indexOf(name)).sort((a, b) => a - b);
  const run = at.length > 2 && at.every((day, index) => index === 0 || day === (at[index - 1] ?? 0) + 1);
  const named = at.flatMap((day) => weekdays[day] ?? []);
  return `${run ? `${short(named[0] ?? 'monday')}-${short(named.at(-1) ?? 'sunday')}` : named.map(short).join(',')} ${from}-${until}`;
};
export const writeFreeze = ({ from, until, reason }: Freeze): string => `${from} ${until} ${reason}`;
