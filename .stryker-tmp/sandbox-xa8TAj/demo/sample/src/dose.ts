// @ts-nocheck
export interface Dose {
  micrograms: number
  /** The daily maximum was applied. */
  capped: boolean
}

/**
 * Proposes a dose.
 *
 * @gxp-satisfies REQ-001
 * @gxp-implements SPEC-001-001
 * @gxp-risk HIGH
 */
export function proposeDose(weightKg: number, microgramsPerKg: number, dailyMaximum: number, step: number): Dose {
  if (!(weightKg >= 0.3 && weightKg <= 300)) throw new RangeError(`A weight of ${weightKg} kg is outside 0.3 to 300 kg.`)
  const exact = Math.floor(weightKg * microgramsPerKg)
  const rounded = exact - (exact % step)
  return { micrograms: Math.min(rounded, dailyMaximum), capped: rounded > dailyMaximum }
}
