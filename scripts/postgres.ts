// Starts, watches and stops the embedded PostgreSQL of one data folder, and recovers what a killed start left behind.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, closeSync, existsSync, lchownSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { lockHolder, processIdentity, takeLock } from '#scripts/lock.mjs';
import { freeBytes } from '#scripts/disk.ts';
import { freshLog } from '#scripts/log-file.ts';
import { freePort, isPortFree } from '#scripts/ports.ts';
import { findBinaries, type PostgresBinaries } from '#scripts/postgres-binaries.ts';
import { durableSettings, notDurable, usableMemory } from '#scripts/postgres-settings.ts';
import { endOrphan, endPostmaster } from '#scripts/postmaster.ts';
import { canEnter, plainEnvironment, unprivilegedUser, type RunAs } from '#scripts/run-as.ts';
import { errorCode, explainSystemError, fullDisk, trouble } from '#scripts/trouble.ts';

export type PostgresOptions = {
  /** Everything lies here: the cluster, the password of its superuser, the port, the logs. */
  dataDirectory: string;
  /** Default: the port used last time where it is free, else any free one. */
  port?: number;
  log?: (line: string) => void;
  /** Settings of the server, over the ones chosen here. */
  settings?: Record<string, string>;
  /** False for a database whose loss does not matter: nothing is forced to the disk. */
  durable?: boolean;
  /** Aborting it while the server is starting stops the server and throws. */
  signal?: AbortSignal;
};

export type Postgres = {
  port: number;
  /** The password of the superuser `postgres`. */
  ownerPassword: string;
  /** The address of a database, for the superuser unless another user and password are given. */
  url: (database: string, user?: string, password?: string) => string;
  /** Resolves when the server ends without having been stopped here, with one line that says why. */
  died: Promise<string>;
  /** Fast shutdown: ends sessions, writes everything, returns when the process is gone. */
  stop: () => Promise<void>;
};

const superuser = 'postgres';
const readinessLimit = 10 * 60_000;
const interlockLimit = 15_000;
const patience = 3_000;
const ampleSharedMemory = 512 * 1024 * 1024;
const lockName = 'postgres.lock';

/** Starts PostgreSQL on the data folder (made when it is not there) and returns when it answers. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const folder = resolve(options.dataDirectory);
  try {
    return await start({ ...options, dataDirectory: folder });
  } catch (error) {
    throw explainSystemError(error, folder);
  }
}

async function start(options: PostgresOptions): Promise<Postgres> {
  const { dataDirectory } = options;
  const log = options.log ?? (() => undefined);
  const durable = options.durable ?? true;
  const user = unprivilegedUser();
  prepareFolder(dataDirectory, user);
  const lock = takeLock(join(dataDirectory, lockName));
  if (!lock.taken) throw inUse(dataDirectory, lock.pid);
  try {
    const binaries = findBinaries(user, log);
    const cluster = join(dataDirectory, 'cluster');
    await endOrphan(cluster, log);
    const password = await createIfMissing({ dataDirectory, cluster, binaries, user, durable, log });
    const server = await launch({ dataDirectory, cluster, binaries, user, log, password, port: options.port, signal: options.signal, settings: { ...(durable ? durableSettings({ memory: usableMemory(), free: freeBytes(dataDirectory) }) : notDurable), ...options.settings } });
    return supervise(server, dataDirectory, password, lock.release);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Waits a moment for the process that uses this folder: a start right after the last one was killed may find that one still ending. */
export async function untilUnused(dataDirectory: string): Promise<void> {
  const giveUp = performance.now() + patience;
  for (;;) {
    const holder = lockHolder(join(dataDirectory, lockName));
    if (holder === null) return;
    if (performance.now() > giveUp) throw inUse(dataDirectory, holder);
    await pause(100);
  }
}

function inUse(dataDirectory: string, pid: number): Error {
  return trouble(`Gatehouse already runs on ${dataDirectory} (process ${String(pid)}): stop that one, or set GATEHOUSE_DATA_DIR to another folder.`);
}

function prepareFolder(folder: string, user: RunAs): void {
  mkdirSync(folder, { recursive: true });
  if (user === null) {
    const { uid } = statSync(folder);
    if (uid !== process.getuid?.()) throw trouble(`${folder} belongs to another user: start Gatehouse as that user, or set GATEHOUSE_DATA_DIR to another folder.`);
    chmodSync(folder, 0o700);
    return;
  }
  // The server's account passes through this folder to its cluster; it can list and read nothing else here.
  chmodSync(folder, 0o711);
  if (!canEnter(user, folder)) throw trouble(`${folder} lies in a folder that only root may enter, and PostgreSQL does not run as root: set GATEHOUSE_DATA_DIR to a folder elsewhere, such as /var/lib/gatehouse/portal.`);
}

