CREATE TABLE "data_access" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source_id" uuid NOT NULL,
	"source_team_id" uuid NOT NULL,
	"team_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"asset_version_id" uuid NOT NULL,
	"asset_id" uuid NOT NULL,
	"service_account_id" uuid NOT NULL,
	"responsible_person_id" uuid NOT NULL,
	"triggered_by" text,
	"user_name" text,
	"use" text,
	"classification" text NOT NULL,
	"ingestion" boolean NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"recorded_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "data_source" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"owner_person_id" uuid,
	"licence" text,
	"retention_days" integer,
	"classification" text NOT NULL,
	"uses" jsonb NOT NULL,
	"names" jsonb NOT NULL,
	"ingestion" jsonb NOT NULL,
	"state" text NOT NULL,
	"changes" integer DEFAULT 1 NOT NULL,
	"content_digest" text NOT NULL,
	"proposed_by" uuid NOT NULL,
	"proposed_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"approved_by" uuid,
	"approved_at" timestamp(3) with time zone,
	"expires_at" timestamp(3) with time zone,
	"withdrawn_by" uuid,
	"withdrawn_at" timestamp(3) with time zone,
	"withdrawn_reason" text,
	"expiry_noticed_for" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "data_source_decision" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source_id" uuid NOT NULL,
	"verdict" text NOT NULL,
	"content_digest" text NOT NULL,
	"person_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"expires_at" timestamp(3) with time zone,
	"at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "data_source_revision" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source_id" uuid NOT NULL,
	"content_digest" text NOT NULL,
	"content" jsonb NOT NULL,
	"author_id" uuid NOT NULL,
	"at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "data_validation" (
	"id" uuid PRIMARY KEY NOT NULL,
	"team_id" uuid NOT NULL,
	"asset_version_id" uuid NOT NULL,
	"format" text NOT NULL,
	"digest" text NOT NULL,
	"bytes" "bytea" NOT NULL,
	"suite" text,
	"tool_version" text,
	"success" boolean NOT NULL,
	"evaluated" integer NOT NULL,
	"failed" integer NOT NULL,
	"expectations" jsonb NOT NULL,
	"validated_at" timestamp(3) with time zone,
	"received_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"service_account_id" uuid,
	"person_id" uuid
);
--> statement-breakpoint
ALTER TABLE "data_access" ADD CONSTRAINT "data_access_source_id_data_source_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."data_source"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_access" ADD CONSTRAINT "data_access_source_team_id_team_id_fk" FOREIGN KEY ("source_team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_access" ADD CONSTRAINT "data_access_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_access" ADD CONSTRAINT "data_access_asset_version_id_asset_version_id_fk" FOREIGN KEY ("asset_version_id") REFERENCES "public"."asset_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_access" ADD CONSTRAINT "data_access_asset_id_asset_id_fk" FOREIGN KEY ("asset_id") REFERENCES "public"."asset"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_access" ADD CONSTRAINT "data_access_service_account_id_service_account_id_fk" FOREIGN KEY ("service_account_id") REFERENCES "public"."service_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_access" ADD CONSTRAINT "data_access_responsible_person_id_person_id_fk" FOREIGN KEY ("responsible_person_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_source" ADD CONSTRAINT "data_source_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_source" ADD CONSTRAINT "data_source_owner_person_id_person_id_fk" FOREIGN KEY ("owner_person_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_source" ADD CONSTRAINT "data_source_proposed_by_person_id_fk" FOREIGN KEY ("proposed_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_source" ADD CONSTRAINT "data_source_approved_by_person_id_fk" FOREIGN KEY ("approved_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_source" ADD CONSTRAINT "data_source_withdrawn_by_person_id_fk" FOREIGN KEY ("withdrawn_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_source_decision" ADD CONSTRAINT "data_source_decision_source_id_data_source_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."data_source"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_source_decision" ADD CONSTRAINT "data_source_decision_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_source_revision" ADD CONSTRAINT "data_source_revision_source_id_data_source_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."data_source"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_source_revision" ADD CONSTRAINT "data_source_revision_author_id_person_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_validation" ADD CONSTRAINT "data_validation_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_validation" ADD CONSTRAINT "data_validation_asset_version_id_asset_version_id_fk" FOREIGN KEY ("asset_version_id") REFERENCES "public"."asset_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_validation" ADD CONSTRAINT "data_validation_service_account_id_service_account_id_fk" FOREIGN KEY ("service_account_id") REFERENCES "public"."service_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_validation" ADD CONSTRAINT "data_validation_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "data_access_once" ON "data_access" USING btree ("source_id","run_id","asset_version_id");--> statement-breakpoint
CREATE INDEX "data_access_source" ON "data_access" USING btree ("source_id","at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "data_access_account" ON "data_access" USING btree ("service_account_id","at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "data_access_person" ON "data_access" USING btree ("responsible_person_id","at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "data_access_at" ON "data_access" USING btree ("at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "data_access_version" ON "data_access" USING btree ("asset_version_id");--> statement-breakpoint
CREATE INDEX "data_access_run" ON "data_access" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "data_access_reader" ON "data_access" USING btree ("source_id","team_id","use","at" DESC NULLS FIRST);--> statement-breakpoint
CREATE UNIQUE INDEX "data_source_name" ON "data_source" USING btree ("team_id",lower("name"));--> statement-breakpoint
CREATE INDEX "data_source_by_name" ON "data_source" USING btree (lower("name"),"id");--> statement-breakpoint
CREATE INDEX "data_source_expiry" ON "data_source" USING btree (coalesce("expires_at", '9999-12-31 00:00:00+00'::timestamptz),"id");--> statement-breakpoint
CREATE INDEX "data_source_decision_source" ON "data_source_decision" USING btree ("source_id","at");--> statement-breakpoint
CREATE INDEX "data_source_revision_source" ON "data_source_revision" USING btree ("source_id","at");--> statement-breakpoint
CREATE UNIQUE INDEX "data_validation_once" ON "data_validation" USING btree ("team_id","asset_version_id","digest");--> statement-breakpoint
CREATE INDEX "data_validation_version" ON "data_validation" USING btree ("asset_version_id","received_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);
--> statement-breakpoint
GRANT SELECT, INSERT ON data_source, data_source_revision, data_source_decision, data_access, data_validation TO gatehouse_app;
--> statement-breakpoint
GRANT UPDATE (name, description, owner_person_id, licence, retention_days, classification, uses, names, ingestion, state, changes, content_digest, proposed_by, proposed_at, approved_by, approved_at, expires_at, withdrawn_by, withdrawn_at, withdrawn_reason, expiry_noticed_for) ON data_source TO gatehouse_app;
--> statement-breakpoint
GRANT UPDATE (triggered_by, user_name, use, ingestion, at) ON data_access TO gatehouse_app;
--> statement-breakpoint
-- Noticing that an approval is over decides nothing; everything else does.
CREATE CONSTRAINT TRIGGER audit_required AFTER INSERT OR DELETE ON data_source DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_required_for_change AFTER UPDATE ON data_source DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (to_jsonb(OLD) - 'expiry_noticed_for' IS DISTINCT FROM to_jsonb(NEW) - 'expiry_noticed_for') EXECUTE FUNCTION require_audit_event();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_required AFTER INSERT ON data_validation DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_required AFTER INSERT ON data_source_decision DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_of_transaction();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_required AFTER INSERT ON data_source_revision DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_of_transaction();
--> statement-breakpoint
-- A source's path, by the people who act: proposed by one, approved by a second one of security who wrote none of what is
-- approved, for a limited time; what changes what an approval holds for ends it.
CREATE FUNCTION data_source_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE actor text := current_setting('gatehouse.actor_id', true);
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'proposed' OR NEW.approved_by IS NOT NULL OR NEW.expires_at IS NOT NULL OR NEW.proposed_by::text IS DISTINCT FROM actor THEN
      RAISE EXCEPTION 'a data source begins as a proposal of the person who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'data_source_begins_proposed';
    END IF;
    RETURN NEW;
  END IF;
  IF (to_jsonb(OLD) - 'expiry_noticed_for') = (to_jsonb(NEW) - 'expiry_noticed_for') THEN
    RETURN NEW;
  END IF;
  IF NEW.changes <= OLD.changes AND (NEW.state, NEW.content_digest, NEW.approved_at) IS DISTINCT FROM (OLD.state, OLD.content_digest, OLD.approved_at) THEN
    RAISE EXCEPTION 'a change of a data source is counted' USING ERRCODE = 'GH002', CONSTRAINT = 'data_source_counts_changes';
  END IF;
  IF (NEW.classification, NEW.uses, NEW.names, NEW.ingestion) IS DISTINCT FROM (OLD.classification, OLD.uses, OLD.names, OLD.ingestion) AND (NEW.state <> 'proposed' OR NEW.content_digest = OLD.content_digest) THEN
    RAISE EXCEPTION 'an approval does not hold for what it was not given for' USING ERRCODE = 'GH002', CONSTRAINT = 'data_source_approval_lapses';
  END IF;
  IF NEW.state = 'proposed' AND (OLD.state <> 'proposed' OR NEW.content_digest <> OLD.content_digest) AND NEW.proposed_by::text IS DISTINCT FROM actor THEN
    RAISE EXCEPTION 'a data source is proposed by the person who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'data_source_proposed_by_actor';
  END IF;
  IF NEW.state <> 'approved' AND (NEW.approved_by IS NOT NULL OR NEW.expires_at IS NOT NULL) THEN
    RAISE EXCEPTION 'only what is approved has an approval' USING ERRCODE = 'GH002', CONSTRAINT = 'data_source_approval_lapses';
  END IF;
  IF NEW.state = 'withdrawn' AND OLD.state <> 'withdrawn' AND (NEW.withdrawn_by::text IS DISTINCT FROM actor OR coalesce(NEW.withdrawn_reason, '') = '') THEN
    RAISE EXCEPTION 'a data source is withdrawn by the person who acts, with a reason' USING ERRCODE = 'GH002', CONSTRAINT = 'data_source_withdrawn_by_actor';
  END IF;
  IF NEW.state = 'approved' AND (NEW.approved_by, NEW.approved_at, NEW.expires_at, OLD.state) IS DISTINCT FROM (OLD.approved_by, OLD.approved_at, OLD.expires_at, NEW.state) THEN
    IF OLD.state = 'withdrawn' OR NEW.content_digest <> OLD.content_digest OR NEW.proposed_by <> OLD.proposed_by THEN
      RAISE EXCEPTION 'what is approved was proposed before' USING ERRCODE = 'GH002', CONSTRAINT = 'data_source_moves_forward';
    END IF;
    IF NEW.approved_by IS NULL OR NEW.approved_by::text IS DISTINCT FROM actor OR NEW.approved_by = NEW.proposed_by
       OR EXISTS (SELECT 1 FROM public.data_source_revision r WHERE r.source_id = NEW.id AND r.author_id = NEW.approved_by
                   AND r.at > coalesce((SELECT max(d.at) FROM public.data_source_decision d WHERE d.source_id = NEW.id AND d.verdict = 'approved'), '-infinity'::timestamptz)) THEN
      RAISE EXCEPTION 'a data source is approved by a second person, who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'data_source_two_people';
    END IF;
    PERFORM 1 FROM public.role_grant g JOIN public.person p ON p.id = g.person_id
      WHERE g.person_id = NEW.approved_by AND g.role = 'security' AND g.revoked_at IS NULL AND (g.team_id IS NULL OR g.team_id = NEW.team_id) AND p.state = 'active';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a data source is approved by security' USING ERRCODE = 'GH002', CONSTRAINT = 'data_source_two_people';
    END IF;
    IF NEW.expires_at IS NULL OR NEW.expires_at <= now() OR NEW.expires_at > now() + interval '366 days 1 minute' THEN
      RAISE EXCEPTION 'an approval is limited in time' USING ERRCODE = 'GH002', CONSTRAINT = 'data_source_in_time';
    END IF;
  END IF;
  IF NEW.team_id <> OLD.team_id THEN
    RAISE EXCEPTION 'a data source keeps its team' USING ERRCODE = 'GH002', CONSTRAINT = 'data_source_keeps_its_team';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER data_source_moves BEFORE INSERT OR UPDATE ON data_source FOR EACH ROW EXECUTE FUNCTION data_source_moves();
--> statement-breakpoint
-- What is approved of a source was written by the person who acts, and decided by the one who acts.
CREATE FUNCTION data_source_by_actor() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  IF coalesce(to_jsonb(NEW) ->> 'author_id', to_jsonb(NEW) ->> 'person_id') IS DISTINCT FROM current_setting('gatehouse.actor_id', true) THEN
    RAISE EXCEPTION 'a row of % names the person who acts', TG_TABLE_NAME USING ERRCODE = 'GH002', CONSTRAINT = 'data_source_by_actor';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER data_source_by_actor BEFORE INSERT ON data_source_revision FOR EACH ROW EXECUTE FUNCTION data_source_by_actor();
--> statement-breakpoint
CREATE TRIGGER data_source_by_actor BEFORE INSERT ON data_source_decision FOR EACH ROW EXECUTE FUNCTION data_source_by_actor();
--> statement-breakpoint
-- Which sources each name of data belongs to: a source speaks for names that its own team brought in. The most exact name
-- decides: the name itself before a beginning of it, a longer beginning before a shorter one.
CREATE FUNCTION data_source_of(asset_ids uuid[]) RETURNS TABLE (asset_id uuid, source_id uuid) LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
  WITH wanted AS MATERIALIZED (
    SELECT a.id, a.team_id, a.namespace, a.name FROM public.asset a WHERE a.id = ANY(asset_ids) AND a.kind IN ('dataset', 'features')
  ), pattern AS MATERIALIZED (
    SELECT s.id, s.team_id, n ->> 'namespace' AS namespace, n ->> 'name' AS name, (n ->> 'prefix')::boolean AS prefix
    FROM public.data_source s CROSS JOIN LATERAL jsonb_array_elements(s.names) AS n
    WHERE s.team_id IN (SELECT w.team_id FROM wanted w)
  ), hit AS (
    SELECT w.id AS asset_id, p.id AS source_id, 100000 AS exactness FROM wanted w JOIN pattern p ON NOT p.prefix AND p.team_id = w.team_id AND p.namespace = w.namespace AND p.name = w.name
    UNION ALL
    SELECT w.id, p.id, length(p.name) FROM wanted w JOIN pattern p ON p.prefix AND p.team_id = w.team_id AND p.namespace = w.namespace AND starts_with(w.name, p.name)
  )
  SELECT DISTINCT ON (h.asset_id) h.asset_id, h.source_id FROM hit h ORDER BY h.asset_id, h.exactness DESC, h.source_id
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION data_source_of(uuid[]) TO gatehouse_app;
