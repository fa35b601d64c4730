/**
 * What the contract and isolation suites know of an operation: how to ask for acme's own so that it is answered well, how to
 * ask for it wrongly, and what others are answered. One object for each `operationId`; index.ts puts the files together. The method, the path and
 * what an answer must look like come from the OpenAPI document.
 */
import type { Stage } from '../stage.ts'
import type { Things } from './things.ts'

export interface Asked {
  /** For each name in braces of the path. */
  params?: Record<string, string | number | bigint>
  query?: Record<string, string | number>
  headers?: Record<string, string>
  body?: object
}

export interface Operation {
  /** The good request, on what acme has. Made anew each time: an operation may use up what it is about. */
  good(things: Things, stage: Stage): Asked | Promise<Asked>
  /** Other good requests, of which each is answered in its own way. */
  also?: ((things: Things) => Asked)[]
  /** With which key of acme's, or that of the whole server. Default: `read`. */
  key?: 'read' | 'scan' | 'admin' | 'root'
  /** What it answers. Default: 200. */
  status?: number
  /** What is not as described, over the good request: answered with 400. Null: nothing can be wrong with it, as `because` says. */
  bad: Asked | null
  because?: string
  /** Where `key` is more than `read`, acme's key of the next lesser scope is answered with 403; null: with something else. */
  lessIs?: null
  /**
   * What zeta's administrator is answered to the good request: 404, the default; or 200, and nothing of acme's in it; or 403,
   * where it is for the server's own administrators.
   */
  stranger?: 200 | 403 | 404
  /**
   * What somebody is answered who administers another repository of acme's and nothing else, where that is not what a stranger
   * is answered: such things are of the whole installation.
   */
  neighbour?: 200 | 403
}

export type Operations = Record<string, Operation>
