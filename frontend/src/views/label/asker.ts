import { post } from '../../api/client'
import { explain, isGone, NetworkError } from '../../api/errors'
import type { Assignments } from '../../api/types'
import { askAgainMs } from '../../state/desk'
import type { LabelState } from '../../state/label'
import { fateOf } from '../../state/outbox'
import { leasesWanted } from '../../state/sync'

export interface Asking {
  project: number
  state: () => LabelState
  /** How many items are kept ready. */
  target: number
  /** Takes the answer in; says whether it brought anything new. */
  onAnswer: (answer: Assignments) => boolean
  onFailure: (failure: 'offline' | 'signed_out' | 'gone' | { problem: string }) => void
}

/** Items are asked for when fewer than `target` are ready: at once, and gently after "nothing for now" or a failure. */
export function createAsker({ project, state, target, onAnswer, onFailure }: Asking) {
  let timer = 0
  let tries = 0
  let asking = false
  let stopped = false

  function plan(): void {
    window.clearTimeout(timer)
    const { empty, ready } = state()
    if (stopped || leasesWanted(state(), null, target) === 0) return
    const isCalm = empty !== null || tries > 0 || ready.length > 0
    const calmMs = (): number => askAgainMs(empty?.because ?? 'all_leased', empty?.nextReleaseAt ?? null, tries, Date.now())
    timer = window.setTimeout(ask, isCalm ? calmMs() : 0)
  }

  function failed(error: unknown): void {
    if (error instanceof NetworkError) onFailure('offline')
    else if (fateOf(error) === 'signed_out') onFailure('signed_out')
    else if (isGone(error)) onFailure('gone')
    else onFailure({ problem: explain(error) })
  }

  async function ask(): Promise<void> {
    const count = leasesWanted(state(), null, target)
    if (asking || stopped || !count || document.hidden) return
    asking = true
    try {
      const answer = await post<Assignments>(`projects/${project}/assignments/`, { count })
      tries = onAnswer(answer) ? 0 : tries + 1
    } catch (error) {
      tries += 1
      failed(error)
    }
    asking = false
    plan()
  }

  return {
    ask,
    plan,
    stop(): void {
      stopped = true
      window.clearTimeout(timer)
    },
  }
}
