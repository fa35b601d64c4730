// @ts-nocheck
import { Prisma } from '../generated/prisma/client.ts'

/** A unique index refused the row, through Prisma's own statements (P2002) or through SQL (SQLSTATE 23505). */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false
  if (error.code === 'P2002') return true
  const { driverAdapterError } = (error.meta ?? {}) as { driverAdapterError?: { cause?: { originalCode?: string } } }
  return driverAdapterError?.cause?.originalCode === '23505'
}
