/**
 * Where expensive answers are kept. Their keys name the revision that they are of, so that what is found is never old;
 * what is not asked for any more goes by itself.
 */
export interface Cache {
  /** Null: it isn't there, or can't be had now. Never rejects. */
  get(key: string): Promise<KeptAnswer | null>
  /** For so many seconds at most. Never rejects, and nobody waits for it. */
  keep(key: string, answer: KeptAnswer, seconds: number): Promise<void>
}

export interface KeptAnswer {
  contentType: string
  body: Uint8Array
}

/** One that is larger is made anew each time. The matrix of 20,000 artifacts has some 6 MB. */
export const MOST_BYTES = 8 * 2 ** 20
