/** The queue as Bull Board reads it. */
import type { BaseAdapter } from '@bull-board/api/baseAdapter'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import type { Queue as Producer } from 'bullmq'
import type { Queue } from '../scan/ports/queue.ts'
import { BullQueue } from './bullmq.ts'

/**
 * Null for the queue of the embedded mode, which remembers no jobs. To look at only: the rows say what is to be scanned. A
 * job that is removed comes back, and one that is run again finds a row that is done.
 */
export function boardOf(queue: Queue): BaseAdapter | null {
  if (!(queue instanceof BullQueue)) return null
  return new BullMQAdapter(queue.producer as unknown as Producer, {
    readOnlyMode: true,
    description: 'When scans run. What they are, and what came of them, is in the table scan.',
  })
}
