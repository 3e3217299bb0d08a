-- For ten million runs: events in partitions by month, search that forgives typing errors, an index for each offered order of the run list.

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
--> statement-breakpoint

-- Events. A unique index of a partitioned table must hold the partition key, so 'the same event twice is one event' moves to a table of its own.
CREATE TABLE "event_key" (
	"digest" "bytea" NOT NULL,
	"team_id" uuid NOT NULL,
	CONSTRAINT "event_key_digest_team_id_pk" PRIMARY KEY("digest","team_id")
);
--> statement-breakpoint
INSERT INTO event_key (digest, team_id) SELECT decode(right(digest, 64), 'hex'), team_id FROM run_event;
--> statement-breakpoint
ALTER TABLE run_event RENAME TO run_event_before;
--> statement-breakpoint
CREATE TABLE "run_event" (
	"id" uuid NOT NULL,
	"team_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"run_id" uuid,
	"job_id" uuid,
	"event_type" text NOT NULL,
	"event_time" timestamp(3) with time zone NOT NULL,
	"received_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"digest" text NOT NULL,
	"bytes" "bytea" NOT NULL,
	"reported_by" uuid NOT NULL,
	"bytes_removed_at" timestamp(3) with time zone,
	CONSTRAINT "run_event_id_received_at_pk" PRIMARY KEY("id","received_at"),
	CONSTRAINT "run_event_bytes_removed" CHECK ("bytes_removed_at" IS NULL OR octet_length("bytes") = 0)
) PARTITION BY RANGE ("received_at");
--> statement-breakpoint
CREATE TABLE run_event_rest PARTITION OF run_event DEFAULT;
--> statement-breakpoint
ALTER INDEX run_event_run RENAME TO run_event_before_run;
--> statement-breakpoint
CREATE INDEX "run_event_run" ON "run_event" USING btree ("run_id","event_time");
--> statement-breakpoint

-- Makes the partition of the month that holds this moment, with what of it is in the rest. Answers its name, or null where it is there.
CREATE FUNCTION make_event_partition(moment timestamptz) RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, public SET timezone = 'UTC' AS $$
DECLARE
  month timestamptz := date_trunc('month', moment);
  following timestamptz := date_trunc('month', moment) + interval '1 month';
  partition text := 'run_event_' || to_char(month, 'YYYY_MM');