type Creation = { dataDirectory: string; cluster: string; binaries: PostgresBinaries; user: RunAs; durable: boolean; log: (line: string) => void };

/** Makes the cluster where there is none; returns the superuser's password. */
async function createIfMissing({ dataDirectory, cluster, binaries, user, durable, log }: Creation): Promise<string> {
  const passwordFile = join(dataDirectory, 'superuser-password');
  if (existsSync(cluster)) {
    checkCluster(cluster, dataDirectory, binaries.version);
    if (!existsSync(passwordFile)) throw trouble(`${passwordFile} is missing, without which the database cannot be opened: restore it from a backup, or move ${dataDirectory} away to begin anew.`);
    if (user !== null) giveTo(cluster, user);
    // A folder restored from a backup may be open to others, which PostgreSQL refuses.
    chmodSync(cluster, 0o700);
    return readFileSync(passwordFile, 'utf8').trim();
  }
  log(`Creating a database in ${dataDirectory}`);
  const password = randomBytes(24).toString('base64url');
  // Made under another name, so that a start cut short leaves nothing that looks like a database.
  const draft = join(dataDirectory, 'cluster.new');
  const handedOver = join(dataDirectory, 'cluster.password');
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(handedOver, password, { mode: 0o600 });
  try {
    if (user !== null) for (const path of [draft, handedOver]) chownSync(path, user.uid, user.gid);
    const answer = await run(binaries.initdb, [
      `--pgdata=${draft}`, `--username=${superuser}`, `--pwfile=${handedOver}`, '--auth=scram-sha-256',
      '--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8',
      '--data-checksums', '--no-instructions', ...(durable ? [] : ['--no-sync']),
    ], user);
    if (answer.code !== 0) {
      if (/no space left on device|disk quota exceeded/i.test(answer.output)) throw trouble(fullDisk(dataDirectory));
      throw trouble(`PostgreSQL could not create a database in ${dataDirectory}: ${lastLine(answer.output)}`);
    }
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    renameSync(draft, cluster);
    return password;
  } finally {
    rmSync(handedOver, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}

function checkCluster(cluster: string, dataDirectory: string, version: string): void {
  const versionFile = join(cluster, 'PG_VERSION');
  const found = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim() : '';
  const [expected] = version.split('.');
  if (found === expected) return;
  if (found === '' || !/^\d+$/.test(found)) throw trouble(`The database in ${dataDirectory} is damaged (no PG_VERSION): restore the folder from a backup, or move it away to begin anew.`);
  throw trouble(`The database in ${dataDirectory} was made by PostgreSQL ${found} and this is ${String(expected)}: dump and restore it with the old version, or move the folder away to begin anew.`);
}

function giveTo(path: string, user: { uid: number; gid: number }): void {
  if (statSync(path).uid === user.uid) return;
  lchownSync(path, user.uid, user.gid);
  for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' })) lchownSync(join(path, entry), user.uid, user.gid);
}

type Launch = { dataDirectory: string; cluster: string; binaries: PostgresBinaries; user: RunAs; log: (line: string) => void; password: string; port: number | undefined; signal: AbortSignal | undefined; settings: Record<string, string> };
type Server = { child: ChildProcess; pid: number; port: number; logFile: string; ended: Promise<void> };

/** Starts the server process, again where the port was taken in between or an old session still holds the shared memory. */
async function launch(input: Launch): Promise<Server> {
  const portFile = join(input.dataDirectory, 'port');
  const giveUp = performance.now() + interlockLimit;
  let port = await choosePort(input.port, portFile);
  for (;;) {
    const server = spawnServer(input, port);
    const failure = await readiness(server, input);
    if (failure === null) {
      writeFileSync(portFile, `${String(port)}\n`);
      return server;
    }
    const inTime = performance.now() < giveUp;
    if (/address already in use/i.test(failure) && input.port === undefined && inTime) port = await freePort();
    else if (/shared memory block .* still in use/i.test(failure) && inTime) await pause(200);
    else throw explainStart(failure, input, port, server.logFile);
  }
}

async function choosePort(wanted: number | undefined, portFile: string): Promise<number> {
  if (wanted !== undefined) {
    if (await isPortFree(wanted)) return wanted;
    throw trouble(`Port ${String(wanted)} of 127.0.0.1 is taken by another program: choose another port for the database, or none at all.`);
  }
  const last = existsSync(portFile) ? Number.parseInt(readFileSync(portFile, 'utf8'), 10) : Number.NaN;
  return last > 0 && last < 65_536 && (await isPortFree(last)) ? last : freePort();
}

function spawnServer({ dataDirectory, cluster, binaries, user, settings }: Launch, port: number): Server {
  const logFile = freshLog(join(dataDirectory, 'logs'), 'postgresql');
  const output = openSync(logFile, 'a', 0o600);
  const all = { port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '', timezone: 'UTC', log_timezone: 'UTC', log_line_prefix: '%m [%p] %q%u@%d ', logging_collector: 'off', ...sharedMemory(), ...settings };
  const args = ['-D', cluster, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  try {
    // In a session of its own, so that Ctrl-C in the terminal reaches the portal first and the database is stopped after it.
    const child = spawn(binaries.postgres, args, { ...user, cwd: '/', detached: true, stdio: ['ignore', output, output], env: plainEnvironment() });
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => { resolve(); });
      child.once('error', () => { resolve(); });
    });
    return { child, pid: child.pid ?? 0, port, logFile, ended };
  } finally {
    closeSync(output);
  }
}

