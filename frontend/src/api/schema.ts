/* Written by `manage.py page_types` from the schema of the API: change a serializer, then run it again. */

export interface Acceptance {
  token: string
  /** Of the new account, for whoever has none. */
  username?: string
  password?: string
}

export type ActionEnum = 'relabel' | 'send_out' | 'talk' | 'pause'

export interface Added {
  created: number
  duplicates: number
  duplicate_content: number
  /** So many of the created items have a known answer. */
  known_answers: number
  /** So many answers of people came with the created items. */
  annotations: number
  errors: RowError[]
}

export interface Advice {
  code: string
  text: string
  said: Spoken | null
}

export interface Agreeing {
  note?: string
}

export interface Agreement {
  items_with_overlap: number
  /** False under thirty items with two answers: the numbers mean little yet. */
  enough_overlap: boolean
  /** Share of agreeing pairs of answers, 0 to 1. */
  percent: number | null
  /** Ends of the 90 % interval of `percent`. */
  percent_low: number | null
  percent_high: number | null
  coefficients: Record<string, Coefficient>
  confused_pairs: ConfusedPair[]
  by_class: AgreementOfClass[]
  by_person: AgreementOfPerson[]
  /** The fifty pairs of people with most items in common. */
  by_pair: AgreementOfPair[]
  by_week: AgreementOfWeek[]
  updated_at: string | null
}

export interface AgreementOfClass {
  /** Share of agreeing pairs of answers; null where there is no pair. */
  value: number | null
  low: number | null
  high: number | null
  /** Items. */
  n: number
  class: string
}

export interface AgreementOfPair {
  /** Share of agreeing pairs of answers; null where there is no pair. */
  value: number | null
  low: number | null
  high: number | null
  /** Items. */
  n: number
  /** Two usernames. */
  annotators: string[]
}

export interface AgreementOfPerson {
  /** Share of agreeing pairs of answers; null where there is no pair. */
  value: number | null
  low: number | null
  high: number | null
  /** Items. */
  n: number
  username: string
}

export interface AgreementOfWeek {
  /** Share of agreeing pairs of answers; null where there is no pair. */
  value: number | null
  low: number | null
  high: number | null
  /** Items. */
  n: number
  /** Its Monday, UTC; items count in the week of their last answer. */
  week: string
  krippendorff_alpha: Coefficient
}

export interface AgreementWithPeople {
  estimate: number
  /** Lower end of the interval: 95 % for models, 90 % for people and labels. */
  low: number
  high: number
  metric: string
  /** Protected items that it was measured on. */
  n: number
  /** Whether `performance` was corrected for people's mistakes. Without checked answers it cannot be: then its upper end allows for them. */
  corrected: boolean
}

export interface Annotation {
  id: number
  assignment: number
  revision: number
  value: unknown
  seconds: number | null
  created_at: string
  updated_at: string
  /** Only for answers given in training. */
  feedback?: Feedback
  assignments?: Assignment[]
  empty_because?: string | null
  training?: NewcomerTraining
}

export interface Annotator {
  username: string
  annotations: number
  /** Null while nothing but the person's own answers speaks. */
  accuracy: Interval | null
  /** Natural log of the odds of answering at random. */
  random_log_odds: number | null
  median_seconds: number | null
  last_active: string | null
  flags: number
}

export interface Annotators {
  /** Address of the next page. */
  next: string | null
  results: Annotator[]
}

export interface Answer {
  /** By kind: {class}, {classes: []}, {spans: []}, {boxes: []}, {rating}, {text}, {preferred: 0 or 1}. */
  value: unknown
  seconds?: number | null
  next?: number
  /** The project's schema that this answers to; 409 `stale_schema` if it is another by now. */
  schema_version?: number
}

export type ArmEnum = 'active' | 'random'

export interface Ask {
  count?: number
}

export interface Assignment {
  id: number
  item: ItemRow
  expires_at: string
  stream: string
  reason: unknown
  /** What a model outside said last about the item, or what our own would answer. */
  suggestion: Suggestion | null
  model_version: number | null
}

export interface Assignments {
  assignments: Assignment[]
  empty_because: EmptyBecauseEnum | null
  next_release_at: string | null
  /** Newcomers only, where the project asks for a training. */
  training?: NewcomerTraining
}

export interface AuditEvent {
  id: number
  created_at: string
  project: number | null
  /** Null: the service itself. */
  actor: string | null
  verb: string
  target: string
  detail: unknown
  request_id: string
}

export interface AuditEvents {
  /** Address of the next page. */
  next: string | null
  results: AuditEvent[]
}

export interface Batch {
  /** Undo all of it at reviews/batches/{batch}/undo/. */
  batch: string
  n: number
}

export interface Believed {
  value: unknown
  probability: number
  status: string
}

export interface BuiltRepresentation {
  name: string
  version: number
  dimension: number
  /** Items that have a vector in it. */
  vectors: number
  /** Items that are to have one. */
  items: number
}

