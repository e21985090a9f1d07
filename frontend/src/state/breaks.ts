/* When a break is due: after fifty minutes of answers without a pause of five. Pure. */

const PAUSE_MS = 5 * 60_000
const LONG_MS = 50 * 60_000

export interface Stretch {
  since: number
  last: number
}

/** The stretch of work with one answer more; a pause begins another one. */
export function answeredAt(stretch: Stretch | null, now: number): Stretch {
  return stretch === null || now - stretch.last >= PAUSE_MS ? { since: now, last: now } : { ...stretch, last: now }
}

/** Minutes of work when a break is due; null before, and once a pause was made. */
export function breakDue(stretch: Stretch | null, now: number): number | null {
  if (stretch === null || now - stretch.last >= PAUSE_MS) return null
  const worked = stretch.last - stretch.since
  return worked >= LONG_MS ? Math.floor(worked / 60_000) : null
}
