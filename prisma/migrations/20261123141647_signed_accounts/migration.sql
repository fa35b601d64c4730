-- AlterTable
ALTER TABLE "artifact" ADD COLUMN     "account" JSONB;

-- What was judged without an account of it is judged again: until then reports say that nothing was.
UPDATE "artifact" SET "verdict" = NULL WHERE "verdict" IS NOT NULL;
UPDATE "repository" SET "due_at" = now() WHERE "tracked_scan_id" IS NOT NULL;
