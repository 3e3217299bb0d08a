// The verification report of one piece of evidence: the questions that people ask, in their order, each with what was expected, what was found, and the command that asks it without Gatehouse. Pure.
import { signatureCommand } from './independent.ts';
import type { Check, Signer } from './schema.ts';
import type { SignatureOutcome } from './signatures.ts';
import { counted, few } from './text.ts';

export type Reported = {
  readonly evidenceId: string;
  readonly digest: string;
  readonly receivedAt: string;
  readonly runId: string | null;
  /** An envelope, whose signatures are tried one by one; else a bundle, a model signature, a list of checksums or a detached signature. */
  readonly form: 'dsse' | 'other';
  readonly checks: readonly Check[];
  readonly outcomes: readonly SignatureOutcome[];
  readonly signers: readonly Pick<Signer, 'name' | 'keyId' | 'state'>[];
};

/** Rows for single signatures; an envelope may carry more, and the report then says how many are not shown. */
const MOST_SIGNATURES_SHOWN = 20;

const PAYLOAD = "jq -j .payload envelope.json | tr '_-' '/+' | base64 -d";
const STRICT = `python3 -c 'import json,sys; json.load(sys.stdin, object_pairs_hook=lambda pairs: dict(pairs) if len(dict(pairs)) == len(pairs) else sys.exit("a key stands twice"))'`;
const API = 'curl --fail --silent --show-error -H "Authorization: Bearer $GATEHOUSE_TOKEN"';

/** Commands over `envelope.json`, the bytes as they were fetched; they need jq, python3 and coreutils. */
const ENVELOPE_COMMANDS: Readonly<Record<string, string>> = {
  envelope_well_formed: [`${STRICT} < envelope.json`, `jq -e '(.payloadType | type == "string") and (.payload | type == "string") and (.signatures | length >= 1 and length <= 64)' envelope.json`, `${PAYLOAD} | ${STRICT}`, `${PAYLOAD} | jq -e '._type | startswith("https://in-toto.io/Statement/")'`].join('\n'),
  payload_type: `jq -e '.payloadType | test("^application/vnd[.]in-toto([.][a-z0-9][a-z0-9._+-]*)?[+]json$")' envelope.json`,
  subjects_known: `${PAYLOAD} | jq -r '.subject[] | "sha256:" + .digest.sha256'  # each is looked for with: ${API} "$GATEHOUSE_URL/api/v1/search?q=DIGEST"`,
  builder: `${PAYLOAD} | jq -r '.predicate.runDetails.builder.id // .predicate.builder.id'`,
  parameters_complete: `${PAYLOAD} | jq '.predicate.buildDefinition.externalParameters // .predicate.metadata.completeness'`,
};

const rank = ['failed', 'not_evaluated', 'passed'] as const;

/** What several checks found, without what another one says too. */
const distinct = (found: readonly string[]): string[] => found.filter((one, at) => !found.some((other, n) => (other === one ? n < at : other.startsWith(one))));

/** One row for several checks: the worst of them decides, and what it found is told. */
function joined(name: string, expected: string, own: readonly Check[], otherwise: string): Check {
  const worst = rank.find((verdict) => own.some((check) => check.verdict === verdict));
  if (worst === undefined) return { name, verdict: 'not_evaluated', expected, actual: otherwise };
  const telling = own.filter(({ verdict }) => verdict === worst);
  const command = [...new Set(telling.flatMap((check) => check.command ?? []))].slice(0, 3).join('\n');
  return { name, verdict: worst, expected, actual: worst === 'passed' ? few(distinct(own.map(({ actual }) => actual)), 3) : few(telling.map((check) => `${check.name.replaceAll('_', ' ')}: ${check.actual}`), 3), ...(command === '' ? {} : { command }) };
}

