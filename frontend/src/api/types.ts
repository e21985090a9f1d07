/**
 * Shapes of the REST API, as this page reads them: those of `schema.ts`, and what a schema of JSON cannot say about the
 * answers of each kind. Times are ISO 8601 in UTC.
 */
import type * as S from './schema'

/** `T` with some of its fields told more exactly; naming a field that `T` has not is an error. */
export type Told<T, More extends { [Name in keyof More]: Name extends keyof T ? unknown : never }> = Omit<T, keyof More> & More

export type Role = S.RoleEnum
export type Kind = S.KindEnum
export type Stream = 'model' | 'shuffle' | 'random' | 'gold' | 'relabel'

export interface Page<T> {
  results: T[]
  next: string | null
}

export type Interval = S.Interval

/* Who and where */

export type MembershipSummary = S.MembershipOf
export type Me = S.Me
export type ClassInfo = S.ProjectClass
export type ProjectSettings = Told<S.Settings, { classifier_params: Record<string, unknown> }>
export type Project = Told<Omit<S.Project, 'schema_version'>, { settings: ProjectSettings }>
export type Member = Omit<S.Member, 'created_at'>
export type Health = S.Health

/* Labelling */

export type Item = Told<Omit<S.ItemRow, 'metadata'>, { data: { text: string; texts?: readonly [string, string]; image?: string; width?: number; height?: number } }>

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

/** A rectangle on an image, in the image's unit; x and y are the upper left corner. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
  class: string
}

export interface BoxesValue {
  boxes: Box[]
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

export type AnswerValue = ChoiceValue | SetValue | SpansValue | BoxesValue | RatingValue | TextValue | PairValue

export type Reason =
  | { kind: 'uncertain'; classes: string[]; margin?: number; strategy?: string }
  | { kind: 'rare'; class: string }
  | { kind: 'unsure_spans'; n_spans: number }
  | { kind: 'shuffle' | 'random' | 'overlap' | 'second_opinion' | 'gold' | 'relabel' | 'training' | 'predicted' | 'low_confidence' }

export type Suggestion = Told<S.Suggestion, { value: AnswerValue }>
export type Assignment = Told<S.Assignment, { item: Item; stream: Stream; reason: Reason | null; suggestion: Suggestion | null }>
export type EmptyBecause = S.EmptyBecauseEnum
export type TrainingStage = S.TrainingStageEnum
/** What is known of one person's work: what she reads of herself, and whoever looks after her. */
export type OwnReport = S.OwnReport
export type PersonConfusion = S.PersonConfusion
export type Guideline = S.Guideline
export type Training = S.NewcomerTraining
export type Assignments = Told<S.Assignments, { assignments: Assignment[] }>

export interface AnnotationAnswer extends Partial<Assignments> {
  /** Only for answers given in training. */
  feedback?: Told<S.Feedback, { value: AnswerValue }>
  id: number
  revision: number
  value: AnswerValue
}

export type MyAnnotation = Told<Pick<S.OwnAnnotation, 'id' | 'assignment' | 'item' | 'value' | 'revision' | 'created_at' | 'updated_at'>, { item: Item; value: AnswerValue }>
export type MyAnnotations = Told<S.OwnAnnotations, { results: MyAnnotation[] }>

/* The model and the project's figures */

export type Performance = S.Performance
export type ModelState = Pick<
  S.ModelStatus,
  'version' | 'version_because' | 'version_said' | 'trained_through' | 'annotations' | 'labels_behind' | 'seconds_behind' | 'strategy' | 'performance' | 'trained_at' | 'training' | 'agreement' | 'serving' | 'representation'
>
export type Progress = S.Progress
export type QueueEntry = Told<S.QueueEntry, { reason: Reason; score: number | null }>
export type Queue = Told<Omit<S.Queue, 'next'>, { entries: QueueEntry[] }>
export type PolicyWorth = Pick<
  S.PolicyWorth,
  | 'votes_per_item' | 'votes_per_item_low' | 'votes_per_item_high' | 'expected_right' | 'low' | 'high'
  | 'answers_left' | 'answers_left_low' | 'answers_left_high' | 'hours_left' | 'undefined_because' | 'undefined_said'
>
export type PolicyPreview = Record<keyof S.PolicyPreview, PolicyWorth>
export type Arm = S.ArmEnum
export type CurvePoint = S.CurvePoint
export type LearningCurve = Told<Pick<S.LearningCurve, 'points' | 'labels_saved' | 'labels_saved_because' | 'labels_saved_said' | 'advice'>, { advice: S.Advice | null }>
export type Coefficient = S.Coefficient
export type ConfusedPair = Told<S.ConfusedPair, { classes: [string, string]; examples: { item: number; external_id: string | null; text: string }[] }>
export type Agreement = Told<Pick<S.Agreement, 'items_with_overlap' | 'percent' | 'percent_low' | 'percent_high' | 'coefficients' | 'confused_pairs' | 'updated_at'>, { confused_pairs: ConfusedPair[] }>
export type AnnotatorRow = S.Annotator
export type Quality = Pick<S.LabelQuality, 'items_with_consensus' | 'expected_right' | 'low' | 'high' | 'undefined_because' | 'undefined_said' | 'in_doubt'>
export type FlagKind = S.FlagRowKindEnum
export type Flag = Told<
  Omit<S.FlagRow, 'note' | 'closed_at'> & Partial<Pick<S.FlagRow, 'closed_at'>>,
  { evidence: { summary?: string; text?: string; class?: string; expected?: string; [more: string]: unknown } }
>
export type Job = Told<
  Omit<S.Job, 'project'>,
  { result: Record<string, unknown> | null; params: { filename?: string; format?: string; include?: string } }
>
