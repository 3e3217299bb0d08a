// cosign and model-signing: Gatehouse verifies what they sign, and they verify what Gatehouse signs.
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '#scripts/project.ts';
import type { Client, Report } from './index.ts';
import { goTool, pythonTools, run, type Ran } from './tools.ts';

const PREDICATE_TYPE = 'https://example.com/review/v1';

/** A folder with a model, a predicate, and keys of Gatehouse. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-clients-'));
  mkdirSync(join(folder, 'model', 'weights', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'model', 'config.json'), '{"layers": 2}\n');
  writeFileSync(join(folder, 'model', 'empty'), '');
  for (let n = 0; n < 40; n += 1) writeFileSync(join(folder, 'model', 'weights', n % 2 === 0 ? 'deep' : '.', `shard-${n}.bin`), Buffer.alloc(1000 + n, n));
  writeFileSync(join(folder, 'artifact.bin'), 'an artifact\n');
  writeFileSync(join(folder, 'predicate.json'), '{"reviewed": true}');
  writeFileSync(join(folder, 'root.json'), '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}');
  return folder;
}

const gatehouse = (folder: string, ...args: string[]): Ran => run(join(projectRoot, 'bin', 'gatehouse'), args, { cwd: folder, environment: { GATEHOUSE_KEY: 'gatehouse.pem' } });

/** What must work and what must not, reported under one name. */
function tried(report: Report, client: string, name: string, steps: readonly (readonly [what: string, ran: Ran, wanted: boolean])[]): void {
  const wrong = steps.find(([, ran, wanted]) => ran.ok !== wanted);
  report(client, name, wrong === undefined ? 'passed' : 'failed', wrong === undefined ? '' : `${wrong[0]} ${wrong[2] ? 'failed' : 'was accepted'}: ${wrong[1].output.slice(-300)}`);
}

function withCosign(report: Report, folder: string, cosign: string): void {
  const environment = { COSIGN_PASSWORD: 'a password' };
  const go = (...args: string[]) => run(cosign, args, { cwd: folder, environment });
  const generated = go('generate-key-pair');
  if (!generated.ok) {
    report('cosign', 'makes a key pair', 'failed', generated.output);
    return;
  }
  const forms = [
    ['sign-blob, Sigstore bundle', 'sign-blob', ['--new-bundle-format=true', '--bundle', 'a.json'], 'a.json'],
    ['sign-blob, bundle of older versions', 'sign-blob', ['--new-bundle-format=false', '--bundle', 'b.json'], 'b.json'],
    ['sign-blob, detached signature', 'sign-blob', ['--output-signature', 'c.sig'], 'c.sig'],
    ['attest-blob, Sigstore bundle', 'attest-blob', ['--new-bundle-format=true', '--bundle', 'd.json', '--predicate', 'predicate.json', '--type', PREDICATE_TYPE], 'd.json'],
    ['attest-blob, envelope', 'attest-blob', ['--output-signature', 'e.json', '--predicate', 'predicate.json', '--type', PREDICATE_TYPE], 'e.json'],
  ] as const;
  for (const [name, command, options, evidence] of forms) {
    const made = go(command, '--key', 'cosign.key', '--tlog-upload=false', '--yes', ...options, 'artifact.bin');
    tried(report, 'cosign', `${name}: verified`, [
      ['cosign', made, true],
      ['gatehouse verify', gatehouse(folder, 'verify', 'artifact.bin', '--evidence', evidence, '--trust', 'cosign.pub'), true],
      ['the signature under another key', gatehouse(folder, 'verify', 'artifact.bin', '--evidence', evidence, '--trust', 'gatehouse.pem.pub'), false],
      ['the signature over another file', gatehouse(folder, 'verify', 'predicate.json', '--evidence', evidence, '--trust', 'cosign.pub'), false],
    ]);
  }
  tried(report, 'cosign', 'sign-blob: verified by verify-bundle', [['gatehouse verify-bundle', gatehouse(folder, 'verify-bundle', '--key', 'cosign.pub', '--trusted-root', 'root.json', '--bundle', 'a.json', 'artifact.bin'), true]]);
  const attest = gatehouse(folder, 'attest', '--predicate', 'predicate.json', '--type', PREDICATE_TYPE, '--subject', 'artifact.bin=artifact.bin', '--format', 'bundle', '--out', 'ours.json');
  const theirs = (key: string, file: string) => go('verify-blob-attestation', '--key', key, '--new-bundle-format=true', '--bundle', 'ours.json', '--trusted-root', 'root.json', '--insecure-ignore-tlog=true', '--type', PREDICATE_TYPE, file);
  tried(report, 'cosign', 'verifies what gatehouse attest signs', [['gatehouse attest', attest, true], ['cosign', theirs('gatehouse.pem.pub', 'artifact.bin'), true], ['the attestation of another file', theirs('gatehouse.pem.pub', 'predicate.json'), false], ['the attestation under another key', theirs('cosign.pub', 'artifact.bin'), false]]);
}

const OPENSSL_CHAIN = `
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout ca.key -out ca.pem -subj /CN=root -days 30 -addext keyUsage=critical,keyCertSign
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout int.key -out int.csr -subj /CN=intermediate -addext basicConstraints=critical,CA:true -addext keyUsage=critical,keyCertSign
openssl x509 -req -in int.csr -CA ca.pem -CAkey ca.key -days 20 -copy_extensions copyall -out int.pem
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key -out leaf.csr -subj /CN=signer -addext keyUsage=critical,digitalSignature
openssl x509 -req -in leaf.csr -CA int.pem -CAkey int.key -days 10 -copy_extensions copyall -out leaf.pem
openssl ecparam -name secp521r1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out p521.pem && openssl pkey -in p521.pem -pubout -out p521.pub
`;
const IN_PYTHON = (config: string) => `
import pathlib, model_signing
m = model_signing
m.signing.Config().use_elliptic_key_signer(private_key=pathlib.Path("gatehouse.pem")).set_hashing_config(m.hashing.Config()${config}).sign(pathlib.Path("model"), pathlib.Path("s.sig"))
`;

