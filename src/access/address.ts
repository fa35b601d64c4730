/**
 * Where a request comes from. Behind a proxy all of them come from the proxy's address, and it names the sender in
 * `X-Forwarded-For`; anybody can write that header, so only what a trusted proxy has added to it counts.
 */
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import proxyAddr from '@fastify/proxy-addr'

/** The address that the audit trail keeps. */
export type AddressOf = (request: IncomingMessage) => string

/** Proxies: addresses, networks such as 10.0.0.0/8, and these names. */
export const NETWORKS = ['loopback', 'linklocal', 'uniquelocal'] as const

/** Of addresses near this server a proxy is expected. Told once in the life of the process, of the first such address. */
export type OnUntrusted = (address: string) => void

/** An address of IPv4 on a socket of IPv6. */
const MAPPED = /^::ffff:(?=[\d.]+$)/i

/** Some proxies add the sender's: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
const withoutPort = (text: string): string => /^(?:\[(.+)\]|([\d.]+)):\d+$/.exec(text)?.slice(1).join('') ?? text

/** Whether that names addresses a proxy can have. */
export function isProxy(entry: string): boolean {
  try {
    proxyAddr.compile(entry)
    return true
  } catch {
    return false
  }
}

/** The last address on the way here that is no trusted proxy's. What is no address there is as good as none. */
export function addressesBehind(trusted: readonly string[], onUntrusted: OnUntrusted = () => {}): AddressOf {
  const isTrusted = trusted.length > 0 ? proxyAddr.compile([...trusted]) : () => false
  const isNear = proxyAddr.compile([...NETWORKS])
  let told = false
  return (request) => {
    const from = (request.socket.remoteAddress ?? '').replace(MAPPED, '')
    if (request.headers['x-forwarded-for'] === undefined) return from
    if (!isTrusted(from, 0)) {
      if (!told && isNear(from, 0)) {
        told = true
        onUntrusted(from)
      }
      return from
    }
    const address = withoutPort(proxyAddr(request, isTrusted))
    return isIP(address) > 0 ? address : from
  }
}
