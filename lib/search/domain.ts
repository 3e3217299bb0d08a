// What a typed text is looked for as: parts of names, the beginning of a digest or an id, and which known word a mistyped one stands for.

/** The words that the text is made of, in lower case; at most eight. */
export const wordsOf = (text: string): string[] => text.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 8);

const escaped = (text: string) => text.replace(/[\\%_]/g, (character) => `\\${character}`);

/** A LIKE pattern for names that hold these words in this order. */
export const patternOf = (words: readonly string[]): string => `%${words.map(escaped).join('%')}%`;

/** A LIKE pattern for names that begin with the text. */
export const prefixOf = (text: string): string => `${escaped(text.toLowerCase())}%`;

/** Whether an index of trigrams can find it: one word has three letters or digits in a row. */
export const hasTrigram = (words: readonly string[]): boolean => words.some((word) => /[\p{L}\p{N}]{3}/u.test(word));

/** The digests that begin with the text, as a range from inclusive to exclusive; null where the text is no beginning of a digest. */
export function digestRange(text: string): { from: string; to: string } | null {
  const hex = /^(?:sha256:)?([0-9a-f]{4,64})$/.exec(text.toLowerCase())?.[1];
  // No hexadecimal digit comes after f.
  return hex === undefined ? null : { from: `sha256:${hex}`, to: `sha256:${hex}g` };
}

/** The ids that begin with the text, as a range of UUIDs, both inclusive; null where the text is no beginning of an id. */
export function idRange(text: string): { from: string; to: string } | null {
  const lower = text.toLowerCase();
  const digits = lower.replaceAll('-', '');
  if (!/^[0-9a-f]{4,32}$/.test(digits) || !'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx'.startsWith(lower.replace(/[0-9a-f]/g, 'x')) && lower !== digits) return null;
  const uuid = (filler: string) => digits.padEnd(32, filler).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { from: uuid('0'), to: uuid('f') };
}

/** How many letters were left out, added, exchanged or swapped with their neighbour (optimal string alignment). */
export function distance(a: string, b: string): number {
  let [before, previous] = [[] as number[], Array.from({ length: b.length + 1 }, (_, n) => n)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    [before, previous] = [previous, row];
  }
  return previous[b.length] ?? 0;
}

/** Mistakes that a word of this length may hold. */
const forgiven = (length: number) => (length < 4 ? 0 : length < 7 ? 1 : 2);

/** Which of the known words a mistyped one stands for: the nearest, then the one most like it in length, then by alphabet; null where none is near. */
export function meant(typed: string, known: readonly string[]): string | null {
  const near = known.map((word) => ({ word, far: distance(typed, word) })).filter(({ far }) => far <= forgiven(typed.length));
  near.sort((a, b) => a.far - b.far || Math.abs(a.word.length - typed.length) - Math.abs(b.word.length - typed.length) || (a.word < b.word ? -1 : 1));
  return near[0]?.word ?? null;
}
