// Publishing a model version: an artifact that a run of the team produced gets a number, for ever.
import { z } from 'zod';
import { publish } from '#lib/jobs/outbox.ts';
import { announce } from '#lib/kernel/announce.ts';
import { audited } from '#lib/kernel/audit-event.ts';
import { command } from '#lib/kernel/command.ts';
import { failures, notFound } from '#lib/kernel/errors.ts';
import { digest, id, newId } from '#lib/kernel/ids.ts';
import { ok } from '#lib/kernel/result.ts';
import { modelName, published } from './schema.ts';
import { producedArtifact } from './store/lineage.ts';
import { claimModel, insertVersion, modelByName, nextNumber, versionByDigest } from './store/models.ts';

export const registryFailure = failures<'registry.unknown_artifact' | 'registry.quarantined'>();

/** Text that PostgreSQL can hold: without the character NUL. */
const description = z.string().max(4_000).refine((text) => !text.includes('\0') && text.isWellFormed(), 'holds characters that are not text').nullable().default(null);

/**
 * Registers an artifact as the next version of a model (docs/wire-contract.md, Models). The model is made by its first
 * version and belongs to that publisher's team. The same digest again is the same version.
 *
 * Errors: 422 `registry.unknown_artifact` for bytes that no run of the team put out, 409 `registry.quarantined`.
 */
export const publishModelVersion = command({
  name: 'registry.publishModelVersion',
  summary: 'Publish a model version',
  input: z.object({ name: modelName, digest, runId: id.nullable().default(null), description }),
  output: published,
  permission: 'model.publish',
  subjectTable: 'model',
  resource: async (tx, input, { actor }) => {
    const existing = await modelByName(tx, input.name);
    const teamId = existing?.teamId ?? (actor.kind === 'service' ? actor.teamId : null);
    return ok({ id: existing?.id ?? null, teamId });
  },
  scope: ({ teamId }) => (teamId === null ? { kind: 'organisation' } : { kind: 'team', teamId }),
  run: async (tx, input, { teamId }, { actor }) => {
    if (actor.kind !== 'service' || teamId === null || actor.teamId !== teamId) return notFound('model');
    const artifact = await producedArtifact(tx, teamId, input.digest);
    if (!artifact) return registryFailure('invalid', 'registry.unknown_artifact', 'No run of this team has reported this digest as its output. Report the training run first (`gatehouse run --output`), then publish the file it wrote.', { errors: [{ path: 'digest', message: 'not an output of a run of this team' }] });
    if (artifact.state === 'quarantined') return registryFailure('conflict', 'registry.quarantined', 'These bytes are in quarantine and cannot be published.');
    const { model, created } = await claimModel(tx, { id: newId(), teamId, name: input.name });
    // Another team may have taken the name between the look-up and here.
    if (model.teamId !== teamId) return notFound('model');
    const known = await versionByDigest(tx, model.id, input.digest);
    if (known) {
      const value = { modelVersionId: known.id, name: model.name, version: known.version, digest: known.digest, created: false };
      return ok(audited(value, { subjectTable: 'model_version', subjectId: known.id, teamId, after: { known: true, digest: known.digest, version: known.version } }));
    }
    const row = { id: newId(), modelId: model.id, teamId, version: await nextNumber(tx, model.id), assetVersionId: artifact.id, digest: input.digest, description: input.description, runId: input.runId, publishedBy: actor.id };
    await insertVersion(tx, row);
    await publish(tx, 'registry.version_published', { modelVersionId: row.id });
    announce('models', teamId);
    const entry = { subjectTable: 'model_version', subjectId: row.id, teamId, after: { modelId: model.id, version: row.version, digest: row.digest, runId: row.runId } };
    const value = { modelVersionId: row.id, name: model.name, version: row.version, digest: row.digest, created: true };
    return ok(created ? audited(value, entry, { subjectTable: 'model', subjectId: model.id, teamId, after: { name: model.name }, action: 'registry.createModel' }) : audited(value, entry));
  },
  http: {
    method: 'POST',
    path: '/api/v1/models/{name}/versions',
    tag: 'Models',
    body: 'json',
    status: (output: z.infer<typeof published>) => (output.created ? 201 : 200),
    present: ({ created: _, ...answer }: z.infer<typeof published>) => answer,
  },
});
