/** A report in those of its formats that are text. The PDF is apart (formats.ts): it takes long, and only jobs make one. */
import type { ReportSource } from '../../scan/ports/reports.ts'
import { jsonText } from '../plain.ts'
import { sarifReport } from '../sarif.ts'
import { VERSION } from '../version.ts'
import { paperMarkdown } from './markdown.ts'
import { paperOf } from './paper.ts'
import { complianceReport } from './report.ts'

/** Those that are text. */
export type TextFormat = 'json' | 'markdown' | 'sarif'

/** `server`: as `paperOf` has it. */
export function renderText(source: ReportSource, format: TextFormat, server: string | null = null): string {
  switch (format) {
    case 'json':
      return jsonText(complianceReport(source))
    case 'markdown':
      return paperMarkdown(paperOf(complianceReport(source), server))
    case 'sarif':
      return jsonText(sarifReport(found(source), VERSION))
  }
}

/** Of the default branch by itself: nothing is compared. */
const found = ({ scan, findings, assessed }: ReportSource) => ({
  ...{ head: scan.commit, base: null, findings, fixed: [] },
  ignored: assessed?.ignored ?? [],
})
