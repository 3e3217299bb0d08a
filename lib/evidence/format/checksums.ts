// Plain checksums files, as sha256sum and BSD's sha256 write them (SHA256SUMS). Pure.
import { err, ok, type Result } from '#lib/kernel/result.ts';

export type ChecksumAlgorithm = 'sha256' | 'sha384' | 'sha512';
export type Checksum = { readonly algorithm: ChecksumAlgorithm; readonly digest: string; readonly name: string };

const BY_LENGTH: ReadonlyMap<number, ChecksumAlgorithm> = new Map([[64, 'sha256'], [96, 'sha384'], [128, 'sha512']]);
const WEAK_LENGTHS: ReadonlyMap<number, string> = new Map([[32, 'MD5'], [40, 'SHA-1'], [56, 'SHA-224']]);
const GNU = /^(\\?)([0-9a-fA-F]+) [ *](.+)$/;
const BSD = /^(\\?)SHA(256|384|512) \((.+)\) = ([0-9a-fA-F]+)$/;
const MOST_LINES = 1_000_000;

/** Could the text be such a file? Its first line that is neither empty nor a comment decides. */
export const looksLikeChecksums = (text: string): boolean => {
  const first = text.slice(0, 5_000).split('\n').find((line) => line.trim() !== '' && !line.startsWith('#'))?.trimEnd() ?? '';
  return /^\\?[0-9a-fA-F]{32,128} [ *]\S/.test(first) || BSD.test(first);
};

/** Reads all lines. Empty lines and lines that begin with # are skipped; anything else that is no checksum refuses the file. */
export function readChecksums(text: string): Result<Checksum[], string> {
  const lines = text.split('\n');
  if (lines.length > MOST_LINES) return err(`more than ${String(MOST_LINES)} lines`);
  const read: Checksum[] = [];
  const seen = new Map<string, string>();
  for (const [index, raw] of lines.entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line.trim() === '' || line.startsWith('#')) continue;
    const checksum = readLine(line);
    if (!checksum.ok) return err(`line ${String(index + 1)}: ${checksum.error}`);
    const { algorithm, digest, name } = checksum.value;
    const key = `${algorithm} ${name}`;
    // Two digests for one name: which one a reader takes would be its own choice.
    if (seen.has(key) && seen.get(key) !== digest) return err(`line ${String(index + 1)}: another ${algorithm} stands for ${JSON.stringify(name.slice(0, 200))} already`);
    seen.set(key, digest);
    read.push(checksum.value);
  }
  return read.length === 0 ? err('there is no checksum') : ok(read);
}

function readLine(line: string): Result<Checksum, string> {
  const bsd = BSD.exec(line);
  const gnu = bsd === null ? GNU.exec(line) : null;
  const digest = (bsd?.[4] ?? gnu?.[2] ?? '').toLowerCase();
  const weak = WEAK_LENGTHS.get(digest.length);
  if (weak !== undefined) return err(`${weak} is too weak: SHA-256, SHA-384 and SHA-512 are accepted`);
  const algorithm = BY_LENGTH.get(digest.length);
  if (algorithm === undefined || (bsd !== null && algorithm !== `sha${bsd[2] ?? ''}`)) return err('not a checksum and a name');
  const escaped = (bsd?.[1] ?? gnu?.[1]) === '\\';
  const name = bsd?.[3] ?? gnu?.[3] ?? '';
  return ok({ algorithm, digest, name: escaped ? name.replace(/\\([nr\\])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\')) : name });
}
