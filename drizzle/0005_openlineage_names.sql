CREATE TABLE "asset_symlink" (
	"asset_id" uuid NOT NULL,
	"namespace" text NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"event_time" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "asset_symlink_asset_id_namespace_name_pk" PRIMARY KEY("asset_id","namespace","name")
);
--> statement-breakpoint
CREATE TABLE "job_asset" (
	"job_id" uuid NOT NULL,
	"direction" text NOT NULL,
	"asset_id" uuid NOT NULL,
	"event_time" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "job_asset_job_id_direction_asset_id_pk" PRIMARY KEY("job_id","direction","asset_id")
);
--> statement-breakpoint
ALTER TABLE "asset_symlink" ADD CONSTRAINT "asset_symlink_asset_id_asset_id_fk" FOREIGN KEY ("asset_id") REFERENCES "public"."asset"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "job_asset" ADD CONSTRAINT "job_asset_job_id_job_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."job"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "job_asset" ADD CONSTRAINT "job_asset_asset_id_asset_id_fk" FOREIGN KEY ("asset_id") REFERENCES "public"."asset"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "asset_symlink_name" ON "asset_symlink" USING btree ("namespace","name");--> statement-breakpoint
CREATE INDEX "job_asset_asset" ON "job_asset" USING btree ("asset_id");--> statement-breakpoint
GRANT SELECT, INSERT ON asset_symlink, job_asset TO gatehouse_app;
--> statement-breakpoint
GRANT UPDATE (type, event_time) ON asset_symlink TO gatehouse_app;
--> statement-breakpoint
GRANT UPDATE (event_time) ON job_asset TO gatehouse_app;
--> statement-breakpoint
-- What holds of the claims: those that nobody ended since.
CREATE VIEW asset_claim AS
  SELECT s.asset_id, a.team_id, s.namespace, s.name, s.type, s.event_time
  FROM asset_symlink s JOIN asset a ON a.id = s.asset_id
  WHERE s.namespace <> '' AND NOT EXISTS (
    SELECT 1 FROM asset_symlink e WHERE e.asset_id = s.asset_id AND e.namespace = '' AND e.name = '' AND e.event_time >= s.event_time);
--> statement-breakpoint
GRANT SELECT ON asset_claim TO gatehouse_app;
--> statement-breakpoint
-- The names of one thing. Names of one team are one thing where the team says so of either, or gives both the same third name;
-- names of two teams only where each team names the other's. A name is always one with itself. At most 1,000 rows.
CREATE FUNCTION asset_names(ids uuid[]) RETURNS TABLE (asset_id uuid, same_id uuid) LANGUAGE sql STABLE ROWS 2 SET search_path = pg_catalog, public AS $$
  WITH RECURSIVE same (asset_id, same_id) AS (
    SELECT i, i FROM unnest(ids) AS i
    UNION
    SELECT s.asset_id, n.id
    FROM same s JOIN public.asset x ON x.id = s.same_id
    CROSS JOIN LATERAL (
      SELECT b.id FROM public.asset_claim c JOIN public.asset b ON b.namespace = c.namespace AND b.name = c.name
      WHERE c.asset_id = x.id AND (b.team_id = x.team_id OR EXISTS (SELECT 1 FROM public.asset_claim r WHERE r.asset_id = b.id AND r.namespace = x.namespace AND r.name = x.name))
      UNION ALL
      SELECT c.asset_id FROM public.asset_claim c JOIN public.asset b ON b.id = c.asset_id
      WHERE c.namespace = x.namespace AND c.name = x.name
        AND (c.team_id = x.team_id OR EXISTS (SELECT 1 FROM public.asset_claim r WHERE r.asset_id = x.id AND r.namespace = b.namespace AND r.name = b.name))
      UNION ALL
      SELECT o.asset_id FROM public.asset_claim c JOIN public.asset_claim o ON o.namespace = c.namespace AND o.name = c.name AND o.team_id = c.team_id
      WHERE c.asset_id = x.id
    ) AS n
  )
  SELECT asset_id, same_id FROM same LIMIT 1000
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION asset_names(uuid[]) TO gatehouse_app;
--> statement-breakpoint
-- The other versions that are this one: without digest, under names that are one, with equal labels.
CREATE FUNCTION same_asset_versions(version uuid) RETURNS TABLE (id uuid, asset_id uuid) LANGUAGE sql STABLE ROWS 1 SET search_path = pg_catalog, public AS $$
  SELECT w.id, w.asset_id
  FROM public.asset_version v JOIN public.asset a ON a.id = v.asset_id
  CROSS JOIN LATERAL public.asset_names(ARRAY[v.asset_id]) n
  JOIN public.asset_version w ON w.asset_id = n.same_id AND w.digest IS NULL AND coalesce(w.label, '') = coalesce(v.label, '') AND w.id <> v.id
  WHERE v.id = version AND v.digest IS NULL
    AND (EXISTS (SELECT 1 FROM public.asset_symlink s WHERE s.asset_id = a.id) OR EXISTS (SELECT 1 FROM public.asset_symlink s WHERE s.namespace = a.namespace AND s.name = a.name))
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION same_asset_versions(uuid) TO gatehouse_app;
