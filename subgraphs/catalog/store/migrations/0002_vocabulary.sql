CREATE TABLE "catalog"."asset_terms" (
	"asset_id" uuid NOT NULL,
	"term_id" uuid NOT NULL,
	CONSTRAINT "asset_terms_asset_id_term_id_pk" PRIMARY KEY("asset_id","term_id")
);
--> statement-breakpoint
CREATE TABLE "catalog"."domains" (
	"id" uuid PRIMARY KEY NOT NULL,
	"parent_id" uuid,
	"name" text collate "C" NOT NULL,
	"description" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "catalog"."glossary_terms" (
	"id" uuid PRIMARY KEY NOT NULL,
	"parent_id" uuid,
	"name" text collate "C" NOT NULL,
	"definition" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "catalog"."asset_edits" ADD COLUMN "domain_id" uuid;--> statement-breakpoint
CREATE INDEX "asset_terms_term" ON "catalog"."asset_terms" USING btree ("term_id","asset_id");--> statement-breakpoint
CREATE UNIQUE INDEX "domains_name" ON "catalog"."domains" USING btree (coalesce(parent_id, '00000000-0000-0000-0000-000000000000'),"name");--> statement-breakpoint
CREATE INDEX "domains_by_name" ON "catalog"."domains" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "domains_parent" ON "catalog"."domains" USING btree ("parent_id");--> statement-breakpoint
CREATE UNIQUE INDEX "glossary_terms_name" ON "catalog"."glossary_terms" USING btree (coalesce(parent_id, '00000000-0000-0000-0000-000000000000'),"name");--> statement-breakpoint
CREATE INDEX "glossary_terms_by_name" ON "catalog"."glossary_terms" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "glossary_terms_parent" ON "catalog"."glossary_terms" USING btree ("parent_id");--> statement-breakpoint
CREATE INDEX "asset_edits_domain" ON "catalog"."asset_edits" USING btree ("domain_id","asset_id") WHERE domain_id is not null;