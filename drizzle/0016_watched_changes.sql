CREATE TABLE "deploy_decision_repeat" (
	"id" uuid PRIMARY KEY NOT NULL,
	"decision_id" uuid NOT NULL,
	"count" bigint NOT NULL,
	"first_at" timestamp(3) with time zone NOT NULL,
	"last_at" timestamp(3) with time zone NOT NULL,
	"request_id" text NOT NULL,
	"other_digests" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "watched_change" (
	"xid" "xid8" NOT NULL,
	"keys" uuid[]
);
--> statement-breakpoint
CREATE TABLE "watched_change_horizon" (
	"at" timestamp(3) with time zone NOT NULL,
	"xid" "xid8" NOT NULL
);
--> statement-breakpoint
ALTER TABLE "deploy_decision" ADD COLUMN "endpoint" text;--> statement-breakpoint
ALTER TABLE "deploy_decision" ADD COLUMN "identity" text;--> statement-breakpoint
ALTER TABLE "deploy_decision_repeat" ADD CONSTRAINT "deploy_decision_repeat_decision_id_deploy_decision_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."deploy_decision"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deploy_decision_repeat_decision" ON "deploy_decision_repeat" USING btree ("decision_id","last_at" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "watched_change_xid" ON "watched_change" USING btree ("xid");--> statement-breakpoint
ALTER TABLE watched_change SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 10000);
--> statement-breakpoint
GRANT SELECT, INSERT ON deploy_decision_repeat TO gatehouse_app;
--> statement-breakpoint
-- Written by triggers alone: who speaks SQL as the application can neither leave a change out nor take one back.
GRANT SELECT ON watched_change TO gatehouse_app;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_required AFTER INSERT OR UPDATE OR DELETE ON deploy_decision_repeat DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_of_transaction();
--> statement-breakpoint
INSERT INTO watched_change_horizon (at, xid) VALUES (now(), pg_snapshot_xmin(pg_current_snapshot()));
--> statement-breakpoint

-- What an answer rests on is named by keys: ids as they are, anything else by the MD5 of its kind and its text (lib/db/changes.ts makes the same).
CREATE FUNCTION watch_key(kind text, name text) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog AS $$ SELECT md5(kind || ' ' || name)::uuid $$;
--> statement-breakpoint

-- For facets row by row: a statement brings many and long ones, of which answers rest on two kinds, so their rows are not collected.
-- Events bring them with their run, which is noted already; then nothing is left to note.
CREATE FUNCTION note_facet() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM public.watched_change WHERE xid = pg_current_xact_id() AND (keys IS NULL OR NEW.subject_id = ANY (keys))) THEN
    INSERT INTO public.watched_change (xid, keys) VALUES (pg_current_xact_id(), ARRAY[NEW.subject_id]);
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER note_insert_of_facet AFTER INSERT ON facet FOR EACH ROW WHEN (NEW.subject_kind = 'run' AND NEW.name IN ('gatehouse_execution', 'executionParameters')) EXECUTE FUNCTION note_facet();
--> statement-breakpoint
CREATE TRIGGER note_update_of_facet AFTER UPDATE ON facet FOR EACH ROW WHEN (NEW.subject_kind = 'run' AND NEW.name IN ('gatehouse_execution', 'executionParameters')) EXECUTE FUNCTION note_facet();
--> statement-breakpoint
ALTER TABLE facet ENABLE ALWAYS TRIGGER note_insert_of_facet, ENABLE ALWAYS TRIGGER note_update_of_facet;
--> statement-breakpoint

-- What nobody should do to a watched table: everything is looked at afresh.
CREATE FUNCTION note_anything() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO public.watched_change (xid, keys) VALUES (pg_current_xact_id(), NULL);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER note_removal AFTER DELETE OR TRUNCATE ON facet FOR EACH STATEMENT EXECUTE FUNCTION note_anything();
--> statement-breakpoint
ALTER TABLE facet ENABLE ALWAYS TRIGGER note_removal;
--> statement-breakpoint

