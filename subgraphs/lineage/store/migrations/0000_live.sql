CREATE SCHEMA "lineage";
--> statement-breakpoint
CREATE TABLE "lineage"."dependencies" (
	"asset_id" uuid NOT NULL,
	"namespace" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"columns" text[] NOT NULL,
	CONSTRAINT "dependencies_asset_id_namespace_name_pk" PRIMARY KEY("asset_id","namespace","name")
);
--> statement-breakpoint
CREATE TABLE "lineage"."edges" (
	"from_id" uuid NOT NULL,
	"to_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"origin" text NOT NULL,
	"valid_from" timestamp (3) with time zone NOT NULL,
	"valid_to" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "lineage"."assets" (
	"asset_id" uuid PRIMARY KEY NOT NULL,
	"access_class" integer NOT NULL,
	"namespace" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"is_deleted" boolean DEFAULT false NOT NULL,
	"seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "dependencies_by_name" ON "lineage"."dependencies" USING btree ("namespace","name");--> statement-breakpoint
CREATE UNIQUE INDEX "edges_open" ON "lineage"."edges" USING btree ("from_id","to_id","kind","origin") WHERE valid_to is null;--> statement-breakpoint
CREATE INDEX "edges_open_by_target" ON "lineage"."edges" USING btree ("to_id","from_id") WHERE valid_to is null;--> statement-breakpoint
CREATE INDEX "edges_by_source" ON "lineage"."edges" USING btree ("from_id","to_id","valid_from");--> statement-breakpoint
CREATE INDEX "edges_by_target" ON "lineage"."edges" USING btree ("to_id","from_id","valid_from");--> statement-breakpoint
CREATE INDEX "assets_by_name" ON "lineage"."assets" USING btree ("namespace","name") WHERE not is_deleted;