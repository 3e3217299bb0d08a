// Reading cards: one version, their history, the files of other formats, and a preview of what was not yet written.
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { namesOfPeople, namesOfServiceAccounts } from '#lib/identity/index.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { id } from '#lib/kernel/ids.ts';
import { pageInput, pageRequest, toPage } from '#lib/kernel/page.ts';
import { may } from '#lib/kernel/permissions.ts';
import { query, type Reader } from '#lib/kernel/query.ts';
import { ok } from '#lib/kernel/result.ts';
import { modelName, versionNumber } from './commands.ts';
import { fromCycloneDx, toCycloneDx } from './cyclonedx.ts';
import { cardsFailure } from './errors.ts';
import { fromHuggingFace, toHuggingFace } from './front-matter.ts';
import { cardDocument, cardFacts, cardKind, cardPreview, cardVersionPage, cardView, sectionsOf, type CardDocument, type CardVersionSummary, type CardView } from './schema.ts';
import { cardByNumber, cardPage, datasetSubject, datasetVersionSubject, latestCard, modelSubject, type CardRow, type Subject } from './store.ts';

type Listed = Pick<CardRow, 'id' | 'number' | 'digest' | 'source' | 'authorKind' | 'authorId' | 'note' | 'at'> & { readonly facts: unknown };

async function withAuthors(tx: ReadTx, rows: readonly Listed[]): Promise<CardVersionSummary[]> {
  const ids = [...new Set(rows.map(({ authorId }) => authorId))];
  const names = new Map([...(await namesOfPeople(tx, ids)), ...(await namesOfServiceAccounts(tx, ids))].map((each) => [each.id, each.name]));
  return rows.map(({ authorKind, authorId, facts, ...row }) => ({ id: row.id, number: row.number, digest: row.digest, source: row.source, note: row.note, at: row.at, author: { kind: authorKind, id: authorId, name: names.get(authorId) ?? 'unknown' }, missing: cardFacts.parse(facts).missing }));
}

const documentOf = (row: CardRow): CardDocument => cardDocument.parse(JSON.parse(row.content));

/** A subject's newest document, or that of a number; for a dataset version without one, that of its name. */
async function view(tx: ReadTx, subject: Subject, number: number | undefined, { actor }: Reader, nameId: string | null): Promise<CardView | null> {
  const newest = await latestCard(tx, subject);
  const named = newest === null && nameId !== null ? { ...subject, assetId: nameId, assetVersionId: null } : null;
  const spoken = newest ?? (named ? await latestCard(tx, named) : null);
  const row = number === undefined || spoken?.number === number ? spoken : await cardByNumber(tx, newest === null && named ? named : subject, number);
  if (number !== undefined && row === null) return null;
  const document = row && documentOf(row);
  const [summary] = row && document ? await withAuthors(tx, [{ ...row, facts: document.facts }]) : [];
  const { kind, name, teamId, modelVersionId, assetId, assetVersionId } = subject;
  return {
    subject: { kind, name, teamId, modelVersionId, assetId, assetVersionId },
    version: summary && document ? { ...summary, document, latest: row?.number === spoken?.number } : null,
    latestNumber: newest?.number ?? 0,
    fallback: newest === null && spoken !== null,
    mayWrite: may(actor, 'card.write', { kind: 'team', teamId }),
  };
}

const number = z.coerce.number().int().min(1).max(1_000_000).optional().describe('A version of the document; without it the newest.');

export const getModelCard = query({
  name: 'cards.getModelCard',
  summary: 'The model card of a model version: the newest, or one of its versions',
  input: z.strictObject({ name: modelName, version: versionNumber, number }),
  output: cardView,
  permission: 'read',
  run: async (tx, input, reader) => {
    const subject = await modelSubject(tx, reader.teams, input.name, input.version);
    const seen = subject && (await view(tx, subject, input.number, reader, null));
    return seen ? ok(seen) : notFound('model card');
  },
  http: { method: 'GET', path: '/api/v1/models/{name}/versions/{version}/card', tag: 'Cards', body: 'none' },
});

export const getDatasheet = query({
  name: 'cards.getDatasheet',
  summary: 'The datasheet of a dataset, by its name',
  input: z.strictObject({ id, number }),
  output: cardView,
  permission: 'read',
  run: async (tx, input, reader) => {
    const subject = await datasetSubject(tx, reader.teams, input.id);
    const seen = subject && (await view(tx, subject, input.number, reader, null));
    return seen ? ok(seen) : notFound('datasheet');
  },
  http: { method: 'GET', path: '/api/v1/assets/{id}/datasheet', tag: 'Cards', body: 'none' },
});

export const getVersionDatasheet = query({
  name: 'cards.getVersionDatasheet',
  summary: 'The datasheet of a dataset version: its own, else that of its name',
  input: z.strictObject({ id, number }),
  output: cardView,
  permission: 'read',
  run: async (tx, input, reader) => {
    const found = await datasetVersionSubject(tx, reader.teams, input.id);
    const seen = found && (await view(tx, found.subject, input.number, reader, found.nameId));
    return seen ? ok(seen) : notFound('datasheet');
  },
  http: { method: 'GET', path: '/api/v1/asset-versions/{id}/datasheet', tag: 'Cards', body: 'none' },
});

const listInput = { ...pageInput, sort: z.enum(['number', '-number']).default('-number') };

async function versions(tx: ReadTx, subject: Subject, input: z.output<z.ZodObject<typeof listInput>>) {
  const request = pageRequest(input, input.sort);
  if (!request.ok) return request;
  const page = toPage(await cardPage(tx, subject, request.value), request.value, (row) => ({ value: row.number, id: row.id }), (row) => row);
  return ok({ ...page, items: await withAuthors(tx, page.items) });
}

