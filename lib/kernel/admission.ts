// Admission: so many reports at once and no more. Whoever comes beyond that is told at once to come again, instead of waiting until the client gives up.
import { settings } from '#lib/env.ts';
import { kernelFailure, type AppError } from './errors.ts';

export type Admission = {
  /** Takes a place for a body of about this many bytes; null where there is none. The place is held until `leave`, which may be called once. */
  readonly enter: (bytes: number) => { readonly leave: () => void } | null;
  readonly present: () => number;
};

/** Places for requests, and bytes for their bodies. One request alone is always let in, so that no body within its own limit is too large. */
export function makeAdmission(limits: () => { readonly requests: number; readonly bytes: number }): Admission {
  let requests = 0;
  let held = 0;
  return {
    present: () => requests,
    enter: (bytes) => {
      const { requests: mostRequests, bytes: mostBytes } = limits();
      if (requests >= mostRequests || (requests > 0 && held + bytes > mostBytes)) return null;
      requests += 1;
      held += bytes;
      let inside = true;
      return {
        leave: () => {
          if (!inside) return;
          inside = false;
          requests -= 1;
          held -= bytes;
        },
      };
    },
  };
}

const globalAdmission = globalThis as { gatehouseIngestAdmission?: Admission };

/** Reports of pipelines: events, attestations, profiles. One for the process; instances share nothing but the database, which has limits of its own. */
export const ingestAdmission: Admission = (globalAdmission.gatehouseIngestAdmission ??= makeAdmission(() => ({ requests: settings().INGEST_MAX_REQUESTS, bytes: settings().INGEST_MAX_BYTES })));

/** How many bytes a body will take: what it says, and of a packed one an estimate. Never more than the limit that is held while it is read. */
export function expectedBytes(headers: Headers, limit: number): number {
  const declared = Number(headers.get('content-length') ?? Number.NaN);
  if (!Number.isFinite(declared) || declared < 0) return limit;
  const packed = (headers.get('content-encoding') ?? 'identity').trim().toLowerCase() !== 'identity';
  return Math.min(limit, packed ? declared * 20 : declared);
}

/** The answer to those who are not let in, and to those for whom it takes too long. OpenLineage's clients repeat after 503, and after nothing else that says 'later'. */
export const overloaded = (message: string): AppError => kernelFailure('unavailable', 'kernel.overloaded', message, { retryAfterSeconds: 1 }).error;

/**
 * The work's own result, or `late()` after so many milliseconds. The work is not stopped: it ends by itself, and what it
 * stored is stored, which a repeated report then finds.
 */
export async function within<T>(milliseconds: number, work: Promise<T>, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<T>((resolve) => {
    timer = setTimeout(() => { resolve(late()); }, milliseconds);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