BEGIN
  IF to_regclass('public.' || partition) IS NOT NULL THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('make_event_partition', 0));
  IF to_regclass('public.' || partition) IS NOT NULL THEN
    RETURN NULL;
  END IF;
  LOCK TABLE public.run_event_rest IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('CREATE TABLE public.%I (LIKE public.run_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
  EXECUTE format('WITH moved AS (DELETE FROM public.run_event_rest WHERE received_at >= %L AND received_at < %L RETURNING *) INSERT INTO public.%I SELECT * FROM moved', month, following, partition);
  EXECUTE format('ALTER TABLE public.run_event ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', partition, month, following);
  RETURN partition;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION make_event_partition(timestamptz) FROM PUBLIC;
--> statement-breakpoint
-- What the portal itself may ask for: the partitions of this month and the next ones.
CREATE FUNCTION make_event_partitions_ahead(months int) RETURNS SETOF text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT made FROM generate_series(0, least(greatest(months, 0), 24)) AS n CROSS JOIN LATERAL (SELECT public.make_event_partition(now() + make_interval(months => n))) AS p (made) WHERE made IS NOT NULL;
$$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION make_event_partitions_ahead(int) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION make_event_partitions_ahead(int) TO gatehouse_app;
--> statement-breakpoint
SELECT make_event_partition(month) FROM generate_series(
  date_trunc('month', coalesce((SELECT min(received_at) FROM run_event_before), now())), date_trunc('month', now()) + interval '3 months', interval '1 month') AS month;
--> statement-breakpoint
INSERT INTO run_event (id, team_id, kind, run_id, job_id, event_type, event_time, received_at, digest, bytes, reported_by)
  SELECT id, team_id, kind, run_id, job_id, event_type, event_time, received_at, digest, bytes, reported_by FROM run_event_before;
--> statement-breakpoint
DROP TABLE run_event_before;
--> statement-breakpoint
ALTER TABLE "run_event" ADD CONSTRAINT "run_event_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "run_event" ADD CONSTRAINT "run_event_reported_by_service_account_id_fk" FOREIGN KEY ("reported_by") REFERENCES "public"."service_account"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_required AFTER INSERT ON run_event DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_of_transaction();
--> statement-breakpoint
GRANT SELECT, INSERT ON run_event, event_key TO gatehouse_app;
--> statement-breakpoint

-- Retention. Only the bytes of old events are ever emptied, and never those of a run that a registered model has to do with:
-- upstream or downstream of it, a stage of the same execution, or named by evidence. The rows stay, and all edges, facets, evidence and audit.
CREATE FUNCTION runs_of_registered_models() RETURNS TABLE (run_id uuid) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET enable_hashjoin = off SET enable_mergejoin = off AS $$
  WITH RECURSIVE
  upstream (is_run, id) AS (
    SELECT false, m.asset_version_id FROM public.model_version AS m
    UNION
    SELECT beside.is_run, beside.id FROM upstream AS u CROSS JOIN LATERAL (
      SELECT true, e.run_id FROM public.run_asset AS e WHERE NOT u.is_run AND e.asset_version_id = u.id AND e.direction = 'output'
      UNION ALL
      SELECT false, e.asset_version_id FROM public.run_asset AS e WHERE u.is_run AND e.run_id = u.id AND e.direction <> 'output'
    ) AS beside (is_run, id)
  ),
  downstream (is_run, id) AS (
    SELECT false, m.asset_version_id FROM public.model_version AS m
    UNION
    SELECT beside.is_run, beside.id FROM downstream AS d CROSS JOIN LATERAL (
      SELECT true, e.run_id FROM public.run_asset AS e WHERE NOT d.is_run AND e.asset_version_id = d.id AND e.direction <> 'output'
      UNION ALL
      SELECT false, e.asset_version_id FROM public.run_asset AS e WHERE d.is_run AND e.run_id = d.id AND e.direction = 'output'
    ) AS beside (is_run, id)
  ),
  reached (id) AS (
    SELECT id FROM upstream WHERE is_run
    UNION SELECT id FROM downstream WHERE is_run
    UNION SELECT run_id FROM public.model_version WHERE run_id IS NOT NULL
    UNION SELECT run_id FROM public.evidence WHERE run_id IS NOT NULL
  ),
  executions (id) AS (
    SELECT id FROM reached UNION SELECT r.parent_run_id FROM reached CROSS JOIN LATERAL (SELECT parent_run_id FROM public.run WHERE id = reached.id AND parent_run_id IS NOT NULL) AS r
  )
  SELECT id FROM executions UNION SELECT stage.id FROM executions CROSS JOIN LATERAL (SELECT id FROM public.run WHERE parent_run_id = executions.id) AS stage;
$$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION runs_of_registered_models() FROM PUBLIC;
--> statement-breakpoint
-- The old events whose bytes may go. Events without a run (of jobs and data) are few and always kept.
CREATE FUNCTION removable_events(before timestamptz) RETURNS TABLE (id uuid, received_at timestamptz, size int, kept boolean) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF before IS NULL OR before > now() - interval '30 days' THEN
    RAISE EXCEPTION 'events of the last 30 days are always kept' USING ERRCODE = 'GH002', CONSTRAINT = 'retention_keeps_30_days';
  END IF;
  RETURN QUERY
    WITH retained AS MATERIALIZED (SELECT k.run_id FROM public.runs_of_registered_models() AS k)
    SELECT e.id, e.received_at::timestamptz, octet_length(e.bytes), e.run_id IS NULL OR r.run_id IS NOT NULL
      FROM public.run_event AS e LEFT JOIN retained AS r ON r.run_id = e.run_id
     WHERE e.received_at < before AND e.bytes_removed_at IS NULL;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION removable_events(timestamptz) FROM PUBLIC;
--> statement-breakpoint
-- Counts them: the report before the fact.
CREATE FUNCTION old_event_bytes(before timestamptz) RETURNS TABLE (old_events bigint, kept_events bigint, removed_events bigint, removed_bytes bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT count(*), count(*) FILTER (WHERE kept), count(*) FILTER (WHERE NOT kept), coalesce(sum(size) FILTER (WHERE NOT kept), 0)::bigint FROM public.removable_events(before);
$$;
--> statement-breakpoint
-- Empties them. The application can ask for this and for nothing more; which ones is decided here.
CREATE FUNCTION remove_event_bytes(before timestamptz) RETURNS TABLE (old_events bigint, kept_events bigint, removed_events bigint, removed_bytes bigint) LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  WITH old AS MATERIALIZED (SELECT * FROM public.removable_events(before)),
  removed AS (
    UPDATE public.run_event AS e SET bytes = '', bytes_removed_at = now() FROM old WHERE NOT old.kept AND e.id = old.id AND e.received_at = old.received_at AND e.received_at < before RETURNING old.size
  )
  SELECT (SELECT count(*) FROM old), (SELECT count(*) FROM old WHERE kept), (SELECT count(*) FROM removed), coalesce((SELECT sum(size) FROM removed), 0)::bigint;
$$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION old_event_bytes(timestamptz) FROM PUBLIC;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION remove_event_bytes(timestamptz) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION old_event_bytes(timestamptz), remove_event_bytes(timestamptz) TO gatehouse_app;
--> statement-breakpoint
-- A removal is a decision: it commits only together with an audit event.
CREATE CONSTRAINT TRIGGER audit_required_for_removal AFTER UPDATE ON run_event DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_of_transaction();
--> statement-breakpoint

-- The walk asks of few versions only whether they lack a digest: those are in an index of their own.
CREATE INDEX "asset_version_without_digest" ON "asset_version" USING btree ("id") WHERE "asset_version"."digest" is null;
--> statement-breakpoint
CREATE INDEX "model_version_asset_version" ON "model_version" USING btree ("asset_version_id");
--> statement-breakpoint
-- Scratch tables of the walk are temporary tables of the application's connections.
DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO gatehouse_app', current_database()); END $$;
--> statement-breakpoint

-- The run list: an order by duration for each facet. Runs that have not ended have none and cost nothing here.
DROP INDEX run_duration;
--> statement-breakpoint
CREATE INDEX "run_duration" ON "run" USING btree ("duration_milliseconds" DESC,"id" DESC) WHERE "run"."duration_milliseconds" is not null;
--> statement-breakpoint
CREATE INDEX "run_team_duration" ON "run" USING btree ("team_id","duration_milliseconds" DESC,"id" DESC) WHERE "run"."duration_milliseconds" is not null;
--> statement-breakpoint
-- Executions are longer than stages: an order by duration over one of the two must not pass over all of the other.
CREATE INDEX "run_execution_duration" ON "run" USING btree ("duration_milliseconds" DESC,"id" DESC) WHERE "run"."duration_milliseconds" is not null and "run"."parent_run_id" is null;
--> statement-breakpoint
CREATE INDEX "run_stage_duration" ON "run" USING btree ("duration_milliseconds" DESC,"id" DESC) WHERE "run"."duration_milliseconds" is not null and "run"."parent_run_id" is not null;
--> statement-breakpoint
-- Of a state there may be few of a team or a stage; those are told apart without a look at the table.
CREATE INDEX run_state_duration ON run (state, duration_milliseconds DESC, id DESC) INCLUDE (job_id, team_id) WHERE duration_milliseconds IS NOT NULL;
--> statement-breakpoint
CREATE INDEX "run_job_duration" ON "run" USING btree ("job_id","duration_milliseconds" DESC,"id" DESC) WHERE "run"."duration_milliseconds" is not null;
--> statement-breakpoint

-- Search. Trigrams find any part of a name; the words of names are few beside the names, and among them the nearest to a mistyped word is found.
CREATE INDEX asset_name_trigrams ON asset USING gin (name gin_trgm_ops);
--> statement-breakpoint
CREATE INDEX asset_name_lower ON asset (lower(name) text_pattern_ops);
--> statement-breakpoint
CREATE INDEX "evidence_by_digest" ON "evidence" USING btree ("digest");
--> statement-breakpoint
CREATE INDEX job_name_trigrams ON job USING gin (name gin_trgm_ops);
--> statement-breakpoint
CREATE INDEX model_name_trigrams ON model USING gin (name gin_trgm_ops);
--> statement-breakpoint
CREATE INDEX finding_title_trigrams ON finding USING gin (title gin_trgm_ops);
--> statement-breakpoint
-- The keys and values of an OpenLineage tags facet (TagsJobFacet, TagsDatasetFacet, TagsRunFacet), one to a line.
CREATE FUNCTION facet_tags(body jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS $$
  SELECT coalesce(string_agg(left(concat_ws(':', tag ->> 'key', nullif(tag ->> 'value', 'true')), 200), E'\n' ORDER BY n), '')
    FROM jsonb_array_elements(CASE WHEN jsonb_typeof(body -> 'tags') = 'array' THEN body -> 'tags' ELSE '[]'::jsonb END) WITH ORDINALITY AS t (tag, n)
   WHERE jsonb_typeof(tag) = 'object' AND n <= 100;
$$;
--> statement-breakpoint
CREATE INDEX facet_tag_trigrams ON facet USING gin (facet_tags(body) gin_trgm_ops) WHERE name = 'tags';
--> statement-breakpoint
CREATE TABLE search_word (word text PRIMARY KEY);
--> statement-breakpoint
CREATE INDEX search_word_trigrams ON search_word USING gin (word gin_trgm_ops);
--> statement-breakpoint
GRANT SELECT, INSERT ON search_word TO gatehouse_app;
--> statement-breakpoint
-- Words of four letters and more; digits and digests would make more words than names.
CREATE FUNCTION words_of(text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS $$
  SELECT DISTINCT word FROM regexp_split_to_table(lower(left($1, 300)), '[^[:alpha:]]+') AS word WHERE length(word) BETWEEN 4 AND 40;
$$;
--> statement-breakpoint
CREATE FUNCTION learn_words() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO public.search_word (word) SELECT w.word FROM public.words_of(NEW.name) AS w (word) WHERE NOT EXISTS (SELECT 1 FROM public.search_word AS known WHERE known.word = w.word) ORDER BY w.word ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER learn_words AFTER INSERT ON asset FOR EACH ROW EXECUTE FUNCTION learn_words();
--> statement-breakpoint
CREATE TRIGGER learn_words AFTER INSERT ON job FOR EACH ROW EXECUTE FUNCTION learn_words();
--> statement-breakpoint
INSERT INTO search_word (word) SELECT word FROM asset CROSS JOIN LATERAL words_of(name) AS word UNION SELECT word FROM job CROSS JOIN LATERAL words_of(name) AS word;
