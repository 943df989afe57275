CREATE TABLE "catalog"."asset_counts" (
	"access_class" integer NOT NULL,
	"kind" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "asset_counts_access_class_kind_pk" PRIMARY KEY("access_class","kind")
);