/** Containers often have a /dev/shm of 64 MB, which parallel queries outgrow: then PostgreSQL uses files in its own folder. */
function sharedMemory(): Record<string, string> {
  if (process.platform !== 'linux') return {};
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize < ampleSharedMemory ? { dynamic_shared_memory_type: 'mmap' } : {};
  } catch {
    return { dynamic_shared_memory_type: 'mmap' };
  }
}

/** Waits until the server answers a query; returns null then, or what its log says when it ended instead. */
async function readiness(server: Server, { password, log, signal }: Launch): Promise<string | null> {
  let over = false;
  void server.ended.then(() => { over = true; });
  const began = performance.now();
  let announced = began;
  let refusals = 0;
  while (performance.now() - began < readinessLimit) {
    const client = new pg.Client({ host: '127.0.0.1', port: server.port, user: superuser, password, database: 'postgres', connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      if (!over) return null;
    } catch (error) {
      // Another program may have taken the port a moment ago; then the server ends by itself and its log says so.
      if (errorCode(error) === '28P01' && ++refusals > 20) {
        await endPostmaster(server.pid, server.ended);
        throw trouble(`The database does not accept the password in its data folder: restore superuser-password from a backup of the same folder.`);
      }
    } finally {
      await client.end().catch(() => undefined);
    }
    if (over) return readFileSync(server.logFile, 'utf8').slice(-20_000);
    if (signal?.aborted === true) {
      await endPostmaster(server.pid, server.ended);
      signal.throwIfAborted();
    }
    if (performance.now() - announced > 10_000) {
      announced = performance.now();
      log(`PostgreSQL is recovering (${String(Math.round((announced - began) / 1000))} s so far)`);
    }
    await Promise.race([pause(25), server.ended]);
  }
  await endPostmaster(server.pid);
  return readFileSync(server.logFile, 'utf8').slice(-20_000);
}

function explainStart(output: string, { dataDirectory }: Launch, port: number, logFile: string): Error {
  if (/no space left on device|disk quota exceeded/i.test(output)) return trouble(fullDisk(dataDirectory));
  if (/address already in use/i.test(output)) return trouble(`Port ${String(port)} of 127.0.0.1 is taken by another program: choose another port for the database, or none at all.`);
  const lines = output.split('\n').filter((line) => /\b(FATAL|PANIC|ERROR):/.test(line));
  const said = (lines.at(0) ?? lastLine(output)).replace(/^.*?\b(?:FATAL|PANIC|ERROR):\s*/, '');
  return trouble(`PostgreSQL did not start on ${dataDirectory}${said === '' ? '' : ` (${said})`}: its log is ${logFile}; where the folder is damaged, restore it from a backup or move it away to begin anew.`);
}

function supervise(server: Server, dataDirectory: string, password: string, release: () => void): Postgres {
  let stopping: Promise<void> | undefined;
  // A last resort for a script that ends without stop(): ask for a fast shutdown, which needs no waiting process.
  const atExit = (): void => {
    if (processIdentity(server.pid) !== null) process.kill(server.pid, 'SIGINT');
    release();
  };
  process.once('exit', atExit);

  const died = server.ended.then(() => {
    if (stopping !== undefined) return new Promise<string>(() => undefined);
    const tail = readFileSync(server.logFile, 'utf8').slice(-20_000);
    return /no space left on device|disk quota exceeded/i.test(tail) ? fullDisk(dataDirectory) : `The database has ended unexpectedly: see ${server.logFile}.`;
  });

  const stop = async (): Promise<void> => {
    await endPostmaster(server.pid, server.ended);
    process.removeListener('exit', atExit);
    release();
  };

  return {
    port: server.port,
    ownerPassword: password,
    url: (database, user = superuser, secret = password) => `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(secret)}@127.0.0.1:${String(server.port)}/${encodeURIComponent(database)}`,
    died,
    stop: () => (stopping ??= stop()),
  };
}

function run(program: string, args: string[], user: RunAs): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    // Detached for the same reason as the server: Ctrl-C during creation is dealt with by the script, in order.
    const child = spawn(program, args, { ...user, cwd: '/', detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: plainEnvironment() });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => { output += chunk; });
    child.once('error', reject);
    child.once('close', (code) => { resolve({ code, output }); });
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
