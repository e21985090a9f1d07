/** Why an item waits where it waits, in a few words for a list. Pure. */
import type { Queue, Reason } from '../api/types'
import { plural } from './format'

/** "spam or ham", "rare class: spam", "random sample". Unknown reasons are named as they came. */
export function reasonInShort(reason: Reason | null): string {
  switch (reason?.kind) {
    case 'uncertain':
      return reason.classes.join(' or ')
    case 'unsure_spans':
      return reason.n_spans ? `unsure about ${plural(reason.n_spans, 'span')}` : 'unsure'
    case 'rare':
      return `rare class: ${reason.class}`
    case 'random':
      return 'random sample'
    case 'shuffle':
      return 'in shuffled order'
    case 'overlap':
      return 'a second opinion'
    case 'gold':
      return 'known answer'
    case 'relabel':
      return 'answers disagree'
    default:
      return 'no reason recorded'
  }
}

/** Why the queue has nothing to show; empty when it has. */
export function whyNoQueue(queue: Queue, hasModel: boolean): string {
  if (queue.entries.length > 0) return ''
  if (!hasModel) return 'Before the first model, items come in shuffled order.'
  return queue.version === 0 ? 'The first queue is being worked out.' : 'Nothing waits: every item is taken or answered.'
}
