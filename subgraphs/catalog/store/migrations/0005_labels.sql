ALTER TABLE "catalog"."search_documents" ADD COLUMN "labels" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE INDEX "column_labels_by_state" ON "catalog"."column_labels" USING btree ("state","label","column_id");--> statement-breakpoint
CREATE INDEX "search_documents_labels" ON "catalog"."search_documents" USING gin ("labels") WHERE labels <> '{}';