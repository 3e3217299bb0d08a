// The model signatures of the OpenSSF model-transparency suite: every version and method, and the same models changed.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readModel } from '#cli/model-files.ts';
import { keysFromPem } from '#lib/evidence/format/public-key.ts';
import { verifyEvidence, type EvidenceTrust } from '#lib/evidence/standalone.ts';
import { certificatesFromPem } from './sigstore/certificate.ts';
import { noTrust } from './sigstore/trust.ts';
import { publicGoodRoot } from './sigstore/public-good.ts';

const corpus = join(process.env['CORPUS_DIR'] ?? '../shared/corpus', 'openssf-model-signing');
const cases = readdirSync(corpus, { withFileTypes: true }).filter((entry) => entry.isDirectory() && existsSync(join(corpus, entry.name, 'model.sig'))).map((entry) => entry.name).sort();
const scratch = mkdtempSync(join(tmpdir(), 'gatehouse-models-'));
afterAll(() => { rmSync(scratch, { recursive: true, force: true }); });

const nothing: EvidenceTrust = { ...noTrust(new Date()), log: 'if_known', builderIds: null, threshold: 1, pinned: [] };
const key = (file: string) => readFileSync(join(corpus, 'keys', file), 'utf8');
const or = <T>(read: { ok: true; value: T } | { ok: false; error: unknown }): T => { if (!read.ok) throw new Error(String(read.error)); return read.value; };

/** The suite's own arguments for a method; its Sigstore samples were signed by one person. */
function trustFor(name: string): EvidenceTrust {
  if (name.endsWith('certificate')) return { ...nothing, anchors: or(certificatesFromPem(`${key('ca-cert.pem')}\n${key('int-ca-cert.pem')}`)) };
  if (name.endsWith('sigstore')) return { ...nothing, root: publicGoodRoot(), identities: [{ subject: 'stefanb@us.ibm.com', issuer: 'https://sigstore.verify.ibm.com/oauth2' }] };
  const own = [join(corpus, 'keys', 'signing-key-pub.pem'), join(corpus, 'keys', 'ml-dsa', 'signing-key.pub')][name.endsWith('ml-dsa') ? 1 : 0] ?? '';
  return { ...nothing, keys: or(keysFromPem(readFileSync(own, 'utf8'))) };
}

/** A signature of one file names it `.`, so the model is that file and not its folder. */
function modelPath(folder: string): string {
  const bundle = JSON.parse(readFileSync(join(folder, 'model.sig'), 'utf8')) as { dsseEnvelope: { payload: string } };
  const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString('utf8')) as { subject: { name: string }[]; predicate?: { resources?: { name: string }[] } };
  const alone = statement.predicate?.resources?.length === 1 && statement.predicate.resources[0]?.name === '.';
  return alone ? join(folder, statement.subject[0]?.name ?? '') : folder;
}

const verify = (folder: string, trust: EvidenceTrust, ignoredPaths: readonly string[] = ['model.sig', 'ignore-me']) =>
  verifyEvidence(readFileSync(join(folder, 'model.sig')), trust, { artifact: null, model: (followLinks) => readModel(modelPath(folder), followLinks), modelOptions: { ignoredPaths, allowUnsigned: false } });

const failedOf = (report: { checks: readonly { name: string; verdict: string }[] }) => report.checks.filter((check) => check.verdict === 'failed').map((check) => check.name);
let copies = 0;
const copyOf = (name: string) => {
  const folder = join(scratch, `${name}-${copies++}`, name);
  cpSync(join(corpus, name), folder, { recursive: true });
  return folder;
};

describe.each(cases)('%s', (name) => {
  it('verifies with the model it signs', async () => {
    const report = await verify(join(corpus, name), trustFor(name));
    expect(failedOf(report)).toEqual([]);
    expect(report).toMatchObject({ format: 'model_signature', verdict: 'passed' });
  });

  it('does not verify when any of its files is changed, by the files alone', async () => {
    const files = readdirSync(join(corpus, name)).filter((file) => file !== 'model.sig' && !file.startsWith('ignore'));
    for (const file of files) {
      const folder = copyOf(name);
      writeFileSync(join(folder, file), Buffer.concat([readFileSync(join(folder, file)), Buffer.from('x')]));
      expect(failedOf(await verify(folder, trustFor(name)))).toEqual(['model_files']);
    }
  });

  it('does not verify when a file is missing or added, or is a link', async () => {
    if (modelPath(join(corpus, name)) !== join(corpus, name)) return;
    const [first = ''] = readdirSync(join(corpus, name)).filter((file) => file.startsWith('signme') || file.startsWith('f'));
    const missing = copyOf(name);
    rmSync(join(missing, first));
    expect(failedOf(await verify(missing, trustFor(name)))).toEqual(['model_files']);
    const added = copyOf(name);
    writeFileSync(join(added, 'ignore-me-not'), 'x');
    expect(failedOf(await verify(added, trustFor(name)))).toEqual(['model_files']);
    const linked = copyOf(name);
    rmSync(join(linked, first));
    symlinkSync(join(corpus, name, first), join(linked, first));
    expect(failedOf(await verify(linked, trustFor(name)))).toEqual(['model_files', 'model_links']);
  });

  it('does not verify for anybody else', async () => {
    const trusts: EvidenceTrust[] = [nothing, { ...nothing, root: publicGoodRoot(), identities: [{ subject: 'somebody@example.com', issuer: 'https://accounts.google.com' }] }, { ...nothing, keys: or(keysFromPem(readFileSync(join(corpus, '..', 'sigstore-bundles', 'managed-key-happy-path', 'key.pub'), 'utf8'))) }];
    for (const trust of trusts) expect((await verify(join(corpus, name), trust)).verdict).toBe('failed');
  });
});

describe('a model signed by certificate', () => {
  const name = cases.find((candidate) => candidate.endsWith('certificate')) ?? '';
  it('does not verify under the signer’s own certificate key alone, nor before or after its certificates are valid', async () => {
    const trust = trustFor(name);
    expect((await verify(join(corpus, name), { ...nothing, keys: or(keysFromPem(key('signing-key-pub.pem'))) })).verdict).toBe('failed');
    for (const at of ['2020-01-01T00:00:00Z', '2040-01-01T00:00:00Z']) expect(failedOf(await verify(join(corpus, name), { ...trust, at: new Date(at) }))).toEqual(['certificate_time']);
  });
});
