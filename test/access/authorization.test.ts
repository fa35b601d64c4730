import { keyIn } from '../../src/access/authorization.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

it.each([
  ['Bearer rsk_1', 'rsk_1'],
  ['bearer  rsk_1 ', 'rsk_1'],
  [basic('anybody:rsk_1'), 'rsk_1'],
  [basic(':rsk_1'), 'rsk_1'],
  [basic('anybody:with:colons'), 'with:colons'],
  [basic('anybody:rsk_1').replace('Basic', 'BASIC'), 'rsk_1'],
])('The key in %j is %j', (header, key) => {
  expect(keyIn(header)).toBe(key)
})

it.each([
  'Bearer',
  'Bearer a b',
  'rsk_1',
  'Digest rsk_1',
  basic('rsk_1'),
  basic('rsk_1:'),
  'Basic %%%',
  'Bearer rsk_1, Basic x',
])('There is none in %j', (header) => expect(keyIn(header)).toBe(''))

it('Nothing is sent where there is no header', () => {
  expect(keyIn(undefined)).toBeNull()
  expect(keyIn('')).toBeNull()
})
