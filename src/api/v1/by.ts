import type { FastifyRequest } from 'fastify'
import type { By } from '../../store/audit.ts'

/** Who sends a request, as the audit trail keeps it. */
export const byOf = (request: FastifyRequest): By => ({
  actor: request.reader.actor,
  address: request.address,
  requestId: request.id,
})
