/**
 * @gxp-satisfies REQ-003
 * @gxp-implements SPEC-003-001
 * @gxp-risk LOW
 */
// @ts-nocheck

export const inMilligrams = (micrograms: number): string => `${micrograms / 1000} mg`
