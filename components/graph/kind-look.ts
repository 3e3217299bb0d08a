// The sign and colour of each kind of node.
import { Boxes, ChartColumn, Code, Columns3, Container, Database, FileText, LockKeyhole, Play, Rocket, SlidersHorizontal, Table2, Users, Workflow, type LucideIcon } from 'lucide-react';
import type { GlyphName } from '../evidence/glyphs.tsx';
import type { NodeKind, NodeState } from './graph-types.ts';

export const kindIcons: Record<NodeKind, LucideIcon> = {
  dataset: Database, features: Table2, code: Code, configuration: SlidersHorizontal, image: Container,
  run: Play, model: Boxes, evaluation: ChartColumn, report: FileText, deployment: Rocket, pipeline: Workflow, team: Users, column: Columns3, restricted: LockKeyhole,
};

export const kindTones: Record<NodeKind, string> = {
  dataset: 'text-series-3', features: 'text-series-3', code: 'text-series-6', configuration: 'text-series-6', image: 'text-series-6',
  run: 'text-ink-2', model: 'text-series-4', evaluation: 'text-series-5', report: 'text-series-5', deployment: 'text-series-1', pipeline: 'text-ink-2', team: 'text-ink-2', column: 'text-series-3', restricted: 'text-ink-3',
};

/** The same colours as plain values, for the overview map. */
export const kindColours: Record<NodeKind, string> = {
  dataset: 'var(--series-3)', features: 'var(--series-3)', code: 'var(--series-6)', configuration: 'var(--series-6)', image: 'var(--series-6)',
  run: 'var(--line-strong)', model: 'var(--series-4)', evaluation: 'var(--series-5)', report: 'var(--series-5)', deployment: 'var(--series-1)', pipeline: 'var(--line-strong)', team: 'var(--line-strong)', column: 'var(--series-3)', restricted: 'var(--line-strong)',
};

export const stateGlyphs: Record<NodeState, GlyphName> = {
  passed: 'passed', failed: 'failed', not_evaluated: 'not_evaluated', stale: 'stale', proven: 'proven', claimed: 'claimed', missing: 'missing', contradicted: 'contradicted',
  running: 'running', complete: 'complete', aborted: 'aborted', unknown: 'not_evaluated', quarantined: 'critical',
};

export const stateTones: Record<NodeState, string> = {
  passed: 'text-pass', failed: 'text-fail', not_evaluated: 'text-unknown', stale: 'text-stale', proven: 'text-pass', claimed: 'text-claimed', missing: 'text-unknown', contradicted: 'text-fail',
  running: 'text-accent', complete: 'text-pass', aborted: 'text-unknown', unknown: 'text-unknown', quarantined: 'text-fail',
};

/** States that must be seen from afar. */
export const alarming = (state: NodeState | undefined): boolean => state === 'failed' || state === 'contradicted' || state === 'quarantined';
