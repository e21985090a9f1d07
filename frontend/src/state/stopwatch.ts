/** Time an item was in front of somebody's eyes; it stands still while the page is hidden. */
export interface Stopwatch {
  readonly elapsedMs: number
  /** When it last started, or null while it stands. */
  readonly since: number | null
}

export const started = (now: number): Stopwatch => ({ elapsedMs: 0, since: now })

export const paused = (watch: Stopwatch, now: number): Stopwatch => ({ elapsedMs: elapsedMs(watch, now), since: null })

export const resumed = (watch: Stopwatch, now: number): Stopwatch => (watch.since === null ? { ...watch, since: now } : watch)

export const elapsedMs = (watch: Stopwatch, now: number): number => watch.elapsedMs + (watch.since === null ? 0 : now - watch.since)

/** Seconds with two decimals, as the service stores them. */
export const seconds = (watch: Stopwatch, now: number): number => Math.round(elapsedMs(watch, now) / 10) / 100
