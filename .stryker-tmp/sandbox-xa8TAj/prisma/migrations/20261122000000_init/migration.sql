-- CreateEnum
CREATE TYPE "scan_kind" AS ENUM ('tracked', 'change');

-- CreateEnum
CREATE TYPE "scan_status" AS ENUM ('queued', 'running', 'completed', 'failed', 'skipped');

-- CreateTable
CREATE TABLE "installation" (
    "id" BIGINT NOT NULL,
    "account" TEXT NOT NULL,
    "account_type" TEXT NOT NULL,
    "suspended_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "repository" (
    "id" BIGINT NOT NULL,
    "installation_id" BIGINT NOT NULL,
    "owner" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "default_branch" TEXT,
    "private" BOOLEAN NOT NULL DEFAULT true,
    "archived_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),
    "tracked_head" TEXT,
    "tracked_scan_id" UUID,
    "tracked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "repository_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pull_request" (
    "repository_id" BIGINT NOT NULL,
    "number" INTEGER NOT NULL,
    "head_sha" TEXT NOT NULL,
    "head_ref" TEXT NOT NULL,
    "base_ref" TEXT NOT NULL,
    "open" BOOLEAN NOT NULL DEFAULT true,
    "seen_at" TIMESTAMPTZ(3),
    "from_opening" BOOLEAN NOT NULL DEFAULT false,
    "comment_id" BIGINT,
    "comment_hash" TEXT,
    "comment_unsure" BOOLEAN NOT NULL DEFAULT false,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "pull_request_pkey" PRIMARY KEY ("repository_id","number")
);

-- CreateTable
CREATE TABLE "webhook_delivery" (
    "id" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "action" TEXT,
    "installation_id" BIGINT,
    "repository_id" BIGINT,
    "payload" JSONB NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "processed_at" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "not_before" TIMESTAMPTZ(3),
    "error" TEXT,

    CONSTRAINT "webhook_delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "scan" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "repository_id" BIGINT NOT NULL,
    "kind" "scan_kind" NOT NULL,
    "head_sha" TEXT,
    "ref" TEXT,
    "base_ref" TEXT,
    "base_sha" TEXT,
    "trigger" TEXT NOT NULL,
    "forced" BOOLEAN NOT NULL DEFAULT false,
    "status" "scan_status" NOT NULL DEFAULT 'queued',
    "lane" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "token" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "not_before" TIMESTAMPTZ(3),
    "dispatched_at" TIMESTAMPTZ(3),
    "phase" TEXT,
    "progress" INTEGER NOT NULL DEFAULT 0,
    "files_total" INTEGER,
    "files_fetched" INTEGER,
    "requests" INTEGER NOT NULL DEFAULT 0,
    "check_run_id" BIGINT,
    "annotations_sent" INTEGER NOT NULL DEFAULT 0,
    "conclusion" TEXT,
    "summary" JSONB,
    "judged_by" TEXT,
    "error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "completed_at" TIMESTAMPTZ(3),

    CONSTRAINT "scan_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "finding" (
    "id" BIGSERIAL NOT NULL,
    "scan_id" UUID NOT NULL,
    "rule" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "path" TEXT,
    "line" INTEGER,
    "end_line" INTEGER,
    "column" INTEGER,
    "end_column" INTEGER,
    "gxp_id" TEXT,
    "message" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "status" TEXT NOT NULL,

    CONSTRAINT "finding_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "blob" (
    "repository_id" BIGINT NOT NULL,
    "sha" TEXT NOT NULL,
    "reader" TEXT NOT NULL,
    "parser_version" INTEGER NOT NULL,
    "content" JSONB NOT NULL,
    "verdict" JSONB,
    "verdict_keys" TEXT,

    CONSTRAINT "blob_pkey" PRIMARY KEY ("repository_id","sha","reader","parser_version")
);

-- CreateTable
CREATE TABLE "tree" (
    "repository_id" BIGINT NOT NULL,
    "commit" TEXT NOT NULL,
    "entries" BYTEA NOT NULL,
    "stored_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tree_pkey" PRIMARY KEY ("repository_id","commit")
);

