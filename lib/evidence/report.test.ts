// The verification report: the same questions for every piece of evidence, and commands that answer them in a shell.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256, type Json } from '#lib/kernel/canonical-json.ts';
import { envelopeOf, makeKey, provenanceStatement, testBuilder, type SigningKey } from '#lib/testing/attestations.ts';
import { decodeEvidence } from './decode.ts';
import { reportOf } from './report.ts';
import type { Check } from './schema.ts';
import type { TrustedKey } from './trust.ts';
import { verifyDecoded } from './verify.ts';

const runId = '0195f000-0000-7000-8000-0000000000aa';
const receivedAt = '2026-03-01T12:00:00.000Z';
const model = { name: 'model', digest: `sha256:${'5e'.repeat(32)}` };
const key = makeKey();
const trusted = (one: SigningKey, more: Partial<TrustedKey> = {}): TrustedKey => ({ id: one.keyId.slice(0, 8), name: 'pipeline key', keyId: one.keyId, publicKeyPem: one.publicKeyPem, algorithm: one.algorithm, builderIds: [testBuilder], state: 'active', validFrom: null, validUntil: null, revokedAt: null, ...more });

function report(bytes: Buffer, keys: readonly TrustedKey[] = [trusted(key)]): Check[] {
  const decoded = decodeEvidence(bytes);
  const judged = verifyDecoded(decoded, { teamId: runId, threshold: 1, keys }, { storedDigest: sha256(bytes), receivedAt, knownDigests: new Set([model.digest]), namedRun: 'own', proposedKeyIds: new Set() });
  return reportOf({ evidenceId: runId, digest: decoded.digest, receivedAt, runId: decoded.runId, form: 'dsse', checks: judged.checks, outcomes: judged.signatures, signers: judged.signers });
}
const verdictsOf = (rows: readonly Check[]) => Object.fromEntries(rows.map(({ name, verdict }) => [name, verdict]));
const statement = provenanceStatement([model], { runId });
const good = envelopeOf(statement, [key]);

describe('the report', () => {
  it('asks every question of good provenance, and only the log, which a key has none of, stays open', () => {
    expect(verdictsOf(report(good))).toEqual({
      bytes_unchanged: 'passed', envelope_well_formed: 'passed', payload_type: 'passed', signature_1: 'passed', key_or_chain: 'passed', identity: 'passed', log_inclusion: 'not_evaluated', checkpoint: 'not_evaluated',
      time_in_validity: 'passed', not_revoked: 'passed', subjects_known: 'passed', builder: 'passed', parameters_complete: 'passed', run_known: 'passed',
    });
  });

  it('says the digest of the bytes once, however many checks found it', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const passed = (name: string, actual: string): Check => ({ name, verdict: 'passed', expected: '', actual });
    const rows = reportOf({ evidenceId: model.digest, digest, receivedAt, runId: null, form: 'dsse', checks: [passed('bytes', digest), passed('audit_record', `${digest}, as audit event 7 recorded it`)], outcomes: [], signers: [] });
    expect(rows[0]).toMatchObject({ name: 'bytes_unchanged', verdict: 'passed', actual: `${digest}, as audit event 7 recorded it` });
  });

  it('tells a revoked key from one outside its validity, and both from a stranger', () => {
    expect(verdictsOf(report(good, [trusted(key, { state: 'revoked', revokedAt: receivedAt })]))).toMatchObject({ key_or_chain: 'failed', not_revoked: 'failed', time_in_validity: 'passed' });
    expect(verdictsOf(report(good, [trusted(key, { validUntil: '2026-02-01T00:00:00.000Z' })]))).toMatchObject({ key_or_chain: 'failed', not_revoked: 'not_evaluated', time_in_validity: 'failed' });
    expect(verdictsOf(report(good, []))).toMatchObject({ key_or_chain: 'failed', not_revoked: 'not_evaluated', time_in_validity: 'not_evaluated', identity: 'not_evaluated', builder: 'not_evaluated' });
  });

  it('shows twenty signatures one by one and says how many more there are', () => {
    const keys = Array.from({ length: 64 }, () => makeKey('ed25519'));
    const rows = report(envelopeOf(statement, keys), keys.slice(0, 3).map((one) => trusted(one)));
    expect(rows.filter(({ name }) => /^signature_\d+$/.test(name))).toHaveLength(20);
    expect(rows.find(({ name }) => name === 'further_signatures')?.actual).toBe('44 signatures not shown one by one: 0 passed, 0 failed');
  });

  it('stays small for a thousand signatures, which are refused as too many', () => {
    const envelope = JSON.parse(good.toString()) as { signatures: Json[] };
    const rows = report(Buffer.from(JSON.stringify({ ...envelope, signatures: Array.from({ length: 1_000 }, () => envelope.signatures[0]) })));
    expect(rows.find(({ name }) => name === 'envelope_well_formed')).toMatchObject({ verdict: 'failed', actual: expect.stringContaining('1000') as string });
    expect(JSON.stringify(rows).length).toBeLessThan(20_000);
    expect(rows.filter(({ verdict }) => verdict === 'passed').map(({ name }) => name)).toEqual(['bytes_unchanged', 'payload_type']);
  });
});

describe('its commands', () => {
  let folder: string;
  beforeAll(() => { folder = mkdtempSync(path.join(tmpdir(), 'report-')); });
  afterAll(() => { rmSync(folder, { recursive: true }); });
  const shell = (text: string): string => execFileSync('bash', ['-euo', 'pipefail', '-c', text], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const commandOf = (rows: readonly Check[], name: string): string => rows.find((row) => row.name === name)?.command ?? 'false';

  it('every question that was answered can be repeated', () => {
    expect(report(good).filter(({ verdict, command }) => verdict === 'passed' && command === undefined).map(({ name }) => name)).toEqual([]);
  });

  it('those about the document run as they are printed, on the bytes as they were fetched', () => {
    writeFileSync(path.join(folder, 'envelope.json'), good);
    const rows = report(good);
    shell(commandOf(rows, 'envelope_well_formed'));
    expect(shell(commandOf(rows, 'payload_type'))).toContain('true');
    expect(shell(commandOf(rows, 'signature_1'))).toContain('Verified OK');
    expect(shell(commandOf(rows, 'builder'))).toContain(testBuilder);
    expect(shell(commandOf(rows, 'subjects_known'))).toContain(model.digest);
    expect(shell(commandOf(rows, 'parameters_complete'))).toContain('flight-delays');
    expect(shell(commandOf(rows, 'bytes_unchanged').split('\n').at(-1) ?? 'false')).toContain('OK');
  });

  it('that of the form refuses a key that stands twice, inside and outside', () => {
    const rows = report(good);
    for (const bytes of [Buffer.from(good.toString().replace('{', '{"payloadType":"x",')), envelopeOf(statement, [key]).subarray(0)]) {
      const twice = bytes.toString().startsWith('{"payloadType":"x"') ? bytes : Buffer.from(JSON.stringify({ ...(JSON.parse(bytes.toString()) as object), payload: Buffer.from('{"_type":"https://in-toto.io/Statement/v1","_type":"x"}').toString('base64') }));
      writeFileSync(path.join(folder, 'envelope.json'), twice);
      expect(() => shell(commandOf(rows, 'envelope_well_formed'))).toThrow(/Command failed/);
    }
  });
});
