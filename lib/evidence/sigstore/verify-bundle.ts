// Verifies a Sigstore bundle: every check by name, none skipped. Nothing here touches the network. Server and command only.
//
// The order of trust: the signer's key comes from a trusted key or a certificate that chains to a trusted authority; the time comes from
// a trusted log's promise or a trusted timestamp authority; the log must speak of this very signature, content and signer.
import { createHash, verify } from 'node:crypto';
import { context, NOT_YET, required, type Judged } from '#lib/evidence/checks.ts';
import { IN_TOTO_PAYLOAD_TYPE, pae } from '#lib/evidence/format/dsse.ts';
import { describeKey, signatureCovers, signatureCoversDigest, type HashName, type VerifyingKey } from '#lib/evidence/format/public-key.ts';
import type { Defect } from '#lib/evidence/format/json-reader.ts';
import { readBundle, versionDefects, type LogEntry, type SigstoreBundle } from '#lib/evidence/format/sigstore-bundle.ts';
import { SPECIFIC_PAYLOAD_TYPE, STATEMENT_TYPES } from '#lib/evidence/format/statement.ts';
import type { JsonRecord } from '#lib/evidence/format/json-reader.ts';
import { fieldOf, isRecord } from '#lib/evidence/format/json-reader.ts';
import { certificateLogged } from '#lib/evidence/sigstore/certificate-log.ts';
import { chainTo, CODE_SIGNING, describeCertificate, readCertificate, validAt, type Certificate } from '#lib/evidence/sigstore/certificate.ts';
import { checkpointSigned, readCheckpoint } from '#lib/evidence/sigstore/checkpoint.ts';
import { entryMatches } from '#lib/evidence/sigstore/log-entry.ts';
import { verifyTimestamp } from '#lib/evidence/sigstore/timestamp.ts';
import type { Artifact, SignerTrust } from '#lib/evidence/sigstore/trust.ts';
import { describeValidity, within, type TransparencyLog, type TrustedRoot } from '#lib/evidence/sigstore/trusted-root.ts';
import { counted, few } from '#lib/evidence/text.ts';
import { leafHash, verifyInclusion } from '#lib/kernel/merkle.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';
import { parseStrictJson } from '#lib/kernel/strict-json.ts';

export type BundleReport = {
  readonly checks: readonly Judged[];
  readonly bundle: SigstoreBundle;
  /** The key that signed, where the signature verifies under it and it is trusted. */
  readonly signedBy: VerifyingKey | null;
  /** The trusted times of signing. */
  readonly times: readonly Date[];
};

type SignedTime = { readonly source: string; readonly time: Date };

/** Options of one verification: `chainAllowed` and `messages` say what model signatures write differently. */
export type BundleOptions = {
  /** Certificate chains may stand in a v0.3 bundle: model signing by certificate writes them. */
  readonly chainAllowed?: boolean;
  /** Further spellings of the signed bytes that count, by name: an early release of model signing encoded them in its own way. */
  readonly otherEncodings?: readonly { readonly name: string; readonly bytes: Uint8Array }[];
};

