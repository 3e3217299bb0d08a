// The symlinks facet of a dataset: other names of the same thing, as far as they can be read.
import { maximumBytes, maximumSymlinks } from './limits.ts';
import { redactName } from './redaction.ts';
import { nameText } from './storable.ts';

export type Symlink = { readonly namespace: string; readonly name: string; readonly type: string };
/** The names given, or that those given earlier no longer hold (a facet with `_deleted`). */
export type Symlinks = readonly Symlink[] | 'ended';

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const name = (value: unknown, limit: number): string | null => {
  if (typeof value !== 'string' || !nameText(value)) return null;
  const clean = redactName(value);
  return clean === '' || Buffer.byteLength(clean) > limit ? null : clean;
};

/**
 * Reads the facet (SymlinksDatasetFacet 1-0-1: `{identifiers: [{namespace, name, type}]}`). An identifier that is no name is
 * passed over, because the facet is kept as it came and an event is not refused for what others may read.
 */
export function symlinksOf(facet: unknown): Symlinks | null {
  if (!isFields(facet)) return null;
  if (facet._deleted === true) return 'ended';
  if (!Array.isArray(facet.identifiers)) return null;
  const read = facet.identifiers.slice(0, maximumSymlinks).flatMap((identifier): Symlink[] => {
    if (!isFields(identifier)) return [];
    const [namespace, called] = [name(identifier.namespace, maximumBytes.namespace), name(identifier.name, maximumBytes.name)];
    return namespace === null || called === null ? [] : [{ namespace, name: called, type: name(identifier.type, 100) ?? 'TABLE' }];
  });
  return read.length === 0 ? null : read;
}
