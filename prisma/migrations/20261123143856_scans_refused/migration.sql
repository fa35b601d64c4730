-- AlterTable
ALTER TABLE "scan" ADD COLUMN     "refused" BOOLEAN NOT NULL DEFAULT false;

-- What was read off the reason before.
UPDATE "scan" SET "refused" = true
WHERE "status" = 'skipped' AND "error" IN ('The app was uninstalled.', 'The installation is suspended.',
    'The app has no access to the repository any more.', 'The repository is archived.')
  OR "status" = 'failed' AND "error" ~ '(^|\()(Forbidden|NotFound): ';
