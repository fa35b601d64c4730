-- AlterTable
ALTER TABLE "trace_edge" ADD COLUMN     "broken" BOOLEAN NOT NULL DEFAULT false;

-- Of snapshots that were kept before, as their list was found until now (src/rosie/graph.ts, `definedIds`): no document has the id, no source
-- implements it as a specification, no file that can't be read may be it by its name or a line of it, and, where the repository keeps
-- documents of its kind, annotations define none. Each next tracked scan says it anew.
WITH named AS (
  SELECT e."repository_id", e."to",
    bool_or(starts_with(e."to", 'SPEC-') AND (e."by" = '@gxp-tag' OR (e."type" = 'implements' AND e."by" LIKE '@%' AND f."kind" = 'source')))
      AS implemented,
    bool_or(e."by" LIKE '@%') AS annotated
  FROM "trace_edge" e LEFT JOIN "tracked_file" f ON f."repository_id" = e."repository_id" AND f."path" = e."path"
  GROUP BY e."repository_id", e."to"
), keeps AS (
  SELECT DISTINCT "repository_id", "kind" FROM "artifact" WHERE "kind" IN ('requirement', 'user_story')
), undefined AS (
  SELECT n."repository_id", n."to" FROM named n
  WHERE NOT n.implemented
    AND NOT (n.annotated AND (
      (starts_with(n."to", 'REQ-') AND NOT EXISTS (
        SELECT 1 FROM keeps k WHERE k."repository_id" = n."repository_id" AND k."kind" = 'requirement'))
      OR (starts_with(n."to", 'US-') AND NOT EXISTS (
        SELECT 1 FROM keeps k WHERE k."repository_id" = n."repository_id" AND k."kind" = 'user_story'))))
    AND NOT EXISTS (
      SELECT 1 FROM "artifact" a WHERE a."repository_id" = n."repository_id" AND a."gxp_id" = n."to"
        AND a."kind" IN ('requirement', 'user_story', 'specification'))
    AND NOT EXISTS (
      SELECT 1 FROM "artifact" a CROSS JOIN LATERAL (SELECT regexp_replace(a."path", '^.*/', '') AS name) AS file
      WHERE a."repository_id" = n."repository_id" AND a."gxp_id" IS NULL
        AND a."kind" IN ('requirement', 'user_story', 'specification')
        AND (a."data" -> 'unread' ->> 'id' = n."to" OR (
          starts_with(file.name, n."to") AND substr(file.name, length(n."to") + 1) !~ '^-?[A-Z0-9]|^[a-z]')))
)
UPDATE "trace_edge" e SET "broken" = true FROM undefined u WHERE e."repository_id" = u."repository_id" AND e."to" = u."to";

-- What Prisma's schema can't say: links to what nothing defines, few among many, in the order of their list
-- (src/store/reading/record/traceability.ts).
CREATE INDEX "trace_edge_broken_idx" ON "trace_edge" ("repository_id", "id") WHERE "broken";

-- Webhooks of one event, where there are few or none; and of some repositories, for whoever may read no others
-- (src/store/reading/deliveries.ts).
CREATE INDEX "webhook_delivery_event_received_at_id_idx" ON "webhook_delivery"("event", "received_at" DESC, "id" DESC);
CREATE INDEX "webhook_delivery_repository_id_received_at_id_idx" ON "webhook_delivery"("repository_id", "received_at" DESC, "id" DESC);

-- Scans of a kind that there are few or none of (src/store/reading/scans.ts). Their states have (status, not_before).
CREATE INDEX "scan_kind_created_at_id_idx" ON "scan"("kind", "created_at" DESC, "id" DESC);

-- What ended within a day is counted from the index alone (src/store/statistics.ts). It stands for the one on completed_at.
DROP INDEX "scan_completed_at_idx";
CREATE INDEX "scan_completed_at_status_repository_id_idx" ON "scan"("completed_at", "status", "repository_id");

-- Reports of a repository, the newest first, without sorting all of them (src/store/reading/compliance.ts). It stands for the one before.
DROP INDEX "compliance_report_repository_id_idx";
CREATE INDEX "compliance_report_repository_id_created_at_id_idx" ON "compliance_report"("repository_id", "created_at" DESC, "id" DESC);
