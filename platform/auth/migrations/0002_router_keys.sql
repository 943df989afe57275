CREATE TABLE "access"."router_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"sealed_public_jwk" "bytea" NOT NULL,
	"sealed_private_jwk" "bytea" NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
