CREATE TABLE "catalog"."search_copies" (
	"name" text PRIMARY KEY NOT NULL,
	"fill" uuid NOT NULL,
	"seq" bigint NOT NULL
);
