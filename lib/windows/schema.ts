// Wire types of change windows: when an environment may be changed. Safe for the browser.
import { z } from 'zod';

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof weekdays)[number];

/** A name of the IANA time zone database, as this machine knows them. */
function isTimeZone(name: string): boolean {
  try {
    // An offset ("+02:00") is no place: it would be wrong for half of the year.
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en-GB', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

const clock = (pattern: RegExp) => z.string().regex(pattern, 'is a time of day, HH:MM');
const words = (least: number, most: number) => z.string().trim().min(least).max(most).refine((text) => !/\p{Cc}/u.test(text) && text.isWellFormed(), 'must be one line of text');
const moment = z.iso.datetime({ offset: true }).refine((text) => Date.parse(text) >= 0 && Date.parse(text) < Date.UTC(9_999, 0, 1), 'must lie between 1970 and 9998').transform((text) => new Date(text).toISOString());

/** On these days from one time of day (inclusive) to another (exclusive; 24:00 is midnight); one that is not later lies on the next day. */
export const opening = z.strictObject({
  weekdays: z.array(z.enum(weekdays)).min(1).max(7).refine((days) => new Set(days).size === days.length, 'names a day twice'),
  from: clock(/^(?:[01]\d|2[0-3]):[0-5]\d$/),
  until: clock(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/),
});
export type Opening = z.infer<typeof opening>;

/** A period in which nothing is changed, whatever the weekly hours. From inclusive, until exclusive. */
export const freeze = z.strictObject({ from: moment, until: moment, reason: words(3, 300) }).refine(({ from, until }) => from < until, { path: ['until'], message: 'must be after from' });
export type Freeze = z.infer<typeof freeze>;

export const windowContent = z.strictObject({
  name: words(1, 100),
  timeZone: z.string().max(100).refine(isTimeZone, 'is not a name of the IANA time zone database, such as Europe/Vienna'),
  openings: z.array(opening).min(1).max(50),
  freezes: z.array(freeze).max(100).default([]),
});
export type WindowContent = z.infer<typeof windowContent>;

/** Environments are named freely: a window is for the name. */
export const environmentName = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'an environment’s name is lower-case letters, digits and hyphens');

export const windowStates = ['proposed', 'active', 'retired', 'rejected'] as const;
const personReference = z.object({ id: z.string(), name: z.string() });

export const windowView = z.object({
  id: z.string(),
  environment: z.string(),
  digest: z.string(),
  content: windowContent,
  state: z.enum(windowStates),
  open: z.boolean().describe('Whether it would be open at this moment.'),
  opensAt: z.string().nullable().describe('When it opens next; null while it is open, and where it does not within a year.'),
  closesBecause: z.string().nullable().describe('The reason of the freeze that holds now.'),
  proposedBy: personReference,
  proposedAt: z.string(),
  confirmedBy: personReference.nullable(),
  confirmedAt: z.string().nullable(),
  retiredAt: z.string().nullable(),
});
export type WindowView = z.infer<typeof windowView>;
