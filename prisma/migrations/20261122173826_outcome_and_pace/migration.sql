-- AlterTable
ALTER TABLE "installation" ADD COLUMN     "listed_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "scan" ADD COLUMN     "background" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "outcome" JSONB;
