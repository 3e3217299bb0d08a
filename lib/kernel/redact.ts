// Removes secrets from text, command lines and structured values, by name and by pattern. Pure; imports nothing.
//
// It errs towards removing: a value lost from a log costs little, a credential kept in a database costs much.
// Every pattern is bounded, so the time grows linearly with the text whatever it holds.

export const REDACTED = '[redacted]';

/** Words that make a name secret wherever they stand in it, also run together with others (`dbpassword`). */
const SECRET_PART = /passw(?:or)?d|passphrase|passcode|secret(?!ar)|credential|api_?key|access_?key|private_?key|signing_?key|encryption_?key|auth_?token|access_?token|refresh_?token|id_?token|bearer|authorization|connection_?string/;
/** Words that make a name secret when it ends with them. */
const SECRET_LAST = new Set(['token', 'tokens', 'key', 'keys', 'pwd', 'pass', 'auth', 'jwt', 'otp', 'pat', 'cookie', 'cookies', 'apikey', 'signature', 'sig']);
/** Words before `token`, `key`, `pass` or `signature` that make it a column, a piece of vocabulary and the like. */
const HARMLESS_BEFORE = new Set([
  'public', 'primary', 'foreign', 'sort', 'partition', 'group', 'grouping', 'join', 'row', 'cache', 'lookup', 'index', 'natural', 'business', 'surrogate', 'composite', 'object',
  'label', 'target', 'feature', 'time', 'date', 'id', 'column', 'field', 'item', 'entity', 'event', 'unique', 'model', 'first', 'second', 'single', 'multi',
  'max', 'min', 'num', 'n', 'new', 'total', 'count', 'pad', 'padding', 'eos', 'bos', 'unk', 'unknown', 'mask', 'cls', 'sep', 'special', 'start', 'stop', 'begin', 'end', 'per', 'prompt', 'completion', 'input', 'output', 'image', 'reserved',
]);
/** Last words that say the value describes or locates a secret and is not one. */
const HARMLESS_LAST = new Set(['file', 'path', 'dir', 'directory', 'count', 'length', 'size', 'limit', 'budget', 'type', 'ttl', 'expiry', 'age', 'rotation', 'policy', 'column', 'columns']);

/**
 * Tells whether a parameter, option, header or field of this name is expected to hold a secret.
 *
 * The name is read as words, whether written `api_key`, `api-key`, `apiKey` or `API_KEY`.
 */
export function isSecretName(name: string): boolean {
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const verdict = judgeName(name);
  if (name.length <= 64) {
    if (verdicts.size >= REMEMBERED) verdicts.clear();
    verdicts.set(name, verdict);
  }
  return verdict;
}

/** Names and short texts repeat from event to event: what was judged is remembered. Only text without secrets is. */
const REMEMBERED = 5000;
const verdicts = new Map<string, boolean>();
const clean = new Set<string>();
/** Too short, or too plain, for any pattern below. */
const PLAIN = /^(?:[A-Za-z0-9_.]{0,14}|(?:sha256:)?[0-9a-f]{40,64})$/;

function judgeName(name: string): boolean {
  const words = name
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const last = words.at(-1);
  if (last === undefined || HARMLESS_LAST.has(last)) return false;
  if (SECRET_PART.test(words.join('_'))) return true;
  if (!SECRET_LAST.has(last)) return false;
  const before = words.at(-2);
  return before === undefined || !HARMLESS_BEFORE.has(before);
}

