// The decisions process: a small web server of its own for the questions of deployers and of Kubernetes, beside the portal and by the same rules.
// It has an event loop to itself, so neither pages nor reports that the portal works on make a deployment wait. It keeps no state but what it may lose.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { changes, type ChangeFeed } from './db/changes.ts';
import { admissionAt, answering, type Answering } from './deployments/index.ts';
import { settings } from './env.ts';
import { makeTokenMemory, type TokenMemory } from './identity/index.ts';
import { overloaded, within } from './kernel/admission.ts';
import { parseJsonObject } from './kernel/body.ts';
import { failureOf } from './kernel/command.ts';
import { kernelFailure, notFound, httpStatus, type AppError } from './kernel/errors.ts';
import { newId } from './kernel/ids.ts';
import type { Actor } from './kernel/permissions.ts';
import { problem } from './kernel/problem.ts';
import { err, type Err, type Result } from './kernel/result.ts';
import { readiness } from './readiness.ts';

export type DecisionsServer = { readonly server: Server; /** Answers what is open, takes nothing new, and writes what was counted. */ readonly close: () => Promise<void> };

const deployPath = '/api/v1/decisions/deploy';
const admissionPath = '/api/v1/decisions/admission';
const largestQuestion = 16 * 1024;
/** Questions that are worked on at once; beyond that the answer is 503 at once. */
const mostOpen = 2_000;

type Sent = { readonly status: number; readonly body: unknown; readonly error?: AppError };
type Question = { readonly requestId: string; readonly actor: Actor; readonly at: number; readonly request: IncomingMessage; readonly url: URL; readonly body: Buffer };
type Handler = { readonly method: string; readonly limit: number; readonly answer: (question: Question) => Promise<Result<unknown, AppError>> };

const requestIdOf = (request: IncomingMessage): string => {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{8,80}$/.test(given) ? given : newId();
};

/** Reads at most so many bytes. */
async function bodyOf(request: IncomingMessage, limit: number): Promise<Buffer | Err<AppError>> {
  if (request.headers['content-encoding'] !== undefined && request.headers['content-encoding'] !== 'identity') return kernelFailure('unsupported_media_type', 'kernel.unsupported_media_type', 'Send the question without Content-Encoding.');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) return kernelFailure('too_large', 'kernel.too_large', `The body is larger than the ${limit} bytes that are accepted here.`);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
}

function jsonOf({ request, body }: Question): Result<Record<string, unknown>, AppError> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  return type === 'application/json' ? parseJsonObject(body) : kernelFailure('unsupported_media_type', 'kernel.unsupported_media_type', 'Send Content-Type: application/json.');
}

function send(response: ServerResponse, requestId: string, { status, body, error }: Sent): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': error ? 'application/problem+json' : 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': requestId,
    ...(error?.kind === 'unauthenticated' ? { 'WWW-Authenticate': 'Bearer' } : {}),
    ...(error?.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(error.retryAfterSeconds) }),
  });
  response.end(text);
}

const failed = (error: AppError, requestId: string): Sent => ({ status: httpStatus[error.kind], body: problem(error, requestId), error });

/** Which question a path is; the value's keys are methods. */
function handlersOf(answers: Answering): ReadonlyMap<string, readonly Handler[]> {
  const asked = async ({ actor, requestId, at }: Question, input: unknown) => {
    // What was sent is checked by the operation itself.
    const outcome = await answers.executeAt({ actor, requestId, channel: 'api' }, input as never, at);
    return outcome.ok ? { ok: true as const, value: outcome.value.value } : outcome;
  };
  return new Map([
    [deployPath, [
      { method: 'GET', limit: 0, answer: (question) => asked(question, Object.fromEntries(question.url.searchParams)) },
      { method: 'POST', limit: largestQuestion, answer: async (question) => {
        const body = jsonOf(question);
        return body.ok ? asked(question, body.value) : body;
      } },
    ]],
    [admissionPath, [
      { method: 'POST', limit: settings().MAX_EVENT_BYTES, answer: async (question) => {
        const body = jsonOf(question);
        return body.ok ? admissionAt({ actor: question.actor, requestId: question.requestId, channel: 'api' }, body.value, answers, question.at) : body;
      } },
    ]],
  ]);
}

/** Makes the server; it listens to nothing yet. */
export function makeDecisionsServer(feed: ChangeFeed = changes(), answers: Answering = answering(), tokens: TokenMemory = makeTokenMemory(feed)): DecisionsServer {
  const handlers = handlersOf(answers);
  let open = 0;

  async function respond(request: IncomingMessage, url: URL, requestId: string): Promise<Sent> {
    if (url.pathname === '/api/healthz') return { status: 200, body: { status: 'alive' } };
    if (url.pathname === '/api/readyz') {
      const report = await readiness();
      return { status: report.ready ? 200 : 503, body: report };
    }
    const known = handlers.get(url.pathname);
    const handler = known?.find(({ method }) => method === request.method);
    if (!handler) return known ? { status: 405, body: problem(notFound('operation').error, requestId), error: notFound('operation').error } : failed(notFound('operation').error, requestId);
    const authorization = request.headers.authorization;
    if (authorization === undefined) return failed(kernelFailure('unauthenticated', 'kernel.unauthenticated', 'Send a service account token.').error, requestId);
    const body = await bodyOf(request, handler.limit);
    if (!Buffer.isBuffer(body)) return failed(body.error, requestId);
    const work = async (): Promise<Result<unknown, AppError>> => {
      try {
        // Asked once, after the whole question has come in: both the token and the answer are as of now.
        const at = await feed.now();
        const actor = await tokens.actorOf(authorization, at);
        if (!actor.ok) return actor;
        return await handler.answer({ requestId, actor: actor.value, at, request, url, body });
      } catch (error) {
        return err(failureOf(error, { actor: { kind: 'anonymous', id: null }, requestId, channel: 'api' }, url.pathname));
      }
    };
    const outcome = await within<Result<unknown, AppError>>(settings().DECISION_ANSWER_SECONDS * 1000, work(), () => err(overloaded('The answer takes too long. There is no answer, so do not deploy; ask again.')));
    return outcome.ok ? { status: 200, body: outcome.value } : failed(outcome.error, requestId);
  }

  const server = createServer((request, response) => {
    const requestId = requestIdOf(request);
    if (open >= mostOpen) {
      request.resume();
      send(response, requestId, failed(overloaded('Too many questions at once. There is no answer, so do not deploy; ask again.'), requestId));
      return;
    }
    open += 1;
    const url = URL.parse(request.url ?? '/', 'http://decisions.invalid') ?? new URL('http://decisions.invalid/');
    respond(request, url, requestId)
      .catch((error: unknown) => failed(failureOf(error, { actor: { kind: 'anonymous', id: null }, requestId, channel: 'api' }, 'decisions'), requestId))
      .then((sent) => {
        open -= 1;
        if (response.writable) send(response, requestId, sent);
        // What was refused before it was read to its end is not read any further.
        if (!request.complete) request.destroy();
      }).catch(() => undefined);
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  server.keepAliveTimeout = 60_000;
  server.maxHeadersCount = 100;

  return {
    server,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => { resolve(); });
        server.closeIdleConnections();
      });
      await answers.flush();
    },
  };
}
