CREATE TABLE "events"."cursors" (
	"consumer" text PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL
);
