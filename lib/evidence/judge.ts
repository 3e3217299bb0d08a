// Judges stored evidence: gathers the trust and what the portal knows, and verifies the bytes as they lie in the database.
import type { ReadTx } from '#lib/db/client.ts';
import { logDefect } from '#lib/kernel/log.ts';
import { decodeEvidence, unreadable, type Decoded } from './decode.ts';
import type { EvidenceRow } from './store/evidence.ts';
import * as store from './store/evidence.ts';
import { keysAsDecided } from './sealed.ts';
import { breather } from './breathe.ts';
import type { Check } from './schema.ts';
import { keysOf } from './store/trust.ts';
import { policiesInForce, revocationsOf } from './store/trust-policy.ts';
import { trustDigest, type Trust, type TrustedKey } from './trust.ts';
import { choiceDigest, choosePolicy, type Choice, type Revocation, type StoredPolicy } from './trust-policy.ts';
import { verifyByPolicy, type Signatory } from './verify-by-policy.ts';
import { verifyDecoded, type Facts, type Report } from './verify.ts';
import { verifyOther } from './verify-other.ts';

/** One trusted key is enough: a team's pipeline signs with one. */
const THRESHOLD = 1;

export type TeamTrust = { readonly trust: Trust; readonly proposedKeyIds: ReadonlySet<string>; readonly policies: readonly StoredPolicy[]; readonly revocations: readonly Revocation[] };

/** What a team trusts now. A key that was revoked counts neither as a key of the team nor under a policy, wherever it was revoked. */
export async function trustOf(tx: ReadTx, teamId: string): Promise<TeamTrust> {
  const { deciding, proposed } = await keysOf(tx, teamId);
  const policies = await policiesInForce(tx, teamId);
  const revoked = await revocationsOf(tx, teamId);
  const ofKeys = deciding.filter(({ state }) => state === 'revoked').map(({ keyId, revokedAt }): Revocation => ({ kind: 'key', signerId: keyId, since: null, reason: 'revoked as a key of the team', revokedAt: revokedAt ?? 'an unknown time' }));
  return { trust: { teamId, threshold: THRESHOLD, keys: (await keysAsDecided(tx, deciding)).map((key) => withRevocations(key, revoked)) }, proposedKeyIds: proposed, policies, revocations: [...revoked, ...ofKeys] };
}

function withRevocations(key: TrustedKey, revocations: readonly Revocation[]): TrustedKey {
  return revocations.filter(({ kind, signerId }) => kind === 'key' && signerId === key.keyId).reduce<TrustedKey>((standing, { since, revokedAt }) => {
    if (since === null) return standing.state === 'revoked' ? standing : { ...standing, state: 'revoked', revokedAt };
    return standing.validUntil !== null && standing.validUntil <= since ? standing : { ...standing, validUntil: since };
  }, key);
}

/** Decodes; a defect of Gatehouse itself makes the evidence unreadable, never verified, and is logged. */
export function decodeOrFail(bytes: Uint8Array): Decoded {
  try {
    return decodeEvidence(bytes);
  } catch (error) {
    logDefect(error, { operation: 'evidence.decode' });
    return unreadable(bytes, 'Gatehouse itself failed to read this document; the operator finds the reason in the log');
  }
}

/** A report, and what decided: the version of a policy (null: the team's keys, or nothing could), and whether that depends on a run not reported yet. */
export type JudgedReport = Report & { readonly signatories: readonly Signatory[]; readonly trustPolicyId: string | null; readonly awaitsRun: boolean };

type Judgeable = Pick<EvidenceRow, 'teamId' | 'digest' | 'receivedAt'>;

type Judged = { readonly row: Judgeable; readonly decoded: Decoded };

/** Verifies decoded evidence of one team with its trust and what is known of the subjects and runs now: two look-ups, however much it is. */
async function judgeAll(tx: ReadTx, teamId: string, items: readonly Judged[], team: TeamTrust): Promise<JudgedReport[]> {
  const { proposedKeyIds } = team;
  const known = await store.digestsKnownTo(tx, teamId, [...new Set(items.flatMap(({ decoded }) => decoded.subjects.map((subject) => subject.digest)))]);
  const runs = await store.whoseRuns(tx, [...new Set(items.flatMap(({ decoded }) => decoded.runId ?? []))]);
  const reports: JudgedReport[] = [];
  const breathe = breather();
  for (const { row, decoded } of items) {
    const run = decoded.runId === null ? undefined : runs.get(decoded.runId);
    const namedRun = run === undefined ? 'unknown' : run.teamId === teamId ? 'own' : 'foreign';
    const facts = { storedDigest: row.digest, receivedAt: row.receivedAt, knownDigests: known, namedRun, proposedKeyIds } as const;
    reports.push(underTrust(decoded, team, choiceFor(decoded, team, run), facts));
    await breathe();
  }
  return reports;
}

