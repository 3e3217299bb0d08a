-- Order by duration, week by week, executions apart from stages. Two in the place of three, of which a run was in two.
DROP INDEX "run_team_duration";--> statement-breakpoint
DROP INDEX "run_execution_duration";--> statement-breakpoint
DROP INDEX "run_stage_duration";--> statement-breakpoint
CREATE INDEX "run_week_duration" ON "run" USING btree (date_bin('7 days'::interval, greatest(least("started_at", '2100-01-04 00:00:00Z'::timestamptz), '2000-01-03 00:00:00Z'::timestamptz), '2000-01-03 00:00:00Z'::timestamptz),num_nonnulls("parent_run_id"),"duration_milliseconds" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE "run"."duration_milliseconds" is not null;--> statement-breakpoint
CREATE INDEX "run_team_week_duration" ON "run" USING btree ("team_id",date_bin('7 days'::interval, greatest(least("started_at", '2100-01-04 00:00:00Z'::timestamptz), '2000-01-03 00:00:00Z'::timestamptz), '2000-01-03 00:00:00Z'::timestamptz),num_nonnulls("parent_run_id"),"duration_milliseconds" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE "run"."duration_milliseconds" is not null;--> statement-breakpoint
-- What the planner knows of expressions it knows from their indexes.
ANALYZE "run";
