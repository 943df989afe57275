CREATE SCHEMA "events";
--> statement-breakpoint
CREATE TABLE "events"."head" (
	"one" smallint PRIMARY KEY DEFAULT 1 NOT NULL,
	"epoch" text NOT NULL,
	"seq" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	"snapshot" text,
	"resume_after" bigint DEFAULT 0
);
--> statement-breakpoint
CREATE TABLE "events"."log" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"hash" "bytea" NOT NULL,
	"event_id" uuid NOT NULL,
	"type" text NOT NULL,
	"source" text NOT NULL,
	"subject" text,
	"time" timestamp (3) with time zone NOT NULL,
	"actor_id" uuid,
	"data" jsonb,
	"salt" "bytea",
	"attributes" jsonb NOT NULL,
	"leaf" "bytea" NOT NULL
) PARTITION BY RANGE ("seq");
--> statement-breakpoint
-- By seq and not by time: PostgreSQL refuses a unique seq on a table partitioned by another column. The sequencer makes the next ones ahead.
CREATE TABLE "events"."log_0" PARTITION OF "events"."log" FOR VALUES FROM (0) TO (1000000);
--> statement-breakpoint
CREATE TABLE "events"."outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "events"."outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"event_id" uuid NOT NULL,
	"type" text NOT NULL,
	"source" text NOT NULL,
	"subject" text,
	"time" timestamp (3) with time zone NOT NULL,
	"actor_id" uuid,
	"data" jsonb,
	"salt" "bytea",
	"attributes" jsonb NOT NULL,
	"leaf" "bytea" NOT NULL,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "log_subject" ON "events"."log" USING btree ("subject","seq");--> statement-breakpoint
CREATE INDEX "log_type" ON "events"."log" USING btree ("type","seq");--> statement-breakpoint
CREATE INDEX "log_event_id" ON "events"."log" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "log_source" ON "events"."log" USING btree (("attributes" ->> 'sourceId'),"seq");--> statement-breakpoint
CREATE INDEX "outbox_xid" ON "events"."outbox" USING btree ("xid");
--> statement-breakpoint
INSERT INTO "events"."head" ("epoch", "seq", "hash") VALUES (substr(md5(random()::text || clock_timestamp()::text), 1, 8), 0, decode(repeat('00', 32), 'hex'));
