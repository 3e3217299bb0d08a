// LineageControls: what is drawn, how far each way, grouped how; and as of when. All as addresses.
'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Link } from '#components/ui/link.tsx';
import type { GraphShape } from '#lib/lineage/schema.ts';
import { depths, lineageHref, momentOf, type LineageAddress } from './address.ts';
import { useKept } from './use-kept.ts';

const shapes: readonly { readonly shape: GraphShape; readonly label: string; readonly title: string }[] = [
  { shape: 'all', label: 'Runs and data', title: 'Every run with what it read and wrote' },
  { shape: 'versions', label: 'Data', title: 'Versions joined directly; runs are folded into the edges' },
  { shape: 'runs', label: 'Runs', title: 'Runs joined directly; what they handed on is folded into the edges' },
  { shape: 'columns', label: 'Columns', title: 'Which columns came from which, where runs reported it' },
];

type Option = { readonly key: string; readonly label: string; readonly href: string; readonly current: boolean; readonly title?: string };

/** Links, so that every choice can be shared and works before scripts have loaded. */
export function LineageControls({ address }: { readonly address: LineageAddress }) {
  const kept = useKept();
  const href = (change: Partial<LineageAddress>) => kept(lineageHref({ ...address, ...change }));
  const columns = address.shape === 'columns';
  const steps = (way: 'up' | 'down'): Option[] => [...new Set([...depths, address[way]])].sort((a, b) => a - b).map((depth) => ({ key: String(depth), label: String(depth), href: href({ [way]: depth }), current: depth === address[way] }));
  return (
    <div className="no-print mb-3 flex flex-wrap items-center gap-x-5 gap-y-2">
      <Choice label="Draw" options={shapes.map(({ shape, label, title }) => ({ key: shape, label, title, href: href({ shape, expand: [], selected: null, ...(shape === 'columns' && { to: null, around: false, group: null, open: [] }) }), current: shape === address.shape }))} />
      <Choice label="Steps upstream" options={steps('up')} />
      <Choice label="downstream" name="Steps downstream" options={steps('down')} />
      {!columns && (
        <Choice label="Group by" options={[
          { key: 'none', label: 'nothing', href: href({ group: null, open: [], selected: null }), current: address.group === null },
          { key: 'pipeline', label: 'pipeline', href: href({ group: 'pipeline', open: [], selected: null }), current: address.group === 'pipeline' },
          { key: 'team', label: 'team', href: href({ group: 'team', open: [], selected: null }), current: address.group === 'team' },
        ]} />
      )}
      {address.expand.length > 0 && <Link href={href({ expand: [] })} scroll={false} className="link text-xs">Fold the {address.expand.length} opened by hand</Link>}
      {address.open.length > 0 && <Link href={href({ open: [] })} scroll={false} className="link text-xs">Fold the {address.open.length} opened {address.open.length === 1 ? 'group' : 'groups'}</Link>}
    </div>
  );
}

/** The moment whose knowledge is drawn, to the second, in UTC. */
export function AsOf({ address }: { readonly address: LineageAddress }) {
  const router = useRouter();
  const kept = useKept();
  const { asOf } = address;
  const [typed, setTyped] = useState(asOf?.slice(0, 19) ?? '');
  const moment = momentOf(typed);
  const to = (at: string | null) => kept(lineageHref({ ...address, asOf: at }));
  return (
    <form onSubmit={(event) => { event.preventDefault(); if (moment !== null) router.push(to(moment), { scroll: false }); }}>
      <Field label="As it was known at (UTC)" hint="Only what had been received by then, with the states and deployments of then.">
        <div className="flex flex-wrap items-center gap-2">
          <span className="w-56"><Input type="datetime-local" step={1} value={typed} aria-label="As it was known at (UTC)" onChange={(event) => { setTyped(event.target.value); }} /></span>
          <Button type="submit" variant="primary">Go there</Button>
          {asOf !== null && <LinkButton href={to(null)}>Back to now</LinkButton>}
        </div>
      </Field>
    </form>
  );
}

function Choice({ label, name = label, options }: { readonly label: string; readonly name?: string; readonly options: readonly Option[] }) {
  return (
    <nav aria-label={name} className="flex items-center gap-2">
      <span className="text-xs whitespace-nowrap text-ink-3">{label}</span>
      <span className="inline-flex rounded-md border border-line p-px">
        {options.map((option) => (
          <Link key={option.key} href={option.href} title={option.title} scroll={false} aria-current={option.current ? 'true' : undefined} className="inline-flex h-6 min-w-6 items-center justify-center rounded-sm px-1.5 text-xs whitespace-nowrap text-ink-2 hover:text-ink aria-[current]:bg-unknown-soft aria-[current]:font-medium aria-[current]:text-ink">{option.label}</Link>
        ))}
      </span>
    </nav>
  );
}
