CREATE TABLE "catalog"."column_labels" (
	"column_id" uuid NOT NULL,
	"asset_id" uuid NOT NULL,
	"label" text collate "C" NOT NULL,
	"state" text NOT NULL,
	CONSTRAINT "column_labels_column_id_label_pk" PRIMARY KEY("column_id","label")
);
--> statement-breakpoint
CREATE TABLE "catalog"."labelled_assets" (
	"asset_id" uuid PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "column_labels_by_asset" ON "catalog"."column_labels" USING btree ("asset_id");--> statement-breakpoint
CREATE INDEX "column_labels_by_label" ON "catalog"."column_labels" USING btree ("label","state","asset_id");