/** Verifies a bundle against what is trusted and, where given, the artifact it should be about. Never throws on input. */
export function verifyBundle(json: JsonRecord, trust: SignerTrust, artifact: Artifact | null, options: BundleOptions = {}): BundleReport {
  const { bundle, defects } = readBundle(json);
  const root = trust.root === null ? null : trust.root.ok ? trust.root.value : null;
  const signer = readSigner(bundle);
  const signature = signatureOf(bundle);
  const identityNeeded = trust.keys.length === 0 && trust.anchors.length === 0;
  // Where both are trusted, a certificate that notes who vouched for its subject is one of Sigstore.
  const fulcio = signer.certificate?.ok === true && signer.certificate.value.issuer !== null;
  const sigstore = bundle.material?.kind === 'certificate' && trust.identities.length > 0 && (trust.anchors.length === 0 || fulcio);
  // A root without logs is that of an instance that has none: a key then stands alone.
  const logRequired = sigstore || identityNeeded || (trust.log === 'required' && (root === null || root.logs.length > 0));

  const stamps = bundle.timestamps.map((der) => (signature === null ? err('there is no signature') : root === null ? err('no timestamp authority is trusted') : verifyTimestamp(der, signature, root.timestampAuthorities)));
  const stampTimes = stamps.flatMap((stamp): SignedTime[] => (stamp.ok ? [{ source: stamp.value.authority, time: stamp.value.time }] : []));
  const found = findSigner(bundle, signer, trust, artifact, options);
  const entries = bundle.entries.map((entry) => judgeEntry(entry, { bundle, root, required: logRequired, artifact, signerDer: found.der, stampTimes }));
  const times = [...entries.flatMap(({ time }) => (time === null ? [] : [time])), ...stampTimes];

  const checks = [
    ...shapeChecks(bundle, defects, options.chainAllowed === true && trust.anchors.length > 0 && !sigstore),
    rootCheck(trust, sigstore || bundle.entries.length > 0 || bundle.timestamps.length > 0),
    ...contentChecks(bundle, artifact),
    ...found.checks,
    ...stamps.map((stamp) => stampCheck(stamp, root !== null && root.timestampAuthorities.length > 0, logRequired)),
    timeCheck(times, sigstore),
    ...certificateChecks(signer, trust, root, times, sigstore),
    ...(entries.length === 0 ? [noEntry(logRequired)] : entries.flatMap((entry) => entry.checks)),
  ];
  return { checks, bundle, signedBy: found.key, times: times.map(({ time }) => time) };
}

// --- shape -----------------------------------------------------------------------------------------------------------

function shapeChecks(bundle: SigstoreBundle, defects: readonly Defect[], chainAllowed: boolean): Judged[] {
  const shape = defects.filter(({ kind }) => kind === 'shape').map(({ path, message }) => `${path === '' ? 'the bundle' : path} ${message}`);
  const loose = defects.filter(({ kind }) => kind === 'base64').map(({ path, message }) => `${path}: ${message}`);
  const version = versionDefects(bundle, chainAllowed);
  const known = 'a Sigstore bundle of version 0.1, 0.2 or 0.3';
  return [
    bundle.version === null ? required('media_type', 'failed', known, bundle.mediaType.slice(0, 200)) : required('media_type', 'passed', known, `version ${bundle.version}`),
    shape.length === 0 ? required('bundle', 'passed', 'all fields that a bundle has', 'they are there') : required('bundle', 'failed', 'all fields that a bundle has', few(shape, 3)),
    loose.length === 0 ? required('base64', 'passed', 'canonical base64', 'all of it is') : required('base64', 'failed', 'canonical base64', few(loose, 3)),
    bundle.version === null
      ? required('bundle_version', 'not_evaluated', 'what its version demands', `${NOT_YET}the version is not known`)
      : version.length === 0 ? required('bundle_version', 'passed', 'what its version demands', `all that v${bundle.version} demands`) : required('bundle_version', 'failed', 'what its version demands', few(version, 3)),
  ];
}

function rootCheck(trust: SignerTrust, needed: boolean): Judged {
  const expected = 'a trusted root whose every part is whole and has a start of validity';
  if (trust.root === null) return context('trusted_root', 'not_evaluated', expected, needed ? 'no Sigstore root is trusted here' : 'none is needed');
  return trust.root.ok ? required('trusted_root', 'passed', expected, trust.root.value.digest) : required('trusted_root', 'failed', expected, trust.root.error);
}

// --- content and artifact --------------------------------------------------------------------------------------------

const signatureOf = (bundle: SigstoreBundle): Buffer | null => (bundle.content === null ? null : bundle.content.kind === 'message' ? bundle.content.signature : (bundle.content.signatures[0]?.sig ?? null));

