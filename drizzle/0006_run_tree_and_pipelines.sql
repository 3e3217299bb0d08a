DROP INDEX "run_parent";--> statement-breakpoint
CREATE INDEX "job_by_pipeline" ON "job" USING btree (coalesce("pipeline", "name"),"team_id");--> statement-breakpoint
CREATE INDEX "job_pipeline_page" ON "job" USING btree (left(coalesce("pipeline", "name"), 100),(md5(coalesce("pipeline", "name") || "team_id"::text)::uuid));--> statement-breakpoint
CREATE INDEX "run_parent_started" ON "run" USING btree ("parent_run_id","started_at","id");