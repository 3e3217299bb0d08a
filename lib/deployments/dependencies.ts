// What an answer rests on: keys of everything that was read to reach it, and the moments at which it could change by time alone.
import { watchKey } from '#lib/db/changes.ts';
import type { PolicyContent } from '#lib/policy/index.ts';
import type { FullVersionRow, Looked } from '#lib/registry/index.ts';

export type Rests = {
  readonly onDigest: (digest: string) => void;
  readonly onPolicy: (content: Pick<PolicyContent, 'opa'>) => void;
  readonly onPromotion: (id: string) => void;
  readonly onGathered: (row: Pick<FullVersionRow, 'id' | 'modelId' | 'assetVersionId'>, looked: readonly Looked[]) => void;
  readonly onEndpoint: (environment: string, endpoint: string) => void;
  readonly known: () => Known;
};

export type Known = {
  /** Keys of what `watch_changes` watches, by which a change of anything that was read is noted. */
  readonly keys: ReadonlySet<string>;
  readonly versionIds: ReadonlySet<string>;
  readonly modelVersionIds: ReadonlySet<string>;
  readonly promotionIds: ReadonlySet<string>;
  /** False where more was read than can be named: then any change at all may be one of it. */
  readonly complete: boolean;
  /** False where somebody outside of the database was asked, whose changes nobody notes. */
  readonly repeatable: boolean;
};

/** Collects what one decision reads. People, policies, trust and the sources beside the pipeline have a say in every answer. */
export function makeRests(): Rests {
  const keys = new Set<string>([watchKey('everyone'), watchKey('policy'), watchKey('trust'), watchKey('sources')]);
  const versionIds = new Set<string>();
  const modelVersionIds = new Set<string>();
  const promotionIds = new Set<string>();
  let complete = true;
  let repeatable = true;
  return {
    onDigest: (digest) => { keys.add(watchKey('digest', digest)); },
    onPolicy: ({ opa }) => { if (opa && opa.length > 0) repeatable = false; },
    onPromotion: (id) => {
      keys.add(id);
      promotionIds.add(id);
    },
    onGathered: (row, looked) => {
      for (const id of [row.id, row.modelId, row.assetVersionId]) keys.add(id);
      modelVersionIds.add(row.id);
      for (const each of looked) {
        complete &&= each.complete;
        for (const id of each.versionIds) versionIds.add(id);
        for (const digest of each.digests) keys.add(watchKey('digest', digest));
        for (const job of each.jobs) keys.add(watchKey('job', job));
        for (const id of [...each.versionIds, ...each.runIds, ...each.evidenceIds]) keys.add(id);
      }
    },
    onEndpoint: (environment, endpoint) => { keys.add(watchKey('endpoint', `${environment} ${endpoint}`)); },
    known: () => ({ keys, versionIds, modelVersionIds, promotionIds, complete, repeatable }),
  };
}