const DIGEST_NAMES: ReadonlyMap<string, HashName> = new Map([['SHA2_256', 'sha256'], ['SHA2_384', 'sha384'], ['SHA2_512', 'sha512']]);

function contentChecks({ content }: SigstoreBundle, artifact: Artifact | null): Judged[] {
  const expected = artifact === null ? 'the artifact' : `${artifact.name}, ${artifactDigest(artifact)}`;
  if (content === null) return [required('artifact', 'not_evaluated', expected, `${NOT_YET}the bundle holds no signature that can be read`)];
  return content.kind === 'message' ? [messageDigestCheck(content.digest, artifact, expected)] : dsseChecks(content.payloadType, content.payload, artifact, expected);
}

const artifactDigest = (artifact: Artifact): string => {
  const digest = artifact.digest('sha256') ?? artifact.digest('sha512') ?? artifact.digest('sha384');
  return digest === null ? 'of unknown digest' : `sha${String(digest.length * 8)}:${digest.toString('hex')}`;
};

function messageDigestCheck(claimed: { readonly algorithm: string; readonly digest: Buffer } | null, artifact: Artifact | null, expected: string): Judged {
  const name = DIGEST_NAMES.get(claimed?.algorithm ?? '');
  if (claimed === null) return artifact === null ? required('artifact', 'failed', expected, 'the bundle names no digest of what it signs') : context('artifact', 'not_evaluated', expected, 'the bundle names no digest; the signature itself covers the artifact');
  const shown = `${name ?? claimed.algorithm.slice(0, 50)}:${claimed.digest.toString('hex')}`;
  if (name === undefined) return required('artifact', 'failed', `a SHA-2 digest of ${expected}`, shown);
  if (artifact === null) return context('artifact', 'not_evaluated', 'the digest of a known artifact', `the bundle is about ${shown}`);
  const actual = artifact.digest(name);
  if (actual === null) return required('artifact', 'failed', expected, `the bundle names ${shown}, and the ${name} of the artifact is not known`);
  return required('artifact', actual.equals(claimed.digest) ? 'passed' : 'failed', expected, `the bundle is about ${shown}`);
}

function dsseChecks(payloadType: string, payload: Buffer, artifact: Artifact | null, expected: string): Judged[] {
  const typed = payloadType === IN_TOTO_PAYLOAD_TYPE || SPECIFIC_PAYLOAD_TYPE.test(payloadType);
  const type = required('payload_type', typed ? 'passed' : 'failed', `${IN_TOTO_PAYLOAD_TYPE}, or application/vnd.in-toto.<predicate>+json`, payloadType.slice(0, 300));
  const wanted = `an in-toto statement: ${STATEMENT_TYPES.join(' or ')}`;
  const json = parseStrictJson(payload);
  if (!json.ok) return [type, required('statement', 'failed', wanted, json.error.message), required('artifact', 'not_evaluated', expected, `${NOT_YET}the statement could not be read`)];
  const statement = isRecord(json.value) ? json.value : {};
  const stated = fieldOf(statement, '_type');
  const isStatement = typeof stated === 'string' && (STATEMENT_TYPES as readonly string[]).includes(stated);
  const shown = isStatement ? stated : typeof stated === 'string' ? stated.slice(0, 200) : 'no _type';
  return [type, required('statement', isStatement ? 'passed' : 'failed', wanted, shown), subjectCheck(statement, artifact, expected)];
}

