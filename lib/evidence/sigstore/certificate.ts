// X.509 certificates of signers and authorities: reading, identity, purpose, and chains to trust anchors. Server and command only.
//
// OpenSSL (node:crypto) verifies signatures on the original bytes; @sigstore/core reads the extensions that node does not show.
import { X509Certificate } from 'node:crypto';
import { X509Certificate as Asn1Certificate, type ASN1Obj } from '@sigstore/core';
import { verifyingKey, type VerifyingKey } from '#lib/evidence/format/public-key.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';

export type AlternativeName = { readonly kind: 'uri' | 'email' | 'username' | 'other'; readonly value: string };

export type Certificate = {
  readonly der: Buffer;
  readonly x509: X509Certificate;
  readonly asn1: Asn1Certificate;
  readonly key: VerifyingKey;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly isAuthority: boolean;
  readonly pathLength: number | null;
  /** Null where the certificate does not restrict the use of its key. */
  readonly usage: { readonly digitalSignature: boolean; readonly certificateSign: boolean } | null;
  readonly purposes: readonly string[] | null;
  readonly names: readonly AlternativeName[];
  /** The OpenID Connect issuer that Fulcio noted (1.3.6.1.4.1.57264.1.8, else the older .1.1). */
  readonly issuer: string | null;
};

export const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
export const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const FULCIO_ISSUER_V1 = '1.3.6.1.4.1.57264.1.1';
const FULCIO_ISSUER_V2 = '1.3.6.1.4.1.57264.1.8';
const FULCIO_USERNAME = '1.3.6.1.4.1.57264.1.7';
const OID = { basicConstraints: '2.5.29.19', keyUsage: '2.5.29.15', extendedKeyUsage: '2.5.29.37', alternativeName: '2.5.29.17' };

/** ECDSA and RSA with SHA-256 and longer, RSA-PSS, Ed25519. Everything older is too weak. */
const STRONG_SIGNATURES = new Set([
  '1.2.840.10045.4.3.2', '1.2.840.10045.4.3.3', '1.2.840.10045.4.3.4',
  '1.2.840.113549.1.1.11', '1.2.840.113549.1.1.12', '1.2.840.113549.1.1.13', '1.2.840.113549.1.1.10',
  '1.3.101.112',
]);

/** Reads one certificate in DER, or says why it cannot be used. Never throws. */
export function readCertificate(der: Buffer): Result<Certificate, string> {
  try {
    return parse(der);
  } catch {
    return err('OpenSSL or the reader of its extensions cannot read this certificate');
  }
}

function parse(der: Buffer): Result<Certificate, string> {
  if (der[0] !== 0x30) return err('the certificate is not DER');
  const x509 = new X509Certificate(der);
  // What OpenSSL writes must be what was read: nothing behind the certificate, no second spelling.
  if (!x509.raw.equals(der)) return err('the certificate is not in canonical DER');
  const asn1 = Asn1Certificate.parse(Buffer.from(der));
  const algorithm = asn1.root.subs[1]?.subs[0]?.toOID() ?? '';
  if (!STRONG_SIGNATURES.has(algorithm)) return err(`the certificate is signed with the algorithm ${algorithm}, which is too weak or unknown`);
  const key = verifyingKey(x509.publicKey);
  if (!key.ok) return key;
  const { notBefore, notAfter } = asn1;
  if (!isTime(notBefore) || !isTime(notAfter)) return err('the validity of the certificate is not two times');
  const extensions = extensionsOf(asn1);
  if (extensions === null) return err('an extension stands twice in the certificate');
  const strange = strangeExtension(asn1);
  if (strange !== null) return err(`the certificate has the extension ${strange}, which restricts it in a way that is not understood here`);
  const constraints = extensions.get(OID.basicConstraints)?.subs[0];
  const usage = extensions.get(OID.keyUsage)?.subs[0]?.toBitString();
  const [isAuthority, pathLength] = basicConstraints(constraints);
  return ok({
    der,
    x509,
    asn1,
    key: key.value,
    notBefore,
    notAfter,
    isAuthority: isAuthority && x509.ca,
    pathLength,
    usage: usage === undefined ? null : { digitalSignature: usage[0] === 1, certificateSign: usage[5] === 1 },
    purposes: extensions.get(OID.extendedKeyUsage)?.subs[0]?.subs.map((purpose) => purpose.toOID()) ?? null,
    names: alternativeNames(extensions.get(OID.alternativeName)),
    issuer: fulcioIssuer(extensions),
  });
}

const isTime = (date: Date): boolean => !Number.isNaN(date.getTime());

/** The values of the extensions by their id; null where one stands twice. */
function extensionsOf(asn1: Asn1Certificate): ReadonlyMap<string, ASN1Obj> | null {
  const found = new Map<string, ASN1Obj>();
  for (const extension of asn1.extensions) {
    const id = extension.subs[0]?.toOID() ?? '';
    const value = extension.subs.at(-1);
    if (found.has(id) || value === undefined) return null;
    found.set(id, value);
  }
  return found;
}

/** Extensions that may be critical: those that are read here, key identifiers, and policies, which restrict nothing unless asked for. */
const UNDERSTOOD = new Set([OID.basicConstraints, OID.keyUsage, OID.extendedKeyUsage, OID.alternativeName, '2.5.29.14', '2.5.29.35', '2.5.29.32']);
const NAME_CONSTRAINTS = '2.5.29.30';

