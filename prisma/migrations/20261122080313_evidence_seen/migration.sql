-- CreateTable
CREATE TABLE "evidence_seen" (
    "repository_id" BIGINT NOT NULL,
    "sha" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "evidence_seen_pkey" PRIMARY KEY ("repository_id","sha")
);

-- AddForeignKey
ALTER TABLE "evidence_seen" ADD CONSTRAINT "evidence_seen_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;
