CREATE TABLE "trust_policy" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"name" text NOT NULL,
	"scope_key" text NOT NULL,
	"version" integer NOT NULL,
	"content" jsonb NOT NULL,
	"digest" text NOT NULL,
	"state" text NOT NULL,
	"proposed_by" uuid NOT NULL,
	"proposed_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"proposal_reason" text NOT NULL,
	"confirmed_by" uuid,
	"confirmed_at" timestamp(3) with time zone,
	"ended_by" uuid,
	"ended_at" timestamp(3) with time zone,
	"end_reason" text,
	"superseded_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "trust_revocation" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"signer_id" text NOT NULL,
	"name" text NOT NULL,
	"since" timestamp(3) with time zone,
	"reason" text NOT NULL,
	"revoked_by" uuid NOT NULL,
	"revoked_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trust_sweep" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"cause" text NOT NULL,
	"cause_id" uuid NOT NULL,
	"state" text NOT NULL,
	"total" integer NOT NULL,
	"last_evidence_id" uuid NOT NULL,
	"done" integer DEFAULT 0 NOT NULL,
	"verified_again" integer DEFAULT 0 NOT NULL,
	"now_passed" integer DEFAULT 0 NOT NULL,
	"now_failed" integer DEFAULT 0 NOT NULL,
	"reached" uuid,
	"started_at" timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"touched_at" timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"finished_at" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "verification" ADD COLUMN "trust_policy_id" uuid;--> statement-breakpoint
