-- AlterTable
ALTER TABLE "api_key" ADD COLUMN     "maker_id" UUID;

-- CreateIndex
CREATE INDEX "api_key_maker_id_idx" ON "api_key"("maker_id");

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_maker_id_fkey" FOREIGN KEY ("maker_id") REFERENCES "api_key"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What keys have made so far, by what the audit trail says of it.
UPDATE "api_key" made SET "maker_id" = maker."id" FROM "audit_event" e JOIN "api_key" maker ON e."actor" = 'api-key/' || maker."id"
  WHERE e."action" = 'api_key.created' AND e."resource" = 'api-key/' || made."id";
