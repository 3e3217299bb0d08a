// HTTP: serves a command or a query as its binding says. Route files hold nothing else.
import { settings } from '#lib/env.ts';
import { expectedBytes, ingestAdmission, overloaded, within } from './admission.ts';
import { parseJsonObject, readBody } from './body.ts';
import { failureOf, type Command } from './command.ts';
import type { RequestContext } from './context.ts';
import { kernelFailure, type AppError } from './errors.ts';
import { newId } from './ids.ts';
import type { Actor } from './permissions.ts';
import { problemResponse } from './problem.ts';
import type { Query } from './query.ts';
import type { HttpBinding } from './registry.ts';
import { ok, type Result } from './result.ts';

/** Who sends this request: a service account by its token, or a person by the session cookie. */
export type Authenticate = (request: Request) => Promise<Result<{ actor: Actor; by: 'token' | 'cookie' | 'nothing' }, AppError>>;

export type RouteHandler = (request: Request, segment: { params: Promise<Record<string, string | string[]>> }) => Promise<Response>;

// The operation's own types are checked where it is defined; here its input comes from the wire and is validated by it.
type AnyOperation = Command<never, unknown> | Query<never, unknown>;

const requestIdOf = (request: Request): string => {
  const given = request.headers.get('x-request-id');
  return given && /^[\w.:-]{8,80}$/.test(given) ? given : newId();
};

/** A cookie travels with requests that another site starts, so whoever is known by one must show where the request comes from. */
function crossSite(request: Request): boolean {
  const origin = request.headers.get('origin');
  const host = request.headers.get('x-forwarded-host') ?? request.headers.get('host');
  if (!origin || !host) return true;
  try {
    return new URL(origin).host !== host;
  } catch {
    return true;
  }
}

async function inputOf(request: Request, params: Record<string, string | string[]>, binding: HttpBinding): Promise<Result<Record<string, unknown>, AppError>> {
  const url = new URL(request.url);
  const query: Record<string, string | string[]> = {};
  for (const key of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(key);
    query[key] = values.length > 1 ? values : (values[0] ?? '');
  }
  if (binding.body === 'none') return ok({ ...query, ...params });
  const bytes = await readBody(request, settings()[binding.limit ?? 'MAX_EVENT_BYTES']);
  if (!bytes.ok) return bytes;
  if (binding.body === 'bytes') return ok({ ...query, ...params, bytes: bytes.value, contentType: request.headers.get('content-type') ?? '' });
  const contentType = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (contentType !== 'application/json') return kernelFailure('unsupported_media_type', 'kernel.unsupported_media_type', 'Send Content-Type: application/json.');
  const body = parseJsonObject(bytes.value);
  return body.ok ? ok({ ...query, ...body.value, ...params }) : body;
}

/** Makes `route`: given an operation with an HTTP binding, the handler that serves it. */
export function makeRoute(authenticate: Authenticate) {
  return (operation: AnyOperation): RouteHandler => {
    const binding = operation.http;
    if (!binding) throw new Error(`${operation.name} has no HTTP binding`);
    const serve = async (request: Request, segment: Parameters<RouteHandler>[1], requestId: string, whole: Whole): Promise<Response> => {
      try {
        const authenticated = await whole(authenticate(request));
        if (authenticated instanceof Response) return authenticated;
        if (!authenticated.ok) return problemResponse(authenticated.error, requestId);
        const { actor, by } = authenticated.value;
        if (by === 'cookie' && binding.method !== 'GET' && crossSite(request)) {
          return problemResponse(kernelFailure('forbidden', 'kernel.cross_site', 'This request does not come from the portal’s own pages.').error, requestId);
        }
        const context: RequestContext = { actor, requestId, channel: 'api' };
        const input = await inputOf(request, await segment.params, binding);
        if (!input.ok) return problemResponse(input.error, requestId);
        const result = await whole(operation.kind === 'command' ? operation.execute(context, input.value as never) : operation.execute(context, input.value as never));
        if (result instanceof Response) return result;
        if (!result.ok) return problemResponse(result.error, requestId);
        const output = operation.kind === 'command' ? (result.value as { value: unknown }).value : result.value;
        return answer(binding, output, requestId);
      } catch (error) {
        return problemResponse(failureOf(error, { actor: { kind: 'anonymous', id: null }, requestId, channel: 'api' }, operation.name), requestId);
      }
    };
    const { admission } = binding;
    if (!admission) return (request, segment) => serve(request, segment, requestIdOf(request), (work) => work);
    return async (request, segment) => {
      const requestId = requestIdOf(request);
      const place = ingestAdmission.enter(expectedBytes(request.headers, settings()[binding.limit ?? 'MAX_EVENT_BYTES']));
      if (!place) return problemResponse(overloaded('Too many reports at once. Nothing was stored of this one; send it again.'), requestId);
      const working = new Set<Promise<unknown>>();
      let left = settings().INGEST_ANSWER_SECONDS * 1000;
      // The time that the sender takes for the body does not count.
      const prompt: Whole = async <T>(work: Promise<T>): Promise<T | Response> => {
        working.add(work);
        const began = performance.now();
        try {
          return await within<T | Response>(left, work, () => problemResponse(overloaded('This takes longer than clients wait. The report may be stored or not; sending it again does no harm.'), requestId));
        } finally {
          left = Math.max(0, left - (performance.now() - began));
        }
      };
      try {
        return await serve(request, segment, requestId, admission === 'prompt' ? prompt : (work) => work);
      } finally {
        // What still works keeps its place: otherwise a slow database would be given more and more to do.
        void Promise.allSettled(working).then(place.leave);
      }
    };
  };
}

/** Waits for a piece of work, or answers in its place when it takes too long. */
type Whole = <T>(work: Promise<T>) => Promise<T | Response>;

function answer(binding: HttpBinding, output: unknown, requestId: string): Response {
  const status = typeof binding.status === 'function' ? binding.status(output as never) : (binding.status ?? 200);
  const body = binding.present ? binding.present(output as never) : output;
  const headers = { 'Cache-Control': 'no-store', 'X-Request-Id': requestId };
  if (body instanceof Response) {
    for (const [name, value] of Object.entries(headers)) body.headers.set(name, value);
    return body;
  }
  if (body === null || status === 204) return new Response(null, { status, headers });
  return new Response(JSON.stringify(body), { status, headers: { ...headers, 'Content-Type': 'application/json' } });
}
