// ImpactPanel: everything downstream or upstream of an asset version, counted, with what matters most in tables and all of it as an export.
'use client';

import { useEffect, useState } from 'react';
import { EnvironmentBadge } from '#components/policy/environments.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { DescriptionList } from '#components/ui/description-list.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { LinkButton, TextLink } from '#components/ui/link-button.tsx';
import { Progress } from '#components/ui/progress.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import type { ImpactDirection, ImpactView, LabelCounts, ReachedBy } from '#lib/impact/schema.ts';
import { impactHref, readImpact } from './read-impact.ts';

const firstSeconds = 20;
const moreSeconds = 50;
const number = (value: number) => new Intl.NumberFormat('en-GB').format(value);

type State = { readonly phase: 'walking'; readonly reached: number } | { readonly phase: 'answered'; readonly view: ImpactView } | { readonly phase: 'failed'; readonly message: string };

const titles: Record<ImpactDirection, { readonly title: string; readonly description: string }> = {
  downstream: { title: 'What it affects', description: 'Everything made from it, to the end: all steps, all teams.' },
  upstream: { title: 'What it was made from', description: 'Everything it came from, back to where data came in: all steps, all teams.' },
};

/** `<ImpactPanel versionId={id} direction="downstream" />` */
export function ImpactPanel({ versionId, direction }: { readonly versionId: string; readonly direction: ImpactDirection }) {
  const [seconds, setSeconds] = useState(firstSeconds);
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<State>({ phase: 'walking', reached: 0 });
  useEffect(() => {
    const control = new AbortController();
    readImpact(versionId, direction, seconds, control.signal, (reached) => { setState({ phase: 'walking', reached }); }).then(
      (view) => { if (!control.signal.aborted) setState({ phase: 'answered', view }); },
      (error: unknown) => { if (!control.signal.aborted) setState({ phase: 'failed', message: error instanceof Error ? error.message : 'It could not be worked out.' }); },
    );
    return () => { control.abort(); };
  }, [versionId, direction, seconds, attempt]);
  const again = (longer: boolean) => {
    setState({ phase: 'walking', reached: 0 });
    setSeconds(longer ? moreSeconds : seconds);
    setAttempt(attempt + 1);
  };
  const { title, description } = titles[direction];
  return (
    <Section
      title={title} id={direction === 'downstream' ? 'models' : 'origins'} description={description}
      actions={<><LinkButton size="sm" download href={impactHref(versionId, direction, '&format=csv')}>All as CSV</LinkButton><LinkButton size="sm" download href={impactHref(versionId, direction, '&format=json')}>JSON</LinkButton></>}
    >
      {state.phase === 'walking' && <Progress label="Following the lineage" value={state.reached} note="Runs and versions reached." />}
      {state.phase === 'failed' && <Alert tone="danger" title="Not worked out" live actions={<Button size="sm" onClick={() => { again(false); }}>Try again</Button>}>{state.message}</Alert>}
      {state.phase === 'answered' && <Answer view={state.view} onLonger={seconds < moreSeconds ? () => { again(true); } : undefined} />}
    </Section>
  );
}

const inEnvironments = (counts: readonly { readonly environment: string; readonly count: number }[]) =>
  counts.length === 0 ? 'none' : <span className="inline-flex flex-wrap gap-1">{counts.map(({ environment, count }) => <EnvironmentBadge key={environment} name={environment}>{number(count)} {environment}</EnvironmentBadge>)}</span>;

const labelled = ({ runs, versions, modelVersions, deployments, openPromotions }: LabelCounts): string =>
  ([[runs, 'run'], [versions, 'version'], [modelVersions, 'model version'], [deployments, 'deployment'], [openPromotions, 'open promotion']] as const).flatMap(([count, what]) => (count > 0 ? [`${number(count)} ${what}${count === 1 ? '' : 's'}`] : [])).join(', ') || 'none that you may see';

/** Nothing for what recorded edges lead to. */
const Reached = ({ by }: { readonly by: ReachedBy }) => (by === 'edges' ? null : <span className="ml-1.5 text-xs text-ink-3">{by === 'label' ? 'by label' : 'by label, less sure'}</span>);

