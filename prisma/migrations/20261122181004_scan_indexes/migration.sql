-- CreateIndex
CREATE INDEX "compliance_report_repository_id_idx" ON "compliance_report"("repository_id");

-- CreateIndex
CREATE INDEX "scan_completed_at_idx" ON "scan"("completed_at");

-- What Prisma's schema can't say: indexes of a few rows among many.
-- Check runs that may be left open (src/store/open-checks.ts).
CREATE INDEX "scan_open_check_idx" ON "scan" ("completed_at")
  WHERE "status" IN ('failed', 'skipped', 'superseded')
    AND ("stage" IN ('opened', 'persisted') OR ("stage" IS NULL AND "status" = 'failed'));

-- What waits for a lane (src/store/supersede.ts, leases.ts).
CREATE INDEX "scan_waiting_lane_idx" ON "scan" ("lane") WHERE "status" = 'queued';

-- Compressed already (src/store/contents.ts): PostgreSQL need not try again.
ALTER TABLE "tree" ALTER COLUMN "entries" SET STORAGE EXTERNAL;
