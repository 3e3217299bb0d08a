// The drawing of a metric's history. Loaded when needed: recharts is the heaviest thing on a page.
'use client';

import { CartesianGrid, Line, LineChart, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import { formatNumber } from '../ui/time-format.ts';
import { seriesLook } from './series-look.tsx';
import { valueRange, valueTicks } from './series.ts';
import { timeTicks, type TimeSpan } from './time-scale.ts';

export type PlotPoint = { readonly at: number; readonly value: number; readonly href: string; readonly title: string };
export type MetricHistoryPlotProps = { readonly series: readonly (readonly PlotPoint[])[]; readonly span: TimeSpan; readonly scale: 'linear' | 'log'; readonly height: number; readonly onOpen: (href: string) => void };

type DotProps = { readonly cx?: number; readonly cy?: number; readonly payload?: Readonly<Record<string, unknown>> };

/** Powers of ten around values above zero. */
function logTicks(low: number, high: number): number[] {
  const from = Math.floor(Math.log10(low));
  return Array.from({ length: Math.max(1, Math.ceil(Math.log10(high)) - from) + 1 }, (_, n) => 10 ** (from + n));
}

export default function MetricHistoryPlot({ series, span, scale, height, onOpen }: MetricHistoryPlotProps) {
  const values = series.flat().map(({ value }) => value);
  const powers = scale === 'log' ? logTicks(Math.min(...values), Math.max(...values)) : [];
  const range = scale === 'log' ? ([powers[0] ?? 1, powers.at(-1) ?? 10] as const) : valueRange(values);
  const round = timeTicks(span, 6);
  // Within a few seconds there is no round moment to name, so both ends are.
  const ticks = round.length > 1 ? round : [span.from, span.to].map((at) => ({ at, label: new Date(at).toISOString().slice(11, 19) }));
  return (
    <ResponsiveContainer width="100%" height={height} initialDimension={{ width: 720, height }}>
      <LineChart margin={{ top: 8, right: 28, bottom: 4, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="at" type="number" scale="time" domain={[span.from, span.to]} ticks={ticks.map(({ at }) => at)} tickFormatter={(at: number) => ticks.find((tick) => tick.at === at)?.label ?? ''} tickLine={false} axisLine={{ stroke: 'var(--line)' }} tick={{ fill: 'var(--ink-3)', fontSize: 11 }} interval={0} allowDuplicatedCategory={false} />
        <YAxis width={52} scale={scale} domain={[...range]} ticks={scale === 'log' ? powers : [...valueTicks(range)]} tickFormatter={formatNumber} interval={0} tickLine={false} axisLine={false} tick={{ fill: 'var(--ink-3)', fontSize: 11 }} allowDataOverflow />
        {series.map((points, index) => {
          const look = seriesLook(index);
          return (
            <Line
              key={index}
              data={[...points]}
              dataKey="value"
              type="linear"
              stroke={look.stroke}
              strokeWidth={1.5}
              strokeOpacity={0.55}
              {...(look.dash !== undefined && { strokeDasharray: look.dash })}
              activeDot={false}
              isAnimationActive={false}
              dot={({ cx, cy, payload }: DotProps) => <Dot key={`${String(payload?.at)} ${String(payload?.href)}`} cx={cx} cy={cy} payload={payload} colour={look.stroke} onOpen={onOpen} />}
            />
          );
        })}
      </LineChart>
    </ResponsiveContainer>
  );
}

function Dot({ cx, cy, payload, colour, onOpen }: { readonly cx: number | undefined; readonly cy: number | undefined; readonly payload: DotProps['payload']; readonly colour: string; readonly onOpen: (href: string) => void }) {
  const [href, title] = [payload?.href, payload?.title];
  if (cx === undefined || cy === undefined || typeof href !== 'string' || typeof title !== 'string') return <g />;
  return (
    <a
      href={href}
      aria-label={title}
      className="group/dot outline-none"
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        onOpen(href);
      }}
    >
      <title>{title}</title>
      <circle cx={cx} cy={cy} r={9} fill="transparent" />
      <circle cx={cx} cy={cy} r={3} fill="var(--canvas)" stroke={colour} strokeWidth={1.75} className="group-hover/dot:fill-[var(--accent)] group-focus-visible/dot:fill-[var(--accent)] group-focus-visible/dot:stroke-[4]" />
    </a>
  );
}
