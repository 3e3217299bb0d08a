CREATE TABLE "service_account_responsibility" (
	"id" uuid PRIMARY KEY NOT NULL,
	"service_account_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"since" timestamp(3) with time zone NOT NULL,
	"until" timestamp(3) with time zone
);
--> statement-breakpoint
CREATE TABLE "approval_revocation" (
	"id" uuid PRIMARY KEY NOT NULL,
	"approval_id" uuid NOT NULL,
	"promotion_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "approval_revocation_approval_id_unique" UNIQUE("approval_id")
);
--> statement-breakpoint
CREATE TABLE "delegation" (
	"id" uuid PRIMARY KEY NOT NULL,
	"delegator_id" uuid NOT NULL,
	"delegate_id" uuid NOT NULL,
	"role" text NOT NULL,
	"team_id" uuid,
	"reason" text NOT NULL,
	"created_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"starts_at" timestamp(3) with time zone NOT NULL,
	"ends_at" timestamp(3) with time zone NOT NULL,
	"revoked_at" timestamp(3) with time zone,
	CONSTRAINT "delegation_to_another" CHECK ("delegation"."delegator_id" <> "delegation"."delegate_id"),
	CONSTRAINT "delegation_is_limited" CHECK ("delegation"."ends_at" > "delegation"."starts_at" and "delegation"."ends_at" <= "delegation"."starts_at" + interval '31 days')
);
--> statement-breakpoint
CREATE TABLE "emergency" (
	"id" uuid PRIMARY KEY NOT NULL,
	"promotion_id" uuid NOT NULL,
	"team_id" uuid NOT NULL,
	"declared_by" uuid NOT NULL,
	"reason" text NOT NULL,
	"artifact_digest" text NOT NULL,
	"snapshot_digest" text NOT NULL,
	"policy_digest" text NOT NULL,
	"declared_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"review_due_at" timestamp(3) with time zone NOT NULL,
	"reviewed_by" uuid,
	"reviewed_at" timestamp(3) with time zone,
	"review_verdict" text,
	"review_comment" text,
	CONSTRAINT "emergency_promotion_id_unique" UNIQUE("promotion_id"),
	CONSTRAINT "emergency_reviewed_by_another" CHECK ("emergency"."reviewed_by" is null or "emergency"."reviewed_by" <> "emergency"."declared_by"),
	CONSTRAINT "emergency_review_is_whole" CHECK (("emergency"."reviewed_by" is null) = ("emergency"."reviewed_at" is null) and ("emergency"."reviewed_by" is null) = ("emergency"."review_verdict" is null))
);
--> statement-breakpoint
CREATE TABLE "promotion_comment" (
	"id" uuid PRIMARY KEY NOT NULL,
	"promotion_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"text" text NOT NULL,
	"at" timestamp(3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "promotion_conflict" (
	"id" uuid PRIMARY KEY NOT NULL,
	"promotion_id" uuid NOT NULL,
	"person_id" uuid,
	"rule" text NOT NULL,
	"via" text NOT NULL,
	"account_id" uuid,
	"team_id" uuid,
	"run_id" uuid,
	"subject" text NOT NULL,
	"at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "promotion_statement" (
	"id" uuid PRIMARY KEY NOT NULL,
	"promotion_id" uuid NOT NULL,
	"approval_id" uuid,
	"kind" text NOT NULL,
	"envelope" text NOT NULL,
	"key_id" text NOT NULL,
	"at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "promotion_statement_approval_id_unique" UNIQUE("approval_id")
);
--> statement-breakpoint
ALTER TABLE "approval" ADD COLUMN "on_behalf_of" uuid;--> statement-breakpoint
ALTER TABLE "service_account_responsibility" ADD CONSTRAINT "service_account_responsibility_service_account_id_service_account_id_fk" FOREIGN KEY ("service_account_id") REFERENCES "public"."service_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "service_account_responsibility" ADD CONSTRAINT "service_account_responsibility_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_revocation" ADD CONSTRAINT "approval_revocation_approval_id_approval_id_fk" FOREIGN KEY ("approval_id") REFERENCES "public"."approval"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_revocation" ADD CONSTRAINT "approval_revocation_promotion_id_promotion_id_fk" FOREIGN KEY ("promotion_id") REFERENCES "public"."promotion"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_revocation" ADD CONSTRAINT "approval_revocation_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delegation" ADD CONSTRAINT "delegation_delegator_id_person_id_fk" FOREIGN KEY ("delegator_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delegation" ADD CONSTRAINT "delegation_delegate_id_person_id_fk" FOREIGN KEY ("delegate_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delegation" ADD CONSTRAINT "delegation_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emergency" ADD CONSTRAINT "emergency_promotion_id_promotion_id_fk" FOREIGN KEY ("promotion_id") REFERENCES "public"."promotion"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emergency" ADD CONSTRAINT "emergency_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emergency" ADD CONSTRAINT "emergency_declared_by_person_id_fk" FOREIGN KEY ("declared_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "emergency" ADD CONSTRAINT "emergency_reviewed_by_person_id_fk" FOREIGN KEY ("reviewed_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promotion_comment" ADD CONSTRAINT "promotion_comment_promotion_id_promotion_id_fk" FOREIGN KEY ("promotion_id") REFERENCES "public"."promotion"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promotion_comment" ADD CONSTRAINT "promotion_comment_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promotion_conflict" ADD CONSTRAINT "promotion_conflict_promotion_id_promotion_id_fk" FOREIGN KEY ("promotion_id") REFERENCES "public"."promotion"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promotion_conflict" ADD CONSTRAINT "promotion_conflict_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promotion_conflict" ADD CONSTRAINT "promotion_conflict_account_id_service_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."service_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promotion_conflict" ADD CONSTRAINT "promotion_conflict_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promotion_statement" ADD CONSTRAINT "promotion_statement_promotion_id_promotion_id_fk" FOREIGN KEY ("promotion_id") REFERENCES "public"."promotion"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promotion_statement" ADD CONSTRAINT "promotion_statement_approval_id_approval_id_fk" FOREIGN KEY ("approval_id") REFERENCES "public"."approval"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "service_account_responsibility_account" ON "service_account_responsibility" USING btree ("service_account_id","since");--> statement-breakpoint
CREATE INDEX "service_account_responsibility_person" ON "service_account_responsibility" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "approval_revocation_promotion" ON "approval_revocation" USING btree ("promotion_id");--> statement-breakpoint
CREATE INDEX "delegation_delegate" ON "delegation" USING btree ("delegate_id","ends_at");--> statement-breakpoint
CREATE INDEX "delegation_delegator" ON "delegation" USING btree ("delegator_id","ends_at");--> statement-breakpoint
CREATE INDEX "emergency_unreviewed" ON "emergency" USING btree ("review_due_at") WHERE "emergency"."reviewed_at" is null;--> statement-breakpoint
CREATE INDEX "emergency_team" ON "emergency" USING btree ("team_id","declared_at" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "promotion_comment_promotion" ON "promotion_comment" USING btree ("promotion_id","at","id");--> statement-breakpoint
CREATE INDEX "promotion_conflict_promotion" ON "promotion_conflict" USING btree ("promotion_id","person_id");--> statement-breakpoint
CREATE INDEX "promotion_statement_promotion" ON "promotion_statement" USING btree ("promotion_id","at","id");--> statement-breakpoint
ALTER TABLE "approval" ADD CONSTRAINT "approval_on_behalf_of_person_id_fk" FOREIGN KEY ("on_behalf_of") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
-- Rights. What is recorded about decisions cannot be changed; a delegation and an emergency have a life of their own.
-- Conflicts and responsibilities are written by triggers alone.
GRANT SELECT ON promotion_conflict, service_account_responsibility TO gatehouse_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON approval_revocation, promotion_comment, delegation, emergency, promotion_statement TO gatehouse_app;
--> statement-breakpoint
GRANT UPDATE (revoked_at) ON delegation TO gatehouse_app;
--> statement-breakpoint
GRANT UPDATE (reviewed_by, reviewed_at, review_verdict, review_comment) ON emergency TO gatehouse_app;
--> statement-breakpoint
DO $$
DECLARE decided text;
BEGIN
  FOREACH decided IN ARRAY ARRAY['approval_revocation', 'promotion_comment', 'delegation', 'emergency'] LOOP
    EXECUTE format('CREATE CONSTRAINT TRIGGER audit_required AFTER INSERT OR UPDATE OR DELETE ON %I DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event()', decided);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_required AFTER INSERT ON promotion_statement DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_of_transaction();
--> statement-breakpoint

-- Who answered for an account, and when. The past of existing accounts is what the audit log says of it.
INSERT INTO service_account_responsibility (id, service_account_id, person_id, since, until)
  SELECT gen_random_uuid(), e.actor_id, e.responsible_person_id, min(e.at), max(e.at)
    FROM audit_event e JOIN service_account s ON s.id = e.actor_id JOIN person p ON p.id = e.responsible_person_id
   WHERE e.actor_kind = 'service' AND e.responsible_person_id <> s.responsible_person_id GROUP BY e.actor_id, e.responsible_person_id;
--> statement-breakpoint
INSERT INTO service_account_responsibility (id, service_account_id, person_id, since) SELECT gen_random_uuid(), id, responsible_person_id, created_at FROM service_account;
--> statement-breakpoint
CREATE FUNCTION remember_responsibility() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    UPDATE public.service_account_responsibility SET until = clock_timestamp() WHERE service_account_id = NEW.id AND until IS NULL;
  END IF;
  INSERT INTO public.service_account_responsibility (id, service_account_id, person_id, since) VALUES (gen_random_uuid(), NEW.id, NEW.responsible_person_id, now());
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER responsibility_of_new AFTER INSERT ON service_account FOR EACH ROW EXECUTE FUNCTION remember_responsibility();
--> statement-breakpoint
CREATE TRIGGER responsibility_handed_over AFTER UPDATE ON service_account FOR EACH ROW
  WHEN (OLD.responsible_person_id IS DISTINCT FROM NEW.responsible_person_id) EXECUTE FUNCTION remember_responsibility();
--> statement-breakpoint

-- Standing conflicts: pairs that no person may hold at once, for overlapping teams. Those who define and run a team's
-- pipelines neither approve its models nor hold its production credentials.
CREATE FUNCTION no_standing_conflict() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF TG_TABLE_NAME = 'role_grant' THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.person_id::text, 4704));
    PERFORM 1 FROM public.role_grant g
      WHERE g.person_id = NEW.person_id AND g.revoked_at IS NULL AND (g.team_id IS NULL OR NEW.team_id IS NULL OR g.team_id = NEW.team_id)
        AND ((NEW.role = 'engineer' AND g.role IN ('reviewer', 'security')) OR (g.role = 'engineer' AND NEW.role IN ('reviewer', 'security')));
    IF FOUND THEN
      RAISE EXCEPTION 'nobody is an engineer and an approver of one team' USING ERRCODE = 'GH002', CONSTRAINT = 'standing_conflict_engineer_approver';
    END IF;
    IF NEW.role = 'engineer' THEN
      PERFORM 1 FROM public.service_account s
        WHERE s.responsible_person_id = NEW.person_id AND s.role = 'deployer' AND s.state = 'active' AND (NEW.team_id IS NULL OR s.team_id = NEW.team_id);
      IF FOUND THEN
        RAISE EXCEPTION 'nobody changes pipelines and holds the production credentials of one team' USING ERRCODE = 'GH002', CONSTRAINT = 'standing_conflict_engineer_deployer';
      END IF;
    END IF;
    RETURN NEW;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.responsible_person_id::text, 4704));
  IF NEW.state = 'active' AND NEW.role = 'deployer' THEN
    PERFORM 1 FROM public.role_grant g WHERE g.person_id = NEW.responsible_person_id AND g.role = 'engineer' AND g.revoked_at IS NULL AND (g.team_id IS NULL OR g.team_id = NEW.team_id);
    IF FOUND THEN
      RAISE EXCEPTION 'nobody changes pipelines and holds the production credentials of one team' USING ERRCODE = 'GH002', CONSTRAINT = 'standing_conflict_engineer_deployer';
    END IF;
  END IF;
  IF NEW.state = 'active' THEN
    PERFORM 1 FROM public.service_account s WHERE s.id <> NEW.id AND s.responsible_person_id = NEW.responsible_person_id AND s.team_id = NEW.team_id AND s.state = 'active' AND s.role <> NEW.role;
    IF FOUND THEN
      RAISE EXCEPTION 'nobody answers for the pipeline and for the deployer of one team' USING ERRCODE = 'GH002', CONSTRAINT = 'standing_conflict_accounts';
    END IF;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER no_standing_conflict BEFORE INSERT ON role_grant FOR EACH ROW WHEN (NEW.revoked_at IS NULL) EXECUTE FUNCTION no_standing_conflict();