function subjectCheck(statement: JsonRecord, artifact: Artifact | null, expected: string): Judged {
  const subjects = fieldOf(statement, 'subject');
  const given = Array.isArray(subjects) ? (subjects as unknown[]) : [];
  const digests = given.flatMap((subject) => {
    const digest = isRecord(subject) ? fieldOf(subject, 'digest') : undefined;
    return isRecord(digest) ? Object.entries(digest).map(([algorithm, value]) => ({ algorithm, value: String(value) })) : [];
  });
  const shown = digests.length === 0 ? 'the statement names no digest' : `the statement is about ${few(digests.slice(0, 20).map(({ algorithm, value }) => `${algorithm}:${value.slice(0, 200)}`))}`;
  if (artifact === null) return context('artifact', 'not_evaluated', 'the digest of a known artifact', shown);
  const matches = digests.some(({ algorithm, value }) => ['sha256', 'sha384', 'sha512'].includes(algorithm) && artifact.digest(algorithm)?.toString('hex') === value);
  return required('artifact', matches ? 'passed' : 'failed', expected, shown);
}

// --- signer and signature --------------------------------------------------------------------------------------------

type ReadSigner = { readonly certificate: Result<Certificate, string> | null; readonly intermediates: readonly Certificate[] };

function readSigner({ material }: SigstoreBundle): ReadSigner {
  if (material?.kind !== 'certificate') return { certificate: null, intermediates: [] };
  const [leaf, ...rest] = material.certificates;
  return {
    certificate: leaf === undefined ? err('there is no certificate') : readCertificate(leaf),
    intermediates: rest.flatMap((der) => {
      const read = readCertificate(der);
      return read.ok ? [read.value] : [];
    }),
  };
}

type FoundSigner = { readonly key: VerifyingKey | null; readonly der: { readonly kind: 'certificate' | 'public_key'; readonly der: Buffer } | null; readonly checks: readonly Judged[] };

function findSigner(bundle: SigstoreBundle, { certificate }: ReadSigner, trust: SignerTrust, artifact: Artifact | null, options: BundleOptions): FoundSigner {
  const expected = 'a signature over the content by the signer’s key';
  const { material } = bundle;
  if (material === null) return { key: null, der: null, checks: [required('signer', 'failed', 'a certificate or a public key', 'the bundle names none'), required('signature', 'not_evaluated', expected, `${NOT_YET}there is no signer`)] };
  if (material.kind === 'certificate') {
    const trusted = trust.identities.length > 0 || trust.anchors.length > 0;
    const signer = trusted ? [] : [required('signer', 'failed', trust.keys.length > 0 ? 'a signature by a trusted key' : 'trust in identities or certificate authorities', 'the bundle is signed by a certificate')];
    if (certificate === null || !certificate.ok) return { key: null, der: null, checks: [...signer, required('certificate', 'failed', 'a certificate of a strong key in canonical DER', certificate?.error ?? 'there is none'), required('signature', 'not_evaluated', expected, `${NOT_YET}the certificate cannot be read`)] };
    const covered = covers(bundle, certificate.value.key, artifact, options);
    return {
      key: covered.ok ? certificate.value.key : null,
      der: { kind: 'certificate', der: certificate.value.der },
      checks: [...signer, required('certificate', 'passed', 'a certificate of a strong key in canonical DER', describeCertificate(certificate.value)), signatureCheck(covered, expected, [certificate.value.key])],
    };
  }
  const signer = trust.keys.length > 0 ? [] : [required('signer', 'failed', 'a certificate of a trusted identity', 'the bundle is signed by a key, and no key is trusted')];
  const { hint } = material;
  const named = hint === null ? undefined : trust.keys.find((key) => hintsOf(key).includes(hint));
  const tried = named === undefined ? trust.keys : [named];
  let covered: Result<string, string> = err(trust.keys.length === 0 ? 'no key is trusted' : `no trusted key fits (${counted(tried.length, 'key')} tried)`);
  for (const key of tried) {
    const outcome = covers(bundle, key, artifact, options);
    if (outcome.ok) return { key, der: { kind: 'public_key', der: key.spki }, checks: [...signer, signatureCheck(outcome, expected, [key])] };
    covered = outcome;
  }
  const [only] = tried;
  return { key: null, der: only === undefined ? null : { kind: 'public_key', der: only.spki }, checks: [...signer, signatureCheck(covered, expected, tried)] };
}

