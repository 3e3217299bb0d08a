-- Noting what changed costs reports less. Lists of keys stay in their row as they are: ids gain nothing from compression, and each of many facets is held to them.
ALTER TABLE watched_change ALTER COLUMN keys SET STORAGE EXTERNAL, SET (toast_tuple_target = 8160);
--> statement-breakpoint
DO $$
BEGIN
  -- A name is hashed once, however many runs of that job a report brings.
  CALL watch_changes('run', 'INSERT', $w$ SELECT id FROM changed UNION ALL SELECT watch_key('job', j.namespace || '/' || j.name) FROM (SELECT DISTINCT job_id FROM changed WHERE state = 'complete') c JOIN job j ON j.id = c.job_id $w$);
  CALL watch_changes('run', 'UPDATE', $w$ SELECT id FROM changed UNION ALL SELECT watch_key('job', j.namespace || '/' || j.name) FROM (SELECT DISTINCT c.job_id FROM changed c JOIN earlier e ON e.id = c.id WHERE c.state IS DISTINCT FROM e.state) c JOIN job j ON j.id = c.job_id $w$);
  -- A team reads a version under a name for the first time when there are no more such edges than this statement brought: also when it brought several.
  CALL watch_changes('run_asset', 'INSERT', $w$
    SELECT run_id FROM changed
    UNION ALL SELECT asset_version_id FROM changed WHERE direction = 'output'
    UNION ALL SELECT g.asset_version_id FROM (SELECT asset_version_id, direction, team_id, asset_id, count(*) AS brought FROM changed WHERE direction <> 'output' GROUP BY 1, 2, 3, 4) g
     WHERE (SELECT count(*) FROM (SELECT 1 FROM run_asset o WHERE o.asset_version_id = g.asset_version_id AND o.direction = g.direction AND o.team_id = g.team_id AND o.asset_id = g.asset_id LIMIT g.brought + 1) AS known) <= g.brought $w$);
END $$;
