// The signing key: made by `gatehouse keygen`, read by `gatehouse run`.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { UsageError } from '#cli/arguments.ts';
import { say, systemReason } from '#cli/output.ts';
import { keyId } from '#lib/evidence/format/key-id.ts';

export const KEY_TYPES = ['ecdsa-p256', 'ed25519'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** A key that can sign. `warning` says what is unsafe about its file. */
export type SigningKey = { readonly key: KeyObject; readonly type: KeyType; readonly keyId: string; /** SubjectPublicKeyInfo in DER. */ readonly spki: Buffer; readonly warning: string | null };

/** A new key pair as PEM: PKCS#8, encrypted with AES-256 when there is a password, and SubjectPublicKeyInfo. */
export function generateKey(type: KeyType, password: string | null): { readonly privatePem: string; readonly publicPem: string; readonly keyId: string } {
  const { privateKey, publicKey } = type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const encryption = password === null ? {} : { cipher: 'aes-256-cbc', passphrase: password };
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem', ...encryption }).toString(),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    keyId: keyId(publicKey),
  };
}

/**
 * Reads the key that GATEHOUSE_KEY names.
 *
 * @throws UsageError when it cannot be read or cannot sign: a run that should be signed must not start unsigned.
 */
export function readSigningKey(path: string, password: string | null): SigningKey {
  let pem: string;
  let mode: number;
  try {
    pem = readFileSync(path, 'utf8');
    mode = statSync(path).mode;
  } catch (error) {
    throw new UsageError(`GATEHOUSE_KEY "${path}" cannot be read: ${systemReason(error)}`);
  }
  const key = parse(path, pem, password);
  const type = typeOf(key);
  if (type === null) throw new UsageError(`GATEHOUSE_KEY "${path}" is of a type that is not used here: ECDSA P-256 and Ed25519 are (make one with gatehouse keygen)`);
  const open = (mode & 0o077) !== 0;
  return { key, type, keyId: keyId(key), spki: createPublicKey(key).export({ type: 'spki', format: 'der' }), warning: open ? `warning: the signing key ${path} can be read by other users (mode ${(mode & 0o777).toString(8).padStart(4, '0')}); run chmod 600 on it` : null };
}

/**
 * The key that GATEHOUSE_KEY names, for commands that cannot do without one.
 *
 * @throws UsageError when there is none, or it cannot sign.
 */
export function signingKeyFrom(environment: NodeJS.ProcessEnv): SigningKey {
  const path = environment['GATEHOUSE_KEY'] ?? '';
  if (path === '') throw new UsageError('GATEHOUSE_KEY is not set: it names the private key that signs (make one with gatehouse keygen)');
  const key = readSigningKey(path, environment['GATEHOUSE_KEY_PASSWORD'] ?? null);
  if (key.warning !== null) say(key.warning);
  return key;
}

function parse(path: string, pem: string, password: string | null): KeyObject {
  if (/-----BEGIN PUBLIC KEY-----/.test(pem)) throw new UsageError(`GATEHOUSE_KEY "${path}" is a public key; the private one is needed to sign`);
  const encrypted = /ENCRYPTED/.test(pem);
  if (encrypted && (password === null || password === '')) throw new UsageError(`GATEHOUSE_KEY "${path}" is encrypted; set GATEHOUSE_KEY_PASSWORD`);
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(encrypted && password !== null ? { passphrase: password } : {}) });
  } catch {
    throw new UsageError(encrypted ? `GATEHOUSE_KEY "${path}" does not open with GATEHOUSE_KEY_PASSWORD` : `GATEHOUSE_KEY "${path}" is not a private key in PEM`);
  }
}

function typeOf(key: KeyObject): KeyType | null {
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519';
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ecdsa-p256' : null;
}
