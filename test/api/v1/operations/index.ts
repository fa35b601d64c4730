/** Every operation of `/api/v1`. Add a file, and a line here. */
import { audit } from './audit.ts'
import { compliance } from './compliance.ts'
import { core } from './core.ts'
import { me } from './me.ts'
import type { Operations } from './operation.ts'
import { products } from './products.ts'
import { record } from './record.ts'

export const OPERATIONS: Operations = { ...core, ...audit, ...record, ...products, ...compliance, ...me }
