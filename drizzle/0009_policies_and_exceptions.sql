-- Exceptions from rules, and policies for a team or a model.
CREATE TABLE "policy_exception" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"model_version_id" uuid NOT NULL,
	"environment" text NOT NULL,
	"rule_id" text NOT NULL,
	"reason" text NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"state" text DEFAULT 'proposed' NOT NULL,
	"proposed_by" uuid NOT NULL,
	"proposed_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"confirmed_by" uuid,
	"confirmed_at" timestamp(3) with time zone,
	"ended_by" uuid,
	"ended_at" timestamp(3) with time zone
);
--> statement-breakpoint
DROP INDEX "policy_version_active";--> statement-breakpoint
ALTER TABLE "policy_version" ADD COLUMN "team_id" uuid;--> statement-breakpoint
ALTER TABLE "policy_version" ADD COLUMN "model_id" uuid;--> statement-breakpoint
ALTER TABLE "policy_exception" ADD CONSTRAINT "policy_exception_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_exception" ADD CONSTRAINT "policy_exception_model_version_id_model_version_id_fk" FOREIGN KEY ("model_version_id") REFERENCES "public"."model_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_exception" ADD CONSTRAINT "policy_exception_proposed_by_person_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_exception" ADD CONSTRAINT "policy_exception_confirmed_by_person_id_fk" FOREIGN KEY ("confirmed_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_exception" ADD CONSTRAINT "policy_exception_ended_by_person_id_fk" FOREIGN KEY ("ended_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "policy_exception_one_proposed" ON "policy_exception" USING btree ("model_version_id","environment","rule_id") WHERE "policy_exception"."state" = 'proposed';--> statement-breakpoint
CREATE INDEX "policy_exception_subject" ON "policy_exception" USING btree ("model_version_id","environment");--> statement-breakpoint
CREATE INDEX "policy_exception_proposed" ON "policy_exception" USING btree ("proposed_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
ALTER TABLE "policy_version" ADD CONSTRAINT "policy_version_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_version" ADD CONSTRAINT "policy_version_model_id_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."model"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "policy_version_active" ON "policy_version" USING btree ("environment",coalesce("model_id", "team_id", '00000000-0000-0000-0000-000000000000'::uuid)) WHERE "policy_version"."state" = 'active';
--> statement-breakpoint
GRANT SELECT, INSERT ON policy_exception TO gatehouse_app;
--> statement-breakpoint
GRANT UPDATE (state, confirmed_by, confirmed_at, ended_by, ended_at) ON policy_exception TO gatehouse_app;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_required AFTER INSERT OR UPDATE OR DELETE ON policy_exception DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event();
--> statement-breakpoint
-- An exception's path, by the people who act: proposed, then active or rejected; active, then revoked.
CREATE FUNCTION policy_exception_moves_forward() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE actor text := current_setting('gatehouse.actor_id', true);
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'proposed' OR NEW.confirmed_by IS NOT NULL OR NEW.ended_by IS NOT NULL OR NEW.proposed_by::text IS DISTINCT FROM actor THEN
      RAISE EXCEPTION 'an exception begins as a proposal of the person who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'policy_exception_begins_proposed';
    END IF;
    IF NEW.expires_at <= now() OR NEW.expires_at > now() + interval '90 days 1 minute' THEN
      RAISE EXCEPTION 'an exception is limited in time' USING ERRCODE = 'GH002', CONSTRAINT = 'policy_exception_in_time';
    END IF;
    PERFORM 1 FROM public.model_version WHERE id = NEW.model_version_id AND team_id = NEW.team_id;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'an exception names the team of its model version' USING ERRCODE = 'GH002', CONSTRAINT = 'policy_exception_binds_version';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state = NEW.state OR NOT ((OLD.state = 'proposed' AND NEW.state IN ('active', 'rejected')) OR (OLD.state = 'active' AND NEW.state = 'revoked')) THEN
    RAISE EXCEPTION 'an exception cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'GH002', CONSTRAINT = 'policy_exception_moves_forward';
  END IF;
  IF NEW.state = 'active' AND (NEW.expires_at <= now() OR NEW.confirmed_at IS NULL) THEN
    RAISE EXCEPTION 'an exception comes into force before its end' USING ERRCODE = 'GH002', CONSTRAINT = 'policy_exception_in_time';
  END IF;
  IF NEW.state <> 'active' AND NEW.ended_by::text IS DISTINCT FROM actor THEN
    RAISE EXCEPTION 'an exception is ended by the person who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'policy_exception_ended_by_actor';
  END IF;
  IF OLD.state <> 'proposed' AND NEW.confirmed_by IS DISTINCT FROM OLD.confirmed_by THEN
    RAISE EXCEPTION 'an exception keeps who confirmed it' USING ERRCODE = 'GH002', CONSTRAINT = 'policy_exception_keeps_confirmer';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER policy_exception_moves_forward BEFORE INSERT OR UPDATE ON policy_exception FOR EACH ROW EXECUTE FUNCTION policy_exception_moves_forward();
--> statement-breakpoint
-- Two people: one in force was confirmed by somebody else than its proposer, who acts and holds the role security for the team.
CREATE FUNCTION policy_exception_two_people() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.state = 'active' THEN
    IF NEW.confirmed_by IS NULL OR NEW.confirmed_by = NEW.proposed_by OR NEW.confirmed_by::text IS DISTINCT FROM current_setting('gatehouse.actor_id', true) THEN
      RAISE EXCEPTION 'an exception is confirmed by a second person, who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'policy_exception_two_people';
    END IF;
    PERFORM 1 FROM public.role_grant g JOIN public.person p ON p.id = g.person_id
      WHERE g.person_id = NEW.confirmed_by AND g.role = 'security' AND g.revoked_at IS NULL AND (g.team_id IS NULL OR g.team_id = NEW.team_id) AND p.state = 'active';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'an exception is confirmed by security' USING ERRCODE = 'GH002', CONSTRAINT = 'policy_exception_two_people';
    END IF;
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER policy_exception_two_people AFTER INSERT OR UPDATE ON policy_exception DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION policy_exception_two_people();
--> statement-breakpoint
ALTER TABLE "policy_version" ADD CONSTRAINT "policy_version_scope" CHECK (model_id IS NULL OR team_id IS NOT NULL);
--> statement-breakpoint
-- A policy of a narrower scope than the organisation never begins active, and names the team of its model.
CREATE FUNCTION policy_scope_is_known() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.team_id IS NOT NULL AND NEW.state <> 'proposed' THEN
    RAISE EXCEPTION 'a policy begins as a proposal' USING ERRCODE = 'GH002', CONSTRAINT = 'policy_begins_proposed';
  END IF;
  IF NEW.model_id IS NOT NULL THEN
    PERFORM 1 FROM public.model WHERE id = NEW.model_id AND team_id = NEW.team_id;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a policy of a model names its team' USING ERRCODE = 'GH002', CONSTRAINT = 'policy_scope_is_known';
    END IF;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER policy_scope_is_known BEFORE INSERT ON policy_version FOR EACH ROW EXECUTE FUNCTION policy_scope_is_known();
--> statement-breakpoint
-- A request is evaluated by the narrowest active policy that holds for its model version, and by no other.
CREATE FUNCTION promotion_binds_narrowest_policy() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE deciding uuid;
BEGIN
  SELECT v.id INTO deciding FROM public.policy_version v JOIN public.model_version mv ON mv.id = NEW.model_version_id
   WHERE v.environment = NEW.environment AND v.state = 'active' AND (v.team_id IS NULL OR (v.team_id = mv.team_id AND (v.model_id IS NULL OR v.model_id = mv.model_id)))
   ORDER BY v.model_id IS NULL, v.team_id IS NULL LIMIT 1;
  IF deciding IS DISTINCT FROM NEW.policy_version_id THEN
    RAISE EXCEPTION 'a request is evaluated by the narrowest active policy of its environment' USING ERRCODE = 'GH002', CONSTRAINT = 'promotion_binds_narrowest_policy';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER promotion_binds_narrowest_policy BEFORE INSERT ON promotion FOR EACH ROW EXECUTE FUNCTION promotion_binds_narrowest_policy();
--> statement-breakpoint
-- What a request was let through by must still be in force when it is approved and when it is deployed: an exception that
-- ended counts for nothing, whatever the application says. An emergency passes the rules themselves.
CREATE FUNCTION exceptions_are_in_force() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE request public.promotion%ROWTYPE;
BEGIN
  IF TG_TABLE_NAME = 'deployment' THEN
    SELECT * INTO request FROM public.promotion WHERE id = NEW.promotion_id;
  ELSE
    request := NEW;
  END IF;
  PERFORM 1 FROM public.emergency WHERE promotion_id = request.id AND expires_at > now();
  IF FOUND THEN RETURN NEW; END IF;
  PERFORM 1 FROM jsonb_array_elements(request.results) AS r
   WHERE r ->> 'level' = 'block' AND r ->> 'verdict' <> 'passed' AND NOT EXISTS (
     SELECT 1 FROM public.policy_exception x
      WHERE x.id::text = r -> 'exception' ->> 'id' AND x.state = 'active' AND x.expires_at > now()
        AND x.model_version_id = request.model_version_id AND x.environment = request.environment AND x.rule_id = r ->> 'ruleId');
  IF FOUND THEN
    RAISE EXCEPTION 'a rule that blocks did not pass, and no exception from it is in force' USING ERRCODE = 'GH002', CONSTRAINT = 'exceptions_are_in_force';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER exceptions_are_in_force BEFORE INSERT ON deployment FOR EACH ROW WHEN (NEW.promotion_id IS NOT NULL) EXECUTE FUNCTION exceptions_are_in_force();
--> statement-breakpoint
CREATE TRIGGER exceptions_are_in_force BEFORE UPDATE ON promotion FOR EACH ROW WHEN (NEW.state = 'approved' AND OLD.state = 'open') EXECUTE FUNCTION exceptions_are_in_force();
