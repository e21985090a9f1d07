/** Shapes of reviewing: what waits, what was said and decided about an item. */
import type * as S from './schema'
import type { Flag, Told } from './types'

/** An answer of any kind; of the kind `choice` it has a class. */
export type Value = Readonly<Record<string, unknown>>

export type Decision = S.NewReviewDecisionEnum
export type Waiting = Told<S.Waiting, { reason: { kind: string; summary: string; said?: unknown }; consensus: Told<S.Believed, { value: Value }>; proposal: Value }>
export type ReviewQueue = Told<S.ReviewQueue, { results: Waiting[] }>
export type Vote = Told<Omit<S.Vote, 'updated_at'>, { value: Value }>
export type ReviewRow = Told<
  Pick<S.Review, 'id' | 'item' | 'reviewer' | 'decision' | 'value' | 'note' | 'batch' | 'created_at' | 'undone_at' | 'undone_by'>,
  { value: Value | null }
>
export type CommentRow = S.Comment
export type ItemPage = Told<
  Omit<S.ItemPage, 'metadata' | 'stream'>,
  {
    data: { text?: string; [more: string]: unknown }
    gold: Value | null
    consensus: Told<Omit<S.Posterior, 'updated_at'>, { value: Value }> | null
    votes: Vote[]
    flags: Flag[]
    reviews: ReviewRow[]
    comments: CommentRow[]
  }
>
