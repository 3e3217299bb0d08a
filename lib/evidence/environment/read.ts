// Reading documents of unknown shape: fields that may be missing or of the wrong type. Pure.

export type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields | null => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null);
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Own properties alone, so that a document cannot borrow from the prototype. */
export const at = (value: unknown, ...path: readonly string[]): unknown => path.reduce<unknown>((current, key) => { const fields = fieldsOf(current); return fields !== null && Object.hasOwn(fields, key) ? fields[key] : undefined; }, value);

/** Kubernetes takes a field that is null for one that is not there. */
export const absent = (value: unknown): value is undefined | null => value === undefined || value === null;

/** A value as a sentence shows it. */
export const shown = (value: unknown): string => (absent(value) ? 'not set' : typeof value === 'string' ? value.slice(0, 100) : JSON.stringify(value).slice(0, 100));
