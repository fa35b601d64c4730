/** ESM needs NODE_OPTIONS=--experimental-vm-modules (the npm scripts set it). */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
    // Required by CommonJS packages (@fastify/static, @fastify/cookie), as Node 20.19 can and Jest on it can't.
    'node_modules/(content-disposition|cookie)/.+\\.js$': ['@swc/jest', { module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: ['/node_modules/(?!(content-disposition|cookie)/)'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  globalSetup: '<rootDir>/test/support/servers/setup.ts',
  globalTeardown: '<rootDir>/test/support/servers/teardown.ts',
  testTimeout: 60_000,
  // One process for all would keep the modules of every suite: 6 GB at the end, and ever slower.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  collectCoverageFrom: ['src/**/*.ts', '!src/generated/**'],
  coverageProvider: 'v8',
  coverageThreshold: { global: { lines: 85 } },
  coverageReporters: ['text-summary', 'lcov'],
}
