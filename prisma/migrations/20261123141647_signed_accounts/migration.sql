-- AlterTable
ALTER TABLE "artifact" ADD COLUMN     "account" JSONB;

-- What was judged without an account of it is judged once more: until then reports say that it was not.
UPDATE "repository" SET "due_at" = least("due_at", now()) WHERE "tracked_scan_id" IS NOT NULL;
