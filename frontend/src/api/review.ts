import type { Flag, Interval, Page } from './types'

/** An answer of any kind; of the kind `choice` it has a class. */
export type Value = Readonly<Record<string, unknown>>

export type Decision = 'accept' | 'change' | 'keep' | 'gold' | 'send_out'

export interface Waiting {
  item: number
  external_id: string | null
  text: string | null
  score: number
  reason: { kind: string; summary: string }
  flag: number | null
  annotation: number | null
  consensus: { value: Value; probability: number; status: string }
  proposal: Value
  n_votes: number
}

export interface ReviewQueue extends Page<Waiting> {
  waiting: number
  agreeing: number
}

export interface Vote {
  annotation: number
  annotator: string | null
  value: Value
  revision: number
  seconds: number | null
  stream: string
  probability_wrong: number | null
  accuracy: Interval | null
  created_at: string
}

export interface ReviewRow {
  id: number
  item: number | null
  reviewer: string | null
  decision: Decision | 'confirm' | 'dismiss' | 'talk' | 'pause'
  value: Value | null
  note: string
  created_at: string
  undone_at: string | null
  undone_by: string | null
}

export interface CommentRow {
  id: number
  parent: number | null
  author: string | null
  body: string
  mentions: string[]
  created_at: string
}

export interface ItemPage {
  id: number
  external_id: string | null
  data: { text?: string; [more: string]: unknown }
  gold: Value | null
  taken: number
  open_slots: number
  consensus: { value: Value; probability: number; status: string; posterior: Record<string, number>; n_votes: number } | null
  votes: Vote[]
  flags: Flag[]
  reviews: ReviewRow[]
  comments: CommentRow[]
}
