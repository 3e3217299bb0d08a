// OpenSSF model signing: the manifest of a model's files that a signature covers, in all its versions (github.com/sigstore/model-transparency). Pure.
//
// The signature itself is a Sigstore bundle around an in-toto statement. From v1.0 on the files stand in the predicate and the one subject is
// the model; in v0.2 the files were the subjects.
import { createHash } from 'node:crypto';
import { fieldOf, isRecord, type JsonRecord } from '#lib/evidence/format/json-reader.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';

export const MODEL_SIGNATURE_TYPE = 'https://model_signing/signature/v1.0';
/** The predicate type of the releases before v1.0. */
export const MODEL_DIGESTS_TYPE = 'https://model_signing/Digests/v0.1';

export const MODEL_HASHES = ['sha256', 'blake2b', 'blake3'] as const;
export type ModelHash = (typeof MODEL_HASHES)[number];

/** A file, or the part `[start, end)` of one. `path` is relative to the model, with `/`; `.` where the model is one file. */
export type ModelResource = { readonly path: string; readonly range: { readonly start: number; readonly end: number } | null; readonly digest: string };

export type ModelManifest = {
  readonly name: string;
  readonly hash: ModelHash;
  /** Null where whole files are digested; else the size of a shard in bytes. */
  readonly shardSize: number | null;
  readonly allowSymlinks: boolean;
  /** Paths below the model that were left out when it was signed. */
  readonly ignoredPaths: readonly string[];
  readonly resources: readonly ModelResource[];
  /** The digest of the model as a whole, as its subject names it; null before v1.0. */
  readonly claimedRoot: string | null;
};

const MOST_RESOURCES = 1_000_000;
const LONGEST_PATH = 4_096;

export const isModelStatement = (statement: unknown): statement is JsonRecord => isRecord(statement) && (statement['predicateType'] === MODEL_SIGNATURE_TYPE || statement['predicateType'] === MODEL_DIGESTS_TYPE);

/** Reads the manifest, or says what about it cannot be. */
export function readModelManifest(statement: JsonRecord): Result<ModelManifest, string> {
  return statement['predicateType'] === MODEL_DIGESTS_TYPE ? readEarlyManifest(statement) : readManifest(statement);
}

function readManifest(statement: JsonRecord): Result<ModelManifest, string> {
  const subjects = fieldOf(statement, 'subject');
  const [subject] = Array.isArray(subjects) ? (subjects as unknown[]) : [];
  if (!Array.isArray(subjects) || subjects.length !== 1 || !isRecord(subject)) return err('a model signature has exactly one subject, the model');
  const digests = fieldOf(subject, 'digest');
  const claimedRoot = isRecord(digests) ? fieldOf(digests, 'sha256') : undefined;
  if (typeof claimedRoot !== 'string' || !/^[0-9a-f]{64}$/.test(claimedRoot)) return err('the subject has no SHA-256');
  const predicate = fieldOf(statement, 'predicate');
  const serialization = isRecord(predicate) ? fieldOf(predicate, 'serialization') : undefined;
  const listed = isRecord(predicate) ? fieldOf(predicate, 'resources') : undefined;
  if (!isRecord(serialization) || !Array.isArray(listed)) return err('the predicate has no serialization or no resources');
  const method = fieldOf(serialization, 'method');
  if (method !== 'files' && method !== 'shards') return err(`the method ${String(method).slice(0, 50)} is not known: files and shards are`);
  const hash = MODEL_HASHES.find((name) => name === fieldOf(serialization, 'hash_type'));
  if (hash === undefined) return err(`the hash ${String(fieldOf(serialization, 'hash_type')).slice(0, 50)} is not known: ${MODEL_HASHES.join(', ')} are`);
  const shardSize = method === 'files' ? null : fieldOf(serialization, 'shard_size');
  if (shardSize !== null && !(typeof shardSize === 'number' && Number.isSafeInteger(shardSize) && shardSize > 0)) return err('the size of shards is not a positive integer');
  const ignored = fieldOf(serialization, 'ignore_paths');
  if (ignored !== undefined && !(Array.isArray(ignored) && ignored.length <= 10_000 && ignored.every((path) => typeof path === 'string' && path.length <= LONGEST_PATH))) return err('ignore_paths is not a list of paths');
  const resources = readResources(listed as unknown[], hash, method === 'shards');
  if (!resources.ok) return resources;
  const name = fieldOf(subject, 'name');
  return ok({ name: typeof name === 'string' ? name : '', hash, shardSize, allowSymlinks: fieldOf(serialization, 'allow_symlinks') === true, ignoredPaths: (ignored as string[] | undefined) ?? [], resources: resources.value, claimedRoot });
}

/** v0.2: the files are the subjects. */
function readEarlyManifest(statement: JsonRecord): Result<ModelManifest, string> {
  const subjects = fieldOf(statement, 'subject');
  if (!Array.isArray(subjects)) return err('there are no subjects');
  const listed = (subjects as unknown[]).map((subject) => {
    const digests = isRecord(subject) ? fieldOf(subject, 'digest') : undefined;
    return { name: isRecord(subject) ? fieldOf(subject, 'name') : undefined, algorithm: 'sha256', digest: isRecord(digests) ? fieldOf(digests, 'sha256') : undefined };
  });
  const resources = readResources(listed, 'sha256', false);
  return resources.ok ? ok({ name: '', hash: 'sha256', shardSize: null, allowSymlinks: false, ignoredPaths: [], resources: resources.value, claimedRoot: null }) : resources;
}

