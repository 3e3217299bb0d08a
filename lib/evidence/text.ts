// Text from outside, made fit for PostgreSQL and for a page: bounded, without NUL, well-formed.

/** PostgreSQL stores neither NUL nor lone surrogates; both become U+FFFD. Longer texts are cut and say so. */
export function storable(text: string, maximum = 2_000): string {
  const cut = text.length > maximum ? `${text.slice(0, maximum)}…` : text;
  // Nearly every text is fine as it is, and there are dozens in each report.
  return cut.isWellFormed() && !cut.includes('\u0000') ? cut : cut.replaceAll('\u0000', '\uFFFD').toWellFormed();
}

/** The first few of many things, and how many more there are. */
export function few(items: readonly string[], most = 5): string {
  const shown = items.slice(0, most).join(', ');
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

/** `1 subject`, `2 subjects`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
