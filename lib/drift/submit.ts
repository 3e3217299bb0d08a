// Receives profiles: keeps the first reference of a model for good, and scores every window against it in the same transaction.
import type { WriteTx } from '#lib/db/client.ts';
import { raiseFinding } from '#lib/findings/index.ts';
import { announce } from '#lib/kernel/announce.ts';
import { audited, type AuditEntry } from '#lib/kernel/audit-event.ts';
import { digestOf } from '#lib/kernel/canonical-json.ts';
import { command, refusal, type Refusal } from '#lib/kernel/command.ts';
import type { CommandContext } from '#lib/kernel/context.ts';
import { notFound, type AppError } from '#lib/kernel/errors.ts';
import { newId } from '#lib/kernel/ids.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';
import { alarmsOf, findingOf } from './alarms.ts';
import { contentOf, identityOf, readContent } from './content.ts';
import { inconsistencies, scoreWindow, type DriftScore } from './domain.ts';
import { driftFailure } from './errors.ts';
import { profile, type Profile } from './schema.ts';
import * as store from './store.ts';
import { submittedProfile, type SubmittedProfile } from './views.ts';

/** A window may end this long after now: clocks differ, and days are counted in local time. */
const futureTolerance = 24 * 3_600_000;

type Received = { readonly profile: Profile; readonly digest: string; readonly teamId: string; readonly accountId: string };

const attempted = (received: Received, reason: string, subjectId: string | null = null): AuditEntry => ({
  subjectTable: 'profile', subjectId, teamId: received.teamId, reason, after: { modelDigest: received.profile.model.digest, role: received.profile.role, digest: received.digest, runId: received.profile.runId },
});

/** What a profile must be before anything else is asked of the database. */
function check(sent: Profile, now: string): Result<null, AppError> {
  const errors = inconsistencies(sent);
  if (errors.length > 0) return driftFailure('invalid', 'drift.inconsistent_profile', `The profile contradicts itself. ${errors[0]?.message ?? ''}.`, { errors: errors.slice(0, 50) });
  if (Date.parse(sent.windowEnd) > Date.parse(now) + futureTolerance) {
    return driftFailure('invalid', 'drift.window_in_future', `The window ends at ${sent.windowEnd}, and now is ${now}. A window that is not over would be taken for the latest one.`, { errors: [{ path: 'windowEnd', message: 'lies in the future' }] });
  }
  return ok(null);
}

/** Adds the profile. Null when something of its kind is there already: the unique indexes decide between two that come at once. */
async function keep(tx: WriteTx, { profile: sent, digest, teamId, accountId }: Received): Promise<string | null> {
  const id = newId();
  const inserted = await store.insertProfile(tx, {
    id, teamId, modelDigest: sent.model.digest, role: sent.role, windowStart: new Date(sent.windowStart).toISOString(), windowEnd: new Date(sent.windowEnd).toISOString(),
    sampleCount: sent.sampleCount, runId: sent.runId, digest, content: contentOf(sent), receivedFrom: accountId,
  });
  return inserted ? id : null;
}

async function known(tx: WriteTx, { teamId, digest }: Received): Promise<SubmittedProfile | null> {
  const row = await store.profileByDigest(tx, teamId, digest);
  return row ? { profileId: row.id, results: (await store.scoresOf(tx, row.id)).map(store.toScoreView), known: true } : null;
}

async function keepReference(tx: WriteTx, received: Received, _context: CommandContext): Promise<Result<SubmittedProfile, Refusal | AppError>> {
  const id = await keep(tx, received);
  if (id !== null) return ok({ profileId: id, results: [], known: false });
  const same = await known(tx, received);
  if (same) return ok(same);
  const fixed = await store.referenceOf(tx, [received.teamId], received.profile.model.digest);
  return refusal(
    driftFailure('conflict', 'drift.reference_fixed', 'This model has a reference profile already, and this one differs from it. A reference is fixed with the model: train and profile a new version instead.').error,
    attempted(received, 'another reference than the model’s own', fixed?.id ?? null),
  );
}