export const listModelCards = query({
  name: 'cards.listModelCards',
  summary: 'Versions of a model card, newest first',
  input: z.strictObject({ ...listInput, name: modelName, version: versionNumber }),
  output: cardVersionPage,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const subject = await modelSubject(tx, teams, input.name, input.version);
    return subject ? versions(tx, subject, input) : notFound('model version');
  },
  http: { method: 'GET', path: '/api/v1/models/{name}/versions/{version}/card/versions', tag: 'Cards', body: 'none' },
});

export const listDatasheets = query({
  name: 'cards.listDatasheets',
  summary: 'Versions of a dataset’s datasheet, newest first',
  input: z.strictObject({ ...listInput, id }),
  output: cardVersionPage,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const subject = await datasetSubject(tx, teams, input.id);
    return subject ? versions(tx, subject, input) : notFound('dataset');
  },
  http: { method: 'GET', path: '/api/v1/assets/{id}/datasheet/versions', tag: 'Cards', body: 'none' },
});

export const listVersionDatasheets = query({
  name: 'cards.listVersionDatasheets',
  summary: 'Versions of a dataset version’s own datasheet, newest first',
  input: z.strictObject({ ...listInput, id }),
  output: cardVersionPage,
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const found = await datasetVersionSubject(tx, teams, input.id);
    return found ? versions(tx, found.subject, input) : notFound('dataset version');
  },
  http: { method: 'GET', path: '/api/v1/asset-versions/{id}/datasheet/versions', tag: 'Cards', body: 'none' },
});

const file = z.object({ fileName: z.string(), contentType: z.string(), text: z.string() });
const asFile = ({ fileName, contentType, text }: z.infer<typeof file>) => new Response(text, { headers: { 'Content-Type': contentType, 'Content-Disposition': `attachment; filename="${fileName}"`, 'X-Content-Type-Options': 'nosniff' } });
const safeName = (name: string): string => name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 100);

export const exportModelCard = query({
  name: 'cards.exportModelCard',
  summary: 'A model card as a file: README.md of the Hugging Face Hub, or a CycloneDX BOM',
  input: z.strictObject({ name: modelName, version: versionNumber, number, format: z.enum(['hugging-face', 'cyclonedx-1.6', 'cyclonedx-1.7']).default('hugging-face') }),
  output: file,
  permission: 'read',
  run: async (tx, input, reader) => {
    const subject = await modelSubject(tx, reader.teams, input.name, input.version);
    const seen = subject && (await view(tx, subject, input.number, reader, null));
    if (!seen?.version || !subject?.described) return notFound('model card');
    const { document } = seen.version;
    const stem = safeName(`${input.name}-${input.version}`);
    if (input.format === 'hugging-face') return ok({ fileName: `${stem}-README.md`, contentType: 'text/markdown; charset=utf-8', text: toHuggingFace(document) });
    return ok({ fileName: `${stem}.cdx.json`, contentType: 'application/vnd.cyclonedx+json', text: JSON.stringify(toCycloneDx(document, subject.described, input.format === 'cyclonedx-1.6' ? '1.6' : '1.7'), null, 2) });
  },
  http: { method: 'GET', path: '/api/v1/models/{name}/versions/{version}/card/file', tag: 'Cards', body: 'none', present: asFile },
});

export const exportDatasheet = query({
  name: 'cards.exportDatasheet',
  summary: 'A dataset’s datasheet as a file: README.md of the Hugging Face Hub',
  input: z.strictObject({ id, number }),
  output: file,
  permission: 'read',
  run: async (tx, input, reader) => {
    const subject = await datasetSubject(tx, reader.teams, input.id);
    const seen = subject && (await view(tx, subject, input.number, reader, null));
    return seen?.version ? ok({ fileName: `${safeName(subject?.name ?? 'dataset')}-README.md`, contentType: 'text/markdown; charset=utf-8', text: toHuggingFace(seen.version.document) }) : notFound('datasheet');
  },
  http: { method: 'GET', path: '/api/v1/assets/{id}/datasheet/file', tag: 'Cards', body: 'none', present: asFile },
});

/** What a text would be as a document: nothing is stored. */
export const previewCard = query({
  name: 'cards.previewCard',
  summary: 'What a text would be as a model card or datasheet: its fields, its text, and the sections that are missing',
  input: z.strictObject({ kind: cardKind, text: z.string().max(5_000_000), format: z.enum(['markdown', 'cyclonedx']).default('markdown'), name: modelName.optional(), version: versionNumber.optional() }),
  output: cardPreview.extend({ markdown: z.string().describe('The same document as Markdown with front matter.') }),
  permission: 'read',
  run: async (tx, input, { teams }) => {
    const subject = input.format === 'cyclonedx' && input.name !== undefined && input.version !== undefined ? await modelSubject(tx, teams, input.name, input.version) : null;
    if (input.format === 'cyclonedx' && !subject?.described) return cardsFailure('invalid', 'cards.unreadable', 'A CycloneDX card is about a model version: say which.', { errors: [{ path: 'name', message: 'is needed' }] });
    const made = input.format === 'cyclonedx' && subject?.described ? fromCycloneDx(input.text, subject.described) : fromHuggingFace(input.kind, input.text);
    if (!made.ok) return made;
    const document = made.value;
    return ok({ document, sections: sectionsOf(document.kind).map(({ key, title, what }) => ({ key, title, what, present: !document.facts.missing.includes(title) })), markdown: toHuggingFace(document) });
  },
  http: { method: 'POST', path: '/api/v1/cards/preview', tag: 'Cards', body: 'json' },
});
