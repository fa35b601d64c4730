import type { Operations } from './operation.ts'

export const me: Operations = {
  getMe: { good: () => ({}), bad: null, because: 'It takes nothing.', stranger: 200 },
}