-- CreateTable
CREATE TABLE "tracked_file" (
    "repository_id" BIGINT NOT NULL,
    "path" TEXT NOT NULL,
    "sha" TEXT NOT NULL,
    "kind" TEXT NOT NULL,

    CONSTRAINT "tracked_file_pkey" PRIMARY KEY ("repository_id","path")
);

-- CreateTable
CREATE TABLE "artifact" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "repository_id" BIGINT NOT NULL,
    "path" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "gxp_id" TEXT,
    "title" TEXT,
    "risk" TEXT,
    "status" TEXT,
    "sha" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "artifact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "artifact_revision" (
    "id" BIGSERIAL NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "path" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "gxp_id" TEXT,
    "change" TEXT NOT NULL,
    "sha" TEXT,
    "data" JSONB,
    "commit" TEXT NOT NULL,
    "scan_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "artifact_revision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "trace_edge" (
    "id" BIGSERIAL NOT NULL,
    "repository_id" BIGINT NOT NULL,
    "from" TEXT NOT NULL,
    "to" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "line" INTEGER NOT NULL,

    CONSTRAINT "trace_edge_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signing_key" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "installation_id" BIGINT,
    "repository_id" BIGINT,
    "kid" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "jwk" JSONB NOT NULL,
    "valid_from" TIMESTAMPTZ(3),
    "valid_until" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "signing_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_event" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "previous" JSONB,
    "next" JSONB,
    "reason" TEXT,
    "address" TEXT,
    "request_id" TEXT,

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_link" (
    "position" BIGSERIAL NOT NULL,
    "event_id" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_link_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "installation_id" BIGINT,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "scopes" TEXT[],
    "repository_ids" BIGINT[],
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "compliance_report" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "repository_id" BIGINT NOT NULL,
    "scan_id" UUID NOT NULL,
    "format" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "content" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "compliance_report_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "manufacturer" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "installation_id" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "manufacturer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "manufacturer_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "gtin" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "product_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_repository" (
    "product_id" UUID NOT NULL,
    "repository_id" BIGINT NOT NULL,

    CONSTRAINT "product_repository_pkey" PRIMARY KEY ("product_id","repository_id")
);

-- CreateIndex
CREATE INDEX "repository_installation_id_idx" ON "repository"("installation_id");

-- CreateIndex
CREATE INDEX "repository_owner_name_idx" ON "repository"("owner", "name");

-- CreateIndex
CREATE INDEX "pull_request_repository_id_head_sha_idx" ON "pull_request"("repository_id", "head_sha");

-- CreateIndex
CREATE INDEX "webhook_delivery_processed_at_received_at_idx" ON "webhook_delivery"("processed_at", "received_at");

-- CreateIndex
CREATE INDEX "scan_repository_id_head_sha_idx" ON "scan"("repository_id", "head_sha");

-- CreateIndex
CREATE INDEX "scan_status_not_before_idx" ON "scan"("status", "not_before");

-- CreateIndex
CREATE INDEX "finding_scan_id_severity_idx" ON "finding"("scan_id", "severity");

-- CreateIndex
CREATE INDEX "artifact_repository_id_kind_gxp_id_idx" ON "artifact"("repository_id", "kind", "gxp_id");

-- CreateIndex
CREATE INDEX "artifact_repository_id_gxp_id_idx" ON "artifact"("repository_id", "gxp_id");

-- CreateIndex
CREATE UNIQUE INDEX "artifact_repository_id_path_key" ON "artifact"("repository_id", "path");

-- CreateIndex
CREATE INDEX "artifact_revision_repository_id_path_idx" ON "artifact_revision"("repository_id", "path");

-- CreateIndex
CREATE INDEX "artifact_revision_repository_id_gxp_id_idx" ON "artifact_revision"("repository_id", "gxp_id");

-- CreateIndex
CREATE INDEX "trace_edge_repository_id_from_idx" ON "trace_edge"("repository_id", "from");