ALTER TABLE "verification" ADD COLUMN "awaits_run" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "trust_policy" ADD CONSTRAINT "trust_policy_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trust_policy" ADD CONSTRAINT "trust_policy_proposed_by_person_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trust_policy" ADD CONSTRAINT "trust_policy_confirmed_by_person_id_fk" FOREIGN KEY ("confirmed_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trust_policy" ADD CONSTRAINT "trust_policy_ended_by_person_id_fk" FOREIGN KEY ("ended_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trust_revocation" ADD CONSTRAINT "trust_revocation_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trust_revocation" ADD CONSTRAINT "trust_revocation_revoked_by_person_id_fk" FOREIGN KEY ("revoked_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trust_sweep" ADD CONSTRAINT "trust_sweep_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "trust_policy_in_force" ON "trust_policy" USING btree ("team_id","scope_key") WHERE "trust_policy"."state" in ('active', 'revoked') and "trust_policy"."superseded_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "trust_policy_one_proposed" ON "trust_policy" USING btree ("team_id","scope_key") WHERE "trust_policy"."state" = 'proposed';--> statement-breakpoint
CREATE UNIQUE INDEX "trust_policy_version_once" ON "trust_policy" USING btree ("team_id","scope_key","version");--> statement-breakpoint
CREATE INDEX "trust_policy_proposed" ON "trust_policy" USING btree ("proposed_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "trust_revocation_team" ON "trust_revocation" USING btree ("team_id");--> statement-breakpoint
CREATE INDEX "trust_revocation_at" ON "trust_revocation" USING btree ("revoked_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "trust_sweep_running" ON "trust_sweep" USING btree ("touched_at") WHERE "trust_sweep"."state" = 'running';--> statement-breakpoint
CREATE INDEX "trust_sweep_started" ON "trust_sweep" USING btree ("started_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
ALTER TABLE "verification" ADD CONSTRAINT "verification_trust_policy_id_trust_policy_id_fk" FOREIGN KEY ("trust_policy_id") REFERENCES "public"."trust_policy"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "verification_awaits_run" ON "verification" USING btree ("at") WHERE "verification"."awaits_run";
--> statement-breakpoint
GRANT SELECT, INSERT ON trust_policy, trust_revocation, trust_sweep TO gatehouse_app;
--> statement-breakpoint
GRANT UPDATE (state, confirmed_by, confirmed_at, ended_by, ended_at, end_reason, superseded_at) ON trust_policy TO gatehouse_app;
--> statement-breakpoint
GRANT UPDATE (state, done, verified_again, now_passed, now_failed, reached, touched_at, finished_at) ON trust_sweep TO gatehouse_app;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_required AFTER INSERT OR UPDATE OR DELETE ON trust_policy DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_required AFTER INSERT OR UPDATE OR DELETE ON trust_revocation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event();
--> statement-breakpoint
ALTER TABLE trust_policy ADD CONSTRAINT trust_policy_two_people CHECK (confirmed_by IS NULL OR confirmed_by <> proposed_by);
--> statement-breakpoint
ALTER TABLE trust_policy ADD CONSTRAINT trust_policy_in_force_is_confirmed CHECK (state NOT IN ('active', 'superseded', 'revoked') OR confirmed_by IS NOT NULL);
--> statement-breakpoint
-- A policy's path, by the people who act: proposed, then active or rejected; active, then revoked; a version in force gives way once.
CREATE FUNCTION trust_policy_moves_forward() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE actor text := current_setting('gatehouse.actor_id', true);
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'proposed' OR NEW.confirmed_by IS NOT NULL OR NEW.ended_by IS NOT NULL OR NEW.superseded_at IS NOT NULL OR NEW.proposed_by::text IS DISTINCT FROM actor THEN
      RAISE EXCEPTION 'a trust policy begins as a proposal of the person who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'trust_policy_begins_proposed';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.superseded_at IS NOT NULL OR NOT (
    (OLD.state = 'proposed' AND NEW.state IN ('active', 'rejected') AND NEW.superseded_at IS NULL) OR
    (OLD.state = 'active' AND NEW.state = 'revoked' AND NEW.superseded_at IS NULL) OR
    (OLD.state = 'active' AND NEW.state = 'superseded' AND NEW.superseded_at IS NOT NULL) OR
    (OLD.state = 'revoked' AND NEW.state = 'revoked' AND NEW.superseded_at IS NOT NULL)) THEN
    RAISE EXCEPTION 'a trust policy cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'GH002', CONSTRAINT = 'trust_policy_moves_forward';
  END IF;
  IF OLD.state <> 'proposed' AND (NEW.confirmed_by IS DISTINCT FROM OLD.confirmed_by OR NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at) THEN
    RAISE EXCEPTION 'a trust policy keeps who confirmed it' USING ERRCODE = 'GH002', CONSTRAINT = 'trust_policy_keeps_confirmer';
  END IF;
  IF NEW.state IN ('revoked', 'rejected') AND OLD.state <> NEW.state AND (NEW.ended_by::text IS DISTINCT FROM actor OR NEW.ended_at IS NULL OR NEW.end_reason IS NULL) THEN
    RAISE EXCEPTION 'a trust policy is ended by the person who acts, for a reason' USING ERRCODE = 'GH002', CONSTRAINT = 'trust_policy_ended_by_actor';
  END IF;
  IF NEW.state = 'active' THEN
    IF NEW.confirmed_at IS NULL OR NEW.confirmed_by = NEW.proposed_by OR NEW.confirmed_by::text IS DISTINCT FROM actor THEN
      RAISE EXCEPTION 'a trust policy is confirmed by a second person, who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'trust_policy_two_people';
    END IF;
    PERFORM 1 FROM public.role_grant g JOIN public.person p ON p.id = g.person_id
      WHERE g.person_id = NEW.confirmed_by AND g.role = 'security' AND g.revoked_at IS NULL AND (g.team_id IS NULL OR g.team_id = NEW.team_id) AND p.state = 'active';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a trust policy is confirmed by security' USING ERRCODE = 'GH002', CONSTRAINT = 'trust_policy_two_people';
    END IF;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER trust_policy_moves_forward BEFORE INSERT OR UPDATE ON trust_policy FOR EACH ROW EXECUTE FUNCTION trust_policy_moves_forward();
--> statement-breakpoint
CREATE FUNCTION trust_revocation_by_actor() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF NEW.revoked_by::text IS DISTINCT FROM current_setting('gatehouse.actor_id', true) THEN
    RAISE EXCEPTION 'a signer is revoked by the person who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'trust_revocation_by_actor';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER trust_revocation_by_actor BEFORE INSERT ON trust_revocation FOR EACH ROW EXECUTE FUNCTION trust_revocation_by_actor();
--> statement-breakpoint
-- A sweep only goes on: it neither goes back nor begins again.
CREATE FUNCTION trust_sweep_goes_on() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF OLD.state = 'done' OR NEW.done < OLD.done OR (OLD.reached IS NOT NULL AND (NEW.reached IS NULL OR NEW.reached < OLD.reached)) THEN
    RAISE EXCEPTION 'a sweep only goes on' USING ERRCODE = 'GH002', CONSTRAINT = 'trust_sweep_goes_on';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER trust_sweep_goes_on BEFORE UPDATE ON trust_sweep FOR EACH ROW EXECUTE FUNCTION trust_sweep_goes_on();
