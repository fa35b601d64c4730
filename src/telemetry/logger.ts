import type { Writable } from 'node:stream'
import pc from 'picocolors'
import type { DestinationStream, Logger } from 'pino'
import pino from 'pino'

export type { Logger } from 'pino'

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const CENSOR = '[redacted]'

/** Members that are secret whatever object carries them, in lower case without `-` and `_`. */
const SECRET_MEMBERS = new Set([
  'accesstoken',
  'authorization',
  'clientsecret',
  'codeverifier',
  'cookie',
  'password',
  'pem',
  'privatekey',
  'proxyauthorization',
  'refreshtoken',
  'secret',
  'setcookie',
  'token',
  'webhooksecret',
  'xcsrftoken',
  'xhubsignature',
  'xhubsignature256',
])

/**
 * Secrets by their look, for texts that quote them: an error's message, a URL, a header. GitHub's token prefixes:
 * https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
 */
const SECRET_TEXTS: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, CENSOR],
  [/\b(?:gh[opusr]_\w+|github_pat_\w+)/g, CENSOR],
  // JSON web tokens and encryption: our cookies, and what GitHub's client signs as the app.
  [/\beyJ[\w-]{8,}\.[\w-]*\.[\w.-]+/g, CENSOR],
  // Our own API keys.
  [/\brsk_\w+/g, CENSOR],
  [/\b(bearer|basic|token)\s+[\w.~+/=-]{16,}/gi, `$1 ${CENSOR}`],
  [/(\b[a-z][a-z\d+.-]{0,30}:\/\/[^\s:/@]*:)[^\s/]+@/gi, `$1${CENSOR}@`],
]

/** Deeper than anything we log on purpose: what lies below is left out. */
const MAX_DEPTH = 8

/**
 * JSON lines with ISO time, or one readable line each where standard output is a terminal. Secrets are taken out of
 * every line, by the name of the member and by the look of the text, at any depth.
 */
export function createLogger(level: LogLevel, destination: DestinationStream = standardOutput()): Logger {
  return pino(
    {
      level,
      base: { service: 'rosie-guard' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: pino.stdSerializers.err, error: pino.stdSerializers.err },
      hooks: { streamWrite: redactLine },
    },
    destination,
  )
}

/** Where a logger writes: for whole lines of another logger, of a thread whose own output would get in between. */
export const outputOf = (log: Logger): DestinationStream =>
  (log as unknown as Record<symbol, DestinationStream>)[pino.symbols.streamSym] as DestinationStream

/** The line was serialised by pino, so it is JSON and ends with a line break. */
function redactLine(line: string): string {
  return `${JSON.stringify(redact(JSON.parse(line)))}\n`
}

function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return '[…]'
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, isSecret(name) ? CENSOR : redact(member, depth + 1)]),
  )
}

const isSecret = (name: string) => SECRET_MEMBERS.has(name.toLowerCase().replace(/[-_]/g, ''))

function redactText(text: string): string {
  return SECRET_TEXTS.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text)
}

function standardOutput(): DestinationStream {
  return process.stdout.isTTY ? readableLines(process.stdout) : pino.destination({ dest: 1, sync: false })
}

const LEVEL_COLOURS: Record<string, (text: string) => string> = {
  fatal: pc.red,
  error: pc.red,
  warn: pc.yellow,
  info: pc.green,
}

/** For people at a terminal: time, level, message, then the other members as JSON; an error's stack on lines of its own. */
export function readableLines(output: Writable): DestinationStream {
  return {
    write(line: string) {
      const { time, level, service: _service, msg = '', err, ...members } = JSON.parse(line)
      const colour = LEVEL_COLOURS[level] ?? pc.dim
      const rest = Object.keys(members).length > 0 ? ` ${pc.dim(JSON.stringify(members))}` : ''
      const stack = err ? `\n${err.stack ?? err.message}` : ''
      output.write(`${String(time).slice(11, 19)} ${colour(String(level).padEnd(5))} ${msg}${rest}${stack}\n`)
    },
  }
}