/** How writers of bundles name a key: by the SHA-256 of its DER, in hexadecimal or base64, or of its PEM (model signing). A hint narrows which keys are tried, and decides nothing. */
function hintsOf({ key, keyId, spki }: VerifyingKey): string[] {
  return [keyId, createHash('sha256').update(spki).digest('base64'), createHash('sha256').update(key.export({ type: 'spki', format: 'pem' })).digest('hex')];
}

function signatureCheck(covered: Result<string, string>, expected: string, tried: readonly VerifyingKey[]): Judged {
  const keys = few(tried.map(describeKey), 3);
  return covered.ok ? required('signature', 'passed', expected, `${covered.value}: ${keys}`) : required('signature', 'failed', expected, `${covered.error}${keys === '' ? '' : `: ${keys}`}`);
}

/** Does the bundle's signature cover its content, under this key? */
function covers({ content }: SigstoreBundle, key: VerifyingKey, artifact: Artifact | null, { otherEncodings = [] }: BundleOptions): Result<string, string> {
  if (content === null) return err('there is no signature that can be read');
  if (content.kind === 'dsse') {
    const sig = content.signatures[0]?.sig ?? Buffer.alloc(0);
    const way = signatureCovers(key, pae(content.payloadType, content.payload), sig);
    if (way !== null) return ok(way);
    const other = otherEncodings.find(({ bytes }) => signatureCovers(key, bytes, sig) !== null);
    return other === undefined ? err('the signature does not verify') : ok(other.name);
  }
  if (artifact !== null && artifact.bytes !== null) {
    const way = signatureCovers(key, artifact.bytes, content.signature);
    return way === null ? err('the signature does not verify') : ok(way);
  }
  // Only digests are at hand: the artifact's own where there is one, else what the bundle claims to sign.
  for (const name of ['sha256', 'sha384', 'sha512'] as const) {
    const digest = artifact === null ? (DIGEST_NAMES.get(content.digest?.algorithm ?? '') === name ? (content.digest?.digest ?? null) : null) : artifact.digest(name);
    if (digest === null) continue;
    const outcome = signatureCoversDigest(key, name, digest, content.signature);
    if (!outcome.ok) return outcome;
    if (outcome.value) return ok(`a signature over the ${name.toUpperCase()} of the content`);
  }
  return err('the signature does not verify');
}

// --- time ------------------------------------------------------------------------------------------------------------

function stampCheck(stamp: ReturnType<typeof verifyTimestamp>, known: boolean, demanded: boolean): Judged {
  const expected = 'a timestamp over this signature by a trusted authority, valid at that time';
  if (stamp.ok) return required('timestamp', 'passed', expected, `${stamp.value.time.toISOString()}, ${stamp.value.authority}`);
  if (!known && !demanded) return context('timestamp', 'not_evaluated', expected, 'no timestamp authority is trusted here');
  return required('timestamp', 'failed', expected, stamp.error);
}

function timeCheck(times: readonly SignedTime[], demanded: boolean): Judged {
  const expected = 'a time of signing that a trusted log or timestamp authority attests';
  const judged = demanded ? required : context;
  if (times.length === 0) return judged('signing_time', demanded ? 'failed' : 'not_evaluated', expected, 'there is none');
  return judged('signing_time', 'passed', expected, few(times.map(({ source, time }) => `${time.toISOString()} (${source})`)));
}

// --- certificate -----------------------------------------------------------------------------------------------------

function certificateChecks({ certificate, intermediates }: ReadSigner, trust: SignerTrust, root: TrustedRoot | null, times: readonly SignedTime[], sigstore: boolean): Judged[] {
  if (certificate === null) return [];
  const names = ['certificate_chain', 'certificate_time', 'certificate_purpose', ...(sigstore ? ['certificate_log', 'identity'] : [])];
  if (!certificate.ok) return names.map((name) => required(name, 'not_evaluated', 'a certificate that can be read', `${NOT_YET}${certificate.error}`));
  if (sigstore) return sigstoreCertificate(certificate.value, trust, root, times);
  return trust.anchors.length === 0 ? [] : companyCertificate(certificate.value, intermediates, trust, times);
}

