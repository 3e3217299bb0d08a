// Rules of what git says: the exact commit, what counts as dirty, and no credentials in a remote.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitState, publicRemote } from '#cli/git.ts';
import { type Bench, makeBench } from '#cli/testing/command.ts';
import { missing } from '#cli/testing/tools.ts';

let bench: Bench;
beforeEach(() => { bench = makeBench(); });
afterEach(() => { bench.remove(); });
const environment = () => bench.environment as unknown as NodeJS.ProcessEnv;
const git = (...args: string[]) => execFileSync('git', args, { cwd: bench.folder, env: environment() }).toString().trim();
const write = (name: string, content = name) => { writeFileSync(join(bench.folder, name), content); };
const state = async (declared: readonly string[] = [], branch: string | null = null, folder = '.') => (await gitState(join(bench.folder, folder), environment(), declared, branch)).state;
const commit = () => {
  git('init', '-q', '-b', 'main');
  git('config', 'user.email', 'a@b.c');
  git('config', 'user.name', 'a');
  write('code.py');
  git('add', 'code.py');
  git('commit', '-qm', 'first');
};

describe.skipIf(missing('git'))('the state of a repository', () => {
  it('is absent outside of one, and before the first commit', async () => {
    expect(await state()).toBeNull();
    git('init', '-q');
    expect(await state()).toBeNull();
  });

  it('has commit, branch and the place within the repository', async () => {
    commit();
    mkdirSync(join(bench.folder, 'sub', 'folder'), { recursive: true });
    expect(await state([], null, 'sub/folder')).toEqual({ commit: git('rev-parse', 'HEAD'), branch: 'main', dirty: false, remote: null, path: 'sub/folder', author: 'a', reviewedBy: [] });
  });

  it('names the author and those in Reviewed-by trailers, each once and without mail addresses', async () => {
    commit();
    write('more.py');
    git('add', 'more.py');
    git('commit', '-qm', 'second\n\nSigned-off-by: N <n@x.y>\nReviewed-by: Grace Hopper <g@x.y>\nReviewed-by: Alan\nReviewed-by: Alan <other@x.y>', '--author', 'Ada Lovelace <ada@x.y>');
    expect(await state()).toMatchObject({ author: 'Ada Lovelace', reviewedBy: ['Grace Hopper', 'Alan'] });
  });

  it('of a checkout without a branch takes the branch of the CI system', async () => {
    commit();
    git('checkout', '-q', '--detach');
    expect((await state())?.branch).toBeNull();
    expect((await state([], 'release'))?.branch).toBe('release');
  });

  it.each<[string, () => void]>([
    ['a changed file', () => { write('code.py', 'other'); }],
    ['a staged change', () => { write('code.py', 'other'); git('add', 'code.py'); }],
    ['an untracked file, from which code could be imported', () => { write('numpy.py'); }],
    ['a removed file', () => { git('rm', '-q', 'code.py'); }],
  ])('is dirty with %s', async (_, change) => {
    commit();
    expect((await state())?.dirty).toBe(false);
    change();
    expect((await state())?.dirty).toBe(true);
  });

  it('is not dirty by ignored files, nor by the run’s own inputs and outputs', async () => {
    commit();
    write('.gitignore', 'ignored\n');
    git('add', '.gitignore');
    git('commit', '-qm', 'second');
    write('ignored');
    mkdirSync(join(bench.folder, 'out'));
    write('out/model.bin');
    write('data[1]*.csv');
    expect((await state())?.dirty).toBe(true);
    expect((await state(['out/model.bin', 'data[1]*.csv']))?.dirty).toBe(false);
    expect((await state(['out', join(bench.folder, 'data[1]*.csv'), '../elsewhere', '/etc/passwd']))?.dirty).toBe(false);
    expect((await state(['out']))?.dirty).toBe(true);
    write('out/helper.py');
    expect((await state(['out/model.bin', 'data[1]*.csv']))?.dirty).toBe(true);
  });

  it('is read without running what the repository names', async () => {
    commit();
    write('evil.sh', '#!/bin/sh\ntouch "$(dirname "$0")/ran"\n');
    execFileSync('chmod', ['+x', join(bench.folder, 'evil.sh')]);
    git('config', 'core.fsmonitor', join(bench.folder, 'evil.sh'));
    await state();
    expect(execFileSync('ls', { cwd: bench.folder }).toString()).not.toContain('ran');
  });
});

describe.skipIf(missing('git'))('a remote', () => {
  it.each([
    ['https://user:token@host/team/repo.git', 'https://host/team/repo.git'],
    ['https://ghp_abcdefghijklmnopqrstuvwxyz0123456789@github.com/team/repo', 'https://github.com/team/repo'],
    ['ssh://git:pw@host:2222/team/repo.git', 'ssh://git@host:2222/team/repo.git'],
    ['git@host:team/repo.git', 'ssh://git@host/team/repo.git'],
    ['host:team/repo.git', 'ssh://host/team/repo.git'],
    ['/srv/git/repo', 'file:///srv/git/repo'],
    ['https://host/repo?token=abc#x', 'https://host/repo'],
    ['../sibling', '../sibling'],
  ])('%s is written as %s', (remote, expected) => {
    expect(publicRemote(remote)).toBe(expected);
  });

  it('never keeps a password', () => {
    const secret = fc.string({ unit: fc.constantFrom(...'abcdefXYZ0123456789-_.~!$'), minLength: 8, maxLength: 20 });
    fc.assert(
      fc.property(fc.constantFrom('https', 'http', 'ssh', 'git', 'git+ssh', 'ftp'), secret, (scheme, password) => {
        expect(publicRemote(`${scheme}://someone:${password}@host.example/repo.git`)).not.toContain(password);
      }),
    );
  });
});
