// The verdict on whether one run reproduces another, as a mark and as a notice.
import { Glyph } from '#components/evidence/glyphs.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Verdict } from '#components/evidence/verdict.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { Stack } from '#components/ui/section.tsx';
import type { Reproduction, ReproductionVerdict } from '#lib/runs/verdict.ts';
import { fieldText, sectionTitles, verdictTitles, verdictTones } from './sections.ts';

const marks: Record<ReproductionVerdict, { tone: string; glyph: 'passed' | 'failed' | 'not_evaluated' }> = {
  identical: { tone: 'text-pass', glyph: 'passed' }, within_tolerance: { tone: 'text-pass', glyph: 'passed' }, divergent: { tone: 'text-fail', glyph: 'failed' }, not_comparable: { tone: 'text-unknown', glyph: 'not_evaluated' },
};

export function ReproductionMark({ verdict }: { readonly verdict: ReproductionVerdict }) {
  const { tone, glyph } = marks[verdict];
  return <span className={`inline-flex items-center gap-1 whitespace-nowrap ${tone}`}><Glyph name={glyph} />{verdictTitles[verdict].toLowerCase()}</span>;
}

/** A value as it stands in a field: a digest short and with its copy button, everything else as it is. */
export function FieldValue({ value }: { readonly value: string | null }) {
  if (value === null) return <span className="text-ink-3">absent</span>;
  if (/^sha256:[0-9a-f]{64}$/.test(value)) return <Digest value={value} href={`/data/${value}`} />;
  return <code className="text-xs break-words whitespace-pre-wrap">{value}</code>;
}

/** The verdict in words, what decides it with both values, tolerances, and what nobody recorded. */
export function ReproductionNotice({ reproduction }: { readonly reproduction: Reproduction }) {
  const { verdict, reason, first, tolerances, unrecorded } = reproduction;
  const ofRuns = first?.section !== 'state';
  return (
    <Stack gap="sm">
      <Alert tone={verdictTones[verdict]} title={verdictTitles[verdict]}>
        <p>{reason}</p>
        {first !== null && (
          <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-3">
            <dt className="text-xs text-ink-2">{verdict === 'within_tolerance' ? 'Differs' : 'Decided by'}</dt><dd><code className="text-xs break-words">{fieldText(first)}</code></dd>
            <dt className="text-xs text-ink-2">{ofRuns ? 'Expected, as in A' : 'Expected'}</dt><dd><FieldValue value={first.expected} /></dd>
            <dt className="text-xs text-ink-2">{ofRuns ? 'Actual, in B' : 'Actual'}</dt><dd><FieldValue value={first.actual} /></dd>
          </dl>
        )}
        {verdict === 'divergent' && <p className="mt-1">Everything recorded of what went in is the same, so the difference comes from something that is not recorded: randomness without a seed, time, or data that the run did not name.</p>}
        {verdict !== 'not_comparable' && unrecorded.length > 0 && <p className="mt-1">Neither run recorded {unrecorded.map((section) => sectionTitles[section].toLowerCase()).join(', ')}: the verdict cannot speak of that.</p>}
      </Alert>
      {verdict !== 'not_comparable' && tolerances.length > 0 && (
        <SimpleTable
          caption="Declared tolerances"
          captionHidden={false}
          rows={tolerances}
          rowKey={(row) => row.metric}
          columns={[
            { header: 'metric', cell: (row) => row.metric, mono: true },
            { header: 'allowed', cell: (row) => <span className="whitespace-nowrap">{row.allowed}</span> },
            { header: 'A', align: 'end', cell: (row) => row.a ?? 'absent', mono: true },
            { header: 'B', align: 'end', cell: (row) => row.b ?? 'absent', mono: true },
            { header: 'result', cell: (row) => (row.holds ? <Verdict state="passed">within</Verdict> : <Verdict state="failed">{row.a === null || row.b === null ? 'measured once' : 'beyond'}</Verdict>) },
            { header: 'declared by', cell: (row) => row.declared },
          ]}
        />
      )}
    </Stack>
  );
}
