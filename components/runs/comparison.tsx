// ComparisonView: the verdict on two runs, and what differs between them, in the order in which one difference explains another.
import { Verdict } from '#components/evidence/verdict.tsx';
import { RunState } from '#components/evidence/verdict.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { LinkButton, TextLink } from '#components/ui/link-button.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { comparedSections, type ComparedField } from '#lib/runs/compare.ts';
import type { RunView } from '#lib/runs/schema.ts';
import type { Reproduction } from '#lib/runs/verdict.ts';
import { FieldValue, ReproductionNotice } from './reproduction-mark.tsx';
import { sectionTitles } from './sections.ts';
import { runTitle } from './words.ts';

type Compared = { readonly fields: readonly ComparedField[]; readonly reproduction: Reproduction; readonly a: RunView; readonly b: RunView };

export function ComparisonView({ comparison, all, toggleHref }: { readonly comparison: Compared; readonly all: boolean; readonly toggleHref: string }) {
  const { a, b, fields } = comparison;
  const differing = fields.filter((field) => !field.same);
  const shown = all ? fields : differing;
  const groups = comparedSections.map((section) => ({ section, all: fields.filter((field) => field.section === section), shown: shown.filter((field) => field.section === section) }));
  const alike = groups.filter((group) => group.all.length > 0 && group.shown.length === 0);
  const absent = groups.filter((group) => group.all.length === 0);
  return (
    <Stack>
      <div className="grid gap-x-8 gap-y-2 sm:grid-cols-2">
        <Side name="A" run={a} other={b} />
        <Side name="B" run={b} other={a} />
      </div>
      <Section title="Does B reproduce A?" id="verdict"><ReproductionNotice reproduction={comparison.reproduction} /></Section>
      <Section
        title={all ? 'All fields' : 'What differs'}
        id="fields"
        description={`${String(differing.length)} of ${String(fields.length)} fields differ`}
        actions={fields.length > 0 && <LinkButton size="sm" href={toggleHref}>{all ? 'Show only differences' : 'Show all fields'}</LinkButton>}
      >
        <Stack gap="md">
          {fields.length === 0 && <p className="text-sm text-ink-2">Neither run recorded anything that can be compared.</p>}
          {groups.map(({ section, shown: list }) => (list.length === 0 ? null : <Section key={section} level={3} title={sectionTitles[section]} id={section}><Fields caption={sectionTitles[section]} fields={list} /></Section>))}
          {!all && alike.length > 0 && <p className="text-xs text-ink-2">The same in both: {alike.map((group) => `${sectionTitles[group.section].toLowerCase()} (${String(group.all.length)})`).join(', ')}.</p>}
          {absent.length > 0 && <p className="text-xs text-ink-3">Recorded by neither: {absent.map((group) => sectionTitles[group.section].toLowerCase()).join(', ')}.</p>}
        </Stack>
      </Section>
    </Stack>
  );
}

function Side({ name, run, other }: { readonly name: 'A' | 'B'; readonly run: RunView; readonly other: RunView }) {
  return (
    <div className="min-w-0 border-l-2 border-line-strong pl-3 text-sm">
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span className="font-semibold">{name}</span>
        <TextLink href={`/runs/${run.id}`}>{runTitle(run)}</TextLink>
        <RunState state={run.state} />
      </p>
      <p className="flex flex-wrap items-baseline gap-x-3 text-xs text-ink-2">
        <span>started <Time at={run.startedAt} /></span>
        <Digest value={run.id} length={8} />
        <span className="no-print"><TextLink href={`/runs/compare?${name === 'A' ? 'b' : 'a'}=${other.id}`}>choose another</TextLink></span>
      </p>
    </div>
  );
}

/** How far apart two numbers are, where both are. */
function apart(field: ComparedField): string | null {
  if (field.section !== 'metrics' || field.a === null || field.b === null || field.same) return null;
  const [a, b] = [Number(field.a), Number(field.b)];
  return Number.isFinite(a) && Number.isFinite(b) ? `${b > a ? '+' : '−'}${String(Number(Math.abs(b - a).toPrecision(4)))}` : null;
}

function Fields({ caption, fields }: { readonly caption: string; readonly fields: readonly ComparedField[] }) {
  return (
    <div className="relative max-w-full overflow-x-auto" tabIndex={0} role="region" aria-label={`${caption}, field by field`}>
      <table className="w-full min-w-[36rem] table-fixed border-collapse text-xs">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line-strong/60 text-left text-ink-3">
            <th scope="col" className="w-24 py-1 font-medium">result</th>
            <th scope="col" className="py-1 pr-3 font-medium">field</th>
            <th scope="col" className="py-1 pr-3 font-medium">A</th>
            <th scope="col" className="py-1 font-medium">B</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field.field} className="border-b border-line align-top last:border-b-0">
              <td className="py-1">{field.same ? <Verdict state="passed">same</Verdict> : <Verdict state="stale">differs</Verdict>}</td>
              <th scope="row" className="py-1 pr-3 text-left font-mono font-normal break-words">{field.field}{!field.decides && <span className="block font-sans text-ink-3">does not decide</span>}</th>
              <td className="py-1 pr-3"><FieldValue value={field.a} /></td>
              <td className="py-1"><FieldValue value={field.b} />{apart(field) !== null && <span className="ml-2 text-ink-3">{apart(field)}</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
