// Reads options from a command line, and says precisely what is wrong with it.
import { redactText } from '#lib/kernel/redact.ts';

/** A mistake of the caller: one line, and exit code 64. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** `value` is the placeholder shown in help and hints; null makes the option a switch. */
export type OptionSpec = { readonly value: string | null; readonly repeats?: boolean; readonly required?: boolean; readonly example?: string };
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** Options in the order given, the words between them, and what stands after `--` (null when there is no `--`). */
export type Arguments = { readonly values: ReadonlyMap<string, readonly string[]>; readonly words: readonly string[]; readonly command: readonly string[] | null };

const LONGEST_NAME = 4_000;
/** Line breaks and other control characters, and characters that turn the direction of text. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const CREDENTIAL_OPTIONS = new Set(['token', 'password', 'secret', 'api-key', 'auth']);

/**
 * Parses `--name value`, `--name=value` and switches, up to `--`.
 *
 * @param mostWords how many words that are no option the command takes, such as the file to verify.
 * @throws UsageError for an unknown, repeated, valueless or missing option, or a stray word.
 */
export function parseArguments(argv: readonly string[], specs: OptionSpecs, mostWords = 0): Arguments {
  const values = new Map<string, string[]>();
  const stray: string[] = [];
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const match = /^--([^=]+)(?:=([^]*))?$/.exec(word);
    if (match === null && !word.startsWith('-') && stray.length < mostWords) {
      stray.push(word);
      continue;
    }
    if (match === null) throw new UsageError(strayWord(word, specs));
    const [, name = '', joined] = match;
    const spec = specs[name];
    if (spec === undefined) throw new UsageError(unknownOption(name, specs));
    const given = values.get(name) ?? [];
    if (given.length > 0 && spec.repeats !== true) throw new UsageError(`--${name} is given twice, and may be given once`);
    if (spec.value === null) {
      if (joined !== undefined) throw new UsageError(`--${name} is a switch and takes no value`);
      values.set(name, ['']);
      continue;
    }
    const value = joined ?? words[at + 1];
    if (value === undefined || (joined === undefined && value.startsWith('--'))) throw new UsageError(`--${name} needs a value: ${form(name, spec)}`);
    if (joined === undefined) at += 1;
    if (value === '') throw new UsageError(`--${name} has an empty value: ${form(name, spec)}`);
    values.set(name, [...given, value]);
  }
  for (const [name, spec] of Object.entries(specs)) {
    if (spec.required === true && !values.has(name)) throw new UsageError(`--${name} is missing: ${form(name, spec)}`);
  }
  return { values, words: stray, command: end === -1 ? null : argv.slice(end + 1) };
}

/** The value of an option that is given at most once. */
export function optional(parsed: Arguments, name: string): string | null {
  return parsed.values.get(name)?.[0] ?? null;
}

/** The value of an option that the parser has already required. */
export function required(parsed: Arguments, name: string): string {
  const value = optional(parsed, name);
  if (value === null) throw new UsageError(`--${name} is missing`);
  return value;
}

/** A `NAME=VALUE` pair. The first `=` divides, so a value may contain more of them and a name none. */
export type Pair = { readonly name: string; readonly value: string };

/**
 * The pairs of a repeatable option, in order.
 *
 * @param sameNameTwice whether one name may be given several values (never the same value twice).
 */
export function pairs(parsed: Arguments, option: string, specs: OptionSpecs, sameNameTwice = false): Pair[] {
  const spec = specs[option] ?? { value: 'NAME=VALUE' };
  const read = (parsed.values.get(option) ?? []).map((text) => {
    const at = text.indexOf('=');
    if (at === -1) throw new UsageError(`--${option} "${excerpt(text)}" has no "=": ${form(option, spec)}`);
    if (at === text.length - 1) throw new UsageError(`--${option} "${excerpt(text)}" has nothing after "=": ${form(option, spec)}`);
    return { name: checkedName(text.slice(0, at), `the name in --${option}`), value: text.slice(at + 1) };
  });
  const seen = new Set<string>();
  for (const { name, value } of read) {
    const identity = sameNameTwice ? `${name}\0${value}` : name;
    if (seen.has(identity)) throw new UsageError(`--${option} gives "${excerpt(name)}" twice`);
    seen.add(identity);
  }
  return read;
}

/**
 * A name of a pipeline, stage, asset or parameter: 1 to 4,000 characters, one line, no white space around it.
 *
 * @throws UsageError that says which rule is broken.
 */
export function checkedName(name: string, what: string): string {
  if (name === '') throw new UsageError(`${what} is empty`);
  if (name.length > LONGEST_NAME) throw new UsageError(`${what} has ${String(name.length)} characters; at most ${String(LONGEST_NAME)} are allowed`);
  if (UNPRINTABLE.test(name)) throw new UsageError(`${what} contains a line break or another control character: "${excerpt(name)}"`);
  if (name.trim() !== name) throw new UsageError(`${what} begins or ends with white space: "${excerpt(name)}"`);
  if (!name.isWellFormed() || name.includes('\ufffd')) throw new UsageError(`${what} is not valid UTF-8`);
  return name;
}

/** `sha256:` and 64 lower-case hexadecimal digits. */
export function checkedDigest(text: string, what: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(text)) throw new UsageError(`${what} "${excerpt(text)}" is not a digest: sha256: and 64 lower-case hexadecimal digits are expected`);
  return text;
}

/** A value shortened for a message, and without secrets, in case it landed in the wrong option. */
export function excerpt(text: string): string {
  const line = redactText(text).replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, '�');
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

function form(name: string, spec: OptionSpec): string {
  const example = spec.example === undefined ? '' : `, for example --${name} ${spec.example}`;
  return `write --${name} ${spec.value ?? ''}${example}`;
}

function strayWord(word: string, specs: OptionSpecs): string {
  if (word.startsWith('-')) return `"${excerpt(word)}" is not an option; options begin with "--"`;
  const hint = 'pipeline' in specs && 'stage' in specs ? '; the command to run stands after "--", for example gatehouse run --pipeline P --stage S -- python train.py' : '; only options are expected';
  // The word itself may be a secret that lost its option, so it is not repeated.
  return `a word stands where an option is expected${hint}`;
}

function unknownOption(name: string, specs: OptionSpecs): string {
  if (CREDENTIAL_OPTIONS.has(name)) return `--${name} does not exist: what is on a command line can be read by other processes; set GATEHOUSE_TOKEN, or give --token-file PATH`;
  const nearest = Object.keys(specs)
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const hint = nearest !== undefined && nearest.distance <= 2 ? `; did you mean --${nearest.candidate}?` : '';
  return `--${excerpt(name)} is not an option of this command${hint}`;
}

/** Levenshtein distance, for suggestions. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
