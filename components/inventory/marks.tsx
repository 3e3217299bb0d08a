// The state and the classification of a source, by word and tone.
import { Badge } from '#components/ui/badge.tsx';
import type { Classification, SourceState } from '#lib/inventory/schema.ts';
import { classificationTones, stateTones } from './words.ts';

export const SourceStateMark = ({ state, soon = false }: { readonly state: SourceState; readonly soon?: boolean }) => (
  <span className="inline-flex flex-wrap gap-1"><Badge tone={stateTones[state]}>{state}</Badge>{soon && <Badge tone="stale">ends soon</Badge>}</span>
);
export const ClassificationMark = ({ level }: { readonly level: Classification }) => <Badge tone={classificationTones[level]}>{level}</Badge>;
