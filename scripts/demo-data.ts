// Fills an empty portal with the demo: an organisation, a trusted key, the flight delay pipeline on real data, and the first model's way into production.
import { mkdirSync, rmSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPipeline } from '../examples/flight-delays/pipeline.ts';
import { createOrganisation } from './demo/organisation.ts';
import { gatehouse } from './demo/command.ts';
import { documentDatasets, documentVersion } from './demo/cards.ts';
import { registerSources, sendValidation } from './demo/inventory.ts';
import { promote, reject } from './demo/promotion.ts';
import { runMain } from '#scripts/main.ts';
import { say } from '#scripts/progress.ts';
import { trouble } from '#scripts/trouble.ts';

const setting = (name: string): string => process.env[name] ?? (() => { throw trouble(`${name} is not set: this script is started by npm run demo.`); })();

/** When traffic of the replayed year 2001 began to be served by the version that the demo deploys first. */
const servingSince = '2001-02-01T00:00:00Z';

await runMain(async () => {
  const portal = setting('PORTAL_URL');
  const folder = join(setting('GATEHOUSE_DATA_DIR'), 'demo');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });

  const organisation = await createOrganisation(portal, say);
  const { clients } = organisation;
  writeFileSync(setting('DEMO_ACCOUNTS'), `${JSON.stringify(organisation.accounts, null, 2)}\n`, { mode: 0o600 });

  const key = join(folder, 'pipeline-key.pem');
  const environment = { GATEHOUSE_URL: portal, GATEHOUSE_KEY: key, GATEHOUSE_TOKEN: organisation.pipelineToken, GATEHOUSE_SPOOL: join(folder, 'spool'), GATEHOUSE_TRIGGERED_BY: 'engineer@gatehouse.example' };
  await gatehouse(['keygen', '--out', key], environment);
  const proposed = await clients.security.post<{ id: string }>('/api/v1/trust-keys', {
    name: 'Flight delays pipeline',
    teamId: organisation.teamId,
    publicKeyPem: readFileSync(`${key}.pub`, 'utf8'),
    builderIds: ['https://gatehouse.dev/builders/command/v1'],
  });
  await clients['security-lead'].post(`/api/v1/trust-keys/${proposed.id}/confirm`, {});
  say('The pipeline’s key: proposed by security, confirmed by a second person');

  await registerSources(clients, organisation.teamId, say);

  // The folder lies below the repository's data folder, so that recorded paths do not name the machine.
  const pipeline = createPipeline({ workDirectory: join(folder, 'work'), environment, progress: say });
  const deploy = (digest: string, environmentName: string, since: string) =>
    gatehouse(['deploy', '--digest', digest, '--environment', environmentName, '--endpoint', 'flight-delays', '--serving-since', since], { ...environment, GATEHOUSE_TOKEN: organisation.deployerToken });

  const first = await pipeline.trainingRun(1);
  await documentVersion(clients.engineer, first.modelDigest, say);
  await documentDatasets(clients.engineer, say);
  await sendValidation(portal, clients, organisation.pipelineToken, join(folder, 'work', 'raw', '2001-01.csv'), join(folder, 'work', 'validation', '2001-01.json'));
  await reject(clients, first.modelDigest, 'First attempt. Selection rates by origin region are to be looked at before anything else.', say);
  const second = await pipeline.trainingRun(2);
  await documentVersion(clients.engineer, second.modelDigest, say);
  await pipeline.failingValidation();
  await promote(clients, second.modelDigest, 'January model with equal selection rates by region; gates passed, ready to serve February.', say);
  await deploy(second.modelDigest, 'production', servingSince);
  say('Version 2 is in production');
  await pipeline.scoreWeeks(2, '2001-02-01', '2001-03-01');
  const third = await pipeline.trainingRun(3);
  await documentVersion(clients.engineer, third.modelDigest, say);
  await pipeline.scoreWeeks(2, '2001-03-01', '2001-04-01');
  await pipeline.scoreWeeks(3, '2001-03-01', '2001-04-01');
  await pipeline.compare([2, 3]);
  await deploy(third.modelDigest, 'staging', '2001-03-01T00:00:00Z');
  say('Version 3 is in staging: ask for its promotion as engineer, decide as reviewer and as security');
});
