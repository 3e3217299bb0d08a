// Trust: which keys may sign for a team, for which builders, and when. Pure.
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { signatureCovers, verifyingKey, type KeyKind, type VerifyingKey } from '#lib/evidence/format/public-key.ts';
import { digestOf } from '#lib/kernel/canonical-json.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';

export type KeyAlgorithm = KeyKind;

/** A key that a team once trusted: active, or revoked since. Times are ISO 8601 in UTC; null sets no bound. */
export type TrustedKey = {
  readonly id: string;
  readonly name: string;
  /** Hex SHA-256 of the SubjectPublicKeyInfo in DER. */
  readonly keyId: string;
  readonly publicKeyPem: string;
  readonly algorithm: KeyAlgorithm;
  /** The `builder.id`s that this key may speak for. */
  readonly builderIds: readonly string[];
  readonly state: 'active' | 'revoked';
  readonly validFrom: string | null;
  /** Exclusive. */
  readonly validUntil: string | null;
  readonly revokedAt: string | null;
};

/** Everything that decides whether a signature counts for one team. */
export type Trust = {
  readonly teamId: string;
  /** How many different keys must have signed. */
  readonly threshold: number;
  readonly keys: readonly TrustedKey[];
};

const digests = new WeakMap<Trust, string>();

/** The digest of the trust in canonical form: equal exactly when the same evidence would be judged alike. */
export function trustDigest(trust: Trust): string {
  const known = digests.get(trust);
  if (known !== undefined) return known;
  const digest = computeDigest(trust);
  digests.set(trust, digest);
  return digest;
}

function computeDigest(trust: Trust): string {
  const keys = trust.keys.map((key) => ({
    keyId: key.keyId,
    algorithm: key.algorithm,
    builderIds: [...key.builderIds].sort(),
    state: key.state,
    validFrom: key.validFrom,
    validUntil: key.validUntil,
    revokedAt: key.revokedAt,
  }));
  keys.sort((a, b) => (a.keyId === b.keyId ? (a.revokedAt ?? '').localeCompare(b.revokedAt ?? '') : a.keyId < b.keyId ? -1 : 1));
  return digestOf({ teamId: trust.teamId, threshold: trust.threshold, keys });
}

/** A public key as it is stored: its id, its kind, and its canonical PEM. */
export type PublicKeyFacts = { readonly keyId: string; readonly algorithm: KeyAlgorithm; readonly publicKeyPem: string };

const ONE_PUBLIC_KEY = /^-----BEGIN PUBLIC KEY-----\s[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----$/;

/**
 * Reads one pasted public key (PEM, SubjectPublicKeyInfo): ECDSA on a NIST curve, Ed25519, RSA of 2048 bits or more, ML-DSA.
 *
 * A private key is refused by its label and is never parsed, so it reaches neither a store nor a log.
 */
export function readPublicKey(pem: string): Result<PublicKeyFacts, string> {
  const text = pem.trim();
  if (/PRIVATE KEY/.test(text)) return err('this is a private key: keep it where it signs, consider it exposed, and paste the public key (openssl pkey -in KEY -pubout)');
  if (/BEGIN CERTIFICATE/.test(text)) return err('this is a certificate: paste its public key (openssl x509 -in CERTIFICATE -pubkey -noout)');
  if (!ONE_PUBLIC_KEY.test(text)) return err('exactly one block from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY----- is expected');
  let key: KeyObject;
  try {
    key = createPublicKey({ key: text, format: 'pem' });
  } catch {
    return err('the block does not hold a public key that OpenSSL can read');
  }
  const read = verifyingKey(key);
  if (!read.ok) return read;
  return ok({ keyId: read.value.keyId, algorithm: read.value.kind, publicKeyPem: key.export({ type: 'spki', format: 'pem' }).toString() });
}

/** In which encoding an ECDSA signature came: DER (RFC 3279) or the two numbers side by side (IEEE P1363), both with SHA-256; for other kinds of keys, the scheme in words. */
export type SignatureEncoding = string;

const MOST_KEYS_AT_HAND = 1_000;
const keysAtHand = new Map<string, VerifyingKey | null>();

/** The key to verify with; null where what is stored under the key's id is not that key. Reading a key costs as much as a signature, so it is done once. */
export function publicKeyOf(key: TrustedKey): VerifyingKey | null {
  const name = `${key.keyId} ${key.algorithm} ${key.publicKeyPem}`;
  const known = keysAtHand.get(name);
  if (known !== undefined) return known;
  const read = readPublicKey(key.publicKeyPem);
  const fits = read.ok && read.value.keyId === key.keyId && read.value.algorithm === key.algorithm ? verifyingKey(createPublicKey(read.value.publicKeyPem)) : null;
  if (keysAtHand.size >= MOST_KEYS_AT_HAND) keysAtHand.clear();
  const found = fits !== null && fits.ok ? fits.value : null;
  keysAtHand.set(name, found);
  return found;
}

/** Does a signature of this key cover exactly these bytes? Returns the encoding in which it does, or null. */
export function matchingEncoding(key: TrustedKey, message: Uint8Array, signature: Uint8Array): SignatureEncoding | null {
  const found = publicKeyOf(key);
  if (found === null) return null;
  const object = found.key;
  switch (key.algorithm) {
    case 'ed25519':
      return signature.length === 64 && accepts(() => verify(null, message, object, signature)) ? 'Ed25519' : null;
    case 'ecdsa-p256':
      if (signature[0] === 0x30 && accepts(() => verify('sha256', message, object, signature))) return 'DER';
      return signature.length === 64 && accepts(() => verify('sha256', message, { key: object, dsaEncoding: 'ieee-p1363' }, signature)) ? 'r‖s' : null;
    default:
      return signatureCovers(found, message, signature);
  }
}

function accepts(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

/** Why a key that signed does not count; null when it does. `at` is when the evidence was received. */
export function unusable(key: TrustedKey, at: string): string | null {
  if (key.state === 'revoked') return `revoked at ${key.revokedAt ?? 'an unknown time'}`;
  if (key.validFrom !== null && Date.parse(at) < Date.parse(key.validFrom)) return `not valid before ${key.validFrom}`;
  if (key.validUntil !== null && Date.parse(at) >= Date.parse(key.validUntil)) return `not valid since ${key.validUntil}`;
  return null;
}
