import { poll } from '../../api/poll'

/** Figures the service promises within 2 s are asked for that often; those promised within 10 s less so. */
export const FAST_MS = 2_000
export const SLOW_MS = 5_000

export interface Live<T> {
  /** The newest answer, or null before the first. */
  readonly value: T | null
  /** What went wrong last, or null; the value stays. */
  readonly failure: unknown
  /** When the service answered last, changed or not (ms). */
  readonly reachedAt: number
}

/** One address of the service, read again and again while its view is shown; none while it is null. Call while a component is made. */
export function live<T>(path: () => string | null, everyMs: number): Live<T> {
  let value = $state.raw<T | null>(null)
  let failure = $state.raw<unknown>(null)
  let reachedAt = $state(Date.now())

  function refused(error: unknown): void {
    failure = error
  }

  $effect(() => {
    const address = path()
    if (address === null) return
    return poll<T>(address, {
      everyMs,
      onAnswer: (answer) => (value = answer),
      onReached: () => {
        failure = null
        reachedAt = Date.now()
      },
      onError: refused,
    })
  })
  return {
    get value() {
      return value
    },
    get failure() {
      return failure
    },
    get reachedAt() {
      return reachedAt
    },
  }
}

/** The time, moving on each second, for "9 s ago". */
export function clock(): { readonly now: number } {
  let now = $state(Date.now())
  $effect(() => {
    const timer = window.setInterval(() => (now = Date.now()), 1000)
    return () => window.clearInterval(timer)
  })
  return {
    get now() {
      return now
    },
  }
}
