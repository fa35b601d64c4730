-- CreateTable
CREATE TABLE "retention_removed" (
    "what" TEXT NOT NULL,
    "rows" BIGINT NOT NULL,

    CONSTRAINT "retention_removed_pkey" PRIMARY KEY ("what")
);
