// The zod pieces of a list's parameters.
import { z } from 'zod';

/** One or more values, as `a,b` or repeated: a facet of a list. */
export const several = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (typeof value === 'string' || typeof value === 'number' ? String(value).split(',').filter(Boolean) : value), z.array(item).max(50).optional());

/** A moment that PostgreSQL can hold too: it knows no year 0. */
const moment = z.iso.datetime({ offset: true }).refine((text) => Date.parse(text) >= 0, 'must be in 1970 or later');

/** A range of time: from inclusive, to exclusive. */
export const timeRange = { from: moment.optional(), to: moment.optional() };

/** Text that PostgreSQL can compare with: it stores neither NUL nor half of a surrogate pair. */
export const comparable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

/** Text that names are searched for. */
export const searchText = z.string().trim().max(200).refine(comparable, 'holds characters that are not text').optional();

/** `yes` or `no` in a query string. */
export const yesNo = z.enum(['true', 'false']).transform((value) => value === 'true').optional();
