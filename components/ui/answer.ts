// The answer of a server action, also where none comes.
import type { ActionResult } from '#lib/kernel/action.ts';

const unanswered = { type: 'about:blank', title: 'No answer', status: 503, code: 'kernel.no_answer', detail: 'No answer from the server. Nothing is known to be recorded: reload the page to see, then try again.', requestId: '' };

/** What the action answered; a problem that says so where it was not reached, so that a form is not left waiting. */
export const answerOf = <Output>(asked: Promise<ActionResult<Output>>): Promise<ActionResult<Output>> => asked.catch(() => ({ ok: false as const, problem: unanswered }));
