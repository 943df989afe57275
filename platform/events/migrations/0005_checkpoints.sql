CREATE TABLE "events"."checkpoints" (
	"epoch" text NOT NULL,
	"seq" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	"time" timestamp (3) with time zone NOT NULL,
	"signature" "bytea" NOT NULL,
	CONSTRAINT "checkpoints_seq_epoch_pk" PRIMARY KEY("seq","epoch")
);
--> statement-breakpoint
CREATE TABLE "events"."verifications" (
	"id" uuid PRIMARY KEY NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone NOT NULL,
	"verified_seq" bigint NOT NULL,
	"anchored_seq" bigint,
	"first_broken_seq" bigint,
	"fault" text
);