--> statement-breakpoint
CREATE TRIGGER no_standing_conflict BEFORE INSERT OR UPDATE OF responsible_person_id, state ON service_account FOR EACH ROW EXECUTE FUNCTION no_standing_conflict();
--> statement-breakpoint

-- Everybody who had a hand in a model version: who answers, or answered then, for the accounts that ran what lies upstream
-- or published it; whom a run names as the person who triggered it; and who was an engineer of the team that ran it.
-- One row for each person, rule and way, with the earliest fact. Walks to the end of the lineage, or says that it could not:
-- one row without a person and the rule 'lineage_cut_off'.
CREATE FUNCTION model_version_conflicts(of_version uuid) RETURNS TABLE (person_id uuid, rule text, via text, account_id uuid, team_id uuid, run_id uuid, subject text, at timestamptz)
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
       WHERE e.run_id = ANY (frontier) AND e.direction = 'input' AND e.asset_version_id <> ALL (versions) LIMIT most_versions + 1) AS consumed;
    versions := versions || fresh;
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
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION model_version_conflicts(uuid) TO gatehouse_app;
--> statement-breakpoint

-- A request freezes them, in its own transaction, whoever inserts it.
CREATE FUNCTION promotion_freezes_conflicts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  INSERT INTO public.promotion_conflict (id, promotion_id, person_id, rule, via, account_id, team_id, run_id, subject, at)
    SELECT gen_random_uuid(), NEW.id, c.person_id, c.rule, c.via, c.account_id, c.team_id, c.run_id, c.subject, c.at FROM public.model_version_conflicts(NEW.model_version_id) AS c;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER promotion_freezes_conflicts AFTER INSERT ON promotion FOR EACH ROW EXECUTE FUNCTION promotion_freezes_conflicts();