export interface Calibration {
  /** predict/ divides logits by this; always 1 for spans. */
  temperature: number
  error_before: number | null
  /** Expected calibration error of tempered probabilities, held out. */
  error: number | null
}

export interface Changed {
  first: string
  second: string
  n: number
}

export interface ClassFigures {
  class: string
  /** Protected items in the class. */
  n: number
  n_guessed: number
  precision: Interval | null
  recall: Interval | null
  f1: Interval | null
}

export interface ClassQualities {
  /** Address of the next page. */
  next: string | null
  results: ClassQuality[]
}

export interface ClassQuality {
  class: string
  items: number
  expected_right: number
  /** Ends of the 90 % interval of `expected_right`. */
  low: number | null
  high: number | null
  in_doubt: number
}

export interface Coefficient {
  value: number | null
  low: number | null
  high: number | null
  undefined_because: string | null
  undefined_said?: Spoken | null
}

export interface Comment {
  id: number
  parent: number | null
  /** Null where colleagues are not named. */
  author: string | null
  body: string
  mentions: string[]
  /** Called by @name, and no member. Null where names are not told. */
  unknown: string[] | null
  created_at: string
}

export interface Comments {
  /** Address of the next page. */
  next: string | null
  results: Comment[]
}

export interface Comparison {
  versions: ModelRow[]
  probe: ProbeAgreement | null
  protected: PairedAccuracy | null
  /** Why there is nothing to compare. */
  because: string | null
  said: Spoken | null
}

export interface Confused {
  true: string
  guessed: string
  n: number
  /** Of the protected items that are truly in the class. */
  share: number
}

export interface ConfusedPair {
  classes: string[]
  count: number
  /** Of all disagreements. */
  share: number
  /** Ends of the 90 % interval of `share`. */
  low: number | null
  high: number | null
  examples: (Record<string, unknown>)[]
}

export interface Credentials {
  username: string
  password: string
  /** Of the second factor, for an account that has one. */
  code?: string
}

export interface CurrentPassword {
  current: string
}

export interface CurvePoint {
  estimate: number
  /** Lower end of the interval: 95 % for models, 90 % for people and labels. */
  low: number
  high: number
  annotations: number
  arm: ArmEnum
  metric: string
  n: number
  /** Whether this accuracy was corrected for people's mistakes; null where none was known. */
  corrected: boolean | null
}

export interface Drift {
  /** Accuracy (of spans: F1) on newer minus older protected items. */
  newest: Interval | null
  /** A class's mean probability (of spans: of a token) in the pool minus that among protected items. */
  shift: Shift | null
}

export type EmptyBecauseEnum = 'finished' | 'all_leased' | 'nothing_for_you' | 'paused' | 'project_paused' | 'training_not_passed'

export interface Error {
  code: string
  message: string
  fields: Record<string, string>
  /** By field; under an empty name that of the message. */
  said: Record<string, Spoken>
}

export interface ExpectedExport {
  items: number
  in_doubt: number
  left_out: number
  expected_right: number | null
  /** Lower end of the 90 % interval. */
  low: number | null
  high: number | null
  /** Why there is no interval. */
  undefined_because: string | null
  undefined_said: Spoken | null
}

export interface Exploration {
  /** Address of the next page. */
  next: string | null
  /** May be fewer than asked for, also none, with more behind `next`. */
  results: Explored[]
  /** Items that were looked at for this page. */
  looked_at: number
}

export interface Explored {
  item: number
  external_id: string | null
  /** The beginning of what the item shows. */
  text: string
  answers_and_leases: number
  open_slots: number
  is_gold: boolean
  /** Where its first question came from; null: not asked yet. */
  stream: string | null
  drawn_at: string | null
  consensus: Held | null
  /** Open ones. */
  flags: number
}

export interface F1 {
  /** Null while a class has no protected item. */
  macro: Performance | null
  rarest: Rarest | null
  /** The classes are so uneven that accuracy alone misleads. */
  says_more: boolean
}

export interface Feedback {
  right: boolean
  /** The known answer. */
  value: unknown
}

export interface Finished {
  project: number
  /** Known ones left out: they wait for nobody. */
  items: number
  /** Of these, those that have all their answers. */
  items_finished: number
}

export type FlagDecisionStatusEnum = 'confirmed' | 'dismissed'

export interface FlagRow {
  id: number
  kind: FlagRowKindEnum
  item: number | null
  external_id: string | null
  annotation: number | null
  annotator: string | null
  /** 0 to 1; the worst first. */
  score: number
  evidence: Record<string, unknown>
  status: FlagRowStatusEnum
  note: string
  created_at: string
  closed_at: string | null
}

export type FlagRowKindEnum = 'label_suspect' | 'annotator_needs_help' | 'annotator_looks_random' | 'too_fast' | 'repetitive' | 'confused_pair' | 'drift' | 'copying'

export type FlagRowStatusEnum = 'open' | 'confirmed' | 'dismissed' | 'closed'

