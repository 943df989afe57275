CREATE TABLE "identity"."read_batches" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"first_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	"rows" integer NOT NULL,
	"lost" integer NOT NULL,
	"digest" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity"."reads" (
	"batch" bigint NOT NULL,
	"number" integer NOT NULL,
	"user_id" uuid NOT NULL,
	"token_id" uuid,
	"operation" text,
	"fields" text[] NOT NULL,
	"subject_ids" uuid[] NOT NULL,
	"count" integer NOT NULL,
	"first_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "reads_batch_number_pk" PRIMARY KEY("batch","number")
);
--> statement-breakpoint
ALTER TABLE "identity"."users" ADD COLUMN "erased_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "read_batches_last" ON "identity"."read_batches" USING btree ("last_at");--> statement-breakpoint
CREATE INDEX "reads_user" ON "identity"."reads" USING btree ("user_id","batch","number");--> statement-breakpoint
CREATE INDEX "reads_subjects" ON "identity"."reads" USING gin ("subject_ids");