function withModelSigning(report: Report, folder: string, bin: string): void {
  const go = (...args: string[]) => run(join(bin, 'model_signing'), args, { cwd: folder });
  const python = (text: string) => run(join(bin, 'python'), ['-c', text], { cwd: folder });
  const verify = (evidence: string, trust: string, model = 'model') => gatehouse(folder, 'verify', model, '--evidence', evidence, '--trust', trust);
  cpSync(join(folder, 'model'), join(folder, 'changed'), { recursive: true });
  appendFileSync(join(folder, 'changed', 'weights', 'shard-1.bin'), 'x');
  const around = (evidence: string, trust: string, stranger: string) => [['gatehouse verify', verify(evidence, trust), true], ['a changed model', verify(evidence, trust, 'changed'), false], ['another signer', verify(evidence, stranger), false]] as const;

  const keyed = go('sign', 'key', '--private_key', 'gatehouse.pem', '--signature', 'k.sig', 'model');
  tried(report, 'model-signing', 'sign key, P-256: verified', [['model_signing', keyed, true], ...around('k.sig', 'gatehouse.pem.pub', 'other.pem.pub')]);
  const chain = run('bash', ['-euo', 'pipefail', '-c', OPENSSL_CHAIN], { cwd: folder });
  const wide = go('sign', 'key', '--private_key', 'p521.pem', '--signature', 'w.sig', 'model');
  tried(report, 'model-signing', 'sign key, P-521: verified', [['openssl', chain, true], ['model_signing', wide, true], ...around('w.sig', 'p521.pub', 'other.pem.pub')]);
  const certified = go('sign', 'certificate', '--private_key', 'leaf.key', '--signing_certificate', 'leaf.pem', '--certificate_chain', 'int.pem', '--signature', 'c.sig', 'model');
  tried(report, 'model-signing', 'sign certificate: verified', [['model_signing', certified, true], ...around('c.sig', 'ca.pem', 'gatehouse.pem.pub')]);
  for (const [name, config] of [['shards', '.use_shard_serialization(hashing_algorithm="sha256", shard_size=300)'], ['BLAKE2b', '.use_file_serialization(hashing_algorithm="blake2")'], ['BLAKE3', '.use_file_serialization(hashing_algorithm="blake3")']] as const) {
    tried(report, 'model-signing', `${name}: verified`, [['model_signing', python(IN_PYTHON(config)), true], ...around('s.sig', 'gatehouse.pem.pub', 'other.pem.pub')]);
  }
  const signed = gatehouse(folder, 'sign-model', 'model', '--out', 'ours.sig');
  const theirs = (key: string, model: string) => go('verify', 'key', '--signature', 'ours.sig', '--public_key', key, model);
  tried(report, 'model-signing', 'verifies what gatehouse sign-model signs', [['gatehouse sign-model', signed, true], ['model_signing', theirs('gatehouse.pem.pub', 'model'), true], ['a changed model', theirs('gatehouse.pem.pub', 'changed'), false], ['another key', theirs('other.pem.pub', 'model'), false]]);
  const inside = gatehouse(folder, 'sign-model', 'model');
  tried(report, 'model-signing', 'verifies a signature inside the model', [['gatehouse sign-model', inside, true], ['model_signing', go('verify', 'key', '--signature', 'model/model.sig', '--public_key', 'gatehouse.pem.pub', 'model'), true], ['gatehouse verify', verify('model/model.sig', 'gatehouse.pem.pub'), true]]);
}

function withWitness(report: Report, folder: string, witness: string): void {
  const made = run(witness, ['run', '--step', 'build', '--attestations', 'environment', '--signer-file-key-path', 'gatehouse.pem', '--outfile', 'w.json', '--', 'true'], { cwd: folder });
  const text = made.ok ? readFileSync(join(folder, 'w.json'), 'utf8') : '';
  tried(report, 'witness', 'signs an envelope that Gatehouse reads', [['witness', made, true], ['gatehouse verify', { ok: text.includes('payloadType'), output: text.slice(0, 200) }, true]]);
}

const client: Client = async (report, life) => {
  const folder = makeFolder();
  life.onExit(() => { rmSync(folder, { recursive: true, force: true }); });
  for (const key of ['gatehouse', 'other']) gatehouse(folder, 'keygen', '--out', `${key}.pem`);
  const cosign = goTool('cosign', 'github.com/sigstore/cosign/v2/cmd/cosign@v2.6.5');
  if ('path' in cosign) withCosign(report, folder, cosign.path);
  else report('cosign', 'all', 'skipped', cosign.missing);
  const models = pythonTools(['model-signing==1.1.1', 'pyopenssl'], 'model_signing');
  if ('path' in models) withModelSigning(report, folder, models.path);
  else report('model-signing', 'all', 'skipped', models.missing);
  const witness = goTool('witness', 'github.com/in-toto/witness@v0.10.1');
  if ('path' in witness) withWitness(report, folder, witness.path);
  else report('witness', 'all', 'skipped', witness.missing);
  rmSync(folder, { recursive: true, force: true });
};

export default client;
