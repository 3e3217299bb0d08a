// Building blocks of facet readers: tolerant where clients are known to differ, strict about what is shown. Pure, safe for the browser.
import { z } from 'zod';

/** What stands for nothing in facets: null, and text without letters. */
const nothing = (value: unknown) => value === null || (typeof value === 'string' && value.trim() === '');

/** Any value; a field that is missing is null. */
export const anything = z.unknown().default(null);

/** Text; numbers and booleans count as text, because several clients send versions and values so. */
export const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
/** Text, or null where there is none or something that is none. */
export const maybeText = anything.transform((value): string | null => (nothing(value) ? null : (text.safeParse(value).data ?? null)));
/** Any value as a person would read it: text as it is, everything else as JSON. */
export const shownText = anything.transform((value): string | null => (nothing(value) || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value)));
/** A finite number, also where it was sent as text; else null. */
export const maybeNumber = anything.transform((value): number | null => {
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof read === 'number' && Number.isFinite(read) ? read : null;
});
export const maybeBoolean = anything.transform((value): boolean | null => (typeof value === 'boolean' ? value : value === 'true' ? true : value === 'false' ? false : null));

/** What is shown of one list; more stays in the facet as it came. */
export const mostItems = 1000;

/** A list of what fits `item`; what does not fit is left out, since the whole stays viewable. Fails for what is no list, and where nothing of it fits. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.array(z.unknown(), 'must be a list').transform((items, context): z.output<Item>[] => {
    const read = items.slice(0, mostItems).flatMap((each) => {
      const parsed = item.safeParse(each);
      return parsed.success ? [parsed.data] : [];
    });
    if (items.length > 0 && read.length === 0) context.addIssue({ code: 'custom', message: 'has no entry in the expected shape' });
    return read;
  });

/** The same where the list may be missing. */
export const maybeListOf = <Item extends z.ZodType>(item: Item) => z.union([z.null(), listOf(item)]).default(null).transform((list): z.output<Item>[] => list ?? []);

/** Named entries of an object, in the order in which they came. */
export const entriesOf = <Item extends z.ZodType>(item: Item) =>
  z.record(z.string(), z.unknown(), 'must be an object').transform((record): (z.output<Item> & { readonly name: string })[] =>
    Object.entries(record).slice(0, mostItems).flatMap(([name, each]) => {
      const parsed = item.safeParse(each);
      return parsed.success ? [{ ...(parsed.data as object), name } as z.output<Item> & { readonly name: string }] : [];
    }));
