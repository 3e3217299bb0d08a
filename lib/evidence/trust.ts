// Trust: which keys may sign for a team, for which builders, and when. Pure.
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { keyId } from '#lib/evidence/format/key-id.ts';
import { digestOf } from '#lib/kernel/canonical-json.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';

export type KeyAlgorithm = 'ecdsa-p256' | 'ed25519';

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

/** The digest of the trust in canonical form: equal exactly when the same evidence would be judged alike. */
export function trustDigest(trust: Trust): string {
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
 * Reads one pasted public key (PEM, SubjectPublicKeyInfo): ECDSA on P-256, or Ed25519.
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
  const algorithm = algorithmOf(key);
  if (algorithm === null) return err(`the key is ${describeKind(key)}; ECDSA on the curve P-256 or Ed25519 is needed`);
  return ok({ keyId: keyId(key), algorithm, publicKeyPem: key.export({ type: 'spki', format: 'pem' }).toString() });
}

function algorithmOf(key: KeyObject): KeyAlgorithm | null {
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519';
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ecdsa-p256' : null;
}

const describeKind = (key: KeyObject): string => `of the kind ${key.asymmetricKeyType ?? 'unknown'}${key.asymmetricKeyDetails?.namedCurve ? ` on the curve ${key.asymmetricKeyDetails.namedCurve}` : ''}`;

/** In which encoding an ECDSA signature came: DER (RFC 3279) or the two numbers side by side (IEEE P1363). */
export type SignatureEncoding = 'DER' | 'r‖s' | 'Ed25519';

/** Reading a key costs as much as verifying with it, and a team's few keys verify everything: what a text is read as never changes. */
const readKeys = new Map<string, { keyId: string; algorithm: KeyAlgorithm; object: KeyObject } | null>();
const MOST_READ_KEYS = 1_000;

function keyObjectOf(publicKeyPem: string): { keyId: string; algorithm: KeyAlgorithm; object: KeyObject } | null {
  const known = readKeys.get(publicKeyPem);
  if (known !== undefined) return known;
  const read = readPublicKey(publicKeyPem);
  const made = read.ok ? { keyId: read.value.keyId, algorithm: read.value.algorithm, object: createPublicKey(read.value.publicKeyPem) } : null;
  if (readKeys.size >= MOST_READ_KEYS) readKeys.clear();
  readKeys.set(publicKeyPem, made);
  return made;
}

/** The key to verify with; null where what is stored under the key's id is not that key. */
function publicKeyOf(key: TrustedKey): KeyObject | null {
  const read = keyObjectOf(key.publicKeyPem);
  return read?.keyId === key.keyId && read.algorithm === key.algorithm ? read.object : null;
}

/** Does a signature of this key cover exactly these bytes? Returns the encoding in which it does, or null. */
export function matchingEncoding(key: TrustedKey, message: Uint8Array, signature: Uint8Array): SignatureEncoding | null {
  const object = publicKeyOf(key);
  if (object === null) return null;
  switch (key.algorithm) {
    case 'ed25519':
      return signature.length === 64 && accepts(() => verify(null, message, object, signature)) ? 'Ed25519' : null;
    case 'ecdsa-p256':
      if (signature[0] === 0x30 && accepts(() => verify('sha256', message, { key: object, dsaEncoding: 'der' }, signature))) return 'DER';
      return signature.length === 64 && accepts(() => verify('sha256', message, { key: object, dsaEncoding: 'ieee-p1363' }, signature)) ? 'r‖s' : null;
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
