/** Accepting or refusing what the model would answer, one item at a time. Pure. */
import type { AnswerValue, Project } from '../api/types'
import { sameAnswer } from './answers'
import type { Card } from './label'
import { optionsOf, type Option } from './options'

type Asked = Pick<Project, 'kind' | 'classes'> & { settings: Pick<Project['settings'], 'suggestions'> }

/** The answer to accept or refuse on this card, or null: where the project wants that, and only what can be answered today. */
export function toVerify(project: Asked, card: Card | null): AnswerValue | null {
  const value = card?.given === null ? (card.suggestion?.value ?? null) : null
  if (value === null || project.settings.suggestions !== 'verify') return null
  if (project.kind === 'multichoice') return 'classes' in value && value.classes.every((name) => project.classes.some((one) => one.name === name)) ? value : null
  return optionsOf(project).some((option) => sameAnswer(option.value, value)) ? value : null
}

/** The one answer that is left when this one is refused; null where there are more. */
export function otherOf(options: readonly Option[], refused: AnswerValue): Option | null {
  const left = options.filter((option) => !sameAnswer(option.value, refused))
  return options.length === 2 ? (left[0] ?? null) : null
}
