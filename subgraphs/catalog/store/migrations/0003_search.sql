CREATE TABLE "catalog"."search_documents" (
	"asset_id" uuid PRIMARY KEY NOT NULL,
	"access_class" integer NOT NULL,
	"kind" text NOT NULL,
	"name" text collate "C" NOT NULL,
	"title_length" integer NOT NULL,
	"tags" text[] NOT NULL,
	"owner_ids" uuid[] NOT NULL,
	"described" boolean NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"words" "tsvector" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "catalog"."search_words" (
	"word" text collate "C" PRIMARY KEY NOT NULL,
	"classes" integer[] NOT NULL
);
--> statement-breakpoint
CREATE INDEX "search_documents_words" ON "catalog"."search_documents" USING gin ("words") WITH (fastupdate=true,gin_pending_list_limit=64) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "search_documents_deleted_words" ON "catalog"."search_documents" USING gin ("words") WITH (fastupdate=true,gin_pending_list_limit=64) WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "search_documents_class" ON "catalog"."search_documents" USING btree ("access_class");--> statement-breakpoint
CREATE INDEX "search_documents_kind" ON "catalog"."search_documents" USING btree ("kind");--> statement-breakpoint
CREATE INDEX "search_documents_name" ON "catalog"."search_documents" USING btree ("name");--> statement-breakpoint
CREATE INDEX "search_documents_update" ON "catalog"."search_documents" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "search_documents_tags" ON "catalog"."search_documents" USING gin ("tags") WHERE tags <> '{}';--> statement-breakpoint
CREATE INDEX "search_documents_owners" ON "catalog"."search_documents" USING gin ("owner_ids") WHERE owner_ids <> '{}';--> statement-breakpoint
CREATE INDEX "search_words_reversed" ON "catalog"."search_words" USING btree (reverse(word));