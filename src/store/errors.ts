import { Prisma } from '../generated/prisma/client.ts'

/** As Prisma's adapter tells it. */
interface Cause {
  kind?: string
  /** SQLSTATE. */
  originalCode?: string
}

function causeOf({ meta }: Prisma.PrismaClientKnownRequestError): Cause {
  const { driverAdapterError } = (meta ?? {}) as { driverAdapterError?: { cause?: Cause } }
  return driverAdapterError?.cause ?? {}
}

/** A unique index refused the row, through Prisma's own statements (P2002) or through SQL (SQLSTATE 23505). */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError &&
  (error.code === 'P2002' || causeOf(error).originalCode === '23505')

const AWAY: ReadonlySet<unknown> = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
])
/** SQLSTATE 08: the connection failed; 57P01 to 57P03: the server ends, crashed, or only starts. */
const ENDED = /^(08...|57P0[123])$/
/** What the driver says itself has no code. */
const BROKEN = /Connection terminated|timeout exceeded when trying to connect/

/** The database did not answer: the same may be asked again soon. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return BROKEN.test(error.message)
  const { kind, originalCode = '' } = causeOf(error)
  return AWAY.has(kind) || ENDED.test(originalCode) || BROKEN.test(error.message)
}