export interface Flags {
  /** Address of the next page. */
  next: string | null
  results: FlagRow[]
}

export type FormatEnum = 'jsonl' | 'csv'

export interface Gain {
  estimate: number
  /** Lower end of the interval: 95 % for models, 90 % for people and labels. */
  low: number
  high: number
  labels: number
}

export interface GoTo {
  url: string
}

export interface GoldBatch {
  /** Undo all of it at reviews/batches/{batch}/undo/. */
  batch: string
  n: number
  refused: Refused[]
}

export interface GoldItem {
  item: number
  external_id: string | null
  text: string | null
  value: unknown
  answers: number
  right: number
  most_said: unknown
  /** Most people say something else: look at the known answer first. */
  contradicted: boolean
}

export interface GoldItems {
  /** Address of the next page. */
  next: string | null
  results: GoldItem[]
}

export interface GoldProposal {
  item: number
  external_id: string | null
  text: string | null
  value: unknown
  probability: number
  n_votes: number
}

export interface GoldProposals {
  /** Address of the next page. */
  next: string | null
  results: GoldProposal[]
}

export interface Guard {
  /** Labelled items when this was looked at. */
  n_labels: number
  /** Labels that each of the two models was given. */
  n_compared: number
  /** What the model's questions teach less what random ones do, in the kind's measure. */
  gain: number
  low: number
  high: number
  /** Looks in a row that contradict the present way. */
  streak: number
  /** Questions are random now, but for rare classes. */
  fallen_back: boolean
}

export interface Guideline {
  version: number
  text: string
  by: string
  created_at: string
  /** Answers first given under this version. */
  annotations: number
  items_with_overlap: number
  /** Share of agreeing pairs of answers under this version. */
  percent: number | null
  /** Ends of the 90 % interval of `percent`. */
  low: number | null
  high: number | null
  /** Since the last version with a figure, with a 90 % interval. */
  change: Interval | null
}

export interface Guidelines {
  /** Address of the next page. */
  next: string | null
  results: Guideline[]
}

export interface Health {
  status: HealthStatusEnum
  database: boolean
  broker: boolean
  /** A worker finished a canary task in the last 45 s. */
  workers_alive: boolean
  canary_age_seconds: number | null
  /** Workers that finished nothing in the last 90 s. */
  silent_workers: number
}

export type HealthStatusEnum = 'ok' | 'degraded'

export interface Held {
  value: unknown
  probability: number
  status: string
  n_votes: number
}

export type IncludeEnum = 'annotated' | 'all'

export interface Interval {
  estimate: number
  /** Lower end of the interval: 95 % for models, 90 % for people and labels. */
  low: number
  high: number
}

export interface Invitation {
  id: number
  role: RoleEnum
  most_uses: number
  n_uses: number
  invited_by: string
  created_at: string
  expires_at: string
  /** Still lets somebody in. */
  is_open: boolean
}

export interface Invitations {
  /** Address of the next page. */
  next: string | null
  results: Invitation[]
}

export interface Invited {
  project_id: number
  project: string
  role: RoleEnum
  invited_by: string
  expires_at: string
}

export interface ItemHistory {
  id: number
  project: number
  external_id: string | null
  data: unknown
  metadata: unknown
  gold: unknown
  stream: string | null
  taken: number
  open_slots: number
  consensus: Posterior | null
  votes: Vote[]
  flags: FlagRow[]
  reviews: Review[]
  comments: Comment[]
  created_at: string
  drawn_at: string | null
  draw_probability: number | null
  draw_reason: unknown
  /** Its place in the published queue. */
  queue: Place | null
  leases: Lease[]
  /** Every answer as it was given, the oldest first. */
  revisions: Revision[]
  predictions: Said[]
}

export interface ItemPage {
  id: number
  project: number
  external_id: string | null
  data: unknown
  metadata: unknown
  gold: unknown
  stream: string | null
  taken: number
  open_slots: number
  consensus: Posterior | null
  votes: Vote[]
  flags: FlagRow[]
  reviews: Review[]
  comments: Comment[]
}

export interface ItemRow {
  id: number
  external_id: string | null
  data: unknown
  metadata: unknown
}

export interface ItemRows {
  /** Up to 1,000 of {external_id?, data: {text}, gold?, predictions?, metadata?, annotations?}. */
  items: unknown
}

export interface Items {
  /** Address of the next page. */
  next: string | null
  results: ItemRow[]
}

export interface Job {
  id: number
  project: number
  kind: JobKindEnum
  status: JobStatusEnum
  done: number
  total: number | null
  n_errors: number
  /** The first hundred. */
  errors: JobError[]
  result: unknown
  params: unknown
  created_at: string
  finished_at: string | null
}

export interface JobError {
  /** Counts the records of the file from 1, the header included. */
  row: number
  field: string
  message: string
  said?: Spoken
}

export type JobKindEnum = 'import' | 'export' | 'vectors'

