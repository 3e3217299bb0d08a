// Writing a version of a model card or a datasheet. Versions are never changed; who writes over an outdated one is told.
import { z } from 'zod';
import type { ReadTx, WriteTx } from '#lib/db/client.ts';
import { announce } from '#lib/kernel/announce.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { command } from '#lib/kernel/command.ts';
import type { CommandContext } from '#lib/kernel/context.ts';
import { notFound } from '#lib/kernel/errors.ts';
import { id, newId } from '#lib/kernel/ids.ts';
import { comparable } from '#lib/kernel/list-input.ts';
import { teamsWith } from '#lib/kernel/permissions.ts';
import { ok } from '#lib/kernel/result.ts';
import { fromCycloneDx } from './cyclonedx.ts';
import { sealed } from './document.ts';
import { cardsFailure } from './errors.ts';
import { fromHuggingFace } from './front-matter.ts';
import { cardSource, cardWritten } from './schema.ts';
import { datasetSubject, datasetVersionSubject, insertCard, latestCard, lockSubject, modelSubject, type Subject } from './store.ts';

const subjectTable = 'card_version';
export const versionNumber = z.coerce.number().int().min(1).max(2_147_483_647);
export const modelName = z.string().min(1).max(200);

const written = {
  text: z.string().min(1).max(5_000_000).describe('The whole document: a README.md with YAML front matter as the Hugging Face Hub has it, or a CycloneDX BOM in JSON.'),
  format: z.enum(['markdown', 'cyclonedx']).default('markdown'),
  basedOn: z.int().min(0).describe('The number of the version that was edited; 0: there was none.'),
  note: z.string().trim().max(500).refine(comparable, 'holds characters that are not text').default(''),
  source: cardSource.default('editor').describe('Where the text came from.'),
};
const fields = z.object(written);

async function write(tx: WriteTx, input: z.output<typeof fields>, subject: Subject, { actor }: CommandContext) {
  if (actor.kind !== 'person' && actor.kind !== 'service') return notFound('document');
  if (input.format === 'cyclonedx' && subject.described === null) return cardsFailure('invalid', 'cards.unreadable', 'CycloneDX has model cards, and no datasheets: send Markdown with front matter.', { errors: [{ path: 'format', message: 'must be markdown' }] });
  const made = input.format === 'cyclonedx' && subject.described !== null ? fromCycloneDx(input.text, subject.described) : fromHuggingFace(subject.kind, input.text);
  if (!made.ok) return made;
  const { content, digest } = sealed(made.value);
  const latest = await latestCard(tx, subject);
  const { missing } = made.value.facts;
  if (latest?.digest === digest) {
    const value = { cardVersionId: latest.id, number: latest.number, digest, created: false, missing };
    return ok(audited(value, { subjectTable, subjectId: latest.id, teamId: subject.teamId, after: { known: true, digest } }));
  }
  const number = latest?.number ?? 0;
  if (input.basedOn !== number) {
    return cardsFailure('conflict', 'cards.outdated', number < input.basedOn ? `There is no version ${input.basedOn}; the newest is ${number}.` : `Somebody wrote version ${number} while you edited version ${input.basedOn}. Compare the two, take over what you need, and send yours as based on ${number}.`, { details: { latest: number, latestDigest: latest?.digest ?? null, yours: digest } });
  }
  const source = input.format === 'cyclonedx' ? ('cyclonedx' as const) : input.source;
  const row = { id: newId(), kind: subject.kind, teamId: subject.teamId, modelVersionId: subject.modelVersionId, assetId: subject.assetId, assetVersionId: subject.assetVersionId, number: number + 1, digest, content, source, authorKind: actor.kind, authorId: actor.id, note: input.note };
  await insertCard(tx, row);
  announce('models', subject.teamId);
  const after = { kind: row.kind, modelVersionId: row.modelVersionId, assetId: row.assetId, assetVersionId: row.assetVersionId, number: row.number, digest, source };
  return ok(audited({ cardVersionId: row.id, number: row.number, digest, created: true, missing }, { subjectTable, subjectId: row.id, teamId: subject.teamId, reason: input.note || null, ...(latest && { before: { number: latest.number, digest: latest.digest } }), after }));
}

const found = async (tx: ReadTx, subject: Subject | null, what: string) => {
  if (!subject) return notFound(what);
  await lockSubject(tx, subject);
  return ok(subject);
};
const shared = { output: cardWritten, permission: 'card.write', subjectTable, scope: ({ teamId }: Subject) => ({ kind: 'team' as const, teamId }) } as const;
const status = (output: z.infer<typeof cardWritten>) => (output.created ? 201 : 200);

/**
 * Writes the next version of a model version's card, from Markdown with front matter or from a CycloneDX BOM. The same
 * document again is the same version. Errors: 422 `cards.unreadable`, `cards.other_bytes`; 409 `cards.outdated` with the newest number.
 */
export const writeModelCard = command({
  ...shared,
  name: 'cards.writeModelCard',
  summary: 'Write the next version of a model card',
  input: fields.extend({ name: modelName, version: versionNumber }),
  resource: async (tx, input, { actor }) => found(tx, await modelSubject(tx, teamsWith(actor, 'read'), input.name, input.version), 'model version'),
  run: write,
  http: { method: 'POST', path: '/api/v1/models/{name}/versions/{version}/card', tag: 'Cards', body: 'json', status },
});

/** Writes the next version of the datasheet of a dataset's name, which speaks for versions that have none of their own. */
export const writeDatasheet = command({
  ...shared,
  name: 'cards.writeDatasheet',
  summary: 'Write the next version of a dataset’s datasheet',
  input: fields.extend({ id }),
  resource: async (tx, input, { actor }) => found(tx, await datasetSubject(tx, teamsWith(actor, 'read'), input.id), 'dataset'),
  run: write,
  http: { method: 'POST', path: '/api/v1/assets/{id}/datasheet', tag: 'Cards', body: 'json', status },
});

/** Writes the next version of the datasheet of one dataset version. */
export const writeVersionDatasheet = command({
  ...shared,
  name: 'cards.writeVersionDatasheet',
  summary: 'Write the next version of a dataset version’s datasheet',
  input: fields.extend({ id }),
  resource: async (tx, input, { actor }) => {
    const writable = teamsWith(actor, 'card.write');
    const readable = teamsWith(actor, 'read');
    return found(tx, ((await datasetVersionSubject(tx, writable, input.id)) ?? (await datasetVersionSubject(tx, readable, input.id)))?.subject ?? null, 'dataset version');
  },
  run: write,
  http: { method: 'POST', path: '/api/v1/asset-versions/{id}/datasheet', tag: 'Cards', body: 'json', status },
});
