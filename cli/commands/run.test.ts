// Rules of `gatehouse run`: the command is untouched, and what it read, did and wrote is reported.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, gatehouse, MAIN, makeBench, program, start, TOKEN } from '#cli/testing/command.ts';
import { eventsIn, spooled, statementsIn } from '#cli/testing/events.ts';
import { startPortal, type TestPortal } from '#cli/testing/portal.ts';
import { provenancePredicate } from '#lib/evidence/format/statement.ts';
import { missing } from '#cli/testing/tools.ts';

const BASE = ['run', '--pipeline', 'flights', '--stage', 'train'];
const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

let bench: Bench;
let portal: TestPortal;
beforeEach(async () => {
  portal = await startPortal();
  bench = makeBench({ GATEHOUSE_URL: portal.url, GATEHOUSE_TOKEN: TOKEN });
});
afterEach(async () => {
  await portal.close();
  bench.remove();
});
const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(bench.folder, name), content);
  return sha256(content);
};

describe('the wrapped command', () => {
  it('keeps its output byte for byte on both streams', async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 31 + (at >> 8)) % 256));
    file('bytes', bytes);
    const { code, stdout, stderr } = await gatehouse(bench, [...BASE, '--quiet', '--', 'sh', '-c', 'cat bytes; printf "error line\\n" >&2; cat bytes']);
    expect(code).toBe(0);
    expect(Buffer.compare(stdout, Buffer.concat([bytes, bytes]))).toBe(0);
    expect(stderr).toBe('error line\n');
  });

  it('reads the standard input of the caller', async () => {
    const { stdout } = await gatehouse(bench, [...BASE, '--', 'cat'], { stdin: 'from outside' });
    expect(stdout.toString()).toBe('from outside');
  });

  it('gets its arguments as they are, also those that look like options of gatehouse', async () => {
    const { stdout } = await gatehouse(bench, [...BASE, '--', 'printf', '%s|', '--help', '--', '', 'a b', '*']);
    expect(stdout.toString()).toBe('--help|--||a b|*|');
  });

  it.each([0, 1, 3, 42, 255])('keeps its exit code %i', async (code) => {
    expect((await gatehouse(bench, [...BASE, '--', 'sh', '-c', `exit ${String(code)}`])).code).toBe(code);
  });

  it('that ends itself by a signal n gives 128 + n', async () => {
    const { code } = await gatehouse(bench, [...BASE, '--', 'sh', '-c', 'kill -KILL $$']);
    expect(code).toBe(137);
    expect(eventsIn(portal.arrivals)[1]).toMatchObject({ eventType: 'FAIL', run: { facets: { gatehouse_execution: { exitCode: null, signal: 'SIGKILL' }, errorMessage: { message: 'ended by SIGKILL' } } } });
  });

  it.each([['SIGTERM', 143], ['SIGINT', 130], ['SIGHUP', 129], ['SIGUSR2', 140]] as const)('gets %s, and FAIL is still reported', async (signal, expected) => {
    const { child, printed, result } = start(bench, [...BASE, '--', ...program('console.log("ready"); setInterval(() => {}, 1000)')]);
    await printed('ready');
    child.kill(signal);
    expect((await result).code).toBe(expected);
    expect(eventsIn(portal.arrivals).map(({ eventType }) => eventType)).toEqual(['START', 'FAIL']);
  });

  it.skipIf(missing('python3'))('on a terminal gets Ctrl-C once, from the terminal', async () => {
    const counting = 'import signal, time\nseen = []\nsignal.signal(signal.SIGINT, lambda *_: seen.append(1))\nprint("ready", flush=True)\nwhile not seen: time.sleep(0.01)\ntime.sleep(0.5)\nprint("total", len(seen), flush=True)';
    const terminal = 'import os, pty, sys\npid, terminal = pty.fork()\nif pid == 0: os.execvp(sys.argv[1], sys.argv[1:])\nseen, sent = b"", False\nwhile True:\n  try: part = os.read(terminal, 4096)\n  except OSError: break\n  if not part: break\n  seen += part\n  if b"ready" in seen and not sent: sent = os.write(terminal, b"\\x03") == 1\nos.waitpid(pid, 0)\nprint(seen.decode())';
    const [node = ''] = program('');
    const { stdout } = await promisify(execFile)('python3', ['-c', terminal, node, MAIN, ...BASE, '--', 'python3', '-c', counting], { env: bench.environment as unknown as NodeJS.ProcessEnv });
    expect(stdout).toContain('total 1');
    expect(eventsIn(portal.arrivals)[1]?.eventType).toBe('COMPLETE');
  });

  it('may handle a signal and end well', async () => {
    const { child, printed, result } = start(bench, [...BASE, '--', ...program('process.on("SIGUSR1", () => { console.log("saved"); process.exit(0); }); console.log("ready"); setInterval(() => {}, 1000)')]);
    await printed('ready');
    child.kill('SIGUSR1');
    const { code, stdout } = await result;
    expect([code, stdout.toString()]).toEqual([0, 'ready\nsaved\n']);
    expect(eventsIn(portal.arrivals)[1]?.eventType).toBe('COMPLETE');
  });

  it('that does not exist gives 127, that cannot be executed 126, and FAIL is reported', async () => {
    file('data', 'x');
    expect((await gatehouse(bench, [...BASE, '--', 'no-such-program'])).code).toBe(127);
    expect((await gatehouse(bench, [...BASE, '--', './data'])).code).toBe(126);
    expect((await gatehouse(bench, [...BASE, '--', './data/program'])).code).toBe(126);
    const [, first, , second, , third] = eventsIn(portal.arrivals);
    expect(third).toMatchObject({ eventType: 'FAIL', run: { facets: { errorMessage: { message: 'the command ./data/program cannot be run: ENOTDIR' } } } });
    expect(first).toMatchObject({ eventType: 'FAIL', run: { facets: { errorMessage: { message: 'the command no-such-program was not found' } } } });
    expect(second).toMatchObject({ eventType: 'FAIL', run: { facets: { errorMessage: { message: 'the command ./data cannot be run: EACCES' } } } });
  });

  it('sees the run id and none of the credentials, unless they are passed on', async () => {
    const print = program('console.log(JSON.stringify(Object.keys(process.env).filter((name) => name.startsWith("GATEHOUSE_")).sort()))');
    const withheld = JSON.parse((await gatehouse(bench, [...BASE, '--', ...print])).stdout.toString()) as string[];
    const passed = JSON.parse((await gatehouse(bench, [...BASE, '--pass-credentials', '--', ...print])).stdout.toString()) as string[];
    expect(withheld).toEqual(['GATEHOUSE_RUN_ID', 'GATEHOUSE_SPOOL', 'GATEHOUSE_URL']);
    expect(passed).toContain('GATEHOUSE_TOKEN');
  });

  it('can open /dev/stdout and /dev/stderr, as with a pipe', async () => {
    const { code, stdout, stderr } = await gatehouse(bench, [...BASE, '--quiet', '--', 'sh', '-c', 'echo out > /dev/stdout; echo error > /dev/stderr']);
    expect([code, stdout.toString(), stderr]).toEqual([0, 'out\n', 'error\n']);
  });

  it('fails as it would alone when its reader goes away', async () => {
    const { child, printed, result } = start(bench, [...BASE, '--', 'yes', 'ready']);
    await printed('ready');
    child.stdout?.destroy();
    expect((await result).code).toBe(141);
  });

  it('does not wait for a process that it left behind with its output open', async () => {
    const began = performance.now();
    const { code, stderr } = await gatehouse(bench, [...BASE, '--', 'sh', '-c', 'sleep 30 & echo done']);
    expect(code).toBe(0);
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(stderr).toContain('holds its output open');
  });
});

