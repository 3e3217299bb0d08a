// Roles lent during absence: those of the reader, and lending one.
'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Confirm } from '#components/ui/confirm.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input, Select } from '#components/ui/input.tsx';
import { Time } from '#components/ui/time.tsx';
import type { DelegationView } from '#lib/approvals/schema.ts';
import type { ActionResult } from '#lib/kernel/action.ts';
import type { ApproverRole } from '#lib/policy/schema.ts';

type LendInput = { delegateEmail: string; role: ApproverRole; endsAt: string; reason: string };

export function Delegations({ items, roles, lend, end }: {
  readonly items: readonly DelegationView[];
  /** Roles that the reader holds and may lend. */
  readonly roles: readonly ApproverRole[];
  readonly lend: (input: LendInput) => Promise<ActionResult<unknown>>;
  readonly end: (input: { delegationId: string; reason: string }) => Promise<ActionResult<unknown>>;
}) {
  const router = useRouter();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<ApproverRole>(roles[0] ?? 'reviewer');
  const [until, setUntil] = useState('');
  const refresh = () => { router.refresh(); };
  const missing = email === '' || until === '' ? 'Say to whom and until when first.' : undefined;
  return (
    <div className="flex flex-col gap-3">
      {items.length > 0 && (
        <SimpleTable
          caption="Lent roles"
          rows={items}
          rowKey={({ id }) => id}
          columns={[
            { header: 'role', cell: ({ role: lent, teamName }) => <>{lent}{teamName === null ? '' : ` of ${teamName}`}</> },
            { header: 'by', cell: ({ delegator, mine }) => (mine ? 'you' : delegator.name) },
            { header: 'to', cell: ({ delegate, mine }) => (mine ? delegate.name : 'you') },
            { header: 'until', cell: ({ endsAt }) => <Time at={endsAt} absolute /> },
            { header: 'state', cell: ({ active, endedAt }) => <Badge tone={active ? 'accent' : 'outline'}>{active ? 'in force' : endedAt === null ? 'not in force' : 'ended'}</Badge> },
            { header: 'why', cell: ({ reason }) => <span className="text-ink-2">{reason}</span> },
            {
              header: 'end', cell: ({ id, endedAt }) => endedAt !== null ? null : (
                <Confirm trigger={<Button size="sm" variant="ghost">End…</Button>} title="End this delegation?" confirmLabel="End it" comment="required" onConfirm={async (reason) => { const result = await end({ delegationId: id, reason }); return result.ok ? { ok: true, message: `Ended. Audit event ${result.auditNumbers.join(', ')}.` } : { ok: false, message: result.problem.detail }; }} onDone={refresh}>The role can no longer be used by who it was lent to.</Confirm>
              ),
            },
          ]}
        />
      )}
      {roles.length > 0 && (
        <div className="flex flex-wrap items-end gap-2">
          <span className="w-64"><Field label="Lend to (mail address)"><Input type="email" value={email} onChange={(event) => { setEmail(event.target.value); }} /></Field></span>
          <span className="w-36"><Field label="Role"><Select value={role} onChange={(event) => { setRole(event.target.value as ApproverRole); }} options={roles.map((value) => ({ value, label: value }))} /></Field></span>
          <span className="w-40"><Field label="Through (at most 31 days)"><Input type="date" value={until} onChange={(event) => { setUntil(event.target.value); }} /></Field></span>
          <Confirm
            trigger={<Button disabledReason={missing}>Lend…</Button>}
            title={`Lend the role ${role} to ${email}?`}
            confirmLabel="Lend"
            comment="required"
            onConfirm={async (reason) => {
              const result = await lend({ delegateEmail: email, role, endsAt: `${until}T23:59:59Z`, reason });
              return result.ok ? { ok: true, message: `Lent. Audit event ${result.auditNumbers.join(', ')}.` } : { ok: false, message: result.problem.detail };
            }}
            onDone={refresh}
          >
            They decide as themselves, on your behalf. What keeps either of you from deciding keeps both, and their decision counts as yours too.
          </Confirm>
        </div>
      )}
    </div>
  );
}