async function keepWindow(tx: WriteTx, received: Received, context: CommandContext): Promise<Result<SubmittedProfile, Refusal | AppError>> {
  const { profile: sent, teamId } = received;
  const reference = await store.referenceOf(tx, [teamId], sent.model.digest);
  if (!reference) return driftFailure('conflict', 'drift.no_reference', 'This model has no reference profile yet. Send the profile of its training data, with role reference, first.');
  const scored = scoreWindow(readContent(reference), sent);
  if (!scored.ok) return driftFailure('invalid', 'drift.not_comparable', `The window cannot be compared with the reference: ${scored.error[0]?.message ?? ''}.`, { errors: scored.error.slice(0, 50) });
  const id = await keep(tx, received);
  if (id === null) {
    const same = await known(tx, received);
    if (same) return ok(same);
    const told = await store.windowBetween(tx, teamId, sent.model.digest, new Date(sent.windowStart).toISOString(), new Date(sent.windowEnd).toISOString());
    return refusal(
      driftFailure('conflict', 'drift.window_reported', 'Another profile of this model was reported for exactly this window. What was reported is not replaced; profile another window.').error,
      attempted(received, 'another profile of a window that was reported', told?.id ?? null),
    );
  }
  await store.insertScores(tx, scored.value.map((score) => toRow(score, id, reference, received)));
  await raiseAlarms(tx, received, id, scored.value, context);
  return ok({ profileId: id, results: scored.value, known: false });
}

/** In one order, so that two windows that raise the same findings wait for each other and do not deadlock. */
async function raiseAlarms(tx: WriteTx, { profile: sent, teamId }: Received, profileId: string, scores: readonly DriftScore[], context: CommandContext): Promise<void> {
  const alarms = alarmsOf(scores).sort((a, b) => (a.key < b.key ? -1 : 1));
  if (alarms.length === 0) return;
  const assetVersionId = await store.versionIdOf(tx, sent.model.digest);
  const window = { teamId, modelDigest: sent.model.digest, assetVersionId, profileId, windowStart: new Date(sent.windowStart).toISOString(), windowEnd: new Date(sent.windowEnd).toISOString(), runId: sent.runId };
  for (const alarm of alarms) await raiseFinding(tx, context, findingOf(alarm, window));
}

const toRow = (score: DriftScore, profileId: string, reference: store.ProfileRow, { profile: sent, teamId }: Received): store.ScoreRow => ({
  id: newId(), profileId, referenceProfileId: reference.id, teamId, modelDigest: sent.model.digest, windowStart: new Date(sent.windowStart).toISOString(), windowEnd: new Date(sent.windowEnd).toISOString(), ...score,
});

/**
 * Takes one profile (docs/wire-contract.md, Profiles). The same profile again changes nothing and answers what the first one did.
 *
 * Errors: 404 `drift.unknown_model` when no run of the team has put out the model's digest, 409 `drift.no_reference`,
 * 409 `drift.reference_fixed` and `drift.window_reported` for what contradicts an earlier report (both audited),
 * 422 `drift.inconsistent_profile`, `drift.window_in_future`, and `drift.not_comparable`, which names every feature that differs.
 */
export const submitProfile = command({
  name: 'drift.submitProfile',
  summary: 'Report how a model’s inputs and answers were distributed; a window is scored against the reference',
  input: profile,
  output: submittedProfile,
  permission: 'profile.submit',
  subjectTable: 'profile',
  resource: async (_tx, _input, { actor }) => ok({ teamId: actor.kind === 'service' ? actor.teamId : null }),
  scope: ({ teamId }) => (teamId === null ? { kind: 'organisation' } : { kind: 'team', teamId }),
  run: async (tx, sent, { teamId }, context) => {
    const { actor, now } = context;
    if (teamId === null || actor.kind !== 'service') return notFound('team');
    const received: Received = { profile: sent, digest: digestOf(identityOf(sent)), teamId, accountId: actor.id };
    const sound = check(sent, now);
    if (!sound.ok) return sound;
    const owner = await store.modelKnownTo(tx, sent.model.digest, teamId);
    if (owner !== 'own') {
      const unknown = driftFailure('not_found', 'drift.unknown_model', 'No run of this team has put out a model with this digest. Report the run that trained it first.').error;
      return owner === 'foreign' ? refusal(unknown, attempted(received, 'a model of another team')) : err(unknown);
    }
    const same = await known(tx, received);
    const kept = same ? ok(same) : await (sent.role === 'reference' ? keepReference : keepWindow)(tx, received, context);
    if (!kept.ok) return kept;
    announce('drift', teamId);
    const { profileId, results, known: repeated } = kept.value;
    const after = { modelDigest: sent.model.digest, role: sent.role, digest: received.digest, runId: sent.runId, known: repeated, scored: results.length, drifted: results.filter(({ verdict }) => verdict === 'drifted').length };
    return ok(audited(kept.value, { subjectTable: 'profile', subjectId: profileId, teamId, after }));
  },
  http: {
    method: 'POST', path: '/api/v1/profiles', tag: 'Drift', body: 'json', admission: 'bounded',
    status: (output: SubmittedProfile) => (output.known ? 200 : 201),
    present: ({ known: _, ...answer }: SubmittedProfile) => answer,
  },
});
