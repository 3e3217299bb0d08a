// Starts the portal's web server, waits until it is ready, watches and stops it.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lifeline } from '#scripts/child.ts';
import { freshLog } from '#scripts/log-file.ts';
import { isPortFree } from '#scripts/ports.ts';
import { elapsed, say } from '#scripts/progress.ts';
import { projectRoot } from '#scripts/project.ts';
import { trouble } from '#scripts/trouble.ts';

export type PortalOptions = {
  /** `start` serves the last build, `dev` compiles as it goes; `decisions` is the decisions process, which needs no build. */
  mode: 'start' | 'dev' | 'decisions';
  port: number;
  /** The address to listen on; unset: every address of the machine. */
  host?: string;
  environment: Record<string, string>;
  /** A folder for the portal's log; unset: its output is shown. */
  logFolder?: string;
  /** Milliseconds that open requests get when the portal is stopped. */
  grace?: number;
  signal: AbortSignal;
};

export type Portal = {
  /** Resolves when the portal ends without having been stopped here, with one line that says so. */
  died: Promise<string>;
  stop: () => Promise<void>;
};

const readinessLimit = 120_000;
const portPatience = 1_500;

/** Says in one line when a port is taken. Waits a moment first: a portal that was killed just now may still be ending. */
export async function checkPort(port: number, host?: string): Promise<void> {
  const giveUp = performance.now() + portPatience;
  while (!(await isFree(port, host))) {
    if (performance.now() > giveUp) throw trouble(`Port ${String(port)} is taken by another program: stop it, or choose another port, e.g. PORT=${String(port === 65_535 ? 3000 : port + 1)} npm run ${process.env.npm_lifecycle_event ?? 'demo'}`);
    await pause(50);
  }
}

async function isFree(port: number, host: string | undefined): Promise<boolean> {
  // `localhost` may mean ::1 to a browser: another program there would be taken for the portal.
  const addresses = host === undefined ? ['0.0.0.0', '::'] : host === '127.0.0.1' ? [host, '::1'] : [host];
  for (const address of addresses) if (!(await isPortFree(port, address))) return false;
  return true;
}

/** The port from PORT, or 3000. */
export function chosenPort(text: string | undefined): number {
  if (text === undefined || text === '') return 3000;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw trouble(`PORT is '${text}': it must be a number from 1 to 65535.`);
  return port;
}

/** Starts the decisions process and returns when it is ready. */
export const startDecisions = (options: Omit<PortalOptions, 'mode'>): Promise<Portal> => startPortal({ ...options, mode: 'decisions' });

/** Starts the portal and returns when /api/readyz says that it is ready. */
export async function startPortal(options: PortalOptions): Promise<Portal> {
  await checkPort(options.port, options.host);
  options.signal.throwIfAborted();
  const logFile = options.logFolder === undefined ? null : freshLog(options.logFolder, options.mode === 'decisions' ? 'decisions' : 'portal');
  const child = launch(options, logFile);
  let over = false;
  let stopping: Promise<void> | undefined;
  const ended = new Promise<void>((resolve) => {
    for (const event of ['exit', 'error']) {
      child.once(event, () => {
        over = true;
        resolve();
      });
    }
  });
  // A script that ends without stop() takes the portal with it.
  const atExit = (): void => { child.kill('SIGKILL'); };
  process.once('exit', atExit);

  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const impatience = setTimeout(() => child.kill('SIGKILL'), options.grace ?? 5_000);
    await ended;
    clearTimeout(impatience);
    process.removeListener('exit', atExit);
  };
  const portal: Portal = {
    died: ended.then(() => (stopping === undefined ? `The portal has ended unexpectedly${logFile === null ? '.' : `: see ${logFile}.`}` : new Promise<string>(() => undefined))),
    stop: () => (stopping ??= stop()),
  };

  try {
    await untilReady(options, () => over, ended);
  } catch (error) {
    await portal.stop();
    if (logFile !== null && !options.signal.aborted) process.stderr.write(`${readFileSync(logFile, 'utf8').trim().split('\n').slice(-30).join('\n')}\n`);
    throw error;
  }
  return portal;
}

function launch({ mode, port, host, environment }: PortalOptions, logFile: string | null): ChildProcess {
  const next = join(projectRoot, 'node_modules', 'next', 'dist', 'bin', 'next');
  const output = logFile === null ? 'inherit' : openSync(logFile, 'a', 0o600);
  const program = mode === 'decisions' ? [join(projectRoot, 'scripts', 'decisions.ts')] : [next, mode, '--port', String(port), ...(host === undefined ? [] : ['--hostname', host])];
  try {
    return spawn(process.execPath, [...lifeline.args, ...program], {
      cwd: projectRoot,
      stdio: ['ignore', output, output, 'ipc'],
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...(mode === 'decisions' ? { DECISIONS_PORT: String(port), GATEHOUSE_HOST: host ?? '' } : {}), ...environment, ...lifeline.environment, NODE_ENV: mode === 'dev' ? 'development' : 'production' },
    });
  } finally {
    if (typeof output === 'number') closeSync(output);
  }
}

async function untilReady({ port, host, signal }: PortalOptions, isOver: () => boolean, ended: Promise<void>): Promise<void> {
  const address = `http://${host === undefined || host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${String(port)}/api/readyz`;
  const began = performance.now();
  let announced = began;
  let said = '';
  while (performance.now() - began < readinessLimit) {
    signal.throwIfAborted();
    if (isOver()) throw trouble('The portal ended while it was starting: its last words are above.');
    try {
      const answer = await fetch(address, { signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]) });
      if (answer.ok) return;
      said = `${String(answer.status)} ${(await answer.text()).slice(0, 300)}`;
    } catch (error) {
      said = error instanceof Error ? error.message : String(error);
    }
    if (performance.now() - announced > 15_000) {
      announced = performance.now();
      say(`  the portal is not ready yet (${elapsed(began)})`);
    }
    await Promise.race([pause(50), ended]);
  }
  throw trouble(`The portal is not ready after ${elapsed(began)}: ${address} answers ${said.replaceAll(/\s+/g, ' ')}`);
}
