// Compiled policies: what a real bundle decides, and that a hostile one decides nothing, takes no more than its bounds and says why.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { askBundle, inspectBundle } from './bundle.ts';
import { readBundle } from './bundle-archive.ts';
import { exampleInput } from './example.ts';

const folder = join(import.meta.dirname, '..', 'testing', 'opa');
const good = readFileSync(join(folder, 'bundle.tar.gz'));

type Entry = { readonly name: string; readonly body: Buffer; readonly type?: string; readonly size?: number };

/** A gzipped tar, byte by byte, so that it can be as wrong as a test needs. */
function archive(entries: readonly Entry[], { checksum = true, end = true } = {}): Buffer {
  const parts = entries.flatMap(({ name, body, type = '0', size = body.length }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0, 100, 'utf8');
    header.write('0000600\0', 100);
    header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
    header.fill(' ', 148, 156);
    header.write(type, 156);
    header.write('ustar\u000000', 257, 'latin1');
    const sum = header.reduce((total, byte) => total + byte, 0);
    if (checksum) header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...parts, ...(end ? [Buffer.alloc(1024)] : [])]));
}

const files = await (async () => {
  const bundle = await readBundle(good);
  if (!bundle.ok) throw new Error(bundle.error);
  return bundle.value;
})();
const compiled = Buffer.from(files.wasm);
const withModule = (wasm: Uint8Array) => archive([{ name: 'policy.wasm', body: Buffer.from(wasm) }]);

/** A WebAssembly module of these sections, each an id and its bytes. */
const moduleOf = (...sections: readonly (readonly [number, readonly number[]])[]) => Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flatMap(([id, body]) => [id, body.length, ...body])]);
const named = (text: string) => [text.length, ...Buffer.from(text)];
const memoryImport = (pages: readonly number[] = [1]) => [...named('env'), ...named('memory'), 2, 0, ...pages];

describe('a compiled policy', () => {
  it('decides over the same document as a server, with the data of its bundle and reasons in words', async () => {
    const weak = { ...exampleInput(), evaluation: { overall: { auc: 0.65 } } };
    expect(await askBundle(good, ['gatehouse/decision', 'gatehouse/allow'], exampleInput())).toEqual([
      { path: 'gatehouse/decision', allow: true, reasons: [], problem: null },
      { path: 'gatehouse/allow', allow: true, reasons: [], problem: null },
    ]);
    expect(await askBundle(good, ['gatehouse/decision', 'gatehouse/allow'], weak)).toEqual([
      { path: 'gatehouse/decision', allow: false, reasons: ['example has an AUC of 0.65, below 0.7'], problem: null },
      { path: 'gatehouse/allow', allow: false, reasons: [], problem: null },
    ]);
  });

  it('says which entrypoints it has', async () => expect(await inspectBundle(good)).toEqual({ ok: true, value: { entrypoints: ['gatehouse/allow', 'gatehouse/decision', 'gatehouse/endless', 'gatehouse/greedy', 'gatehouse/odd'] } }));

  it.each([
    ['gatehouse/nothing', /has no entrypoint gatehouse\/nothing/],
    ['gatehouse/odd', /neither true or false/],
    ['toString', /has no entrypoint/],
  ])('gives no decision at %s, and the others stand', async (path, problem) => {
    const [first, other] = await askBundle(good, [path, 'gatehouse/allow'], exampleInput());
    expect(first).toMatchObject({ allow: null, problem: expect.stringMatching(problem) as string });
    expect(other).toMatchObject({ allow: true });
  });

  it('that comes to no end is ended, and answers from before stand', async () => {
    const started = Date.now();
    const [first, second] = await askBundle(good, ['gatehouse/allow', 'gatehouse/endless'], exampleInput(), 1_500);
    expect(second).toMatchObject({ allow: null, problem: expect.stringMatching(/in time|gave up/) as string });
    expect(first).toMatchObject({ allow: true });
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  it('that takes more memory than its bound is ended', async () => {
    const [answer] = await askBundle(good, ['gatehouse/greedy'], exampleInput(), 20_000);
    expect(answer).toMatchObject({ allow: null, problem: expect.stringMatching(/gave up|broke down|memory|in time/) as string });
  }, 30_000);

  it('may not reach the network: one that would is refused when it is uploaded, and decides nothing', async () => {
    const network = readFileSync(join(folder, 'network.tar.gz'));
    expect(await inspectBundle(network)).toMatchObject({ ok: false, error: expect.stringMatching(/calls http\.send, which the portal does not lend/) as string });
    expect(await askBundle(network, ['net/allow'], { url: 'http://127.0.0.1:1/' })).toMatchObject([{ allow: null, problem: expect.stringMatching(/http\.send/) as string }]);
  });

  it('is evaluated many at once within its bounds', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => askBundle(good, ['gatehouse/allow'], exampleInput(), 20_000)));
    expect(all.map(([answer]) => answer?.allow)).toEqual(Array.from({ length: 12 }, () => true));
  }, 30_000);
});

