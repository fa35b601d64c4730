/** What jobs render reports with: every format. */
import type { RenderReport } from '../../scan/ports/reports.ts'
import { renderPdf } from '../pdf/pdf.ts'
import { paperOf } from './paper.ts'
import { renderText } from './render.ts'
import { complianceReport } from './report.ts'

export const renderReport: RenderReport = async (source, format) =>
  format === 'pdf' ? renderPdf(paperOf(complianceReport(source))) : Buffer.from(renderText(source, format))
