-- DropIndex
DROP INDEX "audit_event_installation_id_id_idx";

-- AlterTable
ALTER TABLE "pull_request" ADD COLUMN     "head_unsure" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "scan" ADD COLUMN     "assessment" JSONB,
ADD COLUMN     "files_changed" INTEGER,
ADD COLUMN     "phases" JSONB;

-- CreateIndex
CREATE INDEX "artifact_revision_repository_id_id_idx" ON "artifact_revision"("repository_id", "id");

-- CreateIndex
CREATE INDEX "artifact_revision_scan_id_idx" ON "artifact_revision"("scan_id");

-- CreateIndex
CREATE INDEX "audit_event_at_id_idx" ON "audit_event"("at", "id");

-- CreateIndex
CREATE INDEX "audit_event_installation_id_at_id_idx" ON "audit_event"("installation_id", "at", "id");

-- CreateIndex
CREATE INDEX "audit_event_repository_id_at_id_idx" ON "audit_event"("repository_id", "at", "id");

-- CreateIndex
CREATE INDEX "audit_event_actor_at_id_idx" ON "audit_event"("actor", "at", "id");

-- CreateIndex
CREATE INDEX "audit_event_action_at_id_idx" ON "audit_event"("action", "at", "id");

-- CreateIndex
CREATE INDEX "finding_scan_id_id_idx" ON "finding"("scan_id", "id");

-- CreateIndex
CREATE INDEX "scan_repository_id_created_at_id_idx" ON "scan"("repository_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "scan_created_at_id_idx" ON "scan"("created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "webhook_delivery_received_at_id_idx" ON "webhook_delivery"("received_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "webhook_delivery_installation_id_received_at_id_idx" ON "webhook_delivery"("installation_id", "received_at" DESC, "id" DESC);

-- A checkpoint that was published is not taken back.
CREATE TRIGGER "audit_checkpoint_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_checkpoint" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
