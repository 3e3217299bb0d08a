// RFC 3161 timestamps over a signature, verified against trusted timestamp authorities alone. Server and command only.
import { createHash, verify } from 'node:crypto';
import { ASN1Obj } from '@sigstore/core';
import { describeValidity, within, type Authority } from '#lib/evidence/sigstore/trusted-root.ts';
import { chainTo, TIME_STAMPING, validAt, type Certificate } from '#lib/evidence/sigstore/certificate.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const HASHES: ReadonlyMap<string, string> = new Map([['2.16.840.1.101.3.4.2.1', 'sha256'], ['2.16.840.1.101.3.4.2.2', 'sha384'], ['2.16.840.1.101.3.4.2.3', 'sha512']]);
const SIGNATURE_HASHES: ReadonlyMap<string, string> = new Map([
  ['1.2.840.10045.4.3.2', 'sha256'], ['1.2.840.10045.4.3.3', 'sha384'], ['1.2.840.10045.4.3.4', 'sha512'],
  ['1.2.840.113549.1.1.11', 'sha256'], ['1.2.840.113549.1.1.12', 'sha384'], ['1.2.840.113549.1.1.13', 'sha512'],
]);
const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';

export type Timestamp = { readonly time: Date; readonly authority: string };

/**
 * The time that a trusted authority vouches for: the signature existed then. Certificates that the timestamp carries itself are not looked at:
 * the signing certificate comes from the trusted root.
 *
 * @param signature the bytes that were stamped.
 */
export function verifyTimestamp(der: Buffer, signature: Uint8Array, authorities: readonly Authority[]): Result<Timestamp, string> {
  try {
    return check(der, signature, authorities);
  } catch {
    return err('the timestamp cannot be read');
  }
}

type Parts = {
  readonly time: Date;
  readonly imprintHash: string | undefined;
  readonly imprint: Buffer;
  readonly info: Buffer;
  readonly signerIssuer: Buffer;
  readonly signerSerial: Buffer;
  readonly digestHash: string | undefined;
  readonly signatureHash: string | undefined;
  readonly signatureValue: Buffer;
  readonly attributes: ASN1Obj;
};

/** A part that must be there: what is missing ends the reading. */
function part<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('a part of the timestamp is missing');
  return found;
}

function read(der: Buffer): Result<Parts, string> {
  const response = ASN1Obj.parseBuffer(Buffer.from(der));
  const status = part(part(response.subs[0]).subs[0]).toInteger();
  if (status !== 0n && status !== 1n) return err(`the authority did not grant the timestamp (status ${String(status)})`);
  const token = part(response.subs[1]);
  if (part(token.subs[0]).toOID() !== SIGNED_DATA) return err('the token is not signed data');
  const signed = part(part(token.subs.find((sub) => sub.tag.isContextSpecific(0))).subs[0]);
  const content = part(signed.subs[2]);
  if (part(content.subs[0]).toOID() !== TST_INFO) return err('the token holds no timestamp');
  const octets = part(part(content.subs[1]).subs[0]);
  const info = part(octets.subs[0]);
  const signers = part(signed.subs.at(-1));
  if (signers.subs.length !== 1) return err(`the token has ${String(signers.subs.length)} signers; one is expected`);
  const signer = part(signers.subs[0]);
  const attributes = part(signer.subs.find((sub) => sub.tag.isContextSpecific(0)));
  const [contentType, ...others] = attributes.subs.filter((attribute) => attribute.subs[0]?.toOID() === CONTENT_TYPE);
  if (others.length > 0 || part(part(part(contentType).subs[1]).subs[0]).toOID() !== TST_INFO) return err('the signed attributes do not say that this is a timestamp');
  const digestHash = HASHES.get(part(part(signer.subs[2]).subs[0]).toOID());
  const signatureAlgorithm = part(part(signer.subs[4]).subs[0]).toOID();
  const imprint = part(info.subs[2]);
  return ok({
    time: part(info.subs[4]).toDate(),
    imprintHash: HASHES.get(part(part(imprint.subs[0]).subs[0]).toOID()),
    imprint: part(imprint.subs[1]).value,
    info: octets.value.length > 0 ? octets.value : info.toDER(),
    signerIssuer: part(part(signer.subs[1]).subs[0]).value,
    signerSerial: part(part(signer.subs[1]).subs[1]).value,
    digestHash,
    signatureHash: signatureAlgorithm === RSA_ENCRYPTION ? digestHash : SIGNATURE_HASHES.get(signatureAlgorithm),
    signatureValue: part(signer.subs[5]).value,
    attributes,
  });
}

function check(der: Buffer, signature: Uint8Array, authorities: readonly Authority[]): Result<Timestamp, string> {
  const parts = read(der);
  if (!parts.ok) return parts;
  const { time, imprintHash, imprint, info, digestHash, signatureHash, attributes } = parts.value;
  if (Number.isNaN(time.getTime())) return err('the timestamp names no time');
  const at = time.toISOString();
  if (imprintHash === undefined || digestHash === undefined || signatureHash === undefined) return err('the timestamp uses an algorithm that is too weak or unknown');
  if (!createHash(imprintHash).update(signature).digest().equals(imprint)) return err(`the timestamp of ${at} is over other bytes than this signature`);
  const digests = attributes.subs.filter((attribute) => attribute.subs[0]?.toOID() === MESSAGE_DIGEST);
  if (digests.length !== 1 || !createHash(digestHash).update(info).digest().equals(part(part(digests[0]?.subs[1]).subs[0]).value)) return err('the signed attributes are of another timestamp');
  const named = authorities.filter(({ chain: [leaf] }) => leaf !== undefined && leaf.asn1.serialNumber.equals(parts.value.signerSerial) && leaf.asn1.issuer.equals(parts.value.signerIssuer));
  if (named.length === 0) return err(`the timestamp of ${at} is not of a trusted authority`);
  let reason = '';
  for (const authority of named) {
    const refused = refusal(authority, parts.value, signatureHash);
    if (refused === null) return ok({ time, authority: authority.uri });
    reason = refused;
  }
  return err(reason);
}

function refusal({ chain, validity, uri }: Authority, { time, attributes, signatureValue }: Parts, hash: string): string | null {
  const [signer, ...above] = chain;
  if (signer === undefined) return `the authority ${uri} has no certificate`;
  if (!within(validity, time)) return `the authority ${uri} may be believed from ${describeValidity(validity)}, not at ${time.toISOString()}`;
  const expired = chain.find((certificate) => !validAt(certificate, time));
  if (expired !== undefined) return `a certificate of the authority ${uri} is valid from ${expired.notBefore.toISOString()} to ${expired.notAfter.toISOString()}, not at ${time.toISOString()}`;
  if (signer.purposes?.includes(TIME_STAMPING) !== true) return `the certificate of the authority ${uri} is not for timestamps`;
  if (!chained(signer, above)) return `the certificates of the authority ${uri} are no chain`;
  // The attributes are signed as a SET, and stored under another tag (RFC 5652, section 5.4).
  const encoded = attributes.toDER();
  encoded[0] = 0x31;
  return verify(hash, encoded, signer.key.key, signatureValue) ? null : `the signature of the authority ${uri} does not verify`;
}

const chains = new WeakMap<Certificate, boolean>();

/** The chain of an authority is the same for every timestamp, so it is built once. */
function chained(signer: Certificate, above: readonly Certificate[]): boolean {
  const known = chains.get(signer);
  if (known !== undefined) return known;
  const anchor = above.at(-1) ?? signer;
  const holds = chainTo([anchor], above.slice(0, -1), signer).ok;
  chains.set(signer, holds);
  return holds;
}
