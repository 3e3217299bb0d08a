// Strict JSON: what JSON.parse accepts, minus duplicate keys, broken UTF-8, and unbounded depth and breadth.
//
// Two readers of one signed document must see the same document. RFC 8259 leaves duplicate keys to each
// reader, so a document that has one is refused here (I-JSON, RFC 7493, section 2.3).
import { err, ok, type Result } from '#lib/kernel/result.ts';

export type StrictJsonCode = 'encoding' | 'depth' | 'duplicate_key' | 'too_many_keys' | 'syntax';

/** Why a document was refused. `position` counts UTF-16 units from the start, where it is known. */
export type StrictJsonError = { readonly code: StrictJsonCode; readonly message: string; readonly position: number | null };

const DEFAULT_MAXIMUM_DEPTH = 64;
/** More keys of one object are refused: nothing that is signed has so many, and a reader pays for each of them several times over. */
const MOST_KEYS = 200_000;
/** Up to this many keys a linear look-up is cheaper than hashing. */
const LINEAR_KEYS = 8;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Parses a JSON document and refuses what two parsers could read differently.
 *
 * Time and memory grow linearly with the document, whatever it holds: depth is checked before anything is built.
 *
 * @param source UTF-8 bytes (a byte order mark is refused) or text.
 * @param limits `maximumDepth` of nested arrays and objects; 64 unless told. `exactNumbers`: numbers that a double cannot hold, such as
 * 64-bit ids and 1e400, come as text with the digits that were sent, so that two of them are never taken for one.
 * @returns the same value as `JSON.parse` but for such numbers, or the first reason for refusal.
 */
export function parseStrictJson(source: string | Uint8Array, limits: { readonly maximumDepth?: number; readonly exactNumbers?: boolean } = {}): Result<unknown, StrictJsonError> {
  let text: string;
  if (typeof source === 'string') {
    text = source;
  } else {
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(source);
    } catch {
      return err({ code: 'encoding', message: 'the document is not UTF-8', position: null });
    }
  }
  const refused = scan(text, limits.maximumDepth ?? DEFAULT_MAXIMUM_DEPTH);
  if (refused !== null) return err(refused);
  try {
    return ok((limits.exactNumbers === true && longNumber.test(text) ? JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown) : JSON.parse(text)) as unknown);
  } catch (error) {
    return err({ code: 'syntax', message: explainSyntax(text, error), position: null });
  }
}

/** Smaller doubles have fewer digits. */
const smallestFull = 2.3e-308;

/** Where a number may stand that is too long or too large for a double. Text that looks so costs time alone. */
const longNumber = /[:[,]\s*-?(?:\d[\d.]{15}|[\d.]+[eE])/;

/** For `JSON.parse`: a number whose nearest double is written otherwise becomes its own text. */
function keepDigits(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
  return isExact(value, source) ? value : source;
}

/** Whether the double is the number that was written: 15 digits are always held; of more, only those that come back the same. */
function isExact(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false;
  const digits = significant(source);
  return digits === '' ? value === 0 : value !== 0 && ((digits.length <= 15 && Math.abs(value) >= smallestFull) || digits === significant(String(value)));
}

/** The digits of a number without sign, point, exponent and zeros at either end. */
const significant = (number: string): string => number.replace(/[eE].*$/, '').replace(/[-.]/g, '').replace(/^0+|0+$/g, '');

type Level = { object: boolean; expectsKey: boolean; keys: string[]; index: Set<string> | null };

/** Finds too deep nesting and duplicate keys. Syntax is left to JSON.parse, so broken input only has to end the scan. */
function scan(text: string, maximumDepth: number): StrictJsonError | null {
  const levels: Level[] = [];
  let depth = 0;
  let level: Level | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      const end = endOfString(text, at);
      if (end === -1) return null;
      if (level !== undefined && level.object && level.expectsKey) {
        level.expectsKey = false;
        const key = keyAt(text, at, end);
        if (key !== null && !remember(level, key)) {
          return { code: 'duplicate_key', message: `the key ${JSON.stringify(shorten(key))} stands twice in one object`, position: at };
        }
        if (level.index !== null && level.index.size > MOST_KEYS) return { code: 'too_many_keys', message: `an object has more than ${MOST_KEYS.toLocaleString('en-US')} keys`, position: at };
      }
      at = end;
    } else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      if (depth === maximumDepth) return { code: 'depth', message: `nested deeper than ${String(maximumDepth)} levels`, position: at };
      level = levels[depth];
      if (level === undefined) {
        level = { object: false, expectsKey: false, keys: [], index: null };
        levels.push(level);
      }
      level.object = unit === OPEN_BRACE;
      level.expectsKey = level.object;
      level.keys.length = 0;
      level.index = null;
      depth += 1;
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
      if (depth === 0) return null;
      depth -= 1;
      level = depth === 0 ? undefined : levels[depth - 1];
    } else if (unit === COMMA && level !== undefined) {
      level.expectsKey = level.object;
    }
  }
  return null;
}

/** The position of the closing quote, or -1. `indexOf` leaps over long strings such as base64 payloads. */
function endOfString(text: string, start: number): number {
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return -1;
    let slash = quote - 1;
    while (slash > start && text.charCodeAt(slash) === BACKSLASH) slash -= 1;
    if ((quote - 1 - slash) % 2 === 0) return quote;
    from = quote + 1;
  }
}

/** The key between two quotes with its escapes resolved; null when it is not a JSON string, which JSON.parse will say. */
function keyAt(text: string, start: number, end: number): string | null {
  const raw = text.slice(start + 1, end);
  if (!raw.includes('\\')) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return null;
  }
}

function remember(level: Level, key: string): boolean {
  if (level.index !== null) {
    if (level.index.has(key)) return false;
    level.index.add(key);
    return true;
  }
  if (level.keys.includes(key)) return false;
  level.keys.push(key);
  if (level.keys.length > LINEAR_KEYS) level.index = new Set(level.keys);
  return true;
}

/** JSON.parse's own message, except for the mistake that numeric libraries make most. */
function explainSyntax(text: string, error: unknown): string {
  const message = error instanceof SyntaxError ? error.message : 'not JSON';
  const numeric = /^(?:Unexpected token '[NI]'|No number after minus sign)/.test(message) ? /[:,[]\s*(NaN|-?Infinity)\b/.exec(text) : null;
  return numeric === null ? shorten(message) : `${numeric[1] ?? 'NaN'} is not JSON: write null or leave the entry out`;
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
