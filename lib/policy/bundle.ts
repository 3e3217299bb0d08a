// Evaluates a compiled policy in a worker thread of its own: bounded in time and memory, without a network, a file or a setting. What is not a clear answer is none.
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { ReadTx } from '#lib/db/client.ts';
import { sha256 } from '#lib/kernel/canonical-json.ts';
import { err, ok, type Result } from '#lib/kernel/result.ts';
import { readBundle, type Bundle } from './bundle-archive.ts';
import { mostMemoryPages } from './bundle-wasm.ts';
import { lentBuiltins, workerSource } from './bundle-worker.ts';
import { readDecision, unanswered, type OpaAnswer } from './opa-answer.ts';
import { bundleBytes } from './store.ts';

/** All decisions of one document together, the start of the thread included. */
const longestMilliseconds = 3_000;
const largestAnswer = 256 * 1024;
const mostAtOnce = 4;

const message = z.union([
  z.object({ entrypoints: z.array(z.string()).max(1_000), builtins: z.array(z.string()).max(1_000) }),
  z.object({ path: z.string(), answer: z.string() }),
  z.object({ path: z.string(), problem: z.string() }),
  z.object({ problem: z.string() }),
]);

let running = 0;
const waiting: (() => void)[] = [];

/** Few threads at once, whoever asks: the rest wait for their turn. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= mostAtOnce) await new Promise<void>((resolve) => { waiting.push(resolve); });
  else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

type Outcome = { readonly entrypoints: readonly string[]; readonly builtins: readonly string[]; readonly answers: ReadonlyMap<string, OpaAnswer>; readonly problem: string | null };

function run({ wasm, data, memoryPages }: Bundle, input: unknown, paths: readonly string[], milliseconds: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const answers = new Map<string, OpaAnswer>();
    let known: Pick<Outcome, 'entrypoints' | 'builtins'> = { entrypoints: [], builtins: [] };
    const worker = new Worker(workerSource, {
      eval: true, env: {}, stdin: false, stdout: true, stderr: true, name: 'policy',
      resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16, codeRangeSizeMb: 32, stackSizeMb: 4 },
      workerData: { wasm, data, input: JSON.stringify(input), paths, memoryPages, mostMemoryPages, lent: lentBuiltins },
    });
    const end = (problem: string | null) => {
      clearTimeout(timer);
      worker.removeAllListeners();
      // A late failure of a thread that is being ended concerns nobody.
      worker.on('error', () => undefined);
      void worker.terminate();
      resolve({ ...known, answers, problem });
    };
    const timer = setTimeout(() => { end('it did not come to an end in time'); }, milliseconds);
    worker.on('message', (raw: unknown) => {
      const said = message.safeParse(raw);
      if (!said.success) return;
      if ('entrypoints' in said.data) known = said.data;
      else if (!('path' in said.data)) end(said.data.problem);
      else if ('problem' in said.data) answers.set(said.data.path, unanswered(said.data.path, `the compiled policy gave no answer: ${said.data.problem}`));
      else answers.set(said.data.path, said.data.answer.length > largestAnswer ? unanswered(said.data.path, 'the compiled policy’s answer is too large') : readDecision(said.data.path, JSON.parse(said.data.answer)));
    });
    worker.on('error', (error: Error & { code?: string }) => { end(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'it needs more memory than there is for it' : 'it broke down'); });
    worker.on('exit', () => { end(known.entrypoints.length === 0 && answers.size === 0 ? 'it broke down' : null); });
  });
}

/** What a bundle offers, or why it cannot be used. Loads it once, in a thread. */
export async function inspectBundle(bytes: Uint8Array, milliseconds: number = longestMilliseconds): Promise<Result<{ entrypoints: string[] }, string>> {
  const bundle = await readBundle(bytes);
  if (!bundle.ok) return bundle;
  const { problem, entrypoints } = await inTurn(() => run(bundle.value, {}, [], milliseconds));
  if (problem !== null) return err(problem);
  return entrypoints.length === 0 ? err('it has no entrypoint: build it with `opa build -t wasm -e package/rule`') : ok({ entrypoints: [...entrypoints].sort() });
}

/** Asks a bundle, given by its bytes, for each path. One answer for each; never throws. */
export async function askBundle(bytes: Uint8Array, paths: readonly string[], input: unknown, milliseconds: number = longestMilliseconds): Promise<OpaAnswer[]> {
  const bundle = await readBundle(bytes);
  const unusable = (problem: string) => paths.map((path) => unanswered(path, `the compiled policy cannot be used: ${problem}`));
  if (!bundle.ok) return unusable(bundle.error);
  const { answers, problem } = await inTurn(() => run(bundle.value, input, paths, milliseconds));
  return paths.map((path) => answers.get(path) ?? unanswered(path, `the compiled policy gave no answer: ${problem ?? 'it broke down'}`));
}

/** The same for a stored bundle by its digest. Bytes that no longer give the digest decide nothing. */
export async function askStoredBundle(tx: ReadTx, digest: string, paths: readonly string[], input: unknown): Promise<OpaAnswer[]> {
  const bytes = await bundleBytes(tx, digest);
  if (bytes === null) return paths.map((path) => unanswered(path, 'the compiled policy is not there'));
  if (sha256(bytes) !== digest) return paths.map((path) => unanswered(path, 'the compiled policy is not the one that was uploaded: its bytes give another digest'));
  return askBundle(bytes, paths, input);
}
