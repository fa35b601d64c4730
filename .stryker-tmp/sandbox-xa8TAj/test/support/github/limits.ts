/**
 * What GitHub documents as limits of check runs and comments, beyond what the OpenAPI description says itself (50
 * annotations a request; 3 actions, their label, description and identifier of at most 20, 40 and 20 characters).
 */
// @ts-nocheck

import type { Annotation, CheckRunInput } from './checks.ts'

/** "The maximum size is 64 KB." https://docs.github.com/en/rest/checks/runs#create-a-check-run */
const MESSAGE_BYTES = 64 * 1024
/** "The maximum size is 255 characters." Same page. */
const TITLE_CHARACTERS = 255
/**
 * "Maximum length: 65535 characters." Same page. Counted here in bytes, the stricter reading: text outside ASCII meets
 * the limit earlier.
 */
const OUTPUT_BYTES = 65_535
/** "Body is too long (maximum is 65536 characters)", as the API says when asked for more. https://docs.github.com/en/rest/issues/comments#create-an-issue-comment */
const COMMENT_CHARACTERS = 65_536

/** Problems of a check run as it would be after the request; empty when GitHub takes it. */
export function checkRunProblems(input: CheckRunInput): string[] {
  const problems: string[] = []
  // "Required if you provide completed_at or a status of completed." Same page.
  const completes = input.status === 'completed' || input.completed_at !== undefined
  if (completes && !input.conclusion) problems.push('conclusion is required when status is completed')
  if (input.conclusion === 'stale') problems.push('conclusion stale is set by GitHub only')
  for (const part of ['summary', 'text'] as const) {
    const bytes = Buffer.byteLength(input.output?.[part] ?? '')
    if (bytes > OUTPUT_BYTES)
      problems.push(`output.${part}: only ${OUTPUT_BYTES} bytes are allowed; ${bytes} were given`)
  }
  const annotations = input.output?.annotations ?? []
  return [...problems, ...annotations.flatMap(annotationProblems)]
}

/** https://docs.github.com/en/rest/checks/runs#create-a-check-run, `annotations` items. */
function annotationProblems(annotation: Annotation, index: number): string[] {
  const { path, start_line, end_line, start_column, end_column, message, title, raw_details } = annotation
  const at = `output.annotations[${index}]`
  const problems: string[] = []
  if (path === '') problems.push(`${at}.path is empty`)
  if (start_line < 1) problems.push(`${at}.start_line: line numbers start at 1`)
  if (end_line < start_line) problems.push(`${at}.end_line is before start_line`)
  const hasColumns = start_column !== undefined || end_column !== undefined
  if (hasColumns && start_line !== end_line)
    problems.push(`${at}: columns only where start_line and end_line are the same`)
  if ([start_column, end_column].some((column) => column !== undefined && column < 1))
    problems.push(`${at}: columns start at 1`)
  if (message === '') problems.push(`${at}.message is empty`)
  if (Buffer.byteLength(message) > MESSAGE_BYTES) problems.push(`${at}.message is larger than 64 KB`)
  if (Buffer.byteLength(raw_details ?? '') > MESSAGE_BYTES) problems.push(`${at}.raw_details is larger than 64 KB`)
  if ([...(title ?? '')].length > TITLE_CHARACTERS)
    problems.push(`${at}.title is longer than ${TITLE_CHARACTERS} characters`)
  return problems
}

export function commentProblems(body: string): string[] {
  if (body.trim() === '') return ['body can not be blank']
  const length = [...body].length
  return length > COMMENT_CHARACTERS
    ? [`body is too long (maximum is ${COMMENT_CHARACTERS} characters; ${length} were given)`]
    : []
}
