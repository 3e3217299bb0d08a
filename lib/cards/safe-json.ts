// What may be in a document at all: plain JSON of a bounded size and depth, without names that harm. Pure.
import type { Json } from './schema.ts';

export const mostBodyCharacters = 200_000;
const mostMetaCharacters = 60_000;
const mostCardCharacters = 200_000;
const deepest = 16;
const harmful = ['__proto__', 'constructor', 'prototype'];

/** What is wrong with a value at a path; null: nothing. */
function problemIn(value: unknown, path: string, depth: number): string | null {
  if (value === null || typeof value === 'boolean') return null;
  if (typeof value === 'number') return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)) ? null : `${path} is a number that JSON cannot hold exactly: put it in quotes`;
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? `${path} holds characters that are not text` : null;
  if (typeof value !== 'object') return `${path} is no JSON`;
  if (depth >= deepest) return `${path} is nested more than ${deepest} deep`;
  const members: [string, unknown][] = Array.isArray(value) ? value.map((item, index) => [String(index), item]) : Object.entries(value);
  for (const [key, member] of members) {
    if (harmful.includes(key)) return `${path} has a member ${key}`;
    const found = (!Array.isArray(value) && problemIn(key, `a name in ${path}`, depth)) || problemIn(member, `${path}.${key.slice(0, 60)}`, depth + 1);
    if (found) return found;
  }
  return null;
}

/** What stands against storing these parts; null: nothing. */
export function unsuitable(meta: unknown, card: unknown, body: string): string | null {
  if (body.length > mostBodyCharacters) return `the text has ${body.length} characters; at most ${mostBodyCharacters} are kept`;
  const found = problemIn(body, 'the text', 0) ?? problemIn(meta, 'the front matter', 0) ?? problemIn(card, 'modelCard', 0);
  if (found) return found;
  if (JSON.stringify(meta).length > mostMetaCharacters) return `the front matter is larger than ${mostMetaCharacters} characters`;
  if (card !== null && JSON.stringify(card).length > mostCardCharacters) return `modelCard is larger than ${mostCardCharacters} characters`;
  return null;
}

export const isObject = (value: unknown): value is { readonly [key: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value);
/** A text, or a list of them, as the Hub allows for many fields. */
export const texts = (value: unknown): string[] => (typeof value === 'string' && value.trim() !== '' ? [value.trim()] : Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string' && item.trim() !== '').map((item) => item.trim()) : []);
