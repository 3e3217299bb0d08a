// Reading a decision of Open Policy Agent, whether a server or a compiled policy made it. Pure.
import type { PolicyInput } from './input.ts';

export type OpaAnswer = PolicyInput['opa'][number];

const mostReasons = 20;
const longestReason = 300;

export const unanswered = (path: string, problem: string): OpaAnswer => ({ path, allow: null, reasons: [], problem });
const printable = (text: string): string => text.replaceAll('\0', '').toWellFormed().slice(0, longestReason);

/** A decision is a boolean, or an object with a boolean `allow` and, if it likes, texts in `reasons`. */
export function readDecision(path: string, body: unknown): OpaAnswer {
  if (typeof body !== 'object' || body === null || !('result' in body)) return unanswered(path, 'OPA has no decision at this path');
  const { result } = body;
  if (typeof result === 'boolean') return { path, allow: result, reasons: [], problem: null };
  if (typeof result === 'object' && result !== null && 'allow' in result && typeof result.allow === 'boolean') {
    const texts = 'reasons' in result && Array.isArray(result.reasons) ? result.reasons.filter((reason) => typeof reason === 'string') : [];
    return { path, allow: result.allow, reasons: [...new Set(texts.map(printable))].sort().slice(0, mostReasons), problem: null };
  }
  return unanswered(path, 'OPA’s decision is neither true or false nor an object with a boolean allow');
}