function chainCheck(chain: Result<readonly Certificate[], string>, expected: string): Judged {
  return chain.ok ? required('certificate_chain', 'passed', expected, chain.value.map(describeCertificate).join(' ← ')) : required('certificate_chain', 'failed', expected, chain.error);
}

function validityCheck(chain: readonly Certificate[], times: readonly SignedTime[]): Judged {
  const expected = 'the certificate and its authorities are valid at every time of signing';
  if (times.length === 0) return required('certificate_time', 'failed', expected, 'no time of signing is attested');
  for (const { time, source } of times) {
    const invalid = chain.find((certificate) => !validAt(certificate, time));
    if (invalid !== undefined) return required('certificate_time', 'failed', expected, `${describeCertificate(invalid)} is valid from ${invalid.notBefore.toISOString()} to ${invalid.notAfter.toISOString()}, not at ${time.toISOString()} (${source})`);
  }
  return required('certificate_time', 'passed', expected, few(times.map(({ time }) => time.toISOString())));
}

function sigstoreCertificate(certificate: Certificate, trust: SignerTrust, root: TrustedRoot | null, times: readonly SignedTime[]): Judged[] {
  const expected = 'a chain to a certificate authority of the trusted root, trusted at every time of signing';
  const issuer = root === null ? err('no Sigstore root is trusted here') : sigstoreChain(certificate, root, times);
  const chain = issuer.ok ? issuer.value : [certificate];
  const logged = root === null || !issuer.ok || issuer.value[1] === undefined ? null : certificateLogged(certificate, issuer.value[1], root.certificateLogs);
  const inLog = 'a timestamp of a trusted certificate log';
  return [
    chainCheck(issuer, expected),
    validityCheck(chain, times),
    purposeCheck(certificate, true),
    logged === null ? required('certificate_log', 'not_evaluated', inLog, `${NOT_YET}there is no chain`) : logged.ok ? required('certificate_log', 'passed', inLog, few(logged.value)) : required('certificate_log', 'failed', inLog, logged.error),
    identityCheck(certificate, trust),
  ];
}

/** The chain by signature, preferring an authority that was trusted at the times of signing. */
function sigstoreChain(certificate: Certificate, { authorities }: TrustedRoot, times: readonly SignedTime[]): Result<readonly Certificate[], string> {
  let reason = `no trusted authority issued ${describeCertificate(certificate)}`;
  for (const { chain, validity, uri } of authorities) {
    const anchor = chain.at(-1);
    if (anchor === undefined) continue;
    const found = chainTo([anchor], chain.slice(0, -1), certificate);
    if (!found.ok || found.value.length < 2) continue;
    const outside = times.find(({ time }) => !within(validity, time));
    if (outside === undefined) return found;
    reason = `the authority ${uri} is trusted from ${describeValidity(validity)}, not at ${outside.time.toISOString()}`;
  }
  return err(reason);
}

/** The checks of a certificate of a company's own authority: its chain, the time at which it must be valid, its purpose. */
export function companyCertificate(certificate: Certificate, intermediates: readonly Certificate[], trust: Pick<SignerTrust, 'anchors' | 'at'>, times: readonly SignedTime[]): Judged[] {
  const chain = chainTo(trust.anchors, intermediates, certificate);
  const at = times.length > 0 ? times : [{ source: 'the time of verification, for want of an attested one', time: trust.at }];
  return [chainCheck(chain, 'a chain to a trusted certificate authority'), validityCheck(chain.ok ? chain.value : [certificate], at), purposeCheck(certificate, false)];
}

