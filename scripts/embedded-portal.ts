// A whole portal on the embedded database: PostgreSQL, schema, web server, demo data. What `npm run demo`, the tests and the benchmarks start.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { buildIfNeeded } from '#scripts/build.ts';
import { runChild } from '#scripts/child.ts';
import { prepareDatabase } from '#scripts/database.ts';
import type { Lifecycle } from '#scripts/main.ts';
import { checkPort, startPortal } from '#scripts/portal.ts';
import { startPostgres, untilUnused } from '#scripts/postgres.ts';
import { say, step } from '#scripts/progress.ts';
import { projectRoot } from '#scripts/project.ts';
import { ensureSecrets } from '#scripts/secrets.ts';
import { trouble } from '#scripts/trouble.ts';

export type EmbeddedPortalOptions = {
  dataDirectory: string;
  port: number;
  host: string;
  mode: 'start' | 'dev';
  life: Lifecycle;
  /** Fills the portal with the demo pipeline's runs, once. */
  demoData: boolean;
  /** False for a throw-away portal. */
  durable: boolean;
};

export type EmbeddedPortal = {
  address: string;
  /** The settings that a program beside the portal needs to reach it and its database. */
  environment: Record<string, string>;
  /** Resolves with one line when the portal or its database ends by itself. */
  died: Promise<string>;
};

export const accountsFile = 'demo-accounts.json';
const stateFile = 'demo-state';
const accountsShape = z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])));

/** Starts everything, in order; the lifecycle stops it in the opposite order. */
export async function startEmbeddedPortal({ dataDirectory, port, host, mode, life, demoData, durable }: EmbeddedPortalOptions): Promise<EmbeddedPortal> {
  const { signal, onExit } = life;
  await untilUnused(dataDirectory);
  await checkPort(port, host);
  if (mode === 'start') await buildIfNeeded(signal);
  signal.throwIfAborted();

  const server = await step('Starting PostgreSQL', () => startPostgres({ dataDirectory, durable, signal, log: (line) => { say(`  ${line}`); } }));
  onExit(server.stop);
  signal.throwIfAborted();

  const secrets = ensureSecrets(dataDirectory);
  const cutShort = demoData && demoState(dataDirectory) === 'begun';
  if (cutShort) say('The demo data was cut short last time: it is made again from the start');
  const { ownerUrl, applicationUrl } = await step('Preparing the database', () => prepareDatabase(server, secrets, { dataDirectory, afresh: cutShort, log: (line) => { say(`  ${line}`); } }));
  signal.throwIfAborted();

  const address = `http://localhost:${String(port)}`;
  const portalEnvironment = { DATABASE_URL: applicationUrl, NEXTAUTH_SECRET: secrets.nextauthSecret, GATEHOUSE_SIGNING_KEY: process.env.GATEHOUSE_SIGNING_KEY ?? secrets.signingKey, NEXTAUTH_URL: process.env.NEXTAUTH_URL ?? address };
  const logFolder = mode === 'start' ? { logFolder: join(dataDirectory, 'logs') } : {};
  const portal = await step('Starting the portal', () => startPortal({ mode, port, host, environment: portalEnvironment, signal, ...logFolder }));
  onExit(portal.stop);

  const environment = { ...portalEnvironment, DATABASE_OWNER_URL: ownerUrl, GATEHOUSE_DATA_DIR: dataDirectory, PORTAL_URL: address, DEMO_ACCOUNTS: join(dataDirectory, accountsFile) };
  const died = Promise.race([portal.died, server.died]);
  if (demoData) await Promise.race([makeDemoData(dataDirectory, environment, signal), died.then((line) => { throw trouble(line); })]);
  return { address, environment, died };
}

async function makeDemoData(dataDirectory: string, environment: Record<string, string>, signal: AbortSignal): Promise<void> {
  const script = join(projectRoot, 'scripts', 'demo-data.ts');
  if (demoState(dataDirectory) === 'complete') return;
  if (!existsSync(script)) {
    say('There is no demo data in this version.');
    return;
  }
  const state = join(dataDirectory, stateFile);
  writeFileSync(state, 'begun\n');
  await step('Making the demo data (once)', async () => {
    const { code } = await runChild(process.execPath, [script], { signal, environment, output: 'lines' });
    if (code !== 0) throw trouble('The demo data could not be made: the message is above. Start again to make it afresh.');
  });
  writeFileSync(state, 'complete\n');
}

function demoState(dataDirectory: string): string {
  const path = join(dataDirectory, stateFile);
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : 'none';
}

/** The accounts of the demo as a table for people; empty where there are none. */
export function accountsTable(dataDirectory: string): string {
  const path = join(dataDirectory, accountsFile);
  if (!existsSync(path)) return '';
  const rows = accountsShape.parse(JSON.parse(readFileSync(path, 'utf8')));
  return table(rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value ?? '')]))));
}

/** Rows with equal keys as aligned columns under their names. */
export function table(rows: Record<string, string>[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: string[]): string => cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ').trimEnd();
  return columns.length === 0 ? '' : [line(columns), line(widths.map((width) => '─'.repeat(width))), ...rows.map((row) => line(columns.map((column) => row[column] ?? '')))].join('\n');
}
