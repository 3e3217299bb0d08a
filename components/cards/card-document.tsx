// A model card or datasheet as it reads: its fields, its structured part, its text, and the sections that lack.
import { DescriptionList } from '#components/ui/description-list.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { JsonView } from '#components/evidence/json-diff.tsx';
import type { Json } from '#components/evidence/diff.ts';
import type { CardDocument } from '#lib/cards/schema.ts';
import { Markdown } from './markdown.tsx';

const shown = (value: unknown): string | null => (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : Array.isArray(value) && value.every((item) => typeof item === 'string') ? value.join(', ') : null);

/** `narrow`: beside something else. */
export function CardDocumentView({ document, narrow = false }: { readonly document: Pick<CardDocument, 'meta' | 'card' | 'body'>; readonly narrow?: boolean }) {
  const fields = Object.entries(document.meta);
  const plain = fields.flatMap(([term, value]) => { const text = shown(value); return text === null ? [] : [{ term: term.replaceAll('_', ' '), value: text }]; });
  const nested = fields.filter(([, value]) => shown(value) === null);
  return (
    <div>
      {plain.length > 0 && <DescriptionList columns={narrow ? 1 : 2} items={plain} />}
      {nested.length > 0 && <Disclosure summary={`${nested.length} more ${nested.length === 1 ? 'field' : 'fields'} of the front matter: ${nested.map(([name]) => name).join(', ')}`}><JsonView value={Object.fromEntries(nested) as Json} /></Disclosure>}
      {document.card !== null && <Disclosure summary="Structured fields (CycloneDX modelCard)"><JsonView value={document.card as Json} /></Disclosure>}
      {document.body.trim() === '' ? <p className="mt-3 text-sm text-ink-2">It has no text.</p> : <Markdown text={document.body} />}
    </div>
  );
}
