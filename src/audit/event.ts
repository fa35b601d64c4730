/** An event of the audit trail as it is linked, exported and verified: plain JSON, each member always there. */

export type Json = string | number | boolean | null | Json[] | { [member: string]: Json }

export interface AuditedEvent {
  id: string
  /** UTC, RFC 3339, in ms. */
  at: string
  actor: string
  action: string
  resource: string
  previous: Json
  next: Json
  reason: string | null
  address: string | null
  requestId: string | null
  installationId: number | null
  repositoryId: number | null
  /** The number of the database's transaction that wrote it: what has one number was done together. */
  transaction: string
}

/** An event with its link. */
export interface LinkedEvent extends AuditedEvent {
  /** From 1, without gaps. */
  position: number
  /** SHA-256 over the previous link's hash and this event with its position, in hex. */
  hash: string
}

/** How far a chain has come. */
export type ChainHead = Pick<LinkedEvent, 'position' | 'hash'>
