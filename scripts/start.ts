// `npm start`: the portal in production, on the operator's PostgreSQL.
import { buildIfNeeded } from '#scripts/build.ts';
import { applicationPasswordIn, checkDatabase, migrateGiven } from '#scripts/database.ts';
import { runMain, untilStopped } from '#scripts/main.ts';
import { checkPort, chosenPort, startDecisions, startPortal } from '#scripts/portal.ts';
import { say } from '#scripts/progress.ts';
import { readSettingsFile } from '#scripts/settings-file.ts';
import { trouble } from '#scripts/trouble.ts';

const grace = 20_000;

await runMain(async ({ signal, onExit }) => {
  readSettingsFile();
  const { DATABASE_URL: applicationUrl, DATABASE_OWNER_URL: ownerUrl, NEXTAUTH_SECRET: secret, NEXTAUTH_URL: address, PORT, DECISIONS_PORT, GATEHOUSE_HOST: host } = process.env;
  if (!applicationUrl) throw trouble('DATABASE_URL is not set: give it the address of a PostgreSQL 15 or newer, e.g. postgresql://gatehouse_app:password@host:5432/gatehouse (npm run demo needs none)');
  if (!secret || secret.length < 32) throw trouble('NEXTAUTH_SECRET is missing or too short: give it at least 32 random characters, e.g. from `openssl rand -base64 32`');
  if (!address || !URL.canParse(address)) throw trouble('NEXTAUTH_URL is not set or no address: give it the public address of the portal, e.g. https://gatehouse.bank.example');
  const port = chosenPort(PORT);
  const decisionsPort = DECISIONS_PORT ? chosenPort(DECISIONS_PORT) : null;
  await checkPort(port, host);
  if (ownerUrl) await migrateGiven(ownerUrl, applicationPasswordIn(applicationUrl), say);
  await checkDatabase(applicationUrl);
  await buildIfNeeded(signal);
  signal.throwIfAborted();
  // The owner's rights end here: the portal works with the application's role alone.
  const portal = await startPortal({ mode: 'start', port, signal, grace, environment: { DATABASE_URL: applicationUrl, DATABASE_OWNER_URL: '' }, ...(host === undefined ? {} : { host }) });
  onExit(portal.stop);
  const died = [portal.died];
  if (decisionsPort !== null) {
    const decisions = await startDecisions({ port: decisionsPort, signal, grace, environment: { DATABASE_URL: applicationUrl, DATABASE_OWNER_URL: '' }, ...(host === undefined ? {} : { host }) });
    onExit(decisions.stop);
    died.push(decisions.died.then(() => 'The decisions process has ended unexpectedly.'));
  }
  say(`Gatehouse listens on port ${String(port)}${decisionsPort === null ? '' : `, and answers deployers on port ${String(decisionsPort)}`}`);
  await Promise.race([untilStopped(signal), ...died.map((each) => each.then((line) => { throw trouble(line); }))]);
  say('Stopping the portal');
});
