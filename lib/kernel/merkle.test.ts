// Merkle trees: every proof that is made verifies, and nothing that is changed does.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consistencyProof, emptyRoot, inclusionProof, leafHash, rootOf, verifyConsistency, verifyInclusion } from './merkle.ts';

const leaves = (count: number) => Array.from({ length: count }, (_, at) => leafHash(Buffer.from(`leaf ${at}`)));

describe('a Merkle tree', () => {
  it('has the roots of RFC 6962 for no leaf and for the test vector of eight', () => {
    expect(Buffer.from(emptyRoot()).toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
    expect(Buffer.from(rootOf(inputs.map((input) => leafHash(Buffer.from(input, 'hex'))))).toString('hex')).toBe('5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
  });

  it('proves every leaf of every size up to 40, and no leaf at another index, in another size or with another root', () => {
    for (let size = 1; size <= 40; size += 1) {
      const tree = leaves(size);
      const root = rootOf(tree);
      for (let index = 0; index < size; index += 1) {
        const claim = { index: BigInt(index), size: BigInt(size), leaf: tree[index] ?? emptyRoot(), proof: inclusionProof(tree, index), root };
        expect(verifyInclusion(claim).ok).toBe(true);
        if (size > 1) expect(verifyInclusion({ ...claim, index: BigInt((index + 1) % size) }).ok).toBe(false);
        expect(verifyInclusion({ ...claim, root: emptyRoot() }).ok).toBe(false);
        expect(verifyInclusion({ ...claim, proof: [...claim.proof, emptyRoot()] }).ok).toBe(false);
      }
    }
  });

  it('proves that every earlier tree is a prefix, and refuses another history', () => {
    for (let size2 = 1; size2 <= 40; size2 += 1) {
      const tree = leaves(size2);
      for (let size1 = 1; size1 <= size2; size1 += 1) {
        const claim = { size1: BigInt(size1), size2: BigInt(size2), root1: rootOf(tree.slice(0, size1)), root2: rootOf(tree), proof: consistencyProof(tree, size1) };
        expect(verifyConsistency(claim).ok).toBe(true);
        const rewritten = [leafHash(Buffer.from('another')), ...tree.slice(1)];
        expect(verifyConsistency({ ...claim, root2: rootOf(rewritten) }).ok).toBe(false);
        if (size1 < size2) expect(verifyConsistency({ ...claim, root1: rootOf(rewritten.slice(0, size1)), proof: consistencyProof(rewritten, size1) }).ok).toBe(false);
      }
    }
  });

  it('refuses any proof with a flipped bit', () => {
    const tree = leaves(23);
    const root = rootOf(tree);
    fc.assert(fc.property(fc.nat(22), fc.nat(4), fc.nat(31), fc.integer({ min: 1, max: 255 }), (index, which, byte, mask) => {
      const proof = inclusionProof(tree, index).map((hash) => Uint8Array.from(hash));
      const hit = proof[which % proof.length];
      if (hit === undefined) return;
      hit[byte] = (hit[byte] ?? 0) ^ mask;
      expect(verifyInclusion({ index: BigInt(index), size: 23n, leaf: tree[index] ?? root, proof, root }).ok).toBe(false);
    }));
  });

  it('takes sizes that no double holds', () => {
    expect(verifyInclusion({ index: 1n << 70n, size: 1n << 71n, leaf: emptyRoot(), proof: [], root: emptyRoot() })).toMatchObject({ ok: false });
    expect(verifyInclusion({ index: (1n << 60n) + 1n, size: 1n << 61n, leaf: emptyRoot(), proof: Array.from({ length: 61 }, emptyRoot), root: emptyRoot() })).toMatchObject({ ok: false });
  });
});