export type JobStatusEnum = 'queued' | 'running' | 'done' | 'failed'

export interface Jobs {
  /** Address of the next page. */
  next: string | null
  results: Job[]
}

export type KindEnum = 'choice' | 'multichoice' | 'spans' | 'boxes' | 'rating' | 'text' | 'pairwise'

export interface Known {
  given: number
  right: number
}

export interface LabelQuality {
  items_with_consensus: number
  expected_right: number | null
  low: number | null
  high: number | null
  /** Why there is no interval. */
  undefined_because: string | null
  undefined_said: Spoken | null
  in_doubt: number
  by_status: Record<string, number>
  updated_at: string | null
}

export type LanguageEnum = 'en' | 'zh-Hans'

export interface LearningCurve {
  points: CurvePoint[]
  labels_saved: Interval | null
  /** Why it is not known yet. */
  labels_saved_because: string | null
  labels_saved_said: Spoken | null
  advice: Advice
  /** Rise of accuracy by the next labels, from a fitted curve. */
  expected_gain: Gain | null
  /** Last κ between models' predictions on fixed items. */
  stability: number[]
  /** The versions that the last κ compares, the earlier first. */
  stability_between: number[] | null
  /** The model's own belief: not a measurement. */
  belief: Performance | null
}

export interface Lease {
  id: number
  annotator: string | null
  stream: StreamEnum
  reason: unknown
  probability: number
  model_version: number | null
  status: LeaseStatusEnum
  skip_reason: string
  created_at: string
  closed_at: string | null
  expires_at: string
}

export type LeaseStatusEnum = 'open' | 'answered' | 'skipped' | 'expired'

export interface Link {
  token: string
}

export interface LogInMethods {
  /** Name of the identity provider; null: there is none. */
  provider: string | null
  /** Whether people may set up a second factor. */
  second_factor: boolean
}

export interface MadeInvitation {
  id: number
  role: RoleEnum
  most_uses: number
  n_uses: number
  invited_by: string
  created_at: string
  expires_at: string
  /** Still lets somebody in. */
  is_open: boolean
  /** Shown this once; the link is /join# and this. */
  token: string
}

export interface Me {
  id: number
  username: string
  is_admin: boolean
  /** Empty: as the browser says. */
  language: string
  /** What this session has still to prove before it can do anything.

* `code` - code
* `set_up` - set_up */
  second_factor: SecondFactorEnum | null
  memberships: MembershipOf[]
}

export interface Member {
  username: string
  role: RoleEnum
  annotations: number
  /** Gets no more questions for now. */
  paused: boolean
  training: TrainingStageEnum
  /** Share right in training. */
  training_score: number | null
  created_at: string
}

export interface Members {
  /** Address of the next page. */
  next: string | null
  results: Member[]
}

export interface MembershipOf {
  project: number
  name: string
  role: RoleEnum
  kind: KindEnum
}

export interface Merging {
  /** The names of the classes that become one. */
  classes: unknown
  /** The class that stays. */
  into: unknown
  schema_version?: number
}

export interface ModelDetail {
  number: number
  created_at: string
  trained_through: number
  annotations: number
  strategy: string
  classes: string[]
  representation: RepresentationOf
  seconds: number
  checksum: string
  performance: Performance | null
  f1: F1 | null
  is_newest: boolean
  is_pinned: boolean
  is_serving: boolean
  /** Its files are kept: it can be pinned and compared. */
  is_stored: boolean
  /** While stored it can be downloaded; false for a classifier of another library, fitted again by that. */
  is_portable: boolean
  agreement: AgreementWithPeople | null
  calibration: Reliability | null
  drift: Drift | null
  /** The model's own belief: not a measurement. */
  belief: Performance | null
  stability: Stability | null
  /** These three: null where the kind of model has none. */
  n_trained: number | null
  n_protected: number | null
  l2: number | null
  by_class: ClassFigures[] | null
  confused: Confused[] | null
}

export interface ModelRow {
  number: number
  created_at: string
  trained_through: number
  annotations: number
  strategy: string
  classes: string[]
  representation: RepresentationOf
  seconds: number
  checksum: string
  performance: Performance | null
  f1: F1 | null
  is_newest: boolean
  is_pinned: boolean
  is_serving: boolean
  /** Its files are kept: it can be pinned and compared. */
  is_stored: boolean
  /** While stored it can be downloaded; false for a classifier of another library, fitted again by that. */
  is_portable: boolean
}

export interface ModelStatus {
  /** The newest training, also while another is pinned; or null. */
  version: number | null
  /** Why there is no version; null when there is one. */
  version_because: string | null
  version_said: Spoken | null
  /** The version that predicts and chooses. */
  serving: Serving | null
  /** Newest revision that the live model has looked at. */
  trained_through: number
  annotations: number
  /** Annotations whose newest revision the live model has not looked at. */
  labels_behind: number
  seconds_behind: number
  strategy: string
  performance: Performance | null
  /** How often the model says what people said. */
  agreement: AgreementWithPeople | null
  f1: F1 | null
  calibration: Calibration | null
  drift: Drift | null
  /** The model's own belief, from the labels it chose itself: not a measurement. */
  belief: Performance | null
  /** Whether the strategy `team` pays; looked at each hundred labels. */
  guard: Guard | null
  trained_at: string | null
  training: Training
  representation: RepresentationStatus
}

