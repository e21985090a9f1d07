/** Shapes of `agreement/` in slices and of `quality/`: what an export holds and what is sent out again. */
import type { AnswerValue } from './types'

export interface AgreeingShare {
  /** Share of agreeing pairs of answers; null where there is no pair. */
  value: number | null
  low: number | null
  high: number | null
  /** Items. */
  n: number
}

export interface AgreementSlices {
  by_class: (AgreeingShare & { class: string })[]
  by_person: (AgreeingShare & { username: string })[]
  by_pair: (AgreeingShare & { annotators: string[] })[]
  by_week: (AgreeingShare & { week: string })[]
}

export interface ExpectedExport {
  items: number
  in_doubt: number
  left_out: number
  expected_right: number | null
  low: number | null
  high: number | null
}

/** Many decisions made at once, which are undone at once. */
export interface SentOut {
  batch: string
  n: number
}

/** An item whose consensus the engine would make a known answer. */
export interface GoldProposal {
  item: number
  external_id: string | null
  text: string | null
  value: AnswerValue
  probability: number
  n_votes: number
}

export interface GoldBatch extends SentOut {
  refused: { item: number; code: string; message: string }[]
}