/** A critical extension that is not understood must refuse the certificate (RFC 5280, section 4.2); names are not constrained here, so constraints refuse it, too. */
function strangeExtension(asn1: Asn1Certificate): string | null {
  for (const extension of asn1.extensions) {
    const id = extension.subs[0]?.toOID() ?? '';
    const flag = extension.subs[1];
    const critical = flag !== undefined && flag.tag.isBoolean() && flag.toBoolean();
    if (id === NAME_CONSTRAINTS || (critical && !UNDERSTOOD.has(id))) return id;
  }
  return null;
}

function basicConstraints(sequence: ASN1Obj | undefined): [isAuthority: boolean, pathLength: number | null] {
  const [first, second] = sequence?.subs ?? [];
  if (first === undefined || !first.tag.isBoolean()) return [false, null];
  return [first.toBoolean(), second === undefined ? null : Number(second.toInteger())];
}

function alternativeNames(extension: ASN1Obj | undefined): AlternativeName[] {
  return (extension?.subs[0]?.subs ?? []).map((name): AlternativeName => {
    if (name.tag.isContextSpecific(6)) return { kind: 'uri', value: name.value.toString('utf8') };
    if (name.tag.isContextSpecific(1)) return { kind: 'email', value: name.value.toString('utf8') };
    if (name.tag.isContextSpecific(0) && name.subs[0]?.toOID() === FULCIO_USERNAME) return { kind: 'username', value: name.subs[1]?.subs[0]?.value.toString('utf8') ?? '' };
    return { kind: 'other', value: '' };
  });
}

function fulcioIssuer(extensions: ReadonlyMap<string, ASN1Obj>): string | null {
  const current = extensions.get(FULCIO_ISSUER_V2)?.subs[0]?.value.toString('utf8');
  return current ?? extensions.get(FULCIO_ISSUER_V1)?.value.toString('utf8') ?? null;
}

/** Both ends belong to the validity (RFC 5280, section 4.1.2.5). */
export const validAt = ({ notBefore, notAfter }: { readonly notBefore: Date; readonly notAfter: Date }, at: Date): boolean => notBefore.getTime() <= at.getTime() && at.getTime() <= notAfter.getTime();

/** A few words by which a person knows the certificate. */
export function describeCertificate({ x509, names }: Certificate): string {
  // A certificate without a subject, or with one that OpenSSL cannot write, has none here.
  const subject = x509.subject as string | undefined;
  return (names[0]?.value ?? '') || (subject ?? '').replaceAll('\n', ', ') || `serial ${x509.serialNumber}`;
}

/** Did this authority issue that certificate: by name, by key identifier, and by signature? */
export function issued(authority: Certificate, certificate: Certificate): boolean {
  try {
    return certificate.x509.checkIssued(authority.x509) && certificate.x509.verify(authority.key.key);
  } catch {
    return false;
  }
}

/** May it issue certificates, with so many authorities below it? */
function mayIssue({ isAuthority, pathLength, usage }: Certificate, below: number): boolean {
  return isAuthority && (usage === null || usage.certificateSign) && (pathLength === null || pathLength >= below);
}

const DEEPEST_CHAIN = 8;
const MOST_TRIALS = 64;

/**
 * A chain from the certificate to one of the anchors, every link signed and allowed to issue, each certificate but the anchor's own end of
 * the chain taken from `intermediates`. An anchor is trusted as it is given, whoever signed it.
 *
 * @returns the chain, signer first, anchor last; or why there is none.
 */
export function chainTo(anchors: readonly Certificate[], intermediates: readonly Certificate[], signer: Certificate): Result<readonly Certificate[], string> {
  let trials = 0;
  const search = (chain: readonly Certificate[]): readonly Certificate[] | null => {
    const last = chain.at(-1);
    if (last === undefined || chain.length > DEEPEST_CHAIN) return null;
    for (const candidate of [...anchors, ...intermediates]) {
      if (trials >= MOST_TRIALS || chain.includes(candidate)) continue;
      if (!mayIssue(candidate, chain.length - 1)) continue;
      trials += 1;
      if (!issued(candidate, last)) continue;
      const longer = [...chain, candidate];
      if (anchors.includes(candidate)) return longer;
      const found = search(longer);
      if (found !== null) return found;
    }
    return null;
  };
  const anchored = anchors.find(({ der }) => der.equals(signer.der));
  const found = anchored === undefined ? search([signer]) : [signer];
  return found === null ? err(`no chain leads from ${describeCertificate(signer)} to a trusted authority`) : ok(found);
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, in order; at most 100. */
export function certificatesFromPem(pem: string): Result<Certificate[], string> {
  const blocks = [...pem.matchAll(PEM_CERTIFICATE)];
  if (blocks.length > 100) return err('more than 100 certificates');
  const read: Certificate[] = [];
  for (const [index, block] of blocks.entries()) {
    const certificate = readCertificate(Buffer.from(block[1] ?? '', 'base64'));
    if (!certificate.ok) return err(`certificate ${String(index + 1)}: ${certificate.error}`);
    read.push(certificate.value);
  }
  return read.length === 0 ? err('no block from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE----- is in it') : ok(read);
}
