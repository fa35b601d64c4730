/** What jobs render reports with: every format. */
import type { RenderReport } from '../../scan/ports/reports.ts'
import { renderPdf } from '../pdf/pdf.ts'
import { paperOf } from './paper.ts'
import { renderText } from './render.ts'
import { complianceReport } from './report.ts'

/** `server`: as `paperOf` has it. */
export const reportRenderer =
  (server: string | null = null): RenderReport =>
  async (source, format) =>
    format === 'pdf'
      ? renderPdf(paperOf(complianceReport(source), server))
      : Buffer.from(renderText(source, format, server))
