/** What a scan is judged by. It comes from the default branch or the server, never from the change. RULES, "Policy". */
import type { Severity } from './model.ts'

export interface Policy {
  /** The least severity that makes a check fail; `never`: findings are shown and nothing fails. */
  failOn: 'error' | 'warning' | 'never'
  /** Only findings that the change introduces can make it fail. */
  introducedOnly: boolean
  /** Severities that differ from the rules' own; `off`: the rule rests. */
  severities: Readonly<Record<string, Severity | 'off'>>
  /** Files over this many bytes are not read. */
  maxFileBytes: number
}

export const DEFAULT_POLICY: Policy = {
  failOn: 'error',
  introducedOnly: false,
  severities: {},
  maxFileBytes: 1024 * 1024,
}