function purposeCheck({ usage, purposes }: Certificate, codeSigning: boolean): Judged {
  const expected = codeSigning ? 'a certificate for signatures and for code signing' : 'a certificate for signatures, or for code signing';
  const signs = usage?.digitalSignature === true;
  const code = purposes?.includes(CODE_SIGNING) === true;
  const good = codeSigning ? signs && code : (signs || code) && usage?.digitalSignature !== false;
  return required('certificate_purpose', good ? 'passed' : 'failed', expected, `key usage ${usage === null ? 'not given' : signs ? 'digital signature' : 'without digital signature'}; purposes ${purposes === null ? 'not given' : purposes.join(', ')}`);
}

function identityCheck({ names, issuer }: Certificate, { identities }: SignerTrust): Judged {
  const expected = few(identities.map((identity) => `${identity.subject} as ${identity.issuer} knows it`), 3);
  const [name, ...others] = names;
  const shown = `${names.length === 0 ? 'no name' : few(names.map(({ value }) => value.slice(0, 500)), 3)}, issuer ${(issuer ?? 'not given').slice(0, 500)}`;
  // Several names would let each reader choose the one it likes.
  if (name === undefined || others.length > 0 || name.kind === 'other') return required('identity', 'failed', expected, shown);
  return required('identity', identities.some((identity) => identity.subject === name.value && identity.issuer === issuer) ? 'passed' : 'failed', expected, shown);
}

// --- transparency log ------------------------------------------------------------------------------------------------

const IN_LOG = 'an entry in a trusted transparency log';

function noEntry(demanded: boolean): Judged {
  return demanded ? required('log_entry', 'failed', IN_LOG, 'the bundle has none') : context('log_entry', 'not_evaluated', IN_LOG, 'the bundle has none, and a trusted key needs none');
}

type EntryFacts = { readonly bundle: SigstoreBundle; readonly root: TrustedRoot | null; readonly required: boolean; readonly artifact: Artifact | null; readonly signerDer: FoundSigner['der']; readonly stampTimes: readonly SignedTime[] };
type JudgedEntry = { readonly checks: readonly Judged[]; readonly time: SignedTime | null };

function judgeEntry(entry: LogEntry, facts: EntryFacts): JudgedEntry {
  const matching = matchCheck(entry, facts);
  const log = facts.root?.logs.find(({ logId }) => logId.equals(entry.logId));
  if (log === undefined) {
    const judged = facts.required ? required : context;
    const shown = `the log ${entry.logId.toString('hex').slice(0, 64)} is not one of them`;
    return { checks: [matching, judged('log_known', facts.required ? 'failed' : 'not_evaluated', 'a log of the trusted root', shown)], time: null };
  }
  const promise = promiseCheck(entry, log);
  const proofs = proofChecks(entry, log);
  const time = promise?.verdict === 'passed' && entry.integratedTime !== null ? { source: log.name, time: new Date(Number(entry.integratedTime) * 1000) } : null;
  const proven = promise?.verdict === 'passed' || proofs.some(({ name, verdict }) => name === 'inclusion_proof' && verdict === 'passed');
  return {
    checks: [
      matching,
      required('log_known', 'passed', 'a log of the trusted root', log.name),
      ...(promise === null ? [] : [promise]),
      ...proofs,
      ...(proven || promise !== null || proofs.length > 0 ? [] : [required('inclusion_proof', 'failed', 'a promise or a proof of inclusion', 'the entry has neither')]),
      logTimeCheck(log, time, facts.stampTimes),
    ],
    time,
  };
}

function matchCheck(entry: LogEntry, { bundle, artifact, signerDer }: EntryFacts): Judged {
  const expected = 'the entry is about this signature, content and signer';
  const signature = signatureOf(bundle);
  if (signature === null || signerDer === null || bundle.content === null) return required('log_entry', 'not_evaluated', expected, `${NOT_YET}there is no signature or no signer to compare with`);
  const { content } = bundle;
  const signedDigest = (algorithm: string): Buffer | null => {
    if (content.kind === 'dsse') return createHash(algorithm).update(pae(content.payloadType, content.payload)).digest();
    return artifact === null ? (DIGEST_NAMES.get(content.digest?.algorithm ?? '') === algorithm ? (content.digest?.digest ?? null) : null) : artifact.digest(algorithm);
  };
  const outcome = entryMatches(entry, { signature, signedDigest, payload: content.kind === 'dsse' ? content.payload : null, signer: signerDer });
  return required('log_entry', outcome.ok ? 'passed' : 'failed', expected, outcome.ok ? outcome.value : outcome.error);
}

