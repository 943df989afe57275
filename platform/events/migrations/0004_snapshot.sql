ALTER TABLE "events"."head" ADD COLUMN "snapshot" text;--> statement-breakpoint
ALTER TABLE "events"."head" ADD COLUMN "resume_after" bigint DEFAULT 0;