-- CreateIndex
CREATE INDEX "trace_edge_repository_id_to_idx" ON "trace_edge"("repository_id", "to");

-- CreateIndex
CREATE INDEX "trace_edge_repository_id_path_idx" ON "trace_edge"("repository_id", "path");

-- CreateIndex
CREATE INDEX "signing_key_installation_id_idx" ON "signing_key"("installation_id");

-- CreateIndex
CREATE INDEX "signing_key_repository_id_idx" ON "signing_key"("repository_id");

-- CreateIndex
CREATE INDEX "audit_event_resource_at_idx" ON "audit_event"("resource", "at");

-- CreateIndex
CREATE UNIQUE INDEX "audit_link_event_id_key" ON "audit_link"("event_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

-- CreateIndex
CREATE INDEX "api_key_installation_id_idx" ON "api_key"("installation_id");

-- CreateIndex
CREATE UNIQUE INDEX "compliance_report_scan_id_format_key" ON "compliance_report"("scan_id", "format");

-- CreateIndex
CREATE UNIQUE INDEX "manufacturer_installation_id_name_key" ON "manufacturer"("installation_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "product_manufacturer_id_gtin_key" ON "product"("manufacturer_id", "gtin");

-- CreateIndex
CREATE INDEX "product_repository_repository_id_idx" ON "product_repository"("repository_id");

-- AddForeignKey
ALTER TABLE "repository" ADD CONSTRAINT "repository_installation_id_fkey" FOREIGN KEY ("installation_id") REFERENCES "installation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pull_request" ADD CONSTRAINT "pull_request_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scan" ADD CONSTRAINT "scan_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "finding" ADD CONSTRAINT "finding_scan_id_fkey" FOREIGN KEY ("scan_id") REFERENCES "scan"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "blob" ADD CONSTRAINT "blob_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tree" ADD CONSTRAINT "tree_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tracked_file" ADD CONSTRAINT "tracked_file_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "artifact" ADD CONSTRAINT "artifact_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "artifact_revision" ADD CONSTRAINT "artifact_revision_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "trace_edge" ADD CONSTRAINT "trace_edge_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "signing_key" ADD CONSTRAINT "signing_key_installation_id_fkey" FOREIGN KEY ("installation_id") REFERENCES "installation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "signing_key" ADD CONSTRAINT "signing_key_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_link" ADD CONSTRAINT "audit_link_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "audit_event"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_installation_id_fkey" FOREIGN KEY ("installation_id") REFERENCES "installation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "compliance_report" ADD CONSTRAINT "compliance_report_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "compliance_report" ADD CONSTRAINT "compliance_report_scan_id_fkey" FOREIGN KEY ("scan_id") REFERENCES "scan"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product" ADD CONSTRAINT "product_manufacturer_id_fkey" FOREIGN KEY ("manufacturer_id") REFERENCES "manufacturer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_repository" ADD CONSTRAINT "product_repository_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "product_repository" ADD CONSTRAINT "product_repository_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- From here on by hand: what schema.prisma can't say. `npm run migration` leaves these alone.

-- A wish for a scan that is queued or running already joins it (src/store/intents.ts).
CREATE UNIQUE INDEX "scan_open_key" ON "scan" ("repository_id", "kind", coalesce("head_sha", ''), coalesce("base_ref", '')) WHERE "status" IN ('queued', 'running');

-- One scan of a lane runs at a time (src/store/leases.ts).
CREATE UNIQUE INDEX "scan_lane_key" ON "scan" ("lane") WHERE "status" = 'running';

-- The audit log and the history of artifacts only grow. For each statement, so that TRUNCATE and an UPDATE that meets no
-- row are refused as well.
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER "audit_event_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_event" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

CREATE TRIGGER "audit_link_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_link" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

-- Deleting stays possible: the history goes with its repository.
CREATE TRIGGER "artifact_revision_append_only" BEFORE UPDATE ON "artifact_revision" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
