// MetricHistory: one metric over many runs; each point leads to its run, and the same stands in a table.
'use client';

import { ToggleGroup } from 'radix-ui';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import { TextLink } from '../ui/link-button.tsx';
import { absoluteUtc, formatNumber } from '../ui/time-format.ts';
import { ChartFrame } from './chart-frame.tsx';
import { logMakesSense } from './series.ts';
import { SeriesLegend } from './series-look.tsx';
import { spanOf } from './time-scale.ts';

const MetricHistoryPlot = dynamic(() => import('./metric-history-plot.tsx'), { ssr: false });

export type HistoryPoint = { readonly runId: string; readonly at: string; readonly state: string; readonly value: number; readonly sampleCount: number | null; readonly source: 'evidence' | 'report' };
export type HistorySeries = { readonly label: string; readonly points: readonly HistoryPoint[] };

const height = 240;
const mostDrawn = 6;
const scales = [{ value: 'linear', label: 'Linear' }, { value: 'log', label: 'Log' }] as const;

/** `<MetricHistory title="auc" series={[{ label: 'all', points }]} actions={picker} />` */
export function MetricHistory({ title, unit, series, note, actions }: { readonly title: string; readonly unit?: string; readonly series: readonly HistorySeries[]; readonly note?: React.ReactNode; readonly actions?: React.ReactNode }) {
  const router = useRouter();
  const [scale, setScale] = useState<'linear' | 'log'>('linear');
  const drawn = useMemo(() => series.slice(0, mostDrawn), [series]);
  const log = logMakesSense(drawn.flatMap((line) => line.points.map((point) => point.value)));
  const plotted = useMemo(() => drawn.map((line) => line.points.map((point) => ({ at: Date.parse(point.at), value: point.value, href: `/runs/${point.runId}`, title: `${line.label === '' ? title : line.label} ${formatNumber(point.value)} by the run of ${absoluteUtc(new Date(point.at))}` }))), [drawn, title]);
  const span = spanOf(plotted.flat().map((point) => point.at));
  return (
    <ChartFrame
      title={title}
      unit={unit}
      note={<>{series.length > drawn.length && `${String(series.length - drawn.length)} more series are in the table. `}{note}</>}
      actions={
        <>
          {actions}
          {log && (
            <ToggleGroup.Root type="single" value={scale} aria-label="Scale" onValueChange={(value) => { if (value === 'linear' || value === 'log') setScale(value); }} className="inline-flex rounded-md border border-line p-px">
              {scales.map((each) => <ToggleGroup.Item key={each.value} value={each.value} className="inline-flex h-6 items-center rounded-sm px-2 text-xs text-ink-3 hover:text-ink data-[state=on]:bg-unknown-soft data-[state=on]:text-ink">{each.label}</ToggleGroup.Item>)}
            </ToggleGroup.Root>
          )}
        </>
      }
      legend={<SeriesLegend labels={drawn.map((line) => line.label)} />}
      table={() => ({
        columns: [{ header: 'run started' }, { header: 'of' }, { header: 'value', align: 'end' }, { header: 'samples', align: 'end' }, { header: 'known' }, { header: 'run' }],
        rows: series.flatMap((line) => line.points.map((point) => ({ line, point }))).sort((a, b) => (a.point.at < b.point.at ? 1 : -1)).map(({ line, point }) => ({
          key: `${point.runId} ${line.label}`,
          cells: [absoluteUtc(new Date(point.at)), line.label, String(point.value), point.sampleCount === null ? '' : formatNumber(point.sampleCount), point.source === 'evidence' ? 'proven' : 'claimed', <TextLink key="run" quiet href={`/runs/${point.runId}`}>{point.runId.slice(0, 13)}</TextLink>],
        })),
      })}
    >
      <div style={{ height }}><MetricHistoryPlot series={plotted} span={span} scale={log ? scale : 'linear'} height={height} onOpen={(href) => { router.push(href); }} /></div>
    </ChartFrame>
  );
}
