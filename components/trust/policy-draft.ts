// What the form of a trust policy holds while it is filled in, and the content that becomes of it. Pure.
import { trustPolicyContent, type PolicySigner, type ProposeTrustPolicy, type TrustPolicyContent } from '#lib/evidence/trust-policy-schema.ts';

export type DraftSigner = { readonly key: string; readonly kind: PolicySigner['kind']; readonly name: string; readonly pem: string; readonly subjects: string; readonly issuer: string; readonly subject: string; readonly match: 'exact' | 'prefix'; readonly builders: string };
export type Draft = {
  readonly scope: 'all' | 'namespace' | 'prefix' | 'exact';
  readonly namespace: string;
  readonly pipeline: string;
  readonly predicateTypes: string;
  readonly signers: readonly DraftSigner[];
  readonly root: 'none' | 'public-good' | 'own';
  readonly rootJson: string;
  readonly threshold: string;
  readonly validFrom: string;
  readonly validUntil: string;
};

let made = 0;
export const emptySigner = (): DraftSigner => ({ key: String((made += 1)), kind: 'key', name: '', pem: '', subjects: '', issuer: '', subject: '', match: 'exact', builders: '' });
export const emptyDraft = (): Draft => ({ scope: 'all', namespace: '', pipeline: '', predicateTypes: '', signers: [emptySigner()], root: 'none', rootJson: '', threshold: '1', validFrom: '', validUntil: '' });

const lines = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

/** The form filled with a policy that is there; null where its content is not understood. */
export function draftOf(content: unknown): Draft | null {
  const read = trustPolicyContent.safeParse(content);
  if (!read.success) return null;
  const { pipeline, predicateTypes, signers, root, builders, threshold, validFrom, validUntil } = read.data;
  return {
    scope: pipeline === null ? 'all' : 'name' in pipeline ? 'exact' : pipeline.namePrefix === '' ? 'namespace' : 'prefix',
    namespace: pipeline?.namespace ?? '',
    pipeline: pipeline === null ? '' : 'name' in pipeline ? pipeline.name : pipeline.namePrefix,
    predicateTypes: predicateTypes.join('\n'),
    signers: signers.map((signer) => ({
      ...emptySigner(), kind: signer.kind, name: signer.name, builders: builders.filter((pair) => pair.signer === signer.name).map(({ builderId }) => builderId).join('\n'),
      ...(signer.kind === 'key' ? { pem: signer.publicKeyPem } : signer.kind === 'authority' ? { pem: signer.certificatesPem, subjects: signer.subjects.join('\n') } : { issuer: signer.issuer, subject: signer.subject, match: signer.match }),
    })),
    root: root === null ? 'none' : root === 'public-good' ? 'public-good' : 'own',
    rootJson: root === null || root === 'public-good' ? '' : JSON.stringify(root, null, 2),
    threshold: String(threshold),
    validFrom: validFrom?.slice(0, 10) ?? '',
    validUntil: validUntil?.slice(0, 10) ?? '',
  };
}

type Content = ProposeTrustPolicy['content'];
export type Made = { readonly ok: true; readonly content: Content } | { readonly ok: false; readonly problems: readonly { readonly path: string; readonly message: string }[] };

const pipelineOf = ({ scope, namespace, pipeline }: Draft): TrustPolicyContent['pipeline'] => {
  switch (scope) {
    case 'all':
      return null;
    case 'namespace':
      return { namespace: namespace.trim(), namePrefix: '' };
    case 'prefix':
      return { namespace: namespace.trim(), namePrefix: pipeline.trim() };
    case 'exact':
      return { namespace: namespace.trim(), name: pipeline.trim() };
  }
};

const signerOf = ({ kind, name, pem, subjects, issuer, subject, match }: DraftSigner): PolicySigner => {
  switch (kind) {
    case 'key':
      return { kind, name: name.trim(), publicKeyPem: pem.trim() };
    case 'authority':
      return { kind, name: name.trim(), certificatesPem: pem.trim(), subjects: lines(subjects) };
    case 'identity':
      return { kind, name: name.trim(), issuer: issuer.trim(), subject: subject.trim(), match };
  }
};

/** The content to send, or what is wrong with it by path. A private key is found here, so that it never leaves the browser. */
export function contentOf(draft: Draft): Made {
  const secret = draft.signers.findIndex(({ pem }) => pem.includes('PRIVATE KEY'));
  if (secret >= 0) return { ok: false, problems: [{ path: `signers.${String(secret)}`, message: 'this is a private key. It was not sent. Consider it exposed, and paste the public key or the certificate' }] };
  let root: unknown = draft.root === 'none' ? null : 'public-good';
  if (draft.root === 'own') {
    try {
      root = JSON.parse(draft.rootJson);
    } catch {
      return { ok: false, problems: [{ path: 'root', message: 'is not JSON' }] };
    }
  }
  const day = (text: string): string | null => (text === '' ? null : `${text}T00:00:00Z`);
  const content = {
    pipeline: pipelineOf(draft), predicateTypes: lines(draft.predicateTypes), signers: draft.signers.map(signerOf), root,
    builders: draft.signers.flatMap(({ name, builders }) => lines(builders).map((builderId) => ({ signer: name.trim(), builderId }))),
    threshold: Number(draft.threshold), validFrom: day(draft.validFrom), validUntil: day(draft.validUntil),
  };
  const checked = trustPolicyContent.safeParse(content);
  return checked.success ? { ok: true, content: checked.data } : { ok: false, problems: checked.error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.map(String).join('.'), message })) };
}
