CREATE TABLE "catalog"."label_counts" (
	"access_class" integer NOT NULL,
	"label" text collate "C" NOT NULL,
	"count" bigint NOT NULL,
	"is_sum" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "label_counts_sums" ON "catalog"."label_counts" USING btree ("access_class","label") WHERE is_sum;--> statement-breakpoint
CREATE INDEX "label_counts_differences" ON "catalog"."label_counts" USING btree ("is_sum") WHERE not is_sum;--> statement-breakpoint
CREATE INDEX "label_counts_by_class" ON "catalog"."label_counts" USING btree ("access_class");--> statement-breakpoint
-- What is known by now.
INSERT INTO "catalog"."label_counts" ("access_class", "label", "count", "is_sum")
SELECT a.access_class, coalesce(l.label, ''), count(DISTINCT l.asset_id), true
FROM "catalog"."column_labels" l JOIN "catalog"."assets" a ON a.id = l.asset_id
WHERE l.state = 'CONFIRMED' AND a.deleted_at IS NULL GROUP BY a.access_class, GROUPING SETS ((l.label), ());
--> statement-breakpoint
-- Adds up the differences that writers left, if they are many (`lcnt` in ASCII: one at a time). Plans of functions are kept for a session: never one that was made while the tables were empty.
CREATE FUNCTION "catalog"."add_up_label_counts"() RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM catalog.label_counts WHERE NOT is_sum OFFSET 1000) OR NOT pg_try_advisory_xact_lock(1818455668) THEN
		RETURN;
	END IF;
	WITH taken AS (DELETE FROM catalog.label_counts WHERE NOT is_sum RETURNING *)
	INSERT INTO catalog.label_counts AS n (access_class, label, count, is_sum)
	SELECT access_class, label, sum(count), true FROM taken GROUP BY 1, 2 HAVING sum(count) <> 0
	ON CONFLICT (access_class, label) WHERE is_sum DO UPDATE SET count = n.count + excluded.count;
END $$;
--> statement-breakpoint
-- Once for each statement: assets that went to another class, died or came back take their labels along.
CREATE FUNCTION "catalog"."move_label_counts"() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		INSERT INTO catalog.label_counts (access_class, label, count)
		SELECT o.access_class, l.label, -count(*) FROM old_rows o CROSS JOIN LATERAL (
			SELECT coalesce(c.label, '') AS label FROM catalog.column_labels c WHERE c.asset_id = o.id AND c.state = 'CONFIRMED'
			GROUP BY GROUPING SETS ((c.label), ()) HAVING count(*) > 0
		) AS l WHERE o.deleted_at IS NULL GROUP BY 1, 2;
	ELSE
		INSERT INTO catalog.label_counts (access_class, label, count)
		SELECT m.access_class, l.label, sum(m.change) FROM (
			SELECT id, access_class, sum(change) AS change FROM (
				SELECT id, access_class, 1 AS change FROM new_rows WHERE deleted_at IS NULL
				UNION ALL SELECT id, access_class, -1 FROM old_rows WHERE deleted_at IS NULL
			) AS both_rows GROUP BY 1, 2 HAVING sum(change) <> 0
		) AS m CROSS JOIN LATERAL (
			SELECT coalesce(c.label, '') AS label FROM catalog.column_labels c WHERE c.asset_id = m.id AND c.state = 'CONFIRMED'
			GROUP BY GROUPING SETS ((c.label), ()) HAVING count(*) > 0
		) AS l GROUP BY 1, 2 HAVING sum(m.change) <> 0;
	END IF;
	IF FOUND THEN
		PERFORM catalog.add_up_label_counts();
	END IF;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "assets_moved" AFTER UPDATE ON "catalog"."assets" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION "catalog"."move_label_counts"();
--> statement-breakpoint
CREATE TRIGGER "assets_removed" AFTER DELETE ON "catalog"."assets" REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION "catalog"."move_label_counts"();