export interface ModelVersions {
  /** Address of the next page. */
  next: string | null
  results: ModelRow[]
}

export interface MyProgress {
  /** Address of the next page. */
  next: string | null
  results: Finished[]
}

export interface NewAction {
  action: ActionEnum
  /** `talk`: what she reads. */
  note?: string
  /** `relabel`: the right answer; without it the engine's. */
  value?: unknown
  /** `send_out`: how many more answers an item. */
  votes?: number
}

export interface NewComment {
  body: string
  parent?: number | null
}

export interface NewExport {
  format?: FormatEnum
  include?: IncludeEnum
  revisions?: boolean
  /** Only items as sure as this. */
  min_confidence?: number
}

export interface NewGold {
  items: number[]
}

export interface NewImport {
  file: string
  /** {"text": column, "second_text"?, "external_id"?, "gold"?, "metadata"?: [columns]} */
  mapping?: unknown
}

export interface NewInvitation {
  role?: NewInvitationRoleEnum
  /** How long the link works. */
  days?: number
  /** How many people may come in by it. */
  uses?: number
}

export type NewInvitationRoleEnum = 'annotator' | 'reviewer' | 'manager'

export interface NewMember {
  username: unknown
  role: unknown
  /** Makes the account; instance administrators only. */
  password?: unknown
}

export interface NewPassword {
  current: string
  password: string
}

export interface NewPolicy {
  /** Settings as a change of the project takes them; nothing is saved. */
  settings: unknown
}

export interface NewProject {
  /** A text of 1 to 200 characters. */
  name: unknown
  /** choice, multichoice, spans, boxes, rating, text or pairwise. */
  kind: unknown
  /** A list of names or of {name, key, color, description}; up to 300. */
  classes?: unknown
  settings?: unknown
  guidelines?: unknown
}

export interface NewReview {
  item: number
  decision: NewReviewDecisionEnum
  /** The right answer; `change` needs it, `gold` may have it. */
  value?: unknown
  /** The doubted answer; `keep` may need it. */
  annotation?: number | null
  /** How many more answers `send_out` asks for. */
  votes?: number
  note?: string
}

export type NewReviewDecisionEnum = 'accept' | 'change' | 'keep' | 'gold' | 'send_out'

export interface NewSendOutByGuidelines {
  classes?: string[]
  votes?: number
}

export interface NewToken {
  name?: string
  /** Only GET. */
  read_only?: boolean
  /** The only project that it opens. */
  project?: number | null
  expires_at?: string | null
}

export interface NewVectorFile {
  /** .npz with `vectors` and `items` or `external_ids`, or .npy in the order of the items. */
  file: string
}

export interface NewcomerTraining {
  stage: TrainingStageEnum
  /** Known answers that are answered or skipped. */
  asked: number
  of: number
  /** Share right, once the training has ended. */
  score: number | null
}

export type NullEnum = null

export interface OwnAnnotation {
  id: number
  assignment: number
  revision: number
  value: unknown
  seconds: number | null
  created_at: string
  updated_at: string
  /** Only for answers given in training. */
  feedback?: Feedback
  assignments?: Assignment[]
  empty_because?: string | null
  training?: NewcomerTraining
  item: ItemRow
}

export interface OwnAnnotations {
  results: OwnAnnotation[]
  next: string | null
  /** Answers since midnight, UTC. */
  today: number
  project: RoughlyLeft
}

export interface OwnFlag {
  kind: string
  summary: string
  said: Spoken | null
  status: string
}

export interface OwnReport {
  annotations: number
  accuracy: Interval | null
  median_seconds: number | null
  known_answers: Known
  weeks: Week[]
  paused: Paused | null
  words: Word[]
  flags: OwnFlag[]
  /** Told to whoever looks after a person only. */
  confusion: PersonConfusion | null
}

export interface PairedAccuracy {
  /** Protected items that both were measured on, against the consensus of today. */
  n: number
  both_right: number
  only_first: number
  only_second: number
  both_wrong: number
  /** Accuracy of the second minus that of the first. */
  difference: Interval
  /** Chance of such a gap or a greater one between equals. */
  p_value: number
}

export interface PatchedFlagDecision {
  status?: FlagDecisionStatusEnum
  note?: string
}

export interface PatchedMyChoices {
  language?: LanguageEnum
}

export interface PatchedProjectChanges {
  name?: unknown
  /** All classes that there are to be; {name, was} renames one, those left out are gone. */
  classes?: unknown
  /** The schema that the change was made for; 409 if it is another. */
  schema_version?: number
  settings?: unknown
  guidelines?: unknown
}

