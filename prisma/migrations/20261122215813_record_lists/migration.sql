-- DropIndex
DROP INDEX "artifact_repository_id_kind_gxp_id_idx";

-- CreateIndex
CREATE INDEX "artifact_repository_id_kind_path_idx" ON "artifact"("repository_id", "kind", "path");

-- Of their beginnings: an index holds no row over 2,704 bytes, and a repository may name things at any length.
CREATE INDEX "finding_scan_id_gxp_id_idx" ON "finding"("scan_id", left("gxp_id", 200));
CREATE INDEX "finding_scan_id_path_idx" ON "finding"("scan_id", left("path", 200));
