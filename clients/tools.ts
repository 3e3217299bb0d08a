// Installs the tools of others that clients are tried with, once, into .gatehouse/clients (GATEHOUSE_CLIENT_TOOLS chooses another folder).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { say } from '#scripts/progress.ts';
import { projectRoot } from '#scripts/project.ts';

export const toolsFolder = resolve(projectRoot, process.env.GATEHOUSE_CLIENT_TOOLS ?? '.gatehouse/clients');

export type Ran = { readonly ok: boolean; readonly output: string };

/** Runs a program to its end and gathers what it says. */
export function run(program: string, args: readonly string[], options: { readonly cwd?: string; readonly environment?: Readonly<Record<string, string>>; readonly input?: string; readonly minutes?: number } = {}): Ran {
  const { status, stdout, stderr, error } = spawnSync(program, [...args], { cwd: options.cwd, encoding: 'utf8', input: options.input ?? '', timeout: (options.minutes ?? 2) * 60_000, env: { ...process.env, ...options.environment } as NodeJS.ProcessEnv });
  return { ok: status === 0, output: `${stdout}${stderr}${error === undefined ? '' : error.message}`.trim() };
}

/** A program of a Go module, built on first use. Returns its path, or why it cannot be had. */
export function goTool(name: string, module: string): { readonly path: string } | { readonly missing: string } {
  const path = join(toolsFolder, 'bin', name);
  if (existsSync(path)) return { path };
  if (!run('go', ['version']).ok) return { missing: 'Go is not installed' };
  mkdirSync(join(toolsFolder, 'bin'), { recursive: true });
  say(`Building ${module}: minutes, once`);
  const built = run('go', ['install', module], { environment: { GOBIN: join(toolsFolder, 'bin'), GOFLAGS: '-p=1' }, minutes: 30 });
  return built.ok && existsSync(path) ? { path } : { missing: `${module} cannot be built: ${built.output.split('\n').at(-1) ?? ''}` };
}

/** A Python environment with packages, made on first use. Returns the folder of its programs. */
export function pythonTools(packages: readonly string[], program: string): { readonly path: string } | { readonly missing: string } {
  const folder = join(toolsFolder, 'venv');
  const bin = join(folder, 'bin');
  if (existsSync(join(bin, program))) return { path: bin };
  mkdirSync(toolsFolder, { recursive: true });
  if (!run('python3', ['-m', 'venv', folder], { minutes: 5 }).ok) return { missing: 'Python 3 with venv is not installed' };
  say(`Installing ${packages.join(', ')}: a minute, once`);
  const installed = run(join(bin, 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages], { minutes: 15 });
  return installed.ok && existsSync(join(bin, program)) ? { path: bin } : { missing: `pip cannot install ${packages.join(', ')}: ${installed.output.split('\n').at(-1) ?? ''}` };
}
