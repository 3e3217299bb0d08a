// Making a document from its parts, and its digest. Pure.
import { canonicalJson, sha256, type Json as CanonicalJson } from '#lib/kernel/canonical-json.ts';
import { ok, type Err, type Ok } from '#lib/kernel/result.ts';
import { unreadable } from './errors.ts';
import { unsuitable } from './safe-json.ts';
import { factsOf } from './sections.ts';
import { cardDocument, type CardDocument, type CardKind, type Json } from './schema.ts';

type Unreadable = ReturnType<typeof unreadable>;
export type Made = Ok<CardDocument> | Unreadable;
export type Parts = { readonly meta: { readonly [key: string]: Json }; readonly card: { readonly [key: string]: Json } | null; readonly body: string };

/** Fields of the Hub whose shape we rely on (https://huggingface.co/docs/hub/model-cards): each a text, or a list of texts. */
const oneOrMany = ['license', 'language', 'tags', 'datasets', 'metrics', 'base_model', 'owner', 'owners'] as const;
const onlyText = ['license_name', 'license_link', 'library_name', 'pipeline_tag', 'pretty_name'] as const;
const isText = (value: unknown): boolean => typeof value === 'string';

function wrongField(meta: Parts['meta']): string | null {
  const plural = oneOrMany.find((name) => meta[name] !== undefined && meta[name] !== null && !isText(meta[name]) && !(Array.isArray(meta[name]) && meta[name].every(isText)));
  if (plural) return `${plural} is neither a text nor a list of texts`;
  const single = onlyText.find((name) => meta[name] !== undefined && meta[name] !== null && !isText(meta[name]));
  if (single) return `${single} is not a text`;
  return meta['model-index'] !== undefined && !Array.isArray(meta['model-index']) ? 'model-index is not a list' : null;
}

const withoutEmptyProperties = (card: NonNullable<Parts['card']>): NonNullable<Parts['card']> => {
  const { properties, ...rest } = card;
  return Array.isArray(properties) && properties.length === 0 ? rest : card;
};

/** Line ends are line feeds, no byte order mark. */
export const normalText = (text: string): string => text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');

/** A document of these parts, with what it amounts to; 422 for what cannot be stored. */
export function makeDocument(kind: CardKind, { meta, card, body }: Parts): Made {
  const text = normalText(body);
  const wrong = unsuitable(meta, card, text) ?? wrongField(meta);
  if (wrong !== null) return unreadable(wrong);
  const structured = card && Object.keys(card).length > 0 ? withoutEmptyProperties(card) : null;
  return ok(cardDocument.parse({ format: 'https://gatehouse.dev/card/v1', kind, meta, card: structured, body: text, facts: factsOf(kind, meta, structured, text) }));
}

/** The bytes that are stored, and their digest. */
export function sealed(document: CardDocument): { content: string; digest: string } {
  const content = canonicalJson(document as unknown as CanonicalJson);
  return { content, digest: sha256(content) };
}

export type Problem = Err<Unreadable['error']>;