describe('the report of a successful run', () => {
  it('has a START with the inputs and a COMPLETE with everything, as the contract says', async () => {
    const input = file('in.csv', 'a,b\n1,2\n');
    mkdirSync(join(bench.folder, 'features'));
    const feature = file('features/x', 'xx');
    const args = ['--input', 'raw=in.csv', '--input', 'features=features', '--output', 'model=out.bin', '--param', 'learning_rate=0.1', '--type', 'model=model', '--type', 'features=features', '--label', 'raw=2001-01', '--tolerance', 'auc=1%', '--seed', '42', '--pipeline-run', '0198F0C2-7c6e-7a3e-9d5a-0123456789ab', '--triggered-by', 'ada'];
    const { code, stderr } = await gatehouse(bench, [...BASE, ...args, '--', 'sh', '-c', 'echo one; echo two >&2; printf model > out.bin'], { environment: { GATEHOUSE_NAMESPACE: 'bank', GATEHOUSE_IMAGE_DIGEST: `sha256:${'a'.repeat(64)}` } });
    expect(code).toBe(0);
    const [started, ended] = eventsIn(portal.arrivals);
    if (started === undefined || ended === undefined) throw new Error('two events are expected');

    expect(started.eventType).toBe('START');
    expect(started.run.runId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(started.run.runId).toBe(ended.run.runId);
    expect(started.job).toMatchObject({ namespace: 'bank', name: 'flights.train', facets: { gatehouse_stage: { pipeline: 'flights', stage: 'train' }, jobType: { processingType: 'BATCH', integration: 'GATEHOUSE', jobType: 'STAGE' } } });
    expect(started.run.facets).toMatchObject({
      parent: { run: { runId: '0198f0c2-7c6e-7a3e-9d5a-0123456789ab' }, job: { namespace: 'bank', name: 'flights' } },
      executionParameters: { parameters: [{ key: 'learning_rate', name: 'learning_rate', value: '0.1' }] },
      gatehouse_tolerance: { metrics: [{ name: 'auc', slice: null, absolute: null, relative: 0.01 }] },
      gatehouse_execution: { command: ['sh', '-c', 'echo one; echo two >&2; printf model > out.bin'], git: null, seed: '42', triggeredBy: 'ada', container: { imageDigest: `sha256:${'a'.repeat(64)}` } },
    });
    for (const absent of ['exitCode', 'signal', 'durationMilliseconds']) expect(started.run.facets['gatehouse_execution']).not.toHaveProperty(absent);
    expect(started.inputs).toHaveLength(2);
    expect(started.outputs).toEqual([]);

    expect(ended.eventType).toBe('COMPLETE');
    expect(Date.parse(ended.eventTime)).toBeGreaterThanOrEqual(Date.parse(started.eventTime));
    expect(ended.run.facets['gatehouse_execution']).toMatchObject({ exitCode: 0, signal: null, durationMilliseconds: expect.any(Number) as number });
    expect(ended.run.facets['gatehouse_log']).toMatchObject({ truncated: false, totalBytes: 8 });
    expect(String(ended.run.facets['gatehouse_log']?.['tail']).split('\n').sort()).toEqual(['', 'one', 'two']);
    expect(ended.inputs).toEqual(started.inputs);
    const manifest = sha256(`${feature}  x\n`);
    expect(ended.inputs).toMatchObject([
      { namespace: 'bank', name: 'raw', facets: { version: { datasetVersion: `sha256:${input}` }, datasetType: { datasetType: 'DATASET' }, gatehouse_digest: { algorithm: 'sha256', digest: input, sizeBytes: 8, fileCount: 1, label: '2001-01' } } },
      { namespace: 'bank', name: 'features', facets: { version: { datasetVersion: `sha256:${manifest}` }, datasetType: { datasetType: 'FEATURES' }, gatehouse_digest: { digest: manifest, sizeBytes: 2, fileCount: 1, label: null } } },
    ]);
    expect(ended.outputs).toMatchObject([{ name: 'model', facets: { version: { datasetVersion: `sha256:${sha256('model')}` }, datasetType: { datasetType: 'MODEL' } } }]);
    for (const facets of [ended.run.facets, ended.job.facets, ...ended.inputs.map((dataset) => dataset.facets)]) {
      for (const facet of Object.values(facets)) expect(facet).toMatchObject({ _producer: ended.producer, _schemaURL: expect.stringMatching(/^https:\/\//) as string });
    }
    expect(portal.arrivals.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]);
    expect(stderr).toContain('nothing is signed, because GATEHOUSE_KEY is not set');
  });

  it.skipIf(missing('python3'))('says which runtime ran the command', async () => {
    await gatehouse(bench, [...BASE, '--', 'python3', '-c', 'pass']);
    const version = execFileSync('python3', ['-c', 'import platform; print(platform.python_version())']).toString().trim();
    expect(eventsIn(portal.arrivals)[1]?.run.facets).toMatchObject({ processing_engine: { name: 'python', version }, gatehouse_execution: { runtime: [{ name: 'node' }, { name: 'python', version }] } });
  });

  it('is silent about success when asked', async () => {
    expect((await gatehouse(bench, [...BASE, '--quiet', '--', 'true'])).stderr).toBe('');
  });

  it('sends START before the command ends, without waiting for the answer', async () => {
    const { child, printed, result } = start(bench, [...BASE, '--', ...program('console.log("ready"); setInterval(() => {}, 1000)')]);
    await Promise.all([printed('ready'), portal.arrived(1)]);
    expect(eventsIn(portal.arrivals)[0]?.eventType).toBe('START');
    child.kill('SIGTERM');
    await result;
  });
});

describe('the report of a failed run', () => {
  it.skipIf(missing('python3'))('says exit code and last line of standard error', async () => {
    const { code, stderr } = await gatehouse(bench, [...BASE, '--', 'python3', '-c', 'import sys; print("out"); print("Traceback", file=sys.stderr); sys.exit("ValueError: no rows\\n\\n")']);
    expect(code).toBe(1);
    expect(eventsIn(portal.arrivals)[1]).toMatchObject({ eventType: 'FAIL', run: { facets: { errorMessage: { message: 'exit code 1: ValueError: no rows', programmingLanguage: 'PYTHON' } } } });
    expect(stderr).toMatch(/gatehouse: run [0-9a-f-]{36} FAIL: exit code 1: ValueError: no rows\n/);
  });

  it('lists the outputs it wrote, and none that an earlier run left', async () => {
    file('old', 'from before');
    await gatehouse(bench, [...BASE, '--output', 'old=old', '--output', 'new=new', '--output', 'none=none', '--', 'sh', '-c', 'printf part > new; exit 1']);
    expect(eventsIn(portal.arrivals)[1]?.outputs.map(({ name }) => name)).toEqual(['new']);
  });

  it('comes when a declared output is missing: exit code 66', async () => {
    const { code, stderr } = await gatehouse(bench, [...BASE, '--output', 'model=out.bin', '--', 'true']);
    expect(code).toBe(66);
    expect(stderr).toContain('FAIL: output "model": out.bin: no such file or folder');
    expect(eventsIn(portal.arrivals)[1]?.eventType).toBe('FAIL');
  });

  it('comes when an output cannot be digested: exit code 66', async () => {
    const { code, stderr } = await gatehouse(bench, [...BASE, '--output', 'model=out', '--', 'sh', '-c', 'mkdir out; ln -s /etc/passwd out/link']);
    expect(code).toBe(66);
    expect(stderr).toContain('out contains a symbolic link: link');
  });

  it('comes without running the command when an input is missing: exit code 66', async () => {
    symlinkSync('/etc', join(bench.folder, 'etc'));
    mkdirSync(join(bench.folder, 'links'));
    symlinkSync('/etc/passwd', join(bench.folder, 'links', 'x'));
    file('good', 'x');
    const { code, stdout, stderr } = await gatehouse(bench, [...BASE, '--input', 'good=good', '--input', 'none=none', '--input', 'links=links', '--', 'echo', 'ran']);
    expect([code, stdout.toString()]).toEqual([66, '']);
    expect(stderr).toContain('FAIL: input "none": none: no such file or folder; input "links": links contains a symbolic link: x');
    expect(eventsIn(portal.arrivals).map(({ eventType, inputs }) => [eventType, inputs.map(({ name }) => name)])).toEqual([['START', ['good']], ['FAIL', ['good']]]);
  });
});

describe('an input that changes while the command runs', () => {
  const key = () => ({ GATEHOUSE_KEY: join(bench.folder, 'key.pem') });

  it('is reported, and nothing is signed', async () => {
    await gatehouse(bench, ['keygen', '--out', 'key.pem']);
    file('in', 'one');
    file('quiet', 'same');
    const { code, stderr } = await gatehouse(bench, [...BASE, '--input', 'in=in', '--input', 'quiet=quiet', '--output', 'out=out', '--', 'sh', '-c', 'printf two > in; touch quiet; printf x > out'], { environment: key() });
    expect(code).toBe(0);
    expect(stderr).toContain('WARNING: input "in" changed while the command ran');
    const ended = eventsIn(portal.arrivals)[1];
    expect(ended).toMatchObject({ eventType: 'COMPLETE', run: { facets: { gatehouse_execution: { inputsChanged: ['in'] } } } });
    expect(ended?.inputs[0]?.facets['version']).toMatchObject({ datasetVersion: `sha256:${sha256('one')}` });
    expect(portal.arrivals.filter(({ path }) => path === '/api/v1/attestations')).toEqual([]);
  });

  it('shows when a file is added to a folder, also when times are set back, and when the input is removed', async () => {
    mkdirSync(join(bench.folder, 'folder'));
    file('folder/a', 'a');
    file('gone', 'x');
    await gatehouse(bench, [...BASE, '--input', 'folder=folder', '--input', 'gone=gone', '--', 'sh', '-c', 'printf b > folder/a; touch -d 2001-01-01 folder/a; rm gone']);
    expect(eventsIn(portal.arrivals)[1]?.run.facets['gatehouse_execution']).toMatchObject({ inputsChanged: ['folder', 'gone'] });
  });

  it('is no contradiction when it is an output too', async () => {
    await gatehouse(bench, ['keygen', '--out', 'key.pem']);
    file('state', 'one');
    await gatehouse(bench, [...BASE, '--input', 'state=state', '--output', 'state=state', '--', 'sh', '-c', 'printf two > state'], { environment: key() });
    const [provenance] = statementsIn(portal.arrivals, readFileSync(join(bench.folder, 'key.pem.pub'), 'utf8'));
    expect(provenance?.subject).toEqual([{ name: 'state', digest: { sha256: sha256('two') } }]);
    expect(provenancePredicate.parse(provenance?.predicate).buildDefinition.resolvedDependencies?.[0]?.digest).toEqual({ sha256: sha256('one') });
  });
});

describe('secrets', () => {
  it('leave neither by log, command, parameter, error nor spool; variables are never sent', async () => {
    const secret = 'Zx9-secret-value-81hG';
    const script = `console.log("connecting with ${'hunter2hunter2'.split('').reverse().join('')}"); console.log("AKIAABCDEFGHIJKLMNOP", process.env.DB_PASSWORD); console.error("login failed: https://user:pa55word@host/ token=" + process.env.DB_PASSWORD); process.exit(1)`;
    const { stderr } = await gatehouse(bench, [...BASE, '--param', 'api_key=abcdef123456', '--param', `note=uses ${secret}`, '--', ...program(script), '--password', 'hunter3hunter3', `--url=postgres://u:p4ssw0rd@db/${secret}`], { environment: { DB_PASSWORD: secret, UNRELATED: 'unrelated-value-of-a-variable' } });
    const sent = portal.arrivals.map(({ body }) => body.toString()).join('\n');
    for (const leak of [secret, 'abcdef123456', 'hunter3hunter3', 'p4ssw0rd', 'pa55word', 'AKIAABCDEFGHIJKLMNOP', 'unrelated-value', TOKEN]) expect(sent).not.toContain(leak);
    expect(sent).toContain('[redacted]');
    const own = stderr.split('\n').filter((line) => line.startsWith('gatehouse:')).join('\n');
    expect(own).toContain('FAIL');
    expect(own).not.toContain(secret);
  });

  it('in a private key that the log’s tail begins within are recognised', async () => {
    const line = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj';
    const script = `console.log("-----BEGIN PRIVATE KEY-----"); for (let i = 0; i < 20; i += 1) console.log("${line}"); console.log("-----END PRIVATE KEY-----"); console.log("x".repeat(65000))`;
    await gatehouse(bench, [...BASE, '--', ...program(script)]);
    const log = eventsIn(portal.arrivals)[1]?.run.facets['gatehouse_log'];
    expect(log).toMatchObject({ truncated: false, totalBytes: 28 + 20 * 65 + 26 + 65_001 });
    expect(JSON.stringify(log)).not.toContain('MIIEvQ');
  });

  it('are not in the spool', async () => {
    await gatehouse(bench, [...BASE, '--', 'true'], { environment: { GATEHOUSE_URL: 'http://127.0.0.1:1' } });
    const entries = spooled(bench.spool);
    expect(entries).toHaveLength(2);
    expect(JSON.stringify(entries.map(({ body, headers, path }) => [body.toString(), headers, path]))).not.toContain(TOKEN);
  });
});