/** The report: always the same questions, in the same order; what a format has no answer to says so. */
export function reportOf({ evidenceId, digest, receivedAt, runId, form, checks, outcomes, signers }: Reported): Check[] {
  const named = (...names: readonly string[]): Check[] => checks.filter(({ name }) => names.includes(name));
  const fetched = `${API} "$GATEHOUSE_URL/api/v1/evidence/${evidenceId}/bytes" -o envelope.json\necho "${digest.replace('sha256:', '')}  envelope.json" | sha256sum --check`;
  const keyList = `${API} "$GATEHOUSE_URL/api/v1/trust-keys" | jq '.items[] | {keyId, state, validFrom, validUntil, revokedAt}'`;
  const matches = outcomes.flatMap((outcome, index) => (outcome.kind === 'matches' ? [{ ...outcome, index }] : []));
  const unusable = matches.filter(({ unusable: why }) => why !== null);
  const revoked = unusable.filter(({ key }) => key.state === 'revoked');
  const outside = unusable.filter(({ key }) => key.state !== 'revoked');
  const signatures = checks.filter(({ name }) => /^signatures?(?:_\d+)?$/.test(name));
  const withoutLog = form === 'dsse' ? 'an envelope signed by a key of the team carries no log entry, and none is asked for' : 'the document carries none';
  const bySignature = new Map(matches.map(({ index, encoding, key }) => [`signature_${index + 1}`, signatureCommand({ index, encoding, publicKeyPem: key.publicKeyPem, keyId: key.keyId }).text]));
  const rows: Check[] = [
    joined('bytes_unchanged', 'the stored bytes and their record are those that were received', named('bytes', 'audit_record', 'sealed_record'), 'nothing was compared'),
    joined('envelope_well_formed', 'one unambiguous document that can be read in one way only', named('json', 'envelope', 'base64', 'payload_json', 'statement', 'subject_digests', 'predicate', 'media_type', 'bundle', 'bundle_version', 'checksums', 'model_manifest', 'model_root'), 'nothing of its form was checked'),
    joined('payload_type', 'a payload type that says what is signed', named('payload_type'), 'the format has none'),
    ...signatures.slice(0, MOST_SIGNATURES_SHOWN),
    ...(signatures.length > MOST_SIGNATURES_SHOWN ? [joined('further_signatures', `each of the other ${signatures.length - MOST_SIGNATURES_SHOWN} signatures verifies`, signatures.slice(MOST_SIGNATURES_SHOWN), '')].map((row) => ({ ...row, actual: `${counted(signatures.length - MOST_SIGNATURES_SHOWN, 'signature')} not shown one by one: ${signatures.slice(MOST_SIGNATURES_SHOWN).filter(({ verdict }) => verdict === 'passed').length} passed, ${signatures.slice(MOST_SIGNATURES_SHOWN).filter(({ verdict }) => verdict === 'failed').length} failed` })) : []),
    ...(signatures.length === 0 ? [joined('signatures', 'at least one signature that verifies', [], 'there is none')] : []),
    joined('key_or_chain', 'a key that the team trusts, or a certificate that leads to a trusted authority', named('trusted_signer', 'signer', 'certificate', 'certificate_chain', 'certificate_purpose', 'certificate_log', 'trusted_root'), 'nobody signed'),
    named('identity').length > 0
      ? joined('identity', 'the identity that is trusted', named('identity'), '')
      : { name: 'identity', verdict: signers.length > 0 ? 'passed' : 'not_evaluated', expected: 'the identity that is trusted: of a key, its id', actual: signers.length > 0 ? few(signers.map(({ name, keyId }) => `${name}, ${keyId}`), 3) : 'no key of the team signed' },
    joined('log_inclusion', 'an entry in a trusted transparency log, where the kind of signer asks for one', named('log_entry', 'log_known', 'inclusion_proof', 'inclusion_promise'), withoutLog),
    joined('checkpoint', 'a checkpoint that the log signed, over the root of the proof', named('checkpoint'), withoutLog),
    named('certificate_time', 'signing_time', 'timestamp', 'log_time').length > 0
      ? joined('time_in_validity', 'every time of signing lies in the validity of what signed', named('certificate_time', 'signing_time', 'timestamp', 'log_time'), '')
      : { name: 'time_in_validity', verdict: outside.length > 0 ? 'failed' : matches.length > 0 || signers.length > 0 ? 'passed' : 'not_evaluated', expected: `the key was valid when this was received, at ${receivedAt}`, actual: outside.length > 0 ? few(outside.map(({ key, unusable: why }) => `${key.name} is ${why ?? ''}`), 3) : matches.length > 0 || signers.length > 0 ? 'it was' : 'no key of the team signed' },
    { name: 'not_revoked', verdict: revoked.length > 0 ? 'failed' : signers.length > 0 ? 'passed' : 'not_evaluated', expected: 'what signed was not revoked since', actual: revoked.length > 0 ? few(revoked.map(({ key, unusable: why }) => `${key.name} was ${why ?? 'revoked'}`), 3) : signers.length > 0 ? 'it was not' : 'no key of the team signed' },
    joined('subjects_known', 'every subject is a version that a run of this team reported', named('subjects_known'), 'it names no subject'),
    joined('builder', 'a builder in whose name the signer may speak', named('builder'), 'no provenance, so no builder speaks'),
    joined('parameters_complete', 'all parameters of the build are stated', named('parameters_complete'), 'no provenance, so there are none'),
    joined('run_known', 'the run that is named is a run of this team', named('run_known'), 'it names no run'),
  ];
  const command = (row: Check): string | undefined => {
    if (row.name === 'bytes_unchanged') return fetched;
    if (row.name === 'key_or_chain' && form === 'dsse') return matches.length === 0 ? keyList : few(matches.map(({ key }) => `openssl pkey -pubin -in key.pem -outform DER | sha256sum  # the key id ${key.keyId}`), 1);
    if (row.name === 'not_revoked' || (row.name === 'time_in_validity' && form === 'dsse') || (row.name === 'identity' && form === 'dsse')) return keyList;
    if (row.name === 'run_known') return runId === null ? undefined : `${API} "$GATEHOUSE_URL/api/v1/runs/${runId}"`;
    return bySignature.get(row.name) ?? (form === 'dsse' && Object.hasOwn(ENVELOPE_COMMANDS, row.name) ? ENVELOPE_COMMANDS[row.name] : row.command);
  };
  return rows.map((row) => {
    const { command: _, ...rest } = row;
    const text = command(row);
    return text === undefined ? rest : { ...rest, command: text };
  });
}
