-- CreateTable
CREATE TABLE "traceability_matrix" (
    "repository_id" BIGINT NOT NULL,
    "content" BYTEA NOT NULL,

    CONSTRAINT "traceability_matrix_pkey" PRIMARY KEY ("repository_id")
);

-- AddForeignKey
ALTER TABLE "traceability_matrix" ADD CONSTRAINT "traceability_matrix_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;