const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const LONGEST_PRIVATE_KEY = 20_000;
const HEADER = /\b((?:proxy-)?authorization|set-cookie|cookie)(["']?\s{0,3}[:=]\s{0,3}["']?)(?!\s{0,3}["']?\[redacted\])[^\r\n"']{1,4000}/gi;
const BEARER = /\b(bearer|basic)(\s{1,3})(?=[A-Za-z0-9._~+/-]{8})(?![a-z]{1,20}\b(?![._~+/=-]))[A-Za-z0-9._~+/-]{8,8000}={0,2}/gi;
const TOKENS = new RegExp(
  [
    'eyJ[A-Za-z0-9_-]{8,4000}\\.[A-Za-z0-9_-]{8,8000}(?:\\.[A-Za-z0-9_-]{0,4000}){0,3}',
    '(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA|AGPA|AIPA|ANPA|ANVA)[A-Z0-9]{16}',
    'gh[pousr]_[A-Za-z0-9]{20,255}',
    'github_pat_[A-Za-z0-9_]{20,255}',
    'gh_[A-Za-z0-9_-]{16,512}',
    'gl(?:pat|dt|rt|cbt|ptt|soat|ft|imt|agent)-[A-Za-z0-9_.-]{16,300}',
    'xox[a-z]-[A-Za-z0-9-]{10,300}',
    'xapp-[A-Za-z0-9-]{10,300}',
    'sk-[A-Za-z0-9_-]{20,300}',
    '[rs]k_(?:live|test)_[A-Za-z0-9]{16,300}',
    'hf_[A-Za-z0-9]{20,100}',
    'npm_[A-Za-z0-9]{30,100}',
    'pypi-[A-Za-z0-9_-]{40,500}',
    'AIza[A-Za-z0-9_-]{35}',
    'ya29\\.[A-Za-z0-9_-]{20,1000}',
    'dapi[0-9a-f]{32}',
    'dckr_pat_[A-Za-z0-9_-]{20,100}',
    'hv[sbr]\\.[A-Za-z0-9_-]{20,500}',
    'AGE-SECRET-KEY-1[A-Z0-9]{50,70}',
  ]
    .map((pattern) => `(?:${pattern})`)
    .join('|'),
  'g',
);
const SLACK_HOOK = /(hooks\.slack\.com\/(?:services|workflows)\/)[A-Za-z0-9/_-]{10,200}/g;
const USER_INFO = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'<>]{1,1000}@/gi;
/** For ssh a user name alone is part of the address, as in `ssh://git@host`. */
const SSH_USER = /^(?:git\+)?ssh:\/\/[a-z0-9._-]{1,32}@$/i;
/** Passwords are often pasted into URLs with a `/` that should have been escaped. A port is no password. */
const USER_INFO_UNESCAPED = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@:"'<>]{1,200}:(?!\d{1,5}(?:[/?#"'\s]|$))[^\s@"'<>]{1,300}@/gi;
const OPTION = /(?<![A-Za-z0-9_-])(--?[A-Za-z][A-Za-z0-9_.-]{0,63})[ \t]{1,8}(?!-)/g;
const ASSIGNMENT = /(?<![A-Za-z0-9_.-])([A-Za-z0-9_.-]{1,128})\\{0,3}["']?\s{0,3}(?::=|=>|[:=])\s{0,3}/g;
const OPEN_QUOTE = /\\{0,3}["']/y;
const BARE_VALUE = /[^\s"'<>\\]{1,4000}/y;
const LONGEST_VALUE = 4_000;

/** What a caller knows to be secret, such as the values of its own environment variables with secret names. */
export type RedactOptions = { readonly knownSecrets?: readonly string[] };

/** Known values shorter than this are not searched for: they would hit ordinary words. */
export const SHORTEST_KNOWN_SECRET = 6;

/**
 * Replaces secrets in text by `[redacted]`: private keys, authorisation headers, tokens of known issuers, URL
 * credentials, `name=value` and `--name value` where the name is a secret one, and the known values.
 *
 * Applying it twice changes nothing more.
 */
export function redactText(text: string, options: RedactOptions = {}): string {
  if (options.knownSecrets?.length) return removeSecrets(text, options);
  if (PLAIN.test(text) || clean.has(text)) return text;
  const redacted = removeSecrets(text, options);
  if (redacted === text && text.length <= 200) {
    if (clean.size >= REMEMBERED) clean.clear();
    clean.add(text);
  }
  return redacted;
}

function removeSecrets(text: string, options: RedactOptions): string {
  const known = (options.knownSecrets ?? []).filter((value) => value.length >= SHORTEST_KNOWN_SECRET && !REDACTED.includes(value)).sort((a, b) => b.length - a.length);
  let clean = text;
  for (const value of known) clean = clean.replaceAll(value, REDACTED);
  clean = removeTokens(removePrivateKeys(clean))
    .replace(HEADER, (_, name: string, separator: string) => `${name}${separator}${REDACTED}`)
    .replace(BEARER, (_, scheme: string, space: string) => `${scheme}${space}${REDACTED}`)
    .replace(SLACK_HOOK, (_, head: string) => `${head}${REDACTED}`)
    .replace(USER_INFO, (whole, scheme: string) => (SSH_USER.test(whole) ? whole : `${scheme}${REDACTED}@`))
    .replace(USER_INFO_UNESCAPED, (_, scheme: string) => `${scheme}${REDACTED}@`);
  return removeNamedValues(removeNamedValues(clean, OPTION), ASSIGNMENT);
}

/** Removes issued tokens. A token is not part of a longer word, except that it may follow another one directly. */
function removeTokens(text: string): string {
  let clean = '';
  let from = 0;
  TOKENS.lastIndex = 0;
  for (let match = TOKENS.exec(text); match !== null; match = TOKENS.exec(text)) {
    if (match.index !== from && /[A-Za-z0-9_]/.test(text.charAt(match.index - 1))) {
      TOKENS.lastIndex = match.index + 1;
      continue;
    }
    clean += text.slice(from, match.index) + REDACTED;
    from = TOKENS.lastIndex;
  }
  return clean + text.slice(from);
}

/** Removes PEM private keys, also one whose beginning or end was cut off. */
function removePrivateKeys(text: string): string {
  if (!text.includes('PRIVATE KEY')) return text;
  let clean = '';
  let from = 0;
  KEY_BEGIN.lastIndex = 0;
  for (let begin = KEY_BEGIN.exec(text); begin !== null; begin = KEY_BEGIN.exec(text)) {
    KEY_END.lastIndex = begin.index;
    const end = KEY_END.exec(text.slice(0, begin.index + LONGEST_PRIVATE_KEY));
    clean += text.slice(from, begin.index) + REDACTED;
    from = end === null ? Math.min(text.length, begin.index + LONGEST_PRIVATE_KEY) : end.index + end[0].length;
    KEY_BEGIN.lastIndex = from;
  }
  return removeCutKeys(clean + text.slice(from));
}

/** Removes the base64 lines before an end marker that has no beginning. */
function removeCutKeys(text: string): string {
  let clean = '';
  let from = 0;
  KEY_END.lastIndex = 0;
  for (let end = KEY_END.exec(text); end !== null; end = KEY_END.exec(text)) {
    const lines = text.slice(Math.max(from, end.index - LONGEST_PRIVATE_KEY), end.index).split(/(?<=\n|\\n)/);
    let kept = lines.length;
    while (kept > 0 && (kept === lines.length ? /^[A-Za-z0-9+/=]{0,100}(?:\r?\n|\\n)?$/ : /^[A-Za-z0-9+/=]{40,100}(?:\r?\n|\\n)?$/).test(lines[kept - 1] ?? '')) kept -= 1;
    clean += text.slice(from, end.index - lines.slice(kept).join('').length) + REDACTED;
    from = end.index + end[0].length;
  }
  return clean + text.slice(from);
}

/** Removes the value after each match of `head` whose first group is a secret name. */
function removeNamedValues(text: string, head: RegExp): string {
  let clean = '';
  let from = 0;
  head.lastIndex = 0;
  for (let match = head.exec(text); match !== null; match = head.exec(text)) {
    if (!isSecretName(match[1] ?? '')) continue;
    const value = valueAt(text, head.lastIndex);
    if (value === null) continue;
    clean += text.slice(from, head.lastIndex) + value.replacement;
    from = value.end;
    head.lastIndex = from;
  }
  return clean + text.slice(from);
}

/** Where the value at this position ends, and what replaces it with its quotes or the punctuation after it kept. */
function valueAt(text: string, start: number): { readonly end: number; readonly replacement: string } | null {
  OPEN_QUOTE.lastIndex = start;
  const quote = OPEN_QUOTE.exec(text)?.[0];
  if (quote === undefined) {
    BARE_VALUE.lastIndex = start;
    const bare = BARE_VALUE.exec(text)?.[0];
    if (bare === undefined) return null;
    const punctuation = /[,;)}\]]{0,20}$/.exec(bare.replace(REDACTED, ''))?.[0] ?? '';
    return { end: start + bare.length, replacement: REDACTED + punctuation };
  }
  const limit = text.slice(start + quote.length, start + quote.length + LONGEST_VALUE);
  const line = limit.slice(0, /\n|$/.exec(limit)?.index ?? limit.length);
  for (let at = line.indexOf(quote); at !== -1; at = line.indexOf(quote, at + 1)) {
    if (line.charAt(at - 1) !== '\\') return { end: start + quote.length + at + quote.length, replacement: quote + REDACTED + quote };
  }
  return { end: start + quote.length + line.length, replacement: quote + REDACTED };
}

