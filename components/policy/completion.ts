// What may be completed at a place in a CEL expression. Pure.

export type Completion = { readonly text: string; readonly type: string; readonly description: string | null };

/** Functions and macros that rules use most; each is followed by its bracket. */
export const celFunctions: readonly Completion[] = [
  { text: 'size(', type: 'function', description: 'How many items, members or characters.' },
  { text: 'has(', type: 'macro', description: 'Is this member there?' },
  { text: 'string(', type: 'function', description: 'As a text.' },
  { text: 'double(', type: 'function', description: 'As a number.' },
  { text: 'int(', type: 'function', description: 'As a whole number.' },
  { text: 'all(', type: 'macro', description: 'list.all(x, condition)' },
  { text: 'exists(', type: 'macro', description: 'list.exists(x, condition)' },
  { text: 'exists_one(', type: 'macro', description: 'list.exists_one(x, condition)' },
  { text: 'filter(', type: 'macro', description: 'list.filter(x, condition)' },
  { text: 'map(', type: 'macro', description: 'list.map(x, value)' },
  { text: 'join(', type: 'function', description: 'list.join(", ")' },
  { text: 'format(', type: 'function', description: '"%s of %s".format([a, b])' },
  { text: 'matches(', type: 'function', description: 'text.matches("^[0-9]+$")' },
  { text: 'startsWith(', type: 'function', description: 'text.startsWith("a")' },
  { text: 'endsWith(', type: 'function', description: 'text.endsWith("z")' },
  { text: 'contains(', type: 'function', description: 'text.contains("m")' },
  { text: 'substring(', type: 'function', description: 'text.substring(from, to)' },
];

/** The word that ends at the caret: names joined by dots; null inside a text in quotes or where there is none. */
export function wordAt(text: string, caret: number): { readonly start: number; readonly word: string } | null {
  const before = text.slice(0, caret);
  const quotes = [...before.replaceAll(/\\./g, '').matchAll(/["']/g)].map(([quote]) => quote);
  let open: string | null = null;
  for (const quote of quotes) open = open === null ? quote : open === quote ? null : open;
  if (open !== null) return null;
  const word = /[A-Za-z_][\w.]*$/.exec(before)?.[0];
  return word === undefined ? null : { start: caret - word.length, word };
}

/** Those that follow a value and a dot. */
const methods = new Set(['all(', 'exists(', 'exists_one(', 'filter(', 'map(', 'join(', 'format(', 'matches(', 'startsWith(', 'endsWith(', 'contains(', 'substring(']);

const most = 12;

/** Completions of the word at the caret: the next step of a path first, functions after a dot or as a whole word. */
export function completionsAt(text: string, caret: number, paths: readonly Completion[]): { readonly start: number; readonly items: readonly Completion[] } | null {
  const at = wordAt(text, caret);
  if (at === null) return null;
  const depth = at.word.split('.').length;
  const wanted = at.word.toLowerCase();
  const steps = paths.filter(({ text: path }) => !path.includes('[') && !path.includes('<') && path.split('.').length <= depth + 1 && path.toLowerCase().startsWith(wanted) && path !== at.word);
  const dot = at.word.lastIndexOf('.');
  const last = at.word.slice(dot + 1).toLowerCase();
  const functions = last === '' ? [] : celFunctions.filter((each) => each.text.startsWith(last) && dot >= 0 === methods.has(each.text)).map((each) => ({ ...each, text: `${at.word.slice(0, dot + 1)}${each.text}` }));
  const items = [...steps.sort((a, b) => a.text.split('.').length - b.text.split('.').length), ...functions].slice(0, most);
  return items.length === 0 ? null : { start: at.start, items };
}
