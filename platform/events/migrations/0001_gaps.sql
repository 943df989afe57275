ALTER TABLE "events"."head" ADD COLUMN "outbox_id" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "events"."head" ADD COLUMN "gaps" jsonb DEFAULT '[]'::jsonb NOT NULL;