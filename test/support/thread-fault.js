/**
 * Loaded before the built app (`NODE_OPTIONS=--import=…`, in each of its threads): the thread that scans does what the file
 * THREAD_FAULT says, as soon as it is there. `throw`: once. `compute`: until the file is gone, it does nothing else.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const file = process.env.THREAD_FAULT

if (file && !isMainThread) {
  const moment = new Int32Array(new SharedArrayBuffer(4))
  setInterval(() => {
    if (!existsSync(file)) return
    if (readFileSync(file, 'utf8') === 'throw') {
      rmSync(file)
      throw new Error('told to die')
    }
    while (existsSync(file)) Atomics.wait(moment, 0, 0, 10)
  }, 20).unref()
}
