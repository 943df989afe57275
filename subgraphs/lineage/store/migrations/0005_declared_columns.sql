-- What was declared between columns before it counted between their assets, too: an edge of the assets is open as long as one of those
-- declarations holds, and begins with the first of them. Who writes lineage waits from here on.
SELECT FROM "lineage"."head" FOR UPDATE;
--> statement-breakpoint
WITH "missing" AS (
	SELECT "f"."asset_id" AS "from_id", "t"."asset_id" AS "to_id", min("d"."declared_at") AS "declared_at"
	FROM "lineage"."declarations" "d"
	JOIN "lineage"."columns" "f" ON "f"."column_id" = "d"."from_id"
	JOIN "lineage"."columns" "t" ON "t"."column_id" = "d"."to_id"
	WHERE "d"."retracted_at" IS NULL AND "f"."asset_id" <> "t"."asset_id" AND NOT EXISTS (
		SELECT FROM "lineage"."edges" "e"
		WHERE "e"."from_id" = "f"."asset_id" AND "e"."to_id" = "t"."asset_id"
			AND "e"."kind" = 'TABLE' AND "e"."origin" = 'DECLARED' AND "e"."valid_to" IS NULL
	)
	GROUP BY 1, 2
), "next" AS (
	UPDATE "lineage"."head" SET "revision" = "revision" + 1 WHERE EXISTS (SELECT FROM "missing") RETURNING "revision"
)
INSERT INTO "lineage"."edges" ("from_id", "to_id", "kind", "origin", "valid_from", "revision")
SELECT "m"."from_id", "m"."to_id", 'TABLE', 'DECLARED', greatest("m"."declared_at", (
	SELECT max("e"."valid_to") FROM "lineage"."edges" "e"
	WHERE "e"."from_id" = "m"."from_id" AND "e"."to_id" = "m"."to_id"
		AND "e"."kind" = 'TABLE' AND "e"."origin" = 'DECLARED' AND "e"."valid_to" > "e"."valid_from"
)), "next"."revision"
FROM "missing" "m" CROSS JOIN "next"
-- One that was taken back before may begin at the same moment, and was none.
ON CONFLICT ("from_id", "to_id", "kind", "origin", "valid_from") DO UPDATE SET "transformation" = excluded."transformation",
	"confidence" = excluded."confidence", "job_id" = excluded."job_id", "valid_to" = NULL, "revision" = excluded."revision";
