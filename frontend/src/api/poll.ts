import { getIfChanged } from './client'
import { ApiError } from './errors'

interface Polling<T> {
  everyMs: number
  onAnswer: (answer: T) => void
  /** The service answered, changed or not. */
  onReached?: () => void
  onError?: (error: unknown) => void
}

const SLOWEST_MS = 30_000

/**
 * Asks again and again by conditional GET while the page is visible; returns the function that stops it.
 * Failures slow it down (doubling, at most 30 s); 403 and 404 end it, because asking again cannot help. After 401, and while a second
 * factor has still to be proved, it goes on when somebody has logged in again.
 */
export function poll<T>(path: string, { everyMs, onAnswer, onReached, onError }: Polling<T>): () => void {
  const ending = new AbortController()
  let timer = 0
  let failures = 0
  let asking = false
  let etag: string | null = null

  function stop(): void {
    ending.abort()
    window.clearTimeout(timer)
  }

  function onFailure(error: unknown): void {
    failures += 1
    onError?.(error)
    if (error instanceof ApiError && [403, 404].includes(error.status) && error.code !== 'second_factor_required') stop()
  }

  async function ask(): Promise<void> {
    window.clearTimeout(timer)
    if (asking || document.hidden) return
    asking = true
    try {
      const version = await getIfChanged<T>(path, etag, ending.signal)
      failures = 0
      if (!ending.signal.aborted) onReached?.()
      etag = version.etag
      if (version.answer !== null && !ending.signal.aborted) onAnswer(version.answer)
    } catch (error) {
      if (!ending.signal.aborted) onFailure(error)
    }
    asking = false
    if (!ending.signal.aborted) timer = window.setTimeout(ask, Math.min(everyMs * 2 ** failures, Math.max(SLOWEST_MS, everyMs)))
  }

  document.addEventListener('visibilitychange', ask, { signal: ending.signal })
  window.addEventListener('online', ask, { signal: ending.signal })
  void ask()
  return stop
}
