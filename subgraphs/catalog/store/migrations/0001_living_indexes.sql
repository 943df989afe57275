DROP INDEX "catalog"."assets_by_name";--> statement-breakpoint
DROP INDEX "catalog"."assets_by_class";--> statement-breakpoint
DROP INDEX "catalog"."assets_by_update";--> statement-breakpoint
DROP INDEX "catalog"."assets_by_parent";--> statement-breakpoint
CREATE INDEX "assets_deleted_by_name" ON "catalog"."assets" USING btree ("name","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "assets_deleted_by_update" ON "catalog"."assets" USING btree ("updated_at","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "assets_by_name" ON "catalog"."assets" USING btree ("name","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "assets_by_class" ON "catalog"."assets" USING btree ("access_class","name","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "assets_by_update" ON "catalog"."assets" USING btree ("updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "assets_by_parent" ON "catalog"."assets" USING btree ("parent_id","name","id") WHERE deleted_at is null;