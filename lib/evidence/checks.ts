// A named check and how it bears on the verdict: what every verifier of evidence reports with. Pure.
import type { Check } from '#lib/evidence/schema.ts';
import { storable } from '#lib/evidence/text.ts';

/**
 * How a check bears on the verdict. `required` must pass. `context` fails the verdict when it contradicts, and does not
 * when it cannot be told.
 */
export type Bearing = 'required' | 'context';
export type Judged = Check & { readonly bearing: Bearing };

export const NOT_YET = 'not evaluated: ';

export const required = (name: string, verdict: Check['verdict'], expected: string, actual: string): Judged => ({ name, verdict, expected, actual, bearing: 'required' });
export const context = (name: string, verdict: Check['verdict'], expected: string, actual: string): Judged => ({ name, verdict, expected, actual, bearing: 'context' });

const holds = ({ bearing, verdict }: Judged): boolean => (bearing === 'required' ? verdict === 'passed' : verdict !== 'failed');

/** Passed only when there are checks and all of them hold. */
export const verdictOf = (judged: readonly Judged[]): 'passed' | 'failed' => (judged.length > 0 && judged.every(holds) ? 'passed' : 'failed');

/** The checks as they are kept and shown: bounded text. */
export const shownChecks = (judged: readonly Judged[]): Check[] =>
  judged.map(({ name, verdict, expected, actual, command }) => ({ name, verdict, expected: storable(expected), actual: storable(actual), ...(command === undefined ? {} : { command: storable(command, 4_000) }) }));