--> statement-breakpoint
-- Requests that are alive now get theirs.
INSERT INTO promotion_conflict (id, promotion_id, person_id, rule, via, account_id, team_id, run_id, subject, at)
  SELECT gen_random_uuid(), p.id, c.person_id, c.rule, c.via, c.account_id, c.team_id, c.run_id, c.subject, c.at
    FROM promotion p CROSS JOIN LATERAL model_version_conflicts(p.model_version_id) AS c WHERE p.state IN ('open', 'approved', 'deployed');
--> statement-breakpoint

-- The people that an approval counts for: who gives it, and who lent the role.
CREATE FUNCTION people_of(a approval) RETURNS uuid[] LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $$ SELECT array_remove(ARRAY[a.person_id, a.on_behalf_of], NULL) $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION approval_is_allowed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  request public.promotion%ROWTYPE;
  people uuid[] := public.people_of(NEW);
BEGIN
  SELECT * INTO request FROM public.promotion WHERE id = NEW.promotion_id FOR UPDATE;
  IF request.requested_by = ANY (people) THEN
    RAISE EXCEPTION 'the requester may not decide' USING ERRCODE = 'GH002', CONSTRAINT = 'approval_not_by_requester';
  END IF;
  IF request.state <> 'open' OR request.expires_at <= now() THEN
    RAISE EXCEPTION 'the request is no longer open' USING ERRCODE = 'GH002', CONSTRAINT = 'approval_while_open';
  END IF;
  IF NEW.artifact_digest <> request.artifact_digest OR NEW.snapshot_digest <> request.snapshot_digest OR NEW.policy_digest <> request.policy_digest THEN
    RAISE EXCEPTION 'the approval names other digests than the request' USING ERRCODE = 'GH002', CONSTRAINT = 'approval_binds_digests';
  END IF;
  IF NEW.person_id::text IS DISTINCT FROM current_setting('gatehouse.actor_id', true) THEN
    RAISE EXCEPTION 'an approval is given by the person who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'approval_by_actor';
  END IF;
  PERFORM 1 FROM public.role_grant
    WHERE person_id = coalesce(NEW.on_behalf_of, NEW.person_id) AND role = NEW.role AND revoked_at IS NULL AND (team_id IS NULL OR team_id = request.team_id);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the person does not hold the role' USING ERRCODE = 'GH002', CONSTRAINT = 'approval_by_role';
  END IF;
  IF NEW.on_behalf_of IS NOT NULL THEN
    PERFORM 1 FROM public.delegation d JOIN public.person p ON p.id = d.delegator_id
      WHERE d.delegator_id = NEW.on_behalf_of AND d.delegate_id = NEW.person_id AND d.role = NEW.role AND d.revoked_at IS NULL
        AND d.starts_at <= now() AND d.ends_at > now() AND (d.team_id IS NULL OR d.team_id = request.team_id) AND p.state = 'active';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the role was not delegated to the person' USING ERRCODE = 'GH002', CONSTRAINT = 'approval_by_delegation';
    END IF;
  END IF;
  PERFORM 1 FROM public.approval a WHERE a.promotion_id = NEW.promotion_id AND public.people_of(a) && people;
  IF FOUND THEN
    RAISE EXCEPTION 'nobody decides twice, neither oneself nor through another (approval_once)' USING ERRCODE = 'GH002', CONSTRAINT = 'approval_once_by_delegation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION approval_is_independent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  request public.promotion%ROWTYPE;
  people uuid[] := public.people_of(NEW);
  found_rule text;
