-- Once for each statement, however many rows it wrote: a batch of a scan touches a handful of counters, an edit of words none.
CREATE FUNCTION "catalog"."add_to_asset_counts"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO catalog.asset_counts AS n (access_class, kind, count)
		SELECT access_class, kind, count(*) FROM new_rows WHERE deleted_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2
		ON CONFLICT (access_class, kind) DO UPDATE SET count = n.count + excluded.count;
	ELSIF TG_OP = 'DELETE' THEN
		INSERT INTO catalog.asset_counts AS n (access_class, kind, count)
		SELECT access_class, kind, -count(*) FROM old_rows WHERE deleted_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2
		ON CONFLICT (access_class, kind) DO UPDATE SET count = n.count + excluded.count;
	ELSE
		INSERT INTO catalog.asset_counts AS n (access_class, kind, count)
		SELECT access_class, kind, sum(change) FROM (
			SELECT access_class, kind, 1 AS change FROM new_rows WHERE deleted_at IS NULL
			UNION ALL SELECT access_class, kind, -1 FROM old_rows WHERE deleted_at IS NULL
		) AS changes GROUP BY 1, 2 HAVING sum(change) <> 0 ORDER BY 1, 2
		ON CONFLICT (access_class, kind) DO UPDATE SET count = n.count + excluded.count;
	END IF;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "assets_counted_insert" AFTER INSERT ON "catalog"."assets" REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION "catalog"."add_to_asset_counts"();
--> statement-breakpoint
CREATE TRIGGER "assets_counted_update" AFTER UPDATE ON "catalog"."assets" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION "catalog"."add_to_asset_counts"();
--> statement-breakpoint
CREATE TRIGGER "assets_counted_delete" AFTER DELETE ON "catalog"."assets" REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION "catalog"."add_to_asset_counts"();
