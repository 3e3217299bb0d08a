// Public keys that may verify evidence, and signatures under them. Weak ones are refused here, once. Server and command only.
import { constants, createPublicKey, publicDecrypt, verify, type KeyObject } from 'node:crypto';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { keyId } from '#lib/evidence/format/key-id.ts';
import { KEY_WORDS, type KeyAlgorithmName } from '#lib/evidence/schema.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';

export type KeyKind = KeyAlgorithmName;
export type HashName = 'sha256' | 'sha384' | 'sha512';

/** A public key of a kind that is strong enough. */
export type VerifyingKey = {
  readonly key: KeyObject;
  readonly kind: KeyKind;
  /** Hex SHA-256 of `spki`. */
  readonly keyId: string;
  /** SubjectPublicKeyInfo in DER. */
  readonly spki: Buffer;
};

const LEAST_RSA_BITS = 2048;
const CURVES: ReadonlyMap<string, KeyKind> = new Map([['prime256v1', 'ecdsa-p256'], ['secp384r1', 'ecdsa-p384'], ['secp521r1', 'ecdsa-p521']]);
/** `the ECDSA P-256 key <id>`. */
export const describeKey = ({ kind, keyId: id }: VerifyingKey): string => `the ${KEY_WORDS[kind]} key ${id}`;

/** Accepts a key by kind and size, or says why it is too weak or unknown. */
export function verifyingKey(key: KeyObject): Result<VerifyingKey, string> {
  const kind = kindOf(key);
  return kind.ok ? ok({ key, kind: kind.value, keyId: keyId(key), spki: key.export({ type: 'spki', format: 'der' }) }) : kind;
}

function kindOf(key: KeyObject): Result<KeyKind, string> {
  // Newer kinds than the types of Node know.
  const type: string = key.asymmetricKeyType ?? 'unknown';
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  switch (type) {
    case 'ec': {
      const kind = CURVES.get(namedCurve ?? '');
      return kind === undefined ? err(`a key on the curve ${namedCurve ?? 'unknown'} is not accepted: P-256, P-384 and P-521 are`) : ok(kind);
    }
    case 'ed25519':
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return ok(type);
    case 'rsa':
    case 'rsa-pss':
      return (modulusLength ?? 0) < LEAST_RSA_BITS ? err(`an RSA key of ${String(modulusLength ?? 0)} bits is too weak: ${String(LEAST_RSA_BITS)} are the least`) : ok(type);
    default:
      return err(`a key of the kind ${type} is not accepted: ECDSA, Ed25519, RSA and ML-DSA are`);
  }
}

/** Reads a key from SubjectPublicKeyInfo in DER. */
export function keyFromSpki(der: Uint8Array): Result<VerifyingKey, string> {
  try {
    const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
    // OpenSSL reads past what follows the key; one key has one spelling here.
    if (!key.export({ type: 'spki', format: 'der' }).equals(der)) return err('the public key is not in canonical DER');
    return verifyingKey(key);
  } catch {
    return err('OpenSSL cannot read this public key');
  }
}

const PUBLIC_KEY = /-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----/g;

/** Reads the public keys of a PEM text: at least one, at most 100. */
export function keysFromPem(pem: string): Result<VerifyingKey[], string> {
  if (/PRIVATE KEY/.test(pem)) return err('this is a private key: verification needs the public one');
  const blocks = pem.match(PUBLIC_KEY) ?? [];
  if (blocks.length === 0) return err('no block from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY----- is in it');
  if (blocks.length > 100) return err('more than 100 keys');
  const keys: VerifyingKey[] = [];
  for (const block of blocks) {
    let key: KeyObject;
    try {
      key = createPublicKey({ key: block, format: 'pem' });
    } catch {
      return err('a block does not hold a public key that OpenSSL can read');
    }
    const read = verifyingKey(key);
    if (!read.ok) return read;
    keys.push(read.value);
  }
  return ok(keys);
}

/** Hashes in which a key of this kind signs: its own strength first, then SHA-256, which older signers use with every key. */
export function hashesOf(kind: KeyKind): readonly HashName[] {
  switch (kind) {
    case 'ecdsa-p256':
      return ['sha256'];
    case 'ecdsa-p384':
      return ['sha384', 'sha256'];
    case 'ecdsa-p521':
      return ['sha512', 'sha256'];
    case 'rsa':
    case 'rsa-pss':
      return ['sha256', 'sha384', 'sha512'];
    default:
      return [];
  }
}

function accepts(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}

const pss = (key: KeyObject) => ({ key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO });

/** In which way the signature covers the message under this key, in words; null when it does not. ECDSA signatures are DER. */
export function signatureCovers({ key, kind }: VerifyingKey, message: Uint8Array, signature: Uint8Array): string | null {
  switch (kind) {
    case 'ed25519':
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return accepts(() => verify(null, message, key, signature)) ? KEY_WORDS[kind] : null;
    case 'ecdsa-p256':
    case 'ecdsa-p384':
    case 'ecdsa-p521': {
      const hash = hashesOf(kind).find((name) => accepts(() => verify(name, message, { key, dsaEncoding: 'der' }, signature)));
      return hash === undefined ? null : `${KEY_WORDS[kind]} with ${hash.toUpperCase()}`;
    }
    case 'rsa': {
      const hash = hashesOf(kind).find((name) => accepts(() => verify(name, message, { key, padding: constants.RSA_PKCS1_PADDING }, signature)));
      if (hash !== undefined) return `RSA PKCS#1 v1.5 with ${hash.toUpperCase()}`;
      return coversPss(key, kind, message, signature);
    }
    case 'rsa-pss':
      return coversPss(key, kind, message, signature);
  }
}

function coversPss(key: KeyObject, kind: KeyKind, message: Uint8Array, signature: Uint8Array): string | null {
  const hash = hashesOf(kind).find((name) => accepts(() => verify(name, message, pss(key), signature)));
  return hash === undefined ? null : `RSA-PSS with ${hash.toUpperCase()}`;
}

const DIGEST_INFO: Readonly<Record<HashName, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

/**
 * The same for a message of which the digest alone is known. OpenSSL's one-shot interface wants the message, so ECDSA is
 * computed by @noble/curves here.
 *
 * @returns whether it covers, or why that cannot be told without the message.
 */
export function signatureCoversDigest(verifying: VerifyingKey, hash: HashName, digest: Uint8Array, signature: Uint8Array): Result<boolean, string> {
  const { key, kind } = verifying;
  switch (kind) {
    case 'ecdsa-p256':
    case 'ecdsa-p384':
    case 'ecdsa-p521': {
      if (!hashesOf(kind).includes(hash)) return err(`a ${hash} is not what a key of this kind signs`);
      const curve = kind === 'ecdsa-p256' ? p256 : kind === 'ecdsa-p384' ? p384 : p521;
      // The point stands at the end of the SubjectPublicKeyInfo: 0x04, x, y.
      const size = kind === 'ecdsa-p256' ? 65 : kind === 'ecdsa-p384' ? 97 : 133;
      const point = uncompressed(key).subarray(-size);
      return ok(accepts(() => curve.verify(Uint8Array.from(signature), Uint8Array.from(digest), Uint8Array.from(point), { prehash: false, lowS: false, format: 'der' })));
    }
    case 'rsa':
      return ok(accepts(() => publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature).equals(Buffer.concat([Buffer.from(DIGEST_INFO[hash], 'hex'), digest]))));
    default:
      return err(`a signature of the kind ${KEY_WORDS[kind]} can be verified on the whole content only`);
  }
}

/** A key may be written with a compressed point; JWK always has both coordinates. */
function uncompressed(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
}