BEGIN
  SELECT * INTO request FROM public.promotion WHERE id = NEW.promotion_id;
  IF NEW.verdict = 'approve' AND request.verdict <> 'passed' THEN
    RAISE EXCEPTION 'a blocked request cannot be approved' USING ERRCODE = 'GH002', CONSTRAINT = 'approval_of_passed';
  END IF;
  PERFORM 1 FROM public.person WHERE id = NEW.person_id AND state = 'active';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the person is disabled' USING ERRCODE = 'GH002', CONSTRAINT = 'approval_by_active_person';
  END IF;
  -- What was frozen with the request, and what became known since.
  SELECT c.rule INTO found_rule FROM (
      SELECT person_id, rule FROM public.promotion_conflict WHERE promotion_id = NEW.promotion_id
      UNION ALL SELECT person_id, rule FROM public.model_version_conflicts(request.model_version_id)) AS c
    WHERE c.person_id = ANY (people) OR (c.person_id IS NULL AND NEW.verdict = 'approve') ORDER BY c.person_id NULLS LAST LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'separation of duties: the person answers for an account or a team that had a hand in the artifact (%)', found_rule USING ERRCODE = 'GH002', CONSTRAINT = 'approval_is_independent';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint

-- A revocation is by who gave the approval, until the deployment.
CREATE FUNCTION revocation_is_allowed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE given public.approval%ROWTYPE;
DECLARE request_state text;
BEGIN
  SELECT state INTO request_state FROM public.promotion WHERE id = NEW.promotion_id FOR UPDATE;
  SELECT * INTO given FROM public.approval WHERE id = NEW.approval_id;
  IF given.promotion_id <> NEW.promotion_id OR NOT NEW.person_id = ANY (public.people_of(given)) OR NEW.person_id::text IS DISTINCT FROM current_setting('gatehouse.actor_id', true) OR given.verdict <> 'approve' THEN
    RAISE EXCEPTION 'an approval is revoked by who gave it' USING ERRCODE = 'GH002', CONSTRAINT = 'revocation_by_giver';
  END IF;
  IF request_state NOT IN ('open', 'approved') THEN
    RAISE EXCEPTION 'an approval is revoked before the deployment' USING ERRCODE = 'GH002', CONSTRAINT = 'revocation_in_time';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER revocation_is_allowed BEFORE INSERT ON approval_revocation FOR EACH ROW EXECUTE FUNCTION revocation_is_allowed();
