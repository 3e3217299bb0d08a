// Asking a server of Open Policy Agent: its Data API (https://www.openpolicyagent.org/docs/rest-api#get-a-document-with-input), guarded. What is not a clear answer is none.
import { settings } from '#lib/env.ts';
import { readDecision, unanswered, type OpaAnswer } from './opa-answer.ts';

export type OpaServer = { readonly url: string; readonly token: string | null; readonly timeoutMilliseconds: number };

/** The server that the operator named; null: none. */
export function configuredOpa(): OpaServer | null {
  const { OPA_URL, OPA_TOKEN, OPA_TIMEOUT_MS } = settings();
  return OPA_URL === undefined ? null : { url: OPA_URL, token: OPA_TOKEN ?? null, timeoutMilliseconds: OPA_TIMEOUT_MS };
}

const longestAnswer = 256 * 1024;

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
