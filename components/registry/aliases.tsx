// Aliases of a model: where each points, moving one, and every move there was.
'use client';

import { CommandForm } from '#components/identity/command-form.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import type { ActionResult } from '#lib/kernel/action.ts';
import { versionHref } from './href.ts';

type Alias = { readonly name: string; readonly version: number; readonly digest: string; readonly movedBy: { readonly name: string }; readonly movedAt: string; readonly reason: string };
type Move = { readonly id: string; readonly alias: string; readonly from: number | null; readonly to: number | null; readonly movedBy: { readonly name: string }; readonly at: string; readonly reason: string };
type SetAlias = (input: { name: string; alias: string; version: number | null; from: number | null; reason: string }) => Promise<ActionResult<unknown>>;

const isVersion = (text: string): boolean => /^[1-9]\d*$/.test(text);

/** Moves by what the form holds. Only an empty field takes an alias away, and only one that is there. */
async function moved(set: SetAlias, { name, alias, from, reason, version }: { readonly name: string; readonly alias: string; readonly from: number | null; readonly reason: string; readonly version: string }): Promise<ActionResult<unknown>> {
  const to = version.trim();
  if (!isVersion(to) && (to !== '' || from === null)) {
    const message = 'write the number of a version, such as 3';
    return { ok: false, problem: { type: 'about:blank', title: 'Not sent', status: 422, code: 'kernel.invalid_input', detail: message, requestId: '', errors: [{ path: 'version', message }] } };
  }
  return set({ name, alias, version: to === '' ? null : Number(to), from, reason });
}

export function Aliases({ model, items, moves, mayMove, protectedNames, latest, set }: { readonly model: string; readonly items: readonly Alias[]; readonly moves: readonly Move[]; readonly mayMove: boolean; readonly protectedNames: readonly string[]; readonly latest: number; readonly set: SetAlias }) {
  const reason = { name: 'reason', label: 'Why', kind: 'reason' as const };
  return (
    <div className="flex flex-col gap-2">
      {items.length === 0 ? <p className="text-sm text-ink-2">None. An alias such as champion points at one version, and people move it.</p> : (
        <SimpleTable
          caption="Aliases"
          rows={items}
          rowKey={({ name }) => name}
          columns={[
            { header: 'alias', cell: ({ name }) => <><Badge>{name}</Badge> {protectedNames.includes(name) && <span className="text-xs text-ink-3">protected: reviewers and security move it</span>}</> },
            { header: 'points at', cell: ({ version }) => <TextLink quiet href={versionHref(model, version)}>{model} {version}</TextLink> },
            { header: 'artifact', cell: ({ digest }) => <Digest value={digest} /> },
            { header: 'moved', wide: true, cell: ({ movedBy, movedAt, reason: why }) => <span className="text-ink-2" title={why}>{movedBy.name}, <Time at={movedAt} /></span> },
            { header: '', cell: ({ name, version }) => mayMove && (
              <CommandForm title={`Move ${name}`} description={`It points at version ${version} now. It grants nothing: what runs is decided by promotions.`} trigger={<Button size="sm" variant="ghost">Move…</Button>} fields={[{ name: 'version', label: 'To version', kind: 'number', initial: String(latest), optional: true, hint: 'Empty: take it away.' }, reason]} confirmLabel="Move" submit={({ version: to = '', reason: why = '' }) => moved(set, { name: model, alias: name, from: version, version: to, reason: why })} />
            ) },
          ]}
        />
      )}
      {mayMove && <div><CommandForm title={`A new alias of ${model}`} description="Lower-case letters, digits and hyphens; not the name of an environment." trigger={<Button size="sm">Add an alias…</Button>} fields={[{ name: 'alias', label: 'Alias' }, { name: 'version', label: 'Points at version', kind: 'number', initial: String(latest) }, reason]} confirmLabel="Add" submit={({ alias = '', version: to = '', reason: why = '' }) => moved(set, { name: model, alias: alias.trim(), from: null, version: to, reason: why })} /></div>}
      {moves.length > 0 && (
        <Disclosure summary={`${moves.length} ${moves.length === 1 ? 'move' : 'moves'}`}>
          <SimpleTable caption="Moves of aliases, newest first" rows={moves} rowKey={({ id }) => id} columns={[{ header: 'alias', cell: ({ alias }) => alias }, { header: 'from', cell: ({ from }) => from ?? 'nowhere' }, { header: 'to', cell: ({ to }) => to ?? 'taken away' }, { header: 'by', cell: ({ movedBy, at }) => <span className="text-ink-2">{movedBy.name}, <Time at={at} /></span> }, { header: 'because', wide: true, cell: ({ reason: why }) => why }]} />
        </Disclosure>
      )}
    </div>
  );
}