/** The digest that a verification made now would be recorded with: tells whether the trust that decides has changed, without verifying. */
export async function standingDigest(tx: ReadTx, teamId: string, decoded: Decoded, team: TeamTrust): Promise<string> {
  const runs = await store.whoseRuns(tx, decoded.runId === null ? [] : [decoded.runId]);
  const choice = choiceFor(decoded, team, decoded.runId === null ? undefined : runs.get(decoded.runId));
  return choice.kind === 'team_keys' ? trustDigest(team.trust) : choiceDigest(teamId, choice, team.revocations);
}

/** Which policy decides about it; a run of another team says nothing about the pipeline, and is refused anyway. */
function choiceFor({ runId, predicateType }: Decoded, { trust, policies }: TeamTrust, run: { readonly teamId: string; readonly namespace: string; readonly name: string } | undefined): Choice {
  const pipeline = run?.teamId === trust.teamId ? { namespace: run.namespace, name: run.name } : null;
  return choosePolicy(policies, { pipeline, predicateType }, runId === null || run !== undefined);
}

const WHO_DECIDES = 'the narrowest trust policy that covers its pipeline and predicate type, else the keys of the team';

function underTrust(decoded: Decoded, { trust, policies, revocations }: TeamTrust, choice: Choice, facts: Facts): JudgedReport {
  if (choice.kind !== 'team_keys') {
    const report = verifyByPolicy(decoded, choice, revocations, trust.teamId, facts);
    return { ...report, trustPolicyId: choice.kind === 'policy' ? choice.policy.id : choice.policyId, awaitsRun: choice.kind === 'none' && choice.awaitsRun };
  }
  const report = decoded.form.kind === 'dsse' ? verifyDecoded(decoded, trust, facts) : verifyOther(decoded, decoded.form, trust, facts);
  const decided: Check = { name: 'trust_policy', verdict: 'passed', expected: WHO_DECIDES, actual: policies.length === 0 ? 'the keys of the team: it has no trust policy' : 'the keys of the team: no trust policy covers it' };
  return { ...report, checks: [...report.checks, decided], signatories: [], trustPolicyId: null, awaitsRun: false };
}

/** Verifies one piece of decoded evidence, with the trust of its team. */
export async function judge(tx: ReadTx, row: Judgeable, decoded: Decoded, trust: TeamTrust): Promise<JudgedReport> {
  const [report] = await judgeAll(tx, row.teamId, [{ row, decoded }], trust);
  if (!report) throw new Error('one piece of evidence gave no report');
  return report;
}

/** So many stored bytes are in memory at once; a larger piece stands alone. */
const MOST_BYTES_AT_ONCE = 32 * 1024 * 1024;

function portions(rows: readonly EvidenceRow[]): EvidenceRow[][] {
  const result: EvidenceRow[][] = [];
  let size = Infinity;
  for (const row of rows) {
    if (size + row.sizeBytes > MOST_BYTES_AT_ONCE) {
      result.push([]);
      size = 0;
    }
    result.at(-1)?.push(row);
    size += row.sizeBytes;
  }
  return result;
}

export type JudgedEvidence<Row> = { readonly row: Row; readonly decoded: Decoded; readonly report: JudgedReport };

/** Stored evidence of one team, decoded from its bytes and judged now, in the order given. */
export async function judgeStored<Row extends EvidenceRow>(tx: ReadTx, rows: readonly Row[], trust: TeamTrust): Promise<JudgedEvidence<Row>[]> {
  const judged: JudgedEvidence<Row>[] = [];
  for (const portion of portions(rows) as Row[][]) {
    const bytes = await store.bytesOfAll(tx, portion.map(({ id }) => id));
    const items: { row: Row; decoded: Decoded }[] = [];
    const breathe = breather();
    for (const row of portion) {
      items.push({ row, decoded: decodeOrFail(bytes.get(row.id) ?? Buffer.alloc(0)) });
      await breathe();
    }
    const reports = await judgeAll(tx, trust.trust.teamId, items, trust);
    judged.push(...items.flatMap((item, n) => { const report = reports[n]; return report ? [{ ...item, report }] : []; }));
  }
  return judged;
}
