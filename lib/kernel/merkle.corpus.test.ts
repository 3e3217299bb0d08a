// The inclusion and consistency proofs of transparency-dev/merkle: `wantErr` says which must fail.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyConsistency, verifyInclusion } from './merkle.ts';

const corpus = join(process.env['CORPUS_DIR'] ?? '../shared/corpus', 'merkle');
type Case = { leafIdx: number; treeSize: number; root: string; leafHash: string; size1: number; size2: number; root1: string; root2: string; proof: string[] | null; desc: string; wantErr: boolean };
const cases = (folder: string) => readdirSync(join(corpus, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json')).sort();
/** Go's JSON writes an absent byte slice as null. */
const bytes = (text: string | null) => Buffer.from(text ?? '', 'base64');
// Numbers of 64 bits are read from the text itself: a double would round them.
const read = (path: string) => {
  const text = readFileSync(path, 'utf8');
  const integer = (key: string) => BigInt(new RegExp(`"${key}":\\s*(-?\\d+)`).exec(text)?.[1] ?? '0');
  return { of: JSON.parse(text) as Case, integer };
};

describe.each(cases('inclusion'))('inclusion %s', (file) => {
  it('has the verdict that the case demands', () => {
    const { of, integer } = read(join(corpus, 'inclusion', file));
    const result = verifyInclusion({ index: integer('leafIdx'), size: integer('treeSize'), leaf: bytes(of.leafHash), proof: (of.proof ?? []).map(bytes), root: bytes(of.root) });
    expect(!result.ok, result.ok ? of.desc : result.error).toBe(of.wantErr);
  });
});

describe.each(cases('consistency'))('consistency %s', (file) => {
  it('has the verdict that the case demands', () => {
    const { of, integer } = read(join(corpus, 'consistency', file));
    const result = verifyConsistency({ size1: integer('size1'), size2: integer('size2'), root1: bytes(of.root1), root2: bytes(of.root2), proof: (of.proof ?? []).map(bytes) });
    expect(!result.ok, result.ok ? of.desc : result.error).toBe(of.wantErr);
  });
});
