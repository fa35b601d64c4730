-- One that named only its repository belongs to whoever has that; one that named neither counted for nothing.
UPDATE signing_key k SET installation_id = r.installation_id FROM repository r
WHERE k.installation_id IS NULL AND r.id = k.repository_id;
DELETE FROM signing_key WHERE installation_id IS NULL;

-- AlterTable
ALTER TABLE "signing_key" ALTER COLUMN "installation_id" SET NOT NULL;