/** The value of a named parameter, with the whole value removed when the name is a secret one. */
export function redactNamed(name: string, value: string, options: RedactOptions = {}): string {
  return isSecretName(name) && value !== '' ? REDACTED : redactText(value, options);
}

/**
 * A command line with secrets removed: `--password x`, `--password=x`, `PASSWORD=x`, and patterns inside any argument.
 * The number of arguments stays the same.
 */
export function redactCommand(command: readonly string[], options: RedactOptions = {}): string[] {
  let valueIsSecret = false;
  return command.map((argument, index) => {
    if (valueIsSecret && !argument.startsWith('--')) {
      valueIsSecret = false;
      return REDACTED;
    }
    valueIsSecret = index > 0 && /^--?[A-Za-z][\w.-]*$/.test(argument) && isSecretName(argument);
    const assignment = /^(-{0,2}[A-Za-z_][\w.-]*=)([^]+)$/.exec(argument);
    if (assignment !== null) {
      const [, name = '', value = ''] = assignment;
      return isSecretName(name) ? `${name}${REDACTED}` : `${name}${redactText(value, options)}`;
    }
    return redactText(argument, options);
  });
}

/**
 * A JSON value with secrets removed from every string in it: strings and lists of strings under a secret key, the `value` of
 * `{name | key, value}` pairs with a secret name, and patterns anywhere. Numbers, booleans and structure stay.
 * The input is not changed. Nesting beyond 200 levels is replaced whole.
 */
