import type { AnswerValue, ClassInfo, Item, Kind } from '../api/types'
import { colorSlot } from './classes'
import { t } from '../words/spoken.svelte'

/* What each kind of question offers to answer with. Pure. */

/** An answer that is one key. */
export interface Option {
  name: string
  description: string
  /** The CSS class that colours it. */
  color: string
  /** The key that it would like. */
  key: string
  value: AnswerValue
}

const ONE_DIGIT = /^\d$/

/** The options of a kind that is answered by one key; none for the others. */
export function optionsOf({ kind, classes }: { kind: Kind; classes: readonly ClassInfo[] }): Option[] {
  if (kind === 'pairwise') return [t.label.first, t.label.second].map((name, side) => ({ name, description: '', color: `c${side + 1}`, key: String(side + 1), value: { preferred: side } }))
  if (kind === 'choice') return classes.map((info, i) => option(info, i, info.key, { class: info.name }))
  if (kind === 'rating') return classes.map((info, i) => option(info, i, ONE_DIGIT.test(info.name) ? info.name : info.key, { rating: Number(info.name) }))
  return []
}

function option(info: ClassInfo, index: number, key: string, value: AnswerValue): Option {
  return { name: info.name, description: info.description, color: `c${colorSlot(info, index)}`, key, value }
}

/** What is asked where the guidelines do not begin with a question. */
export const plainQuestion = (kind: Kind): string => t.label.questions[kind]

/** The item's image, when it came with the item; images that are only named are not fetched. */
export const imageOf = ({ data }: Item): string | null => (data.image?.startsWith('data:image/') ? data.image : null)

/** What an item shows, as one text. */
export function itemText(item: Item): string {
  const { text, texts, image }: Partial<Item['data']> = item.data
  return text ?? texts?.join(' ⇄ ') ?? (imageOf(item) ? t.label.anImage : image) ?? ''
}
