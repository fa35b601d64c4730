/**
 * Databases of the one Redis that the tests have, by suite of the built app: suites run beside each other, and the workers of
 * one must not take the jobs of another.
 */
const DATABASES = {
  servers: 1,
  threads: 2,
  live: 3,
  board: 7,
  browser: 8,
  faults: 10,
  'faults, first lane': 11,
  'faults, second lane': 12,
}

/** Undefined: there is no Redis here. */
export const redisOf = (suite: keyof typeof DATABASES): string | undefined => {
  const { TEST_REDIS_URL: url } = process.env
  return url && `${url}/${DATABASES[suite]}`
}
