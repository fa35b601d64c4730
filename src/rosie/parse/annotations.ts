/**
 * Annotations in comments: adjacent comments with tags form a block, which governs the code that follows. A tag counts
 * where it is claimed, not mentioned (mention.ts). One that begins its line and does not parse is a problem; the same
 * words in the middle of a sentence are prose. GxP.MD, "Annotations"; RFC-001, "In-code annotations".
 */

import type { AnnotatedSource, Block, Tag } from '../contents.ts'
import type { Language } from '../languages.ts'
import { type CommentGroup, type CommentLine, commentsOf } from './comments/index.ts'
import { inCodeBlocks } from './mention.ts'
import type { Position } from './tag.ts'
import { type FoundTag, problem, readLine } from './tag-line.ts'

/**
 * A file without any of the family has no annotations: most files end here. In the others only comments with one of it,
 * or with a switch, have something to say.
 */
const FAMILY = /@[\u200b-\u200d\u2060\ufeff]{0,4}(?:gxp|trace|requirement)/iy
const SWITCH = /(?:^|\s)gxp:(off|on)(?![\w-])/
const SWITCH_BEGINS = 'gxp:o'

/**
 * A block that names more ids is told to be split: each specification in it takes each requirement in it as a parent, so
 * the edges grow with the square.
 */
const MAX_IDS = 50

/** After more faults than anyone mends at once a file is not read on: a million bytes hold a hundred thousand. */
const MAX_PROBLEMS = 500

export function readAnnotations(text: string, language: Language): AnnotatedSource {
  const found: AnnotatedSource = { kind: 'annotations', blocks: [], problems: [] }
  const places = placesOf(text)
  if (places.length === 0) return found
  let off = false
  for (const comment of commentsOf(text, language, places)) {
    const { tags, problems, stillOff } = readGroup(comment, off, MAX_PROBLEMS - found.problems.length)
    off = stillOff
    for (const each of problems) found.problems.push(each) // not spread: there may be a hundred thousand
    if (tags.length > 0) found.blocks.push({ line: comment.line, endLine: comment.endLine, tags } satisfies Block)
    if (found.problems.length > MAX_PROBLEMS) {
      const message = `More than ${MAX_PROBLEMS} tags of this file do not parse, so it was not read from here on.`
      found.problems.push(problem({ line: found.problems.at(-1)?.line ?? 1 }, message))
      break
    }
  }
  return found
}

/** The offsets of what begins a tag of the family or a switch, ascending; none where there is no tag. */
function placesOf(text: string): number[] {
  const tags: number[] = []
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    FAMILY.lastIndex = at
    if (FAMILY.test(text)) tags.push(at)
  }
  if (tags.length === 0) return tags
  const switches: number[] = []
  for (let at = text.indexOf(SWITCH_BEGINS); at >= 0; at = text.indexOf(SWITCH_BEGINS, at + 1)) switches.push(at)
  return switches.length === 0 ? tags : [...tags, ...switches].sort((a, b) => a - b)
}

/** `mostProblems`: the group is left after the line that has more. */
function readGroup(comment: CommentGroup, wasOff: boolean, mostProblems: number) {
  const { found, off } = findTags(comment.lines, wasOff, mostProblems)
  const family = found.some(({ tag, shared }) => (tag && !shared) || (tag && tag.ids.length > 0))
  const counted = found.filter(({ shared }) => family || !shared)
  const tags = counted.flatMap(({ tag }) => tag ?? [])
  const problems = counted.flatMap(({ problem }) => problem ?? [])
  const surplus = firstBeyond(MAX_IDS, tags)
  if (!surplus) return { tags, problems, stillOff: off }
  const { name, line, column, endLine, endColumn } = surplus
  const message = `One comment names more than ${MAX_IDS} ids, from this \`@${name}\` on. Split it, so that each says what its own code fulfils.`
  return {
    tags: tags.slice(0, tags.indexOf(surplus)),
    problems: [...problems, problem({ line, column, ...(endLine && { endLine }), endColumn }, message)],
    stillOff: off,
  }
}

function findTags(lines: readonly CommentLine[], wasOff: boolean, mostProblems: number) {
  let off = wasOff
  let faults = 0
  let read: Position = { index: 0, offset: 0 } // what was read as part of a tag that began above
  const found: FoundTag[] = []
  const quoted = inCodeBlocks(lines)
  for (const [index, line] of lines.entries()) {
    if (quoted.has(index) || !/@|gxp:o/.test(line.text)) continue
    const turned = SWITCH.exec(line.text)?.[1]
    if (turned) off = turned === 'off'
    else if (!off) {
      for (const { end, ...each } of readLine(lines, index, index === read.index ? read.offset : 0)) {
        found.push(each)
        if (end) read = end
        if (each.problem && !each.shared) faults++
      }
    }
    if (faults > mostProblems) break
  }
  return { found, off }
}

/** The first tag with which more than `limit` ids are named. */
function firstBeyond(limit: number, tags: readonly Tag[]): Tag | undefined {
  let named = 0
  return tags.find(({ ids }) => {
    named += ids.length
    return named > limit
  })
}
