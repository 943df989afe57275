ALTER TABLE "events"."outbox" ADD COLUMN "xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL;--> statement-breakpoint
CREATE INDEX "outbox_xid" ON "events"."outbox" USING btree ("xid");--> statement-breakpoint
ALTER TABLE "events"."head" DROP COLUMN "outbox_id";--> statement-breakpoint
ALTER TABLE "events"."head" DROP COLUMN "gaps";