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

-- What nobody should do to a watched table: everything is looked at afresh.
CREATE FUNCTION note_anything() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO public.watched_change (xid, keys) VALUES (pg_current_xact_id(), NULL);
  RETURN NULL;
END $$;
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
  CALL watch_changes('deployment', 'INSERT', $w$ SELECT unnest(ARRAY[v.model_id, watch_key('endpoint', c.environment || ' ' || c.endpoint)]) FROM changed c JOIN model_version v ON v.id = c.model_version_id $w$);
  CALL watch_changes('deployment', 'UPDATE', $w$ SELECT unnest(ARRAY[v.model_id, watch_key('endpoint', c.environment || ' ' || c.endpoint)]) FROM changed c JOIN model_version v ON v.id = c.model_version_id $w$);
  -- Evidence, by what it is about and by the run that it names.
  CALL watch_changes('evidence', 'INSERT', $w$ SELECT run_id FROM changed $w$);
  CALL watch_changes('evidence_subject', 'INSERT', $w$ SELECT watch_key('digest', digest) FROM changed $w$);
  CALL watch_changes('verification', 'INSERT', $w$ SELECT watch_key('digest', s.digest) FROM changed c JOIN evidence_subject s ON s.evidence_id = c.evidence_id UNION SELECT e.run_id FROM changed c JOIN evidence e ON e.id = c.evidence_id $w$);
  CALL watch_changes('finding', 'INSERT', $w$ SELECT unnest(ARRAY[asset_version_id, run_id, evidence_id]) FROM changed $w$);
  CALL watch_changes('finding', 'UPDATE', $w$ SELECT unnest(ARRAY[asset_version_id, run_id, evidence_id]) FROM changed $w$);
  CALL watch_changes('contradiction', 'INSERT', $w$ SELECT unnest(ARRAY[first_version_id, second_version_id, run_id]) FROM changed $w$);
  -- Lineage. A run that only reads a version changes nothing for what else was made of it, unless its team reads it under a name for
  -- the first time (which may say what kind of thing it is); so what is crowded downstream does not disturb the answers about it.
  CALL watch_changes('run', 'INSERT', $w$ SELECT id FROM changed $w$);
  CALL watch_changes('run', 'UPDATE', $w$ SELECT id FROM changed $w$);
  CALL watch_changes('run_asset', 'INSERT', $w$
    SELECT run_id FROM changed
    UNION SELECT asset_version_id FROM changed WHERE direction = 'output'
    UNION SELECT asset_version_id FROM changed c WHERE direction <> 'output' AND NOT EXISTS (
      SELECT 1 FROM run_asset o WHERE o.asset_version_id = c.asset_version_id AND o.direction = c.direction AND o.team_id = c.team_id AND o.asset_id = c.asset_id AND o.run_id <> c.run_id) $w$);
  CALL watch_changes('facet', 'INSERT', $w$ SELECT subject_id FROM changed WHERE subject_kind = 'run' AND name IN ('gatehouse_execution', 'executionParameters') $w$);
  CALL watch_changes('facet', 'UPDATE', $w$ SELECT subject_id FROM changed WHERE subject_kind = 'run' AND name IN ('gatehouse_execution', 'executionParameters') $w$);
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
  FOREACH unchanging IN ARRAY ARRAY['model_version', 'promotion_conflict', 'evidence_snapshot', 'approval', 'approval_revocation', 'evidence', 'evidence_subject', 'verification', 'contradiction', 'run_asset'] LOOP
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
