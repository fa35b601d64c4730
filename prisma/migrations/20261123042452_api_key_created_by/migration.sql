-- AlterTable
ALTER TABLE "api_key" ADD COLUMN     "created_by" TEXT;

-- Who has made the keys so far, by what the audit trail says of it.
UPDATE "api_key" made SET "created_by" = e."actor" FROM "audit_event" e
  WHERE e."action" = 'api_key.created' AND e."resource" = 'api-key/' || made."id";
