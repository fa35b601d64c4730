/** One reader for each kind of content. Reading never throws: what can't be read is a content with a problem. */

import type { AnnotatedSource, Content, Problem } from '../contents.ts'
import type { Language } from '../languages.ts'
import type { Reader } from '../model.ts'
import { readAnnotations } from './annotations.ts'
import { decode, decodeSource } from './bytes.ts'
import { readDecision } from './decision.ts'
import { readDocument } from './document.ts'
import { readEvidence } from './jws.ts'
import { readKeys } from './keys.ts'
import { readManifest } from './manifest.ts'
import { readMetadata, readPackageFile, readResults } from './package.ts'
import { readPolicyFile } from './policy-file.ts'
import { readProjectPolicy } from './project-policy.ts'
import { readRiskRegister } from './risk-register.ts'
import { readSystemContext } from './system-context.ts'
import { readTestingRecord, standingLines } from './testing-record.ts'
import { unreadDocument } from './unread.ts'
import { readVendorAssessment } from './vendor-assessment.ts'

/** Raised whenever a reader's result changes for any input: contents kept under another version are read again. */
export const PARSER_VERSION = 7

/**
 * Reads a file's bytes. `bytes` null: the file is larger than the limit and was not fetched.
 * `maxBytes` is named in that message.
 */
export function read(reader: Reader, bytes: Uint8Array | null, maxBytes: number): Content {
  const large = bytes === null ? tooLarge(maxBytes) : null
  if (isOfSource(reader)) {
    if (bytes === null) return { kind: 'annotations', blocks: [], problems: [tooLarge(maxBytes)] }
    return detached(readAnnotations(decodeSource(bytes), languageOf(reader)))
  }
  switch (reader) {
    case 'package/file':
      return readPackageFile(bytes, large)
    case 'package/results':
      return readResults(bytes, large)
    case 'package/manifest':
      return readManifest(bytes, large)
    case 'package/metadata':
      return readMetadata(bytes, large)
    default:
      return readRecord(reader, bytes, large)
  }
}

/**
 * The engine keeps a whole text in memory for a part of it, here a source file for the sake of an id: 6 kB instead of 1.
 * Contents are plain JSON, so that this is the same content without its source.
 */
const detached = (found: AnnotatedSource): AnnotatedSource =>
  found.blocks.length === 0 ? found : (JSON.parse(JSON.stringify(found)) as AnnotatedSource)

const ANNOTATIONS = 'annotations/'
type SourceReader = Extract<Reader, `annotations/${string}`>
const isOfSource = (reader: Reader): reader is SourceReader => reader.startsWith(ANNOTATIONS)
const languageOf = (reader: SourceReader) => reader.slice(ANNOTATIONS.length) as Language

const tooLarge = (maxBytes: number): Problem => ({
  cause: 'too-large',
  line: 1,
  message: `The file is larger than ${Math.round(maxBytes / 1024)} KiB, so it was not read.`,
})

type PackageReader = 'package/file' | 'package/results' | 'package/manifest' | 'package/metadata'
type TextReader = Exclude<Reader, SourceReader | PackageReader>

function readRecord(reader: TextReader, bytes: Uint8Array | null, large: Problem | null): Content {
  const decoded = bytes === null ? { problem: large ?? tooLarge(0) } : decode(bytes)
  if ('text' in decoded) return readText(reader, decoded.text)
  // An empty content of the reader's kind that carries the problem instead of the problems of an empty file. Bytes that
  // are not text are no JWS: a signed evidence that was damaged is an error, not a matter of encoding.
  const damaged = decoded.problem.cause === 'encoding' && (reader === 'evidence' || reader === 'package/signature')
  const empty = readText(reader, '')
  const problems: Problem[] = [damaged ? { ...decoded.problem, cause: 'jws' } : decoded.problem]
  const text = bytes === null ? '' : decodeSource(bytes)
  if ('unread' in empty) return { ...empty, problems, unread: unreadDocument(text) }
  if ('standing' in empty) return { ...empty, problems, standing: standingLines(text) }
  return { ...empty, problems }
}

function readText(reader: TextReader, text: string): Content {
  switch (reader) {
    case 'system_context':
      return readSystemContext(text)
    case 'evidence':
      return readEvidence(text)
    case 'package/signature':
      return readEvidence(text, 'package')
    case 'key':
      return readKeys(text)
    case 'risk_register':
      return readRiskRegister(text)
    case 'decision':
      return readDecision(text)
    case 'testing_record':
      return readTestingRecord(text)
    case 'vendor_assessment':
      return readVendorAssessment(text)
    case 'policy':
      return readPolicyFile(text)
    case 'project_policy':
      return readProjectPolicy(text)
    default:
      return readDocument(reader, text)
  }
}