-- Watches a table: every statement that inserts (or updates) rows notes, in its own transaction, the keys that `noted` selects.
-- `noted` reads `changed`, the rows as they are now, and for updates also `earlier`, the rows as they were; it yields one column of
-- keys. A statement that touches more than 2,000 keys is noted as 'anything may have changed'.
-- A new source of facts for decisions is watched by one call of this for each of INSERT and UPDATE, in the migration that makes its
-- table, with keys that answers depend on (lib/deployments/dependencies.ts); facts that change by time alone are named there, too.
CREATE PROCEDURE watch_changes(watched regclass, event text, noted text) LANGUAGE plpgsql AS $watch$
DECLARE
  called text := format('note_%s_of_%s', lower(event), watched::text);
BEGIN
  IF event NOT IN ('INSERT', 'UPDATE') THEN RAISE EXCEPTION 'only INSERT and UPDATE are watched: nothing is removed'; END IF;
  EXECUTE format($make$
    CREATE OR REPLACE FUNCTION public.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $note$
    DECLARE
      noted uuid[];
    BEGIN
      SELECT array_agg(DISTINCT k.key) INTO noted FROM (%s) AS k (key) WHERE k.key IS NOT NULL;
      IF cardinality(noted) > 2000 THEN
        INSERT INTO public.watched_change (xid, keys) VALUES (pg_current_xact_id(), NULL);
      ELSIF cardinality(noted) > 0 THEN
        INSERT INTO public.watched_change (xid, keys) VALUES (pg_current_xact_id(), noted);
      END IF;
      RETURN NULL;
    END $note$ $make$, called, noted);
  EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER %s ON %s REFERENCING NEW TABLE AS changed%s FOR EACH STATEMENT EXECUTE FUNCTION public.%I()',
    called, event, watched, CASE event WHEN 'UPDATE' THEN ' OLD TABLE AS earlier' ELSE '' END, called);
  -- Also for whoever works behind the application's back, with triggers set aside.
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', watched, called);
  IF NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = watched AND tgname = 'note_removal') THEN
    EXECUTE format('CREATE TRIGGER note_removal AFTER DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION public.note_anything()', watched);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER note_removal', watched);
  END IF;
END $watch$;
--> statement-breakpoint

