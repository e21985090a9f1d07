/** Shapes of `agreement/` in slices and of `quality/`: what an export holds and what is sent out again. */
import type * as S from './schema'
import type { AnswerValue, Told } from './types'

/** Share of agreeing pairs of answers; null where there is no pair. */
export type AgreeingShare = Pick<S.AgreementOfClass, 'value' | 'low' | 'high' | 'n'>

export interface AgreementSlices {
  by_class: S.AgreementOfClass[]
  by_person: S.AgreementOfPerson[]
  by_pair: S.AgreementOfPair[]
  by_week: Omit<S.AgreementOfWeek, 'krippendorff_alpha'>[]
}

export type ExpectedExport = S.ExpectedExport
/** Many decisions made at once, which are undone at once. */
export type SentOut = S.Batch
/** An item whose consensus the engine would make a known answer. */
export type GoldProposal = Told<S.GoldProposal, { value: AnswerValue }>
export type GoldBatch = S.GoldBatch
