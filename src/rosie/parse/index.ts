/** One reader for each kind of content. Reading never throws: what can't be read is a content with a problem. */
import type { Content, Problem, Reader } from '../model.ts'
import { readAnnotations } from './annotations.ts'
import { decode, decodeSource } from './bytes.ts'
import { readDocument } from './document.ts'
import { readEvidence } from './jws.ts'
import { readKeys } from './keys.ts'
import { readRiskRegister } from './risk-register.ts'
import { readSystemContext } from './system-context.ts'

/** Raised whenever a reader's result changes for any input: contents kept under another version are read again. */
export const PARSER_VERSION = 2

/**
 * Reads a file's bytes. `bytes` null: the file is larger than the limit and was not fetched.
 * `maxBytes` is named in that message.
 */
export function read(reader: Reader, bytes: Uint8Array | null, maxBytes: number): Content {
  if (bytes === null) return unreadable(reader, tooLarge(maxBytes))
  if (reader === 'annotations/c') return readAnnotations(decodeSource(bytes), 'c')
  if (reader === 'annotations/python') return readAnnotations(decodeSource(bytes), 'python')
  const decoded = decode(bytes)
  if ('text' in decoded) return readText(reader, decoded.text)
  // Bytes that are not text are no JWS: a signed evidence that was damaged is an error, not a matter of encoding.
  return unreadable(reader, reader === 'evidence' ? { ...decoded.problem, cause: 'jws' } : decoded.problem)
}

const tooLarge = (maxBytes: number): Problem => ({
  cause: 'too-large',
  line: 1,
  message: `The file is larger than ${Math.round(maxBytes / 1024)} KiB, so it was not read.`,
})

function readText(reader: Exclude<Reader, 'annotations/c' | 'annotations/python'>, text: string): Content {
  switch (reader) {
    case 'system_context':
      return readSystemContext(text)
    case 'evidence':
      return readEvidence(text)
    case 'key':
      return readKeys(text)
    case 'risk_register':
      return readRiskRegister(text)
    default:
      return readDocument(reader, text)
  }
}

/** An empty content of the reader's kind that carries the problem instead of the problems of an empty file. */
function unreadable(reader: Reader, problem: Problem): Content {
  if (reader === 'annotations/c' || reader === 'annotations/python')
    return { kind: 'annotations', blocks: [], problems: [problem] }
  return { ...readText(reader, ''), problems: [problem] }
}
