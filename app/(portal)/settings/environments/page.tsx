// Environments: which there are, what each asks, and the changes that wait for a second person.
import type { Metadata } from 'next';
import { Problem } from '#components/kernel-problem.tsx';
import { DecideEnvironment, ProposeEnvironment } from '#components/policy/environment-forms.tsx';
import { fieldWords } from '#components/policy/environment-words.ts';
import { EnvironmentBadge } from '#components/policy/environments.tsx';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Section, Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import { currentContext } from '#lib/http.ts';
import { may } from '#lib/kernel/permissions.ts';
import { listEnvironments, type EnvironmentChangeView, type EnvironmentSettings } from '#lib/policy/index.ts';
import { confirm, propose, reject } from './actions.ts';

export const metadata: Metadata = { title: 'Environments' };

const tones = { proposed: 'accent', confirmed: 'pass', rejected: 'neutral' } as const;

/** What differs, in words. */
function differences({ before, after }: EnvironmentChangeView): string[] {
  const shown = (settings: EnvironmentSettings): Readonly<Record<string, string>> => ({
    tier: settings.tier, order: String(settings.position), description: settings.description,
    'required metadata': settings.requiredMetadata.map((field) => fieldWords[field]).join(', ') || 'none', archived: settings.archived ? 'yes' : 'no',
  });
  const next = Object.entries(shown(after));
  if (before === null) return next.map(([name, value]) => `${name}: ${value}`);
  const old = shown(before);
  return next.filter(([name, value]) => old[name] !== value).map(([name, value]) => `${name}: ${old[name] ?? ''} → ${value}`);
}

export default async function EnvironmentsPage() {
  const context = await currentContext();
  const found = await listEnvironments.execute(context, {});
  if (!found.ok) return <Problem error={found.error} />;
  const { items, changes } = found.value;
  const organisation = { kind: 'organisation' } as const;
  const mayPropose = may(context.actor, 'environment.propose', organisation);
  const mayConfirm = may(context.actor, 'environment.confirm', organisation);
  return (
    <Stack>
      <Section title="Environments" description="Every rule reads the tier; the name is free. An environment of the tier production has everything production has." actions={mayPropose ? <ProposeEnvironment propose={propose} /> : undefined}>
        <SimpleTable
          caption="Environments"
          rows={[...items].reverse()}
          rowKey={({ name }) => name}
          columns={[
            { header: 'name', cell: ({ name, archived }) => <span id={name}><EnvironmentBadge name={name} /> {archived && <Badge>archived</Badge>}</span> },
            { header: 'tier', cell: ({ tier }) => tier },
            { header: 'what it is for', wide: true, cell: ({ description }) => description },
            { header: 'required metadata', wide: true, cell: ({ requiredMetadata }) => requiredMetadata.map((field) => fieldWords[field]).join(', ') || 'none' },
            { header: 'policy', cell: ({ name, hasPolicy, archived }) => (archived ? '' : hasPolicy ? <TextLink quiet href={`/policies?environment=${name}`}>active</TextLink> : <Badge tone="fail">none: nothing passes</Badge>) },
            { header: 'runs now', align: 'end', cell: ({ name, running }) => <TextLink quiet href={`/deployments#${name}`}>{running}</TextLink> },
            { header: '', cell: (row) => (mayPropose ? <ProposeEnvironment existing={row} propose={propose} /> : null) },
          ]}
        />
      </Section>
      <Section title="Changes" description="What waits first. Each was made by two people, and is in the audit log.">
        {changes.length === 0 ? <p className="text-sm text-ink-2">None yet.</p> : (
          <ul>
            {changes.map((change) => (
              <li key={change.id} id={change.id} className="flex flex-wrap items-start justify-between gap-3 border-t border-line py-2 text-sm first:border-t-0 target:bg-selected">
                <div className="min-w-0 flex-1">
                  <p className="flex flex-wrap items-baseline gap-x-2"><Badge tone={tones[change.state]}>{change.state}</Badge><span>{change.before === null ? 'new environment' : 'change of'} <strong>{change.environment}</strong></span>{change.weakens.length > 0 && <Badge tone="stale">asks less</Badge>}</p>
                  <ul className="text-ink-2">{differences(change).map((difference) => <li key={difference} className="break-words">{difference}</li>)}</ul>
                  <p className="break-words">{change.reason}</p>
                  <p className="text-xs text-ink-2">proposed by {change.proposedBy.name}, <Time at={change.proposedAt} />{change.decidedBy && change.decidedAt && <>; {change.state} by {change.decidedBy.name}, <Time at={change.decidedAt} /></>}</p>
                </div>
                {change.state === 'proposed' && <DecideEnvironment changeId={change.id} name={change.environment} weakens={change.weakens} isProposer={change.proposedBy.id === context.actor.id} mayConfirm={mayConfirm} mayReject={mayPropose} actions={{ confirm, reject }} />}
              </li>
            ))}
          </ul>
        )}
      </Section>
    </Stack>
  );
}