describe('what is no usable bundle decides nothing, and says why:', () => {
  const bomb = () => gzipSync(Buffer.alloc(64 * 1024 * 1024));
  it.each<[string, () => Buffer, RegExp]>([
    ['no bytes', () => Buffer.alloc(0), /not gzipped|not a tar|no policy\.wasm/],
    ['what is not gzipped', () => Buffer.from('policy'), /not gzipped/],
    ['a gzip that breaks off', () => good.subarray(0, 2_000), /not gzipped/],
    ['what unpacks to far more', bomb, /unpacks to more than/],
    ['more bytes than a bundle may have', () => Buffer.alloc(5 * 1024 * 1024), /larger than/],
    ['what is no tar', () => gzipSync(Buffer.from('x'.repeat(2_000))), /not a tar archive/],
    ['a wrong checksum', () => archive([{ name: 'policy.wasm', body: compiled }], { checksum: false }), /checksum/],
    ['an entry longer than the archive', () => archive([{ name: 'policy.wasm', body: Buffer.from('x'), size: 1_000_000 }]), /breaks off/],
    ['a name that leads out', () => archive([{ name: '../../etc/passwd', body: Buffer.from('x') }, { name: 'policy.wasm', body: compiled }]), /leads out/],
    ['a link', () => archive([{ name: 'policy.wasm', body: Buffer.alloc(0), type: '2' }]), /something else than files/],
    ['a name twice', () => archive([{ name: 'policy.wasm', body: compiled }, { name: '/policy.wasm', body: compiled }]), /twice/],
    ['thousands of entries', () => archive(Array.from({ length: 1_001 }, (_, index) => ({ name: `f${index}`, body: Buffer.alloc(0) }))), /more than 1000 entries/],
    ['no policy', () => archive([{ name: 'data.json', body: Buffer.from('{}') }]), /no policy\.wasm/],
    ['data that is no JSON', () => archive([{ name: 'policy.wasm', body: compiled }, { name: 'data.json', body: Buffer.from('{') }]), /data\.json is not JSON/],
    ['data in folders', () => archive([{ name: 'policy.wasm', body: compiled }, { name: 'a/data.json', body: Buffer.from('{}') }]), /data in a folder/],
    ['a policy that is not WebAssembly', () => withModule(Buffer.from('not wasm')), /not WebAssembly/],
    ['a module that breaks off', () => withModule(compiled.subarray(0, 5_000)), /breaks off/],
    ['a module that imports a file system', () => withModule(moduleOf([2, [1, ...named('wasi_snapshot_preview1'), ...named('fd_write'), 0, 0]])), /imports wasi_snapshot_preview1\.fd_write/],
    ['a module with memory of its own', () => withModule(moduleOf([2, [1, ...memoryImport()]], [5, [1, 0, 1]])), /memory of its own/],
    ['a module that imports no memory', () => withModule(moduleOf([1, [0]])), /imports no memory/],
    ['a module that wants gigabytes', () => withModule(moduleOf([2, [1, ...memoryImport([0x80, 0x80, 0x02])]])), /needs more than 1024 pages/],
    ['shared memory', () => withModule(moduleOf([2, [1, ...named('env'), ...named('memory'), 2, 3, 1, 1]])), /shared or 64-bit/],
    ['a module that runs without end when it is loaded', () => withModule(moduleOf([1, [1, 0x60, 0, 0]], [2, [1, ...memoryImport()]], [3, [1, 0]], [8, [0]], [10, [1, 7, 0, 3, 0x40, 0x0c, 0, 0x0b, 0x0b]])), /in time/],
    ['a module without the functions of a policy', () => withModule(moduleOf([2, [1, ...memoryImport()]])), /does not have the function/],
    ['a number of more than 32 bits', () => withModule(moduleOf([2, [0xff, 0xff, 0xff, 0xff, 0xff, 0x01]])), /breaks off/],
  ])('%s', async (_what, make, problem) => {
    const bytes = make();
    expect(await inspectBundle(bytes)).toMatchObject({ ok: false, error: expect.stringMatching(problem) as string });
    expect(await askBundle(bytes, ['gatehouse/allow'], exampleInput())).toMatchObject([{ allow: null, problem: expect.stringMatching(problem) as string }]);
  });

  it('a module with any one byte changed decides as before, or nothing: it never ends the process', async () => {
    const flipped = [];
    for (let at = 8; at < compiled.length; at += Math.floor(compiled.length / 24)) {
      const copy = Buffer.from(compiled);
      copy[at] = (copy[at] ?? 0) ^ 0xff;
      flipped.push(askBundle(withModule(copy), ['gatehouse/allow'], exampleInput(), 3_000));
    }
    for (const [answer] of await Promise.all(flipped)) expect([true, false, null]).toContain(answer?.allow);
  }, 120_000);
});

const binary = process.env.OPA_BINARY;

describe.skipIf(!binary)('the same Rego, compiled now by the opa that OPA_BINARY names (skipped without one)', () => {
  it('gives a module that decides the same', async () => {
    const made = mkdtempSync(join(tmpdir(), 'gatehouse-opa-'));
    try {
      const out = join(made, 'bundle.tar.gz');
      execFileSync(binary ?? '', ['build', '-t', 'wasm', '-e', 'gatehouse/decision', '-e', 'gatehouse/allow', '-o', out, join(folder, 'policy.rego'), join(folder, 'data.json')]);
      const fresh = readFileSync(out);
      expect(gunzipSync(fresh).length).toBeGreaterThan(10_000);
      const questions = [exampleInput(), { ...exampleInput(), environment: 'staging' }, { ...exampleInput(), artifact: { digest: 'd', quarantined: true } }, {}];
      for (const question of questions) expect(await askBundle(fresh, ['gatehouse/decision', 'gatehouse/allow'], question, 20_000)).toEqual(await askBundle(good, ['gatehouse/decision', 'gatehouse/allow'], question, 20_000));
    } finally {
      rmSync(made, { recursive: true });
    }
  }, 60_000);
});
