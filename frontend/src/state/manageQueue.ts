/** Why an item waits where it waits, in a few words for a list. Pure. */
import type { Queue, Reason } from '../api/types'
import { aimOf } from './desk'
import { t } from '../words/spoken.svelte'

/** "spam or ham", "rare class: spam", "random sample". Unknown reasons are named as they came. */
export function reasonInShort(reason: Reason | null): string {
  switch (reason?.kind) {
    case 'uncertain':
      return aimOf(reason)?.line ?? reason.classes.join(t.manage.or)
    case 'unsure_spans':
      return reason.n_spans ? t.manage.unsureAbout(reason.n_spans) : t.manage.unsure
    case 'rare':
      return t.manage.rareClass(reason.class)
    case 'random':
      return t.manage.randomSample
    case 'shuffle':
      return t.manage.inShuffledOrder
    case 'predicted':
    case 'low_confidence':
      return t.manage.unsure
    case 'overlap':
      return t.manage.askedOfSeveral
    case 'second_opinion':
      return t.manage.aSecondOpinion
    case 'gold':
      return t.manage.aKnownAnswer
    case 'relabel':
      return t.manage.answersDisagree
    default:
      return t.manage.noReasonRecorded
  }
}

/** Why the queue has nothing to show; empty when it has. `learns`: whether there is to be a model at all. */
export function whyNoQueue(queue: Queue, hasModel: boolean, learns: boolean): string {
  if (queue.entries.length > 0) return ''
  if (!learns && queue.version === 0) return t.manage.itemsComeShuffled
  if (!hasModel) return t.manage.beforeTheFirstModel
  return queue.version === 0 ? t.manage.theFirstQueueIs : t.manage.nothingWaitsEveryItem
}
