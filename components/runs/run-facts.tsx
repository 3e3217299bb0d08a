// The facts of a run that explain its result: parameters, code, environment, packages, log, events.
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { CodeBlock } from '#components/ui/code-block.tsx';
import type { Description } from '#components/ui/description-list.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { Disclosure } from '#components/ui/disclosure.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Stack } from '#components/ui/section.tsx';
import { Time } from '#components/ui/time.tsx';
import type { RunDetail } from '#lib/runs/schema.ts';
import { byteCount } from './words.ts';

export function Parameters({ parameters }: { readonly parameters: RunDetail['parameters'] }) {
  return <SimpleTable caption="Parameters" rows={parameters} rowKey={(row) => row.key} columns={[{ header: 'parameter', cell: (row) => row.key, mono: true }, { header: 'value', cell: (row) => row.value, mono: true }]} />;
}

const short = (commit: string) => commit.slice(0, 12);

/** Where the code came from. A dirty working copy is said loudly: the commit is then not what ran. */
export function sourceFacts(source: NonNullable<RunDetail['source']>): Description[] {
  return [
    { term: 'Commit', value: source.commit === null ? undefined : <span className="inline-flex flex-wrap items-center gap-2"><Digest value={source.commit} length={short(source.commit).length} />{source.dirty === true && <Badge tone="fail">with uncommitted changes</Badge>}</span>, ...(source.dirty === true && { note: 'What ran is not what this commit holds.' }) },
    { term: 'Branch', value: source.branch ?? undefined },
    { term: 'Repository', value: source.remote === null ? undefined : <code className="text-xs break-all">{source.remote}</code> },
    ...(source.path === null ? [] : [{ term: 'Path', value: <code className="text-xs">{source.path}</code> }]),
  ];
}

export function executionFacts(execution: NonNullable<RunDetail['execution']>): Description[] {
  const machine = [execution.operatingSystem, execution.architecture].filter((part) => part !== null).join(', ');
  return [
    { term: 'Command', value: execution.command.length === 0 ? undefined : <code className="text-xs break-all">{execution.command.join(' ')}</code> },
    { term: 'Ended', value: execution.signal ?? (execution.exitCode === null ? undefined : `exit code ${execution.exitCode}`) },
    { term: 'Runtime', value: execution.runtime ? `${execution.runtime.name} ${execution.runtime.version}` : undefined },
    { term: 'Machine', value: machine === '' ? undefined : machine, ...((execution.processorCount !== null || execution.memoryBytes !== null) && { note: [execution.processorCount === null ? '' : `${execution.processorCount} processors`, execution.memoryBytes === null ? '' : byteCount(execution.memoryBytes)].filter(Boolean).join(', ') }) },
    { term: 'Image', value: execution.container === null ? undefined : <Digest value={execution.container} /> },
    { term: 'Lock file', value: execution.packageLock ? <span className="inline-flex items-center gap-2">{execution.packageLock.name}{execution.packageLock.digest !== '' && <Digest value={execution.packageLock.digest} />}</span> : undefined },
    { term: 'Seed', value: execution.seed ?? undefined },
    { term: 'Triggered by', value: execution.triggeredBy ?? undefined },
  ];
}

export function Packages({ packages, truncated }: { readonly packages: RunDetail['packages']; readonly truncated: boolean }) {
  return (
    <Disclosure summary={`${packages.length} packages${truncated ? ', and more that were left out' : ''}`}>
      <SimpleTable caption="Packages" rows={packages} rowKey={(row) => `${row.name} ${row.version}`} columns={[{ header: 'package', cell: (row) => row.name, mono: true }, { header: 'version', cell: (row) => row.version, mono: true }]} />
    </Disclosure>
  );
}

export function Environment({ environment }: { readonly environment: RunDetail['environment'] }) {
  return (
    <Disclosure summary={`${environment.length} environment variables`}>
      <SimpleTable caption="Environment variables; secrets were removed before storing" captionHidden={false} rows={environment} rowKey={(row) => row.name} columns={[{ header: 'name', cell: (row) => row.name, mono: true }, { header: 'value', cell: (row) => row.value, mono: true }]} />
    </Disclosure>
  );
}

export function RunLog({ log }: { readonly log: NonNullable<RunDetail['log']> }) {
  const size = log.totalBytes === null ? '' : ` of ${byteCount(log.totalBytes)}`;
  return (
    <Stack gap="sm">
      <CodeBlock code={log.tail} caption={log.truncated ? `The end${size}` : `The whole log${size}`} maxHeight={480} />
      {log.digest !== null && <p className="text-xs text-ink-3">Digest of the whole log: <Digest value={log.digest} algorithm /></p>}
    </Stack>
  );
}

export function Events({ runId, events, count }: { readonly runId: string; readonly events: RunDetail['events']; readonly count: number }) {
  return (
    <Stack gap="sm">
      <SimpleTable
        caption="Events received"
        rows={events}
        rowKey={(row) => row.digest}
        columns={[
          { header: 'type', cell: (row) => row.type },
          { header: 'event time', cell: (row) => <Time at={row.time} absolute /> },
          { header: 'received', cell: (row) => <Time at={row.receivedAt} absolute /> },
          { header: 'digest', cell: (row) => <Digest value={row.digest} href={`/api/v1/runs/${runId}/events/${row.digest}`} /> },
          { header: 'size', align: 'end', cell: (row) => byteCount(row.sizeBytes) },
          { header: 'by', cell: (row) => row.reportedBy },
          { header: '', cell: (row) => (row.removedAt !== null ? <Badge tone="outline">bytes not kept</Badge> : row.redacted === null ? <span className="text-xs text-ink-3" title="Too large to be hashed for this list.">not checked for removed secrets</span> : row.redacted ? <Badge tone="stale">secrets removed</Badge> : null) },
        ]}
      />
      <p className="text-xs text-ink-3">
        The digest is of the bytes that were sent. Where secrets were removed before storing, the stored bytes have another one.
        {count > events.length && ` Shown are the latest ${events.length} of ${count >= 10_000 ? 'more than 10,000' : count}.`}
      </p>
    </Stack>
  );
}

export const lineageHref = (runId: string) => `/lineage?node=run:${runId}`;
export function LineageLink({ runId }: { readonly runId: string }) {
  return <TextLink href={lineageHref(runId)}>Follow in the lineage</TextLink>;
}
