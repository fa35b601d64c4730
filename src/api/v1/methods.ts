/** What there is at an address is told to whoever asks for something else there: 405 with `allow`, RFC 9110 §15.5.6. */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { Problem, sendProblem } from '../problem.ts'

interface Known {
  pattern: RegExp
  /** Names in the address: where two patterns fit, the one with fewer is meant, as the router has it. */
  names: number
  methods: Set<string>
}

/** Of all routes that are added to `app` after this. */
export class Methods {
  readonly #known = new Map<string, Known>()

  constructor(app: FastifyInstance) {
    const methods = this
    app.addHook('onRoute', function (route) {
      const headless = route.method === 'GET' && route.exposeHeadRoute === false
      // Otherwise it may be taken for another address: `/audit-events/export` for the event of that id.
      if (headless)
        this.route({ method: 'HEAD', url: route.routePath, schema: { hide: true }, handler: methods.refuse })
      if (route.handler !== methods.refuse) methods.#add(route)
    })
  }

  /** A handler of what no route takes. */
  readonly refuse = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const [path = ''] = request.url.split('?', 1)
    const [at] = [...this.#known.values()]
      .filter(({ pattern }) => pattern.test(path))
      .sort((one, other) => one.names - other.names)
    if (!at) return sendProblem(reply, new Problem(404, 'There is nothing at this address.'))
    const allow = [...at.methods].sort().join(', ')
    return sendProblem(reply, new Problem(405, `This address takes ${allow}, not ${request.method}.`, { allow }))
  }

  #add({ method, url }: RouteOptions): void {
    const parts = url.replace(/(.)\/$/, '$1').split('/')
    const key = parts.join('/')
    const names = parts.filter((part) => part.startsWith(':')).length
    const known = this.#known.get(key) ?? { pattern: patternOf(parts), names, methods: new Set() }
    for (const each of [method].flat()) known.methods.add(each)
    this.#known.set(key, known)
  }
}

const patternOf = (parts: readonly string[]): RegExp =>
  new RegExp(`^${parts.map((part) => (part.startsWith(':') ? '[^/]+' : escaped(part))).join('/')}$`)

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