DO $$
BEGIN
  -- People, accounts and tokens; who answers for what; who holds which role. Rare, so one key for all.
  CALL watch_changes('person', 'UPDATE', $w$ SELECT watch_key('everyone', '') FROM changed c JOIN earlier e ON e.id = c.id WHERE (c.state, c.email) IS DISTINCT FROM (e.state, e.email) $w$);
  CALL watch_changes('person', 'INSERT', $w$ SELECT watch_key('everyone', '') FROM changed $w$);
  CALL watch_changes('role_grant', 'INSERT', $w$ SELECT watch_key('everyone', '') FROM changed $w$);
  CALL watch_changes('role_grant', 'UPDATE', $w$ SELECT watch_key('everyone', '') FROM changed $w$);
  CALL watch_changes('service_account', 'INSERT', $w$ SELECT watch_key('everyone', '') FROM changed $w$);
  CALL watch_changes('service_account', 'UPDATE', $w$ SELECT watch_key('everyone', '') FROM changed $w$);
  CALL watch_changes('service_account_responsibility', 'INSERT', $w$ SELECT watch_key('everyone', '') FROM changed $w$);
  CALL watch_changes('service_account_responsibility', 'UPDATE', $w$ SELECT watch_key('everyone', '') FROM changed $w$);
  CALL watch_changes('service_token', 'UPDATE', $w$ SELECT watch_key('everyone', '') FROM changed c JOIN earlier e ON e.id = c.id WHERE (c.revoked_at, c.expires_at) IS DISTINCT FROM (e.revoked_at, e.expires_at) $w$);
  CALL watch_changes('delegation', 'INSERT', $w$ SELECT watch_key('everyone', '') FROM changed $w$);
  CALL watch_changes('delegation', 'UPDATE', $w$ SELECT watch_key('everyone', '') FROM changed $w$);
  -- Policies and trust decide about everything.
  CALL watch_changes('policy_version', 'INSERT', $w$ SELECT watch_key('policy', '') FROM changed WHERE state = 'active' $w$);
  CALL watch_changes('policy_version', 'UPDATE', $w$ SELECT watch_key('policy', '') FROM changed $w$);
  CALL watch_changes('trust_key', 'INSERT', $w$ SELECT watch_key('trust', '') FROM changed WHERE state <> 'proposed' $w$);
  CALL watch_changes('trust_key', 'UPDATE', $w$ SELECT watch_key('trust', '') FROM changed $w$);
  CALL watch_changes('trust_policy', 'INSERT', $w$ SELECT watch_key('trust', '') FROM changed WHERE state <> 'proposed' $w$);
  CALL watch_changes('trust_policy', 'UPDATE', $w$ SELECT watch_key('trust', '') FROM changed $w$);
  CALL watch_changes('trust_revocation', 'INSERT', $w$ SELECT watch_key('trust', '') FROM changed $w$);
  -- Sources beside the pipeline: environments and what they require, windows, incidents, the data inventory, cards. Rare, so one key for all.
  CALL watch_changes('environment', 'INSERT', $w$ SELECT watch_key('sources', '') FROM changed $w$);
  CALL watch_changes('environment', 'UPDATE', $w$ SELECT watch_key('sources', '') FROM changed $w$);
  CALL watch_changes('change_window', 'INSERT', $w$ SELECT watch_key('sources', '') FROM changed $w$);
  CALL watch_changes('change_window', 'UPDATE', $w$ SELECT watch_key('sources', '') FROM changed $w$);
  CALL watch_changes('incident', 'INSERT', $w$ SELECT watch_key('sources', '') FROM changed $w$);
  CALL watch_changes('incident', 'UPDATE', $w$ SELECT watch_key('sources', '') FROM changed $w$);
  CALL watch_changes('incident_subject', 'INSERT', $w$ SELECT watch_key('sources', '') FROM changed $w$);
  CALL watch_changes('data_source', 'INSERT', $w$ SELECT watch_key('sources', '') FROM changed $w$);
  CALL watch_changes('data_source', 'UPDATE', $w$ SELECT watch_key('sources', '') FROM changed $w$);
  CALL watch_changes('card_version', 'INSERT', $w$ SELECT watch_key('sources', '') FROM changed $w$);
  CALL watch_changes('endpoint_report', 'INSERT', $w$
    SELECT model_id FROM changed
    UNION SELECT watch_key('endpoint', environment || ' ' || endpoint) FROM changed
    UNION SELECT v.model_id FROM changed c JOIN deployment d ON d.environment = c.environment AND d.endpoint = c.endpoint JOIN model_version v ON v.id = d.model_version_id $w$);
  CALL watch_changes('run_environment', 'INSERT', $w$ SELECT run_id FROM changed $w$);
  -- What is registered, asked for, approved, excepted and deployed.
  CALL watch_changes('model_version', 'INSERT', $w$ SELECT watch_key('digest', digest) FROM changed $w$);
  CALL watch_changes('promotion', 'INSERT', $w$ SELECT watch_key('digest', artifact_digest) FROM changed $w$);
  CALL watch_changes('promotion', 'UPDATE', $w$ SELECT watch_key('digest', artifact_digest) FROM changed $w$);
  CALL watch_changes('promotion_conflict', 'INSERT', $w$ SELECT promotion_id FROM changed $w$);
  CALL watch_changes('approval', 'INSERT', $w$ SELECT promotion_id FROM changed $w$);
  CALL watch_changes('approval_revocation', 'INSERT', $w$ SELECT promotion_id FROM changed $w$);
  CALL watch_changes('emergency', 'INSERT', $w$ SELECT promotion_id FROM changed $w$);
  CALL watch_changes('emergency', 'UPDATE', $w$ SELECT promotion_id FROM changed $w$);
  CALL watch_changes('policy_exception', 'INSERT', $w$ SELECT model_version_id FROM changed $w$);
  CALL watch_changes('policy_exception', 'UPDATE', $w$ SELECT model_version_id FROM changed $w$);
  CALL watch_changes('deployment', 'INSERT', $w$ SELECT unnest(ARRAY[v.model_id, watch_key('endpoint', c.environment || ' ' || c.endpoint)]) FROM changed c LEFT JOIN model_version v ON v.id = c.model_version_id $w$);
  CALL watch_changes('deployment', 'UPDATE', $w$ SELECT unnest(ARRAY[v.model_id, watch_key('endpoint', c.environment || ' ' || c.endpoint)]) FROM changed c LEFT JOIN model_version v ON v.id = c.model_version_id $w$);
  -- Evidence, by what it is about and by the run that it names.
  CALL watch_changes('evidence', 'INSERT', $w$ SELECT run_id FROM changed $w$);
  CALL watch_changes('evidence_subject', 'INSERT', $w$ SELECT watch_key('digest', digest) FROM changed $w$);
  CALL watch_changes('verification', 'INSERT', $w$ SELECT watch_key('digest', s.digest) FROM changed c JOIN evidence_subject s ON s.evidence_id = c.evidence_id UNION SELECT e.run_id FROM changed c JOIN evidence e ON e.id = c.evidence_id $w$);
  CALL watch_changes('finding', 'INSERT', $w$ SELECT unnest(ARRAY[asset_version_id, run_id, evidence_id]) FROM changed $w$);
  CALL watch_changes('finding', 'UPDATE', $w$ SELECT unnest(ARRAY[asset_version_id, run_id, evidence_id]) FROM changed $w$);
  CALL watch_changes('contradiction', 'INSERT', $w$ SELECT unnest(ARRAY[first_version_id, second_version_id, run_id]) FROM changed $w$);
  -- Lineage. A run that only reads a version changes nothing for what else was made of it, unless its team reads it under a name for
  -- the first time (which may say what kind of thing it is); so what is crowded downstream does not disturb the answers about it.
  CALL watch_changes('run', 'INSERT', $w$ SELECT id FROM changed UNION SELECT watch_key('job', j.namespace || '/' || j.name) FROM changed c JOIN job j ON j.id = c.job_id WHERE c.state = 'complete' $w$);
  -- Another run of a job may be a repetition of the training: it tells of its job when it ends.
  CALL watch_changes('run', 'UPDATE', $w$ SELECT id FROM changed UNION SELECT watch_key('job', j.namespace || '/' || j.name) FROM changed c JOIN earlier e ON e.id = c.id JOIN job j ON j.id = c.job_id WHERE c.state IS DISTINCT FROM e.state $w$);
  CALL watch_changes('run_asset', 'INSERT', $w$
    SELECT run_id FROM changed
    UNION SELECT asset_version_id FROM changed WHERE direction = 'output'
    UNION SELECT asset_version_id FROM changed c WHERE direction <> 'output' AND NOT EXISTS (
      SELECT 1 FROM run_asset o WHERE o.asset_version_id = c.asset_version_id AND o.direction = c.direction AND o.team_id = c.team_id AND o.asset_id = c.asset_id AND o.run_id <> c.run_id) $w$);
  CALL watch_changes('asset_version', 'INSERT', $w$ SELECT watch_key('names', '') FROM changed WHERE digest IS NULL $w$);
  CALL watch_changes('asset_version', 'UPDATE', $w$ SELECT c.id FROM changed c JOIN earlier e ON e.id = c.id WHERE (c.state, c.digest) IS DISTINCT FROM (e.state, e.digest) $w$);
  CALL watch_changes('asset', 'UPDATE', $w$ SELECT s.asset_version_id FROM changed c JOIN earlier e ON e.id = c.id JOIN asset_sighting s ON s.asset_id = c.id WHERE c.kind IS DISTINCT FROM e.kind $w$);
  CALL watch_changes('asset_symlink', 'INSERT', $w$ SELECT watch_key('names', '') FROM changed $w$);
  CALL watch_changes('asset_symlink', 'UPDATE', $w$ SELECT watch_key('names', '') FROM changed $w$);
