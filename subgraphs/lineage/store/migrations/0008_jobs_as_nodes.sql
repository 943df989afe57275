ALTER TABLE "lineage"."jobs" ADD COLUMN "revision" bigint DEFAULT 1 NOT NULL;--> statement-breakpoint
CREATE INDEX "edges_by_job" ON "lineage"."edges" USING btree ("job_id","kind","valid_from","from_id","to_id","origin") WHERE job_id is not null;--> statement-breakpoint
CREATE INDEX "jobs_by_revision" ON "lineage"."jobs" USING btree ("revision","job_id");