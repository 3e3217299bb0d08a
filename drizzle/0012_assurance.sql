-- Incidents, reports about endpoints, change windows and compiled policies; and who set a rule aside does not approve.
CREATE TABLE "change_window" (
	"id" uuid PRIMARY KEY NOT NULL,
	"environment" text NOT NULL,
	"digest" text NOT NULL,
	"content" jsonb NOT NULL,
	"state" text DEFAULT 'proposed' NOT NULL,
	"proposed_by" uuid NOT NULL,
	"proposed_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"confirmed_by" uuid,
	"confirmed_at" timestamp(3) with time zone,
	"retired_at" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "endpoint_report" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"environment" text NOT NULL,
	"endpoint" text NOT NULL,
	"model_id" uuid,
	"is_public" boolean NOT NULL,
	"waf_rule" text,
	"reported_by" uuid NOT NULL,
	"reported_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "incident" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"title" text NOT NULL,
	"severity" text NOT NULL,
	"reason" text NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"opened_by" uuid NOT NULL,
	"opened_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"closed_by" uuid,
	"closed_at" timestamp(3) with time zone,
	"close_reason" text
);
--> statement-breakpoint
CREATE TABLE "incident_note" (
	"id" uuid PRIMARY KEY NOT NULL,
	"incident_id" uuid NOT NULL,
	"text" text NOT NULL,
	"written_by" uuid NOT NULL,
	"written_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "incident_subject" (
	"id" uuid PRIMARY KEY NOT NULL,
	"incident_id" uuid NOT NULL,
	"asset_version_id" uuid,
	"model_id" uuid,
	CONSTRAINT "incident_subject_one" CHECK (("incident_subject"."asset_version_id" is null) <> ("incident_subject"."model_id" is null))
);
--> statement-breakpoint
CREATE TABLE "policy_bundle" (
	"id" uuid PRIMARY KEY NOT NULL,
	"digest" text NOT NULL,
	"bytes" "bytea" NOT NULL,
	"size_bytes" integer NOT NULL,
	"entrypoints" jsonb NOT NULL,
	"uploaded_by" uuid NOT NULL,
	"uploaded_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "change_window" ADD CONSTRAINT "change_window_proposed_by_person_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "change_window" ADD CONSTRAINT "change_window_confirmed_by_person_id_fk" FOREIGN KEY ("confirmed_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "endpoint_report" ADD CONSTRAINT "endpoint_report_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "endpoint_report" ADD CONSTRAINT "endpoint_report_model_id_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."model"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "endpoint_report" ADD CONSTRAINT "endpoint_report_reported_by_service_account_id_fk" FOREIGN KEY ("reported_by") REFERENCES "public"."service_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incident" ADD CONSTRAINT "incident_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incident" ADD CONSTRAINT "incident_opened_by_person_id_fk" FOREIGN KEY ("opened_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incident" ADD CONSTRAINT "incident_closed_by_person_id_fk" FOREIGN KEY ("closed_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incident_note" ADD CONSTRAINT "incident_note_incident_id_incident_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incident"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incident_note" ADD CONSTRAINT "incident_note_written_by_person_id_fk" FOREIGN KEY ("written_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incident_subject" ADD CONSTRAINT "incident_subject_incident_id_incident_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incident"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incident_subject" ADD CONSTRAINT "incident_subject_asset_version_id_asset_version_id_fk" FOREIGN KEY ("asset_version_id") REFERENCES "public"."asset_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "incident_subject" ADD CONSTRAINT "incident_subject_model_id_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."model"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_bundle" ADD CONSTRAINT "policy_bundle_uploaded_by_person_id_fk" FOREIGN KEY ("uploaded_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "change_window_active" ON "change_window" USING btree ("environment") WHERE "change_window"."state" = 'active';--> statement-breakpoint
CREATE UNIQUE INDEX "change_window_proposed" ON "change_window" USING btree ("environment") WHERE "change_window"."state" = 'proposed';--> statement-breakpoint
CREATE INDEX "change_window_newest" ON "change_window" USING btree ("environment","proposed_at" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "endpoint_report_newest" ON "endpoint_report" USING btree ("team_id","environment","endpoint","reported_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "endpoint_report_reported" ON "endpoint_report" USING btree ("reported_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "incident_opened" ON "incident" USING btree ("opened_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "incident_open" ON "incident" USING btree ("id") WHERE "incident"."state" = 'open';--> statement-breakpoint
CREATE INDEX "incident_note_of" ON "incident_note" USING btree ("incident_id","written_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "incident_subject_once" ON "incident_subject" USING btree ("incident_id",coalesce("asset_version_id", "model_id"));--> statement-breakpoint
CREATE INDEX "incident_subject_version" ON "incident_subject" USING btree ("asset_version_id");--> statement-breakpoint
CREATE INDEX "incident_subject_model" ON "incident_subject" USING btree ("model_id");--> statement-breakpoint
CREATE UNIQUE INDEX "policy_bundle_digest" ON "policy_bundle" USING btree ("digest");
--> statement-breakpoint
ALTER TABLE "incident" ADD CONSTRAINT "incident_closed_whole" CHECK ((state = 'closed') = (closed_by IS NOT NULL AND closed_at IS NOT NULL AND close_reason IS NOT NULL));
--> statement-breakpoint
GRANT SELECT, INSERT ON incident, incident_subject, incident_note, endpoint_report, change_window, policy_bundle TO gatehouse_app;
--> statement-breakpoint
GRANT UPDATE (state, closed_by, closed_at, close_reason) ON incident TO gatehouse_app;
--> statement-breakpoint
GRANT UPDATE (state, confirmed_by, confirmed_at, retired_at) ON change_window TO gatehouse_app;
--> statement-breakpoint
DO $$
DECLARE decided text;
BEGIN
  FOREACH decided IN ARRAY ARRAY['incident', 'incident_note', 'endpoint_report', 'change_window', 'policy_bundle'] LOOP
    EXECUTE format('CREATE CONSTRAINT TRIGGER audit_required AFTER INSERT OR UPDATE OR DELETE ON %I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event()', decided);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_required AFTER INSERT ON incident_subject DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_of_transaction();
--> statement-breakpoint
-- Whether an active person holds a role now, for a team (null: for the organisation as a whole).
CREATE FUNCTION holds_role_now(who uuid, wanted text, team uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
  SELECT EXISTS (SELECT 1 FROM public.role_grant g JOIN public.person p ON p.id = g.person_id
    WHERE g.person_id = who AND g.role = wanted AND g.revoked_at IS NULL AND p.state = 'active' AND (g.team_id IS NULL OR g.team_id = team))
$$;
--> statement-breakpoint
-- An incident is opened and closed by security, by the person who acts, and never opens again.
CREATE FUNCTION incident_moves_forward() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE actor text := current_setting('gatehouse.actor_id', true);
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'open' OR NEW.opened_by::text IS DISTINCT FROM actor OR NOT public.holds_role_now(NEW.opened_by, 'security', NEW.team_id) THEN
      RAISE EXCEPTION 'an incident is opened by a person of security, who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'incident_by_security';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> 'open' OR NEW.state <> 'closed' THEN
    RAISE EXCEPTION 'an incident is closed once' USING ERRCODE = 'GH002', CONSTRAINT = 'incident_moves_forward';
  END IF;
  IF NEW.closed_by::text IS DISTINCT FROM actor OR NOT public.holds_role_now(NEW.closed_by, 'security', NEW.team_id) THEN
    RAISE EXCEPTION 'an incident is closed by a person of security, who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'incident_by_security';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER incident_moves_forward BEFORE INSERT OR UPDATE ON incident FOR EACH ROW EXECUTE FUNCTION incident_moves_forward();
--> statement-breakpoint
-- What an incident is about is said when it is opened, and belongs to its team.
CREATE FUNCTION incident_subject_is_said_at_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE of_incident public.incident%ROWTYPE;
BEGIN
  SELECT * INTO of_incident FROM public.incident WHERE id = NEW.incident_id;
  IF of_incident.state <> 'open' OR of_incident.opened_at <> now()::timestamptz(3) THEN
    RAISE EXCEPTION 'what an incident is about is said when it is opened' USING ERRCODE = 'GH002', CONSTRAINT = 'incident_subject_at_once';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER incident_subject_is_said_at_once BEFORE INSERT ON incident_subject FOR EACH ROW EXECUTE FUNCTION incident_subject_is_said_at_once();
--> statement-breakpoint
-- A report about an endpoint is by the account that acts, a deployer of the team.
CREATE FUNCTION endpoint_report_is_honest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM 1 FROM public.service_account WHERE id = NEW.reported_by AND team_id = NEW.team_id AND role = 'deployer';
  IF NOT FOUND OR NEW.reported_by::text IS DISTINCT FROM current_setting('gatehouse.actor_id', true) OR abs(extract(epoch FROM NEW.reported_at - now())) > 1 THEN
    RAISE EXCEPTION 'a report about an endpoint is by a deployer of the team, who acts, now' USING ERRCODE = 'GH002', CONSTRAINT = 'endpoint_report_is_honest';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER endpoint_report_is_honest BEFORE INSERT ON endpoint_report FOR EACH ROW EXECUTE FUNCTION endpoint_report_is_honest();
--> statement-breakpoint
-- A change window's path: proposed by who acts, then active by a second person of security, or rejected; active, then retired.
CREATE FUNCTION change_window_moves_forward() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE actor text := current_setting('gatehouse.actor_id', true);
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'proposed' OR NEW.confirmed_by IS NOT NULL OR NEW.proposed_by::text IS DISTINCT FROM actor OR NOT public.holds_role_now(NEW.proposed_by, 'security', NULL) THEN
      RAISE EXCEPTION 'a change window begins as a proposal of security' USING ERRCODE = 'GH002', CONSTRAINT = 'change_window_begins_proposed';
    END IF;
    RETURN NEW;
  END IF;
  IF NOT ((OLD.state = 'proposed' AND NEW.state IN ('active', 'rejected')) OR (OLD.state = 'active' AND NEW.state = 'retired')) THEN
    RAISE EXCEPTION 'a change window cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'GH002', CONSTRAINT = 'change_window_moves_forward';
  END IF;
  IF NEW.state = 'active' AND (NEW.confirmed_by IS NULL OR NEW.confirmed_at IS NULL OR NEW.confirmed_by = NEW.proposed_by OR NEW.confirmed_by::text IS DISTINCT FROM actor OR NOT public.holds_role_now(NEW.confirmed_by, 'security', NULL)) THEN
    RAISE EXCEPTION 'a change window is confirmed by a second person of security' USING ERRCODE = 'GH002', CONSTRAINT = 'change_window_two_people';
  END IF;
  IF OLD.state = 'active' AND (NEW.confirmed_by IS DISTINCT FROM OLD.confirmed_by OR NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at) THEN
    RAISE EXCEPTION 'a change window keeps who confirmed it' USING ERRCODE = 'GH002', CONSTRAINT = 'change_window_keeps_confirmer';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER change_window_moves_forward BEFORE INSERT OR UPDATE ON change_window FOR EACH ROW EXECUTE FUNCTION change_window_moves_forward();
--> statement-breakpoint
-- Who asked for or confirmed an exception that a request rests on does not approve that request: nobody bends a control and then judges by it.
CREATE FUNCTION approval_not_by_who_excepted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM 1 FROM public.promotion p CROSS JOIN jsonb_array_elements(p.results) AS r JOIN public.policy_exception x ON x.id::text = r -> 'exception' ->> 'id'
   WHERE p.id = NEW.promotion_id AND (x.proposed_by = ANY (public.people_of(NEW)) OR x.confirmed_by = ANY (public.people_of(NEW)));
  IF FOUND THEN
    RAISE EXCEPTION 'separation of duties: who gave an exception does not approve what rests on it' USING ERRCODE = 'GH002', CONSTRAINT = 'approval_not_by_who_excepted';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER approval_not_by_who_excepted BEFORE INSERT ON approval FOR EACH ROW WHEN (NEW.verdict = 'approve') EXECUTE FUNCTION approval_not_by_who_excepted();
