-- AlterTable
ALTER TABLE "scan" ADD COLUMN     "blobs_read" INTEGER;

-- What was counted so far: the blobs of head and base together. How many of them were the head's isn't known.
UPDATE "scan" SET "blobs_read" = "files_fetched" WHERE "files_fetched" IS NOT NULL;
