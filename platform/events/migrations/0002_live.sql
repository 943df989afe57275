CREATE TABLE "events"."failures" (
	"id" uuid PRIMARY KEY NOT NULL,
	"consumer" text NOT NULL,
	"seq" bigint NOT NULL,
	"subject" text,
	"attempts" integer NOT NULL,
	"last_error" text NOT NULL,
	"failed_at" timestamp (3) with time zone NOT NULL,
	"retry_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE UNIQUE INDEX "failures_event" ON "events"."failures" USING btree ("consumer","seq");--> statement-breakpoint
CREATE INDEX "failures_due" ON "events"."failures" USING btree ("consumer","retry_at");--> statement-breakpoint
CREATE INDEX "failures_dead" ON "events"."failures" USING btree ("failed_at","id") WHERE retry_at is null;