export interface Pause {
  /** What the person reads. */
  note?: string
}

export interface Paused {
  since: string
  note: string
}

export interface Performance {
  estimate: number
  /** Lower end of the interval: 95 % for models, 90 % for people and labels. */
  low: number
  high: number
  metric: string
  /** Protected items that it was measured on. */
  n: number
}

export interface PersonConfusion {
  classes: string[]
  /** Row k: how often each class is answered where class k is right; estimated, and each row is 1. */
  shares: number[][]
}

export interface Place {
  rank: number
  score: number
  reason: unknown
}

export interface PolicyPreview {
  now: PolicyWorth
  proposed: PolicyWorth
}

export interface PolicyWorth {
  votes_per_item: number | null
  /** Lower end of the 90 % interval. */
  votes_per_item_low: number | null
  votes_per_item_high: number | null
  /** Of all items once the rule is done, by people's answers alone; `quality/export/` is of now. */
  expected_right: number | null
  /** Ends of the 90 % interval of `expected_right`. */
  low: number | null
  high: number | null
  answers: number | null
  answers_low: number | null
  answers_high: number | null
  answers_left: number | null
  answers_left_low: number | null
  answers_left_high: number | null
  hours_left: number | null
  /** By the answers left; how fast people are may change too. */
  hours_left_low: number | null
  hours_left_high: number | null
  /** Answers an item that the project's own data tell of. */
  seen_up_to: number | null
  undefined_because: string | null
  undefined_said: Spoken | null
}

export interface Posterior {
  value: unknown
  probability: number
  status: string
  posterior: Record<string, number>
  n_votes: number
  updated_at: string
}

export interface PredictedSpan {
  /** In code points of the text. */
  start: number
  end: number
  class: string
  probability: number
}

export interface PredictionRow {
  class?: string
  classes?: string[]
  spans?: PredictedSpan[]
  rating?: number
  /** `rating`: the expected value. */
  expected?: number
  /** `rating`: lower end of the 90 % interval. */
  low?: number
  high?: number
  preferred?: number
  /** By class; not for `spans`. */
  probabilities?: Record<string, number>
}

export interface PredictionRows {
  /** Up to 1,000 of {item or external_id, value?, probabilities?, model?}: `value` as an answer looks; `probabilities` by class, or for answers of several parts a list with one number for each part. */
  predictions: unknown
}

export interface Predictions {
  model_version: number
  predictions: PredictionRow[]
  /** Texts that now wait for an answer: see `predict_to_queue_below`. */
  put_to_people: number
}

export interface ProbeAgreement {
  /** Fixed random items of the project. */
  n: number
  agreement: number
  kappa: number
  changed: Changed[]
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
  /** Of items_finished, those whose answer is known by now. */
  gold_finished: number
  skipped: number
  /** Still wanted; a second opinion beyond `overlap` brings nobody nearer. */
  answers_left: number
  /** In all, those to known items left out. */
  answers_wanted: number
}

export interface Project {
  id: number
  name: string
  kind: KindEnum
  classes: ProjectClass[]
  settings: Settings
  guidelines: string
  guidelines_version: number
  schema_version: number
  role: RoleEnum
  /** Of a paused project; else null. */
  pause: ProjectPause | null
  created_at: string
}

export interface ProjectClass {
  name: string
  key: string
  color: number
  description: string
}

export interface ProjectPause {
  since: string | null
  /** Who paused it; null where that is not known, and for annotators. */
  by: string | null
}

export interface Projects {
  /** Address of the next page. */
  next: string | null
  results: Project[]
}

export interface Questions {
  project: number
  project_name: string
  /** Threads begun by annotators that nobody else has answered, of the newest thousand. */
  n: number
  /** What the oldest of them is about. */
  item: number
}

export interface Queue {
  /** Address of the next page. */
  next: string | null
  /** How many queues were published; no model's number. 0: the seeded shuffle, before the first. */
  version: number
  published_at: string | null
  entries: QueueEntry[]
}

export interface QueueEntry {
  item: number
  external_id: string | null
  text: string
  rank: number
  /** Higher is more worth asking; the scale is the strategy's own. */
  score: number
  /** {"kind": "uncertain" | "rare" | "shuffle", …} */
  reason: Record<string, unknown>
  open_slots: number
}

export type QueueSourceEnum = 'model' | 'predictions'

export interface Rarest {
  estimate: number
  /** Lower end of the interval: 95 % for models, 90 % for people and labels. */
  low: number
  high: number
  metric: string
  /** Protected items that it was measured on. */
  n: number
  /** Which of the version's classes. */
  column: number
  /** Protected items in that class. */
  n_class: number
}

export interface Refusal {
  error: Error
}

export interface Refused {
  item: number
  code: string
  message: string
  said?: Spoken
}

export interface Reliability {
  /** predict/ divides logits by this; always 1 for spans. */
  temperature: number
  error_before: number | null
  /** Expected calibration error of tempered probabilities, held out. */
  error: number | null
  bins: ReliabilityBin[]
}

