// The file that evidence is about: its bytes where it is small, its digests at any size.
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { UsageError } from '#cli/arguments.ts';
import { DigestError, digestPath } from '#cli/digest.ts';
import { systemReason } from '#cli/output.ts';
import type { Artifact } from '#lib/evidence/sigstore/trust.ts';

/** Some signatures cover the content and not its digest, so that the content must fit into memory. */
const LARGEST_IN_MEMORY = 64 * 1024 * 1024;
const BLOCK_BYTES = 1 << 20;
const HASHES = ['sha256', 'sha384', 'sha512'];

/** A file cannot be read; exit code 66. */
export class UnreadableError extends Error {
  override name = 'UnreadableError';
}

/**
 * Reads a whole file of at most `most` bytes.
 *
 * @throws UnreadableError when it is missing, larger, or no file.
 */
export function readSmallFile(path: string, most: number, what: string): Buffer {
  const descriptor = openFile(path, what);
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw new UnreadableError(`${what} "${path}" is not a file`);
    if (found.size > most) throw new UnreadableError(`${what} "${path}" has ${String(found.size)} bytes; at most ${String(most)} are read`);
    return readFileSync(descriptor);
  } catch (error) {
    throw error instanceof UnreadableError ? error : new UnreadableError(`${what} "${path}" cannot be read: ${systemReason(error)}`);
  } finally {
    closeSync(descriptor);
  }
}

function openFile(path: string, what: string): number {
  try {
    // Without O_NONBLOCK, a pipe would be waited for for ever.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new UnreadableError(`${what} "${path}" cannot be read: ${systemReason(error)}`);
  }
}

/** The artifact in a file. Memory stays bounded whatever its size. */
export function artifactOfFile(path: string): Artifact {
  const descriptor = openFile(path, 'the file');
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw new UnreadableError(`"${path}" is not a file`);
    const hashes = HASHES.map((name) => ({ name, hash: createHash(name) }));
    const kept: Buffer[] | null = found.size <= LARGEST_IN_MEMORY ? [] : null;
    const block = Buffer.allocUnsafe(BLOCK_BYTES);
    let total = 0;
    for (let read = readSync(descriptor, block); read > 0; read = readSync(descriptor, block)) {
      const part = block.subarray(0, read);
      for (const { hash } of hashes) hash.update(part);
      total += read;
      if (total > found.size) throw new UnreadableError(`"${path}" changes while it is read`);
      kept?.push(Buffer.from(part));
    }
    const digests = new Map(hashes.map(({ name, hash }) => [name, hash.digest()]));
    return { name: path, bytes: kept === null ? null : Buffer.concat(kept), digest: (algorithm) => digests.get(algorithm) ?? null };
  } catch (error) {
    throw error instanceof UnreadableError ? error : new UnreadableError(`"${path}" cannot be read: ${systemReason(error)}`);
  } finally {
    closeSync(descriptor);
  }
}

/** A folder as an artifact: the digest that `gatehouse run` reports for it. */
export async function artifactOfFolder(path: string): Promise<Artifact> {
  try {
    const digest = Buffer.from((await digestPath(path)).hex, 'hex');
    return { name: path, bytes: null, digest: (algorithm) => (algorithm === 'sha256' ? digest : null) };
  } catch (error) {
    throw error instanceof DigestError ? new UnreadableError(error.message) : error;
  }
}

const LENGTHS: ReadonlyMap<string, number> = new Map([['sha256', 64], ['sha384', 96], ['sha512', 128]]);

/** An artifact of which the digest alone is known; null where the text is no digest. */
export function artifactOfDigest(text: string): Artifact | null {
  const [, algorithm = '', hex = ''] = /^(sha(?:256|384|512)):([0-9a-fA-F]+)$/.exec(text) ?? [];
  if (algorithm === '') return null;
  if (hex.length !== LENGTHS.get(algorithm)) throw new UsageError(`"${text.slice(0, 150)}" is not a ${algorithm} digest in hexadecimal`);
  const digest = Buffer.from(hex, 'hex');
  return { name: 'the digest as given', bytes: null, digest: (asked) => (asked === algorithm ? digest : null) };
}
