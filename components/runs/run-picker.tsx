// RunPicker: which run to compare with: recent runs, those of the same job first, a search, or an id. Works without scripts.
import { RunState } from '#components/evidence/verdict.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Input } from '#components/ui/input.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import type { RunView } from '#lib/runs/schema.ts';
import { runTitle } from './words.ts';

/** `chosen` is the run that is fixed already, under the letter that it has in the address; `runs` are offered as the other one. */
export function RunPicker({ chosen, letter, runs, search }: { readonly chosen: RunView | null; readonly letter: 'a' | 'b'; readonly runs: readonly RunView[]; readonly search: string }) {
  const other = letter === 'a' ? 'b' : 'a';
  const href = (run: RunView) => (chosen ? `/runs/compare?a=${letter === 'a' ? chosen.id : run.id}&b=${letter === 'a' ? run.id : chosen.id}` : `/runs/compare?a=${run.id}`);
  const offered = runs.filter((run) => run.id !== chosen?.id);
  return (
    <Section title={chosen ? `Choose ${other.toUpperCase()}, to compare with ${runTitle(chosen)}` : 'Choose A, the run to compare with'} id="picker">
      <Stack gap="md">
        {chosen && <p className="flex flex-wrap items-baseline gap-x-3 text-sm"><span className="font-semibold">{letter.toUpperCase()}</span><TextLink href={`/runs/${chosen.id}`}>{runTitle(chosen)}</TextLink><RunState state={chosen.state} /><span className="text-ink-2">started <Time at={chosen.startedAt} absolute /></span></p>}
        <form action="/runs/compare" className="flex max-w-xl flex-wrap gap-2">
          {chosen && <input type="hidden" name={letter} value={chosen.id} />}
          <div className="min-w-48 flex-1"><Input name="q" type="search" defaultValue={search} maxLength={200} aria-label="Search pipelines, jobs, run ids" placeholder="Pipeline, job or run id" /></div>
          <Button type="submit">Search</Button>
        </form>
        {offered.length === 0 ? <EmptyState kind="nothing-yet" title={search === '' ? 'No other run' : 'No run matches'} description={search === '' ? 'The job has run once so far. Search for a run of another job.' : 'The search looks at names of pipelines and jobs, and at the beginning of run ids.'} /> : (
          <SimpleTable
            caption="Runs to compare with"
            rows={offered}
            rowKey={(run) => run.id}
            columns={[
              { header: 'run', cell: (run) => <TextLink quiet href={href(run)}>{runTitle(run)}</TextLink> },
              { header: 'state', cell: (run) => <RunState state={run.state} /> },
              { header: 'started', cell: (run) => <Time at={run.startedAt} absolute /> },
              { header: 'id', cell: (run) => <code className="text-xs">{run.id.slice(0, 13)}</code> },
              { header: 'team', cell: (run) => run.team.name },
            ]}
          />
        )}
      </Stack>
    </Section>
  );
}