--> statement-breakpoint

-- A delegation is made by who holds the role, and ends once.
CREATE FUNCTION delegation_is_allowed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at THEN
      RAISE EXCEPTION 'a delegation that ended does not begin again' USING ERRCODE = 'GH002', CONSTRAINT = 'delegation_ends_once';
    END IF;
    RETURN NEW;
  END IF;
  IF NEW.delegator_id::text IS DISTINCT FROM current_setting('gatehouse.actor_id', true) OR NEW.revoked_at IS NOT NULL THEN
    RAISE EXCEPTION 'a role is delegated by who holds it' USING ERRCODE = 'GH002', CONSTRAINT = 'delegation_by_holder';
  END IF;
  PERFORM 1 FROM public.role_grant WHERE person_id = NEW.delegator_id AND role = NEW.role AND revoked_at IS NULL AND (team_id IS NULL OR team_id = NEW.team_id OR NEW.team_id IS NULL);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'a role is delegated by who holds it' USING ERRCODE = 'GH002', CONSTRAINT = 'delegation_by_holder';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER delegation_is_allowed BEFORE INSERT OR UPDATE ON delegation FOR EACH ROW EXECUTE FUNCTION delegation_is_allowed();
--> statement-breakpoint

-- An emergency is declared by a security person of the organisation who had no hand in it, on the digests of an open
-- request of somebody else; it is reviewed once, by somebody else again.
CREATE FUNCTION emergency_is_allowed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE request public.promotion%ROWTYPE;
BEGIN
  SELECT * INTO request FROM public.promotion WHERE id = NEW.promotion_id FOR UPDATE;
  IF TG_OP = 'INSERT' THEN
    IF NEW.declared_by::text IS DISTINCT FROM current_setting('gatehouse.actor_id', true) OR NEW.reviewed_by IS NOT NULL THEN
      RAISE EXCEPTION 'an emergency is declared by the person who acts' USING ERRCODE = 'GH002', CONSTRAINT = 'emergency_by_actor';
    END IF;
    PERFORM 1 FROM public.role_grant g JOIN public.person p ON p.id = g.person_id WHERE g.person_id = NEW.declared_by AND g.role = 'security' AND g.team_id IS NULL AND g.revoked_at IS NULL AND p.state = 'active';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'an emergency is declared by security' USING ERRCODE = 'GH002', CONSTRAINT = 'emergency_by_security';
    END IF;
    IF request.state <> 'open' OR request.expires_at <= now() OR request.team_id <> NEW.team_id OR NEW.artifact_digest <> request.artifact_digest OR NEW.snapshot_digest <> request.snapshot_digest OR NEW.policy_digest <> request.policy_digest THEN
      RAISE EXCEPTION 'an emergency is about an open request and its digests' USING ERRCODE = 'GH002', CONSTRAINT = 'emergency_binds_request';
    END IF;
    IF NEW.expires_at > now() + interval '24 hours' OR NEW.review_due_at > now() + interval '72 hours' THEN
      RAISE EXCEPTION 'an emergency lasts a day and is reviewed within three' USING ERRCODE = 'GH002', CONSTRAINT = 'emergency_is_short';
    END IF;
    PERFORM 1 FROM public.approval WHERE promotion_id = NEW.promotion_id AND verdict = 'reject';
    IF FOUND OR request.requested_by = NEW.declared_by THEN
      RAISE EXCEPTION 'an emergency is declared by another than the requester, and not over a rejection' USING ERRCODE = 'GH002', CONSTRAINT = 'emergency_is_independent';
    END IF;
    PERFORM 1 FROM (SELECT person_id FROM public.promotion_conflict WHERE promotion_id = NEW.promotion_id UNION ALL SELECT person_id FROM public.model_version_conflicts(request.model_version_id)) AS c WHERE c.person_id = NEW.declared_by;
    IF FOUND THEN
      RAISE EXCEPTION 'an emergency is declared by somebody who had no hand in the artifact' USING ERRCODE = 'GH002', CONSTRAINT = 'emergency_is_independent';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.reviewed_at IS NOT NULL THEN
    RAISE EXCEPTION 'an emergency is reviewed once' USING ERRCODE = 'GH002', CONSTRAINT = 'emergency_reviewed_once';
  END IF;
  IF NEW.reviewed_by::text IS DISTINCT FROM current_setting('gatehouse.actor_id', true) OR NEW.reviewed_by = request.requested_by THEN
    RAISE EXCEPTION 'an emergency is reviewed by the person who acts, not the requester' USING ERRCODE = 'GH002', CONSTRAINT = 'emergency_review_by_another';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER emergency_is_allowed BEFORE INSERT OR UPDATE ON emergency FOR EACH ROW EXECUTE FUNCTION emergency_is_allowed();
