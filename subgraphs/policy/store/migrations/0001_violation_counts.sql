CREATE TABLE "policy"."violation_counts" (
	"access_class" integer NOT NULL,
	"policy_id" uuid NOT NULL,
	"day" date NOT NULL,
	"severity" "policy"."severity" NOT NULL,
	"status" "policy"."violation_status" NOT NULL,
	"count" integer NOT NULL,
	"is_sum" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
DROP INDEX "policy"."violations_by_severity";--> statement-breakpoint
DROP INDEX "policy"."violations_by_class_severity";--> statement-breakpoint
DROP INDEX "policy"."violations_by_policy";--> statement-breakpoint
CREATE UNIQUE INDEX "violation_counts_sums" ON "policy"."violation_counts" USING btree ("access_class","policy_id","day","severity","status") WHERE is_sum;--> statement-breakpoint
CREATE INDEX "violation_counts_differences" ON "policy"."violation_counts" USING btree ("is_sum") WHERE not is_sum;--> statement-breakpoint
CREATE INDEX "violations_by_status" ON "policy"."violations" USING btree ("status","severity","raised_at","id");--> statement-breakpoint
CREATE INDEX "violations_by_class_status" ON "policy"."violations" USING btree ("access_class","status","severity","raised_at","id");--> statement-breakpoint
CREATE INDEX "violations_by_policy_class" ON "policy"."violations" USING btree ("policy_id","access_class","status","severity","raised_at","id");--> statement-breakpoint
CREATE INDEX "violations_by_update" ON "policy"."violations" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "violations_by_policy" ON "policy"."violations" USING btree ("policy_id","status","severity","raised_at","id");--> statement-breakpoint
-- Once for each statement, however many rows it wrote. Differences only: no writer waits for a row of another one's.
CREATE FUNCTION "policy"."count_violations"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO policy.violation_counts (access_class, policy_id, day, severity, status, count)
		SELECT access_class, coalesce(policy_id, '00000000-0000-0000-0000-000000000000'), coalesce(day, '-infinity'), severity, status, count(*)
		FROM (SELECT *, (raised_at AT TIME ZONE 'UTC')::date AS day FROM new_rows) AS changes
		GROUP BY access_class, severity, status, GROUPING SETS ((policy_id), (day));
	ELSIF TG_OP = 'DELETE' THEN
		INSERT INTO policy.violation_counts (access_class, policy_id, day, severity, status, count)
		SELECT access_class, coalesce(policy_id, '00000000-0000-0000-0000-000000000000'), coalesce(day, '-infinity'), severity, status, -count(*)
		FROM (SELECT *, (raised_at AT TIME ZONE 'UTC')::date AS day FROM old_rows) AS changes
		GROUP BY access_class, severity, status, GROUPING SETS ((policy_id), (day));
	ELSE
		INSERT INTO policy.violation_counts (access_class, policy_id, day, severity, status, count)
		SELECT access_class, coalesce(policy_id, '00000000-0000-0000-0000-000000000000'), coalesce(day, '-infinity'), severity, status, sum(change)
		FROM (
			SELECT access_class, policy_id, (raised_at AT TIME ZONE 'UTC')::date AS day, severity, status, 1 AS change FROM new_rows
			UNION ALL SELECT access_class, policy_id, (raised_at AT TIME ZONE 'UTC')::date, severity, status, -1 FROM old_rows
		) AS changes
		GROUP BY access_class, severity, status, GROUPING SETS ((policy_id), (day)) HAVING sum(change) <> 0;
	END IF;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "violations_counted_insert" AFTER INSERT ON "policy"."violations" REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION "policy"."count_violations"();
--> statement-breakpoint
CREATE TRIGGER "violations_counted_update" AFTER UPDATE ON "policy"."violations" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION "policy"."count_violations"();
--> statement-breakpoint
CREATE TRIGGER "violations_counted_delete" AFTER DELETE ON "policy"."violations" REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION "policy"."count_violations"();