function readResources(listed: readonly unknown[], hash: ModelHash, sharded: boolean): Result<ModelResource[], string> {
  if (listed.length === 0 || listed.length > MOST_RESOURCES) return err(`a model has 1 to ${String(MOST_RESOURCES)} files, not ${String(listed.length)}`);
  const resources: ModelResource[] = [];
  const seen = new Set<string>();
  const digestForm = hash === 'blake2b' ? /^[0-9a-f]{128}$/ : /^[0-9a-f]{64}$/;
  for (const [index, entry] of listed.entries()) {
    const where = `resource ${String(index + 1)}`;
    const name = isRecord(entry) ? fieldOf(entry, 'name') : undefined;
    const digest = isRecord(entry) ? fieldOf(entry, 'digest') : undefined;
    const algorithm = isRecord(entry) ? fieldOf(entry, 'algorithm') : undefined;
    if (typeof name !== 'string' || typeof digest !== 'string') return err(`${where} has no name or no digest`);
    // A shard's algorithm carries its size: sha256-sharded-1000.
    if (typeof algorithm !== 'string' || (algorithm !== hash && !(sharded && algorithm.startsWith(`${hash}-sharded`)))) return err(`${where} is digested with another algorithm than ${hash}`);
    if (!digestForm.test(digest)) return err(`the digest of ${where} is not ${hash} in lower-case hexadecimal`);
    const shard = sharded ? /^(.*):(0|[1-9][0-9]{0,15}):([1-9][0-9]{0,15})$/s.exec(name) : null;
    if (sharded && shard === null) return err(`the name of ${where} is not that of a shard, path:start:end`);
    const path = shard?.[1] ?? name;
    if (!isInside(path)) return err(`the path of ${where} does not lie inside the model`);
    const key = name;
    if (seen.has(key)) return err(`${JSON.stringify(name.slice(0, 200))} is listed twice`);
    seen.add(key);
    resources.push({ path, range: shard === null ? null : { start: Number(shard[2]), end: Number(shard[3]) }, digest });
  }
  return ok(resources);
}

/** A relative path in its only spelling: no `..`, no empty part, no NUL; `.` alone is the model itself. */
function isInside(path: string): boolean {
  if (path === '.') return true;
  return path !== '' && path.length <= LONGEST_PATH && !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** SHA-256 over the raw digests of the resources in the order listed: what the subject must name. */
export function modelRoot(resources: readonly Pick<ModelResource, 'digest'>[]): string {
  const hash = createHash('sha256');
  for (const { digest } of resources) hash.update(Buffer.from(digest, 'hex'));
  return hash.digest('hex');
}

/**
 * The digest that Gatehouse gives a folder of just these files (docs/wire-contract.md): the SHA-256 of what `sha256sum` prints, sorted by path.
 * It links a model's signature with the version that a run reported.
 */
export function folderDigest(resources: readonly Pick<ModelResource, 'path' | 'digest'>[]): string {
  const hash = createHash('sha256');
  const sorted = resources.map(({ path, digest }) => ({ path: Buffer.from(path), digest })).sort((a, b) => Buffer.compare(a.path, b.path));
  for (const { path, digest } of sorted) {
    const name = path.toString('latin1');
    const escaped = name.replace(/[\\\n\r]/g, (character) => ({ '\\': '\\\\', '\n': '\\n', '\r': '\\r' })[character] ?? character);
    hash.update(Buffer.from(`${escaped === name ? '' : '\\'}${digest}  ${escaped}\n`, 'latin1'));
  }
  return `sha256:${hash.digest('hex')}`;
}

/** Is the path one of the ignored ones, or inside one? Compared part by part, so that `a` covers `a/b` and never `ab`. */
export function isIgnored(path: string, ignored: readonly string[]): boolean {
  return ignored.some((candidate) => {
    const clean = candidate.replace(/^\.\//, '').replace(/\/+$/, '');
    return isInside(clean) && clean !== '.' && (path === clean || path.startsWith(`${clean}/`));
  });
}

/**
 * The bytes that v0.2 signed by mistake: `DSSEV1` with a capital V, and the payload as Python writes a bytes literal.
 * It names the payload whole, so nothing else can be read into it.
 */
export function earlyEncoding(payloadType: string, payload: Uint8Array): Buffer {
  return Buffer.from(`DSSEV1 ${String(payloadType.length)} ${payloadType} ${String(payload.length)} ${pythonBytes(payload)}`, 'utf8');
}

/** `repr(bytes)` in Python. */
export function pythonBytes(bytes: Uint8Array): string {
  const quote = bytes.includes(0x27) && !bytes.includes(0x22) ? '"' : "'";
  const named: Readonly<Record<number, string>> = { 0x09: '\\t', 0x0a: '\\n', 0x0d: '\\r', 0x5c: '\\\\' };
  const out: string[] = [];
  for (const byte of bytes) {
    const escape = named[byte];
    if (escape !== undefined) out.push(escape);
    else if (byte === quote.charCodeAt(0)) out.push(`\\${quote}`);
    else if (byte < 0x20 || byte >= 0x7f) out.push(`\\x${byte.toString(16).padStart(2, '0')}`);
    else out.push(String.fromCharCode(byte));
  }
  return `b${quote}${out.join('')}${quote}`;
}
