/** The tests of the standard alone, without servers: what mutants of src/rosie are run against (`npm run mutation`). */
// @ts-nocheck

import base from '../jest.config.js'

const { globalSetup: _, globalTeardown: __, coverageThreshold: ___, ...rest } = base

export default {
  ...rest,
  rootDir: '..',
  testMatch: ['<rootDir>/test/rosie/**/*.test.ts'],
  // Properties take seconds each, and say again what the others say.
  testPathIgnorePatterns: ['properties', 'corpus', 'languages/property'],
}
