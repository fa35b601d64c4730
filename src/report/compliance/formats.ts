/** What jobs render reports with: every format. What draws the PDF takes 29 MB, so it is loaded where one is asked for. */
import type { RenderReport } from '../../scan/ports/reports.ts'
import { paperOf } from './paper.ts'
import { renderText } from './render.ts'
import { complianceReport } from './report.ts'

/** `server`: as `paperOf` has it. */
export const reportRenderer =
  (server: string | null = null): RenderReport =>
  async (source, format) => {
    if (format !== 'pdf') return Buffer.from(renderText(source, format, server))
    const { renderPdf } = await import('../pdf/pdf.ts')
    return renderPdf(paperOf(complianceReport(source), server))
  }
