// The help texts.
import { VERSION } from '#cli/version.ts';

const ENVIRONMENT = `Environment:
  GATEHOUSE_URL            the portal, e.g. https://gatehouse.bank.example
  GATEHOUSE_TOKEN          token of a service account (or --token-file PATH)`;

const TOPICS: Readonly<Record<string, string>> = {
  '': `gatehouse ${VERSION}: reports pipeline steps to a Gatehouse portal and signs evidence of them

Usage: gatehouse COMMAND [OPTIONS]

Commands:
  run            wrap a pipeline step: report it and sign evidence
  flush          deliver reports that could not be delivered before
  publish-model  make an artifact a version of a model
  may-deploy     ask whether a digest may run in an environment
  deploy         record a deployment, if it is allowed
  verify         verify evidence about a file or model, without a portal
  verify-bundle  verify a Sigstore bundle, without a portal
  attest         sign a statement about files
  sign-model     sign a model, in the format of OpenSSF model signing
  keygen         make a key pair for signing

gatehouse COMMAND --help describes a command; gatehouse --version prints the version.`,

  run: `Usage: gatehouse run --pipeline NAME --stage STAGE [OPTIONS] -- COMMAND [ARGUMENT ...]

Runs COMMAND with its input, output and exit code untouched, and reports what it read, did and wrote.

  --pipeline NAME          name of the pipeline
  --stage STAGE            name of this stage of it
  --input NAME=PATH        a file or folder that the command reads; repeatable
  --output NAME=PATH       a file or folder that the command writes; repeatable
  --param K=V              a parameter, such as learning_rate=0.1; repeatable
  --type NAME=KIND         kind of an input or output: dataset (default), features, model, evaluation,
                           report, code, configuration, image, deployment
  --label NAME=LABEL       version label of an input or output, such as 2001-01
  --validation NAME=FILE   test results for a dataset, written by the command; signed
  --evaluation NAME=FILE   metrics of a model, written by the command; signed
  --tolerance METRIC=VALUE by how much a metric may differ when this run is repeated on the same inputs:
                           auc=0.005, or auc=1% of the larger value; repeatable
  --profile NAME=FILE      histograms of a model's features and predictions, written by the command
  --pipeline-run UUID      the pipeline execution that this stage belongs to
  --seed S                 the random seed
  --triggered-by NAME      the person who started this (default: what the CI system says)
  --token-file PATH        read the token from a file
  --pass-credentials       let the command see GATEHOUSE_TOKEN, GATEHOUSE_KEY and GATEHOUSE_KEY_PASSWORD
  --quiet                  say nothing when all is well

${ENVIRONMENT}
  GATEHOUSE_KEY            PEM private key that signs (see gatehouse keygen); unset: nothing is signed
  GATEHOUSE_KEY_PASSWORD   password of the key, if it is encrypted
  GATEHOUSE_NAMESPACE      namespace of jobs and datasets (default: the pipeline's name)
  GATEHOUSE_PIPELINE_RUN   same as --pipeline-run
  GATEHOUSE_BUILDER_ID     SLSA builder.id
  GATEHOUSE_IMAGE_DIGEST   digest of the container image that this runs in, sha256:…
  GATEHOUSE_TRIGGERED_BY   same as --triggered-by
  GATEHOUSE_SPOOL          folder for reports that cannot be delivered now

Exit codes: the command's own; 128 + n when signal n ended it; 127 not found; 126 not executable;
64 bad arguments or settings (nothing was run); 65 a validation, evaluation or profile is malformed;
66 a declared input or output is missing. An unreachable portal changes nothing.`,

  flush: `Usage: gatehouse flush [--json] [--token-file PATH]

Delivers the reports in the spool, oldest first. Safe to run at any time and to stop at any time.

${ENVIRONMENT}
  GATEHOUSE_SPOOL          the spool (default: ~/.local/state/gatehouse/spool)

Exit codes: 0 the spool is empty; 1 the portal refused a report (kept in rejected/, with the answer);
2 the portal could not be reached or wants other credentials, and reports remain.`,

  'publish-model': `Usage: gatehouse publish-model --model NAME --artifact PATH [--description TEXT] [--run-id UUID] [--json] [--token-file PATH]

Makes the file or folder at PATH, the output of a reported run, a version of the model.

${ENVIRONMENT}

Exit codes: 0 published, now or before; 1 refused; 2 no answer.`,

  'may-deploy': `Usage: gatehouse may-deploy (--digest DIGEST | --artifact PATH) --environment NAME [--endpoint NAME] [--identity ACCOUNT] [--json] [--token-file PATH]

Asks the portal whether these very bytes may run in the environment.

${ENVIRONMENT}

Exit codes: 0 yes; 3 no, with reasons; 2 no answer could be had. Deploy on 0 alone.`,

  deploy: `Usage: gatehouse deploy (--digest DIGEST | --artifact PATH) --environment NAME --endpoint NAME [--serving-since TIME] [--json] [--token-file PATH]

Records a deployment, if it is allowed. A refused attempt is recorded too.

  --serving-since TIME     when traffic began, e.g. 2026-01-31T09:00:00Z; for charts, never for a decision

${ENVIRONMENT}

Exit codes: 0 allowed and recorded; 3 not allowed; 1 refused for another reason; 2 no answer. Deploy on 0 alone.`,

  verify: `Usage: gatehouse verify FILE --evidence E --trust T [--trust T ...] [OPTIONS]

Verifies evidence about FILE, or about the model in the folder FILE. No portal and no network are used.
The format of the evidence is detected: DSSE envelope, Sigstore bundle, bundle or signature of cosign, OpenSSF model
signature, list of checksums.

  --evidence E             the evidence, a file
  --trust T                what is trusted; repeatable. A file of public keys or of certificates of authorities (PEM), a
                           Sigstore trusted root, a trust file (cli/README.md), or the digest sha256:… of the evidence itself
  --certificate-identity I, --certificate-oidc-issuer U
                           a signer with a Sigstore certificate; both are compared whole
  --trusted-root R         the Sigstore instance (default: the public-good one, as shipped with this command)
  --builder-id B           a builder that provenance may name; repeatable (default: any)
  --threshold N            so many different keys must have signed an envelope (default: 1)
  --ignore-path P          a path in the model that need not be signed; repeatable
  --ignore-unsigned        accept files in the model that are not signed
  --json                   print the report for programs

Exit codes: 0 verified; 1 not verified; 64 bad arguments; 66 a file cannot be read.`,

  'verify-bundle': `Usage: gatehouse verify-bundle --bundle B [--key K | --certificate-identity I --certificate-oidc-issuer U]
                              [--trusted-root R] [--json] FILE_OR_DIGEST

Verifies a Sigstore bundle about a file, or about the digest sha256:… of one. No network is used.

  --bundle B               the bundle, a file
  --key K                  the public key of the signer (PEM)
  --certificate-identity I the subject in the signer's certificate, and
  --certificate-oidc-issuer U
                           who vouched for it; both are compared whole
  --trusted-root R         the Sigstore instance (default: the public-good one, as shipped with this command)

Exit codes: 0 verified; 1 not verified; 64 bad arguments; 66 a file cannot be read.`,

  attest: `Usage: gatehouse attest --predicate P --type TYPE (--subject NAME=PATH ... | --digest NAME=DIGEST ...) [OPTIONS]

Signs an in-toto statement about files with GATEHOUSE_KEY.

  --predicate P            a file with the predicate, a JSON object
  --type TYPE              its type, a URI
  --subject NAME=PATH      a file or folder that the statement is about; repeatable
  --digest NAME=DIGEST     the same by its digest, sha256:…
  --format envelope|bundle a DSSE envelope (default), or a Sigstore bundle around it
  --out PATH               where to write it (default: standard output)

Environment:
  GATEHOUSE_KEY            PEM private key that signs (see gatehouse keygen)
  GATEHOUSE_KEY_PASSWORD   password of the key, if it is encrypted`,

  'sign-model': `Usage: gatehouse sign-model DIR [--out PATH] [--name NAME] [--ignore-path P ...]

Signs all files of a model, a folder or a file, in the format of OpenSSF model signing, with GATEHOUSE_KEY (ECDSA P-256).

  --out PATH               the signature (default: DIR/model.sig)
  --name NAME              name of the model (default: that of the folder)
  --ignore-path P          a path in the model that is not signed; repeatable. .git, .gitattributes, .github and .gitignore never are

Environment:
  GATEHOUSE_KEY            PEM private key that signs (see gatehouse keygen)
  GATEHOUSE_KEY_PASSWORD   password of the key, if it is encrypted`,

  keygen: `Usage: gatehouse keygen --out PATH [--type ecdsa-p256|ed25519] [--force] [--json]

Writes a private key to PATH (PKCS#8 PEM, mode 0600) and the public key to PATH.pub, and prints the key's id.

Environment:
  GATEHOUSE_KEY_PASSWORD   encrypts the private key`,
};

/** The help for a command, or for all of them; null when there is no such command. */
export const helpFor = (topic: string): string | null => TOPICS[topic] ?? null;
