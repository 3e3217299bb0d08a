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

  'may-deploy': `Usage: gatehouse may-deploy (--digest DIGEST | --artifact PATH) --environment NAME [--json] [--token-file PATH]

Asks the portal whether these very bytes may run in the environment.

${ENVIRONMENT}

Exit codes: 0 yes; 3 no, with reasons; 2 no answer could be had. Deploy on 0 alone.`,

  deploy: `Usage: gatehouse deploy (--digest DIGEST | --artifact PATH) --environment NAME --endpoint NAME [--serving-since TIME] [--json] [--token-file PATH]

Records a deployment, if it is allowed. A refused attempt is recorded too.

  --serving-since TIME     when traffic began, e.g. 2026-01-31T09:00:00Z; for charts, never for a decision

${ENVIRONMENT}

Exit codes: 0 allowed and recorded; 3 not allowed; 1 refused for another reason; 2 no answer. Deploy on 0 alone.`,

  keygen: `Usage: gatehouse keygen --out PATH [--type ecdsa-p256|ed25519] [--force] [--json]

Writes a private key to PATH (PKCS#8 PEM, mode 0600) and the public key to PATH.pub, and prints the key's id.

Environment:
  GATEHOUSE_KEY_PASSWORD   encrypts the private key`,
};

/** The help for a command, or for all of them; null when there is no such command. */
export const helpFor = (topic: string): string | null => TOPICS[topic] ?? null;
