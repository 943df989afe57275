DROP INDEX "catalog"."columns_by_asset";--> statement-breakpoint
DROP INDEX "catalog"."columns_by_name";--> statement-breakpoint
DROP INDEX "catalog"."columns_by_class";--> statement-breakpoint
CREATE INDEX "columns_deleted" ON "catalog"."columns" USING btree ("asset_id","ordinal","id") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "columns_by_asset" ON "catalog"."columns" USING btree ("asset_id","ordinal","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "columns_by_name" ON "catalog"."columns" USING btree ("name","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "columns_by_class" ON "catalog"."columns" USING btree ("access_class","asset_id","ordinal","id") WHERE deleted_at is null;