import type { FastifyRequest } from 'fastify'
import type { By } from '../../store/audit.ts'
import { addressOf } from '../key-access.ts'

/** Who sends a request, as the audit trail keeps it. */
export const byOf = (request: FastifyRequest): By => ({
  actor: request.reader.actor,
  address: addressOf(request),
  requestId: request.id,
})
