CREATE SCHEMA "access";
--> statement-breakpoint
CREATE TABLE "access"."classes" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "access"."classes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"source_id" uuid NOT NULL,
	"domain_id" uuid,
	CONSTRAINT "classes_tuple" UNIQUE NULLS NOT DISTINCT("source_id","domain_id")
);
