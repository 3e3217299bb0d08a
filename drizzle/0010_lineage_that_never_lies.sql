CREATE TABLE "backfill" (
	"name" text PRIMARY KEY NOT NULL,
	"after" uuid NOT NULL,
	"until" uuid NOT NULL,
	"looked" bigint DEFAULT 0 NOT NULL,
	"added" bigint DEFAULT 0 NOT NULL,
	"without_bytes" bigint DEFAULT 0 NOT NULL,
	"started_at" timestamp(3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp(3) with time zone
);
--> statement-breakpoint
DROP INDEX "asset_team";--> statement-breakpoint
CREATE INDEX "asset_team_name" ON "asset" USING btree ("team_id",left(lower("name"), 100) text_pattern_ops,"id");
--> statement-breakpoint
GRANT SELECT, INSERT ON backfill TO gatehouse_app;
--> statement-breakpoint
GRANT UPDATE (after, until, looked, added, without_bytes, started_at, finished_at) ON backfill TO gatehouse_app;