END $$;
--> statement-breakpoint
DO $$
DECLARE
  unchanging text;
BEGIN
  FOREACH unchanging IN ARRAY ARRAY['model_version', 'promotion_conflict', 'evidence_snapshot', 'approval', 'approval_revocation', 'evidence', 'evidence_subject', 'verification', 'contradiction', 'run_asset', 'trust_revocation', 'incident_subject', 'card_version', 'endpoint_report', 'run_environment'] LOOP
    EXECUTE format('CREATE TRIGGER note_tampering AFTER UPDATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION note_anything()', unchanging);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER note_tampering', unchanging);
  END LOOP;
END $$;
--> statement-breakpoint

-- Forgets what was over before every transaction of two minutes ago had begun. Called more often it does nothing.
CREATE FUNCTION forget_watched_changes() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  horizon public.watched_change_horizon%ROWTYPE;
  forgotten bigint := 0;
BEGIN
  SELECT * INTO horizon FROM public.watched_change_horizon FOR UPDATE SKIP LOCKED;
  IF NOT FOUND OR horizon.at > clock_timestamp() - interval '2 minutes' THEN RETURN 0; END IF;
  DELETE FROM public.watched_change WHERE xid < horizon.xid;
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  UPDATE public.watched_change_horizon SET at = clock_timestamp(), xid = pg_snapshot_xmin(pg_current_snapshot());
  RETURN forgotten;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION forget_watched_changes() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION forget_watched_changes() TO gatehouse_app;
