import type { IncomingMessage } from 'node:http'
import { addressesBehind, isProxy } from '../../src/access/address.ts'

const request = (remoteAddress: string | undefined, forwarded?: string) => {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage
}

describe('A request comes from', () => {
  it.each([
    [[], '127.0.0.1', '198.51.100.1', '127.0.0.1'],
    [['loopback'], '203.0.113.7', undefined, '203.0.113.7'],
    [['loopback'], '203.0.113.7', '198.51.100.1', '203.0.113.7'],
    [['loopback'], '10.1.2.3', '198.51.100.1', '10.1.2.3'],
    [['loopback'], '127.0.0.1', '198.51.100.1', '198.51.100.1'],
    [['loopback'], '::1', '2001:db8::1', '2001:db8::1'],
    [['loopback'], '::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
    [['loopback'], '::ffff:203.0.113.7', undefined, '203.0.113.7'],
    // What stands before the proxy's own word is the sender's.
    [['loopback'], '127.0.0.1', '192.0.2.1, 198.51.100.1', '198.51.100.1'],
    [['loopback'], '127.0.0.1', '192.0.2.1, 10.0.0.5', '10.0.0.5'],
    [['loopback', '10.0.0.5'], '127.0.0.1', '192.0.2.1, 198.51.100.1, 10.0.0.5', '198.51.100.1'],
    [['10.0.0.0/28'], '10.0.0.15', '198.51.100.1', '198.51.100.1'],
    [['10.0.0.0/28'], '10.0.0.16', '198.51.100.1', '10.0.0.16'],
    [['2001:db8::/32'], '2001:db8::7', '198.51.100.1', '198.51.100.1'],
    [['uniquelocal'], '192.168.0.9', '198.51.100.1', '198.51.100.1'],
    [['loopback'], '127.0.0.1', 'unknown', '127.0.0.1'],
    [['loopback'], '127.0.0.1', '198.51.100.1, <script>', '127.0.0.1'],
    [['loopback'], '127.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    [['loopback'], '127.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
    [['loopback'], '127.0.0.1', '[x]:4711', '127.0.0.1'],
    [['loopback'], '127.0.0.1', '', '127.0.0.1'],
    [['loopback'], '127.0.0.1', ' , ,', '127.0.0.1'],
    [['loopback'], undefined, '198.51.100.1', ''],
  ])('with %j trusted, and sent by %s for %s: %s', (trusted, remoteAddress, forwarded, address) => {
    expect(addressesBehind(trusted)(request(remoteAddress, forwarded))).toBe(address)
  })
})

it('A proxy nearby that is not believed is told of, once', () => {
  const told: string[] = []
  const addressOf = addressesBehind(['loopback'], (address) => told.push(address))
  addressOf(request('10.0.0.5'))
  addressOf(request('203.0.113.7', '198.51.100.1'))
  addressOf(request('127.0.0.1', '198.51.100.1'))
  expect(told).toEqual([])
  addressOf(request('::ffff:10.0.0.5', '198.51.100.1'))
  addressOf(request('10.0.0.6', '198.51.100.1'))
  expect(told).toEqual(['10.0.0.5'])
})

it.each([
  ['loopback', true],
  ['10.0.0.5', true],
  ['10.0.0.0/8', true],
  ['fd00::/8', true],
  ['0.0.0.0/0', false],
  ['10.0.0.0/33', false],
  ['proxy.example.com', false],
  ['constructor', false],
  ['', false],
])('%s is a proxy: %s', (entry, is) => {
  expect(isProxy(entry)).toBe(is)
})
