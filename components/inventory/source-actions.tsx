// What may be done about a source on its page: change, approve as a second person, withdraw.
'use client';

import { useRouter } from 'next/navigation';
import { CommandForm } from '#components/identity/command-form.tsx';
import { Button } from '#components/ui/button.tsx';
import { Confirm } from '#components/ui/confirm.tsx';
import type { ActionResult } from '#lib/kernel/action.ts';
import type { SourceDetail, SourceOutcome } from '#lib/inventory/schema.ts';
import { SourceForm } from './source-form.tsx';

export type SourceActionSet = {
  readonly change: Parameters<typeof SourceForm>[0]['submit'];
  readonly approve: (input: { sourceId: string; contentDigest: string; expiresAt: string; reason: string }) => Promise<ActionResult<SourceOutcome>>;
  readonly withdraw: (input: { sourceId: string; reason: string }) => Promise<ActionResult<SourceOutcome>>;
};

const months = [['30', '30 days'], ['90', '90 days'], ['180', 'half a year'], ['365', 'a year']] as const;

export function SourceActions({ source, owners, actions }: { readonly source: SourceDetail; readonly owners: readonly { readonly id: string; readonly name: string }[]; readonly actions: SourceActionSet }) {
  const router = useRouter();
  return (
    <>
      {source.may.propose && <SourceForm source={source} teams={[]} owners={owners} submit={actions.change} trigger={<Button>{source.state === 'withdrawn' ? 'Propose anew…' : 'Change…'}</Button>} />}
      {source.may.withdraw && source.state !== 'withdrawn' && (
        <Confirm
          trigger={<Button variant="dangerQuiet">Withdraw…</Button>} title={`Withdraw ${source.name}?`} confirmLabel="Withdraw" tone="danger" comment="required" onDone={() => { router.refresh(); }}
          onConfirm={async (reason) => { const result = await actions.withdraw({ sourceId: source.id, reason }); return result.ok ? { ok: true, message: `It is withdrawn. Audit event ${result.auditNumbers.join(', ')}.` } : { ok: false, message: result.problem.detail }; }}
        >
          Whatever reads it, or has read it, becomes a finding; models made from it are not promoted by a policy that asks for approved sources.
        </Confirm>
      )}
      {source.may.approve && source.state !== 'withdrawn' && (
        source.may.ownWords
          ? <Button variant="primary" disabledReason="You proposed it, or wrote part of it since its last approval: another person of security approves.">Approve…</Button>
          : (
            <CommandForm
              title={`${source.state === 'approved' ? 'Approve again' : 'Approve'}: ${source.name}`}
              description={`${source.classification}, for ${source.uses.join(', ')}; ${source.names.length} dataset ${source.names.length === 1 ? 'name' : 'names'}, brought in by ${source.ingestion.map(({ name }) => name).join(', ')}. A change of any of these ends the approval.`}
              trigger={<Button variant="primary">{source.state === 'approved' ? 'Approve again…' : 'Approve…'}</Button>}
              fields={[{ name: 'days', label: 'Holds for', options: months.map(([value, label]) => ({ value, label })), initial: '90' }, { name: 'reason', label: 'What you looked at', kind: 'reason' }]}
              confirmLabel="Approve"
              submit={({ days = '90', reason = '' }) => actions.approve({ sourceId: source.id, contentDigest: source.contentDigest, expiresAt: new Date(Date.now() + Number(days) * 86_400_000).toISOString(), reason })}
            />
          )
      )}
    </>
  );
}
