/** Shapes of `models/` and of what a model's figures hold: trained versions, how they differ, what more labels bring. */
import type * as S from './schema'
import type { LearningCurve, Told } from './types'

export type F1 = S.F1
export type ModelRow = Omit<S.ModelRow, 'trained_through' | 'checksum'>
export type ClassFigures = S.ClassFigures
export type ReliabilityBin = S.ReliabilityBin
export type Drift = S.Drift
export type ModelDetail = ModelRow &
  Told<
    Pick<S.ModelDetail, 'agreement' | 'calibration' | 'drift' | 'belief' | 'n_trained' | 'n_protected' | 'by_class' | 'confused'>,
    { n_trained: number | null; n_protected: number | null }
  >
export type Comparison = Told<S.Comparison, { versions: [ModelRow, ModelRow] }>
export type Outlook = LearningCurve & Pick<S.LearningCurve, 'expected_gain' | 'stability' | 'stability_between' | 'belief'>
