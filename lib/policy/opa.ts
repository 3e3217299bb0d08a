// Asking a server of Open Policy Agent: its Data API (https://www.openpolicyagent.org/docs/rest-api#get-a-document-with-input), guarded. What is not a clear answer is none.
import { settings } from '#lib/env.ts';
import type { PolicyInput } from './input.ts';
import type { PolicyContent } from './schema.ts';

export type OpaAnswer = PolicyInput['opa'][number];
export type OpaServer = { readonly url: string; readonly token: string | null; readonly timeoutMilliseconds: number };

/** The server that the operator named; null: none. */
export function configuredOpa(): OpaServer | null {
  const { OPA_URL, OPA_TOKEN, OPA_TIMEOUT_MS } = settings();
  return OPA_URL === undefined ? null : { url: OPA_URL, token: OPA_TOKEN ?? null, timeoutMilliseconds: OPA_TIMEOUT_MS };
}

const longestAnswer = 256 * 1024;
const mostReasons = 20;
const longestReason = 300;

async function boundedText(response: Response): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > longestAnswer) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

const unanswered = (path: string, problem: string): OpaAnswer => ({ path, allow: null, reasons: [], problem });
const printable = (text: string): string => text.replaceAll('\0', '').toWellFormed().slice(0, longestReason);

/** A decision is a boolean, or an object with a boolean `allow` and, if it likes, texts in `reasons`. */
function readDecision(path: string, body: unknown): OpaAnswer {
  if (typeof body !== 'object' || body === null || !('result' in body)) return unanswered(path, 'OPA has no decision at this path');
  const { result } = body;
  if (typeof result === 'boolean') return { path, allow: result, reasons: [], problem: null };
  if (typeof result === 'object' && result !== null && 'allow' in result && typeof result.allow === 'boolean') {
    const texts = 'reasons' in result && Array.isArray(result.reasons) ? result.reasons.filter((reason) => typeof reason === 'string') : [];
    return { path, allow: result.allow, reasons: [...new Set(texts.map(printable))].sort().slice(0, mostReasons), problem: null };
  }
  return unanswered(path, 'OPA’s decision is neither true or false nor an object with a boolean allow');
}

/** One question. Never throws: whatever goes wrong is an answer that allows nothing. */
export async function askOpa(server: OpaServer | null, path: string, input: unknown): Promise<OpaAnswer> {
  if (server === null) return unanswered(path, 'no OPA server is configured (OPA_URL)');
  try {
    const response = await fetch(`${server.url.replace(/\/+$/, '')}/v1/data/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...(server.token === null ? {} : { authorization: `Bearer ${server.token}` }) },
      body: JSON.stringify({ input }),
      redirect: 'error',
      signal: AbortSignal.timeout(server.timeoutMilliseconds),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return unanswered(path, `OPA answered with status ${response.status}`);
    }
    const text = await boundedText(response);
    if (text === null) return unanswered(path, 'OPA’s answer is too large');
    return readDecision(path, JSON.parse(text));
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return unanswered(path, 'OPA did not answer in time');
    return unanswered(path, error instanceof SyntaxError ? 'OPA’s answer is not JSON' : 'OPA could not be reached');
  }
}

/** The document with OPA's answers for the rules of a policy that ask it; asked at once, each path one time. The question holds no earlier answers. */
export async function withOpa(content: Pick<PolicyContent, 'opa'>, input: PolicyInput, server: OpaServer | null = configuredOpa()): Promise<PolicyInput> {
  const paths = [...new Set((content.opa ?? []).map(({ path }) => path))].sort();
  if (paths.length === 0) return input.opa.length === 0 ? input : { ...input, opa: [] };
  const { opa: _earlier, ...question } = input;
  return { ...input, opa: await Promise.all(paths.map((path) => askOpa(server, path, question))) };
}
