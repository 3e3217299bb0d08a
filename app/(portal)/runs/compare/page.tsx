// Two runs side by side, field by field: the verdict first, then only what differs, unless asked for all.
import { ArrowLeftRight, Download } from 'lucide-react';
import type { Metadata } from 'next';
import { Problem } from '#components/kernel-problem.tsx';
import { ComparisonView } from '#components/runs/comparison.tsx';
import { RunPicker } from '#components/runs/run-picker.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { PageHeader } from '#components/ui/page-header.tsx';
import { currentContext } from '#lib/http.ts';
import type { AppError } from '#lib/kernel/errors.ts';
import { compareTwoRuns, getRun, listRuns, type RunView } from '#lib/runs/index.ts';

export const metadata: Metadata = { title: 'Compare runs' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value.at(-1) : value) || undefined;
const backToRuns = <LinkButton href="/runs/compare">Choose two runs</LinkButton>;

/** The error with what was given instead of an id, which is more help than the name of the rule that it breaks. */
function withGiven(error: AppError, given: Readonly<Record<string, string>>, letter?: string): AppError {
  return error.errors ? { ...error, errors: error.errors.map(({ path, message }) => ({ path: letter ?? path, message: given[path] === undefined ? message : `“${given[path].slice(0, 80)}” is not the id of a run. Ids are 32 hexadecimal digits in five groups, as in the address of a run.` })) } : error;
}

export default async function ComparePage({ searchParams }: Props) {
  const given = await searchParams;
  const [a, b, all] = [one(given.a), one(given.b), one(given.show) === 'all'];
  const header = (actions?: React.ReactNode) => <PageHeader crumbs={[{ label: 'Runs', href: '/runs' }]} title="Compare two runs" actions={actions} />;
  if (a === undefined || b === undefined) return <>{header()}<Picker known={a ?? b} letter={a === undefined && b !== undefined ? 'b' : 'a'} search={one(given.q)?.slice(0, 200) ?? ''} /></>;
  const found = await compareTwoRuns.execute(await currentContext(), { a, b });
  if (!found.ok) return <>{header()}<Problem inside error={withGiven(found.error, { a, b })} action={backToRuns} /></>;
  const show = all ? '&show=all' : '';
  const file = (format: string) => `/api/v1/runs/compare?a=${found.value.a.id}&b=${found.value.b.id}&only=${all ? 'all' : 'differences'}&format=${format}`;
  return (
    <>
      {header(
        <>
          <LinkButton href={`/runs/compare?a=${b}&b=${a}${show}`} icon={ArrowLeftRight}>Swap</LinkButton>
          <LinkButton href={file('csv')} icon={Download} download>CSV</LinkButton>
          <LinkButton href={file('json')} icon={Download} download>JSON</LinkButton>
        </>,
      )}
      <ComparisonView comparison={found.value} all={all} toggleHref={`/runs/compare?a=${a}&b=${b}${all ? '' : '&show=all'}`} />
    </>
  );
}

async function Picker({ known, letter, search }: { readonly known: string | undefined; readonly letter: 'a' | 'b'; readonly search: string }) {
  const context = await currentContext();
  let chosen: RunView | null = null;
  if (known !== undefined) {
    const found = await getRun.execute(context, { id: known });
    if (!found.ok) return <Problem inside error={withGiven(found.error, { id: known }, letter)} action={backToRuns} />;
    chosen = found.value.run;
  }
  const sameJob = chosen !== null && search === '' ? { pipeline: [chosen.pipeline], team: [chosen.team.id], ...(chosen.stage === null ? {} : { stage: [chosen.stage] }) } : {};
  const listed = await listRuns.execute(context, { ...sameJob, ...(search === '' ? {} : { q: search }), limit: 50 });
  if (!listed.ok) return <Problem inside error={listed.error} action={backToRuns} />;
  const job = chosen?.job.name;
  const runs = search === '' && job !== undefined ? listed.value.items.filter((run) => run.job.name === job) : listed.value.items;
  return <RunPicker chosen={chosen} letter={letter} runs={runs.slice(0, 25)} search={search} />;
}
