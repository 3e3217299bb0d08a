// `npm run test:clients [-- NAME]`: runs every file in this folder, each of which tries Gatehouse with real tools of others.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { table } from '#scripts/embedded-portal.ts';
import { runMain, type Lifecycle } from '#scripts/main.ts';
import { say } from '#scripts/progress.ts';
import { trouble } from '#scripts/trouble.ts';

export type Outcome = 'passed' | 'failed' | 'skipped';
/** Reports one thing that was tried; `note` says why it failed or was skipped. */
export type Report = (client: string, name: string, outcome: Outcome, note?: string) => void;
/** What a file in this folder exports as its default. */
export type Client = (report: Report, life: Lifecycle) => Promise<void>;

const notClients = ['index.ts', 'tools.ts'];

async function main(args: string[], life: Lifecycle): Promise<number> {
  const known = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !notClients.includes(file)).map((file) => file.slice(0, -3)).sort();
  const names = args.filter((arg) => !arg.startsWith('--'));
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw trouble(`There is no clients/${unknown.join(', ')}: there are ${known.join(', ')}.`);
  const rows: { client: string; tried: string; outcome: Outcome; note: string }[] = [];
  for (const name of names.length > 0 ? names : known) {
    const { default: client } = (await import(pathToFileURL(join(import.meta.dirname, `${name}.ts`)).href)) as { default: Client };
    await client((tool, tried, outcome, note = '') => {
      rows.push({ client: tool, tried, outcome, note });
      say(`${outcome === 'passed' ? '✓' : outcome === 'failed' ? '✗' : '-'} ${tool}: ${tried}${note === '' ? '' : ` (${note})`}`);
    }, life);
  }
  const count = (outcome: Outcome) => rows.filter((row) => row.outcome === outcome).length;
  console.log(`\n${table(rows.map(({ client, tried, outcome, note }) => ({ client, tried, outcome: outcome === 'failed' ? 'FAILED' : outcome, note: note.replaceAll(/\s+/g, ' ').slice(0, 100) })))}`);
  console.log(`\n${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  return count('failed') === 0 ? 0 : 1;
}

if (import.meta.main) await runMain((life) => main(process.argv.slice(2), life));
