// What the cards about a model version and its datasets amount to, for decisions: without their texts.
import type { ReadTx } from '#lib/db/client.ts';
import { cardFacts, type CardFacts } from './schema.ts';
import { datasheetFacts, modelCardFacts, type KnownCard } from './store.ts';

type Card = { readonly digest: string; readonly facts: CardFacts };
export type CardsKnown = {
  readonly modelCard: Card | null;
  /** By the id of the dataset version; `own`: not only of its name. */
  readonly datasheets: ReadonlyMap<string, Card & { readonly own: boolean }>;
};

/** A stored document that can no longer be read counts as none. */
function readable(card: KnownCard | null): Card | null {
  const facts = cardFacts.safeParse(card?.facts);
  return card && facts.success ? { digest: card.digest, facts: facts.data } : null;
}

/** The newest model card of a version, and the datasheets that speak for these dataset versions. */
export async function knownAbout(tx: ReadTx, modelVersionId: string, teamId: string, datasetVersionIds: readonly string[]): Promise<CardsKnown> {
  const sheets = await datasheetFacts(tx, teamId, datasetVersionIds);
  const datasheets = [...sheets].flatMap(([versionId, { own, ...card }]) => {
    const read = readable(card);
    return read ? [[versionId, { ...read, own }] as const] : [];
  });
  return { modelCard: readable(await modelCardFacts(tx, modelVersionId)), datasheets: new Map(datasheets) };
}
