// Signed certificate timestamps: proof that a certificate log took the signer's certificate (RFC 6962, section 3). Server and command only.
import { createHash, verify } from 'node:crypto';
import { EXTENSION_OID_SCT, X509Certificate as Asn1Certificate, X509SCTExtension } from '@sigstore/core';
import { within, type TransparencyLog } from '#lib/evidence/sigstore/trusted-root.ts';
import type { Certificate } from '#lib/evidence/sigstore/certificate.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';

const MOST_TIMESTAMPS = 16;

/**
 * At least one timestamp of a trusted log must hold, and none of a trusted log may be wrong. Others' timestamps say nothing.
 *
 * @param issuer the authority in the verified chain: its key, and not its name, is part of what the log signed.
 * @returns the names of the logs whose timestamps hold.
 */
export function certificateLogged(certificate: Certificate, issuer: Certificate, logs: readonly TransparencyLog[]): Result<readonly string[], string> {
  try {
    return check(certificate, issuer, logs);
  } catch {
    return err('the timestamps of certificate logs cannot be read');
  }
}

function check(certificate: Certificate, issuer: Certificate, logs: readonly TransparencyLog[]): Result<readonly string[], string> {
  // The log signed the certificate without the extension that holds its own timestamp.
  const bare = Asn1Certificate.parse(Buffer.from(certificate.der));
  const at = bare.extensions.findIndex((extension) => extension.subs[0]?.toOID() === EXTENSION_OID_SCT);
  const extension = bare.extensions[at];
  if (extension === undefined) return err('the certificate carries no timestamp of a certificate log');
  const timestamps = new X509SCTExtension(extension).signedCertificateTimestamps;
  if (timestamps.length === 0) return err('the certificate carries no timestamp of a certificate log');
  if (timestamps.length > MOST_TIMESTAMPS) return err(`the certificate carries ${String(timestamps.length)} timestamps of certificate logs; at most ${String(MOST_TIMESTAMPS)} are read`);
  bare.extensions.splice(at, 1);
  const tbs = bare.tbsCertificate.toDER();
  const issuerKeyHash = createHash('sha256').update(issuer.key.spki).digest();
  const good: string[] = [];
  for (const timestamp of timestamps) {
    const log = logs.find(({ logId }) => logId.equals(timestamp.logID));
    if (log === undefined) continue;
    if (!within(log.validity, timestamp.datetime)) return err(`the log ${log.name} may not be believed at ${timestamp.datetime.toISOString()}`);
    // RFC 6962, section 3.2: version, signature type, time, entry type, key hash, certificate, extensions.
    const head = Buffer.from([0, 0]);
    const entry = Buffer.concat([head, timestamp.timestamp, Buffer.from([0, 1]), issuerKeyHash, uint(tbs.length, 3), tbs, uint(timestamp.extensions.length, 2), timestamp.extensions]);
    // TLS names its algorithms by number: SHA-256 is 4, RSA 1, ECDSA 3.
    if (timestamp.version !== 0 || timestamp.hashAlgorithm !== 4 || ![1, 3].includes(timestamp.signatureAlgorithm)) return err(`a timestamp of the log ${log.name} is signed with an algorithm that is not accepted`);
    if (!verify('sha256', entry, log.key.key, timestamp.signature)) return err(`a timestamp that claims to be of the log ${log.name} does not verify`);
    good.push(log.name);
  }
  return good.length === 0 ? err('no timestamp is of a trusted certificate log') : ok(good);
}

function uint(value: number, bytes: number): Buffer {
  const out = Buffer.alloc(bytes);
  out.writeUIntBE(value, 0, bytes);
  return out;
}
