// What can be wrong with a request about cards.
import { failures } from '#lib/kernel/errors.ts';

export const cardsFailure = failures<'cards.unreadable' | 'cards.outdated' | 'cards.other_bytes' | 'cards.no_model_card'>();

/** 422 for a document that cannot be taken, with the reason at `text`. */
export const unreadable = (message: string) => cardsFailure('invalid', 'cards.unreadable', `The document cannot be taken: ${message}.`, { errors: [{ path: 'text', message }] });