export interface ReliabilityBin {
  low: number
  high: number
  /** Predictions: items; where an item may have several classes, a yes or no to each; spans. */
  n: number
  confidence: number
  right: Interval
}

export interface Representation {
  name: string
  version: number
  dimension: number
  /** Items that have a vector in it. */
  vectors: number
}

export interface RepresentationOf {
  name: string
  version: number
}

export interface RepresentationStatus {
  /** The project's setting. */
  wanted: string
  live: Representation | null
  /** What is being made behind the live one. */
  building: BuiltRepresentation | null
  /** Uploaded vectors that are not in use yet. */
  vectors_waiting: number
  error: string | null
}

export interface Review {
  id: number
  item: number | null
  annotation: number | null
  flag: number | null
  /** The person that it is about. */
  about: string | null
  /** Null: a written rule of the project. */
  reviewer: string | null
  decision: ReviewDecisionEnum
  value: unknown
  note: string
  batch: string | null
  created_at: string
  undone_at: string | null
  undone_by: string | null
}

export type ReviewDecisionEnum = 'accept' | 'change' | 'keep' | 'gold' | 'send_out' | 'confirm' | 'dismiss' | 'talk' | 'pause'

export interface ReviewQueue {
  /** Address of the next page. */
  next: string | null
  results: Waiting[]
  /** Counted up to a thousand. */
  waiting: number
  /** Of these, items on which all answers and the consensus agree. */
  agreeing: number
}

export interface Reviews {
  /** Address of the next page. */
  next: string | null
  results: Review[]
}

export interface Revision {
  annotation: number
  annotator: string | null
  revision: number
  /** As it was said, in the classes of its time. */
  value: unknown
  seconds: number | null
  schema_version: number
  created_at: string
}

export type RoleEnum = 'annotator' | 'reviewer' | 'manager' | 'owner'

export interface RoughlyLeft {
  /** Answers that are still wanted, rounded up to tens and two digits. */
  left: number
  /** Answers that are wanted in all, those to known items left out. */
  wanted: number
}

export interface RowError {
  index: number
  field: string
  message: string
  said?: Spoken
}

export interface Said {
  model: string
  value: unknown
  probabilities: unknown
  created_at: string
}

export interface SaidToMe {
  /** Address of the next page. */
  next: string | null
  n_unseen: number
  results: SaidToOne[]
  /** In projects that one reviews. */
  questions: Questions[]
}

export interface SaidToOne {
  id: number
  project: number
  project_name: string
  item: number
  external_id: string | null
  /** The beginning of its text; null while `body` is. */
  text: string | null
  /** Null where colleagues are not named. */
  author: string | null
  /** Null while one may not read it: before one's own answer. */
  body: string | null
  /** Called by @name; false: answered in a thread of one's own. */
  by_name: boolean
  created_at: string
  seen_at: string | null
}

export type SecondFactorEnum = 'code' | 'set_up'

export interface Seen {
  /** How many were new. */
  seen: number
}

export interface SendOut {
  votes?: number
  /** Also items less sure than this. */
  below?: number
  /** Only of these items, whose consensus is then as doubtful as need be. */
  items?: number[]
}

export interface Serving {
  version: number
  trained_through: number
  pinned: boolean
  performance: Performance | null
  agreement: AgreementWithPeople | null
}

export interface Settings {
  /** Answers that an item gets in the ordinary course. */
  overlap: number
  /** Hard limit of answers, second opinions included. */
  max_votes: number
  lease_seconds: number
  /** Whose uncertainty orders the questions.

* `model` - model
* `predictions` - predictions */
  queue_source: QueueSourceEnum
  /** `pool`, `tfidf`, `image`, `external` or `encoder:<folder or hub name>`. */
  representation: string
  /** team, random, least_confidence, margin, entropy, vote_entropy, consensus_entropy, kl_disagreement, bald, variance_reduction, expected_error_reduction, badge, density_weighted, ranked_batch, core_set, rare_class, min_confidence, average_confidence, max_loss, mean_max_loss, or the path of a callable that the operator allows. */
  strategy: string
  /** `linear`, or a scikit-learn classifier by its path, such as sklearn.svm.SVC. */
  classifier: string
  /** Settings of that classifier. */
  classifier_params: unknown
  /** Weigh questions by the square root of the seconds they will take. */
  cost_aware: boolean
  /** What the advice to stop looks for; null: nothing. */
  target_accuracy: number | null
  /** Texts that predict/ is less sure of are put to people; null: none. */
  predict_to_queue_below: number | null
  /** What people see before they answer: nothing, uploads, the model's answer, or that to verify.

* `off` - off
* `given` - given
* `shown` - shown
* `verify` - verify */
  suggestions: SuggestionsEnum
  /** Share of protected random questions. */
  random_rate: number
  /** Share of gold checks. */
  gold_rate: number
  target_confidence: number
  /** Share of items that get `overlap`; the others get one answer. */
  overlap_share: number
  /** Known answers that newcomers begin with; 0: no training. */
  training_items: number
  /** Share of them that must be right; below it no more is asked. */
  training_pass_mark: number
  /** Largest share of questions that are second opinions. */
  relabel_rate: number
  /** Pauses people whose answers look random at these odds; 0: nobody. */
  pause_at_odds: number
  /** Kind `spans`: whether the spans of one answer may overlap. */
  spans_overlap: boolean
  /** Annotators see the names of their colleagues. */
  show_names: boolean
  /** Reviewers do not see who gave which answer. */
  blind_review: boolean
  /** Nobody is asked anything for now; what people hold they may still answer. */
  paused: boolean
}

