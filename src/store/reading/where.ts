/** What a WHERE is put together of. */
import { Prisma } from '../../generated/prisma/client.ts'

/** Every condition that is there: a filter that was not given is none. */
export function all(conditions: readonly (Prisma.Sql | false | null)[]): Prisma.Sql {
  const given = conditions.flatMap((condition) => condition || [])
  return given.length === 0 ? Prisma.sql`TRUE` : Prisma.sql`(${Prisma.join(given, ' AND ')})`
}

/** At least one: where there is none, nothing fits. */
export const any = (conditions: readonly Prisma.Sql[]): Prisma.Sql =>
  conditions.length === 0 ? Prisma.sql`FALSE` : Prisma.sql`(${Prisma.join([...conditions], ' OR ')})`

/** This text is part of it, in capitals or not. */
export const holds = (value: Prisma.Sql, text: string): Prisma.Sql =>
  Prisma.sql`strpos(lower(${value}), lower(${text}::text)) > 0`