--> statement-breakpoint

-- Separation of duties over large lineages: one walk by sets instead of one statement for each step, up to 200,000 nodes; through the code,
-- image and configuration that a run was made of, too, and through names and labels: who writes under one name what is read under another,
-- or with a digest what is read by its label, had a hand in it all the same.
-- Runs and versions upstream of the runs that made something. What started after `trained_at` cannot have gone into it; where nothing
-- started before, the clocks disagree and all count. Every step is a look-up by index, whatever the planner thinks of how many there are.
CREATE FUNCTION made_from(makers uuid[], trained_at timestamptz, most int) RETURNS TABLE (is_run boolean, id uuid) LANGUAGE sql STABLE ROWS 10000
SET search_path = pg_catalog, public SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
  WITH RECURSIVE walked (is_run, id) AS (
    SELECT true, m FROM unnest(makers) AS m
    UNION
    SELECT n.is_run, n.id FROM walked w CROSS JOIN LATERAL (
      SELECT false, e.asset_version_id FROM public.run_asset e WHERE w.is_run AND e.run_id = w.id AND e.direction <> 'output'
      UNION ALL
      -- What was read by label alone is what was written under that label, by whichever of its names, with a digest or without.
      SELECT false, m.id FROM public.asset_version l CROSS JOIN LATERAL (
        SELECT same.id FROM public.same_asset_versions(l.id) AS same
        UNION ALL
        SELECT s.asset_version_id FROM public.asset_names(ARRAY[l.asset_id]) n JOIN public.asset_sighting s ON s.asset_id = n.same_id AND s.label = l.label WHERE l.label <> '') AS m (id)
       WHERE NOT w.is_run AND l.id = w.id AND l.digest IS NULL
      UNION ALL
      SELECT true, p.id FROM (
        SELECT r.id, r.started_at, bool_or(r.started_at <= trained_at) OVER () AS some_before
          FROM public.run_asset e JOIN public.run r ON r.id = e.run_id WHERE NOT w.is_run AND e.asset_version_id = w.id AND e.direction = 'output') AS p
       WHERE p.started_at <= trained_at OR NOT p.some_before
    ) AS n (is_run, id)
  )
  SELECT w.is_run, w.id FROM walked w LIMIT most + 1
