-- AlterEnum
ALTER TYPE "scan_kind" ADD VALUE 'report';

-- AlterTable
ALTER TABLE "audit_event" ADD COLUMN     "installation_id" BIGINT,
ADD COLUMN     "repository_id" BIGINT,
ADD COLUMN     "transaction" BIGINT NOT NULL DEFAULT (pg_current_xact_id())::text::bigint;

-- AlterTable
ALTER TABLE "scan" ADD COLUMN     "report" JSONB;

-- CreateTable
CREATE TABLE "requirement_coverage" (
    "repository_id" BIGINT NOT NULL,
    "gxp_id" TEXT NOT NULL,
    "risk" TEXT,
    "linked" BOOLEAN NOT NULL,
    "traced" BOOLEAN NOT NULL,
    "proven" BOOLEAN NOT NULL,
    "path" TEXT[],
    "tiers" TEXT[],
    "missing_tiers" TEXT[],

    CONSTRAINT "requirement_coverage_pkey" PRIMARY KEY ("repository_id","gxp_id")
);

-- CreateTable
CREATE TABLE "audit_checkpoint" (
    "position" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "jws" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_checkpoint_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "person" (
    "id" BIGINT NOT NULL,
    "login" TEXT NOT NULL,
    "grants" JSONB,
    "asked_at" TIMESTAMPTZ(3),

    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "person_id" BIGINT NOT NULL,
    "tokens" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotent_request" (
    "actor" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request" TEXT NOT NULL,
    "scan_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotent_request_pkey" PRIMARY KEY ("actor","key")
);

-- CreateIndex
CREATE INDEX "session_person_id_idx" ON "session"("person_id");

-- CreateIndex
CREATE INDEX "session_expires_at_idx" ON "session"("expires_at");

-- CreateIndex
CREATE INDEX "idempotent_request_created_at_idx" ON "idempotent_request"("created_at");

-- CreateIndex
CREATE INDEX "audit_event_installation_id_id_idx" ON "audit_event"("installation_id", "id");

-- CreateIndex
CREATE INDEX "audit_event_transaction_id_idx" ON "audit_event"("transaction", "id");

-- AddForeignKey
ALTER TABLE "requirement_coverage" ADD CONSTRAINT "requirement_coverage_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;
