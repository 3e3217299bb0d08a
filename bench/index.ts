// `npm run bench -- NAME [--json]`: measures one performance goal and says whether it holds.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { table } from '#scripts/embedded-portal.ts';
import { runMain, type Lifecycle } from '#scripts/main.ts';
import { trouble } from '#scripts/trouble.ts';

/** One measured value beside its goal. */
export type Row = { name: string; value: number; unit: string; aim: string; holds: boolean };

/** What a file in this folder exports as its default: measures, and reports each row as soon as it is known. */
export type Benchmark = (report: (row: Row) => void, life: Lifecycle) => Promise<void>;

const notBenchmarks = ['index.ts', 'portal.ts', 'events.ts', 'ingest-load.ts', 'reverify-load.ts', 'decide-load.ts', 'deep-lineage.ts'];

/** The names of the benchmarks there are. */
export function benchmarks(): string[] {
  return readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !notBenchmarks.includes(file)).map((file) => file.slice(0, -3)).sort();
}

async function load(name: string): Promise<Benchmark> {
  const path = join(import.meta.dirname, `${name}.ts`);
  const loaded = (existsSync(path) ? await import(pathToFileURL(path).href) : {}) as { default?: unknown };
  if (typeof loaded.default !== 'function') throw trouble(`bench/${name}.ts has no default export that measures.`);
  return loaded.default as Benchmark;
}

async function main(args: string[], life: Lifecycle): Promise<number> {
  const json = args.includes('--json');
  const names = args.filter((arg) => !arg.startsWith('--'));
  const known = benchmarks();
  const [name] = names;
  if (name === undefined || names.length > 1 || !known.includes(name)) {
    const list = known.length === 0 ? 'there are none yet' : `there are: ${known.join(', ')}`;
    throw trouble(name === undefined ? `Say which benchmark, e.g. npm run bench -- ${known[0] ?? 'NAME'} (${list}).` : `There is no benchmark '${names.join(' ')}': ${list}.`);
  }
  const measure = await load(name);
  const rows: Row[] = [];
  await measure((row) => {
    rows.push(row);
    if (json) console.log(JSON.stringify({ benchmark: name, ...row }));
  }, life);
  if (!json) console.log(table(rows.map(({ name: what, value, unit, aim, holds }) => ({ measured: what, value: `${readable(value)} ${unit}`, aim, '': holds ? 'holds' : 'MISSED' }))));
  return rows.every(({ holds }) => holds) ? 0 : 1;
}

/** Three significant digits below a thousand, whole numbers above. */
function readable(value: number): string {
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}

if (import.meta.main) await runMain((life) => main(process.argv.slice(2), life));
