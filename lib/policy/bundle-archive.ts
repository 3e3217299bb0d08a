// Reads a compiled bundle of Open Policy Agent (`opa build -t wasm`): a gzipped tar with policy.wasm and data.json. Whatever is in it is a stranger's: every size is bounded, and nothing is written anywhere.
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { err, ok, type Result } from '#lib/kernel/result.ts';
import { wasmProblem } from './bundle-wasm.ts';

export const largestBundle = 4 * 1024 * 1024;
const largestUnpacked = 32 * 1024 * 1024;
const mostEntries = 1_000;
const block = 512;

export type Bundle = { readonly wasm: Uint8Array<ArrayBuffer>; readonly data: string; readonly memoryPages: number };

const unpack = promisify(gunzip) as (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;
const text = (bytes: Buffer): string => { const end = bytes.indexOf(0); return bytes.subarray(0, end === -1 ? bytes.length : end).toString('utf8'); };
const octal = (bytes: Buffer): number => { const written = text(bytes).trim(); return /^[0-7]{1,11}$/.test(written) ? Number.parseInt(written, 8) : Number.NaN; };

/** The sum of the header's bytes, its own field counted as spaces (POSIX.1-1988, ustar). */
const checksum = (header: Buffer): number => header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 32 : byte), 0);

/** Regular files of a tar by name. Anything but files and folders, a name twice, and a name that leads out of the bundle are refused. */
function filesOf(tar: Buffer): Result<ReadonlyMap<string, Buffer>, string> {
  const files = new Map<string, Buffer>();
  let entries = 0;
  for (let at = 0; at + block <= tar.length; ) {
    const header = tar.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) return ok(files);
    if (octal(header.subarray(148, 156)) !== checksum(header)) return err('it is not a tar archive: the checksum of a header is wrong');
    entries += 1;
    if (entries > mostEntries) return err(`it has more than ${mostEntries} entries`);
    const prefix = text(header.subarray(257, 263)).startsWith('ustar') ? text(header.subarray(345, 500)) : '';
    const name = `${prefix === '' ? '' : `${prefix}/`}${text(header.subarray(0, 100))}`.replace(/^\.?\/+/, '');
    const size = octal(header.subarray(124, 136));
    const type = String.fromCharCode(header[156] ?? 0);
    if (!Number.isSafeInteger(size) || at + block + size > tar.length) return err('it breaks off before the end of an entry');
    if (name.includes('\\') || name.split('/').includes('..')) return err('an entry’s name leads out of the bundle');
    if (type === '0' || type === '\0') {
      if (files.has(name)) return err(`it holds ${name.slice(0, 100)} twice`);
      files.set(name, tar.subarray(at + block, at + block + size));
    } else if (type !== '5') return err('it holds something else than files and folders');
    at += block + Math.ceil(size / block) * block;
  }
  return ok(files);
}

/** The compiled policy and the data of a bundle, or what is wrong with it, in words. Never throws. */
export async function readBundle(bytes: Uint8Array): Promise<Result<Bundle, string>> {
  if (bytes.length > largestBundle) return err(`it is larger than ${largestBundle} bytes`);
  let tar: Buffer;
  try {
    tar = await unpack(bytes, { maxOutputLength: largestUnpacked });
  } catch (error) {
    return err(error instanceof RangeError ? `it unpacks to more than ${largestUnpacked} bytes` : 'it is not gzipped');
  }
  const files = filesOf(tar);
  if (!files.ok) return files;
  const compiled = files.value.get('policy.wasm');
  if (!compiled) return err('it holds no policy.wasm: build it with `opa build -t wasm`');
  const nested = [...files.value.keys()].find((name) => /\/data\.(json|ya?ml)$/.test(name));
  if (nested !== undefined) return err(`it holds data in a folder (${nested.slice(0, 100)}); \`opa build\` joins all data into one data.json`);
  const data = files.value.get('data.json')?.toString('utf8') ?? '{}';
  try {
    JSON.parse(data);
  } catch {
    return err('its data.json is not JSON');
  }
  const wasm = new Uint8Array(compiled);
  const pages = wasmProblem(wasm);
  return pages.ok ? ok({ wasm, data, memoryPages: pages.value }) : pages;
}
