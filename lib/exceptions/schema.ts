// Wire types of exceptions; safe for the browser.
import { z } from 'zod';
import { pageOf } from '#lib/kernel/page.ts';
import { environment } from '#lib/policy/schema.ts';

/** `expired` is an active one whose time is over; it is not stored, since the clock says it. */
export const exceptionStates = ['proposed', 'active', 'expired', 'rejected', 'revoked'] as const;
export const exceptionState = z.enum(exceptionStates);
export type ExceptionState = z.infer<typeof exceptionState>;

/** The longest time that an exception may hold. */
export const longestExceptionDays = 90;

const personReference = z.object({ id: z.string(), name: z.string() });

export const exceptionView = z.object({
  id: z.string(),
  teamId: z.string(),
  teamName: z.string(),
  modelVersionId: z.string(),
  modelName: z.string(),
  version: z.number().int(),
  environment,
  ruleId: z.string(),
  reason: z.string(),
  state: exceptionState,
  expiresAt: z.string(),
  proposedBy: personReference,
  proposedAt: z.string(),
  confirmedBy: personReference.nullable(),
  confirmedAt: z.string().nullable(),
  endedBy: personReference.nullable(),
  endedAt: z.string().nullable(),
});
export type ExceptionView = z.infer<typeof exceptionView>;
export const exceptionPage = pageOf(exceptionView);
