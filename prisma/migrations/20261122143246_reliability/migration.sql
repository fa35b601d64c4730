-- CreateEnum
CREATE TYPE "scan_stage" AS ENUM ('opened', 'persisted', 'concluded', 'annotated', 'commented');

-- AlterEnum
ALTER TYPE "scan_status" ADD VALUE 'superseded';

-- AlterTable
ALTER TABLE "installation" ADD COLUMN     "blocked_until" TIMESTAMPTZ(3),
ADD COLUMN     "quota" JSONB;

-- AlterTable
ALTER TABLE "repository" ADD COLUMN     "due_at" TIMESTAMPTZ(3),
ADD COLUMN     "head_etag" TEXT,
ADD COLUMN     "pulls_etag" TEXT,
ADD COLUMN     "swept_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "scan" ADD COLUMN     "shared" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "stage" "scan_stage",
ADD COLUMN     "superseded_by" UUID;

-- CreateTable
CREATE TABLE "sweep" (
    "name" TEXT NOT NULL,
    "lease_until" TIMESTAMPTZ(3),
    "ran_at" TIMESTAMPTZ(3),
    "cursor" JSONB,
    "error" TEXT,

    CONSTRAINT "sweep_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "repository_due_at_idx" ON "repository"("due_at");
