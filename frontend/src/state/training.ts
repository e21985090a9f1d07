/** What a newcomer is told in training, and what the manager reads about it. Pure. */
import type { AnswerValue, Item, Member, Training } from '../api/types'
import { inWords } from './answers'
import type { Tone } from './desk'
import { wholePercent } from './manageFormat'
import { t } from '../words/spoken.svelte'

export interface Told {
  right: boolean
  value: AnswerValue
  item: Item
}

const EXCERPT = 80

function excerpt({ data, external_id: name, id }: Item): string {
  const text = typeof data.text === 'string' ? data.text.trim() : ''
  if (!text) return name ?? t.common.item(id)
  return `“${text.length > EXCERPT ? `${text.slice(0, EXCERPT).trimEnd()}…` : text}”`
}

/** About the answer before: it names the item, since another one is on the screen by now. */
export const toldWords = ({ right, value, item }: Told): string =>
  right ? t.label.rightIs(excerpt(item), inWords(value)) : t.label.notTheKnownAnswer(excerpt(item), inWords(value))

/** Where a newcomer stands; the end that was not passed is told in place of a question. */
export function trainingWords({ stage, asked, of, score }: Training): { tone: Exclude<Tone, ''> | 'info'; text: string } | null {
  if (stage === 'not_passed') return null
  if (stage === 'undecided') return { tone: 'info', text: t.label.trainingOfDoneAfter(asked, of) }
  return { tone: 'good', text: score === null ? t.label.passedTraining : t.label.passedTrainingWith(wholePercent(score)) }
}

/** How a member's training ended, for a list; empty where there is nothing to say. */
export function trainingOf({ training, training_score: score }: Pick<Member, 'training' | 'training_score'>): string {
  const share = score === null ? '' : t.label.right(wholePercent(score))
  if (training === 'not_passed') return t.label.notPassed(share)
  return training === 'passed' && score !== null ? t.label.passed(share) : ''
}