--> statement-breakpoint

-- Whether a request has what its policy asks for: approvals that were not revoked, or a living emergency. Null: yes; else what is missing.
CREATE FUNCTION promotion_lacks(request promotion) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
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
    SELECT role, 1 FROM unnest(ARRAY['reviewer', 'security']) AS role WHERE request.environment = 'production'
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
CREATE OR REPLACE FUNCTION promotion_moves_forward() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  IF OLD.state <> NEW.state AND NOT (
    (OLD.state = 'open' AND NEW.state IN ('approved', 'rejected', 'withdrawn', 'stale')) OR
    (OLD.state = 'approved' AND NEW.state IN ('stale', 'withdrawn', 'deployed'))) THEN
    RAISE EXCEPTION 'a promotion cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'GH002', CONSTRAINT = 'promotion_moves_forward';
  END IF;
  IF NEW.state = 'approved' AND OLD.state = 'open' THEN
    PERFORM 1 FROM public.emergency WHERE promotion_id = NEW.id;
    IF NOT FOUND AND NEW.verdict <> 'passed' THEN
      RAISE EXCEPTION 'a blocked promotion cannot be approved' USING ERRCODE = 'GH002', CONSTRAINT = 'promotion_gates_passed';
    END IF;
    IF NOT FOUND THEN
      PERFORM 1 FROM public.approval WHERE promotion_id = NEW.id AND verdict = 'approve';
      IF NOT FOUND THEN
        RAISE EXCEPTION 'a promotion is approved by approvals' USING ERRCODE = 'GH002', CONSTRAINT = 'promotion_has_approvals';
      END IF;
    END IF;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION promotion_has_what_policy_asks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE lacking text;
