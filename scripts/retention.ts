// `npm run retention`: says what the retention of event bytes would remove, and with --apply removes it, audited. Nothing else is ever removed.
import { parseArgs } from 'node:util';
import { closePool } from '#lib/db/client.ts';
import { removeOldEventBytes, reportOldEventBytes } from '#lib/runs/index.ts';
import { runMain } from '#scripts/main.ts';
import { say } from '#scripts/progress.ts';
import { readSettingsFile } from '#scripts/settings-file.ts';
import { trouble } from '#scripts/trouble.ts';

const usage = 'npm run retention -- --days 365 [--apply]   (without --days: EVENT_RETENTION_DAYS; without --apply nothing is removed)';
const dayMilliseconds = 86_400_000;

await runMain(async () => {
  readSettingsFile();
  const { values } = parseArgs({ options: { days: { type: 'string' }, apply: { type: 'boolean', default: false } } });
  const days = Number(values.days ?? process.env.EVENT_RETENTION_DAYS);
  if (!Number.isInteger(days) || days < 30 || days > 36_500) throw trouble(`Say after how many days, at least 30: ${usage}`);
  const before = new Date(Date.now() - days * dayMilliseconds).toISOString();
  try {
    const old = await (values.apply ? removeOldEventBytes : reportOldEventBytes)(before);
    const count = (number: number) => number.toLocaleString('en-US');
    say(`Events received before ${before}: ${count(old.oldEvents)} with their bytes`);
    say(`  kept, since a registered model or evidence has to do with their run: ${count(old.keptEvents)}`);
    say(`  ${values.apply ? 'bytes removed' : 'bytes would be removed'}: ${count(old.removedEvents)} events, ${count(old.removedBytes)} bytes`);
    if (!values.apply) say('Nothing was changed; --apply removes them. Rows, edges, facets, evidence and audit stay in either case.');
  } finally {
    await closePool();
  }
});
