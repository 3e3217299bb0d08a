CREATE TABLE "backfill" (
	"name" text PRIMARY KEY NOT NULL,
	"after" uuid NOT NULL,
	"until" uuid NOT NULL,
	"looked" bigint DEFAULT 0 NOT NULL,
	"added" bigint DEFAULT 0 NOT NULL,
	"without_bytes" bigint DEFAULT 0 NOT NULL,
	"started_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp(3) with time zone
);
--> statement-breakpoint
DROP INDEX "asset_team";--> statement-breakpoint
CREATE INDEX "asset_team_name" ON "asset" USING btree ("team_id",left(lower("name"), 100) text_pattern_ops,"id");
--> statement-breakpoint
GRANT SELECT, INSERT ON backfill TO gatehouse_app;
--> statement-breakpoint
GRANT UPDATE (after, until, looked, added, without_bytes, started_at, finished_at) ON backfill TO gatehouse_app;
--> statement-breakpoint

-- As before, and besides: through the code, image and configuration that a run was made of, and through names and labels: who writes under
-- one name what is read under another, or with a digest what is read by its label, had a hand in it all the same.
CREATE OR REPLACE FUNCTION model_version_conflicts(of_version uuid) RETURNS TABLE (person_id uuid, rule text, via text, account_id uuid, team_id uuid, run_id uuid, subject text, at timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
#variable_conflict use_column
DECLARE
  most_runs CONSTANT int := 2000;
  most_versions CONSTANT int := 20000;
  published record;
  makers uuid[];
  frontier uuid[];
  seen uuid[];
  versions uuid[];
  fresh uuid[];
  meant uuid[];
  trained_at timestamptz;
BEGIN
  SELECT v.asset_version_id, v.published_by, v.published_at, v.team_id, v.run_id, m.name || ' ' || v.version AS name INTO published
    FROM public.model_version v JOIN public.model m ON m.id = v.model_id WHERE v.id = of_version;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT coalesce(array_agg(DISTINCT found.id), '{}') INTO makers FROM (
    SELECT e.run_id AS id FROM public.run_asset e WHERE e.asset_version_id = published.asset_version_id AND e.direction = 'output'
    UNION SELECT r.id FROM public.run r WHERE r.id = published.run_id LIMIT most_runs + 1) AS found;
  SELECT max(r.started_at) INTO trained_at FROM public.run r WHERE r.id = ANY (makers);
  seen := makers;
  frontier := makers;
  versions := ARRAY[published.asset_version_id];
  WHILE cardinality(frontier) > 0 AND cardinality(seen) <= most_runs AND cardinality(versions) <= most_versions LOOP
    SELECT coalesce(array_agg(DISTINCT consumed.id), '{}') INTO fresh FROM (
      SELECT DISTINCT e.asset_version_id AS id FROM public.run_asset e
       WHERE e.run_id = ANY (frontier) AND e.direction <> 'output' AND e.asset_version_id <> ALL (versions) LIMIT most_versions + 1) AS consumed;
    versions := versions || fresh;
    -- What was read by label alone is what was written under that label, by whichever of its names, with a digest or without.
    SELECT coalesce(array_agg(DISTINCT other.id), '{}') INTO meant FROM (
      SELECT DISTINCT m.id FROM public.asset_version l CROSS JOIN LATERAL (
        SELECT same.id FROM public.same_asset_versions(l.id) AS same
        UNION ALL
        SELECT s.asset_version_id FROM public.asset_names(ARRAY[l.asset_id]) n JOIN public.asset_sighting s ON s.asset_id = n.same_id AND s.label = l.label WHERE l.label <> '') AS m (id)
       WHERE l.id = ANY (fresh) AND l.digest IS NULL AND m.id <> ALL (versions) LIMIT most_versions + 1) AS other;
    versions := versions || meant;
    fresh := fresh || meant;
    -- What started after the training cannot have gone into it; where nothing started before, the clocks disagree and all count.
    SELECT coalesce(array_agg(DISTINCT producer.id), '{}') INTO frontier FROM (
      SELECT DISTINCT p.id FROM (
        SELECT r.id, r.started_at, bool_or(r.started_at <= trained_at) OVER (PARTITION BY e.asset_version_id) AS some_before
          FROM public.run_asset e JOIN public.run r ON r.id = e.run_id WHERE e.asset_version_id = ANY (fresh) AND e.direction = 'output') AS p
       WHERE (p.started_at <= trained_at OR NOT p.some_before) AND p.id <> ALL (seen) LIMIT most_runs + 1) AS producer;
    seen := seen || frontier;
  END LOOP;
  IF cardinality(seen) > most_runs OR cardinality(versions) > most_versions THEN
    RETURN QUERY SELECT NULL::uuid, 'lineage_cut_off', 'lineage', NULL::uuid, NULL::uuid, NULL::uuid, published.name::text, now();
    seen := seen[1:most_runs];
    versions := versions[1:most_versions];
  END IF;
  RETURN QUERY
  WITH runs AS (
    SELECT r.id, r.team_id, r.reported_by, r.first_received_at AS since, r.last_received_at AS until, r.started_at AS at FROM public.run r WHERE r.id = ANY (seen)
  ), did AS (
    -- What a run did to the chain: the most telling of what it made.
    SELECT r.id AS run_id,
           coalesce(made.rule, CASE WHEN r.id = ANY (makers) THEN 'trained' ELSE 'training_data' END) AS rule,
           coalesce(made.subject, published.name) AS subject
      FROM runs r LEFT JOIN LATERAL (
        SELECT CASE WHEN e.asset_version_id = published.asset_version_id THEN 'trained'
                    WHEN a.kind = 'model' THEN 'upstream_model'
                    WHEN a.kind IN ('code', 'configuration', 'image') THEN 'pipeline_definition'
                    WHEN a.name ~* '(^|[^a-z])label' OR j.stage ~* '^label' THEN 'labels'
                    WHEN a.kind = 'features' THEN 'features'
                    ELSE 'training_data' END AS rule,
               a.name AS subject
          FROM public.run_asset e JOIN public.asset a ON a.id = e.asset_id JOIN public.run o ON o.id = e.run_id JOIN public.job j ON j.id = o.job_id
         WHERE e.run_id = r.id AND e.direction = 'output' AND e.asset_version_id = ANY (versions)
         ORDER BY e.asset_version_id <> published.asset_version_id, a.kind = 'report', a.name LIMIT 1) AS made ON true
  ), reporters AS (
    SELECT id AS run_id, reported_by AS account_id, since, until FROM runs
    UNION SELECT e.run_id, e.reported_by, min(e.received_at), max(e.received_at) FROM public.run_event e WHERE e.run_id = ANY (seen) GROUP BY e.run_id, e.reported_by
  ), facts AS (
    SELECT s.person_id, d.rule, 'service_account' AS via, p.account_id, NULL::uuid AS team_id, d.run_id, d.subject, r.at
      FROM reporters p JOIN runs r ON r.id = p.run_id JOIN did d ON d.run_id = p.run_id
      JOIN public.service_account_responsibility s ON s.service_account_id = p.account_id AND (s.until IS NULL OR (s.since <= p.until AND s.until >= p.since))
    UNION ALL
    SELECT p.id, d.rule, 'direct', NULL, NULL, d.run_id, d.subject, r.at
      FROM runs r JOIN did d ON d.run_id = r.id
      JOIN public.facet f ON f.subject_kind = 'run' AND f.subject_id = r.id AND f.name = 'gatehouse_execution'
      JOIN public.person p ON p.email = lower(f.body ->> 'triggeredBy')
    UNION ALL
    SELECT g.person_id, d.rule, 'team', NULL, r.team_id, d.run_id, d.subject, r.at
      FROM runs r JOIN did d ON d.run_id = r.id
      JOIN public.role_grant g ON g.role = 'engineer' AND (g.team_id IS NULL OR g.team_id = r.team_id) AND g.granted_at <= r.until AND (g.revoked_at IS NULL OR g.revoked_at >= r.since)
    UNION ALL
    SELECT s.person_id, 'published', 'service_account', published.published_by, NULL, NULL, published.name, published.published_at
      FROM public.service_account_responsibility s
     WHERE s.service_account_id = published.published_by AND (s.until IS NULL OR (s.since <= published.published_at AND s.until >= published.published_at))
  )
  SELECT DISTINCT ON (f.person_id, f.rule, f.via, f.account_id, f.team_id) f.person_id, f.rule, f.via, f.account_id, f.team_id, f.run_id, f.subject::text, f.at
    FROM facts f ORDER BY f.person_id, f.rule, f.via, f.account_id, f.team_id, f.at, f.run_id;
END $$;
