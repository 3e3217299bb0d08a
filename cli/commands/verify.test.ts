// Rules of `gatehouse verify`, `verify-bundle`, `attest` and `sign-model`: exit code 0 only for what verifies, and what one command signs another verifies.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, gatehouse, makeBench } from '#cli/testing/command.ts';

let bench: Bench;
const at = (name: string) => join(bench.folder, name);
const write = (name: string, text: string) => { writeFileSync(at(name), text); };
const run = async (...args: string[]) => {
  const { code, stdout, stderr } = await gatehouse(bench, args, { environment: { GATEHOUSE_KEY: 'key.pem' } });
  return { code, stdout: stdout.toString(), stderr };
};
const failed = (stdout: string): string[] => (JSON.parse(stdout) as { checks: { name: string; verdict: string }[] }).checks.filter((check) => check.verdict === 'failed').map((check) => check.name);

beforeEach(async () => {
  bench = makeBench();
  await run('keygen', '--out', 'key.pem');
  await run('keygen', '--out', 'other.pem');
  write('model.bin', 'weights');
  write('predicate.json', '{"result":"PASSED","configuration":[]}');
});
afterEach(() => { bench.remove(); });

describe('attest', () => {
  it.each(['envelope', 'bundle'])('signs an %s that verify accepts for this file and key, and for no other', async (format) => {
    expect((await run('attest', '--predicate', 'predicate.json', '--type', 'https://in-toto.io/attestation/test-result/v0.1', '--subject', 'model=model.bin', '--format', format, '--out', 'evidence.json')).code).toBe(0);
    expect(await run('verify', 'model.bin', '--evidence', 'evidence.json', '--trust', 'key.pem.pub')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^verified /m) as string });
    const other = await run('verify', 'model.bin', '--evidence', 'evidence.json', '--trust', 'other.pem.pub', '--json');
    expect([other.code, failed(other.stdout)]).toEqual([1, [format === 'bundle' ? 'signature' : 'trusted_signer']]);
    write('model.bin', 'Weights');
    const changed = await run('verify', 'model.bin', '--evidence', 'evidence.json', '--trust', 'key.pem.pub', '--json');
    expect([changed.code, failed(changed.stdout)]).toEqual([1, ['artifact']]);
    const digest = `sha256:${createHash('sha256').update('weights').digest('hex')}`;
    if (format === 'bundle') expect((await run('verify-bundle', '--key', 'key.pem.pub', '--trusted-root', 'root.json', '--bundle', 'evidence.json', digest)).code).toBe(66);
    write('root.json', '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}');
    if (format === 'bundle') expect((await run('verify-bundle', '--key', 'key.pem.pub', '--trusted-root', 'root.json', '--bundle', 'evidence.json', digest)).code).toBe(0);
  });

  it('is about a folder as `gatehouse run` reports it', async () => {
    mkdirSync(at('folder'));
    write('folder/a', 'x');
    await run('attest', '--predicate', 'predicate.json', '--type', 'https://example.test/p', '--subject', 'f=folder', '--out', 'e.json');
    expect((await run('verify', 'folder', '--evidence', 'e.json', '--trust', 'key.pem.pub')).code).toBe(0);
    write('folder/b', 'y');
    expect((await run('verify', 'folder', '--evidence', 'e.json', '--trust', 'key.pem.pub')).code).toBe(1);
  });

  it('demands provenance of a builder that was named, where builders are', async () => {
    write('provenance.json', JSON.stringify({ buildDefinition: { buildType: 'https://example.test/b', externalParameters: {} }, runDetails: { builder: { id: 'https://builder.test' } } }));
    await run('attest', '--predicate', 'provenance.json', '--type', 'https://slsa.dev/provenance/v1', '--subject', 'm=model.bin', '--out', 'e.json');
    const asking = (...more: string[]) => run('verify', 'model.bin', '--evidence', 'e.json', '--trust', 'key.pem.pub', ...more);
    expect([(await asking()).code, (await asking('--builder-id', 'https://builder.test')).code, (await asking('--builder-id', 'https://evil.test')).code]).toEqual([0, 0, 1]);
  });

  it('refuses a predicate that is no JSON object, a statement about nothing, a type that is no URI, and a key that is missing', async () => {
    write('list.json', '[]');
    const type = ['--type', 'https://example.test/p'];
    expect(await run('attest', '--predicate', 'list.json', ...type, '--subject', 'm=model.bin')).toMatchObject({ code: 64, stderr: expect.stringContaining('is not a JSON object') as string });
    expect((await run('attest', '--predicate', 'predicate.json', ...type)).code).toBe(64);
    expect((await run('attest', '--predicate', 'predicate.json', '--type', 'x', '--subject', 'm=model.bin')).code).toBe(64);
    expect((await run('attest', '--predicate', 'predicate.json', ...type, '--subject', 'm=gone')).code).toBe(66);
    expect((await gatehouse(bench, ['attest', '--predicate', 'predicate.json', ...type, '--subject', 'm=model.bin'])).code).toBe(64);
  });
});

