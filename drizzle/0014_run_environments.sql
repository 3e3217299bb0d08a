-- Environments of runs as service accounts report them, and how far evidence was compared with the audit log.
CREATE TABLE "record_sweep" (
	"id" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"audit_number" bigint DEFAULT 0 NOT NULL,
	"at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "record_sweep_is_one" CHECK ("record_sweep"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "run_environment" (
	"id" uuid PRIMARY KEY NOT NULL,
	"run_id" uuid NOT NULL,
	"team_id" uuid NOT NULL,
	"digest" text NOT NULL,
	"document" jsonb NOT NULL,
	"received_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"received_from" uuid NOT NULL
);
--> statement-breakpoint
ALTER TABLE "run_environment" ADD CONSTRAINT "run_environment_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_environment" ADD CONSTRAINT "run_environment_received_from_service_account_id_fk" FOREIGN KEY ("received_from") REFERENCES "public"."service_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "run_environment_once" ON "run_environment" USING btree ("run_id","digest");
--> statement-breakpoint
INSERT INTO "record_sweep" ("id") VALUES (1);
--> statement-breakpoint
GRANT SELECT, INSERT ON run_environment TO gatehouse_app;
--> statement-breakpoint
GRANT SELECT, UPDATE (audit_number, at) ON record_sweep TO gatehouse_app;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_required AFTER INSERT OR UPDATE OR DELETE ON run_environment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit_event();
