CREATE TABLE "lineage"."told_flows" (
	"from_id" uuid NOT NULL,
	"to_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"job_id" uuid NOT NULL,
	"told_by" uuid NOT NULL,
	"run_id" uuid,
	"from_asset_id" uuid NOT NULL,
	"to_asset_id" uuid NOT NULL,
	"transformation" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"told_at" timestamp (3) with time zone NOT NULL,
	"until" timestamp (3) with time zone,
	"ended_by" uuid
);
--> statement-breakpoint
CREATE TABLE "lineage"."told_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"job_id" uuid NOT NULL,
	"run_id" uuid,
	"classes" integer[],
	"told" jsonb NOT NULL,
	"names" uuid[] NOT NULL
);
--> statement-breakpoint
CREATE INDEX "told_flows_by_ends" ON "lineage"."told_flows" USING btree ("from_id","to_id","kind");--> statement-breakpoint
CREATE INDEX "told_flows_by_job" ON "lineage"."told_flows" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "told_runs_by_job" ON "lineage"."told_runs" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "told_runs_by_name" ON "lineage"."told_runs" USING gin ("names");