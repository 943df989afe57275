CREATE TABLE "access"."domains" (
	"id" uuid PRIMARY KEY NOT NULL,
	"parent_id" uuid
);
--> statement-breakpoint
CREATE INDEX "domains_parent" ON "access"."domains" USING btree ("parent_id");