$$;
--> statement-breakpoint
-- So many runs and versions are walked; beyond that nobody may approve.
CREATE FUNCTION most_walked() RETURNS int LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$ SELECT 200000 $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION most_walked() TO gatehouse_app;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION model_version_conflicts(of_version uuid) RETURNS TABLE (person_id uuid, rule text, via text, account_id uuid, team_id uuid, run_id uuid, subject text, at timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
  most CONSTANT int := public.most_walked();
  published record;
  makers uuid[];
  seen uuid[];
  versions uuid[];
  trained_at timestamptz;
BEGIN
  SELECT v.asset_version_id, v.published_by, v.published_at, v.team_id, v.run_id, m.name || ' ' || v.version AS name INTO published
    FROM public.model_version v JOIN public.model m ON m.id = v.model_id WHERE v.id = of_version;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT coalesce(array_agg(DISTINCT found.id), '{}') INTO makers FROM (
    SELECT e.run_id AS id FROM public.run_asset e WHERE e.asset_version_id = published.asset_version_id AND e.direction = 'output'
    UNION SELECT r.id FROM public.run r WHERE r.id = published.run_id LIMIT most + 1) AS found;
  SELECT max(r.started_at) INTO trained_at FROM public.run r WHERE r.id = ANY (makers);
  SELECT coalesce(array_agg(w.id) FILTER (WHERE w.is_run), '{}'), array_append(coalesce(array_agg(w.id) FILTER (WHERE NOT w.is_run), '{}'), published.asset_version_id)
    INTO seen, versions FROM public.made_from(makers, trained_at, most) AS w;
  IF cardinality(seen) + cardinality(versions) > most THEN
    RETURN QUERY SELECT NULL::uuid, 'lineage_cut_off', 'lineage', NULL::uuid, NULL::uuid, NULL::uuid, published.name::text, now();
  END IF;
  RETURN QUERY
  WITH runs AS MATERIALIZED (
    SELECT r.id, r.team_id, r.reported_by, r.first_received_at AS since, r.last_received_at AS until, r.started_at AS at, r.job_id, r.id = ANY (makers) AS made_it FROM public.run r WHERE r.id = ANY (seen)
  ), telling AS (
    -- What a run did to the chain: the most telling of what it made.
    SELECT DISTINCT ON (r.id) r.id AS run_id,
           CASE WHEN e.asset_version_id = published.asset_version_id THEN 'trained'
                WHEN a.kind = 'model' THEN 'upstream_model'
                WHEN a.kind IN ('code', 'configuration', 'image') THEN 'pipeline_definition'
                WHEN a.name ~* '(^|[^a-z])label' OR j.stage ~* '^label' THEN 'labels'
                WHEN a.kind = 'features' THEN 'features'
                ELSE 'training_data' END AS rule,
           a.name AS subject
      FROM runs r JOIN public.run_asset e ON e.run_id = r.id AND e.direction = 'output' JOIN (SELECT DISTINCT unnest(versions) AS id) AS v ON v.id = e.asset_version_id
      JOIN public.asset a ON a.id = e.asset_id JOIN public.job j ON j.id = r.job_id
     ORDER BY r.id, e.asset_version_id <> published.asset_version_id, a.kind = 'report', a.name
  ), did AS MATERIALIZED (
    SELECT r.id AS run_id, r.team_id, r.since, r.until, r.at, r.reported_by,
           coalesce(t.rule, CASE WHEN r.made_it THEN 'trained' ELSE 'training_data' END) AS rule, coalesce(t.subject, published.name) AS subject
      FROM runs r LEFT JOIN telling t ON t.run_id = r.id
  ), reporters AS (
    SELECT run_id, reported_by AS account_id, since, until FROM did
    UNION SELECT e.run_id, e.reported_by, min(e.received_at), max(e.received_at) FROM public.run_event e WHERE e.run_id = ANY (seen) GROUP BY e.run_id, e.reported_by
  ), facts AS (
    SELECT s.person_id, d.rule, 'service_account' AS via, p.account_id, NULL::uuid AS team_id, d.run_id, d.subject, d.at
      FROM reporters p JOIN did d ON d.run_id = p.run_id
      JOIN public.service_account_responsibility s ON s.service_account_id = p.account_id AND (s.until IS NULL OR (s.since <= p.until AND s.until >= p.since))
    UNION ALL
    SELECT p.id, d.rule, 'direct', NULL, NULL, d.run_id, d.subject, d.at
      FROM did d
      JOIN public.facet f ON f.subject_kind = 'run' AND f.subject_id = d.run_id AND f.name = 'gatehouse_execution'
      JOIN public.person p ON p.email = lower(f.body ->> 'triggeredBy')
    UNION ALL
    SELECT g.person_id, d.rule, 'team', NULL, d.team_id, d.run_id, d.subject, d.at
      FROM did d
      JOIN public.role_grant g ON g.role = 'engineer' AND (g.team_id IS NULL OR g.team_id = d.team_id) AND g.granted_at <= d.until AND (g.revoked_at IS NULL OR g.revoked_at >= d.since)
    UNION ALL
    SELECT s.person_id, 'published', 'service_account', published.published_by, NULL, NULL, published.name, published.published_at
      FROM public.service_account_responsibility s
     WHERE s.service_account_id = published.published_by AND (s.until IS NULL OR (s.since <= published.published_at AND s.until >= published.published_at))
  )
  SELECT DISTINCT ON (f.person_id, f.rule, f.via, f.account_id, f.team_id) f.person_id, f.rule, f.via, f.account_id, f.team_id, f.run_id, f.subject::text, f.at
    FROM facts f ORDER BY f.person_id, f.rule, f.via, f.account_id, f.team_id, f.at, f.run_id;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION made_from(uuid[], timestamptz, int) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION made_from(uuid[], timestamptz, int) TO gatehouse_app;
