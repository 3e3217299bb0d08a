// The `gatehouse` command: picks the command that is asked for, and turns mistakes into one line and an exit code.
import { editDistance, excerpt, UsageError } from '#cli/arguments.ts';
import { EXIT } from '#cli/exit-codes.ts';
import { helpFor } from '#cli/help.ts';
import { messageOf, say } from '#cli/output.ts';
import { VERSION } from '#cli/version.ts';

type Command = (argv: readonly string[]) => number | Promise<number>;

/** Loaded when asked for, so that no command pays for another's start. */
const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map<string, () => Promise<Command>>([
  ['run', async () => (await import('#cli/commands/run.ts')).run],
  ['flush', async () => (await import('#cli/commands/flush.ts')).flush],
  ['publish-model', async () => (await import('#cli/commands/publish-model.ts')).publishModel],
  ['may-deploy', async () => (await import('#cli/commands/may-deploy.ts')).mayDeploy],
  ['deploy', async () => (await import('#cli/commands/deploy.ts')).deploy],
  ['verify', async () => (await import('#cli/commands/verify.ts')).verify],
  ['verify-bundle', async () => (await import('#cli/commands/verify-bundle.ts')).verifyBundleCommand],
  ['attest', async () => (await import('#cli/commands/attest.ts')).attest],
  ['sign-model', async () => (await import('#cli/commands/sign-model.ts')).signModel],
  ['keygen', async () => (await import('#cli/commands/keygen.ts')).keygen],
]);

async function main(argv: readonly string[]): Promise<number> {
  const [name = '', ...rest] = argv;
  if (name === '--version') return print(VERSION);
  if (name === '' || name === '--help' || name === '-h' || name === 'help') return help(name === 'help' ? (rest[0] ?? '') : '', name === '');
  const load = COMMANDS.get(name);
  if (load === undefined) {
    const near = [...COMMANDS.keys()].find((candidate) => editDistance(candidate, name) <= 2);
    say(`"${excerpt(name)}" is not a command${near === undefined ? '' : `; did you mean ${near}?`} See gatehouse --help`);
    return EXIT.usage;
  }
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (own.includes('--help') || own.includes('-h')) return help(name, false);
  try {
    const command = await load();
    return await command(rest);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`${name}: ${error.message} (gatehouse ${name} --help)`);
    return EXIT.usage;
  }
}

function help(topic: string, unasked: boolean): number {
  const text = helpFor(topic) ?? helpFor('') ?? '';
  if (!unasked) return print(text);
  process.stderr.write(`${text}\n`);
  return EXIT.usage;
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return EXIT.ok;
}

// Whoever read our output may go away; that is no reason for a stack trace.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(`a defect of the gatehouse command: ${messageOf(error)}`);
  process.exitCode = EXIT.defect;
}
// Sockets or helpers that are still open must not keep a pipeline waiting.
process.exit();
