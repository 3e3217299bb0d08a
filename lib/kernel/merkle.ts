// Merkle trees of append-only logs: roots, inclusion proofs and consistency proofs (RFC 6962, section 2.1; RFC 9162, sections 2.1.3 and 2.1.4).
//
// Leaves and nodes are hashed with different prefixes, so that a node can never be taken for a leaf. Proofs are verified by
// recomputing the root from the claimed index and size; a proof that is longer or shorter than these demand is refused.
import { createHash } from 'node:crypto';
import { err, ok, type Result } from '#lib/kernel/result.ts';

/** A SHA-256, 32 bytes. */
export type Hash = Uint8Array;

export const HASH_BYTES = 32;
const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);

/** The hash of a leaf: SHA-256(0x00 ‖ data). */
export const leafHash = (data: Uint8Array): Hash => createHash('sha256').update(LEAF_PREFIX).update(data).digest();

/** The hash of an inner node: SHA-256(0x01 ‖ left ‖ right). */
export const nodeHash = (left: Hash, right: Hash): Hash => createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest();

/** The root of the empty tree: SHA-256 of nothing. */
export const emptyRoot = (): Hash => createHash('sha256').digest();

/** The largest power of two smaller than `size`, for sizes above one. */
function split(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** The root over leaf hashes `[from, to)`. */
function subtree(leaves: readonly Hash[], from: number, to: number): Hash {
  if (to - from === 0) return emptyRoot();
  const only = leaves[from];
  if (to - from === 1 && only !== undefined) return only;
  const middle = from + split(to - from);
  return nodeHash(subtree(leaves, from, middle), subtree(leaves, middle, to));
}

/** The Merkle tree hash over leaf hashes, in order. */
export const rootOf = (leaves: readonly Hash[]): Hash => subtree(leaves, 0, leaves.length);

/** The audit path of the leaf at `index` in the tree of all `leaves`, from the leaf to the root. */
export function inclusionProof(leaves: readonly Hash[], index: number): Hash[] {
  if (!Number.isSafeInteger(index) || index < 0 || index >= leaves.length) throw new RangeError(`there is no leaf ${String(index)} in a tree of ${String(leaves.length)}`);
  const path = (from: number, to: number): Hash[] => {
    if (to - from === 1) return [];
    const middle = from + split(to - from);
    return index < middle ? [...path(from, middle), subtree(leaves, middle, to)] : [...path(middle, to), subtree(leaves, from, middle)];
  };
  return path(0, leaves.length);
}

/** The proof that the tree of the first `size` leaves is a prefix of the tree of all `leaves`. */
export function consistencyProof(leaves: readonly Hash[], size: number): Hash[] {
  if (!Number.isSafeInteger(size) || size < 1 || size > leaves.length) throw new RangeError(`a tree of ${String(leaves.length)} has no earlier tree of ${String(size)}`);
  const proof = (upTo: number, from: number, to: number, whole: boolean): Hash[] => {
    if (upTo === to) return whole ? [] : [subtree(leaves, from, to)];
    const middle = from + split(to - from);
    return upTo <= middle ? [...proof(upTo, from, middle, whole), subtree(leaves, middle, to)] : [...proof(upTo, middle, to, false), subtree(leaves, from, middle)];
  };
  return proof(size, 0, leaves.length, true);
}

const isHash = (hash: Uint8Array): boolean => hash.length === HASH_BYTES;
const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);
const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');

/** Sizes and indices come from untrusted documents and may exceed what a double holds. */
export type InclusionClaim = { readonly index: bigint; readonly size: bigint; readonly leaf: Hash; readonly proof: readonly Uint8Array[]; readonly root: Uint8Array };

/** The root that an audit path leads to, or why the path cannot belong to this index and size (RFC 9162, section 2.1.3.2). */
export function rootFromInclusion({ index, size, leaf, proof }: Omit<InclusionClaim, 'root'>): Result<Hash, string> {
  if (size < 1n || index < 0n || index >= size) return err(`index ${String(index)} lies outside a tree of ${String(size)}`);
  if (size >= 1n << 64n) return err('the tree is larger than 2^64');
  if (!isHash(leaf) || !proof.every(isHash)) return err('a hash is not 32 bytes long');
  let at = index;
  let last = size - 1n;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0n) return err(`the proof has ${String(proof.length)} hashes, more than index ${String(index)} of ${String(size)} has levels`);
    if ((at & 1n) === 1n || at === last) {
      hash = nodeHash(sibling, hash);
      while ((at & 1n) === 0n && at !== 0n) {
        at >>= 1n;
        last >>= 1n;
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    at >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? ok(hash) : err(`the proof has ${String(proof.length)} hashes, fewer than index ${String(index)} of ${String(size)} has levels`);
}

/** Is the leaf at `index` of the tree of this size and root? Returns why not. */
export function verifyInclusion(claim: InclusionClaim): Result<null, string> {
  const computed = rootFromInclusion(claim);
  if (!computed.ok) return computed;
  return equal(computed.value, claim.root) ? ok(null) : err(`the proof leads to the root ${hex(computed.value)}`);
}

export type ConsistencyClaim = { readonly size1: bigint; readonly size2: bigint; readonly root1: Uint8Array; readonly root2: Uint8Array; readonly proof: readonly Uint8Array[] };

/** Is the tree of `size1` leaves a prefix of the one of `size2` (RFC 9162, section 2.1.4.2)? Returns why not. */
export function verifyConsistency({ size1, size2, root1, root2, proof }: ConsistencyClaim): Result<null, string> {
  if (size1 < 0n || size2 < size1) return err(`a tree of ${String(size2)} cannot follow one of ${String(size1)}`);
  if (size2 >= 1n << 64n) return err('the tree is larger than 2^64');
  if (!isHash(root1) || !isHash(root2) || !proof.every(isHash)) return err('a hash is not 32 bytes long');
  if (size1 === size2) return proof.length > 0 ? err('a tree needs no proof to follow itself') : equal(root1, root2) ? ok(null) : err('two roots for one size');
  if (size1 === 0n) return proof.length > 0 ? err('every tree follows the empty one, without a proof') : equal(root1, emptyRoot()) ? ok(null) : err('the root of the empty tree is the SHA-256 of nothing');
  let at = size1 - 1n;
  let last = size2 - 1n;
  while ((at & 1n) === 1n) {
    at >>= 1n;
    last >>= 1n;
  }
  // A first tree of a power of two is a node of the second one, and its root is not repeated in the proof.
  const path = at === 0n ? [root1, ...proof] : [...proof];
  const [first, ...rest] = path;
  if (first === undefined || (at === 0n && proof.length === 0)) return err('the proof is empty');
  let hash1 = first;
  let hash2 = first;
  for (const sibling of rest) {
    if (last === 0n) return err('the proof has too many hashes');
    if ((at & 1n) === 1n || at === last) {
      hash1 = nodeHash(sibling, hash1);
      hash2 = nodeHash(sibling, hash2);
      while ((at & 1n) === 0n && at !== 0n) {
        at >>= 1n;
        last >>= 1n;
      }
    } else {
      hash2 = nodeHash(hash2, sibling);
    }
    at >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) return err('the proof has too few hashes');
  if (!equal(hash1, root1)) return err(`the proof leads to the first root ${hex(hash1)}`);
  return equal(hash2, root2) ? ok(null) : err(`the proof leads to the second root ${hex(hash2)}`);
}
