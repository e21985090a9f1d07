/** Figures and times as people read them here: the one place that writes numbers, in the way of the browser's language. */

const formats = new Map<string, Intl.NumberFormat>()

function written(x: number, style: 'decimal' | 'percent', digits: number): string {
  const key = `${style} ${digits}`
  const known = formats.get(key) ?? new Intl.NumberFormat(undefined, { style, minimumFractionDigits: digits, maximumFractionDigits: digits })
  formats.set(key, known)
  return known.format(x)
}

export const count = (n: number): string => written(n, 'decimal', 0)
/** 0.9314 → "0.931": scores and probabilities. */
export const score = (x: number, digits = 3): string => written(x, 'decimal', digits)
/** 0.968 → "96.8%". */
export const percent = (x: number, digits = 1): string => written(x, 'percent', digits)
/** "1 label", "6 labels". */
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`

const DAY = { day: 'numeric', month: 'short', year: 'numeric' } as const
const instant = new Intl.DateTimeFormat(undefined, { ...DAY, hour: '2-digit', minute: '2-digit' })
const localDay = new Intl.DateTimeFormat(undefined, DAY)
const plainDay = new Intl.DateTimeFormat(undefined, { ...DAY, timeZone: 'UTC' })

/** A day, as the browser writes it; a date without a time is that date everywhere. */
export const day = (at: string): string => (at.length === 10 ? plainDay : localDay).format(new Date(at))

/** Day and time of day, as the browser writes them. */
export const moment = (at: string): string => instant.format(new Date(at))

/** A span of time in its largest fitting units: "12 s", "9 min", "1 min 40 s", "3 h". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s} s`
  if (s < 300) return s % 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s / 60} min`
  if (s < 5400) return `${Math.round(s / 60)} min`
  return s < 129_600 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86_400)} days`
}

/** "12 s ago", "just now". */
export function ago(then: number | string, now: number): string {
  const seconds = (now - new Date(then).getTime()) / 1000
  return seconds < 5 ? 'just now' : `${duration(seconds < 60 ? seconds : Math.floor(seconds / 60) * 60)} ago`
}
