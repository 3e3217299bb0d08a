CREATE TABLE "environment" (
	"name" text PRIMARY KEY NOT NULL,
	"tier" text NOT NULL,
	"position" integer NOT NULL,
	"description" text NOT NULL,
	"required_metadata" jsonb NOT NULL,
	"shipped" boolean DEFAULT false NOT NULL,
	"archived_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "environment_change" (
	"id" uuid PRIMARY KEY NOT NULL,
	"environment" text NOT NULL,
	"before" jsonb,
	"after" jsonb NOT NULL,
	"state" text DEFAULT 'proposed' NOT NULL,
	"reason" text NOT NULL,
	"proposed_by" uuid NOT NULL,
	"proposed_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"decided_by" uuid,
	"decided_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "card_version" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"team_id" uuid NOT NULL,
	"model_version_id" uuid,
	"asset_id" uuid,
	"asset_version_id" uuid,
	"number" integer NOT NULL,
	"digest" text NOT NULL,
	"content" text NOT NULL,
	"source" text NOT NULL,
	"author_kind" text NOT NULL,
	"author_id" uuid NOT NULL,
	"note" text NOT NULL,
	"at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "card_version_subject" CHECK (case "card_version"."kind" when 'model_card' then "card_version"."model_version_id" is not null and "card_version"."asset_id" is null and "card_version"."asset_version_id" is null else "card_version"."model_version_id" is null and ("card_version"."asset_id" is null) <> ("card_version"."asset_version_id" is null) end)
);
--> statement-breakpoint
CREATE TABLE "model_alias" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"model_id" uuid NOT NULL,
	"name" text NOT NULL,
	"model_version_id" uuid,
	"moved_by" uuid NOT NULL,
	"moved_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_alias_move" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"alias_id" uuid NOT NULL,
	"from_version_id" uuid,
	"to_version_id" uuid,
	"moved_by" uuid NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
-- The three that the product ships. Their policies, promotions and deployments may exist already.
INSERT INTO "environment" ("name", "tier", "position", "description", "required_metadata", "shipped") VALUES
	('sandbox', 'sandbox', 100, 'Experiments are free: everything is recorded, nothing is refused.', '["owner"]', true),
	('staging', 'staging', 200, 'What production would refuse is said.', '["lineage", "performance", "model_card", "owner"]', true),
	('production', 'production', 300, 'The strict boundary.', '["lineage", "performance", "bias_report", "model_card", "datasheet", "intended_use", "owner", "licence"]', true);
