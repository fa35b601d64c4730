// @ts-nocheck
export interface Entry {
  user: string
  at: string
  weightKg: number
  micrograms: number
}

// @gxp-satisfies REQ-002
// @gxp-implements SPEC-002-001
// @gxp-risk MEDIUM
export class AuditLog {
  readonly #entries: Readonly<Entry>[] = []

  add(entry: Entry): void {
    this.#entries.push(Object.freeze({ ...entry }))
  }

  newestFirst(): readonly Readonly<Entry>[] {
    return this.#entries.toReversed()
  }
}
