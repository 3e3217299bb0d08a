// Announcements to open pages: that something of a kind changed for a team. Gathered, so that a flood of reports is a trickle of notices.
import { pool } from '#lib/db/client.ts';

export const liveTopics = ['runs', 'evidence', 'findings', 'models', 'approvals', 'deployments', 'drift', 'audit', 'sources'] as const;
export type LiveTopic = (typeof liveTopics)[number];

export const channel = 'gatehouse_live';

const gatherMilliseconds = 400;
const pending = new Set<string>();
let timer: NodeJS.Timeout | null = null;

async function flush(): Promise<void> {
  timer = null;
  const payloads = [...pending];
  pending.clear();
  // Outside of the reports' own transactions: NOTIFY takes a lock at commit that would put every report in one queue.
  await pool().query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [channel, payloads]).catch(() => undefined);
}

/** Tells open pages, soon, that a topic changed. A hint and nothing more: pages read the truth through queries. Call after the commit. */
export function announce(topic: LiveTopic, teamId: string): void {
  pending.add(`${topic} ${teamId}`);
  timer ??= setTimeout(() => void flush(), gatherMilliseconds).unref();
}
