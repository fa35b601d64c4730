/** Tags of older generations, all of them read, and said so. GxP.MD, "Migration"; RFC-001 draft-02 and draft-03. */
import type { Tag } from '../contents.ts'
import { rememberedOfEach } from '../memo.ts'
import { type Place, TIERS } from '../model.ts'
import type { SourceFile } from '../record.ts'
import type { Rule } from './rule.ts'
import { counted, listed } from './words.ts'

/**
 * Where the policy names no schema, a project that uses the newest tags anywhere has settled on them, and each file that
 * lags behind is told. A project without any is told once: it keeps to the older convention throughout.
 */
export const legacyTag: Rule = {
  id: 'annotation/legacy-tag',
  severity: 'notice',
  about:
    "A file uses tags of an older generation than the project's. Told once a file; once in all where no file uses the newest and the policy names no schema.",
  *check({ head, policy }) {
    const declared = policy.annotationSchema
    const newest = declared ?? 3
    const old = olderTags(head.sources, newest).flat()
    const [example] = old
    if (!example) return
    if (declared !== null || head.sources.some(usesNewest)) {
      for (const { path, first, tags } of old) {
        const names = listed([...new Set(tags.map(named))], 'or')
        const message = `This file uses ${names} of an older generation of tags. The project's own are ${SETS[newest]}.`
        yield { place: placeOf(path, first), message }
      }
      return
    }
    yield {
      place: placeOf(example.path, example.first),
      general: true,
      message: `${counted(old.length, 'file')} ${old.length === 1 ? 'uses' : 'use'} tags of an older generation, here ${named(example.first)}. They are read as they are; today's tags are ${SETS[3]}.`,
      detail: 'project',
    }
  },
}

const olderTags = rememberedOfEach(({ path, content }: SourceFile, newest: number) => {
  const tags = content.blocks.flatMap((block) => block.tags).filter((tag) => generationOf(tag) < newest)
  const [first] = tags
  return first ? [{ path, first, tags }] : NONE
})

const NONE: never[] = []

/** The tags that draw a generation's edges. */
const SETS = {
  3: '`@gxp-satisfies`, `@gxp-implements`, `@gxp-verifies` and `@gxp-risk`',
  2: '`@gxp-req`, `@gxp-spec`, `@trace` and `@gxp-risk`',
  1: '`@gxp-tag` and `@gxp-criticality`',
} as const

/** Values are written alike in several generations, so the newest one shows in its edges. */
const usesNewest = ({ content }: SourceFile): boolean =>
  content.blocks.some(({ tags }) => tags.some(({ generation, ids }) => generation === 3 && ids.length > 0))

/** `@description` is ordinary documentation, whatever the generation; `@test-type unit` is a value of the first. */
function generationOf({ name, generation, value }: Tag): 1 | 2 | 3 {
  if (name === 'description') return 3
  if (name === 'test-type') return TIERS.some((tier) => tier === value) ? 3 : 1
  return generation
}

const named = ({ name, value }: Tag): string => (name === 'test-type' ? `\`@${name} ${value}\`` : `\`@${name}\``)

const placeOf = (path: string, { line, column, endColumn }: Tag): Place => ({ path, line, column, endColumn })
