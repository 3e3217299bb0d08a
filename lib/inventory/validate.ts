// Takes validation results about a version of data: the exact bytes are kept, with what was read from them.
import { z } from 'zod';
import { announce } from '#lib/kernel/announce.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { command } from '#lib/kernel/command.ts';
import { failures, notFound } from '#lib/kernel/errors.ts';
import { newId } from '#lib/kernel/ids.ts';
import { teamsWith } from '#lib/kernel/permissions.ts';
import { ok } from '#lib/kernel/result.ts';
import { visibleVersion } from '#lib/lineage/index.ts';
import { readGreatExpectations } from './great-expectations.ts';
import { validationOutcome, type ValidationOutcome } from './schema.ts';
import * as store from './store/validations.ts';

const fail = failures<'inventory.unsupported_media_type' | 'inventory.unknown_format'>();

/**
 * Takes one Great Expectations validation result about a version that the sender’s team may see. What it says is claimed
 * by the sender: a verified in-toto test result is what proves. The same bytes again are the same result.
 *
 * Errors: 404 for a version that the sender may not see; 415 `inventory.unsupported_media_type`; those of readGreatExpectations.
 */
export const submitValidation = command({
  name: 'inventory.submitValidation',
  summary: 'Send a Great Expectations validation result about a version of data (0.x and 1.x layouts)',
  input: z.object({ id: z.guid().transform((value) => value.toLowerCase()), bytes: z.instanceof(Uint8Array), contentType: z.string().max(300) }),
  output: validationOutcome,
  permission: 'validation.submit',
  subjectTable: 'asset_version',
  resource: async (tx, input, { actor }) => {
    const teams = teamsWith(actor, 'read');
    const version = await visibleVersion(tx, teams, input.id);
    const teamId = version === null ? null : actor.kind === 'service' ? actor.teamId : await store.teamOfVersion(tx, teams, input.id);
    return version === null || teamId === null ? notFound('asset version') : ok({ id: version.id, teamId });
  },
  scope: ({ teamId }) => ({ kind: 'team', teamId }),
  run: async (tx, { bytes, contentType }, version, { actor }) => {
    if (actor.kind !== 'service' && actor.kind !== 'person') return notFound('asset version');
    const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
    if (mediaType !== 'application/json') return fail('unsupported_media_type', 'inventory.unsupported_media_type', 'Send the validation result as Content-Type: application/json.');
    const read = readGreatExpectations(bytes);
    if (!read.ok) return read;
    const { format, suite, toolVersion, success, evaluated, failed, expectations, validatedAt } = read.value;
    const kept = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const digest = sha256(kept);
    const row = { id: newId(), teamId: version.teamId, assetVersionId: version.id, format, digest, bytes: kept, suite, toolVersion, success, evaluated, failed, expectations, validatedAt, serviceAccountId: actor.kind === 'service' ? actor.id : null, personId: actor.kind === 'person' ? actor.id : null };
    const inserted = await store.insertValidation(tx, row);
    const validationId = inserted?.id ?? (await store.validationByDigest(tx, version.teamId, version.id, digest))?.id ?? row.id;
    announce('sources', version.teamId);
    const outcome = { validationId, assetVersionId: version.id, digest, success, evaluated, failed, known: inserted === null };
    return ok(audited(outcome, { subjectTable: 'data_validation', subjectId: validationId, teamId: version.teamId, after: { assetVersionId: version.id, digest, success, evaluated, failed, known: inserted === null } }));
  },
  http: { method: 'POST', path: '/api/v1/asset-versions/{id}/validations', tag: 'Data', body: 'bytes', limit: 'MAX_EVIDENCE_BYTES', admission: 'bounded', status: (output: ValidationOutcome) => (output.known ? 200 : 201) },
});
