import type { ItemHistory } from '../api/explore'
import { duration } from './format'
import { reasonInShort } from './manageQueue'
import { story, wordsOf, type Event } from './review'
import { t } from '../words/spoken.svelte'

/* All that happened to one item, the first thing first. Pure. */

/** Where a question came from, in words. */
export const streamName = (stream: string): string => t.explore.streams[stream] ?? stream

/** The reasons that the page offers are stored in English and read in the language spoken; others as they came. */
const reasonInWords = (reason: string): string => new Map(Object.entries(t.label.reasons)).get(reason) ?? reason

const who = (name: string | null): string => name ?? t.common.somebody

function leases({ leases: all }: ItemHistory): Event[] {
  return all.filter((lease) => lease.stream !== 'import').flatMap((lease): Event[] => {
    const model = lease.model_version === null ? '' : t.explore.byModel(lease.model_version)
    const asked: Event = { at: lease.created_at, text: t.explore.wasAsked(who(lease.annotator), streamName(lease.stream), reasonInShort(lease.reason), model) }
    if (lease.status === 'skipped' && lease.closed_at) return [asked, { at: lease.closed_at, text: lease.skip_reason ? t.explore.skippedBecause(who(lease.annotator), reasonInWords(lease.skip_reason)) : t.explore.skippedIt(who(lease.annotator)) }]
    return lease.status === 'expired' && lease.closed_at ? [asked, { at: lease.closed_at, text: t.explore.theTimeOfRan(who(lease.annotator)) }] : [asked]
  })
}

function revisions({ revisions: all }: ItemHistory): Event[] {
  return all.map((one) => {
    const took = one.seconds === null ? '' : one.seconds < 1 ? t.explore.inUnderASecond : t.explore.inTime(duration(one.seconds))
    const said = one.revision === 1 ? t.explore.answered : t.explore.changedTheAnswerTo
    return { at: one.created_at, text: said(who(one.annotator), wordsOf(one.value), one.revision === 1 ? took : '') }
  })
}

/** Everything, in the order of time: brought in, asked, answered and changed, doubted, decided, said. */
export function wholeStory(item: ItemHistory): Event[] {
  const others = story({ ...item, votes: [] })
  const said = item.comments.map((one): Event => ({ at: one.created_at, text: t.explore.wrote(who(one.author), one.body) }))
  const models = item.predictions.map((one): Event => ({ at: one.created_at, text: t.explore.predicted(one.model || t.explore.aModelOutside, wordsOf(one.value)) }))
  const events = [{ at: item.created_at, text: t.explore.broughtIn }, ...leases(item), ...revisions(item), ...others, ...said, ...models]
  return events.map((one, i) => ({ one, i })).sort((a, b) => a.one.at.localeCompare(b.one.at) || a.i - b.i).map(({ one }) => one)
}
