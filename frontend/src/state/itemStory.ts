import type { ItemHistory } from '../api/explore'
import { duration } from './format'
import { reasonInShort } from './manageQueue'
import { story, wordsOf, type Event } from './review'

/* All that happened to one item, the first thing first. Pure. */

const STREAMS: Readonly<Record<string, string>> = {
  model: 'the model’s question', shuffle: 'shuffled order', random: 'protected random sample', gold: 'check with a known answer', relabel: 'second opinion', import: 'brought in',
}

/** Where a question came from, in words. */
export const streamName = (stream: string): string => STREAMS[stream] ?? stream

const who = (name: string | null): string => name ?? 'Somebody'

function leases({ leases: all }: ItemHistory): Event[] {
  return all.flatMap((lease): Event[] => {
    const model = lease.model_version === null ? '' : `, by model ${lease.model_version}`
    const asked: Event = { at: lease.created_at, text: `${who(lease.annotator)} was asked: ${streamName(lease.stream)} (${reasonInShort(lease.reason)}${model})` }
    if (lease.status === 'skipped' && lease.closed_at) return [asked, { at: lease.closed_at, text: `${who(lease.annotator)} skipped it${lease.skip_reason ? `: ${lease.skip_reason}` : ''}` }]
    return lease.status === 'expired' && lease.closed_at ? [asked, { at: lease.closed_at, text: `The time of ${who(lease.annotator)} ran out` }] : [asked]
  })
}

function revisions({ revisions: all }: ItemHistory): Event[] {
  return all.map((one) => {
    const took = one.seconds === null ? '' : ` in ${duration(one.seconds)}`
    const said = one.revision === 1 ? `answered ${wordsOf(one.value)}${took}` : `changed the answer to ${wordsOf(one.value)}`
    return { at: one.created_at, text: `${who(one.annotator)} ${said}` }
  })
}

/** Everything, in the order of time: brought in, asked, answered and changed, doubted, decided, said. */
export function wholeStory(item: ItemHistory): Event[] {
  const others = story({ ...item, votes: [] })
  const said = item.comments.map((one): Event => ({ at: one.created_at, text: `${who(one.author)} wrote: ${one.body}` }))
  const models = item.predictions.map((one): Event => ({ at: one.created_at, text: `${one.model || 'A model outside'} predicted ${wordsOf(one.value)}` }))
  const events = [{ at: item.created_at, text: 'Brought in' }, ...leases(item), ...revisions(item), ...others, ...said, ...models]
  return events.map((one, i) => ({ one, i })).sort((a, b) => a.one.at.localeCompare(b.one.at) || a.i - b.i).map(({ one }) => one)
}
