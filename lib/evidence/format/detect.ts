// What kind of evidence a document is, told from its content alone. Pure.
import { isBundle } from '#lib/evidence/format/sigstore-bundle.ts';
import { isCosignBundle } from '#lib/evidence/format/cosign-bundle.ts';
import { looksLikeChecksums } from '#lib/evidence/format/checksums.ts';
import { decodeBase64 } from '#lib/evidence/format/base64.ts';
import { isRecord, type JsonRecord } from '#lib/evidence/format/json-reader.ts';
import type { Result } from '#lib/kernel/result.ts';
import { parseStrictJson, type StrictJsonError } from '#lib/kernel/strict-json.ts';

export type Detected =
  | { readonly kind: 'dsse' }
  | { readonly kind: 'sigstore_bundle'; readonly json: JsonRecord }
  | { readonly kind: 'cosign_bundle'; readonly json: JsonRecord }
  | { readonly kind: 'checksums'; readonly text: string }
  | { readonly kind: 'detached_signature'; readonly signature: Buffer }
  | { readonly kind: 'unknown'; readonly reason: string };

const LONGEST_SIGNATURE = 16 * 1024;
const SHORTEST_SIGNATURE = 60;
const LARGEST_CHECKSUMS = 50 * 1024 * 1024;

/** Tells the format. JSON that is neither bundle nor envelope is called an envelope, whose checks then say what it lacks. */
export function detectFormat(bytes: Uint8Array): Detected {
  const first = bytes.find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  if (first === 0x7b) return detectJson(parseStrictJson(bytes));
  if (isDerSignature(bytes)) return { kind: 'detached_signature', signature: Buffer.from(bytes) };
  if (bytes.length <= LARGEST_CHECKSUMS) {
    const text = utf8(bytes);
    if (text !== null && looksLikeChecksums(text)) return { kind: 'checksums', text };
    const signature = text === null || text.length > LONGEST_SIGNATURE * 1.5 ? null : decodeBase64(text.trim());
    if (signature !== null && signature.ok && signature.value.length >= SHORTEST_SIGNATURE && signature.value.length <= LONGEST_SIGNATURE) return { kind: 'detached_signature', signature: Buffer.from(signature.value) };
  }
  return { kind: 'unknown', reason: 'neither JSON, nor a signature, nor a list of checksums' };
}

function detectJson(json: Result<unknown, StrictJsonError>): Detected {
  if (!json.ok || !isRecord(json.value)) return { kind: 'dsse' };
  if (isBundle(json.value)) return { kind: 'sigstore_bundle', json: json.value };
  return isCosignBundle(json.value) ? { kind: 'cosign_bundle', json: json.value } : { kind: 'dsse' };
}

/** A DER sequence of the length that it claims: how ECDSA signatures are written raw. */
const isDerSignature = (bytes: Uint8Array): boolean => bytes.length >= SHORTEST_SIGNATURE && bytes.length <= 160 && bytes[0] === 0x30 && ((bytes[1] ?? 0) < 0x80 ? bytes[1] === bytes.length - 2 : bytes[1] === 0x81 && bytes[2] === bytes.length - 3);

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
