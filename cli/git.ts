// What git says of the working folder: commit, branch, remote, and whether anything differs from the commit.
import { isAbsolute, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type HelperResult, runHelper } from '#cli/subprocess.ts';
import { redactText } from '#lib/kernel/redact.ts';

/** `path` is the working folder within the repository, empty at its root. `remote` carries no credentials. */
export type GitState = { readonly commit: string; readonly branch: string | null; readonly dirty: boolean; readonly remote: string | null; readonly path: string; /** Name of the commit's author. */ readonly author: string | null; /** Names in its `Reviewed-by` trailers. */ readonly reviewedBy: readonly string[] };

/** `refusal` is git's own reason when there is a repository that it will not read. */
export type GitResult = { readonly state: GitState | null; readonly refusal: string | null };

const MILLISECONDS = 10_000;
const MOST_REVIEWERS = 20;
const LONGEST_NAME = 200;

/**
 * Reads the state of the repository around `cwd`.
 *
 * Untracked files count as dirty, since code may be imported from them; files that git ignores do not.
 *
 * @param declared paths of this run's inputs and outputs. They are digested anyway, so they do not count as dirty.
 * @param branchHint the branch according to the CI system, for checkouts that are not on one.
 */
export async function gitState(cwd: string, environment: NodeJS.ProcessEnv, declared: readonly string[], branchHint: string | null): Promise<GitResult> {
  const git = (...args: string[]): Promise<HelperResult> =>
    // A repository may name programs to run (fsmonitor); asking for its state must not run them.
    runHelper('git', ['-c', 'core.fsmonitor=false', ...args], { cwd, environment: { ...environment, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' }, milliseconds: MILLISECONDS });

  const place = await git('rev-parse', '--show-toplevel', '--show-prefix');
  if (!place.ok) return { state: null, refusal: /dubious ownership|safe\.directory/.test(place.errors) ? 'git refuses the repository: its owner is another user (see git config safe.directory)' : null };
  const [root = '', prefix = ''] = place.output.split('\n');
  const [commit, branch, remote, status, people] = await Promise.all([
    git('rev-parse', '--verify', '--quiet', 'HEAD'),
    git('symbolic-ref', '--quiet', '--short', 'HEAD'),
    git('config', '--get', 'remote.origin.url'),
    git('status', '--porcelain', '-z', '--untracked-files=normal', '--', ':(top)', ...excluded(cwd, root, declared)),
    git('log', '-1', '--no-show-signature', '--format=%aN%n%(trailers:key=Reviewed-by,valueonly,unfold)', 'HEAD'),
  ]);
  if (!commit.ok) return { state: null, refusal: null };
  return {
    refusal: null,
    state: {
      commit: commit.output.trim(),
      branch: branch.ok ? branch.output.trim() : branchHint,
      // When git cannot say, nothing is claimed to be clean.
      dirty: !status.ok || status.output !== '',
      remote: remote.ok && remote.output.trim() !== '' ? publicRemote(remote.output.trim()) : null,
      path: prefix.replace(/\/$/, ''),
      ...(people.ok ? peopleOf(people.output) : { author: null, reviewedBy: [] }),
    },
  };
}

/** The author's name, and those of reviewers; mail addresses stay where they are. */
function peopleOf(output: string): Pick<GitState, 'author' | 'reviewedBy'> {
  const [author = '', ...trailers] = output.split('\n').map((line) => redactText(line.replace(/\s*<[^>]*>\s*$/, '').trim()).slice(0, LONGEST_NAME));
  return { author: author === '' ? null : author, reviewedBy: [...new Set(trailers.filter((name) => name !== ''))].slice(0, MOST_REVIEWERS) };
}

function excluded(cwd: string, root: string, declared: readonly string[]): string[] {
  return declared
    .map((path) => relative(root, resolve(cwd, path)))
    .filter((path) => path !== '' && !isAbsolute(path) && path !== '..' && !path.startsWith('../'))
    .map((path) => `:(top,exclude,literal)${path}`);
}

/**
 * A remote as a URL without credentials: `git@host:path` becomes `ssh://git@host/path`, a local path a `file:` URL.
 * The user name stays for ssh, where it is part of the address and no secret.
 */
export function publicRemote(remote: string): string {
  const scpLike = /^(?:([^@/:\s]+)@)?([^/:\s]+):(?!\/\/)(.+)$/.exec(remote);
  if (scpLike !== null) {
    const [, user, host = '', path = ''] = scpLike;
    return redactText(`ssh://${user === undefined ? '' : `${user}@`}${host}/${path.replace(/^\/+/, '')}`);
  }
  if (!URL.canParse(remote)) return isAbsolute(remote) ? pathToFileURL(remote).href : redactText(remote);
  const url = new URL(remote);
  url.password = '';
  if (!url.protocol.includes('ssh')) url.username = '';
  url.search = '';
  url.hash = '';
  return url.href;
}
