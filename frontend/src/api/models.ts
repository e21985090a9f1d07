/** Shapes of `models/` and of what a model's figures hold: trained versions, how they differ, what more labels bring. */
import type { Interval, LearningCurve, Performance } from './types'

export interface F1 {
  /** Null while a class has no protected item. */
  macro: Performance | null
  rarest: (Performance & { column: number; n_class: number }) | null
  says_more: boolean
}

export interface ModelRow {
  number: number
  created_at: string
  annotations: number
  strategy: string
  classes: string[]
  representation: { name: string; version: number }
  seconds: number
  performance: Performance | null
  f1: F1 | null
  is_newest: boolean
  is_pinned: boolean
  is_serving: boolean
  /** Its files are kept: it can be pinned, compared and downloaded. */
  is_stored: boolean
}

export interface ClassFigures {
  class: string
  n: number
  n_guessed: number
  precision: Interval | null
  recall: Interval | null
  f1: Interval | null
}

export interface ReliabilityBin {
  low: number
  high: number
  n: number
  confidence: number
  right: Interval
}

export interface Drift {
  newest: Interval | null
  shift: (Interval & { column: number; is_clear: boolean }) | null
}

export interface ModelDetail extends ModelRow {
  calibration: { temperature: number; error_before: number | null; error: number | null; bins: ReliabilityBin[] } | null
  drift: Drift | null
  belief: Performance | null
  n_trained: number | null
  n_protected: number | null
  by_class: ClassFigures[] | null
  confused: { true: string; guessed: string; n: number; share: number }[] | null
}

export interface Comparison {
  versions: [ModelRow, ModelRow]
  probe: { n: number; agreement: number; kappa: number; changed: { first: string; second: string; n: number }[] } | null
  protected: {
    n: number
    both_right: number
    only_first: number
    only_second: number
    both_wrong: number
    difference: Interval
    p_value: number
  } | null
  because: string | null
}

export interface Outlook extends LearningCurve {
  /** Rise of accuracy by the next `labels`; null while it is not known. */
  expected_gain: (Interval & { labels: number }) | null
  /** κ between the predictions of one model and the next, on fixed items. */
  stability: number[]
  belief: Performance | null
}
