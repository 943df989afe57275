CREATE SCHEMA "catalog";
--> statement-breakpoint
CREATE TABLE "catalog"."asset_counts" (
	"access_class" integer NOT NULL,
	"kind" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "asset_counts_access_class_kind_pk" PRIMARY KEY("access_class","kind")
);
--> statement-breakpoint
CREATE TABLE "catalog"."asset_edits" (
	"asset_id" uuid PRIMARY KEY NOT NULL,
	"description" text
);
--> statement-breakpoint
CREATE TABLE "catalog"."asset_owners" (
	"asset_id" uuid NOT NULL,
	"user_id" uuid,
	"team_id" uuid,
	"role" text NOT NULL,
	CONSTRAINT "asset_owners_one" CHECK (num_nonnulls(user_id, team_id) = 1)
);
--> statement-breakpoint
CREATE TABLE "catalog"."asset_tags" (
	"asset_id" uuid NOT NULL,
	"tag" text collate "C" NOT NULL,
	CONSTRAINT "asset_tags_asset_id_tag_pk" PRIMARY KEY("asset_id","tag")
);
--> statement-breakpoint
CREATE TABLE "catalog"."asset_versions" (
	"asset_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"by_user" uuid,
	"by_scan_run" uuid,
	"changes" jsonb NOT NULL,
	"snapshot" jsonb,
	CONSTRAINT "asset_versions_asset_id_version_pk" PRIMARY KEY("asset_id","version")
);
--> statement-breakpoint
CREATE TABLE "catalog"."assets" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source_id" uuid NOT NULL,
	"access_class" integer NOT NULL,
	"kind" text NOT NULL,
	"namespace" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"path" text[] NOT NULL,
	"container" text NOT NULL,
	"parent_id" uuid,
	"native_id" text,
	"hash" "bytea" NOT NULL,
	"source_description" text,
	"source_owner" text,
	"table_facet" jsonb,
	"depends_on" jsonb,
	"row_estimate" bigint,
	"size_bytes" bigint,
	"version" integer DEFAULT 1 NOT NULL,
	"run_id" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "catalog"."column_edits" (
	"column_id" uuid PRIMARY KEY NOT NULL,
	"description" text
);
--> statement-breakpoint
CREATE TABLE "catalog"."columns" (
	"id" uuid PRIMARY KEY NOT NULL,
	"asset_id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	"access_class" integer NOT NULL,
	"name" text collate "C" NOT NULL,
	"ordinal" integer NOT NULL,
	"data_type" text NOT NULL,
	"native_type" text NOT NULL,
	"nullable" boolean NOT NULL,
	"default_value" text,
	"generated" boolean NOT NULL,
	"source_description" text,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "catalog"."data_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"wrapped" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "catalog"."pending_deletions" (
	"run_id" uuid NOT NULL,
	"asset_id" uuid NOT NULL,
	CONSTRAINT "pending_deletions_run_id_asset_id_pk" PRIMARY KEY("run_id","asset_id")
);
--> statement-breakpoint
CREATE TABLE "catalog"."scan_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source_id" uuid NOT NULL,
	"scan_id" uuid,
	"status" text NOT NULL,
	"started_by" uuid,
	"queued_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"phase" text DEFAULT 'queued' NOT NULL,
	"done" integer DEFAULT 0 NOT NULL,
	"total" integer,
	"message" text,
	"added" integer DEFAULT 0 NOT NULL,
	"changed" integer DEFAULT 0 NOT NULL,
	"unchanged" integer DEFAULT 0 NOT NULL,
	"removed" integer DEFAULT 0 NOT NULL,
	"error" text,
	"cancel_requested" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "catalog"."scan_warnings" (
	"id" uuid PRIMARY KEY NOT NULL,
	"run_id" uuid NOT NULL,
	"code" text NOT NULL,
	"subject" text,
	"message" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "catalog"."scans" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source_id" uuid NOT NULL,
	"name" text collate "C" NOT NULL,
	"schedule" text,
	"next_run_at" timestamp (3) with time zone,
	"include" text[] DEFAULT '{}' NOT NULL,
	"exclude" text[] DEFAULT '{}' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "catalog"."source_containers" (
	"namespace" text NOT NULL,
	"container" text NOT NULL,
	"source_id" uuid NOT NULL,
	CONSTRAINT "source_containers_namespace_container_pk" PRIMARY KEY("namespace","container")
);
--> statement-breakpoint
CREATE TABLE "catalog"."source_owners" (
	"source_id" uuid NOT NULL,
	"user_id" uuid,
	"team_id" uuid,
	"role" text NOT NULL,
	CONSTRAINT "source_owners_one" CHECK (num_nonnulls(user_id, team_id) = 1)
);
--> statement-breakpoint
CREATE TABLE "catalog"."sources" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text collate "C" NOT NULL,
	"connector" text NOT NULL,
	"config" "bytea" NOT NULL,
	"config_key_id" uuid NOT NULL,
	"namespace" text NOT NULL,
	"description" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"removed_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "catalog"."pending_deletions" ADD CONSTRAINT "pending_deletions_run_id_scan_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "catalog"."scan_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."scan_runs" ADD CONSTRAINT "scan_runs_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "catalog"."sources"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."scan_runs" ADD CONSTRAINT "scan_runs_scan_id_scans_id_fk" FOREIGN KEY ("scan_id") REFERENCES "catalog"."scans"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."scan_warnings" ADD CONSTRAINT "scan_warnings_run_id_scan_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "catalog"."scan_runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."scans" ADD CONSTRAINT "scans_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "catalog"."sources"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."source_containers" ADD CONSTRAINT "source_containers_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "catalog"."sources"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."source_owners" ADD CONSTRAINT "source_owners_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "catalog"."sources"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "catalog"."sources" ADD CONSTRAINT "sources_config_key_id_data_keys_id_fk" FOREIGN KEY ("config_key_id") REFERENCES "catalog"."data_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "asset_owners_one_each" ON "catalog"."asset_owners" USING btree ("asset_id","user_id","team_id","role");--> statement-breakpoint
CREATE INDEX "asset_owners_user" ON "catalog"."asset_owners" USING btree ("user_id","asset_id") WHERE user_id is not null;--> statement-breakpoint
CREATE INDEX "asset_owners_team" ON "catalog"."asset_owners" USING btree ("team_id","asset_id") WHERE team_id is not null;--> statement-breakpoint
CREATE INDEX "asset_tags_tag" ON "catalog"."asset_tags" USING btree ("tag","asset_id");--> statement-breakpoint
CREATE UNIQUE INDEX "assets_name" ON "catalog"."assets" USING btree ("namespace","name") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "assets_tombstones" ON "catalog"."assets" USING btree ("namespace","name") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "assets_by_name" ON "catalog"."assets" USING btree ("name","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "assets_by_class" ON "catalog"."assets" USING btree ("access_class","name","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "assets_by_class_update" ON "catalog"."assets" USING btree ("access_class","updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "assets_by_kind" ON "catalog"."assets" USING btree ("kind","name","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "assets_by_update" ON "catalog"."assets" USING btree ("updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "assets_deleted_by_name" ON "catalog"."assets" USING btree ("name","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "assets_deleted_by_update" ON "catalog"."assets" USING btree ("updated_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "assets_by_container" ON "catalog"."assets" USING btree ("source_id","container","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "assets_by_native_id" ON "catalog"."assets" USING btree ("source_id","native_id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "assets_by_parent" ON "catalog"."assets" USING btree ("parent_id","name","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "columns_name" ON "catalog"."columns" USING btree ("asset_id","name");--> statement-breakpoint
CREATE INDEX "columns_by_asset" ON "catalog"."columns" USING btree ("asset_id","ordinal","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "columns_by_name" ON "catalog"."columns" USING btree ("name","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "columns_by_class" ON "catalog"."columns" USING btree ("access_class","asset_id","ordinal","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "columns_deleted" ON "catalog"."columns" USING btree ("asset_id","ordinal","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "scan_runs_source" ON "catalog"."scan_runs" USING btree ("source_id","queued_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "scan_runs_one_at_a_time" ON "catalog"."scan_runs" USING btree ("source_id") WHERE status in ('QUEUED', 'RUNNING');--> statement-breakpoint
CREATE INDEX "scan_warnings_run" ON "catalog"."scan_warnings" USING btree ("run_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "scans_name" ON "catalog"."scans" USING btree ("source_id","name");--> statement-breakpoint
CREATE INDEX "scans_due" ON "catalog"."scans" USING btree ("next_run_at") WHERE next_run_at is not null;--> statement-breakpoint
CREATE INDEX "source_containers_source" ON "catalog"."source_containers" USING btree ("source_id");--> statement-breakpoint
CREATE INDEX "source_owners_source" ON "catalog"."source_owners" USING btree ("source_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sources_name" ON "catalog"."sources" USING btree ("name") WHERE removed_at is null;