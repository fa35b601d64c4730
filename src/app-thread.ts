/** The module of the thread that scans: the working half of the app, with connections of its own. Started by app.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { databaseOf, type Parts, readEvidenceKeys } from './app-parts.ts'
import { startScanning } from './app-work.ts'
import { openDatabase } from './store/database.ts'
import { createLogger } from './telemetry/logger.ts'
import { type FromThread, toldMeasures } from './thread/messages.ts'
import { serve } from './thread/serve.ts'

/** What the thread is started with. */
export type ThreadData = Pick<Parts, 'config' | 'credentials'>

const port = parentPort
if (!port) throw new Error('This module is the thread of a process.')
const { config, credentials } = workerData as ThreadData
const tell = (message: FromThread) => port.postMessage(message)

const log = createLogger(config.logLevel, { write: (line) => tell({ kind: 'line', line }) })
const database = await openDatabase(databaseOf(config, true))
const scanning = startScanning({
  ...{ config, credentials, database, log },
  evidenceKeys: await readEvidenceKeys(config),
  measures: toldMeasures((call) => tell({ kind: 'measured', ...call })),
  onWish: () => tell({ kind: 'wish' }),
  onProgress: (progress) => tell({ kind: 'progress', progress }),
})
serve(port, scanning, () => database.close())
