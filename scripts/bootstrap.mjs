// The entry of every npm script: installs what is missing, then runs scripts/<command>.ts under the pinned Node. Plain JavaScript for Node 20 and newer, without any dependency.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processIdentity, takeLock } from './lock.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.gatehouse-install');
const commands = { bench: 'bench/index.ts', clients: 'clients/index.ts', seedscale: 'scripts/seed-scale.ts' };
const oldestHost = 20;
const oldestForScripts = [22, 18];

const [command = '', ...args] = process.argv.slice(2);

/**
 * @param {string} line
 * @returns {never}
 */
function giveUp(line) {
  process.stderr.write(`gatehouse: ${line}\n`);
  process.exit(1);
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/** @param {string} version */
function numbers(version) {
  return version.replace(/^v/, '').split('.').map(Number);
}

/**
 * @param {string} path
 * @returns {any}
 */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

const machine = `${process.platform} ${process.arch}`;

/** What an installation depends on: the lock file, and the machine that packages with programs were chosen for. */
function expectedStamp() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${machine}\n`;
}

function isInstalled() {
  const expected = expectedStamp();
  const stamp = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : null;
  if (stamp === expected) return true;
  if (stamp !== null && !stamp.endsWith(`${machine}\n`)) return false;
  if (!matchesLockFile()) return false;
  try {
    writeFileSync(stampFile, expected);
  } catch {
    // Another user's node_modules: it is compared again next time.
  }
  return true;
}

/** Whether what is installed is what the lock file asks for: after `npm ci` or `npm install` by hand, or a change that concerns other machines. */
function matchesLockFile() {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages;
  const found = readJson(join(modules, '.package-lock.json'))?.packages;
  if (!wanted || !found) return false;
  return Object.entries(wanted).every(([path, entry]) => path === '' || (found[path] ? found[path].version === entry.version && found[path].integrity === entry.integrity : entry.optional === true || entry.devOptional === true));
}

async function installIfNeeded() {
  if (isInstalled()) return;
  mkdirSync(join(root, '.gatehouse'), { recursive: true });
  const lockFile = join(root, '.gatehouse', 'install.lock');
  let lock = takeLock(lockFile);
  if (!lock.taken) say(`Waiting for the installation that process ${lock.pid} is doing`);
  while (!lock.taken) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    lock = takeLock(lockFile);
  }
  try {
    if (isInstalled()) return;
    await install();
  } finally {
    lock.release();
  }
}

async function install() {
  say(existsSync(modules) ? 'Dependencies have changed: installing them (npm ci)' : 'Installing dependencies (npm ci): about a minute, once');
  const began = Date.now();
  // npm shows its own progress on a terminal and nothing elsewhere.
  const heartbeat = process.stderr.isTTY ? undefined : setInterval(() => say(`  still installing (${Math.round((Date.now() - began) / 1000)} s)`), 15_000);
  const code = await runNpm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error']);
  clearInterval(heartbeat);
  if (code !== 0) throw new Error('npm ci failed, its message is above (no connection to the registry? no disk space?); then run the same command again');
  writeFileSync(stampFile, expectedStamp());
  say(`Dependencies installed in ${Math.round((Date.now() - began) / 1000)} s`);
}

/** @param {string[]} npmArgs */
function runNpm(npmArgs) {
  const given = process.env.npm_execpath;
  const own = given !== undefined && basename(given) === 'npm-cli.js' && existsSync(given);
  const child = own ? spawn(process.execPath, [given, ...npmArgs], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }) : spawn('npm', npmArgs, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' });
  return new Promise((resolve) => {
    child.once('error', () => giveUp('npm was not found: install Node with npm (https://nodejs.org), version 20 or newer.'));
    child.once('close', resolve);
  });
}

/** The Node that the project pins, or this one where the pinned one does not run here and this one is new enough. */
async function findNode() {
  const pinned = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const wanted = readJson(join(root, 'package-lock.json'))?.packages?.['node_modules/node']?.version;
  const versionOf = () => spawnSync(pinned, ['--version'], { encoding: 'utf8' }).stdout?.trim().replace(/^v/, '') ?? null;
  // An npm that runs no install scripts leaves the package without its program.
  if (versionOf() !== wanted) await runNpm(['rebuild', 'node', '--ignore-scripts=false', '--foreground-scripts']);
  if (versionOf() === wanted) return pinned;
  const [major = 0, minor = 0] = numbers(process.versions.node);
  const [oldestMajor = 0, oldestMinor = 0] = oldestForScripts;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) {
    say(`The pinned Node ${wanted} does not run here: using Node ${process.versions.node}`);
    return process.execPath;
  }
  return giveUp(`The pinned Node ${wanted} could not be installed and Node ${process.versions.node} is too old: install Node 24 and run the same command again.`);
}

/**
 * @param {string} node
 * @param {string} script
 */
function runScript(node, script) {
  const path = `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`;
  // The channel tells the script when this process is killed, so that it stops its servers.
  const child = spawn(node, [script, ...args], { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env: { ...process.env, PATH: path } });
  const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, forward);
  stopWhenNpmDies(() => forward('SIGTERM'));
  child.once('error', (error) => giveUp(`${node} could not be run: ${error.message}`));
  child.once('exit', (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
}

/**
 * npm passes signals on, but only to the shell between it and this process, and a killed npm passes nothing on: without this the portal would run on unseen.
 * @param {() => void} stop
 */
function stopWhenNpmDies(stop) {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const beyond = parentOf(process.ppid);
  const watched = [process.ppid, ...(isNpm(beyond) ? [beyond] : [])].map((pid) => ({ pid, identity: processIdentity(pid) }));
  const watch = setInterval(() => {
    if (watched.every(({ pid, identity }) => processIdentity(pid) === identity)) return;
    clearInterval(watch);
    stop();
  }, process.platform === 'linux' ? 200 : 2_000);
}

/** @param {number} pid */
function isNpm(pid) {
  return /^npm\b/.test(aboutProcess(pid, 'args'));
}

/** @param {number} pid */
function parentOf(pid) {
  return Number(aboutProcess(pid, 'ppid'));
}

/**
 * @param {number} pid
 * @param {'args' | 'ppid'} column
 */
function aboutProcess(pid, column) {
  try {
    if (process.platform !== 'linux') return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
    if (column === 'args') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  } catch {
    return '';
  }
}

async function main() {
  if ((numbers(process.versions.node)[0] ?? 0) < oldestHost) giveUp(`Node ${process.versions.node} is too old: install Node ${oldestHost} or newer (24 is what Gatehouse uses).`);
  const script = commands[/** @type {keyof typeof commands} */ (command)] ?? `scripts/${command}.ts`;
  if (!/^[a-z]+$/.test(command) || !existsSync(join(root, script))) giveUp(`There is no command '${command}': see the scripts in package.json.`);
  try {
    await installIfNeeded();
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ENOSPC') giveUp(`The disk that holds ${root} is full: free some space and run the same command again.`);
    giveUp(`The dependencies could not be installed: ${message}.`);
  }
  runScript(await findNode(), join(root, script));
}

await main();
