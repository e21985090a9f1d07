/** Figures and times as people read them here: the one place that writes numbers, in the way of the language spoken. */
import { spoken, t } from '../words/spoken.svelte'

const formats = new Map<string, Intl.NumberFormat>()

function written(x: number, style: 'decimal' | 'percent', digits: number): string {
  const { locale } = spoken
  const key = `${locale} ${style} ${digits}`
  const known = formats.get(key) ?? new Intl.NumberFormat(locale, { style, minimumFractionDigits: digits, maximumFractionDigits: digits })
  formats.set(key, known)
  return known.format(x)
}

export const count = (n: number): string => written(n, 'decimal', 0)
/** 0.9314 → "0.931": scores and probabilities. */
export const score = (x: number, digits = 3): string => written(x, 'decimal', digits)
/** 0.968 → "96.8%". */
export const percent = (x: number, digits = 1): string => written(x, 'percent', digits)

/** "1 label", "6 labels": the form that the language's rules ask for; a language with more than two names them all. */
export function plural(n: number, one: string, other = `${one}s`, more: Partial<Record<Intl.LDMLPluralRule, string>> = {}): string {
  const forms: Partial<Record<Intl.LDMLPluralRule, string>> = { one, ...more }
  return `${count(n)} ${forms[new Intl.PluralRules(spoken.language).select(n)] ?? other}`
}

const DAY = { day: 'numeric', month: 'short', year: 'numeric' } as const

const date = (at: string, form: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat(spoken.locale, form).format(new Date(at))

/** A day, as the language writes it; a date without a time is that date everywhere. */
export const day = (at: string): string => date(at, at.length === 10 ? { ...DAY, timeZone: 'UTC' } : DAY)

/** Day and time of day, as the language writes them. */
export const moment = (at: string): string => date(at, { ...DAY, hour: '2-digit', minute: '2-digit' })

/** A span of time in its largest fitting units: "12 s", "9 min", "1 min 40 s", "3 h". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return t.time.seconds(s)
  if (s < 300) return s % 60 ? t.time.minutesAndSeconds(Math.floor(s / 60), s % 60) : t.time.minutes(s / 60)
  if (s < 5400) return t.time.minutes(Math.round(s / 60))
  return s < 129_600 ? t.time.hours(Math.round(s / 3600)) : t.time.days(Math.round(s / 86_400))
}

/** "12 s ago", "just now". */
export function ago(then: number | string, now: number): string {
  const seconds = (now - new Date(then).getTime()) / 1000
  return seconds < 5 ? t.time.justNow : t.time.ago(duration(seconds < 60 ? seconds : Math.floor(seconds / 60) * 60))
}