--> statement-breakpoint
ALTER TABLE "environment_change" ADD CONSTRAINT "environment_change_proposed_by_person_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "environment_change" ADD CONSTRAINT "environment_change_decided_by_person_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card_version" ADD CONSTRAINT "card_version_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card_version" ADD CONSTRAINT "card_version_model_version_id_model_version_id_fk" FOREIGN KEY ("model_version_id") REFERENCES "public"."model_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card_version" ADD CONSTRAINT "card_version_asset_id_asset_id_fk" FOREIGN KEY ("asset_id") REFERENCES "public"."asset"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "card_version" ADD CONSTRAINT "card_version_asset_version_id_asset_version_id_fk" FOREIGN KEY ("asset_version_id") REFERENCES "public"."asset_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_alias" ADD CONSTRAINT "model_alias_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_alias" ADD CONSTRAINT "model_alias_model_id_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."model"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_alias" ADD CONSTRAINT "model_alias_model_version_id_model_version_id_fk" FOREIGN KEY ("model_version_id") REFERENCES "public"."model_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_alias" ADD CONSTRAINT "model_alias_moved_by_person_id_fk" FOREIGN KEY ("moved_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_alias_move" ADD CONSTRAINT "model_alias_move_alias_id_model_alias_id_fk" FOREIGN KEY ("alias_id") REFERENCES "public"."model_alias"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_alias_move" ADD CONSTRAINT "model_alias_move_from_version_id_model_version_id_fk" FOREIGN KEY ("from_version_id") REFERENCES "public"."model_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_alias_move" ADD CONSTRAINT "model_alias_move_to_version_id_model_version_id_fk" FOREIGN KEY ("to_version_id") REFERENCES "public"."model_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_alias_move" ADD CONSTRAINT "model_alias_move_moved_by_person_id_fk" FOREIGN KEY ("moved_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "environment_change_one_proposed" ON "environment_change" USING btree ("environment") WHERE "environment_change"."state" = 'proposed';--> statement-breakpoint
CREATE INDEX "environment_change_proposed" ON "environment_change" USING btree ("proposed_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE UNIQUE INDEX "card_version_of_model" ON "card_version" USING btree ("model_version_id","number") WHERE "card_version"."kind" = 'model_card';--> statement-breakpoint
CREATE UNIQUE INDEX "card_version_of_data" ON "card_version" USING btree ("team_id",coalesce("asset_version_id", "asset_id"),"number") WHERE "card_version"."kind" = 'datasheet';--> statement-breakpoint
CREATE INDEX "card_version_asset" ON "card_version" USING btree ("asset_id","team_id");--> statement-breakpoint
CREATE INDEX "card_version_asset_version" ON "card_version" USING btree ("asset_version_id","team_id");--> statement-breakpoint
CREATE UNIQUE INDEX "model_alias_name" ON "model_alias" USING btree ("model_id","name");--> statement-breakpoint
CREATE INDEX "model_alias_version" ON "model_alias" USING btree ("model_version_id");--> statement-breakpoint
CREATE INDEX "model_alias_move_alias" ON "model_alias_move" USING btree ("alias_id","at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
ALTER TABLE "policy_version" ADD CONSTRAINT "policy_version_environment_environment_name_fk" FOREIGN KEY ("environment") REFERENCES "public"."environment"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_exception" ADD CONSTRAINT "policy_exception_environment_environment_name_fk" FOREIGN KEY ("environment") REFERENCES "public"."environment"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promotion" ADD CONSTRAINT "promotion_environment_environment_name_fk" FOREIGN KEY ("environment") REFERENCES "public"."environment"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_environment_environment_name_fk" FOREIGN KEY ("environment") REFERENCES "public"."environment"("name") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
GRANT SELECT ON environment, model_alias_move TO gatehouse_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON environment_change, model_alias, card_version TO gatehouse_app;
--> statement-breakpoint
GRANT UPDATE (state, decided_by, decided_at) ON environment_change TO gatehouse_app;
--> statement-breakpoint
GRANT UPDATE (model_version_id, moved_by, moved_at, reason) ON model_alias TO gatehouse_app;
--> statement-breakpoint
DO $$
DECLARE decided text;
BEGIN
  FOREACH decided IN ARRAY ARRAY['environment_change', 'model_alias', 'card_version'] LOOP
    EXECUTE format('CREATE CONSTRAINT TRIGGER audit_required AFTER INSERT OR UPDATE OR DELETE ON %I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event()', decided);
  END LOOP;
END $$;
--> statement-breakpoint
ALTER TABLE "environment" ADD CONSTRAINT "environment_name_is_a_word" CHECK (name ~ '^[a-z][a-z0-9-]{0,38}[a-z0-9]$');
--> statement-breakpoint
ALTER TABLE "environment" ADD CONSTRAINT "environment_tier_is_known" CHECK (tier IN ('sandbox', 'staging', 'production'));
--> statement-breakpoint
ALTER TABLE "environment" ADD CONSTRAINT "environment_shipped_stays" CHECK (NOT shipped OR (archived_at IS NULL AND tier = name));
--> statement-breakpoint
ALTER TABLE "environment_change" ADD CONSTRAINT "environment_change_two_people" CHECK (decided_by IS NULL OR state <> 'confirmed' OR decided_by <> proposed_by);
--> statement-breakpoint
CREATE FUNCTION environment_settings(wanted text) RETURNS jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT jsonb_build_object('tier', tier, 'position', position, 'description', description, 'requiredMetadata', required_metadata, 'archived', archived_at IS NOT NULL) FROM public.environment WHERE name = wanted;
$$;
--> statement-breakpoint
-- An environment comes, or changes, by a change that a second person of security confirms, and in no other way.
CREATE FUNCTION environment_changes_by_two_people() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM 1 FROM public.environment WHERE name = NEW.environment FOR UPDATE;
  IF public.environment_settings(NEW.environment) IS DISTINCT FROM NEW.before AND NEW.state <> 'rejected' THEN
    RAISE EXCEPTION 'the environment is not what the change begins from' USING ERRCODE = 'GH002', CONSTRAINT = 'environment_change_is_current';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'proposed' OR NEW.decided_by IS NOT NULL OR NEW.proposed_by::text IS DISTINCT FROM current_setting('gatehouse.actor_id', true) THEN
      RAISE EXCEPTION 'a change begins as a proposal of the person who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'environment_change_begins_proposed';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> 'proposed' OR NEW.state NOT IN ('confirmed', 'rejected') THEN
    RAISE EXCEPTION 'a change is decided once' USING ERRCODE = 'GH002', CONSTRAINT = 'environment_change_moves_forward';
  END IF;
  IF NEW.decided_by::text IS DISTINCT FROM current_setting('gatehouse.actor_id', true) OR NEW.decided_at IS NULL THEN
    RAISE EXCEPTION 'a change is decided by the person who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'environment_change_by_actor';
  END IF;
  IF NEW.state = 'rejected' THEN RETURN NEW; END IF;
  PERFORM 1 FROM public.role_grant g JOIN public.person p ON p.id = g.person_id
    WHERE g.person_id = NEW.decided_by AND g.role = 'security' AND g.team_id IS NULL AND g.revoked_at IS NULL AND p.state = 'active';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'a change is confirmed by security' USING ERRCODE = 'GH002', CONSTRAINT = 'environment_change_by_security';
  END IF;
  IF (NEW.after ->> 'archived')::boolean THEN
    PERFORM 1 FROM public.deployment WHERE environment = NEW.environment AND ended_at IS NULL;
    IF FOUND THEN
      RAISE EXCEPTION 'something runs in the environment' USING ERRCODE = 'GH002', CONSTRAINT = 'environment_archived_is_empty';
    END IF;
  END IF;
  IF NEW.before IS NULL THEN
    PERFORM 1 FROM public.model_alias WHERE name = NEW.environment;
    IF FOUND THEN
      RAISE EXCEPTION 'an alias has this name' USING ERRCODE = 'GH002', CONSTRAINT = 'environment_is_no_alias';
    END IF;
  END IF;
  INSERT INTO public.environment (name, tier, position, description, required_metadata, archived_at)
    VALUES (NEW.environment, NEW.after ->> 'tier', (NEW.after ->> 'position')::int, NEW.after ->> 'description', NEW.after -> 'requiredMetadata', CASE WHEN (NEW.after ->> 'archived')::boolean THEN now() END)
    ON CONFLICT (name) DO UPDATE SET tier = excluded.tier, position = excluded.position, description = excluded.description, required_metadata = excluded.required_metadata,
      archived_at = CASE WHEN excluded.archived_at IS NULL THEN NULL ELSE coalesce(environment.archived_at, excluded.archived_at) END;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER environment_changes_by_two_people BEFORE INSERT OR UPDATE ON environment_change FOR EACH ROW EXECUTE FUNCTION environment_changes_by_two_people();
--> statement-breakpoint
-- Every environment of the tier production runs only what a person approved; an archived one takes nothing in.
ALTER TABLE deployment DROP CONSTRAINT deployment_production_is_promoted;
--> statement-breakpoint
CREATE FUNCTION environment_is_guarded() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE target public.environment%ROWTYPE;
BEGIN
  SELECT * INTO target FROM public.environment WHERE name = NEW.environment FOR SHARE;
  IF target.name IS NULL OR target.archived_at IS NOT NULL THEN
    RAISE EXCEPTION 'the environment takes nothing in' USING ERRCODE = 'GH002', CONSTRAINT = 'environment_is_open';
  END IF;
  -- Asked through jsonb, since only a deployment has the member.
  IF TG_TABLE_NAME = 'deployment' AND target.tier = 'production' AND to_jsonb(NEW) ->> 'promotion_id' IS NULL THEN
    RAISE EXCEPTION 'an environment of the tier production runs only what was promoted' USING ERRCODE = 'GH002', CONSTRAINT = 'deployment_production_is_promoted';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER environment_is_guarded BEFORE INSERT ON deployment FOR EACH ROW EXECUTE FUNCTION environment_is_guarded();
--> statement-breakpoint
CREATE TRIGGER environment_is_guarded BEFORE INSERT ON promotion FOR EACH ROW EXECUTE FUNCTION environment_is_guarded();
--> statement-breakpoint
-- As before, with the tier in place of the name: two people in the two roles, for every environment of the tier production.
CREATE OR REPLACE FUNCTION promotion_lacks(request promotion) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  asked record;
  given int;
BEGIN
  PERFORM 1 FROM public.emergency e WHERE e.promotion_id = request.id AND e.expires_at > now() AND e.review_verdict IS DISTINCT FROM 'not_justified'
     AND e.artifact_digest = request.artifact_digest AND e.snapshot_digest = request.snapshot_digest AND e.policy_digest = request.policy_digest;
  IF FOUND THEN RETURN NULL; END IF;
  IF request.verdict <> 'passed' THEN RETURN 'its policy blocks it'; END IF;
  FOR asked IN
    SELECT need ->> 'role' AS role, (need ->> 'count')::int AS count
      FROM public.policy_version p, jsonb_array_elements(p.content -> 'approvals') AS need WHERE p.id = request.policy_version_id
    UNION ALL
    SELECT role, 1 FROM unnest(ARRAY['reviewer', 'security']) AS role WHERE NOT EXISTS (SELECT 1 FROM public.environment e WHERE e.name = request.environment AND e.tier <> 'production')
  LOOP
    SELECT count(DISTINCT a.person_id) INTO given FROM public.approval a
     WHERE a.promotion_id = request.id AND a.verdict = 'approve' AND a.role = asked.role AND a.person_id <> request.requested_by
       AND a.artifact_digest = request.artifact_digest AND a.snapshot_digest = request.snapshot_digest AND a.policy_digest = request.policy_digest
       AND NOT EXISTS (SELECT 1 FROM public.approval_revocation v WHERE v.approval_id = a.id);
    IF given < asked.count THEN RETURN format('%s of %s approvals by %s', given, asked.count, asked.role); END IF;
  END LOOP;
  RETURN NULL;
END $$;
--> statement-breakpoint
-- An alias points at a version of its own model, is moved by the person who acts, and is never mistaken for an environment.
CREATE FUNCTION model_alias_is_allowed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.moved_by::text IS DISTINCT FROM current_setting('gatehouse.actor_id', true) THEN
    RAISE EXCEPTION 'an alias is moved by the person who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'model_alias_by_actor';
  END IF;
  PERFORM 1 FROM public.environment WHERE name = NEW.name;
  IF FOUND THEN
    RAISE EXCEPTION 'an environment has this name' USING ERRCODE = 'GH002', CONSTRAINT = 'model_alias_is_no_environment';
  END IF;
  PERFORM 1 FROM public.model m WHERE m.id = NEW.model_id AND m.team_id = NEW.team_id
    AND (NEW.model_version_id IS NULL OR EXISTS (SELECT 1 FROM public.model_version v WHERE v.id = NEW.model_version_id AND v.model_id = m.id));
  IF NOT FOUND THEN
    RAISE EXCEPTION 'an alias points at a version of its own model' USING ERRCODE = 'GH002', CONSTRAINT = 'model_alias_of_own_version';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER model_alias_is_allowed BEFORE INSERT OR UPDATE ON model_alias FOR EACH ROW EXECUTE FUNCTION model_alias_is_allowed();
--> statement-breakpoint
CREATE FUNCTION model_alias_keeps_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO public.model_alias_move (alias_id, from_version_id, to_version_id, moved_by, at, reason)
    VALUES (NEW.id, CASE TG_OP WHEN 'UPDATE' THEN OLD.model_version_id END, NEW.model_version_id, NEW.moved_by, now(), NEW.reason);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER model_alias_keeps_history AFTER INSERT OR UPDATE ON model_alias FOR EACH ROW EXECUTE FUNCTION model_alias_keeps_history();
--> statement-breakpoint
-- A document is what its digest says, the next of its subject, of that subject's team, and by who acts.
CREATE FUNCTION card_version_is_honest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE latest int;
BEGIN
  IF NEW.digest <> 'sha256:' || encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex') THEN
    RAISE EXCEPTION 'the document does not have this digest' USING ERRCODE = 'GH002', CONSTRAINT = 'card_version_is_its_digest';
  END IF;
  IF NEW.author_id::text IS DISTINCT FROM current_setting('gatehouse.actor_id', true) OR NEW.author_kind IS DISTINCT FROM current_setting('gatehouse.actor_kind', true) THEN
    RAISE EXCEPTION 'a document is written by who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'card_version_by_actor';
  END IF;
  IF NEW.model_version_id IS NOT NULL THEN
    PERFORM 1 FROM public.model_version WHERE id = NEW.model_version_id AND team_id = NEW.team_id;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a model card belongs to the team of its version' USING ERRCODE = 'GH002', CONSTRAINT = 'card_version_of_team';
    END IF;
  END IF;
  SELECT coalesce(max(number), 0) INTO latest FROM public.card_version c
   WHERE c.kind = NEW.kind AND c.team_id = NEW.team_id AND c.model_version_id IS NOT DISTINCT FROM NEW.model_version_id
     AND c.asset_id IS NOT DISTINCT FROM NEW.asset_id AND c.asset_version_id IS NOT DISTINCT FROM NEW.asset_version_id;
  IF NEW.number <> latest + 1 THEN
    RAISE EXCEPTION 'the next document is number %', latest + 1 USING ERRCODE = 'GH002', CONSTRAINT = 'card_version_number';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER card_version_is_honest BEFORE INSERT ON card_version FOR EACH ROW EXECUTE FUNCTION card_version_is_honest();
