// The history of a pipeline's metrics: which metric and which stage are in the address.
'use client';

import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { MetricHistory } from '#components/charts/metric-history.tsx';
import { Select } from '#components/ui/input.tsx';
import type { MetricHistory as History } from '#lib/runs/pipelines.ts';

export function MetricSection({ history }: { readonly history: History }) {
  const router = useRouter();
  const path = usePathname();
  const query = useSearchParams();
  if (history.metric === null) return null;
  const several = new Set(history.series.map(({ dataset }) => dataset)).size > 1;
  const choose = (metric: string) => {
    const next = new URLSearchParams(query);
    next.set('metric', metric);
    router.replace(`${path}?${next.toString()}`, { scroll: false });
  };
  const better = history.higherIsBetter === null ? '' : history.higherIsBetter ? 'higher is better' : 'lower is better';
  return (
    <MetricHistory
      key={history.metric}
      title={history.metric}
      {...(better !== '' && { unit: better })}
      series={history.series.map(({ slice, dataset, points }) => ({ label: `${slice ?? 'all'}${several && dataset !== null ? ` on ${dataset}` : ''}`, points }))}
      actions={<Select size="sm" aria-label="Metric" value={history.metric} onChange={(event) => { choose(event.target.value); }} options={history.metrics.map(({ name, runs }) => ({ value: name, label: `${name} (${String(runs)})` }))} />}
      note={`From the latest ${String(history.looked)} runs${history.truncated ? '; there are older ones' : ''}. Proven values come from signed evaluations whose checks hold, claimed ones from what a run reports.`}
    />
  );
}