export function redactJson(value: unknown, options: RedactOptions = {}): unknown {
  return redactWithin(value, false, options, 0);
}

/** What holds no secret is returned as it is, not as a copy: nearly everything, and callers tell by that whether anything was removed. */
function redactWithin(value: unknown, secret: boolean, options: RedactOptions, depth: number): unknown {
  if (depth > 200) return REDACTED;
  if (typeof value === 'string') return secret && value !== '' ? REDACTED : redactText(value, options);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    let changed: unknown[] | null = null;
    for (let n = 0; n < list.length; n += 1) {
      const item = redactWithin(list[n], secret, options, depth + 1);
      if (item === list[n]) continue;
      changed ??= [...list];
      changed[n] = item;
    }
    return changed ?? value;
  }
  const record = value as Readonly<Record<string, unknown>>;
  const label = record['name'] ?? record['key'];
  const pairIsSecret = typeof label === 'string' && isSecretName(label);
  return mapFields(record, (key, item) => {
    const named = key === 'value' ? pairIsSecret : key !== 'key' && isSecretName(key) && (typeof item === 'string' || Array.isArray(item));
    return redactWithin(item, secret || named, options, depth + 1);
  });
}

/** The object with each field's value replaced; the same object where every one stayed as it was. */
export function mapFields(fields: Readonly<Record<string, unknown>>, replace: (key: string, value: unknown) => unknown): Readonly<Record<string, unknown>> {
  let changed: Map<string, unknown> | null = null;
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    const replaced = replace(key, value);
    if (replaced === value) continue;
    changed ??= new Map(Object.entries(fields));
    changed.set(key, replaced);
  }
  return changed === null ? fields : Object.fromEntries(changed);
}