export interface Shift {
  estimate: number
  /** Lower end of the interval: 95 % for models, 90 % for people and labels. */
  low: number
  high: number
  /** Which of the version's `classes` it is, from 0: the one that differs most. */
  column: number
  /** Beyond chance, though all classes were looked at. */
  is_clear: boolean
}

export interface SkipReason {
  reason?: string
}

export interface Skipped {
  id: number
  status: SkippedStatusEnum
}

export type SkippedStatusEnum = 'skipped'

export interface Spoken {
  code: string
  /** Texts and figures by name. */
  with: Record<string, unknown>
}

export interface Stability {
  labels: number
  number: number
  kappas: number[]
}

export interface StoredPredictions {
  stored: number
  errors: RowError[]
}

export type StreamEnum = 'model' | 'shuffle' | 'random' | 'gold' | 'relabel' | 'import'

export interface Suggestion {
  value: unknown
  /** How likely that model holds its value. */
  probability: number | null
  model: string
  /** `spans` by the project's own model: one for each span of `value`. */
  span_probabilities?: number[]
}

export type SuggestionsEnum = 'off' | 'given' | 'shown' | 'verify'

export interface SuggestionsTaken {
  /** Answers that came after a suggestion, of the last 5,000. */
  shown: number
  /** Those that say the same. */
  taken: number
  share: Interval | null
}

export interface TakenVectors {
  accepted: number
  /** How many numbers the project's vectors have. */
  dimension: number | null
  errors: RowError[]
}

export interface Texts {
  /** 1 to 1,000 of {text}, or of {texts: [first, second]} for `pairwise`. */
  items: unknown
}

export interface ThenTo {
  /** Where to go in the page afterwards. */
  then?: string
}

export interface Token {
  token: string
}

export interface TokenRow {
  id: number
  name: string
  read_only: boolean
  /** The only project that it opens; null: all of its owner's. */
  project: number | null
  expires_at: string | null
  created_at: string
  last_used_on: string | null
}

export interface Tokens {
  /** Address of the next page. */
  next: string | null
  results: TokenRow[]
}

export interface Training {
  running: boolean
  /** Why training or ranking failed, or the model is not what it could be; null when all is well. */
  error: string | null
  said: Spoken | null
}

export type TrainingStageEnum = 'undecided' | 'passed' | 'not_passed'

export interface Undone {
  n: number
}

export interface VectorRows {
  /** Up to 1,000 of {item or external_id, vector: [numbers]}. */
  vectors: unknown
}

export interface Vote {
  annotation: number
  /** Null where reviewers judge without names. */
  annotator: string | null
  value: unknown
  revision: number
  seconds: number | null
  stream: string
  probability_wrong: number | null
  accuracy: Interval | null
  created_at: string
  updated_at: string
}

export interface Waiting {
  item: number
  external_id: string | null
  text: string | null
  /** P(a label is wrong), or what is missing to a sure consensus. */
  score: number
  reason: WaitingReason
  flag: number | null
  /** The doubted answer. */
  annotation: number | null
  consensus: Believed
  proposal: unknown
  n_votes: number
}

export interface WaitingReason {
  kind: WaitingReasonKindEnum
  summary: string
  said: Spoken | null
}

export type WaitingReasonKindEnum = 'disagreement' | 'label_suspect' | 'annotator_needs_help' | 'annotator_looks_random' | 'too_fast' | 'repetitive' | 'confused_pair' | 'drift' | 'copying'

export interface Week {
  week: string
  annotations: number
  /** Those that another answer, a known one or a decision speaks about. */
  judged: number
  /** The share of these that is held for right. */
  right: number | null
  /** Ends of the 90 % interval of `right`. */
  low: number | null
  high: number | null
}

export interface WeekQualities {
  /** Address of the next page. */
  next: string | null
  results: WeekQuality[]
}

export interface WeekQuality {
  /** Its Monday, UTC; items count in the week of their last answer. */
  week: string
  /** Given in this week. */
  annotations: number
  items_with_overlap: number
  percent: number | null
  /** Ends of the 90 % interval of `percent`. */
  low: number | null
  high: number | null
}

export interface Word {
  note: string
  created_at: string
}