function Answer({ view, onLonger }: { readonly view: ImpactView; readonly onLonger: (() => void) | undefined }) {
  const { counts, complete, direction } = view;
  const sum = (list: readonly { readonly count: number }[]) => list.reduce((total, { count }) => total + count, 0);
  const nothing = counts.runs + counts.versions + counts.modelVersions + counts.restricted === 0;
  return (
    <Stack gap="md">
      {!complete && (
        <Alert tone="warning" title="Not complete" live actions={onLonger === undefined ? undefined : <Button size="sm" onClick={onLonger}>Take longer</Button>}>
          The time limit came first. These are the counts of what was reached by then; there is more.
        </Alert>
      )}
      {nothing ? <p className="text-sm text-ink-2">{direction === 'downstream' ? 'No run used it and no model was registered from it.' : 'No run reported producing it: data came in here.'}</p> : (
        <>
          <DescriptionList
            columns={2}
            items={[
              { term: 'Model versions', value: number(counts.modelVersions) },
              { term: 'Deployments now', value: inEnvironments(counts.deployments), ...(counts.endedDeployments > 0 && { note: `${number(counts.endedDeployments)} ended` }) },
              { term: 'Open promotions', value: inEnvironments(counts.openPromotions) },
              { term: 'Runs', value: number(counts.runs) },
              { term: 'Versions', value: number(counts.versions), ...(counts.versionsByKind.length > 0 && { note: counts.versionsByKind.map(({ kind, count }) => `${number(count)} ${kind}`).join(', ') }) },
              ...(direction === 'upstream' ? [{ term: 'Where data came in', value: `${number(counts.ingestionVersions)} versions, ${number(counts.ingestionRuns)} runs`, note: 'versions that no run produced, and runs that consumed nothing' }] : []),
              ...counts.byLabel.map((one) => ({ term: one.reachedBy === 'label' ? 'Of these by label' : 'Of these by label, less sure', value: labelled(one), note: one.reachedBy === 'label' ? 'something was read or written by a label alone, under which no other content was ever seen' : 'something was read or written by a label alone that stood for several contents: it may have been another one' })),
              ...(counts.restricted > 0 ? [{ term: 'Of other teams', value: number(counts.restricted), note: 'you may not see these; they were followed all the same' }] : []),
            ]}
          />
          <Shown caption="Deployments" rows={view.deployments} total={sum(counts.deployments)} columns={[
            { header: 'Environment', cell: (row) => <EnvironmentBadge name={row.environment} /> },
            { header: 'Endpoint', cell: (row) => <><TextLink quiet href={`/deployments#${row.id}`}>{row.endpoint}</TextLink><Reached by={row.reachedBy} /></> },
            { header: 'Runs', cell: (row) => <Model row={row} /> }, { header: 'Team', cell: (row) => row.team }, { header: 'Since', cell: (row) => <Time at={row.deployedAt} /> },
          ]} />
          <Shown caption="Open promotions" rows={view.openPromotions} total={sum(counts.openPromotions)} columns={[
            { header: 'To', cell: (row) => <EnvironmentBadge name={row.environment} /> },
            { header: 'Model version', cell: (row) => <><TextLink quiet href={`/approvals/${row.id}`}>{row.model} {row.version}</TextLink><Reached by={row.reachedBy} /></> }, { header: 'Team', cell: (row) => row.team }, { header: 'Asked', cell: (row) => <Time at={row.requestedAt} /> },
          ]} />
          <Shown caption="Model versions" rows={view.modelVersions} total={counts.modelVersions} columns={[
            { header: 'Model version', cell: (row) => <><Model row={row} /><Reached by={row.reachedBy} /></> },
            { header: 'Runs now in', cell: (row) => (row.environments.length === 0 ? <span className="text-ink-3">nowhere</span> : row.environments.join(', ')) },
            { header: 'Digest', cell: (row) => <Digest value={row.digest} /> }, { header: 'Team', cell: (row) => row.team }, { header: 'Published', cell: (row) => <Time at={row.publishedAt} /> },
          ]} />
          <Shown caption="Where data came in" rows={view.ingestion} total={counts.ingestionVersions + counts.ingestionRuns} columns={[
            { header: 'What', cell: (row) => <><TextLink quiet href={row.type === 'run' ? `/runs/${row.id}` : `/data/${row.id}`}>{row.name}</TextLink><Reached by={row.reachedBy} /></> },
            { header: 'Kind', cell: (row) => row.kind }, { header: 'Digest', cell: (row) => (row.digest === null ? '' : <Digest value={row.digest} />) }, { header: 'When', cell: (row) => (row.at === null ? '' : <Time at={row.at} />) },
          ]} />
        </>
      )}
    </Stack>
  );
}

const Model = ({ row }: { readonly row: { readonly model: string; readonly version: number } }) => <TextLink quiet href={`/models/${encodeURIComponent(row.model)}/${row.version}`}>{row.model} {row.version}</TextLink>;

const atFirst = 10;

/** The first few, the rest of what was sent on demand, and how many more only the export has. */
function Shown<Row extends { readonly id: string }>({ caption, rows, total, columns }: { readonly caption: string; readonly rows: readonly Row[]; readonly total: number; readonly columns: Parameters<typeof SimpleTable<Row>>[0]['columns'] }) {
  const [all, setAll] = useState(false);
  if (rows.length === 0) return null;
  const shown = all ? rows : rows.slice(0, atFirst);
  return (
    <div>
      <SimpleTable caption={`${caption} (${number(total)})`} captionHidden={false} rows={shown} rowKey={(row) => row.id} columns={columns} />
      {(shown.length < rows.length || rows.length < total) && (
        <p className="mt-1 flex flex-wrap items-center gap-2 text-xs text-ink-3">
          {number(shown.length)} of {number(total)} shown{rows.length < total && '; the export has all'}.
          {shown.length < rows.length && <Button size="sm" variant="ghost" onClick={() => { setAll(true); }}>Show {number(rows.length)}</Button>}
        </p>
      )}
    </div>
  );
}
