// The files of a model on disk, and their digests in the hashes of OpenSSF model signing, with constant memory.
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { blake3 } from '@noble/hashes/blake3.js';
import { UnreadableError } from '#cli/artifact.ts';
import { systemReason } from '#cli/output.ts';
import type { ModelHash } from '#lib/evidence/format/model-signing.ts';
import type { ModelOnDisk } from '#lib/evidence/model-signature.ts';

const BLOCK_BYTES = 1 << 20;
const MOST_FILES = 1_000_000;

/**
 * Lists a model: a folder with all below it, or one file, which then has the path `.`.
 *
 * @param followLinks whether links to files count as files, as some signatures allow. Links to folders never do: they could lead round in circles.
 * @throws UnreadableError when something cannot be listed.
 */
export async function readModel(root: string, followLinks: boolean): Promise<ModelOnDisk> {
  const files: { path: string; size: number }[] = [];
  const others: { path: string; kind: string }[] = [];
  try {
    const found = await stat(root);
    if (found.isFile()) files.push({ path: '.', size: found.size });
    else if (found.isDirectory()) await walk(root, followLinks, files, others);
    else throw new UnreadableError(`"${root}" is neither a file nor a folder`);
  } catch (error) {
    throw error instanceof UnreadableError ? error : new UnreadableError(`"${root}" cannot be read: ${systemReason(error)}`);
  }
  return { files, others, digest: async (path, hash, range) => digestOf(path === '.' ? root : join(root, path), hash, range, followLinks || path === '.') };
}

async function walk(root: string, followLinks: boolean, files: { path: string; size: number }[], others: { path: string; kind: string }[]): Promise<void> {
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (files.length + others.length > MOST_FILES) throw new UnreadableError(`"${root}" holds more than ${String(MOST_FILES)} files`);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) files.push({ path, size: (await lstat(join(root, path))).size });
      else if (entry.isSymbolicLink() && followLinks) await addLink(root, path, files, others);
      else others.push({ path, kind: entry.isSymbolicLink() ? 'a symbolic link' : 'neither a file nor a folder' });
    }
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function addLink(root: string, path: string, files: { path: string; size: number }[], others: { path: string; kind: string }[]): Promise<void> {
  const target: Stats | null = await stat(join(root, path)).catch(() => null);
  if (target?.isFile() === true) files.push({ path, size: target.size });
  else others.push({ path, kind: target === null ? 'a link to nothing' : 'a link to a folder' });
}

type Hasher = { readonly update: (block: Uint8Array) => void; readonly hex: () => string };

function hasher(hash: ModelHash): Hasher {
  if (hash === 'blake3') {
    const state = blake3.create();
    return { update: (block) => void state.update(block), hex: () => Buffer.from(state.digest()).toString('hex') };
  }
  const state = createHash(hash === 'blake2b' ? 'blake2b512' : 'sha256');
  return { update: (block) => void state.update(block), hex: () => state.digest('hex') };
}

async function digestOf(path: string, hash: ModelHash, range: { readonly start: number; readonly end: number } | null, followLinks: boolean): Promise<string> {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | (followLinks ? 0 : constants.O_NOFOLLOW));
  } catch (error) {
    throw new UnreadableError(`"${path}" cannot be read: ${systemReason(error)}`);
  }
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw new UnreadableError(`"${path}" is not a file`);
    const state = hasher(hash);
    const end = range?.end ?? found.size;
    const block = Buffer.allocUnsafe(Math.max(1, Math.min(BLOCK_BYTES, end - (range?.start ?? 0))));
    for (let at = range?.start ?? 0; at < end;) {
      const read = readSync(descriptor, block, 0, Math.min(block.length, end - at), at);
      if (read === 0) throw new UnreadableError(`"${path}" changes while it is read`);
      state.update(block.subarray(0, read));
      at += read;
    }
    await yieldToEvents();
    return state.hex();
  } finally {
    closeSync(descriptor);
  }
}
