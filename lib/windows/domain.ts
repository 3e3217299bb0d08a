// Whether a change window is open at a moment, and when it opens next. Pure: the moment is given.
import { weekdays, type Opening, type Weekday, type WindowContent } from './schema.ts';

const minute = 60_000;
const day = 86_400_000;
const furthestDays = 366;

type Local = { readonly date: number; readonly weekday: number; readonly minutes: number };

const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' });
  formats.set(timeZone, made);
  return made;
}

/** The wall clock of a time zone: the date as if it were UTC midnight, Monday as 0, minutes since midnight. */
function localOf(at: number, timeZone: string): Local {
  const parts = Object.fromEntries(formatOf(timeZone).formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const date = Date.UTC(parts['year'] ?? 0, (parts['month'] ?? 1) - 1, parts['day'] ?? 1);
  return { date, weekday: (new Date(date).getUTCDay() + 6) % 7, minutes: (parts['hour'] ?? 0) * 60 + (parts['minute'] ?? 0) };
}

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
const on = (days: readonly Weekday[], weekday: number): boolean => days.some((name) => weekdays.indexOf(name) === weekday);

function holds({ weekdays: days, from, until }: Opening, { weekday, minutes }: Local): boolean {
  const [start, end] = [minutesOf(from), minutesOf(until)];
  if (start < end) return on(days, weekday) && minutes >= start && minutes < end;
  return (on(days, weekday) && minutes >= start) || (on(days, (weekday + 6) % 7) && minutes < end);
}

const frozenAt = ({ freezes }: WindowContent, at: number) => freezes.find(({ from, until }) => Date.parse(from) <= at && at < Date.parse(until)) ?? null;
const openAt = (content: WindowContent, at: number): boolean => frozenAt(content, at) === null && content.openings.some((opening) => holds(opening, localOf(at, content.timeZone)));

/** The moments at which a wall clock may show this: two where the clock is put back, and where it is put forward the nearest ones. */
function momentsOf(date: number, minutes: number, timeZone: string): number[] {
  const wanted = date + minutes * minute;
  return [...new Set([wanted - day, wanted, wanted + day].map((guess) => {
    const shown = localOf(guess, timeZone);
    return wanted - (shown.date + shown.minutes * minute - guess);
  }))];
}

/** The next moment, at or after this one, at which it is open; null: none within a year. */
function nextOpening(content: WindowContent, at: number): number | null {
  const { date } = localOf(at, content.timeZone);
  const thaws = content.freezes.map(({ until }) => Date.parse(until)).filter((end) => end >= at);
  for (let ahead = -1; ahead <= furthestDays; ahead += 1) {
    const candidates = content.openings.flatMap(({ from }) => momentsOf(date + ahead * day, minutesOf(from), content.timeZone));
    const end = date + (ahead + 1) * day;
    const found = [...candidates, ...thaws.filter((thaw) => thaw < end + day)].filter((moment) => moment >= at && openAt(content, moment)).sort((a, b) => a - b)[0];
    if (found !== undefined) return found;
  }
  return null;
}

export type WindowNow = { readonly open: boolean; readonly name: string; readonly opensAt: string | null; readonly frozen: string | null };

/** How a change window stands at a moment (ISO 8601). `opensAt` is null while it is open and where it does not open within a year; `frozen` is the reason of the freeze that holds. */
export function windowAt(content: WindowContent, at: string): WindowNow {
  const moment = Date.parse(at);
  const open = openAt(content, moment);
  const next = open ? null : nextOpening(content, moment);
  return { open, name: content.name, opensAt: next === null ? null : new Date(next).toISOString(), frozen: frozenAt(content, moment)?.reason ?? null };
}
