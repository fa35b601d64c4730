-- AlterEnum
ALTER TYPE "scan_kind" ADD VALUE 'replay';

-- AlterTable
ALTER TABLE "scan" ADD COLUMN     "replay" JSONB;

-- AlterTable
ALTER TABLE "tree" ADD COLUMN     "state_id" TEXT,
ADD COLUMN     "state_scope" TEXT;

-- CreateTable
CREATE TABLE "commit_state" (
    "repository_id" BIGINT NOT NULL,
    "commit" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "available" BOOLEAN NOT NULL,
    "tree_sha" TEXT,
    "asked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "commit_state_pkey" PRIMARY KEY ("repository_id","commit","scope")
);

-- CreateTable
CREATE TABLE "state_hash" (
    "repository_id" BIGINT NOT NULL,
    "tree_sha" TEXT NOT NULL,
    "state_id" TEXT NOT NULL,
    "plain" TEXT,
    "separated" TEXT,
    "computed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "state_hash_pkey" PRIMARY KEY ("repository_id","tree_sha")
);

-- CreateIndex
CREATE INDEX "state_hash_repository_id_state_id_idx" ON "state_hash"("repository_id", "state_id");

-- AddForeignKey
ALTER TABLE "commit_state" ADD CONSTRAINT "commit_state_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "state_hash" ADD CONSTRAINT "state_hash_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;
