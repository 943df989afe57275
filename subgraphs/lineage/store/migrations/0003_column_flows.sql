ALTER TABLE "lineage"."dependencies" ADD COLUMN "flows" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "lineage"."dependencies" ADD COLUMN "read_from" text;