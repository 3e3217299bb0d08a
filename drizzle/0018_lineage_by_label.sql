CREATE INDEX "asset_sighting_labelled" ON "asset_sighting" USING btree ("asset_version_id","asset_id","label") WHERE "asset_sighting"."label" <> '';--> statement-breakpoint
CREATE INDEX "asset_version_labelled" ON "asset_version" USING btree ("id") WHERE "asset_version"."digest" is null and "asset_version"."label" <> '';
--> statement-breakpoint
-- As before, and the other way round too: what was read with a digest may have been written under its label alone. No label leads from one content to
-- another. Kinds of node: 1 a run, 0 a version, 2 a version that only its label led to.
CREATE OR REPLACE FUNCTION made_from(makers uuid[], trained_at timestamptz, most int) RETURNS TABLE (is_run boolean, id uuid) LANGUAGE sql STABLE ROWS 10000
SET search_path = pg_catalog, public SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
  WITH RECURSIVE walked (kind, id) AS (
    SELECT 1, m FROM unnest(makers) AS m
    UNION
    SELECT n.kind, n.id FROM walked w CROSS JOIN LATERAL (
      SELECT 0, e.asset_version_id FROM public.run_asset e WHERE w.kind = 1 AND e.run_id = w.id AND e.direction <> 'output'
      UNION ALL
      SELECT w.kind, same.id FROM public.asset_version l CROSS JOIN LATERAL public.same_asset_versions(l.id) AS same WHERE w.kind <> 1 AND l.id = w.id AND l.digest IS NULL
      UNION ALL
      -- What was read by label alone is what was written under that label, by whichever of its names, with a digest or without.
      SELECT 0, s.asset_version_id FROM public.asset_version l CROSS JOIN LATERAL public.asset_names(ARRAY[l.asset_id]) n JOIN public.asset_sighting s ON s.asset_id = n.same_id AND s.label = l.label
       WHERE w.kind = 0 AND l.id = w.id AND l.digest IS NULL AND l.label <> ''
      UNION ALL
      SELECT 2, l.id FROM public.asset_sighting s JOIN public.asset_version l ON l.asset_id = s.asset_id AND l.digest IS NULL AND coalesce(l.label, '') = s.label
       WHERE w.kind = 0 AND s.asset_version_id = w.id AND s.label <> '' AND l.id <> w.id AND (SELECT EXISTS (SELECT 1 FROM public.asset_version WHERE digest IS NULL AND label <> ''))
      UNION ALL
      SELECT 2, l.id FROM (
          SELECT s0.asset_id, s0.label FROM public.asset_sighting s0 JOIN public.asset a ON a.id = s0.asset_id
           WHERE w.kind = 0 AND s0.asset_version_id = w.id AND s0.label <> '' AND (SELECT EXISTS (SELECT 1 FROM public.asset_symlink))
             AND (EXISTS (SELECT 1 FROM public.asset_symlink k WHERE k.asset_id = a.id) OR EXISTS (SELECT 1 FROM public.asset_symlink k WHERE k.namespace = a.namespace AND k.name = a.name)) OFFSET 0) AS s
        CROSS JOIN LATERAL public.asset_names(ARRAY[s.asset_id]) n JOIN public.asset_version l ON l.asset_id = n.same_id AND l.digest IS NULL AND coalesce(l.label, '') = s.label AND l.id <> w.id
      UNION ALL
      SELECT 1, p.id FROM (
        SELECT r.id, r.started_at, bool_or(r.started_at <= trained_at) OVER () AS some_before
          FROM public.run_asset e JOIN public.run r ON r.id = e.run_id WHERE w.kind <> 1 AND e.asset_version_id = w.id AND e.direction = 'output') AS p
       WHERE p.started_at <= trained_at OR NOT p.some_before
    ) AS n (kind, id)
  )
  SELECT w.kind = 1, w.id FROM walked w LIMIT most + 1
$$;
--> statement-breakpoint
-- A label that is given to a version may make it one with another that is known by the label alone: noted by the version, and by the name and the label for
-- whoever rests on the other one, whichever of the two comes first. That names became one is noted by itself, since answers that rest on labels rest on it.
CALL watch_changes('asset_sighting', 'INSERT', $w$ SELECT unnest(ARRAY[asset_version_id, watch_key('label', asset_id || ' ' || label)]) FROM changed WHERE label <> '' $w$);
--> statement-breakpoint
CALL watch_changes('asset_symlink', 'INSERT', $w$ SELECT unnest(ARRAY[watch_key('names', ''), watch_key('names', 'symlinks')]) FROM changed $w$);
--> statement-breakpoint
CALL watch_changes('asset_symlink', 'UPDATE', $w$ SELECT unnest(ARRAY[watch_key('names', ''), watch_key('names', 'symlinks')]) FROM changed $w$);