const verifiesWith = ({ key }: TransparencyLog, message: Uint8Array, signature: Uint8Array): boolean => {
  try {
    return verify(key.kind === 'ed25519' ? null : 'sha256', message, key.key, signature);
  } catch {
    return false;
  }
};

function promiseCheck(entry: LogEntry, log: TransparencyLog): Judged | null {
  if (entry.promise === null) return null;
  const expected = `a promise of inclusion signed by ${log.name}`;
  // The canonical JSON (RFC 8785) of four fields in this order.
  const payload = `{"body":"${entry.body.toString('base64')}","integratedTime":${String(entry.integratedTime ?? 0n)},"logID":"${entry.logId.toString('hex')}","logIndex":${String(entry.logIndex)}}`;
  const holds = verifiesWith(log, Buffer.from(payload), entry.promise);
  return required('inclusion_promise', holds ? 'passed' : 'failed', expected, holds ? `entry ${String(entry.logIndex)}, ${new Date(Number(entry.integratedTime ?? 0n) * 1000).toISOString()}` : 'the signed entry timestamp does not verify');
}

function proofChecks({ proof, body }: LogEntry, log: TransparencyLog): Judged[] {
  if (proof === null) return [];
  const claim = { index: proof.logIndex, size: proof.treeSize, leaf: leafHash(body), proof: proof.hashes, root: proof.rootHash };
  const included = verifyInclusion(claim);
  const where = `entry ${String(proof.logIndex)} of ${String(proof.treeSize)}`;
  const inclusion = required('inclusion_proof', included.ok ? 'passed' : 'failed', `a proof that leads from the entry to the root ${proof.rootHash.toString('hex')}`, included.ok ? where : included.error);
  const expected = `a checkpoint signed by ${log.name} with the size and root of the proof`;
  if (proof.checkpoint === null) return [inclusion, context('checkpoint', 'not_evaluated', expected, 'there is none')];
  return [inclusion, checkpointCheck(proof.checkpoint, proof.treeSize, proof.rootHash, log, expected)];
}

function checkpointCheck(note: string, size: bigint, rootHash: Buffer, log: TransparencyLog, expected: string): Judged {
  const read = readCheckpoint(note);
  if (!read.ok) return required('checkpoint', 'failed', expected, read.error);
  const signed = checkpointSigned(read.value, log);
  if (!signed.ok) return required('checkpoint', 'failed', expected, signed.error);
  if (read.value.size !== size) return required('checkpoint', 'failed', expected, `the checkpoint is of size ${String(read.value.size)}, the proof of ${String(size)}`);
  if (!read.value.root.equals(rootHash)) return required('checkpoint', 'failed', expected, `the checkpoint has the root ${read.value.root.toString('hex')}`);
  return required('checkpoint', 'passed', expected, `${read.value.origin}, size ${String(size)}`);
}

function logTimeCheck({ name, validity }: TransparencyLog, promised: SignedTime | null, stamps: readonly SignedTime[]): Judged {
  const expected = `a time at which ${name} is trusted: ${describeValidity(validity)}`;
  const times = promised === null ? stamps : [promised];
  if (times.length === 0) return context('log_time', 'not_evaluated', expected, 'no time is attested');
  const outside = times.find(({ time }) => !within(validity, time));
  return required('log_time', outside === undefined ? 'passed' : 'failed', expected, few((outside === undefined ? times : [outside]).map(({ time }) => time.toISOString())));
}
