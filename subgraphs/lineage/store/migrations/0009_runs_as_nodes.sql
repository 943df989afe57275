CREATE TABLE "lineage"."runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"job_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"state" text NOT NULL,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"begun_at" timestamp (3) with time zone NOT NULL,
	"revision" bigint DEFAULT 1 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "lineage"."edges" ADD COLUMN "run_id" uuid;--> statement-breakpoint
CREATE INDEX "runs_by_job" ON "lineage"."runs" USING btree ("job_id","begun_at","id");--> statement-breakpoint
CREATE INDEX "runs_by_revision" ON "lineage"."runs" USING btree ("revision","id");