// The words and tones of the inventory, and how people write names of data in a form. Pure.
import type { Classification, IngestionJob, SourceName, SourceState } from '#lib/inventory/schema.ts';

export const stateTones = { proposed: 'accent', approved: 'pass', expired: 'stale', withdrawn: 'fail' } as const satisfies Record<SourceState, string>;
export const classificationTones = { public: 'outline', internal: 'neutral', confidential: 'stale', restricted: 'fail' } as const satisfies Record<Classification, string>;

export const sourceHref = (id: string): string => `/data/sources/${id}`;

const separated = (namespace: string, rest: string): string => `${namespace}${/\s/.test(namespace) ? '\t' : ' '}${rest}`;
const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
/** The namespace ends at the first tab, else at the first space. */
function splitLine(line: string): { namespace: string; name: string } {
  const at = line.includes('\t') ? line.indexOf('\t') : line.search(/\s/);
  return at === -1 ? { namespace: '', name: line } : { namespace: line.slice(0, at).trim(), name: line.slice(at + 1).trim() };
}

/** One line for each: namespace, a space (a tab where the namespace has spaces), the name; a `*` at its end stands for all that begin so. */
export const writeNames = (names: readonly SourceName[]): string => names.map(({ namespace, name, prefix }) => separated(namespace, `${name}${prefix ? '*' : ''}`)).join('\n');
export const readNames = (text: string): SourceName[] => linesOf(text).map(splitLine).map(({ namespace, name }) => (name.endsWith('*') ? { namespace, name: name.slice(0, -1), prefix: true } : { namespace, name, prefix: false }));
export const writeJobs = (jobs: readonly IngestionJob[]): string => jobs.map(({ namespace, name }) => separated(namespace, name)).join('\n');
export const readJobs = (text: string): IngestionJob[] => linesOf(text).map(splitLine);
