// How much one event may carry. Names become index entries in PostgreSQL, whose size is bounded; the rest bounds the work of one request.

/** Bytes of UTF-8. */
export const maximumBytes = { namespace: 512, name: 2000, label: 1000, facetName: 256, eventType: 20 } as const;

/** Datasets among the inputs and outputs of one event. */
export const maximumLinks = 1000;

/** Facets on one run, job or dataset. */
export const maximumFacets = 300;

/** Events in one batch. */
export const maximumBatch = 10_000;

/** Nesting of JSON. */
export const maximumDepth = 100;

/** Other names that one dataset's symlinks facet may give. */
export const maximumSymlinks = 100;
