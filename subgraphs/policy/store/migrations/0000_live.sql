CREATE SCHEMA "policy";
--> statement-breakpoint
CREATE TYPE "policy"."severity" AS ENUM('INFO', 'WARNING', 'ERROR', 'CRITICAL');--> statement-breakpoint
CREATE TYPE "policy"."violation_status" AS ENUM('OPEN', 'ACKNOWLEDGED', 'WAIVED', 'RESOLVED');--> statement-breakpoint
CREATE TABLE "policy"."classified_assets" (
	"asset_id" uuid PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "policy"."column_labels" (
	"id" uuid PRIMARY KEY NOT NULL,
	"column_id" uuid NOT NULL,
	"asset_id" uuid NOT NULL,
	"column_name" text collate "C" NOT NULL,
	"label" text collate "C" NOT NULL,
	"state" text NOT NULL,
	"confidence" real NOT NULL,
	"evidence" jsonb NOT NULL,
	"is_found" boolean NOT NULL,
	"decided_by" uuid,
	"decided_at" timestamp (3) with time zone,
	"is_living" boolean DEFAULT true NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "policy"."evaluations" (
	"policy_id" uuid PRIMARY KEY NOT NULL,
	"policy_version" integer NOT NULL,
	"after_id" uuid,
	"done" integer DEFAULT 0 NOT NULL,
	"total" integer,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "policy"."policies" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text collate "C" NOT NULL,
	"description" text,
	"rule_type" text NOT NULL,
	"params" jsonb NOT NULL,
	"scope" jsonb NOT NULL,
	"severity" "policy"."severity" NOT NULL,
	"status" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"draft" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "policy"."assets" (
	"asset_id" uuid PRIMARY KEY NOT NULL,
	"source_id" uuid NOT NULL,
	"access_class" integer NOT NULL,
	"kind" text NOT NULL,
	"namespace" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"owner_ids" uuid[] DEFAULT '{}' NOT NULL,
	"is_deleted" boolean DEFAULT false NOT NULL,
	"depends_on" text[] DEFAULT '{}' NOT NULL,
	"seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "policy"."violations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"policy_id" uuid NOT NULL,
	"policy_version" integer NOT NULL,
	"asset_id" uuid NOT NULL,
	"column_id" uuid,
	"column_name" text,
	"source_id" uuid NOT NULL,
	"access_class" integer NOT NULL,
	"severity" "policy"."severity" NOT NULL,
	"status" "policy"."violation_status" NOT NULL,
	"message" text NOT NULL,
	"evidence" jsonb NOT NULL,
	"raised_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"resolved_at" timestamp (3) with time zone,
	"waived_until" timestamp (3) with time zone,
	"waived_because" text
);
--> statement-breakpoint
CREATE UNIQUE INDEX "column_labels_one_each" ON "policy"."column_labels" USING btree ("column_id","label");--> statement-breakpoint
CREATE INDEX "column_labels_by_asset" ON "policy"."column_labels" USING btree ("asset_id","label");--> statement-breakpoint
CREATE INDEX "policies_by_name" ON "policy"."policies" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "policies_in_force" ON "policy"."policies" USING btree ("id") WHERE status = 'PUBLISHED';--> statement-breakpoint
CREATE INDEX "assets_by_name" ON "policy"."assets" USING btree ("namespace","name");--> statement-breakpoint
CREATE INDEX "assets_by_class" ON "policy"."assets" USING btree ("access_class","asset_id");--> statement-breakpoint
CREATE INDEX "assets_by_owner" ON "policy"."assets" USING gin ("owner_ids");--> statement-breakpoint
CREATE INDEX "assets_by_dependency" ON "policy"."assets" USING gin ("depends_on");--> statement-breakpoint
CREATE UNIQUE INDEX "violations_one_each" ON "policy"."violations" USING btree ("policy_id","asset_id",coalesce(column_id, '00000000-0000-0000-0000-000000000000'::uuid)) WHERE status <> 'RESOLVED';--> statement-breakpoint
CREATE INDEX "violations_by_time" ON "policy"."violations" USING btree ("raised_at","id");--> statement-breakpoint
CREATE INDEX "violations_by_severity" ON "policy"."violations" USING btree ("severity","raised_at","id");--> statement-breakpoint
CREATE INDEX "violations_by_class" ON "policy"."violations" USING btree ("access_class","raised_at","id");--> statement-breakpoint
CREATE INDEX "violations_by_class_severity" ON "policy"."violations" USING btree ("access_class","severity","raised_at","id");--> statement-breakpoint
CREATE INDEX "violations_by_asset" ON "policy"."violations" USING btree ("asset_id","raised_at","id");--> statement-breakpoint
CREATE INDEX "violations_by_policy" ON "policy"."violations" USING btree ("policy_id","raised_at","id");--> statement-breakpoint
CREATE INDEX "violations_waived" ON "policy"."violations" USING btree ("waived_until") WHERE status = 'WAIVED';