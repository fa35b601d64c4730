/** An empty repository and what is told of its scans, in words. */
import type { Publisher, Report } from '../../src/scan/ports/publisher.ts'
import type { RepositorySource, TreeEntry } from '../../src/scan/ports/source.ts'
import type { Phase } from '../../src/scan/ports/store.ts'
import { sha } from '../store/given.ts'

export class Stage implements Publisher, RepositorySource {
  readonly requests = 0
  readonly said: string[] = []
  /** What listing the tree does. */
  onTree: () => Promise<TreeEntry[]> = async () => []

  tip = async () => ({ branch: 'main', commit: sha('a') })
  /** Where the branch stands, when asked. */
  onHead: (ref: string) => Promise<string | null> = async () => null
  head = (ref: string) => this.onHead(ref)
  mergeBase = async () => null
  tree = () => this.onTree()
  async *blobs() {}
  directories = async () => new Map<string, never>()

  /** As on GitHub, a check run that is open stays so. */
  open = async () => {
    if (!this.said.includes('open')) this.said.push('open')
  }
  /** Phases of which the check run was told. */
  readonly phases: Phase[] = []
  progress = async (phase: Phase) => void this.phases.push(phase)
  conclude = async ({ assessment }: Report) => void this.said.push(assessment.conclusion)
  fail = async (title: string, summary: string) => void this.said.push(`failed: ${title}\n${summary}`)
  cancel = async (newerHead: string) => void this.said.push(`cancelled for ${newerHead}`)
  comment = async () => {}
}
