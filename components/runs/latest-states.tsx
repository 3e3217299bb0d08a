// The states of the latest runs as a strip, oldest on the left. Height and fill tell states apart as well as colour does.
import type { RunState } from '#lib/runs/schema.ts';

const looks: Record<RunState, string> = {
  complete: 'h-2.5 bg-pass/70', failed: 'h-4 bg-fail', aborted: 'h-4 border border-line-strong bg-unknown-soft', running: 'h-2.5 border border-accent bg-accent-soft', unknown: 'h-2.5 border border-dashed border-line-strong',
};

export function LatestStates({ latest }: { readonly latest: readonly { readonly runId: string; readonly state: RunState }[] }) {
  if (latest.length === 0) return <span className="text-ink-3">none</span>;
  const counts = [...new Set(latest.map(({ state }) => state))].map((state) => `${String(latest.filter((run) => run.state === state).length)} ${state}`).join(', ');
  return (
    <span role="img" aria-label={`Latest ${String(latest.length)}: ${counts}`} title={counts} className="inline-flex h-4 items-end gap-0.5 align-middle">
      {[...latest].reverse().map(({ runId, state }) => <span key={runId} className={`w-1.5 rounded-[1px] ${looks[state]}`} />)}
    </span>
  );
}
