import { LeaseLost, type Scan, type ScanStore } from './ports/store.ts'

/** Renews the lease while the scan runs; the signal is aborted when it is lost. */
export function keepLease(scan: Scan, store: Pick<ScanStore, 'renew'>, leaseMs: number) {
  const lost = new AbortController()
  const timer = setInterval(() => {
    store.renew(scan, leaseMs).catch((error) => {
      if (error instanceof LeaseLost) lost.abort(error)
    })
  }, leaseMs / 3)
  timer.unref()
  return { signal: lost.signal, end: () => clearInterval(timer) }
}
