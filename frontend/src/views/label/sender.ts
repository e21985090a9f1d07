import { post, put } from '../../api/client'
import { ApiError, NetworkError } from '../../api/errors'
import type { AnnotationAnswer } from '../../api/types'
import type { Link } from '../../state/desk'
import { fateOf, nextDueIn, nextToSend, pauseMs, whyRefused, type Outgoing } from '../../state/outbox'

export interface Sending {
  outbox: () => readonly Outgoing[]
  /** How many leases to ask for in the same round trip; 0 for none. */
  leasesWanted: (closing: number) => number
  onStart: (assignment: number | null) => void
  onSent: (entry: Outgoing, answer: AnnotationAnswer | null) => void
  onRefused: (entry: Outgoing, error: { code: string; message: string }) => void
  onLink: (link: Link) => void
}

const linkAfter = (error: unknown): Link => (!navigator.onLine || error instanceof NetworkError ? 'offline' : 'silent')

/**
 * Sends waiting acts one after the other, oldest first, until none is due. A lost connection is tried again with growing
 * pauses and at once when the browser is back online. Every call may be repeated: the service keys answers by assignment.
 */
export function createSender(sending: Sending) {
  let timer = 0
  let failures = 0
  let busy = false
  let stopped = false

  async function transmit(entry: Outgoing): Promise<AnnotationAnswer | null> {
    const place = `assignments/${entry.assignment}`
    if (entry.act.kind === 'skip') {
      await post(`${place}/skip/`, entry.act.reason === null ? {} : { reason: entry.act.reason })
      return null
    }
    const next = sending.leasesWanted(entry.assignment)
    const { value, seconds } = entry.act
    return put<AnnotationAnswer>(`${place}/annotation/`, next ? { value, seconds, next } : { value, seconds }, { keepalive: true })
  }

  function wait(ms: number): void {
    window.clearTimeout(timer)
    if (!stopped) timer = window.setTimeout(pump, ms)
  }

  function onFailure(entry: Outgoing, error: unknown): void {
    const fate = fateOf(error)
    if (fate === 'refused' && error instanceof ApiError) {
      sending.onLink('online')
      sending.onRefused(entry, { code: error.code, message: whyRefused(error) })
      return wait(0)
    }
    sending.onLink(fate === 'signed_out' ? 'signed_out' : linkAfter(error))
    failures += 1
    wait(pauseMs(failures, error instanceof ApiError ? error.retryAfter : null, Math.random()))
  }

  async function pump(): Promise<void> {
    if (busy || stopped) return
    const entry = nextToSend(sending.outbox(), Date.now())
    if (!entry) {
      const due = nextDueIn(sending.outbox(), Date.now())
      return due === null ? undefined : wait(due)
    }
    busy = true
    sending.onStart(entry.assignment)
    const outcome = await transmit(entry).then((answer) => ({ answer }), (error: unknown) => ({ error }))
    busy = false
    sending.onStart(null)
    if ('error' in outcome) return onFailure(entry, outcome.error)
    failures = 0
    sending.onLink('online')
    sending.onSent(entry, outcome.answer)
    wait(0)
  }

  const tryNow = (): void => {
    failures = 0
    wait(0)
  }
  const lost = (): void => sending.onLink('offline')
  window.addEventListener('online', tryNow)
  window.addEventListener('offline', lost)
  return {
    pump,
    tryNow,
    stop(): void {
      stopped = true
      window.clearTimeout(timer)
      window.removeEventListener('online', tryNow)
      window.removeEventListener('offline', lost)
    },
  }
}
