-- AlterTable
ALTER TABLE "artifact" ADD COLUMN     "verdict" TEXT;

-- Until the next scan of the default branch: what was last judged of the same bytes.
UPDATE artifact a SET verdict = (
  SELECT b.verdict ->> 'result' FROM blob b
  WHERE b.repository_id = a.repository_id AND b.sha = a.sha AND b.verdict IS NOT NULL
    AND b.reader IN ('evidence', 'package/signature')
  ORDER BY b.parser_version DESC LIMIT 1)
WHERE a.kind IN ('evidence', 'package_file');