describe('sign-model', () => {
  beforeEach(() => {
    mkdirSync(at('model/weights'), { recursive: true });
    write('model/config.json', '{}');
    write('model/weights/a.bin', 'aaaa');
    write('model/.gitignore', '*.tmp');
  });
  const verify = (...more: string[]) => run('verify', 'model', '--evidence', 'model/model.sig', '--trust', 'key.pem.pub', '--json', ...more);

  it('signs a folder that verify accepts, wherever the signature lies and whatever the folder is called', async () => {
    expect((await run('sign-model', 'model')).code).toBe(0);
    expect((await verify()).code).toBe(0);
    renameSync(at('model/model.sig'), at('elsewhere.sig'));
    renameSync(at('model'), at('renamed'));
    expect((await run('verify', 'renamed', '--evidence', 'elsewhere.sig', '--trust', 'key.pem.pub')).code).toBe(0);
  });

  it('a changed, a new and a linked file fail, a file that is to be ignored does not', async () => {
    await run('sign-model', 'model');
    write('model/new.py', 'x');
    expect(failed((await verify()).stdout)).toEqual(['model_files']);
    expect((await verify('--ignore-path', 'model/new.py')).code).toBe(0);
    expect((await verify('--ignore-path', 'new.py')).code).toBe(0);
    expect((await verify('--ignore-unsigned')).code).toBe(0);
    write('model/config.json', '{ }');
    expect(failed((await verify('--ignore-unsigned')).stdout)).toEqual(['model_files']);
    write('model/config.json', '{}');
    symlinkSync('/etc/hostname', at('model/link'));
    expect(failed((await verify('--ignore-unsigned')).stdout)).toEqual(['model_links']);
    expect((await run('sign-model', 'model', '--out', 'again.sig'))).toMatchObject({ code: 66, stderr: expect.stringContaining('a symbolic link: link') as string });
  });

  it('signs one file', async () => {
    expect((await run('sign-model', 'model.bin', '--out', 'file.sig')).code).toBe(0);
    expect((await run('verify', 'model.bin', '--evidence', 'file.sig', '--trust', 'key.pem.pub')).code).toBe(0);
    expect((await run('verify', 'predicate.json', '--evidence', 'file.sig', '--trust', 'key.pem.pub')).code).toBe(1);
  });

  it('a model’s signature given to verify-bundle is held against the file that is named, and not passed', async () => {
    await run('sign-model', 'model');
    write('root.json', '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}');
    const report = await run('verify-bundle', '--key', 'key.pem.pub', '--trusted-root', 'root.json', '--bundle', 'model/model.sig', '--json', 'model.bin');
    expect([report.code, failed(report.stdout)]).toEqual([1, ['artifact']]);
  });
});

describe('what is trusted', () => {
  it('must be named: nobody, half an identity, a key and an identity, a private key, rubbish are refused', async () => {
    write('e.json', '{}');
    write('rubbish', 'x');
    const lines = [['verify', 'model.bin', '--evidence', 'e.json'], ['verify', 'model.bin', '--evidence', 'e.json', '--trust', 'key.pem'], ['verify', 'model.bin', '--evidence', 'e.json', '--trust', 'rubbish'], ['verify', 'model.bin', '--evidence', 'e.json', '--certificate-identity', 'a'],
      ['verify', '--evidence', 'e.json', '--trust', 'key.pem.pub'], ['verify-bundle', '--bundle', 'e.json', 'model.bin'], ['verify-bundle', '--bundle', 'e.json', '--key', 'key.pem.pub', '--certificate-identity', 'a', '--certificate-oidc-issuer', 'b', 'model.bin'], ['verify-bundle', '--bundle', 'e.json', '--key', 'key.pem.pub', 'sha256:abc']];
    for (const line of lines) expect((await run(...line)).code, line.join(' ')).toBe(64);
    expect((await run('verify', 'gone', '--evidence', 'e.json', '--trust', 'key.pem.pub')).code).toBe(66);
    expect((await run('verify', 'model.bin', '--evidence', 'gone', '--trust', 'key.pem.pub')).code).toBe(66);
    expect((await run('verify', 'model.bin', '--evidence', 'e.json', '--trust', 'key.pem.pub')).code).toBe(1);
  });

  it('may be a trust file, and the digest of a list of checksums', async () => {
    write('trust.json', JSON.stringify({ keys: [readFileSync(at('key.pem.pub'), 'utf8')], threshold: 1 }));
    await run('attest', '--predicate', 'predicate.json', '--type', 'https://example.test/p', '--subject', 'm=model.bin', '--out', 'e.json');
    expect((await run('verify', 'model.bin', '--evidence', 'e.json', '--trust', 'trust.json')).code).toBe(0);
    write('trust.json', JSON.stringify({ keys: [], anyone: true }));
    expect((await run('verify', 'model.bin', '--evidence', 'e.json', '--trust', 'trust.json')).code).toBe(64);
    const sums = `${createHash('sha256').update('weights').digest('hex')}  model.bin\n`;
    write('SHA256SUMS', sums);
    expect((await run('verify', 'model.bin', '--evidence', 'SHA256SUMS', '--trust', `sha256:${createHash('sha256').update(sums).digest('hex')}`)).code).toBe(0);
    expect((await run('verify', 'model.bin', '--evidence', 'SHA256SUMS', '--trust', 'key.pem.pub')).code).toBe(1);
  });
});
