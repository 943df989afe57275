DROP INDEX "lineage"."edges_open_by_target";--> statement-breakpoint
DROP INDEX "lineage"."edges_by_target";--> statement-breakpoint
CREATE INDEX "edges_by_target" ON "lineage"."edges" USING btree ("to_id","from_id","valid_from","valid_to");