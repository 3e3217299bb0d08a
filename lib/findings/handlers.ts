// Handlers of outbox events that raise findings. Each may be called again for the same event, at any time, by any process.
import { evidenceNow, keysTrustedBy } from '#lib/evidence/index.ts';
import type { OutboxEvents } from '#lib/jobs/queues.ts';
import { settled, systemCommand, unchanged } from '#lib/kernel/system-command.ts';
import { compareAbout, compareWithRegistry } from './disagreements.ts';
import { raiseFinding, settleFinding, type NewFinding } from './raise.ts';
import { ofContradiction, ofEvaluation, ofFailedRun, ofValidation, ofVerification, UNTRUSTED_SIGNER, untrustedIdentity } from './rules.ts';
import * as store from './store.ts';

const raise = (name: string, gather: (tx: Parameters<Parameters<typeof systemCommand>[1]>[0]) => Promise<NewFinding[]>): Promise<void> =>
  systemCommand<void>(name, async (tx, context) => {
    // In one order everywhere, so that two handlers that raise the same findings wait for each other and do not deadlock.
    const reports = (await gather(tx)).toSorted((a, b) => JSON.stringify([a.source, a.rule, a.identity]).localeCompare(JSON.stringify([b.source, b.rule, b.identity])));
    if (reports.length === 0) return unchanged(undefined);
    for (const report of reports) await raiseFinding(tx, context, report);
    return settled(undefined);
  });

/** Raises what a piece of evidence gives reason for, judged as it stands now. */
export async function handleEvidenceVerified(event: OutboxEvents['evidence.verified']): Promise<void> {
  await findingsOf(event);
  await compareEvidence(event);
}

const findingsOf = ({ evidenceId, verificationId }: OutboxEvents['evidence.verified']): Promise<void> =>
  raise('findings.ofEvidence', async (tx) => {
    const [evidence] = await evidenceNow(tx, [evidenceId]);
    if (!evidence) return [];
    const [subject] = evidence.subjects;
    const version = subject ? await store.versionIdOf(tx, subject.digest) : null;
    const failing = ofVerification(evidence, verificationId, version);
    return [...(failing === null ? [] : [failing]), ...ofValidation(evidence, version), ...ofEvaluation(evidence, version)];
  });

/** Digests of one statement that are compared with what others say of them; a folder of thousands of files is told by its first. */
const MOST_COMPARED = 20;

/** Compares what a piece of evidence says with everything else that holds about the same bytes and the same run. */
const compareEvidence = ({ evidenceId }: OutboxEvents['evidence.verified']): Promise<void> =>
  systemCommand<void>('findings.ofDisagreement', async (tx, context) => {
    const [evidence] = await evidenceNow(tx, [evidenceId]);
    const kind = evidence?.predicate?.kind;
    if (!evidence || (kind !== 'provenance' && kind !== 'provenance_v02' && kind !== 'evaluation')) return unchanged(undefined);
    let changed = false;
    for (const digest of [...new Set(evidence.subjects.map((subject) => subject.digest))].sort().slice(0, MOST_COMPARED)) {
      changed = (await compareAbout(tx, context, evidence.teamId, digest, await store.versionIdOf(tx, digest))) || changed;
    }
    if (evidence.runId !== null && kind !== 'evaluation') changed = (await compareWithRegistry(tx, context, evidence.teamId, evidence.runId)) || changed;
    return changed ? settled(undefined) : unchanged(undefined);
  });

/** A version was published: is it what its run attested? */
export const handleVersionPublished = ({ modelVersionId }: OutboxEvents['registry.version_published']): Promise<void> =>
  systemCommand<void>('findings.ofPublication', async (tx, context) => {
    const runs = await store.runsOfVersion(tx, modelVersionId);
    let changed = false;
    for (const { teamId, runId } of runs) changed = (await compareWithRegistry(tx, context, teamId, runId)) || changed;
    return changed ? settled(undefined) : unchanged(undefined);
  });

export const handleContradiction = ({ contradictionId }: OutboxEvents['lineage.contradiction_recorded']): Promise<void> =>
  raise('findings.ofContradiction', async (tx) => {
    const found = await store.contradictionFacts(tx, contradictionId);
    return found === null ? [] : [ofContradiction(found)];
  });

export const handleRunFailed = ({ runId }: OutboxEvents['runs.run_failed']): Promise<void> =>
  raise('findings.ofRun', async (tx) => {
    const run = await store.runFacts(tx, runId);
    const finding = run === null ? null : ofFailedRun(run);
    return finding === null ? [] : [finding];
  });

/** A key that two people confirmed, by itself or in a policy, settles the finding that nobody trusted it. */
export const handleTrustChanged = ({ teamId, cause, causeId }: OutboxEvents['evidence.trust_changed']): Promise<void> =>
  systemCommand<void>('findings.ofTrust', async (tx, context) => {
    let done = false;
    for (const keyId of await keysTrustedBy(tx, cause, causeId)) {
      const settledNow = await settleFinding(tx, context, { teamId, source: 'verification', rule: UNTRUSTED_SIGNER, identity: untrustedIdentity(keyId) }, `the key ${keyId} was confirmed by a second person`);
      done = settledNow || done;
    }
    return done ? settled(undefined) : unchanged(undefined);
  });
