/** The traceability matrix as rows for people: for each requirement what leads to it, and the path that proves it. */
import { kindOfId } from '../../rosie/ids.ts'
import { wholeFile } from '../../rosie/matrix.ts'
import type { ReportedRequirement, ReportSource } from '../../scan/ports/reports.ts'

export interface MatrixRow extends ReportedRequirement {
  /** Ids, then files, of what leads to it, nearest first: at most `MOST_REACHED` nodes of all kinds. */
  userStories: string[]
  specifications: string[]
  code: string[]
  tests: string[]
  evidence: string[]
}

/** Nodes listed for one requirement, and for all together: hostile records join everything with everything. */
const MOST_REACHED = 500
const MOST_LISTED = 1_000_000

export function matrixRows({
  requirements,
  edges,
  files,
}: Pick<ReportSource, 'requirements' | 'edges' | 'files'>): MatrixRow[] {
  const into = new Map<string, string[]>()
  const kinds = new Map(files.map(({ path, kind }) => [`FILE:${path}`, kind]))
  for (const { from, to } of edges) {
    const known = into.get(to)
    if (known) known.push(from)
    else into.set(to, [from])
  }
  const most = Math.min(MOST_REACHED, Math.floor(MOST_LISTED / requirements.length))
  return requirements.map((requirement) => {
    const reached = reachInto(requirement.id, into, most)
    const row: MatrixRow = { ...requirement, userStories: [], specifications: [], code: [], tests: [], evidence: [] }
    for (const node of reached) listOf(row, node, kinds)?.push(nameOf(node))
    return row
  })
}

/** Where a node belongs; null: another requirement, or a file that is neither source nor a test. */
function listOf(row: MatrixRow, node: string, kinds: ReadonlyMap<string, string>) {
  switch (kindOfId(node)) {
    case 'user_story':
      return row.userStories
    case 'specification':
      return row.specifications
    case 'requirement':
      return null
    default:
      if (!node.startsWith('FILE:')) return row.evidence
      return listOfKind(row, kinds.get(node))
  }
}

const listOfKind = (row: MatrixRow, kind: string | undefined) =>
  kind === 'test' ? row.tests : kind === 'source' ? row.code : null

function reachInto(id: string, into: ReadonlyMap<string, readonly string[]>, most: number): Set<string> {
  const seen = new Set([id])
  const reached = new Set<string>()
  for (const node of seen) {
    for (const from of into.get(node) ?? []) seen.add(from)
    if (node !== id) reached.add(wholeFile(node))
    if (reached.size >= most) break
  }
  return reached
}

export const nameOf = (node: string) => node.replace(/^(?:FILE|EVIDENCE):/, '')
