// `npm run decisions`: the decisions process alone, on the operator's PostgreSQL, on DECISIONS_PORT. `npm start` starts it beside the portal where that is set.
import { closePool } from '#lib/db/client.ts';
import { makeDecisionsServer } from '#lib/decisions-server.ts';
import { keepForgetting } from '#lib/jobs/housekeeping.ts';
import { runMain, untilStopped } from '#scripts/main.ts';
import { checkPort, chosenPort } from '#scripts/portal.ts';
import { say } from '#scripts/progress.ts';
import { readSettingsFile } from '#scripts/settings-file.ts';
import { trouble } from '#scripts/trouble.ts';

await runMain(async ({ signal, onExit }) => {
  readSettingsFile();
  const { DATABASE_URL: applicationUrl, DECISIONS_PORT, GATEHOUSE_HOST } = process.env;
  const host = GATEHOUSE_HOST === '' ? undefined : GATEHOUSE_HOST;
  if (!applicationUrl) throw trouble('DATABASE_URL is not set: give it the address of the portal\'s database');
  // The owner's rights are for migrations alone.
  delete process.env.DATABASE_OWNER_URL;
  const port = chosenPort(DECISIONS_PORT ?? '3001');
  await checkPort(port, host);
  const { server, close } = makeDecisionsServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  onExit(async () => {
    await close();
    await closePool();
  });
  keepForgetting();
  say(`Deploy decisions are answered on port ${String(port)}`);
  await untilStopped(signal);
});
