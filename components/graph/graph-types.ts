// What a lineage graph is made of.
import type { RunStateName, StrengthState, VerdictState } from '../evidence/states.ts';

export type NodeKind = 'dataset' | 'features' | 'code' | 'configuration' | 'image' | 'run' | 'model' | 'evaluation' | 'report' | 'deployment' | 'pipeline' | 'team' | 'column' | 'restricted';

export type NodeState = VerdictState | StrengthState | RunStateName | 'quarantined';

export type GraphNode = {
  readonly id: string;
  readonly kind: NodeKind;
  readonly label: string;
  /** Short digest, version, time: one line. */
  readonly sublabel?: string;
  readonly href?: string;
  /** Further places about it, offered when it is selected. */
  readonly links?: readonly { readonly label: string; readonly href: string }[];
  readonly state?: NodeState;
  /** How many nodes a folded group stands for. */
  readonly members?: number;
  /** Known of it, for the panel. */
  readonly facts?: readonly { readonly term: string; readonly value: string; readonly copy?: boolean }[];
  /** How many neighbours are recorded but not in this graph. */
  readonly hiddenUpstream?: number;
  readonly hiddenDownstream?: number;
  /** The name that it shares with its like: of a job, of data, without version or time. What has none is never folded. */
  readonly like?: string;
  readonly team?: string;
  readonly pipeline?: string;
  /** When it happened or was first seen, ISO 8601. */
  readonly at?: string;
  readonly registered?: boolean;
  /** Of a node that stands for look-alikes: which, under which key it is unfolded, and its label in two parts (`264 runs of`, `train`) where they share a name. */
  readonly fold?: { readonly key: string; readonly members: readonly string[]; readonly count: string; readonly name?: string };
};

/** Directed: what happened first to what came of it. */
export type GraphEdge = { readonly from: string; readonly to: string; readonly label?: string; /** How many edges or nodes it stands for. */ readonly weight?: number; /** Nothing that is known to have happened: drawn broken, or dotted where it is less sure. */ readonly broken?: 'dashed' | 'dotted'; /** What it is where it is no report of a run: said in the panel, the table and the legend. */ readonly note?: string };

/** The stroke of an edge's line, as SVG writes it. */
export const dashesOf = ({ broken }: Pick<GraphEdge, 'broken'>): string | undefined => (broken === 'dashed' ? '5 4' : broken === 'dotted' ? '1.5 3.5' : undefined);

export type Direction = 'upstream' | 'downstream';

export const kindWords: Record<NodeKind, string> = {
  dataset: 'dataset', features: 'features', code: 'code', configuration: 'configuration', image: 'image',
  run: 'run', model: 'model', evaluation: 'evaluation', report: 'report', deployment: 'deployment', pipeline: 'pipeline', team: 'team', column: 'column', restricted: 'restricted',
};

export const stateWords: Record<NodeState, string> = {
  passed: 'passed', failed: 'failed', not_evaluated: 'not evaluated', stale: 'stale',
  proven: 'proven', claimed: 'claimed', missing: 'missing', contradicted: 'contradicted',
  running: 'running', complete: 'complete', aborted: 'aborted', unknown: 'unknown', quarantined: 'quarantined',
};

/** Of many. */
export const kindsWords: Record<NodeKind, string> = {
  dataset: 'datasets', features: 'feature sets', code: 'code versions', configuration: 'configurations', image: 'images',
  run: 'runs', model: 'models', evaluation: 'evaluations', report: 'reports', deployment: 'deployments', pipeline: 'pipelines', team: 'teams', column: 'columns', restricted: 'restricted',
};

/** A folded group is opened, not expanded: its hidden neighbours are those of its members. So is a fold. */
export const expandable = (node: GraphNode): boolean => node.kind !== 'pipeline' && node.kind !== 'team' && node.fold === undefined;
