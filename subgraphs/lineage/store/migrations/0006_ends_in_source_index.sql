-- With the end in it, what flowed from an asset at a moment is answered from the index alone. The columns of the table's definition cannot say that.
DROP INDEX "lineage"."edges_by_source";--> statement-breakpoint
CREATE UNIQUE INDEX "edges_by_source" ON "lineage"."edges" USING btree ("from_id","to_id","kind","origin","valid_from") INCLUDE ("valid_to");