BEGIN
  IF NEW.state = 'approved' AND OLD.state <> 'approved' THEN
    IF NEW.expires_at <= now() THEN
      RAISE EXCEPTION 'the request has expired' USING ERRCODE = 'GH002', CONSTRAINT = 'promotion_in_time';
    END IF;
    PERFORM 1 FROM public.policy_version WHERE id = NEW.policy_version_id AND digest = NEW.policy_digest AND state = 'active';
    IF NOT FOUND THEN
      RAISE EXCEPTION 'the policy of the request is no longer active' USING ERRCODE = 'GH002', CONSTRAINT = 'promotion_policy_active';
    END IF;
    PERFORM 1 FROM public.approval WHERE promotion_id = NEW.id AND verdict = 'reject';
    IF FOUND THEN
      RAISE EXCEPTION 'a rejected request cannot be approved' USING ERRCODE = 'GH002', CONSTRAINT = 'promotion_not_rejected';
    END IF;
    lacking := public.promotion_lacks(NEW);
    IF lacking IS NOT NULL THEN
      RAISE EXCEPTION 'the request does not have what its policy asks for: %', lacking USING ERRCODE = 'GH002', CONSTRAINT = 'promotion_approvals_complete';
    END IF;
  END IF;
  IF NEW.state = 'deployed' AND OLD.state <> 'deployed' THEN
    PERFORM 1 FROM public.deployment WHERE promotion_id = NEW.id;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a promotion is deployed by a deployment' USING ERRCODE = 'GH002', CONSTRAINT = 'promotion_deployed_by_deployment';
    END IF;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint

-- A deployment under a promotion: its approvals are complete now, and who holds the production credentials had no hand in
-- the pipeline that made what is deployed.
CREATE FUNCTION deployment_is_separate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
  granted public.promotion%ROWTYPE;
  lacking text;
BEGIN
  IF NEW.promotion_id IS NULL THEN RETURN NEW; END IF;
  SELECT * INTO granted FROM public.promotion WHERE id = NEW.promotion_id FOR UPDATE;
  lacking := public.promotion_lacks(granted);
  IF lacking IS NOT NULL THEN
    RAISE EXCEPTION 'the promotion does not have what its policy asks for: %', lacking USING ERRCODE = 'GH002', CONSTRAINT = 'deployment_approvals_complete';
  END IF;
  PERFORM 1 FROM public.service_account_responsibility s
    WHERE s.service_account_id = NEW.deployed_by AND s.until IS NULL AND s.person_id IN (
      SELECT person_id FROM public.promotion_conflict WHERE promotion_id = NEW.promotion_id UNION ALL SELECT person_id FROM public.model_version_conflicts(NEW.model_version_id));
  IF FOUND THEN
    RAISE EXCEPTION 'separation of duties: who answers for the deploying account had a hand in the pipeline that made the artifact' USING ERRCODE = 'GH002', CONSTRAINT = 'deployment_is_separate';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER deployment_is_separate BEFORE INSERT ON deployment FOR EACH ROW EXECUTE FUNCTION deployment_is_separate();
