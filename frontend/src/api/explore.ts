/** Shapes of looking through items, and of all that happened to one. */
import type { ItemPage, Value } from './review'
import type * as S from './schema'
import type { Page, Reason, Told } from './types'

export type Explored = Told<S.Explored, { consensus: Told<S.Held, { value: Value }> | null }>
export type Exploration = Page<Explored> & Pick<S.Exploration, 'looked_at'>
export type Lease = Told<S.Lease, { reason: Reason | null }>
export type Revision = Told<S.Revision, { value: Value }>
export type ItemHistory = ItemPage &
  Told<
    Pick<S.ItemHistory, 'metadata' | 'stream' | 'created_at' | 'drawn_at' | 'draw_reason' | 'draw_probability' | 'queue' | 'leases' | 'revisions' | 'predictions'>,
    { leases: Lease[]; revisions: Revision[]; queue: Told<S.Place, { reason: Reason | null }> | null; draw_reason: Reason | null; predictions: Told<S.Said, { value: Value }>[] }
  >
