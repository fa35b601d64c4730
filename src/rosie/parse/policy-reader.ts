/** Settings that are read one by one out of YAML which has much that is not ours, with what is wrong with them. */
import { isScalar } from 'yaml'
import { z } from 'zod'
import type { PolicyProblem } from './policy-file.ts'
import { explain, type Path, pathOf, valueAt } from './policy-issues.ts'
import { placeIn, type YamlMapping } from './yaml.ts'

/** No one mends more of these before the next scan. */
const MOST_PROBLEMS = 100

export class SettingsReader {
  readonly problems: PolicyProblem[] = []
  readonly #yaml: YamlMapping

  constructor(yaml: YamlMapping) {
    this.#yaml = yaml
  }

  /** The value at the path; undefined where there is none, or one that is wrong: then `instead` says what is used. */
  read<T>(path: Path, schema: z.ZodType<T>, instead: string): T | undefined {
    const above = path.slice(0, -1)
    // A section that is no mapping has no keys: said once, of the section.
    if (above.length > 0 && this.read(above, z.looseObject({}), 'Nothing is taken from it.') === undefined)
      return undefined
    const value = valueAt(this.#yaml.values, path)
    if (value === undefined || value === null) return undefined
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    if (issue) {
      const inValue = [...path, ...pathOf(issue)]
      this.say(inValue, `${explain({ ...issue, path: inValue }, this.#yaml.values)} ${instead}`)
    }
    return undefined
  }

  /** A scalar as it was written: `3.0` is no number here. */
  text(path: Path): string | null {
    const node = this.#yaml.document.getIn(path, true)
    if (!isScalar(node) || node.value === null) return null
    return (node.source ?? '').trim()
  }

  /** The keys of the mapping at the path; none where there is no mapping. */
  keys(path: Path): string[] {
    const value = valueAt(this.#yaml.values, path)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []
  }

  say(path: Path, message: string, severity?: PolicyProblem['severity']): void {
    if (this.problems.length === MOST_PROBLEMS) return
    const place = placeIn(this.#yaml, path)
    if (this.problems.some((known) => known.line === place.line && known.message === message)) return
    this.problems.push({ cause: 'policy', ...place, message, ...(severity && { severity }) })
  }
}
