// What PostgreSQL's text and jsonb can hold of what JSON can say.

/** Can it be stored as text: no NUL, no half of a surrogate pair? */
export const storableText = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

/** Embeddings, overrides and isolates: what stands behind them is written in another order than it is read, so that `gpj.exe` looks like `exe.jpg`. Marks of direction, which honest names hold, are none of them. */
const turning = /[\u202a-\u202e\u2066-\u2069]/;

/** Can it be a name: storable, and shown as what it is? */
export const nameText = (text: string): boolean => storableText(text) && !turning.test(text);

const suspicious = /\\u(?:0000|d[89a-f])/i;

const storableString = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\u2400');

function within(value: unknown): unknown {
  if (typeof value === 'string') return storableString(value);
  if (Array.isArray(value)) return value.map(within);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableString(key), within(item)]));
}

/**
 * A value as jsonb can hold it: NUL becomes its visible symbol U+2400, half a surrogate pair U+FFFD.
 * The event's own bytes are kept beside it, so nothing is lost. A value without either is returned as it is.
 *
 * @param text the value as JSON, received (decoded from UTF-8 without loss) or written here: either way only an escape can stand for such a thing.
 */
export const storableJson = <T extends Record<string, unknown>>(value: T, text: string): T => (suspicious.test(text) ? (within(value) as T) : value);
