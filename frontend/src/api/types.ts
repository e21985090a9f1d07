/** Shapes of the REST API (`/api/v1/schema/`), as this page reads them. Times are ISO 8601 in UTC. */

export type Role = 'owner' | 'manager' | 'reviewer' | 'annotator'
export type Kind = 'choice' | 'multichoice' | 'spans' | 'boxes' | 'rating' | 'text' | 'pairwise'
export type Stream = 'model' | 'shuffle' | 'random' | 'gold' | 'relabel'

export interface Page<T> {
  results: T[]
  next: string | null
}

export interface Interval {
  estimate: number
  low: number
  high: number
}

/* Who and where */

export interface MembershipSummary {
  project: number
  name: string
  role: Role
  kind: Kind
  /** Figures that the service gives when they cost it little. */
  items?: number
  annotations?: number
}

export interface Me {
  id: number
  username: string
  is_admin: boolean
  memberships: MembershipSummary[]
}

export interface ClassInfo {
  name: string
  key: string | null
  color: string | null
  description: string | null
}

export interface ProjectSettings {
  overlap: number
  max_votes: number
  lease_seconds: number
  queue_source: 'model' | 'predictions'
  representation: string
  strategy: string
  classifier: string
  classifier_params: Record<string, unknown>
  cost_aware: boolean
  target_accuracy: number | null
  predict_to_queue_below: number | null
  random_rate: number
  gold_rate: number
  target_confidence: number
  overlap_share: number
  training_items: number
  training_pass_mark: number
  relabel_rate: number
  pause_at_odds: number
  spans_overlap: boolean
  show_names: boolean
  blind_review: boolean
}

export interface Project {
  id: number
  name: string
  kind: Kind
  role: Role
  classes: ClassInfo[]
  guidelines: string
  guidelines_version: number
  settings: ProjectSettings & { spans_overlap?: boolean }
  created_at: string
}

export interface Member {
  username: string
  role: Role
  annotations: number
  paused: boolean
  training: TrainingStage
  /** Share right, once the training has ended. */
  training_score: number | null
}

export interface Health {
  status: string
  workers_alive: boolean
  broker: string | boolean
  database: string | boolean
  canary_age_seconds: number | null
}

/* Labelling */

export interface Item {
  id: number
  external_id: string | null
  data: { text: string; texts?: readonly [string, string]; image?: string }
}

export interface ChoiceValue {
  class: string
}

/** A stretch of a text, in code points; the end is not included. */
export interface Span {
  start: number
  end: number
  class: string
}

export interface SpansValue {
  spans: Span[]
}

/** Any number of classes, none included. */
export interface SetValue {
  classes: string[]
}

export interface RatingValue {
  rating: number
}

export interface TextValue {
  text: string
}

/** 0 for the first of two texts, 1 for the second. */
export interface PairValue {
  preferred: number
}

export type AnswerValue = ChoiceValue | SetValue | SpansValue | RatingValue | TextValue | PairValue

export type Reason =
  | { kind: 'uncertain'; classes: string[]; margin?: number }
  | { kind: 'rare'; class: string }
  | { kind: 'unsure_spans'; n_spans: number }
  | { kind: 'shuffle' | 'random' | 'overlap' | 'gold' | 'relabel' | 'training' }

export interface Suggestion {
  value: AnswerValue
  probability: number | null
  /** One for each span of the value, where our own model suggests them. */
  span_probabilities?: number[]
}

export interface Assignment {
  id: number
  item: Item
  expires_at: string
  stream: Stream
  reason: Reason | null
  suggestion: Suggestion | null
  model_version: number | null
}

export type EmptyBecause = 'finished' | 'all_leased' | 'nothing_for_you' | 'paused' | 'training_not_passed'

export type TrainingStage = 'undecided' | 'passed' | 'not_passed'

/** What one reads about one's own work, as far as the page shows it. */
export interface OwnReport {
  paused: { since: string; note: string } | null
}

/** Where a newcomer stands; absent for everybody else. */
export interface Training {
  stage: TrainingStage
  asked: number
  of: number
  score: number | null
}

export interface Assignments {
  assignments: Assignment[]
  empty_because: EmptyBecause | null
  next_release_at: string | null
  training?: Training
}

export interface AnnotationAnswer extends Partial<Assignments> {
  /** Only for answers given in training. */
  feedback?: { right: boolean; value: AnswerValue }
  id: number
  revision: number
  value: AnswerValue
}

export interface MyAnnotation {
  id: number
  assignment: number
  item: Item
  value: AnswerValue
  revision: number
  created_at: string
  updated_at: string
}

export interface MyAnnotations extends Page<MyAnnotation> {
  today: number
}

/* The model and the project's figures */

export interface Performance extends Interval {
  metric: string
  n: number
}

export interface ModelState {
  version: number | null
  /** Why there is no version; null when there is one. */
  version_because: string | null
  trained_through: number
  annotations: number
  labels_behind: number
  seconds_behind: number
  strategy: string
  performance: Performance | null
  trained_at: string | null
  training: { running: boolean; error: string | null }
}

export interface Progress {
  items: number
  annotations: number
  items_with_consensus: number
  items_finished: number
  open_assignments: number
  annotations_today: number
  annotations_last_hour: number
  gold_items: number
  skipped: number
}

export interface QueueEntry {
  item: number
  external_id: string | null
  text: string
  rank: number
  score: number | null
  reason: Reason
  open_slots: number
}

export interface Queue {
  version: number
  published_at: string | null
  entries: QueueEntry[]
}

export type Arm = 'active' | 'random'

export interface CurvePoint extends Interval {
  annotations: number
  arm: Arm
  metric: string
  n: number
}

export interface LearningCurve {
  points: CurvePoint[]
  labels_saved: Interval | null
  labels_saved_because: string | null
  advice: { code: string; text: string } | null
}

export interface Coefficient {
  value: number | null
  low: number | null
  high: number | null
  undefined_because: string | null
}

export interface ConfusedPair {
  classes: [string, string]
  count: number
  share: number
  examples: { item: number; external_id: string | null; text: string }[]
}

export interface Agreement {
  items_with_overlap: number
  percent: number | null
  coefficients: Record<string, Coefficient>
  confused_pairs: ConfusedPair[]
  updated_at: string | null
}

export interface AnnotatorRow {
  username: string
  annotations: number
  accuracy: Interval | null
  random_log_odds: number | null
  median_seconds: number | null
  last_active: string | null
  flags: number
}

export interface Quality {
  items_with_consensus: number
  expected_right: number | null
  low: number | null
  high: number | null
  in_doubt: number
}

export type FlagKind =
  | 'label_suspect'
  | 'annotator_needs_help'
  | 'annotator_looks_random'
  | 'too_fast'
  | 'repetitive'
  | 'confused_pair'
  | 'drift'

export interface Flag {
  id: number
  kind: FlagKind
  item: number | null
  external_id: string | null
  annotation: number | null
  annotator: string | null
  score: number
  evidence: { summary?: string; text?: string; class?: string; expected?: string; [more: string]: unknown }
  status: 'open' | 'confirmed' | 'dismissed' | 'closed'
  created_at: string
}

export interface Job {
  id: number
  kind: 'import' | 'export' | 'vectors'
  status: 'queued' | 'running' | 'done' | 'failed'
  done: number
  total: number | null
  n_errors?: number
  /** The first hundred; `row` counts the records of the file from 1, the header included. */
  errors: { row: number; field: string; message: string }[]
  result: Record<string, unknown> | null
  params?: { filename?: string; format?: string; include?: string }
  created_at?: string
  finished_at?: string | null
}
