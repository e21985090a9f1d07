import type { Assignment, Assignments } from '../api/types'
import { EMPTY_STATE, type LabelState } from './label'
import { leased } from './sync'

/** The smallest valid things for tests. */

export const lease = (id: number): Assignment => ({
  id,
  item: { id: 1000 + id, external_id: `t-${id}`, data: { text: `text ${id}` } },
  expires_at: '2030-01-01T00:00:00Z',
  stream: 'model',
  reason: { kind: 'uncertain', classes: ['ham', 'spam'], margin: 0.04 },
  suggestion: null,
  model_version: 3,
})

export const leases = (...ids: number[]): Assignments => ({ assignments: ids.map(lease), empty_because: null, next_release_at: null })

export const withReady = (...ids: number[]): LabelState => leased(EMPTY_STATE, leases(...ids), 0)

export const ids = (cards: readonly { assignment: number }[]): number[] => cards.map((card) => card.assignment)

export const SPAM = { class: 'spam' }
export const HAM = { class: 'ham' }
