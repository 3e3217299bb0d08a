// OpenLineage's own Python client sends to a whole portal, and the graph is as expected. Without Python or PyPI it says so, and nothing was tested.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from '#scripts/child.ts';
import { startEmbeddedPortal } from '#scripts/embedded-portal.ts';
import { withCleanup } from '#scripts/main.ts';
import { freePort } from '#scripts/ports.ts';
import { step } from '#scripts/progress.ts';
import { projectRoot } from '#scripts/project.ts';
import { throwawayFolder } from '#scripts/throwaway-database.ts';
import { trouble } from '#scripts/trouble.ts';
import type { Client } from './index.ts';
import { checkGraph, type Sent } from './openlineage/check.ts';

const folder = join(projectRoot, 'clients', 'openlineage');

/** Runs a program and answers with what it wrote; null where it is not there or failed. */
async function attempt(signal: AbortSignal, program: string, args: string[]): Promise<{ code: number; output: string } | null> {
  try {
    return await runChild(program, args, { signal, output: 'capture' });
  } catch (error) {
    signal.throwIfAborted();
    return { code: 127, output: error instanceof Error ? error.message : String(error) };
  }
}

const lastLine = (output: string) => output.trim().split('\n').at(-1) ?? '';

/** A virtual environment with the client, or why there is none. */
async function pythonWithClient(signal: AbortSignal, environment: string): Promise<{ python: string } | { missing: string }> {
  const made = await attempt(signal, 'python3', ['-m', 'venv', environment]);
  if (made?.code !== 0) return { missing: `Python 3 with its module venv is not here (${lastLine(made?.output ?? '')})` };
  const python = join(environment, process.platform === 'win32' ? 'Scripts' : 'bin', 'python');
  const installed = await attempt(signal, python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--timeout', '20', '--retries', '1', '--requirement', join(folder, 'requirements.txt')]);
  return installed?.code === 0 ? { python } : { missing: `the client could not be installed from PyPI (${lastLine(installed?.output ?? '')})` };
}

const client: Client = (report, life) => withCleanup(life.signal, async (inner) => {
  const { signal, onExit } = inner;
  const temporary = mkdtempSync(join(tmpdir(), 'gatehouse-clients-'));
  onExit(() => { rmSync(temporary, { recursive: true, force: true }); });
  const found = await step('Installing openlineage-python into a virtual environment', () => pythonWithClient(signal, join(temporary, 'venv')));
  if ('missing' in found) {
    report('openlineage-python', 'sends events and finds the graph as expected', 'skipped', found.missing);
    return;
  }

  const dataDirectory = throwawayFolder();
  onExit(() => { rmSync(dataDirectory, { recursive: true, force: true }); });
  const portal = await startEmbeddedPortal({ dataDirectory, port: await freePort(), host: '127.0.0.1', mode: 'start', life: inner, demoData: false, durable: false });
  process.env.DATABASE_URL = portal.environment.DATABASE_URL;
  const { createOrganisation } = await import('#lib/testing/fixtures.ts');
  const { closePool } = await import('#lib/db/client.ts');
  const { pipeline } = await createOrganisation();
  await closePool();

  const sending = await step('Sending with the client', () => runChild(found.python, [join(folder, 'send.py')], { signal, output: 'capture', environment: { PORTAL_URL: portal.address, PORTAL_TOKEN: pipeline.token, OPENLINEAGE_CLIENT_LOGGING: 'WARNING' } }));
  if (sending.code !== 0) throw trouble(`The client could not send: ${sending.output.trim().slice(-3000)}`);
  const sent = JSON.parse(lastLine(sending.output)) as Sent;
  const get = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${portal.address}${path}`, { headers: { authorization: `Bearer ${pipeline.token}` }, signal });
    if (!answer.ok) throw trouble(`GET ${path} was answered with ${String(answer.status)}: ${(await answer.text()).slice(0, 300)}`);
    return answer.json();
  };
  const checks = await checkGraph(sent, get);
  for (const check of checks) report('openlineage-python', check.name, check.holds ? 'passed' : 'failed', check.holds ? '' : `found ${check.found}`);
});

export default client;
