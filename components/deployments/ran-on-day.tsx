// What ran on a day: by environment and endpoint, stretch after stretch, gaps shown.
import { EnvironmentBadge } from '#components/policy/environments.tsx';
import { versionHref } from '#components/registry/href.ts';
import { SimpleTable } from '#components/table/simple-table.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Digest } from '#components/ui/digest.tsx';
import { TextLink } from '#components/ui/link-button.tsx';
import { Time } from '#components/ui/time.tsx';
import type { RanStretch } from '#lib/deployments/index.ts';

export function RanOnDay({ items }: { readonly items: readonly RanStretch[] }) {
  return (
    <SimpleTable
      caption="What ran"
      rows={items}
      rowKey={({ environment, endpoint, from }) => `${environment} ${endpoint} ${from}`}
      columns={[
        { header: 'environment', cell: ({ environment }) => <EnvironmentBadge name={environment} /> },
        { header: 'endpoint', cell: ({ endpoint }) => endpoint },
        { header: 'from', cell: ({ from }) => <Time at={from} absolute /> },
        { header: 'until', cell: ({ until }) => <Time at={until} absolute /> },
        { header: 'ran', cell: ({ ran }) => (ran === null ? <span className="text-ink-3">nothing</span> : <><TextLink quiet href={versionHref(ran.model, ran.version)}>{ran.model} {ran.version}</TextLink> <Digest value={ran.digest} /></>) },
        { header: 'approved by', cell: ({ ran }) => ran && <span className="text-ink-2">{ran.approvals.length === 0 ? (ran.emergency ? '' : 'nobody was asked') : ran.approvals.map(({ name, role }) => `${name} (${role})`).join(', ')}{ran.emergency && <Badge tone="fail">emergency</Badge>}{ran.promotionId !== null && <> <TextLink quiet href={`/approvals/${ran.promotionId}`}>request</TextLink></>}</span> },
        { header: 'deployed by', cell: ({ ran }) => ran && <span className="text-ink-2">{ran.deployedBy}, <Time at={ran.deployedAt} /></span> },
      ]}
    />
  );
}
